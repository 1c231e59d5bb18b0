/*
 * walltime.h - times of day as a user writes them, and the day that is meant where none is named.
 *
 * All is local time of this machine's zone. Nanoseconds are since 1970; what is before that is 0, what no
 * 64 bits can hold UINT64_MAX.
 */
#ifndef REPORT_WALLTIME_H
#define REPORT_WALLTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* "12:00", "12:00:01.5", "2026-11-22T12:00:01" */
struct walltime {
	struct tm tm; /* without dated: the time of day only */
	uint64_t fraction_ns;
	bool dated;
};

/* From the first to the last moment; ns since 1970. */
struct walltime_span {
	uint64_t first, last;
};

/* walltime_parse() - returns 0, or -1 when @word is no time of day. */
int walltime_parse(struct walltime *w, const char *word);

/* walltime_fraction() - ".5", if it is there: 1e-9 units. What follows is at *@at. */
uint64_t walltime_fraction(const char **at);

/* walltime_dated() - the moment that @w, which has a date, is. */
uint64_t walltime_dated(const struct walltime *w);

/*
 * walltime_window() - from @a to @b, of which one may be NULL, in a recording of the time @all; its last
 * moment is its first where that is all that is known. An end that is NULL is left as it is in *@w.
 * Without a date, the first such window is meant that is not over before the recording began; of
 * one end only, what lies in the recording or else is nearest to it.
 */
void walltime_window(struct walltime_span *w, const struct walltime *a, const struct walltime *b,
		     const struct walltime_span *all);

#endif
