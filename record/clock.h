/* clock.h - the clock that the events' times are told in, and what the time of day was on it. */
#ifndef RECORD_CLOCK_H
#define RECORD_CLOCK_H

#include "common/buf.h"
#include "common/err.h"

/*
 * The kernel's sched_clock: perf's own clock. It is always cheap, but nobody else can read it, it
 * is not kept to the right rate, and the CPUs may disagree on it.
 */
#define CLOCK_OF_PERF (-1)

/*
 * clock_parse() - @name as perf's -k takes it: monotonic or mono, monotonic_raw or raw, also with
 * CLOCK_ in front, or the number; "perf" is CLOCK_OF_PERF.
 * Returns 0 with *@clockid set, or -1 with ERR_USAGE.
 */
int clock_parse(const char *name, int *clockid, struct err *err);

/*
 * clock_default() - the best clock for events: CLOCK_MONOTONIC, which can be told as the time of
 * day, and which all CPUs agree on; CLOCK_OF_PERF where reading that one takes microseconds.
 */
int clock_default(void);

/* clock_name() - of a clock that clock_parse() knows. */
const char *clock_name(int clockid);

/*
 * clock_describe() - fill the features CLOCKID, the resolution, and CLOCK_DATA, what the time of
 * day is now on @clockid. Nothing is filled for CLOCK_OF_PERF.
 */
void clock_describe(int clockid, struct buf *resolution, struct buf *data);

#endif
