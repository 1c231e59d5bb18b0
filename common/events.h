/* events.h - the events of a recording, as file.c and stream.c find them described. */
#ifndef COMMON_EVENTS_H
#define COMMON_EVENTS_H

#include "common/file.h"

#define EVENTS_MAX 65536

/*
 * event_init() - fill @ev from the attr at @bytes, of which @room may be used.
 * @off: where it lies, for the message. Returns 0, or -1 with ERR_DATA.
 */
int event_init(const struct perf_file *f, struct event *ev, const char *bytes, uint64_t room,
	       uint64_t off, struct err *err);

/* event_index() - let the ids of @ev, one of f->events, lead to it. Returns 0, or -1: ERR_MEM. */
int event_index(struct perf_file *f, const struct event *ev, struct err *err);

/* events_check() - can the records of all events be told apart? Returns 0, or -1 with ERR_DATA. */
int events_check(const struct perf_file *f, struct err *err);

#endif
