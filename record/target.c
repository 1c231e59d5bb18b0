#include "record/target.h"
#include "common/io.h"
#include "common/util.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#define CPU_ONLINE "/sys/devices/system/cpu/online"
#define CPU_MAX	   (1u << 16)

static int parse_number(const char **at, unsigned long *nr)
{
	char *end;

	if (**at < '0' || **at > '9')
		return -1;
	*nr = strtoul(*at, &end, 10);
	*at = end;
	return *nr < CPU_MAX ? 0 : -1;
}

/* Sets the CPUs of "0,2-3" in @set. Returns 0, or -1 when that is no such list. */
static int parse_list(const char *at, cpu_set_t *set, size_t set_bytes)
{
	for (;;) {
		unsigned long first, last;

		if (parse_number(&at, &first))
			return -1;
		last = first;
		if (*at == '-' && (at++, parse_number(&at, &last)))
			return -1;
		if (last < first)
			return -1;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			CPU_SET_S(cpu, set_bytes, set);
		if (!*at || *at == '\n')
			return 0;
		if (*at++ != ',')
			return -1;
	}
}

static int pick(struct target *t, const cpu_set_t *wanted, const cpu_set_t *online,
		const char *online_text, size_t bytes, struct err *err)
{
	t->cpus = calloc(CPU_COUNT_S(bytes, wanted), sizeof(*t->cpus));
	if (!t->cpus)
		return fail_mem(err);
	for (uint32_t cpu = 0; cpu < CPU_MAX; cpu++) {
		if (!CPU_ISSET_S(cpu, bytes, wanted))
			continue;
		if (!CPU_ISSET_S(cpu, bytes, online)) {
			target_release(t);
			return fail(err, ERR_NOENT, "no CPU %u; online are %.*s", cpu,
				    (int)strcspn(online_text, "\n"), online_text);
		}
		t->cpus[t->nr_cpus++] = cpu;
	}
	return 0;
}

int target_init(struct target *t, const char *list, struct err *err)
{
	size_t len, bytes = CPU_ALLOC_SIZE(CPU_MAX);
	char *text = io_slurp(CPU_ONLINE, 1 << 16, &len);
	cpu_set_t *wanted = calloc(1, bytes), *online = calloc(1, bytes);
	int rc = -1;

	*t = (struct target){ 0 };
	if (!text || parse_list(text, online, bytes))
		fail(err, ERR_IO, "cannot read " CPU_ONLINE);
	else if (!wanted || !online)
		fail_mem(err);
	else if (list && parse_list(list, wanted, bytes))
		fail(err, ERR_USAGE, "option -C: %s is no list of CPUs, as 0,2-3", list);
	else
		rc = pick(t, list ? wanted : online, online, text, bytes, err);
	free(wanted);
	free(online);
	free(text);
	return rc;
}

void target_release(struct target *t)
{
	free(t->cpus);
	*t = (struct target){ 0 };
}
