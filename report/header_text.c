#include "report/header_text.h"
#include "report/out.h"
#include "report/rpt_events.h"

#include <inttypes.h>
#include <time.h>

/* What is given to the function that shows a feature. */
struct header_out {
	FILE *out;
	const struct header_context *context;
	struct feature_body *body;
};

static void print_str(struct header_out *h)
{
	out_text(h->out, feature_str(h->body));
}

/* Of a row that has a label in front of it. */
static void show_string(struct header_out *h)
{
	print_str(h);
	putc('\n', h->out);
}

static void show_cpus(struct header_out *h)
{
	uint32_t avail = feature_u32(h->body), online = feature_u32(h->body);

	fprintf(h->out, "# nrcpus online : %u\n# nrcpus avail : %u\n", online, avail);
}

static void show_memory(struct header_out *h)
{
	fprintf(h->out, "# total memory : %" PRIu64 " kB\n", feature_u64(h->body));
}

/* Quotes get a backslash, nothing else does; and there is a space behind the last word. */
static void show_cmdline(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 5);

	for (uint32_t i = 0; i < nr; i++) {
		char *word = (char *)feature_str(h->body), *part;

		while ((part = strsep(&word, "'"))) {
			out_text(h->out, part);
			fputs(word ? "\\'" : " ", h->out);
		}
	}
	putc('\n', h->out);
}

static void show_events(struct header_out *h)
{
	uint32_t attr_size, nr = event_desc_open(h->body, &attr_size);

	for (uint32_t i = 0; i < nr; i++) {
		struct event_desc d;

		event_desc_next(h->body, attr_size, &d);
		fprintf(h->out, "# event : name = ");
		out_text(h->out, d.name);
		fprintf(h->out, ", ");
		for (uint32_t id = 0; id < d.nr_ids; id++)
			fprintf(h->out, "%s %" PRIu64, id ? "," : ", id = {", feature_u64(&d.ids));
		if (d.nr_ids)
			fprintf(h->out, " }");
		attr_print(h->out, d.attr, ", ", ", ", " = ");
		putc('\n', h->out);
	}
}

static void print_lists(struct header_out *h, const char *label, uint32_t nr,
			struct feature_body *lists)
{
	for (uint32_t i = 0; i < nr; i++) {
		fputs(label, h->out);
		out_text(h->out, feature_str(lists));
		putc('\n', h->out);
	}
}

static void print_cores(struct header_out *h, struct cpu_topology *topology)
{
	for (uint32_t i = 0; i < topology->nr_cpus; i++) {
		int core = feature_u32(&topology->cpus), socket = feature_u32(&topology->cpus);

		fprintf(h->out, "# CPU %u: Core ID %d, ", i, core);
		if (topology->nr_dies)
			fprintf(h->out, "Die ID %d, ", (int)feature_u32(&topology->cpu_dies));
		fprintf(h->out, "Socket ID %d\n", socket);
	}
	if (!topology->nr_cpus)
		fprintf(h->out, "# Core ID and Socket ID information is not available\n");
}

static void show_topology(struct header_out *h)
{
	struct cpu_topology topology;

	cpu_topology_read(&topology, h->body, h->context->nr_cpus);
	print_lists(h, "# sibling sockets : ", topology.nr_sockets, &topology.sockets);
	print_lists(h, "# sibling dies    : ", topology.nr_dies, &topology.dies);
	print_lists(h, "# sibling threads : ", topology.nr_threads, &topology.threads);
	print_cores(h, &topology);
}

static void show_numa(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 4);

	for (uint32_t i = 0; i < nr; i++) {
		uint32_t node = feature_u32(h->body);
		uint64_t total = feature_u64(h->body), free = feature_u64(h->body);

		fprintf(h->out,
			"# node%u meminfo  : total = %" PRIu64 " kB, free = %" PRIu64 " kB\n"
			"# node%u cpu list : ",
			node, total, free, node);
		show_string(h);
	}
}

static void show_pmus(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 4);

	fprintf(h->out, "# pmu mappings: %s", nr ? "" : "not available");
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t type = feature_u32(h->body);

		fputs(i ? ", " : "", h->out);
		print_str(h);
		fprintf(h->out, " = %u", type);
	}
	putc('\n', h->out);
}

