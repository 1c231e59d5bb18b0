#include "report/header_text.h"
#include "report/out.h"
#include "report/rpt_events.h"

#include <inttypes.h>
#include <time.h>

/* What a printer gets. */
struct text {
	FILE *out;
	const struct header_context *context;
	struct feature_body *body;
};

static void print_str(struct text *t)
{
	out_text(t->out, feature_str(t->body));
}

/* Of a row that has a label in front of it. */
static void text_string(struct text *t)
{
	print_str(t);
	putc('\n', t->out);
}

static void text_cpus(struct text *t)
{
	uint32_t avail = feature_u32(t->body), online = feature_u32(t->body);

	fprintf(t->out, "# nrcpus online : %u\n# nrcpus avail : %u\n", online, avail);
}

static void text_memory(struct text *t)
{
	fprintf(t->out, "# total memory : %" PRIu64 " kB\n", feature_u64(t->body));
}

/* Quotes get a backslash, nothing else does; and there is a space behind the last word. */
static void text_cmdline(struct text *t)
{
	uint32_t nr = feature_count(t->body, 5);

	for (uint32_t i = 0; i < nr; i++) {
		char *word = (char *)feature_str(t->body), *part;

		while ((part = strsep(&word, "'"))) {
			out_text(t->out, part);
			fputs(word ? "\\'" : " ", t->out);
		}
	}
	putc('\n', t->out);
}

static void text_events(struct text *t)
{
	uint32_t attr_size, nr = event_desc_open(t->body, &attr_size);

	for (uint32_t i = 0; i < nr; i++) {
		struct event_desc d;

		event_desc_next(t->body, attr_size, &d);
		fprintf(t->out, "# event : name = ");
		out_text(t->out, d.name);
		fprintf(t->out, ", ");
		for (uint32_t id = 0; id < d.nr_ids; id++)
			fprintf(t->out, "%s %" PRIu64, id ? "," : ", id = {", feature_u64(&d.ids));
		if (d.nr_ids)
			fprintf(t->out, " }");
		attr_print(t->out, d.attr, ", ", ", ", " = ");
		putc('\n', t->out);
	}
}

static void print_lists(struct text *t, const char *label, uint32_t nr, struct feature_body *lists)
{
	for (uint32_t i = 0; i < nr; i++) {
		fputs(label, t->out);
		out_text(t->out, feature_str(lists));
		putc('\n', t->out);
	}
}

static void print_cores(struct text *t, struct cpu_topology *topology)
{
	for (uint32_t i = 0; i < topology->nr_cpus; i++) {
		int core = feature_u32(&topology->cpus), socket = feature_u32(&topology->cpus);

		fprintf(t->out, "# CPU %u: Core ID %d, ", i, core);
		if (topology->nr_dies)
			fprintf(t->out, "Die ID %d, ", (int)feature_u32(&topology->cpu_dies));
		fprintf(t->out, "Socket ID %d\n", socket);
	}
	if (!topology->nr_cpus)
		fprintf(t->out, "# Core ID and Socket ID information is not available\n");
}

static void text_topology(struct text *t)
{
	struct cpu_topology topology;

	cpu_topology_read(&topology, t->body, t->context->nr_cpus);
	print_lists(t, "# sibling sockets : ", topology.nr_sockets, &topology.sockets);
	print_lists(t, "# sibling dies    : ", topology.nr_dies, &topology.dies);
	print_lists(t, "# sibling threads : ", topology.nr_threads, &topology.threads);
	print_cores(t, &topology);
}

static void text_numa(struct text *t)
{
	uint32_t nr = feature_count(t->body, 4);

	for (uint32_t i = 0; i < nr; i++) {
		uint32_t node = feature_u32(t->body);
		uint64_t total = feature_u64(t->body), free = feature_u64(t->body);

		fprintf(t->out,
			"# node%u meminfo  : total = %" PRIu64 " kB, free = %" PRIu64 " kB\n"
			"# node%u cpu list : ",
			node, total, free, node);
		text_string(t);
	}
}

static void text_pmus(struct text *t)
{
	uint32_t nr = feature_count(t->body, 4);

	fprintf(t->out, "# pmu mappings: %s", nr ? "" : "not available");
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t type = feature_u32(t->body);

		fputs(i ? ", " : "", t->out);
		print_str(t);
		fprintf(t->out, " = %u", type);
	}
	putc('\n', t->out);
}

/* A name that somebody gave to the group; the others have this one. */
#define NO_NAME "{anon_group}"

