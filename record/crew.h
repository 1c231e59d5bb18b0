/*
 * crew.h - the threads that drain: each pass after pass over the rings of its collector, while the
 * main thread does the same for the first collector and listens to signals.
 *
 * The threads are there before the events are, so that they can be kept out of the recording by
 * their numbers, and are parked until crew_run().
 */
#ifndef RECORD_CREW_H
#define RECORD_CREW_H

#include "record/collector.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

struct crew;

/* What a thread polls. */
struct watch {
	const struct evlist *evlist; /* borrowed */
	uint32_t first_ring, nr_rings;
	struct pollfd *fds; /* owned; one for each ring, and @nr_more behind them, the caller's */
	uint32_t nr_more;
};

/* watch_init() - Returns 0, or -1 with ERR_MEM; watch_release() is due in both cases. */
int watch_init(struct watch *w, const struct collector *c, uint32_t nr_more, struct err *err);
void watch_release(struct watch *w);

/* watch_renew() - poll the events that there are now: some have been opened anew. */
void watch_renew(struct watch *w);

/*
 * watch_wait() - wait @ms for a ring that is worth a pass, or for one of the others.
 * Returns 0 or -1 with ERR_SYS.
 */
int watch_wait(struct watch *w, int ms, struct err *err);

/* watch_ended() - is no event left that could write to these rings? */
bool watch_ended(const struct watch *w);

/* crew_default() - how many threads, the main one included, drain @nr_rings rings best. */
uint32_t crew_default(uint32_t nr_rings);

/*
 * crew_new() - start @nr threads, parked. *@fd is readable once one of them has failed, or has
 * no ring any more that anything writes to. Returns NULL with ERR_SYS or ERR_MEM.
 */
struct crew *crew_new(uint32_t nr, int *fd, struct err *err);
void crew_free(struct crew *c); /* ends the threads; NULL is allowed */

/* crew_common_pids() - the values of common_pid by which tracepoints know them; @nr of crew_new(). */
const pid_t *crew_common_pids(const struct crew *c);

/*
 * crew_run() - let thread i work for @collectors[i], which nobody else may touch until crew_park().
 */
void crew_run(struct crew *c, struct collector *collectors);

/* crew_park() - wait until all are parked. Returns 0, or -1 with what one of them failed for. */
int crew_park(struct crew *c, struct err *err);

/* crew_failed() - has one of the threads failed? May be called at any time. */
bool crew_failed(const struct crew *c);

/* crew_ended() - have all threads nothing more to wait for? May be called at any time. */
bool crew_ended(const struct crew *c);

#endif