/* A name that somebody gave to the group; the others have this one. */
#define NO_NAME "{anon_group}"

static void show_groups(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 4);

	for (uint32_t i = 0; i < nr; i++) {
		const char *name = feature_str(h->body);
		uint32_t leader = feature_u32(h->body), members = feature_u32(h->body);

		if (members < 2)
			continue;
		fprintf(h->out, "# group: ");
		out_text(h->out, strcmp(name, NO_NAME) ? name : "");
		for (uint32_t m = 0; m < members; m++) {
			putc(m ? ',' : '{', h->out);
			out_text(h->out, h->context->file->events[leader + m].name);
		}
		fprintf(h->out, "}\n");
	}
}

static void show_caches(struct header_out *h)
{
	uint32_t nr;

	feature_u32(h->body); /* version */
	nr = feature_count(h->body, 4);
	fprintf(h->out, "# CPU cache info:\n");
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t level = feature_u32(h->body);
		const char *type, *size;

		feature_bytes(h->body, 3 * sizeof(uint32_t)); /* line size, sets, ways */
		type = feature_str(h->body);
		size = feature_str(h->body);
		fprintf(h->out, "#  L%d ", (int)level);
		out_text(h->out, type);
		fprintf(h->out, "%*s ", 15 - (int)MIN(strlen(type), 15), "");
		fprintf(h->out, "%*s", 8 - (int)MIN(strlen(size), 8), "");
		out_text(h->out, size);
		fprintf(h->out, " [");
		print_str(h);
		fprintf(h->out, "]\n");
	}
}

static void print_time(struct header_out *h, const char *label, uint64_t ns)
{
	fprintf(h->out, "%s%" PRIu64 ".%06" PRIu64 "\n", label, ns / 1000000000,
		ns % 1000000000 / 1000);
}

static void show_sample_time(struct header_out *h)
{
	uint64_t first = feature_u64(h->body), last = feature_u64(h->body);

	print_time(h, "# time of first sample : ", first);
	print_time(h, "# time of last sample : ", last);
	fprintf(h->out, "# sample duration : %10.3f ms\n", (double)(last - first) / 1e6);
}

/* 1536 -> "1536B", 2048 -> "2K": as perf has it, one unit less than most. */
static void print_size(struct header_out *h, uint64_t size)
{
	const char *unit = "BKMG";

	for (; size / 1024 > 1 && unit[1]; unit++)
		size /= 1024;
	fprintf(h->out, "%" PRIu64 "%c", size, *unit);
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

static void print_memory_node(struct header_out *h, uint64_t node,
			      const struct feature_bits *blocks, uint64_t block_size)
{
	fprintf(h->out, "#  %3" PRIu64 " [", node);
	print_size(h, block_size * count_bits(blocks));
	fprintf(h->out, "]: ");
	header_bits(h->out, blocks);
	putc('\n', h->out);
}

static void show_memory_nodes(struct header_out *h)
{
	uint64_t block_size, nr;

	feature_u64(h->body); /* version */
	block_size = feature_u64(h->body);
	nr = feature_u64(h->body);
	fprintf(h->out, "# memory nodes (nr %" PRIu64 ", block size 0x%" PRIx64 "):\n", nr,
		block_size);
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t node = feature_u64(h->body);
		struct feature_bits blocks;

		feature_u64(h->body); /* as in the bitmap */
		blocks = feature_bitmap(h->body);
		print_memory_node(h, node, &blocks, block_size);
	}
}

