/*
 * callstream.h - the system calls of a recording, out of its blocks: samples of sys_enter and sys_exit, and
 * what tells of tasks and of losses, through a window (window.h) to pairs (pair.h).
 *
 * There are two steps for each block: what is in it is found (callscan.h), by several threads if need be, and
 * then taken, in the order of the blocks.
 */
#ifndef REPORT_CALLSTREAM_H
#define REPORT_CALLSTREAM_H

#include "report/callscan.h"
#include "report/pair.h"
#include "report/session.h"
#include "report/tasknews.h"
#include "report/window.h"

struct callstream {
	struct pairs pairs;
	struct window window;
	unsigned want; /* of enum callstream_want */
	struct tasknews news;
	uint64_t wall_ns; /* from the first event to the last, of all files that ended */
	/* Of the file that is being read: */
	struct session *session;     /* borrowed */
	struct call_source *sources; /* by index of the event */
	struct callscan scan;	     /* callstream_add()'s */
	bool begun;		     /* something in that is not taken yet */
	uint64_t entered;	     /* the block before ended in an enter: its mark; else 0 */
	uint64_t enters;	     /* the enter that the one that is taken ends in, if it does */
	uint64_t first_ns, last_ns;  /* of its events; first_ns UINT64_MAX: there were none */
	uint64_t *cpu_ns;	     /* by CPU: time of its last record */
	uint32_t nr_cpus;
	struct pair_hole
		*holes; /* not said to pairs yet: what is due goes as it does without them */
	size_t nr_holes, room_holes;
};

/*
 * callstream_init() - @client is copied. @want: bits of enum callstream_want. callstream_release() is due.
 */
void callstream_init(struct callstream *c, const struct pair_client *client, unsigned want);
void callstream_release(struct callstream *c);

/*
 * callstream_start() - @s is the file that is read next. Of its filter, what is to be asked of whole calls is
 * asked of them. Returns 0, or -1: ERR_DATA, when it has no sys_enter and sys_exit, or these have no time or
 * no thread; ERR_USAGE, when the filter takes one of the two only; ERR_MEM.
 */
int callstream_start(struct callstream *c, struct session *s, struct err *err);

/*
 * callstream_scan_new() - a scan for one more thread, of the file that was started. NULL when memory ran out.
 * callstream_take() - take what it found in the block that is next in order. callstream_add() - do both.
 * callstream_end() - the file ends: gives the calls that wait, and those that are open.
 * Return 0, or -1: the client's error, or ERR_MEM.
 */
struct callscan *callstream_scan_new(const struct callstream *c);
int callstream_take(struct callstream *c, struct callscan *scan, struct err *err);
int callstream_add(struct callstream *c, struct block *b, struct err *err);
int callstream_end(struct callstream *c, struct err *err);

/*
 * callstream_forget() - forget tasks that ended: for a stream without an end, where no other scans are used.
 * What waits for older records is given first, so the few that are between two CPUs just then may not find their
 * other half. Calls that are given later have other numbers for their tasks. Returns 0, or -1: as callstream_add().
 */
int callstream_forget(struct callstream *c, struct err *err);

#endif