static void text_groups(struct text *t)
{
	uint32_t nr = feature_count(t->body, 4);

	for (uint32_t i = 0; i < nr; i++) {
		const char *name = feature_str(t->body);
		uint32_t leader = feature_u32(t->body), members = feature_u32(t->body);

		if (members < 2)
			continue;
		fprintf(t->out, "# group: ");
		out_text(t->out, strcmp(name, NO_NAME) ? name : "");
		for (uint32_t m = 0; m < members; m++) {
			putc(m ? ',' : '{', t->out);
			out_text(t->out, t->context->file->events[leader + m].name);
		}
		fprintf(t->out, "}\n");
	}
}

static void text_caches(struct text *t)
{
	uint32_t nr;

	feature_u32(t->body); /* version */
	nr = feature_count(t->body, 4);
	fprintf(t->out, "# CPU cache info:\n");
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t level = feature_u32(t->body);
		const char *type, *size;

		feature_bytes(t->body, 3 * sizeof(uint32_t)); /* line size, sets, ways */
		type = feature_str(t->body);
		size = feature_str(t->body);
		fprintf(t->out, "#  L%d ", (int)level);
		out_text(t->out, type);
		fprintf(t->out, "%*s ", 15 - (int)MIN(strlen(type), 15), "");
		fprintf(t->out, "%*s", 8 - (int)MIN(strlen(size), 8), "");
		out_text(t->out, size);
		fprintf(t->out, " [");
		print_str(t);
		fprintf(t->out, "]\n");
	}
}

static void print_time(struct text *t, const char *label, uint64_t ns)
{
	fprintf(t->out, "%s%" PRIu64 ".%06" PRIu64 "\n", label, ns / 1000000000,
		ns % 1000000000 / 1000);
}

static void text_sample_time(struct text *t)
{
	uint64_t first = feature_u64(t->body), last = feature_u64(t->body);

	print_time(t, "# time of first sample : ", first);
	print_time(t, "# time of last sample : ", last);
	fprintf(t->out, "# sample duration : %10.3f ms\n", (double)(last - first) / 1e6);
}

/* 1536 -> "1536B", 2048 -> "2K": as perf has it, one unit less than most. */
static void print_size(struct text *t, uint64_t size)
{
	const char *unit = "BKMG";

	for (; size / 1024 > 1 && unit[1]; unit++)
		size /= 1024;
	fprintf(t->out, "%" PRIu64 "%c", size, *unit);
}

static uint64_t count_bits(const struct feature_bits *bits)
{
	uint64_t nr = 0;

	for (uint64_t at = 0, first; feature_range(bits, &at, &first);)
		nr += at - first;
	return nr;
}

void header_bits(FILE *out, const struct feature_bits *bits)
{
	const char *comma = "";

	for (uint64_t at = 0, first; feature_range(bits, &at, &first); comma = ",") {
		fprintf(out, "%s%" PRIu64, comma, first);
		if (at - first > 1)
			fprintf(out, "-%" PRIu64, at - 1);
	}
}

static void print_memory_node(struct text *t, uint64_t node, const struct feature_bits *blocks,
			      uint64_t block_size)
{
	fprintf(t->out, "#  %3" PRIu64 " [", node);
	print_size(t, block_size * count_bits(blocks));
	fprintf(t->out, "]: ");
	header_bits(t->out, blocks);
	putc('\n', t->out);
}

static void text_memory_nodes(struct text *t)
{
	uint64_t block_size, nr;

	feature_u64(t->body); /* version */
	block_size = feature_u64(t->body);
	nr = feature_u64(t->body);
	fprintf(t->out, "# memory nodes (nr %" PRIu64 ", block size 0x%" PRIx64 "):\n", nr,
		block_size);
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t node = feature_u64(t->body);
		struct feature_bits blocks;

		feature_u64(t->body); /* as in the bitmap */
		blocks = feature_bitmap(t->body);
		print_memory_node(t, node, &blocks, block_size);
	}
}

static void text_clockid(struct text *t)
{
	fprintf(t->out, "# clockid frequency: %" PRIu64 " MHz\n", feature_u64(t->body) * 1000);
}

static const char *clock_name(uint32_t id)
{
	switch (id) {
	case CLOCK_MONOTONIC:
		return "monotonic";
	case CLOCK_MONOTONIC_RAW:
		return "monotonic_raw";
	case CLOCK_REALTIME:
		return "realtime";
	case CLOCK_BOOTTIME:
		return "boottime";
	case CLOCK_TAI:
		return "tai";
	default:
		return "(not found)";
	}
}

