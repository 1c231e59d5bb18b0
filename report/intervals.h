/*
 * intervals.h - what happened, by intervals of the recording's time: multiples of a length. Several are open at a
 * time, as calls come in an order that is only roughly that of time; each is given as soon as it is whole.
 */
#ifndef REPORT_INTERVALS_H
#define REPORT_INTERVALS_H

#include "common/err.h"
#include "common/hash.h"
#include "report/report.h"

/* No file may make us remember more. */
#define INTERVALS_MAX (1u << 20)

/* So many intervals in which nothing happened are given alone; more of them as one. */
#define INTERVALS_EMPTY 1000

/* From the first event on where it is the first, up to the last one where it is the last. */
struct interval {
	uint64_t start_ns, end_ns;
	void *data; /* what intervals_at() gave; NULL: nothing happened */
};

/* A zeroed struct with these is ready: */
struct intervals {
	uint64_t ns;		     /* how long each is; not 0 */
	size_t size;		     /* bytes of what there is of each, zeroed */
	void (*release)(void *data); /* what these own; may be NULL */
	/* Takes them in the order of time. Returns 0, or -1 with @err filled. */
	int (*give)(void *arg, const struct interval *i, struct err *err);
	void *arg;
	/* Its own: */
	struct hash open;	/* number -> data */
	uint64_t recent_number; /* of recent: what was asked for last; NULL: forgotten */
	void *recent;
	bool given;		    /* those before next have been */
	uint64_t next, newest;	    /* numbers; newest that is open */
	uint64_t first_ns, last_ns; /* of what happened */
	uint64_t end_ns;	    /* intervals end there at the latest */
	bool any;
};

void intervals_release(struct intervals *v);

/*
 * intervals_at() - what there is of the interval of @time; of the oldest that is open, when that was given
 * already. NULL with @err filled: ERR_MEM, ERR_DATA.
 */
void *intervals_at(struct intervals *v, uint64_t time, struct err *err);

/*
 * intervals_settle() - nothing older than @ns will come. intervals_end() - nothing at all: the next file begins.
 * Both return 0, or -1: what give() returned.
 */
int intervals_settle(struct intervals *v, uint64_t ns, struct err *err);
int intervals_end(struct intervals *v, struct err *err);

/*
 * intervals_check() - o->interval_ns out of what was typed, or @usual, as "3s". Returns 0, or -1: ERR_USAGE.
 */
int intervals_check(struct report_opts *o, const char *usual, struct err *err);

#endif
