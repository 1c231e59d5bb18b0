#include "record/topology.h"
#include "common/io.h"
#include "common/util.h"
#include "common/writer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_MAX (1u << 16) /* bytes of a list of CPUs */

/* What /sys says of @cpu under @name; NULL: nothing, as for one that is offline. */
static char *read_text(uint32_t cpu, const char *name)
{
	char path[128], *text;
	size_t len;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/%s", cpu, name);
	text = io_slurp(path, LIST_MAX, &len);
	if (text)
		text[strcspn(text, "\n")] = 0;
	return text;
}

/* The same of a name that kernels before 5.3 have not. */
static char *read_list(uint32_t cpu, const char *name, const char *old_name)
{
	char *text = read_text(cpu, name);

	return text || !old_name ? text : read_text(cpu, old_name);
}

/* -1: unknown, also for readers. */
static uint32_t read_number(uint32_t cpu, const char *name)
{
	char *text = read_text(cpu, name);
	uint32_t nr = text ? strtol(text, NULL, 10) : -1;

	free(text);
	return nr;
}

static bool has(char *const *texts, uint32_t nr, const char *text)
{
	for (uint32_t i = 0; i < nr; i++)
		if (!strcmp(texts[i], text))
			return true;
	return false;
}

/* The different lists that the CPUs have under @name: one for each core, die or socket. */
static uint32_t add_lists(struct buf *body, uint32_t nr_cpus, const char *name,
			  const char *old_name)
{
	char **lists = calloc(nr_cpus, sizeof(*lists));
	uint32_t nr = 0;

	for (uint32_t cpu = 0; lists && cpu < nr_cpus; cpu++) {
		char *list = read_list(cpu, name, old_name);

		if (list && !has(lists, nr, list))
			lists[nr++] = list;
		else
			free(list);
	}
	body->failed |= !lists;
	buf_add_u32(body, nr);
	for (uint32_t i = 0; i < nr; i++) {
		feature_add_str(body, lists[i]);
		free(lists[i]);
	}
	free(lists);
	return nr;
}

void topology_describe(struct buf *body, uint32_t nr_cpus)
{
	char *die = read_text(0, "die_id");

	if (add_lists(body, nr_cpus, "package_cpus_list", "core_siblings_list") == 0 ||
	    add_lists(body, nr_cpus, "core_cpus_list", "thread_siblings_list") == 0) {
		body->len = 0;
		free(die);
		return;
	}
	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
		buf_add_u32(body, read_number(cpu, "core_id"));
		buf_add_u32(body, read_number(cpu, "physical_package_id"));
	}
	/* Where there are dies: machines that know none say -1. */
	if (die && atoi(die) >= 0 && add_lists(body, nr_cpus, "die_cpus_list", NULL))
		for (uint32_t cpu = 0; cpu < nr_cpus; cpu++)
			buf_add_u32(body, read_number(cpu, "die_id"));
	free(die);
}