static void show_clockid(struct header_out *h)
{
	fprintf(h->out, "# clockid frequency: %" PRIu64 " MHz\n", feature_u64(h->body) * 1000);
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

static void show_clock(struct header_out *h)
{
	uint32_t version = feature_u32(h->body), id = feature_u32(h->body);
	uint64_t wall = feature_u64(h->body), clock = feature_u64(h->body);
	time_t seconds = wall / 1000000000;
	char date[64] = "<error>";
	struct tm tm;

	(void)version;
	if (localtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%F %T", &tm);
	fprintf(h->out,
		"# clockid: %s (%u)\n"
		"# reference time: %s.%06u = %" PRIu64 ".%06u (TOD) = %" PRIu64 ".%09u (%s)\n",
		clock_name(id), id, date, (unsigned)(wall % 1000000000 / 1000), wall / 1000000000,
		(unsigned)(wall % 1000000000 / 1000), clock / 1000000000,
		(unsigned)(clock % 1000000000), clock_name(id));
}

static void show_dir_format(struct header_out *h)
{
	fprintf(h->out, "# directory data version : %" PRIu64 "\n", feature_u64(h->body));
}

/* Without BTF, the name of a program is that of its only function; those of several are not known. */
static const char *bpf_function_name(const struct header_out *h, const struct bpf_program *p,
				     const struct bpf_function *f)
{
	const char *name = p->types ? btfs_name(&h->context->btfs, p->btf_id, f->type) : NULL;

	if (name)
		return name;
	if (p->nr > 1)
		return "F";
	return p->name[0] ? p->name : NULL;
}

static void print_bpf_function(struct header_out *h, const struct bpf_program *p, uint32_t i)
{
	struct bpf_function f = bpf_function_at(p, i);
	const char *name = bpf_function_name(h, p, &f);

	fprintf(h->out, "bpf_prog_");
	for (int byte = 0; byte < 8; byte++)
		fprintf(h->out, "%02x", f.tag[byte]);
	if (name)
		putc('_', h->out);
	out_text(h->out, name ? name : "");
	fprintf(h->out, " addr 0x%" PRIx64 " size %u\n", f.addr, f.size);
}

static void show_bpf_programs(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 16);

	for (uint32_t i = 0; i < nr; i++) {
		struct bpf_program p;

		bpf_program_next(h->body, &p);
		if (p.told)
			fprintf(h->out, "# bpf_prog_info %u:%s", p.id, p.nr == 1 ? " " : "\n");
		for (uint32_t f = 0; f < p.nr; f++) {
			if (p.nr > 1)
				fprintf(h->out, "# \tsub_prog %u: ", f);
			print_bpf_function(h, &p, f);
		}
	}
}

static void show_bpf_btf(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 8);

	for (uint32_t i = 0; i < nr; i++) {
		fprintf(h->out, "# btf info of id %u\n", feature_u32(h->body));
		feature_bytes(h->body, feature_u32(h->body));
	}
}

static void show_compressed(struct header_out *h)
{
	uint32_t version = feature_u32(h->body), type = feature_u32(h->body);
	uint32_t level = feature_u32(h->body), ratio = feature_u32(h->body);

	(void)version;
	fprintf(h->out, "# compressed : %s, level = %d, ratio = %d\n",
		type == 1 ? "Zstd" : "Unknown", (int)level, (int)ratio);
}

/* @caps: where the capabilities are. They come before the name of whose they are. */
static void print_caps(struct header_out *h, struct feature_body *caps, const char *pmu)
{
	uint32_t nr = feature_count(caps, 10);

	fprintf(h->out, "# ");
	out_text(h->out, pmu);
	fprintf(h->out, " pmu capabilities: %s", nr ? "" : "not available");
	for (uint32_t i = 0; i < nr; i++) {
		fputs(i ? ", " : "", h->out);
		out_text(h->out, feature_str(caps));
		putc('=', h->out);
		out_text(h->out, feature_str(caps));
	}
	putc('\n', h->out);
}

static void show_cpu_caps(struct header_out *h)
{
	print_caps(h, h->body, "cpu");
}

static void show_pmu_caps(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 4);

	for (uint32_t i = 0; i < nr; i++) {
		struct feature_body caps = *h->body;

		for (uint32_t strings = 2 * feature_count(h->body, 10); strings; strings--)
			feature_str(h->body);
		print_caps(h, &caps, feature_str(h->body));
	}
}

static void show_hybrid(struct header_out *h)
{
	uint32_t nr = feature_count(h->body, 10);

	fprintf(h->out, "# hybrid cpu system:\n");
	for (uint32_t i = 0; i < nr; i++) {
		fprintf(h->out, "# ");
		print_str(h);
		fprintf(h->out, " cpu list : ");
		show_string(h);
	}
}

