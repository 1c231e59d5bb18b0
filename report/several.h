/*
 * several.h - recordings that are read as one: what hosts they are of, one clock, one span of time.
 *
 * The times of two recordings can be compared when they are of one clock: of the same host, since it
 * was started, and of the same kind. Where they are not, the time of day relates them, if all say
 * what it was (CLOCK_DATA: rec always, perf record with -k).
 */
#ifndef REPORT_SEVERAL_H
#define REPORT_SEVERAL_H

#include "common/util.h"
#include "report/names.h"
#include "report/session.h"

/*
 * several_relate() - set idx, nr_together, host, host_width and shift_ns of all.
 * Returns NULL, or the first that would have to say what the time of day was, and does not: then no times
 * are shifted.
 */
const struct session *several_relate(struct session *all, uint32_t nr);

/* several_host() - the number of the host of @s among @hosts, where it is added when it is new; -1: no memory. */
int64_t several_host(const struct session *s, struct names *hosts);

/*
 * several_hosts() - are there two of different hosts among the files of these @paths? It opens them, and so
 * passes over pipes and what cannot be read.
 */
bool several_hosts(const char *const *paths, uint32_t nr);

/*
 * several_span() - the times of the first and the last sample of all, in that of the clock they share.
 * Those whose samples have no time do not count. Returns 0 or -1 as times_span().
 */
int several_span(struct session *all, uint32_t nr, struct time_window *span, struct err *err);

/*
 * several_day() - when all were recorded, as times_day() says of one. Those that do not say it do not count;
 * returns false when none does.
 */
bool several_day(const struct session *all, uint32_t nr, struct time_window *day);

/*
 * several_to_common(), several_to_own() - a time of @s on the clock that all share, and back. What no
 * 64 bits can hold becomes the smallest or the largest time that is one.
 */
uint64_t several_shifted(uint64_t time_ns, int64_t by);
static inline uint64_t several_to_common(const struct session *s, uint64_t time_ns)
{
	return likely(!s->shift_ns) ? time_ns : several_shifted(time_ns, s->shift_ns);
}
uint64_t several_to_own(const struct session *s, uint64_t time_ns);

#endif
