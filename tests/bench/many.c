/*
 * many.c - rec on a machine of many CPUs, as far as two can tell: RINGS_PER_CPU=N many OPTIONS
 *
 * Linked from rec's own objects, with target_init() wrapped: each CPU of the target is there N times,
 * and each time has its own events and its own ring. So every event is recorded N times, and whatever
 * is done for each CPU (descriptors, rings, threads, passes) is done as on N times as many.
 */
#include "common/util.h"
#include "record/target.h"

#include <stdlib.h>

int __real_target_init(struct target *t, const struct target_spec *spec, struct err *err);
int __wrap_target_init(struct target *t, const struct target_spec *spec, struct err *err);

int __wrap_target_init(struct target *t, const struct target_spec *spec, struct err *err)
{
	const char *text = getenv("RINGS_PER_CPU");
	uint32_t n = text ? strtoul(text, NULL, 10) : 1, *cpus;

	if (__real_target_init(t, spec, err))
		return -1;
	cpus = calloc((size_t)t->nr_cpus * n, sizeof(*cpus));
	if (!n || !cpus)
		return fail(err, ERR_USAGE, "RINGS_PER_CPU: %s rings are not to be had", text);
	for (uint32_t i = 0; i < t->nr_cpus * n; i++)
		cpus[i] = t->cpus[i / n];
	free(t->cpus);
	t->cpus = cpus;
	t->nr_cpus *= n;
	t->nr_online *= n;
	return 0;
}