static void print_domain(struct header_out *h, bool named)
{
	fprintf(h->out, "# Domain\t\t: %u\n", feature_u32(h->body));
	if (named)
		print_lists(h, "# Domain name      : ", 1, h->body);
	print_lists(h, "# Domain cpu map   : ", 1, h->body);
	print_lists(h, "# Domain cpu list  : ", 1, h->body);
}

static void show_domains(struct header_out *h)
{
	bool named = cpu_domains_named(h->body);
	uint32_t version = feature_u32(h->body), max = feature_u32(h->body);

	fprintf(h->out, "# schedstat version\t: %u\n# Maximum sched domains\t: %u\n", version, max);
	while (h->body->at < h->body->end) {
		uint32_t cpu = feature_u32(h->body), nr = feature_count(h->body, 4);

		fprintf(h->out, "# cpu\t\t: %u\n# nr_domains\t: %u\n", cpu, nr);
		for (uint32_t i = 0; i < nr; i++)
			print_domain(h, named);
	}
}

/* All that perf prints; the text is perf's, down to its blanks. */
static const struct feature_text {
	unsigned bit;
	bool full_only;
	const char *label; /* in front of all */
	void (*print)(struct header_out *h);
} feature_texts[] = {
	{ FEATURE_HOSTNAME, false, "# hostname : ", show_string },
	{ FEATURE_OSRELEASE, false, "# os release : ", show_string },
	{ FEATURE_VERSION, false, "# perf version : ", show_string },
	{ FEATURE_ARCH, false, "# arch : ", show_string },
	{ FEATURE_NRCPUS, false, "", show_cpus },
	{ FEATURE_CPUDESC, false, "# cpudesc : ", show_string },
	{ FEATURE_CPUID, false, "# cpuid : ", show_string },
	{ FEATURE_TOTAL_MEM, false, "", show_memory },
	{ FEATURE_CMDLINE, false, "# cmdline : ", show_cmdline },
	{ FEATURE_EVENT_DESC, false, "", show_events },
	{ FEATURE_CPU_TOPOLOGY, true, "", show_topology },
	{ FEATURE_NUMA_TOPOLOGY, true, "", show_numa },
	{ FEATURE_BRANCH_STACK, false, "# contains samples with branch stack\n", NULL },
	{ FEATURE_PMU_MAPPINGS, false, "", show_pmus },
	{ FEATURE_GROUP_DESC, false, "", show_groups },
	{ FEATURE_AUXTRACE, false, "# contains AUX area data (e.g. instruction trace)\n", NULL },
	{ FEATURE_STAT, false, "# contains stat data\n", NULL },
	{ FEATURE_CACHE, true, "", show_caches },
	{ FEATURE_SAMPLE_TIME, false, "", show_sample_time },
	{ FEATURE_MEM_TOPOLOGY, true, "", show_memory_nodes },
	{ FEATURE_CLOCKID, false, "", show_clockid },
	{ FEATURE_DIR_FORMAT, false, "", show_dir_format },
	{ FEATURE_BPF_PROG_INFO, false, "", show_bpf_programs },
	{ FEATURE_BPF_BTF, false, "", show_bpf_btf },
	{ FEATURE_COMPRESSED, false, "", show_compressed },
	{ FEATURE_CPU_PMU_CAPS, false, "", show_cpu_caps },
	{ FEATURE_CLOCK_DATA, false, "", show_clock },
	{ FEATURE_HYBRID_TOPOLOGY, true, "", show_hybrid },
	{ FEATURE_PMU_CAPS, false, "", show_pmu_caps },
	{ FEATURE_CPU_DOMAIN_INFO, true, "", show_domains },
};

void header_text(FILE *out, const struct header_context *c, unsigned bit, struct feature_body *b)
{
	struct header_out h = { .out = out, .context = c, .body = b };

	for (size_t i = 0; i < ARRAY_SIZE(feature_texts); i++) {
		const struct feature_text *f = &feature_texts[i];

		if (f->bit != bit)
			continue;
		if (f->full_only && !c->info) {
			fprintf(out, "# %s info available, use -I to display\n",
				feature_kind(bit)->name);
			return;
		}
		fputs(f->label, out);
		if (f->print)
			f->print(&h);
	}
}
