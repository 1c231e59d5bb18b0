/*
 * callstream.h - the system calls of a recording, out of its blocks: samples of sys_enter and sys_exit, and
 * what tells of tasks and of losses, through a window (window.h) to pairs (pair.h).
 *
 * Whoever adds the blocks finds in them what happened; the rest, and what is done with the calls, is the work
 * of a second thread where the file is worth it (relay.h).
 */
#ifndef REPORT_CALLSTREAM_H
#define REPORT_CALLSTREAM_H

#include "report/callsource.h"
#include "report/pair.h"
#include "report/relay.h"
#include "report/session.h"
#include "report/tasknews.h"
#include "report/window.h"

/* Samples with the same header, id and raw size: what was found out of one is true for all. */
struct call_kind {
	uint64_t header; /* 0: not in use */
	uint64_t id;	 /* what is at callstream.id_off in each */
	uint32_t raw_size;
	uint16_t size, raw, tid, time, cpu; /* as of the header and in struct sample_layout */
	struct call_source source;
};

#define CALL_KINDS 256 /* a power of two; two events of each CPU are usual */

struct callstream {
	/* The second thread's, from callstream_start() to callstream_end(): */
	struct pairs pairs;
	struct window window;
	/* The caller's: */
	struct relay *relay; /* NULL: none yet */
	unsigned want;	     /* of enum callstream_want */
	struct tasknews news;
	uint64_t wall_ns; /* from the first event to the last, of all files that ended */
	/* Of the file that is being read: */
	struct session *session;     /* borrowed */
	struct call_source *sources; /* by index of the event */
	uint64_t entered;	     /* what was found last is an enter: its mark; else 0 */
	struct happening *enter;     /* that, in the relay, */
	const char *enter_end; /* while its end is where the relay is at; NULL: it has moved on */
	uint64_t first_ns, last_ns; /* of its events; first_ns UINT64_MAX: there were none */
	uint64_t *cpu_ns;	    /* by CPU: time of its last record */
	uint32_t nr_cpus;
	uint32_t id_off; /* of the id in a sample; 0, the header, where ids do not matter */
	struct call_kind kinds[CALL_KINDS]; /* by a hash of header and id */
};

/*
 * callstream_init() - @client is copied; it is called by one thread at a time, and by none when
 * callstream_end() has returned. @want: bits of enum callstream_want. callstream_release() is due.
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
 * callstream_add() - a block of it, as consumer.add_block() with by_rounds gets it.
 * callstream_end() - it ends: gives the calls that wait, and those that are open.
 * Both return 0, or -1: the client's error, or ERR_MEM.
 */
int callstream_add(struct callstream *c, struct block *b, struct err *err);
int callstream_end(struct callstream *c, struct err *err);

/*
 * callstream_forget() - forget tasks that ended: for a stream without an end. Only with relay_alone(), after relay_end().
 * What waits for older records is given first, so the few that are between two CPUs just then may not find their
 * other half. Calls that are given later have other numbers for their tasks. Returns 0, or -1: as callstream_add().
 */
int callstream_forget(struct callstream *c, struct err *err);

#endif
