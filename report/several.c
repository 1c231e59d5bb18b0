#include "report/several.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The time of day minus that of the clock: for a clock that counts from the start of the machine, when
 * that was. A machine that was started again differs by more; one whose time of day was set meanwhile
 * by less, mostly.
 */
#define SAME_START_NS 10000000000ull

#define HOST_WIDTH_MAX 64 /* Linux allows no more */

#define TIME_MAX (UINT64_MAX - 1) /* UINT64_MAX is none */

static bool is_other_host(const struct session *a, const struct session *b)
{
	return a->file.hostname && b->file.hostname &&
	       strcmp(a->file.hostname, b->file.hostname) != 0;
}

static int64_t clock_start(const struct perf_file *f)
{
	return (int64_t)(f->wall_ns - f->clock_ns);
}

/* Of a kind that cannot be compared? Without -k, perf takes the scheduler's. */
static bool is_other_kind(const struct perf_event_attr *a, const struct perf_event_attr *b)
{
	return a->use_clockid != b->use_clockid || (a->use_clockid && a->clockid != b->clockid);
}

/* Is it certain? Who does not say what the time of day was may be of the same start. */
static bool is_other_clock(const struct session *a, const struct session *b)
{
	uint64_t apart = (uint64_t)clock_start(&a->file) - (uint64_t)clock_start(&b->file);

	if (is_other_kind(&a->file.events[0].attr, &b->file.events[0].attr))
		return true;
	return a->file.wall_ns && b->file.wall_ns && MIN(apart, -apart) > SAME_START_NS;
}

/* Do two of them differ? Each is compared with the first that tells. */
static bool differ(const struct session *all, uint32_t nr, const struct session *told,
		   bool (*is_other)(const struct session *a, const struct session *b))
{
	for (uint32_t i = 0; told && i < nr; i++)
		if (is_other(told, &all[i]))
			return true;
	return false;
}

static const struct session *first_host(const struct session *all, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (all[i].file.hostname)
			return &all[i];
	return NULL;
}

/* The first that says (@says) what the time of day was, or that does not. */
static const struct session *first_clock(const struct session *all, uint32_t nr, bool says)
{
	for (uint32_t i = 0; i < nr; i++)
		if (says == (all[i].file.wall_ns != 0))
			return &all[i];
	return NULL;
}

static void name_hosts(struct session *all, uint32_t nr)
{
	size_t width = 0;

	for (uint32_t i = 0; i < nr; i++) {
		const char *name = all[i].file.hostname;

		all[i].host = name ? name : "?";
		width = MAX(width, strnlen(all[i].host, HOST_WIDTH_MAX));
	}
	for (uint32_t i = 0; i < nr; i++)
		all[i].host_width = (int)width;
}

const struct session *several_relate(struct session *all, uint32_t nr)
{
	bool hosts = differ(all, nr, first_host(all, nr), is_other_host);
	const struct session *told = first_clock(all, nr, true);
	bool clocks = hosts || differ(all, nr, told ? told : all, is_other_clock);
	const struct session *lacking = clocks ? first_clock(all, nr, false) : NULL;

	if (hosts)
		name_hosts(all, nr);
	for (uint32_t i = 0; i < nr; i++) {
		all[i].idx = i;
		all[i].nr_together = nr;
		if (clocks && !lacking)
			all[i].shift_ns = (int64_t)((uint64_t)clock_start(&all[i].file) -
						    (uint64_t)clock_start(&all[0].file));
	}
	return lacking;
}

int64_t several_host(const struct session *s, struct names *hosts)
{
	const char *name = s->host ? s->host : s->file.hostname ? s->file.hostname : "this host";

	return names_id(hosts, name, strlen(name));
}

static bool can_be_opened_twice(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && !stat(path, &st) &&
	       (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* The name of the host that the recording @path is of; to be freed. NULL: nobody knows. */
static char *read_host(const char *path)
{
	struct perf_file file;
	struct err ignored;
	char *host;

	if (!can_be_opened_twice(path) || file_open(&file, path, &ignored))
		return NULL;
	host = file.hostname ? strdup(file.hostname) : NULL;
	file_close(&file);
	return host;
}

bool several_hosts(const char *const *paths, uint32_t nr)
{
	char *first = NULL;
	bool differ = false;

	for (uint32_t i = 0; i < nr && !differ; i++) {
		char *host = read_host(paths[i]);

		differ = first && host && strcmp(first, host) != 0;
		if (first)
			free(host);
		else
			first = host;
	}
	free(first);
	return differ;
}

uint64_t several_shifted(uint64_t time_ns, int64_t by)
{
	uint64_t amount = by < 0 ? -(uint64_t)by : (uint64_t)by;

	if (by < 0)
		return time_ns > amount ? time_ns - amount : 0;
	return time_ns < TIME_MAX - amount ? time_ns + amount : TIME_MAX;
}

uint64_t several_to_own(const struct session *s, uint64_t time_ns)
{
	return several_shifted(time_ns, s->shift_ns == INT64_MIN ? INT64_MAX : -s->shift_ns);
}

int several_span(struct session *all, uint32_t nr, struct time_window *span, struct err *err)
{
	bool any = false;

	*span = (struct time_window){ UINT64_MAX, 0 };
	for (uint32_t i = 0; i < nr; i++) {
		struct err why = { 0 };
		struct time_window own;

		if (!times_span(&all[i].file, &own, &why)) {
			span->first = MIN(span->first, several_to_common(&all[i], own.first));
			span->last = MAX(span->last, several_to_common(&all[i], own.last));
			any = true;
			continue;
		}
		*err = why;
		if (why.code != ERR_DATA)
			return -1;
	}
	return any ? 0 : -1;
}

bool several_day(const struct session *all, uint32_t nr, struct time_window *day)
{
	*day = (struct time_window){ UINT64_MAX, 0 };
	for (uint32_t i = 0; i < nr; i++) {
		struct time_window own;

		if (!times_day(&all[i].file, &own))
			continue;
		day->first = MIN(day->first, own.first);
		day->last = MAX(day->last, own.last);
	}
	return day->first <= day->last;
}
