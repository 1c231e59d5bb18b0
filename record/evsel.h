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
#include "record/events.h"
#include "record/target.h"

#include <stdbool.h>
#include <sys/types.h>

struct evsel {
	struct perf_event_attr attr;
	char *name;		 /* "system:event" */
	char *filter;		 /* the user's; NULL: none */
	struct tracefs_event tp; /* empty for the side band */
	bool optional;		 /* a pattern named it: go on when nobody may record it */
	int *fds;		 /* -1: not open, the task had ended */
	uint64_t *ids;		 /* the kernel's id of each fd; 0: not open */
	uint64_t *lost_told;	 /* of each fd: lost records that whole files tell of */
	uint64_t *lost_written;	 /* ... and that the one which is being written will tell */
};

/* Invariant: nr >= 2; evsels[nr - 1] is the side band, evsels[nr - 2] the trigger if there is one. */
struct evlist {
	struct evsel *evsels;
	uint32_t nr;
	const struct target *target; /* borrowed */
	uint32_t nr_fds;	     /* of each event: tasks x CPUs, while they are open */
	uint32_t nr_dropped;	     /* events that a pattern named and nobody may record */
	bool weighted;		     /* an event's count may be more than its samples */
	bool callchains;	     /* of kernel and user, with what is mapped where */
	bool backward;		     /* the tracepoints have rings of their own, which overwrite */
	bool trigger;		     /* evsels[nr - 2] is there to tell us that it happened */
	bool counts_lost;	     /* the kernel (6.0) counts lost records of each event */
};

/* What an event saw: one task, and what it inherited to, on one CPU. */
struct evsel_counts {
	uint64_t counted; /* events */
	uint64_t lost;	  /* records that found no room in the ring */
};

/*
 * evlist_init() - look up the events of @specs, without patterns, in tracefs; doubles are dropped.
 * Returns 0, or -1 as tracefs_event_read().
 */
int evlist_init(struct evlist *l, const struct target *target, const struct event_specs *specs,
		struct err *err);

/*
 * evlist_open() - open all events for all tasks on all CPUs of the target, disabled. Tasks that
 * have ended are passed over.
 * Returns 0, or -1 with ERR_PERM (the message names the right), ERR_NOENT (a CPU went away, or all
 * tasks have ended), ERR_SYS.
 */
int evlist_open(struct evlist *l, struct err *err);

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

/* evlist_close() - undo evlist_open(): the events can be opened again, with other watermarks. */
void evlist_close(struct evlist *l);
void evlist_release(struct evlist *l);

/* evlist_ring_fd() - the fd that owns the ring of CPU index @idx; the others write into it. */
int evlist_ring_fd(const struct evlist *l, uint32_t idx);

/* evlist_backward_fd() - the fd that owns the backward ring of CPU index @idx. */
int evlist_backward_fd(const struct evlist *l, uint32_t idx);

/*
 * evlist_poll_fd() - an fd to poll for the ring of CPU index @idx: the one behind @hung_up, whose
 * task has ended; the first one when that is -1. Returns -1 when no more is left.
 */
int evlist_poll_fd(const struct evlist *l, uint32_t idx, int hung_up);

/* evsel_cpu() - the CPU of fd number @i. */
static inline uint32_t evsel_cpu(const struct evlist *l, uint32_t i)
{
	return l->target->cpus[i % l->target->nr_cpus];
}

/* evsel_ids() - the ids of all fds that are open, into @ids[0..nr_fds). Returns how many. */
uint32_t evsel_ids(const struct evlist *l, const struct evsel *e, uint64_t *ids);

/* evlist_redirect() - all events of CPU index @idx into its ring. Call it when that is mapped. */
int evlist_redirect(struct evlist *l, uint32_t idx, struct err *err);

/* evlist_clock() - tell times in @clockid, of clock.h. Before evlist_open(). */
void evlist_clock(struct evlist *l, int clockid);

/*
 * evlist_callchains() - record the call chain of each event, by frame pointers, and what is mapped
 * where. Before evlist_open().
 */
void evlist_callchains(struct evlist *l);
/* evlist_redirect_backward() - the same for those that write backward, and their ring. */
int evlist_redirect_backward(struct evlist *l, uint32_t idx, struct err *err);

/*
 * evlist_watermark() - wake poll() when that many bytes are in a ring. Before evlist_open().
 */
void evlist_watermark(struct evlist *l, uint32_t bytes);

/*
 * evlist_filter() - set the filters of the user, and record nothing of the @nr tasks @pids (their
 * common_pid). The kernel takes one filter for an event, and that once.
 * Returns 0, or -1 with ERR_USAGE (the message has the kernel's own words), ERR_SYS or ERR_MEM.
 */
int evlist_filter(struct evlist *l, const pid_t *pids, uint32_t nr, struct err *err);

/* The switches: side band first, then the tracepoints; off all together, or the tracepoints. */
int evlist_enable_sideband(struct evlist *l, struct err *err);
int evlist_enable(struct evlist *l, struct err *err);
void evlist_disable(struct evlist *l);
void evlist_pause(struct evlist *l);

/*
 * evlist_switch() - one tracepoint on or off. Returns 1, or 0 when there is none named @name, which
 * is told, or -1.
 */
int evlist_switch(struct evlist *l, const char *name, bool on, struct err *err);

/* evsel_read() - the counts of @e's fd number @i, 0 when it is not open. Returns 0, or -1. */
int evsel_read(const struct evlist *l, const struct evsel *e, uint32_t i,
	       struct evsel_counts *counts, struct err *err);

#endif
