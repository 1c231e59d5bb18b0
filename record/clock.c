#include "record/clock.h"
#include "common/io.h"
#include "common/abi.h"
#include "common/util.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define PAIR_TRIES  8

/* The others (realtime, boottime, tai) the kernel refuses: an NMI cannot read them. */
static const struct {
	const char *name, *other;
	int id;
} clocks[] = {
	{ "monotonic", "mono", CLOCK_MONOTONIC },
	{ "monotonic_raw", "raw", CLOCK_MONOTONIC_RAW },
	{ "perf", "perf", CLOCK_OF_PERF },
};

int clock_parse(const char *name, int *clockid, struct err *err)
{
	const char *bare = strncasecmp(name, "CLOCK_", 6) ? name : name + 6;

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		char number[16];

		snprintf(number, sizeof(number), "%d", clocks[i].id);
		*clockid = clocks[i].id;
		if (!strcasecmp(bare, clocks[i].name) || !strcasecmp(bare, clocks[i].other) ||
		    (clocks[i].id != CLOCK_OF_PERF && !strcmp(name, number)))
			return 0;
	}
	return fail(err, ERR_USAGE,
		    "option -k: the kernel times no tracepoint by %s; it has monotonic, "
		    "monotonic_raw, and perf, its own",
		    name);
}

/* Clock sources that are read over a bus: all CPUs together get a million readings a second. */
static bool is_slow(const char *source)
{
	static const char *const slow[] = { "hpet", "acpi_pm", "pit", "jiffies",
					    "refined-jiffies" };

	for (size_t i = 0; i < ARRAY_SIZE(slow); i++)
		if (!strcmp(source, slow[i]))
			return true;
	return false;
}

int clock_default(void)
{
	size_t len;
	char *source = io_slurp(CLOCKSOURCE, 64, &len);
	int clockid = CLOCK_MONOTONIC;

	if (source) {
		source[strcspn(source, "\n")] = 0;
		if (is_slow(source))
			clockid = CLOCK_OF_PERF;
	}
	free(source);
	return clockid;
}

const char *clock_name(int clockid)
{
	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++)
		if (clocks[i].id == clockid)
			return clocks[i].name;
	return "unknown";
}

/* The time of day, and what @clockid showed at that moment: of some tries the quickest. */
static void read_pair(int clockid, uint64_t *wall_ns, uint64_t *time_ns)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < PAIR_TRIES; i++) {
		uint64_t before = clock_ns(clockid), wall = clock_ns(CLOCK_REALTIME);
		uint64_t after = clock_ns(clockid);

		if (after - before >= least)
			continue;
		least = after - before;
		*wall_ns = wall;
		*time_ns = before + least / 2;
	}
}

void clock_describe(int clockid, struct buf *resolution, struct buf *data)
{
	uint64_t wall_ns = 0, clock_ns = 0;
	struct timespec res;

	if (clockid == CLOCK_OF_PERF || clock_getres(clockid, &res))
		return;
	buf_add_u64(resolution, res.tv_sec * 1000000000ull + res.tv_nsec);
	read_pair(clockid, &wall_ns, &clock_ns);
	buf_add_u32(data, CLOCK_DATA_VERSION);
	buf_add_u32(data, clockid);
	buf_add_u64(data, wall_ns);
	buf_add_u64(data, clock_ns);
}
