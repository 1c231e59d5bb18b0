/* evswitch.h - open events: their filters, on and off, what they count. */
#ifndef RECORD_EVSWITCH_H
#define RECORD_EVSWITCH_H

#include "record/evsel.h"

/*
 * evlist_filter() - set the filters of the user, and record nothing of the @nr tasks @pids (their
 * common_pid). The kernel takes one filter for an event, and that once.
 * Returns 0, or -1 with ERR_USAGE (the message has the kernel's own words), ERR_SYS or ERR_MEM.
 */
int evlist_filter(struct evlist *l, const pid_t *pids, uint32_t nr, struct err *err);

/* evsel_filter_fd() - the same filter for @fd, another one of @e. Returns 0, or -1 as above. */
int evsel_filter_fd(const struct evsel *e, int fd, struct err *err);

/*
 * The switches: side band first, then the tracepoints; off all together, or the tracepoints. When
 * they are off, what the kernel counted is in the rings or lost, to the last event if rec may take
 * a real-time priority for that moment.
 */
int evlist_enable_sideband(struct evlist *l, struct err *err);
int evlist_enable(struct evlist *l, struct err *err);
void evlist_disable(struct evlist *l); /* a tracepoint may still see one more, before it is off */
void evlist_pause(struct evlist *l);

/* evlist_enable_cpu() - those that are on, for CPU index @idx, whose events are new. */
int evlist_enable_cpu(struct evlist *l, uint32_t idx, struct err *err);

/*
 * evlist_switch() - one tracepoint on or off. Returns 1, or 0 when there is none named @name, which
 * is told, or -1.
 */
int evlist_switch(struct evlist *l, const char *name, bool on, struct err *err);

/* evsel_read() - the counts of @e's fd number @i, 0 when it is not open. Returns 0, or -1. */
int evsel_read(const struct evlist *l, const struct evsel *e, uint32_t i,
	       struct evsel_counts *counts, struct err *err);

#endif
