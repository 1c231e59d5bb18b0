/*
 * times.h - the windows of time that --time asks for.
 *
 *   A,B[ C,D]             seconds of the recording's clock, as perf prints them; either may be empty
 *   10%-20%[,10%/9]       shares of the time from the first sample to the last; 10%/9 is the ninth tenth
 *   10%                   the first of them, as 10%/1
 *   12:00:01,12:00:02.5   the time of day, local, perhaps with a date in front: 2026-11-22T12:00:01;
 *                         either may be empty; see walltime.h for the day that is meant without one
 */
#ifndef REPORT_TIMES_H
#define REPORT_TIMES_H

#include "common/err.h"
#include "common/file.h"

/* Both ends belong to it; ns of the recording's clock. */
struct time_window {
	uint64_t first, last;
};

/* times_check() - can @spec be meant? Returns 0, or -1 with ERR_USAGE. */
int times_check(const char *spec, struct err *err);

/*
 * times_windows() - what @spec, which times_check() took, is in @file. What it says is of @whole: shares are
 * those of this time, on the file's clock, and times of day without a date are on a day of this one, ns
 * since 1970. When it is NULL they are of the file's own: see times_span(), times_day().
 * Returns 0 with malloc()ed *@windows, or -1 with NULL there and ERR_DATA (the file lacks what is needed),
 * ERR_SYS (it is a pipe, and cannot be read before), ERR_MEM or an error of the reader.
 */
int times_windows(const char *spec, struct perf_file *file, const struct time_window *whole,
		  struct time_window **windows, uint32_t *nr, struct err *err);

/* times_has_shares() - does @spec, which times_check() took, ask for shares? */
bool times_has_shares(const char *spec);

/* times_is_wall() - is @spec, which times_check() took, of times of day? */
bool times_is_wall(const char *spec);

/*
 * times_span() - the times of the first and the last sample of @file; where it does not say them, all of
 * it is read once. Returns 0, or -1 with ERR_DATA (no sample has a time), ERR_SYS, ERR_MEM.
 */
int times_span(struct perf_file *file, struct time_window *span, struct err *err);

/*
 * times_day() - when @file was recorded, in ns since 1970: from the first sample to the last; or, where
 * it does not say these, the one moment when it was begun. Returns false when it does not say that.
 */
bool times_day(const struct perf_file *file, struct time_window *day);

#endif
