#include "report/times.h"
#include "common/reader.h"
#include "common/util.h"
#include "report/walltime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NS_IN_S	       1000000000ull
#define WINDOWS_MAX    1000
#define WHOLE_PERCENT  (100 * NS_IN_S)
#define WORD_MAX       64
#define SECONDS_DIGITS 10 /* more than any clock has run */

/* "12", "12.5": 1e-9 units, of seconds or of percents. What follows is at *@at. */
static int parse_decimal(const char **at, uint64_t *nanos)
{
	size_t whole = strspn(*at, "0123456789");

	if (!whole || whole > SECONDS_DIGITS)
		return -1;
	*nanos = strtoull(*at, NULL, 10) * NS_IN_S;
	*at += whole;
	*nanos += walltime_fraction(at);
	return 0;
}

/* Of slices of @size, the one of the number that follows, from 1 on. */
static int parse_slice(const char **at, uint64_t size, struct time_window *share)
{
	uint64_t nr;
	char *end;

	if (**at < '0' || **at > '9')
		return -1;
	nr = strtoull(*at, &end, 10);
	*at = end;
	if (!size || !nr || nr > WHOLE_PERCENT / size)
		return -1;
	*share = (struct time_window){ (nr - 1) * size, nr * size };
	return 0;
}

/* "20%" behind the "10%-" of a share. */
static int parse_end(const char **at, struct time_window *share)
{
	if (parse_decimal(at, &share->last) || *(*at)++ != '%')
		return -1;
	return share->first > share->last || share->last > WHOLE_PERCENT ? -1 : 0;
}

/* "10%-20%", or "10%/2", the second tenth, up to a comma; or nothing but "10%", the first: 1e-9 percents. */
static int parse_share(const char *spec, const char **at, struct time_window *share)
{
	const bool is_first = *at == spec;
	const char *first = "1";
	int rc;

	if (parse_decimal(at, &share->first) || *(*at)++ != '%')
		return -1;
	if (is_first && !**at)
		return parse_slice(&first, share->first, share);
	switch (*(*at)++) {
	case '-':
		rc = parse_end(at, share);
		break;
	case '/':
		rc = parse_slice(at, share->first, share);
		break;
	default:
		return -1;
	}
	return rc || (**at && **at != ',') ? -1 : 0;
}

/* The two words of "A,B". Returns -1 when there are not two, or they are too long. */
static int split(const char *spec, char words[2][WORD_MAX])
{
	const char *comma = strchr(spec, ',');

	if (!comma || comma - spec >= WORD_MAX || strlen(comma + 1) >= WORD_MAX)
		return -1;
	snprintf(words[0], WORD_MAX, "%.*s", (int)(comma - spec), spec);
	snprintf(words[1], WORD_MAX, "%s", comma + 1);
	return 0;
}

static int check_shares(const char *spec)
{
	struct time_window share;
	const char *at = spec;

	while (!parse_share(spec, &at, &share)) {
		if (!*at)
			return 0;
		at++;
	}
	return -1;
}

/* "12.5,13" up to a space; either may be missing. */
static int parse_seconds(const char **at, struct time_window *w)
{
	*w = (struct time_window){ 0, UINT64_MAX };
	if (**at != ',' && parse_decimal(at, &w->first))
		return -1;
	if (*(*at)++ != ',')
		return -1;
	if (**at && **at != ' ' && parse_decimal(at, &w->last))
		return -1;
	return **at && **at != ' ' ? -1 : 0;
}

static int check_seconds(const char *spec, bool *ordered)
{
	struct time_window w;
	const char *at = spec;

	*ordered = true;
	while (!parse_seconds(&at, &w)) {
		*ordered &= w.first <= w.last;
		if (!*at)
			return 0;
		at++;
	}
	return -1;
}

bool times_has_shares(const char *spec)
{
	return strchr(spec, '%') != NULL;
}

bool times_is_wall(const char *spec)
{
	return strchr(spec, ':') != NULL;
}

/* The moment that the word is; false: none is named, or on no certain day. */
static bool certain(const char *word, uint64_t *ns)
{
	struct walltime time;

	if (walltime_parse(&time, word) || !time.dated)
		return false;
	*ns = walltime_dated(&time);
	return true;
}

/* Times of day without a date are never in the wrong order: one of them is of another day. */
static int check_wall(const char *spec, bool *ordered)
{
	char words[2][WORD_MAX];
	struct walltime time;
	uint64_t first, last;

	if (split(spec, words))
		return -1;
	for (int i = 0; i < 2; i++)
		if (*words[i] && walltime_parse(&time, words[i]))
			return -1;
	*ordered = !certain(words[0], &first) || !certain(words[1], &last) || first <= last;
	return 0;
}

int times_check(const char *spec, struct err *err)
{
	bool ordered = true;

	if (times_has_shares(spec) ? check_shares(spec)
	    : times_is_wall(spec)  ? check_wall(spec, &ordered)
				   : check_seconds(spec, &ordered))
		return fail(err, ERR_USAGE,
			    "option --time: %s is no window of time, as 12.5,13 or 10%%-20%% or "
			    "14:03:00,14:03:05.5",
			    spec);
	return ordered ? 0 : fail(err, ERR_USAGE, "option --time: %s ends before it begins", spec);
}

