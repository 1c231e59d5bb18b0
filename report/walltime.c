#include "report/walltime.h"
#include "common/util.h"

#define NS_IN_S 1000000000ull

uint64_t walltime_fraction(const char **at)
{
	uint64_t unit = NS_IN_S / 10, nanos = 0;

	if (**at != '.')
		return 0;
	for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		nanos += (**at - '0') * unit;
	return nanos;
}

int walltime_parse(struct walltime *w, const char *word)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
					     "%Y-%m-%dT%H:%M",	  "%Y-%m-%d %H:%M",
					     "%H:%M:%S",	  "%H:%M" };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		const char *rest;

		*w = (struct walltime){ .dated = forms[i][1] == 'Y' };
		rest = strptime(word, forms[i], &w->tm);
		if (rest)
			w->fraction_ns = walltime_fraction(&rest);
		if (rest && !*rest)
			return 0;
	}
	return -1;
}

/* @w on the day of @day, or so many days behind that. */
static uint64_t on_day(const struct walltime *w, const struct tm *day, int behind)
{
	struct tm tm = *day;
	time_t sec;

	tm.tm_mday += behind;
	tm.tm_hour = w->tm.tm_hour;
	tm.tm_min = w->tm.tm_min;
	tm.tm_sec = w->tm.tm_sec;
	tm.tm_isdst = -1;
	sec = mktime(&tm);
	if (sec < 0)
		return 0;
	return (uint64_t)sec < UINT64_MAX / NS_IN_S ? (uint64_t)sec * NS_IN_S + w->fraction_ns
						    : UINT64_MAX;
}

uint64_t walltime_dated(const struct walltime *w)
{
	return on_day(w, &w->tm, 0);
}

static struct tm local_day(uint64_t ns)
{
	time_t sec = (time_t)(ns / NS_IN_S);
	struct tm day = { 0 };

	localtime_r(&sec, &day); /* which can tell of all that 64 bits of ns can */
	return day;
}

static uint64_t first_from(const struct walltime *w, uint64_t from)
{
	const struct tm day = local_day(from);
	uint64_t ns = on_day(w, &day, 0);

	return ns < from ? on_day(w, &day, 1) : ns;
}

static uint64_t last_until(const struct walltime *w, uint64_t until)
{
	const struct tm day = local_day(until);
	uint64_t ns = on_day(w, &day, 0);

	return ns > until ? on_day(w, &day, -1) : ns;
}

static uint64_t nearest(const struct walltime *w, const struct walltime_span *all)
{
	uint64_t next = first_from(w, all->first), before = last_until(w, all->first);

	if (next <= all->last)
		return next;
	return all->first - before <= next - all->last ? before : next;
}

static uint64_t find_end(const struct walltime *a, const struct walltime *b,
			 const struct walltime_span *all)
{
	if (b->dated)
		return walltime_dated(b);
	if (!a)
		return nearest(b, all);
	return first_from(b, a->dated ? MAX(walltime_dated(a), all->first) : all->first);
}

void walltime_window(struct walltime_span *w, const struct walltime *a, const struct walltime *b,
		     const struct walltime_span *all)
{
	if (b)
		w->last = find_end(a, b, all);
	if (a)
		w->first = a->dated ? walltime_dated(a)
			   : b	    ? last_until(a, w->last)
				    : nearest(a, all);
}
