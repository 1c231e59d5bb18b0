/*
 * visit.h - be on another CPU for a moment, ahead of all that runs there: with the highest real-time
 * priority a visit takes some 50 us, however busy the CPU is.
 */
#ifndef RECORD_VISIT_H
#define RECORD_VISIT_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define VISIT_CPUS_MAX 8192 /* NR_CPUS of the largest kernels */

/* What this thread was before, and will be again. */
struct visit {
	bool on;
	int policy;
	struct sched_param param;
	cpu_set_t cpus[VISIT_CPUS_MAX / CPU_SETSIZE];
};

/* visit_begin() - visit_end() is due. Without the right to such a priority there are no visits. */
void visit_begin(struct visit *v);

/* visit_cpu() - returns whether this thread runs on @cpu now, and nowhere else until visit_end(). */
bool visit_cpu(const struct visit *v, uint32_t cpu);

void visit_end(const struct visit *v);

#endif
