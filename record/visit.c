#include "record/visit.h"

void visit_begin(struct visit *v)
{
	const struct sched_param highest = { .sched_priority = sched_get_priority_max(SCHED_FIFO) };

	v->policy = sched_getscheduler(0);
	/* That of a deadline does not fit into @param. */
	v->on = v->policy >= 0 && v->policy != SCHED_DEADLINE && !sched_getparam(0, &v->param) &&
		!sched_getaffinity(0, sizeof(v->cpus), v->cpus) &&
		!sched_setscheduler(0, SCHED_FIFO, &highest);
}

bool visit_cpu(const struct visit *v, uint32_t cpu)
{
	cpu_set_t one[VISIT_CPUS_MAX / CPU_SETSIZE] = { 0 };

	if (!v->on || cpu >= VISIT_CPUS_MAX)
		return false;
	CPU_SET_S(cpu, sizeof(one), one);
	return !sched_setaffinity(0, sizeof(one), one);
}

void visit_end(const struct visit *v)
{
	if (!v->on)
		return;
	sched_setaffinity(0, sizeof(v->cpus), v->cpus);
	sched_setscheduler(0, v->policy, &v->param);
}
