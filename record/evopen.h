/*
 * evopen.h - the fds of events: opened, and which of them own rings.
 *
 * A CPU that goes down ends its events for good (perf_event_exit_cpu_context() in
 * kernel/events/core.c); those of tasks only wait until it comes back. So when one comes up, what
 * is recorded by CPU gets new events there: evlist_reopen().
 */
#ifndef RECORD_EVOPEN_H
#define RECORD_EVOPEN_H

#include "record/evsel.h"

/*
 * evlist_open() - open all events for all tasks on all CPUs of the target, disabled. Tasks that
 * have ended are passed over, and so are CPUs that are away, where the user named none.
 * Returns 0, or -1 with ERR_PERM (the message names the right), ERR_NOENT (a CPU went away, or all
 * tasks have ended), ERR_SYS.
 */
int evlist_open(struct evlist *l, struct err *err);

/* evlist_close() - undo evlist_open(): the events can be opened again, with other watermarks. */
void evlist_close(struct evlist *l);

/* evlist_ring_fd() - the fd that owns the ring of CPU index @idx; the others write into it. */
int evlist_ring_fd(const struct evlist *l, uint32_t idx);

/* evlist_backward_fd() - the fd that owns the backward ring of CPU index @idx. */
int evlist_backward_fd(const struct evlist *l, uint32_t idx);

/*
 * evlist_poll_fd() - an fd to poll for the ring of CPU index @idx: the one behind @hung_up, whose
 * task has ended; the first one when that is -1. Returns -1 when no more is left.
 */
int evlist_poll_fd(const struct evlist *l, uint32_t idx, int hung_up);

/*
 * evsel_id() - the id under which fd number @i writes: that of the same event elsewhere, when it has
 * none that a file tells. 0: it is not open anywhere.
 */
uint64_t evsel_id(const struct evlist *l, const struct evsel *e, uint32_t i);

/* evsel_ids() - all ids that a file has to tell, into @ids[0..nr_fds). Returns how many. */
uint32_t evsel_ids(const struct evlist *l, const struct evsel *e, uint64_t *ids);

/* evlist_redirect() - all events of CPU index @idx into its ring. Call it when that is mapped. */
int evlist_redirect(struct evlist *l, uint32_t idx, struct err *err);

/* evlist_redirect_backward() - the same for those that write backward, and their ring. */
int evlist_redirect_backward(struct evlist *l, uint32_t idx, struct err *err);

/*
 * evlist_reopen() - new events, disabled, for CPU index @idx of a target that is not by task. They
 * write to its ring; where there is none yet, map it and evlist_redirect().
 * Returns 0, or -1 with ERR_NOENT (it is away again) or as evlist_open(): then its place is as it
 * was, and what was there may be off.
 */
int evlist_reopen(struct evlist *l, uint32_t idx, struct err *err);

/* evlist_leave() - close all events of CPU index @idx, which have no ring. */
void evlist_leave(struct evlist *l, uint32_t idx);

#endif