static void text_clock(struct text *t)
{
	uint32_t version = feature_u32(t->body), id = feature_u32(t->body);
	uint64_t wall = feature_u64(t->body), clock = feature_u64(t->body);
	time_t seconds = wall / 1000000000;
	char date[64] = "<error>";
	struct tm tm;

	(void)version;
	if (localtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%F %T", &tm);
	fprintf(t->out,
		"# clockid: %s (%u)\n"
		"# reference time: %s.%06u = %" PRIu64 ".%06u (TOD) = %" PRIu64 ".%09u (%s)\n",
		clock_name(id), id, date, (unsigned)(wall % 1000000000 / 1000), wall / 1000000000,
		(unsigned)(wall % 1000000000 / 1000), clock / 1000000000,
		(unsigned)(clock % 1000000000), clock_name(id));
}

static void text_dir_format(struct text *t)
{
	fprintf(t->out, "# directory data version : %" PRIu64 "\n", feature_u64(t->body));
}

/* Without BTF, the name of a program is that of its only function; those of several are not known. */
static const char *bpf_function_name(const struct text *t, const struct bpf_program *p,
				     const struct bpf_function *f)
{
	const char *name = p->types ? btfs_name(&t->context->btfs, p->btf_id, f->type) : NULL;

	if (name)
		return name;
	if (p->nr > 1)
		return "F";
	return p->name[0] ? p->name : NULL;
}

static void print_bpf_function(struct text *t, const struct bpf_program *p, uint32_t i)
{
	struct bpf_function f = bpf_function_at(p, i);
	const char *name = bpf_function_name(t, p, &f);

	fprintf(t->out, "bpf_prog_");
	for (int byte = 0; byte < 8; byte++)
		fprintf(t->out, "%02x", f.tag[byte]);
	if (name)
		putc('_', t->out);
	out_text(t->out, name ? name : "");
	fprintf(t->out, " addr 0x%" PRIx64 " size %u\n", f.addr, f.size);
}

static void text_bpf_programs(struct text *t)
{
	uint32_t nr = feature_count(t->body, 16);

	for (uint32_t i = 0; i < nr; i++) {
		struct bpf_program p;

		bpf_program_next(t->body, &p);
		if (p.told)
			fprintf(t->out, "# bpf_prog_info %u:%s", p.id, p.nr == 1 ? " " : "\n");
		for (uint32_t f = 0; f < p.nr; f++) {
			if (p.nr > 1)
				fprintf(t->out, "# \tsub_prog %u: ", f);
			print_bpf_function(t, &p, f);
		}
	}
}

static void text_bpf_btf(struct text *t)
{
	uint32_t nr = feature_count(t->body, 8);

	for (uint32_t i = 0; i < nr; i++) {
		fprintf(t->out, "# btf info of id %u\n", feature_u32(t->body));
		feature_bytes(t->body, feature_u32(t->body));
	}
}

static void text_compressed(struct text *t)
{
	uint32_t version = feature_u32(t->body), type = feature_u32(t->body);
	uint32_t level = feature_u32(t->body), ratio = feature_u32(t->body);

	(void)version;
	fprintf(t->out, "# compressed : %s, level = %d, ratio = %d\n",
		type == 1 ? "Zstd" : "Unknown", (int)level, (int)ratio);
}

/* @caps: where the capabilities are. They come before the name of whose they are. */
static void print_caps(struct text *t, struct feature_body *caps, const char *pmu)
{
	uint32_t nr = feature_count(caps, 10);

	fprintf(t->out, "# ");
	out_text(t->out, pmu);
	fprintf(t->out, " pmu capabilities: %s", nr ? "" : "not available");
	for (uint32_t i = 0; i < nr; i++) {
		fputs(i ? ", " : "", t->out);
		out_text(t->out, feature_str(caps));
		putc('=', t->out);
		out_text(t->out, feature_str(caps));
	}
	putc('\n', t->out);
}

static void text_cpu_caps(struct text *t)
{
	print_caps(t, t->body, "cpu");
}

static void text_pmu_caps(struct text *t)
{
	uint32_t nr = feature_count(t->body, 4);

	for (uint32_t i = 0; i < nr; i++) {
		struct feature_body caps = *t->body;

		for (uint32_t strings = 2 * feature_count(t->body, 10); strings; strings--)
			feature_str(t->body);
		print_caps(t, &caps, feature_str(t->body));
	}
}

static void text_hybrid(struct text *t)
{
	uint32_t nr = feature_count(t->body, 10);

	fprintf(t->out, "# hybrid cpu system:\n");
	for (uint32_t i = 0; i < nr; i++) {
		fprintf(t->out, "# ");
		print_str(t);
		fprintf(t->out, " cpu list : ");
		text_string(t);
	}
}

static void print_domain(struct text *t, bool named)
{
	fprintf(t->out, "# Domain\t\t: %u\n", feature_u32(t->body));
	if (named)
		print_lists(t, "# Domain name      : ", 1, t->body);
	print_lists(t, "# Domain cpu map   : ", 1, t->body);
	print_lists(t, "# Domain cpu list  : ", 1, t->body);
}

static void text_domains(struct text *t)
{
	bool named = cpu_domains_named(t->body);
	uint32_t version = feature_u32(t->body), max = feature_u32(t->body);

	fprintf(t->out, "# schedstat version\t: %u\n# Maximum sched domains\t: %u\n", version, max);
	while (t->body->at < t->body->end) {
		uint32_t cpu = feature_u32(t->body), nr = feature_count(t->body, 4);

		fprintf(t->out, "# cpu\t\t: %u\n# nr_domains\t: %u\n", cpu, nr);
		for (uint32_t i = 0; i < nr; i++)
			print_domain(t, named);
	}
}

/* All that perf prints; the text is perf's, down to its blanks. */
static const struct printer {
	unsigned bit;
	bool full_only;
	const char *label; /* in front of all */
	void (*print)(struct text *t);
} printers[] = {
	{ FEATURE_HOSTNAME, false, "# hostname : ", text_string },
	{ FEATURE_OSRELEASE, false, "# os release : ", text_string },
	{ FEATURE_VERSION, false, "# perf version : ", text_string },
	{ FEATURE_ARCH, false, "# arch : ", text_string },
	{ FEATURE_NRCPUS, false, "", text_cpus },
	{ FEATURE_CPUDESC, false, "# cpudesc : ", text_string },
	{ FEATURE_CPUID, false, "# cpuid : ", text_string },
	{ FEATURE_TOTAL_MEM, false, "", text_memory },
	{ FEATURE_CMDLINE, false, "# cmdline : ", text_cmdline },
	{ FEATURE_EVENT_DESC, false, "", text_events },
	{ FEATURE_CPU_TOPOLOGY, true, "", text_topology },
	{ FEATURE_NUMA_TOPOLOGY, true, "", text_numa },
	{ FEATURE_BRANCH_STACK, false, "# contains samples with branch stack\n", NULL },
	{ FEATURE_PMU_MAPPINGS, false, "", text_pmus },
	{ FEATURE_GROUP_DESC, false, "", text_groups },
	{ FEATURE_AUXTRACE, false, "# contains AUX area data (e.g. instruction trace)\n", NULL },
	{ FEATURE_STAT, false, "# contains stat data\n", NULL },
	{ FEATURE_CACHE, true, "", text_caches },
	{ FEATURE_SAMPLE_TIME, false, "", text_sample_time },
	{ FEATURE_MEM_TOPOLOGY, true, "", text_memory_nodes },
	{ FEATURE_CLOCKID, false, "", text_clockid },
	{ FEATURE_DIR_FORMAT, false, "", text_dir_format },
	{ FEATURE_BPF_PROG_INFO, false, "", text_bpf_programs },
	{ FEATURE_BPF_BTF, false, "", text_bpf_btf },
	{ FEATURE_COMPRESSED, false, "", text_compressed },
	{ FEATURE_CPU_PMU_CAPS, false, "", text_cpu_caps },
	{ FEATURE_CLOCK_DATA, false, "", text_clock },
	{ FEATURE_HYBRID_TOPOLOGY, true, "", text_hybrid },
	{ FEATURE_PMU_CAPS, false, "", text_pmu_caps },
	{ FEATURE_CPU_DOMAIN_INFO, true, "", text_domains },
};

void header_text(FILE *out, const struct header_context *c, unsigned bit, struct feature_body *b)
{
	struct text t = { .out = out, .context = c, .body = b };

	for (size_t i = 0; i < ARRAY_SIZE(printers); i++) {
		const struct printer *p = &printers[i];

		if (p->bit != bit)
			continue;
		if (p->full_only && !c->info) {
			fprintf(out, "# %s info available, use -I to display\n",
				feature_kind(bit)->name);
			return;
		}
		fputs(p->label, out);
		if (p->print)
			p->print(&t);
	}
}