/* The times of the first and the last sample, by looking at all of them. */
static int scan_span(struct perf_file *f, struct time_window *span, struct err *err)
{
	const struct perf_event_header *rec;
	const struct event *event;
	struct reader r;
	struct block *b;

	if (f->sequential)
		return fail(err, ERR_SYS,
			    "%s: option --time: shares of the time cannot be told of a pipe; give "
			    "seconds, or the file's name",
			    f->path);
	if (reader_open(&r, f, err))
		return -1;
	reader_use_threads(&r);
	*span = (struct time_window){ UINT64_MAX, 0 };
	/* Damage is the report's to tell: it comes to the same place. */
	while (reader_next(&r, &b, NULL) > 0) {
		while ((rec = block_next(b))) {
			uint64_t time;

			if (rec->type != PERF_RECORD_SAMPLE || !(event = file_event(f, rec)))
				continue;
			time = record_time(&event->layout, rec);
			if (!time)
				continue;
			span->first = MIN(span->first, time);
			span->last = MAX(span->last, time);
		}
	}
	reader_close(&r);
	if (span->first > span->last)
		return fail(err, ERR_DATA, "%s: option --time: no sample has a time", f->path);
	return 0;
}

int times_span(struct perf_file *f, struct time_window *span, struct err *err)
{
	*span = (struct time_window){ f->first_ns, f->last_ns };
	if (f->first_ns && f->last_ns >= f->first_ns)
		return 0;
	return scan_span(f, span, err);
}

/* As perf: a window that does not reach the end does not hold its last moment. */
static struct time_window share_of(const struct time_window *span, const struct time_window *share)
{
	unsigned __int128 total = span->last - span->first;
	struct time_window w = {
		span->first + (uint64_t)(total * share->first / WHOLE_PERCENT),
		span->first + (uint64_t)(total * share->last / WHOLE_PERCENT),
	};

	if (w.last > w.first && w.last != span->last)
		w.last--;
	return w;
}

static int fail_windows(struct err *err)
{
	return fail(err, ERR_USAGE, "option --time: more than %d windows", WINDOWS_MAX);
}

static int find_shares(const char *spec, struct perf_file *f, const struct time_window *whole,
		       struct time_window *windows, uint32_t *nr, struct err *err)
{
	struct time_window span, share;
	const char *at = spec;

	if (whole)
		span = *whole;
	else if (times_span(f, &span, err))
		return -1;
	for (*nr = 0; *nr < WINDOWS_MAX && !parse_share(spec, &at, &share); at++) {
		windows[(*nr)++] = share_of(&span, &share);
		if (!*at)
			return 0;
	}
	return fail_windows(err);
}

static int find_seconds(const char *spec, struct time_window *windows, uint32_t *nr,
			struct err *err)
{
	const char *at = spec;

	for (*nr = 0; *nr < WINDOWS_MAX && !parse_seconds(&at, &windows[*nr]); at++) {
		(*nr)++;
		if (!*at)
			return 0;
	}
	return fail_windows(err);
}

/* Times before the recording's clock began to run are its 0. */
static uint64_t to_clock(const struct perf_file *f, uint64_t wall_ns)
{
	__int128 ns = (__int128)wall_ns - f->wall_ns + f->clock_ns;

	return ns < 0 ? 0 : (uint64_t)MIN(ns, UINT64_MAX);
}

static uint64_t to_wall(const struct perf_file *f, uint64_t clock_ns)
{
	__int128 ns = (__int128)clock_ns - f->clock_ns + f->wall_ns;

	return ns < 0 ? 0 : (uint64_t)MIN(ns, UINT64_MAX);
}

/* Of a recording that was not finished, all that is known is when it was begun. */
bool times_day(const struct perf_file *f, struct time_window *day)
{
	if (!f->wall_ns)
		return false;
	*day = (struct time_window){ f->wall_ns, f->wall_ns };
	if (f->first_ns && f->last_ns >= f->first_ns)
		*day = (struct time_window){ to_wall(f, f->first_ns), to_wall(f, f->last_ns) };
	return true;
}

static int find_wall(char words[2][WORD_MAX], const struct perf_file *f,
		     const struct time_window *whole, struct time_window *w, struct err *err)
{
	struct walltime_span wall = { 0 };
	struct walltime ends[2];
	struct time_window day;

	if (!times_day(f, &day))
		return fail(err, ERR_DATA,
			    "%s: option --time: the file does not say what the time of day was; "
			    "give seconds (ana print shows them)",
			    f->path);
	if (whole)
		day = *whole;
	for (int i = 0; i < 2; i++)
		if (*words[i])
			walltime_parse(&ends[i], words[i]);
	walltime_window(&wall, *words[0] ? &ends[0] : NULL, *words[1] ? &ends[1] : NULL,
			&(struct walltime_span){ day.first, day.last });
	if (*words[0])
		w->first = to_clock(f, wall.first);
	if (*words[1])
		w->last = to_clock(f, wall.last);
	return 0;
}

int times_windows(const char *spec, struct perf_file *file, const struct time_window *whole,
		  struct time_window **windows, uint32_t *nr, struct err *err)
{
	char words[2][WORD_MAX];
	int rc;

	*windows = calloc(WINDOWS_MAX, sizeof(**windows));
	if (!*windows)
		return fail_mem(err);
	**windows = (struct time_window){ 0, UINT64_MAX };
	*nr = 1;
	if (times_has_shares(spec))
		rc = find_shares(spec, file, whole, *windows, nr, err);
	else if (!times_is_wall(spec))
		rc = find_seconds(spec, *windows, nr, err);
	else if (split(spec, words))
		rc = fail(err, ERR_USAGE, "option --time: %s is no window of time", spec);
	else
		rc = find_wall(words, file, whole, *windows, err);
	if (rc) {
		free(*windows);
		*windows = NULL;
	}
	return rc;
}
