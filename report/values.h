/*
 * values.h - counters that were read together with a sample (PERF_SAMPLE_READ): of the event itself,
 * or, in a group (perf record -e '{a,b}:S'), of all its members.
 *
 * perf script shows such a sample once for each counter that has grown since it was read before, as
 * a sample of that event, with the growth as its period. Source: perf 6.1, deliver_sample_value().
 */
#ifndef REPORT_VALUES_H
#define REPORT_VALUES_H

#include "common/file.h"
#include "common/hash.h"

/* A zeroed one has read nothing. */
struct values {
	struct hash last; /* id -> value */
};

void values_release(struct values *v);

/* The counters of one sample. */
struct values_iter {
	const char *at;	     /* next value */
	uint64_t left, step; /* counters; bytes of one */
	uint32_t id_off;     /* of the id behind the value */
};

/* values_has() - do samples of @event have counters with ids? */
static inline bool values_has(const struct event *event)
{
	return event->attr.sample_type & PERF_SAMPLE_READ &&
	       event->attr.read_format & PERF_FORMAT_ID;
}

/* values_in_file() - does any event of @file? */
bool values_in_file(const struct perf_file *file);

/* values_start() - returns false when samples of @event have no counters, or these no ids. */
bool values_start(struct values_iter *i, const struct event *event,
		  const struct perf_event_header *rec);

/*
 * values_next() - the next counter that has grown: *@event, and *@growth.
 * Returns 1, 0 when there is none left, -1 with ERR_MEM.
 */
int values_next(struct values *v, struct values_iter *i, const struct perf_file *file,
		const struct event **event, uint64_t *growth, struct err *err);

#endif
