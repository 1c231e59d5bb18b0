#include "report/times.h"
#include "common/reader.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_IN_S	       1000000000ull
#define WINDOWS_MAX    1000
#define DAY_NS	       (24 * 3600 * NS_IN_S)
#define WHOLE_PERCENT  (100 * NS_IN_S)
#define WORD_MAX       64
#define SECONDS_DIGITS 10 /* more than any clock has run */

/* ".5", if it is there: 1e-9 units. What follows is at *@at. */
static uint64_t parse_fraction(const char **at)
{
	uint64_t unit = NS_IN_S / 10, nanos = 0;

	if (**at != '.')
		return 0;
	for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		nanos += (**at - '0') * unit;
	return nanos;
}

/* "12", "12.5": 1e-9 units, of seconds or of percents. What follows is at *@at. */
static int parse_decimal(const char **at, uint64_t *nanos)
{
	size_t whole = strspn(*at, "0123456789");

	if (!whole || whole > SECONDS_DIGITS)
		return -1;
	*nanos = strtoull(*at, NULL, 10) * NS_IN_S;
	*at += whole;
	*nanos += parse_fraction(at);
	return 0;
}

/* "10%-20%" up to a comma: 1e-9 percents. */
static int parse_share(const char **at, struct time_window *share)
{
	if (parse_decimal(at, &share->first) || *(*at)++ != '%' || *(*at)++ != '-' ||
	    parse_decimal(at, &share->last) || *(*at)++ != '%' || (**at && **at != ','))
		return -1;
	return share->first > share->last || share->last > WHOLE_PERCENT ? -1 : 0;
}

/*
 * A time of day, with a date or on that of @day. Returns 0 with *@ns since 1970, and whether a date
 * was there in *@dated; -1 when it is none.
 */
static int parse_wall(const char *word, const struct tm *day, uint64_t *ns, bool *dated)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					     "%Y-%m-%dT%H:%M",	  "%Y-%m-%d %H:%M",
					     "%H:%M:%S",	  "%H:%M" };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct tm tm = *day;
		uint64_t fraction = 0;
		const char *rest;

		tm.tm_sec = 0;
		tm.tm_isdst = -1;
		rest = strptime(word, forms[i], &tm);
		if (rest)
			fraction = parse_fraction(&rest);
		if (!rest || *rest)
			continue;
		*ns = mktime(&tm) * NS_IN_S + fraction;
		*dated = *forms[i] == '%' && forms[i][1] == 'Y';
		return 0;
	}
	return -1;
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

static bool is_wall(const char *spec)
{
	return strchr(spec, ':') != NULL;
}

static int check_shares(const char *spec)
{
	struct time_window share;

	while (!parse_share(&spec, &share)) {
		if (!*spec)
			return 0;
		spec++;
	}
	return -1;
}

static int check_word(const char *word, bool wall)
{
	static const struct tm day = { .tm_year = 100, .tm_mday = 1 };
	uint64_t ns;
	bool dated;

	if (!*word)
		return 0;
	if (wall)
		return parse_wall(word, &day, &ns, &dated);
	return parse_decimal(&word, &ns) || *word ? -1 : 0;
}

bool times_has_shares(const char *spec)
{
	return strchr(spec, '%') != NULL;
}

int times_check(const char *spec, struct err *err)
{
	char words[2][WORD_MAX];
	int rc;

	if (times_has_shares(spec))
		rc = check_shares(spec);
	else
		rc = split(spec, words) || check_word(words[0], is_wall(spec)) ||
		     check_word(words[1], is_wall(spec));
	if (!rc)
		return 0;
	return fail(err, ERR_USAGE,
		    "option --time: %s is no window of time, as 12.5,13 or 10%%-20%% or "
		    "14:03:00,14:03:05.5",
		    spec);
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

static int find_shares(const char *spec, struct perf_file *f, const struct time_window *whole,
		       struct time_window *windows, uint32_t *nr, struct err *err)
{
	struct time_window span, share;

	if (whole)
		span = *whole;
	else if (times_span(f, &span, err))
		return -1;
	for (*nr = 0; *nr < WINDOWS_MAX && !parse_share(&spec, &share); spec++) {
		windows[(*nr)++] = share_of(&span, &share);
		if (!*spec)
			return 0;
	}
	return fail(err, ERR_USAGE, "option --time: more than %d windows", WINDOWS_MAX);
}

static int find_seconds(char words[2][WORD_MAX], struct time_window *w)
{
	const char *at = words[0];

	if (*at && parse_decimal(&at, &w->first))
		return -1;
	at = words[1];
	return *at && parse_decimal(&at, &w->last) ? -1 : 0;
}

/* The recording's clock at @wall_ns. Times before it began to run are its 0. */
static uint64_t to_clock(const struct perf_file *f, uint64_t wall_ns)
{
	int64_t off = f->wall_ns - f->clock_ns;

	return (int64_t)wall_ns > off ? wall_ns - off : 0;
}

static int find_wall(char words[2][WORD_MAX], const struct perf_file *f, struct time_window *w,
		     struct err *err)
{
	time_t began = f->wall_ns / NS_IN_S;
	bool dated = false;
	uint64_t ns = 0;
	struct tm day;

	if (!f->wall_ns)
		return fail(err, ERR_DATA,
			    "%s: option --time: the file does not say what the time of day was; "
			    "give seconds (ana print shows them)",
			    f->path);
	localtime_r(&began, &day);
	if (*words[0]) {
		parse_wall(words[0], &day, &ns, &dated);
		w->first = to_clock(f, ns);
	}
	if (*words[1]) {
		uint64_t last = 0;

		parse_wall(words[1], &day, &last, &dated);
		if (last < ns && !dated) /* past midnight */
			last += DAY_NS;
		w->last = to_clock(f, last);
	}
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
	else if (split(spec, words))
		rc = fail(err, ERR_USAGE, "option --time: %s is no window of time", spec);
	else
		rc = is_wall(spec) ? find_wall(words, file, *windows, err)
				   : find_seconds(words, *windows);
	if (rc) {
		free(*windows);
		*windows = NULL;
	}
	return rc;
}
