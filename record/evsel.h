/*
 * evsel.h - the events to record: an attr each, an fd each for every task of the target on every
 * CPU of it. Fd number i is that of task i / nr_cpus and of CPU index i % nr_cpus; all that are on
 * one CPU share its ring.
 *
 * The tracepoints come first, in the order of the command line; the last evsel is the side band:
 * a dummy event that counts nothing and carries COMM, FORK and EXIT records, and MMAP2 ones with call
 * chains. It is an event of
 * its own for two reasons: it runs before the tracepoints do, so that no task can slip between
 * the look at /proc and the first sample; and the kernel counts lost records by event, so that
 * the tracepoints' counts are exact only if no other kind of record is theirs.
 */
#ifndef RECORD_EVSEL_H
#define RECORD_EVSEL_H

#include "common/abi.h"
#include "common/err.h"
#include "common/tracefs.h"
#include "record/alias.h"
#include "record/events.h"
#include "record/target.h"

#include <stdbool.h>
#include <sys/types.h>

/* What an event saw: one task, and what it inherited to, on one CPU. */
struct evsel_counts {
	uint64_t counted; /* events */
	uint64_t lost;	  /* records that found no room in the ring */
};

/* One event for one task, or all, on one CPU. */
struct evsel_fd {
	int fd;			    /* -1: not open, the task had ended or the CPU was away */
	uint64_t id;		    /* in the file; 0: none of its own, see evsel_id() */
	uint64_t lost_told;	    /* lost records that whole files tell of */
	uint64_t lost_written;	    /* ... and that the one which is being written will tell */
	struct evsel_counts before; /* of those whose place it has taken: evlist_reopen() */
};

struct evsel {
	struct perf_event_attr attr;
	char *name;		 /* "system:event" */
	char *filter;		 /* the user's; NULL: none */
	char *kernel_filter;	 /* the same, and what excludes rec; NULL: none */
	struct tracefs_event tp; /* empty for the side band */
	bool optional;		 /* a pattern named it: go on when nobody may record it */
	bool on;		 /* counts and records */
	struct evsel_fd *fds;	 /* owned; while they are open */
};

/* Invariant: nr >= 2; evsels[nr - 1] is the side band, evsels[nr - 2] the trigger if there is one. */
struct evlist {
	struct evsel *evsels;
	uint32_t nr;
	const struct target *target; /* borrowed */
	struct aliases *aliases;     /* by index of the CPU: for ids that no file tells; owned */
	uint32_t nr_fds;	     /* of each event: tasks x CPUs, while they are open */
	uint32_t nr_open;	     /* of those, the ones that there are */
	uint32_t nr_dropped;	     /* events that a pattern named and nobody may record */
	bool weighted;		     /* an event's count may be more than its samples */
	bool callchains;	     /* of kernel and user, with what is mapped where */
	bool backward;		     /* the tracepoints have rings of their own, which overwrite */
	bool trigger;		     /* evsels[nr - 2] is there to tell us that it happened */
	bool counts_lost;	     /* the kernel (6.0) counts lost records of each event */
};

/*
 * evlist_init() - look up the events of @specs, without patterns, in tracefs; doubles are dropped.
 * Returns 0, or -1 as tracefs_event_read().
 */
int evlist_init(struct evlist *l, const struct target *target, const struct event_specs *specs,
		struct err *err);

/*
 * evlist_write_backward() - let the tracepoints overwrite what is oldest in their rings. The other
 * rings, those of evlist_ring_fd(), are of the side band alone then. Before evlist_open().
 */
void evlist_write_backward(struct evlist *l);

/*
 * evlist_add_trigger() - an event that goes to the rings of the side band, each sample with a
 * wake-up: TRIGGER_EVENT where @filter holds. After evlist_write_backward().
 * Returns 0, or -1 as evlist_init(). Takes @filter, also on failure.
 */
int evlist_add_trigger(struct evlist *l, char *filter, struct err *err);

/* evsel_cpu() - the CPU of fd number @i. */
static inline uint32_t evsel_cpu(const struct evlist *l, uint32_t i)
{
	return l->target->cpus[i % l->target->nr_cpus];
}

/* evlist_clock() - tell times in @clockid, of clock.h. Before evlist_open(). */
void evlist_clock(struct evlist *l, int clockid);

/*
 * evlist_callchains() - record the call chain of each event, by frame pointers, and what is mapped
 * where. Before evlist_open().
 */
void evlist_callchains(struct evlist *l);
/*
 * evlist_watermark() - wake poll() when that many bytes are in a ring. Before evlist_open().
 */
void evlist_watermark(struct evlist *l, uint32_t bytes);

/* evsel_is_syscall() - is it a tracepoint of system calls? */
bool evsel_is_syscall(const struct evsel *e);

/* evlist_drop() - do without evsels[@i], which is closed and nobody may record. */
void evlist_drop(struct evlist *l, uint32_t i);

/* evlist_release() - closes them, too. Takes one that is zeroed. */
void evlist_release(struct evlist *l);

#endif
