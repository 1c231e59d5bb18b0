#include "record/meta.h"
#include "common/io.h"
#include "common/ranges.h"
#include "common/tracing.h"
#include "common/writer.h"
#include "common/util.h"
#include "common/version.h"
#include "record/clock.h"
#include "record/topology.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PROC_FILE_MAX (16u << 20)

static void add_uname(struct buf *bodies)
{
	struct utsname name;

	if (uname(&name))
		return;
	feature_add_str(&bodies[FEATURE_HOSTNAME], name.nodename);
	feature_add_str(&bodies[FEATURE_OSRELEASE], name.release);
	feature_add_str(&bodies[FEATURE_VERSION], RECANA_VERSION);
	feature_add_str(&bodies[FEATURE_ARCH], name.machine);
}

/* The highest number in a list of CPUs as "0-3,8", or -1. */
static int highest_cpu(const char *path)
{
	size_t len;
	char *text = io_slurp(path, PROC_FILE_MAX, &len);
	struct ranges cpus;
	int highest = -1;

	if (text && !ranges_parse(&cpus, text, INT_MAX)) {
		highest = cpus.at[cpus.nr - 1].last;
		ranges_release(&cpus);
	}
	free(text);
	return highest;
}

static void add_cpus(struct buf *bodies)
{
	int online = sysconf(_SC_NPROCESSORS_ONLN);
	int present = highest_cpu("/sys/devices/system/cpu/present");
	int available = MAX(present + 1, online);

	buf_add_u32(&bodies[FEATURE_NRCPUS], available);
	buf_add_u32(&bodies[FEATURE_NRCPUS], online);
	topology_describe(&bodies[FEATURE_CPU_TOPOLOGY], available);
}

static void add_clock(struct buf *bodies, const struct perf_event_attr *attr)
{
	clock_describe(attr->use_clockid ? attr->clockid : CLOCK_OF_PERF, &bodies[FEATURE_CLOCKID],
		       &bodies[FEATURE_CLOCK_DATA]);
}

/* The first value of @key in /proc/cpuinfo's text, empty when there is none: "key : value". */
static void cpuinfo_value(const char *text, const char *key, char *out, size_t room)
{
	size_t len = strlen(key);

	*out = 0;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *value;

		line += *line == '\n';
		if (strncmp(line, key, len))
			continue;
		value = line + len + strspn(line + len, " \t");
		if (*value != ':') /* "model" is not "model name" */
			continue;
		value++;
		value += strspn(value, " \t");
		snprintf(out, room, "%.*s", (int)strcspn(value, "\n"), value);
		return;
	}
}

static void add_cpudesc(struct buf *body, const char *cpuinfo)
{
	/* x86 and 32-bit ARM; LoongArch; MIPS; Power and SPARC. 64-bit ARM tells no name. */
	static const char *const keys[] = { "model name", "Model Name", "cpu model", "cpu" };
	struct utsname name;
	char model[256] = "";

	for (size_t i = 0; i < ARRAY_SIZE(keys) && !*model; i++)
		cpuinfo_value(cpuinfo, keys[i], model, sizeof(model));
	if (!*model && !uname(&name)) /* perf's JSON export wants a CPUDESC, whatever it says */
		snprintf(model, sizeof(model), "%s", name.machine);
	feature_add_str(body, model);
}

static void add_cpu(struct buf *bodies)
{
	char vendor[64], family[16], number[16], stepping[16], id[128];
	size_t len;
	char *text = io_slurp("/proc/cpuinfo", PROC_FILE_MAX, &len);

	add_cpudesc(&bodies[FEATURE_CPUDESC], text);
	cpuinfo_value(text, "vendor_id", vendor, sizeof(vendor));
	cpuinfo_value(text, "cpu family", family, sizeof(family));
	cpuinfo_value(text, "model", number, sizeof(number));
	cpuinfo_value(text, "stepping", stepping, sizeof(stepping));
	snprintf(id, sizeof(id), "%s,%s,%s,%s", vendor, family, number, stepping);
	if (*vendor && *family)
		feature_add_str(&bodies[FEATURE_CPUID], id);
	free(text);
}

static void add_total_mem(struct buf *body)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	buf_add_u64(body, page * sysconf(_SC_PHYS_PAGES) / 1024);
}

static void add_cmdline(struct buf *body, char *const *argv)
{
	uint32_t nr = 0;

	while (argv[nr])
		nr++;
	buf_add_u32(body, nr);
	for (uint32_t i = 0; i < nr; i++)
		feature_add_str(body, argv[i]);
}

static int by_system(const void *a, const void *b)
{
	const struct tracing_format *x = a, *y = b;

	return strcmp(x->system, y->system);
}

static bool described_before(const struct evlist *l, uint32_t i)
{
	uint32_t j = 0;

	while (l->evsels[j].tp.id != l->evsels[i].tp.id)
		j++;
	return j < i;
}

static int add_tracing(struct buf *body, const struct evlist *l, struct err *err)
{
	struct tracing t = { .long_size = sizeof(long), .page_size = sysconf(_SC_PAGESIZE) };
	size_t len;
	char *page = tracefs_slurp("events/header_page", &len, err);
	int rc = -1;

	if (!page)
		return -1;
	t.header_page = page;
	t.header_page_len = len;
	t.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	t.formats = calloc(l->nr, sizeof(*t.formats));
	if (!t.formats) {
		fail_mem(err);
		goto out;
	}
	/* What the trigger looks at may be recorded, too: one format is enough. */
	for (uint32_t i = 0; i < l->nr - 1; i++)
		if (!described_before(l, i))
			t.formats[t.nr_formats++] = (struct tracing_format){
				.system = l->evsels[i].tp.system,
				.text = l->evsels[i].tp.format,
				.text_len = l->evsels[i].tp.format_len,
			};
	/* The section groups them by system. */
	qsort(t.formats, t.nr_formats, sizeof(*t.formats), by_system);
	tracing_write(body, &t);
	rc = 0;
out:
	free(t.formats);
	free(page);
	return rc;
}

int meta_collect(struct buf *bodies, const struct evlist *l, char *const *argv, struct err *err)
{
	add_uname(bodies);
	add_cpus(bodies);
	add_cpu(bodies);
	add_total_mem(&bodies[FEATURE_TOTAL_MEM]);
	add_cmdline(&bodies[FEATURE_CMDLINE], argv);
	add_clock(bodies, &l->evsels[0].attr);
	return add_tracing(&bodies[FEATURE_TRACING_DATA], l, err);
}
