/*
 * consumer.h - what a report or a script offers to the session that feeds it.
 *
 * A consumer asks for blocks (file order, nothing decoded: the fast way) or for ordered samples
 * (time order, with the task that made them). It sets one of add_block and add_sample, or none of
 * them: then only what describes the recording is read, and finish() follows start().
 * One of blocks may be an aggregate, which many threads can feed.
 * What the user filtered out is in neither: blocks are cut into what is left, and with a filter by
 * the name of the task they come in time order, a record each.
 */
#ifndef REPORT_CONSUMER_H
#define REPORT_CONSUMER_H

#include "common/err.h"
#include "common/file.h"
#include "common/reader.h"
#include "common/sample.h"

#include <stdbool.h>

struct session;

/* A sample in time order. All lives until the call returns, comm until session_run() does. */
struct ordered_sample {
	struct session *session; /* of its file */
	const struct perf_event_header *rec;
	const struct event *event;
	struct sample sample;
	const char *comm; /* of sample.tid at that time; ":TID" when nobody said */
	uint32_t
		comm_id; /* small number, one for each distinct comm of a file: an index for caches */
};

struct consumer {
	bool silent; /* it prints nothing before finish(): meanwhile there may be a line of progress */
	bool as_one; /* with add_sample(): several files in one order, not one behind the other */
	/*
	 * With add_block(): it wants to know the order of what each task did, and finds it by the rounds of a
	 * file. Where there are none, in a directory, it gets each record alone, in the order of time.
	 */
	bool by_rounds;
	/* Of one with add_sample(), as scripts are: it never forks, so threads may read ahead for it. */
	bool no_fork;
	/* add_sample() gets its samples with nothing set in os->sample: it parses them itself. */
	bool unparsed;
	/* Called once for each file, when all are open, before any record of it. May be NULL. */
	int (*start)(struct consumer *c, struct session *s, struct err *err);
	int (*add_block)(struct consumer *c, struct session *s, struct block *b, struct err *err);
	/*
	 * Beside add_block(): the same in two steps, the first of which needs nothing of the blocks in front. It has all of
	 * these, or none; then several threads SCAN blocks, and what they found is TAKEN in the order of these.
	 *
	 * scan_new() - room for what is found of a block of the file that was started. NULL when memory ran out. scan_free() is due.
	 * scan() - find what is in @b, or @more of it; @scan was taken or is new. @s: the thread's account.
	 * take() - take that; @b may be gone. As add_block().
	 */
	void *(*scan_new)(struct consumer *c);
	int (*scan)(struct consumer *c, struct session *s, struct block *b, void *scan, bool more,
		    struct err *err);
	int (*take)(struct consumer *c, struct session *s, void *scan, struct err *err);
	void (*scan_free)(void *scan);
	int (*add_sample)(struct consumer *c, struct session *s, const struct ordered_sample *os,
			  struct err *err);
	/* Beside add_sample(): each record that is no sample, in its order. May be NULL. */
	void (*see_record)(struct consumer *c, struct session *s,
			   const struct perf_event_header *rec);
	/*
	 * Beside add_sample(): each record of an event when it is read, before any that is given later: in the
	 * order of the file. Not of a directory, of whose files each has its own. May be NULL.
	 */
	void (*see_ahead)(struct consumer *c, struct session *s,
			  const struct perf_event_header *rec, const struct event *event);
	/* Called behind the last record of each file. May be NULL. */
	int (*end)(struct consumer *c, struct session *s, struct err *err);
	/*
	 * Called once at the end, also when a file turned out to be damaged. @s: the last file's; where
	 * a report has one only, as most have, that one's.
	 */
	int (*finish)(struct consumer *c, struct session *s, struct err *err);
	/*
	 * An AGGREGATE takes blocks, and what it says depends neither on their order nor on who of
	 * several was given which. It has all of these; then several threads may feed one each.
	 *
	 * another() - one of its kind, for start(), to which nothing was given. NULL with @err filled
	 * when memory ran out.
	 * merge() - @c was given, too, what @from was. Both were started for the same file; only free()
	 * follows for @from. Returns 0, or -1 with @err filled.
	 */
	struct consumer *(*another)(const struct consumer *c, struct err *err);
	int (*merge)(struct consumer *c, struct consumer *from, struct err *err);
	void (*free)(struct consumer *c);
};

#endif
