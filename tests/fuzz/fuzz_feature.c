/*
 * fuzz_feature.c - any bytes as the body of a feature: it is checked, and if nothing is wrong with it,
 * all of it is read, where nothing may turn out to be wrong any more.
 *
 * The first byte of an input is the number of the feature, the second has the byte order in its
 * lowest bit and the number of CPUs in the others.
 */
#include "common/btf.h"
#include "tests/unit/recbuild.h"

#define NR_EVENTS 8

/* What is computed goes here, so that the compiler has to load it. */
static volatile uint64_t sink;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- seeds: a body of each kind ---- */

static void seed_write(const char *dir, unsigned bit, const struct buf *body)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/feature-%u", dir, bit);
	file = fopen(path, "w");
	if (!file)
		abort();
	putc((int)bit, file);
	putc(2 << 1, file);
	fwrite(body->data, 1, body->len, file);
	fclose(file);
}

/* As the shape says, with a few of each. */
static void seed_shape(struct buf *body, const char *shape)
{
	for (const char *c = shape; *c; c++) {
		bool starts = c == shape || c[-1] == ' ';

		if (*c == '[' || (starts && *c == 'u'))
			buf_add_u32(body, 1);
		else if (*c == '<' || (starts && *c == 'U'))
			buf_add_u64(body, 1);
		else if (starts && *c == 'i')
			buf_add_u32(body, UINT32_MAX);
		else if (starts && *c == 's')
			rb_str(body, "0-1");
		else if (starts && *c == 'x')
			rb_add_pair(body, 4, 0);
		else if (starts && *c == 'm')
			rb_add_words(body, (uint64_t[]){ 64, 5 }, 2);
	}
}

static void seed_topology(struct buf *body)
{
	seed_shape(body, "[a s] [b s] u u u u [c s] u u");
}

static void seed_events(struct buf *body)
{
	rb_add_pair(body, 1, 64);
	buf_add_zero(body, 64);
	buf_add_u32(body, 1);
	rb_str(body, "cycles");
	buf_add_u64(body, 7);
}

static void seed_build_ids(struct buf *body)
{
	struct perf_event_header header = { .misc = 1, .size = 64 };

	buf_add(body, &header, sizeof(header));
	buf_add_zero(body, 28);
	buf_add(body, "[kernel.kallsyms]", 18);
	buf_add_zero(body, 10);
}

static void seed_program(struct buf *body)
{
	char info[232] = { 0 };

	info[104] = info[108] = info[180] =
		1;	/* nr_jited_ksyms, nr_jited_func_lens, nr_prog_tags */
	info[112] = 8;	/* jited_ksyms */
	info[120] = 16; /* jited_func_lens */
	buf_add_u32(body, 1);
	rb_add_pair(body, sizeof(info), 24);
	buf_add_u64(body, 0);
	buf_add(body, info, sizeof(info));
	buf_add_zero(body, 24);
}

/* One function, and its name. */
static void seed_btf(struct buf *body)
{
	rb_add_pair(body, 1, 3);
	buf_add_u32(body, 24 + 12 + 6);
	rb_add_pair(body, 0x1eb9f, 24);
	rb_add_pair(body, 0, 12);
	rb_add_pair(body, 12, 6);
	rb_add_pair(body, 1, 12 << 24);
	buf_add_u32(body, 0);
	buf_add(body, "\0main", 6);
}

static void seed_body(struct buf *body, const struct feature_kind *kind)
{
	struct feature_body none = { 0 };

	if (kind->bit == FEATURE_BPF_BTF)
		seed_btf(body);
	else if (kind->shape)
		seed_shape(body, kind->shape);
	else if (kind->bit == FEATURE_CPU_TOPOLOGY)
		seed_topology(body);
	else if (kind->bit == FEATURE_EVENT_DESC)
		seed_events(body);
	else if (kind->bit == FEATURE_BUILD_ID)
		seed_build_ids(body);
	else if (kind->bit == FEATURE_BPF_PROG_INFO)
		seed_program(body);
	else if (kind->bit == FEATURE_CPU_DOMAIN_INFO)
		seed_shape(body, cpu_domains_shape(&none));
}

/* A seed that is refused at once would be of no use. */
static void seed_try(const struct buf *body, unsigned bit)
{
	char *at = (char *)body->data;
	struct feature_body b = { .start = at, .at = at, .end = at + body->len };

	feature_check(&b, bit, 2, NR_EVENTS);
	if (!b.wrong && (b.at == b.end || bit == FEATURE_TRACING_DATA))
		return;
	fprintf(stderr, "seed of feature %u: %s\n", bit, b.wrong ? b.wrong : "too long");
	abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dir = getenv("SEEDS");

	(void)argc;
	(void)argv;
	for (const struct feature_kind *k = feature_kinds; dir && k->name; k++) {
		struct buf body = { 0 };

		seed_body(&body, k);
		buf_add_zero(&body, 1); /* there is a place, also of an empty one */
		body.len--;
		seed_try(&body, k->bit);
		seed_write(dir, k->bit, &body);
		buf_release(&body);
	}
	if (dir)
		exit(0);
	return 0;
}

/* ---- reading ---- */

static void touch(const char *text)
{
	sink += strlen(text);
}

static void on_value(void *arg, const struct feature_value *v)
{
	(void)arg;
	sink += v->number + v->key_len;
	if (v->text)
		touch(v->text);
	for (uint64_t at = 0, first;
	     v->item == FEATURE_BITS && feature_range(&v->bits, &at, &first);)
		sink += at - first;
}

static void read_strings(struct feature_body *b, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		touch(feature_str(b));
	if (b->wrong)
		abort();
}

static void read_topology(struct feature_body *b, uint32_t nr_cpus)
{
	struct cpu_topology t;

	cpu_topology_read(&t, b, nr_cpus);
	read_strings(&t.sockets, t.nr_sockets);
	read_strings(&t.threads, t.nr_threads);
	read_strings(&t.dies, t.nr_dies);
	for (uint32_t i = 0; i < t.nr_cpus; i++) {
		sink += feature_u64(&t.cpus);
		if (t.nr_dies)
			sink += feature_u32(&t.cpu_dies);
	}
	if (t.cpus.wrong || t.cpu_dies.wrong)
		abort();
}

static void read_events(struct feature_body *b)
{
	uint32_t attr_size, nr = event_desc_open(b, &attr_size);

	for (uint32_t i = 0; i < nr; i++) {
		struct event_desc d;

		event_desc_next(b, attr_size, &d);
		touch(d.name);
		for (uint32_t id = 0; id < d.nr_ids; id++)
			sink += feature_u64(&d.ids);
		if (d.ids.wrong)
			abort();
	}
}

static void read_build_ids(struct feature_body *b)
{
	struct build_id id;

	while (build_id_next(b, &id)) {
		touch(id.filename);
		for (int i = 0; i < id.size; i++)
			sink += id.bytes[i];
	}
}

static void read_programs(struct feature_body *b)
{
	uint32_t nr = feature_count(b, 16);

	for (uint32_t i = 0; i < nr; i++) {
		struct bpf_program p;

		bpf_program_next(b, &p);
		touch(p.name);
		for (uint32_t f = 0; f < p.nr; f++) {
			struct bpf_function function = bpf_function_at(&p, f);

			sink += function.tag[0] + function.tag[7] + function.addr + function.size;
		}
	}
}

static void read_btfs(struct feature_body b)
{
	struct err err = { 0 };
	struct btfs all;

	if (btfs_init(&all, &b, &err) || b.wrong)
		abort();
	for (uint32_t i = 0; i < all.nr; i++)
		for (uint32_t type = 0; type <= all.list[i].nr; type++) {
			const char *name = btfs_name(&all, all.list[i].id, type);

			touch(name ? name : "");
		}
	btfs_release(&all);
}

static void read_checked(struct feature_body *b, unsigned bit, uint32_t nr_cpus)
{
	const struct feature_kind *kind = feature_kind(bit);

	if (bit == FEATURE_BPF_BTF)
		read_btfs(*b);

	if (bit == FEATURE_CPU_TOPOLOGY)
		read_topology(b, nr_cpus);
	else if (bit == FEATURE_EVENT_DESC)
		read_events(b);
	else if (bit == FEATURE_BUILD_ID)
		read_build_ids(b);
	else if (bit == FEATURE_BPF_PROG_INFO)
		read_programs(b);
	else if (bit == FEATURE_CPU_DOMAIN_INFO)
		feature_walk(b, cpu_domains_shape(b), on_value, NULL);
	else if (kind && kind->shape)
		feature_walk(b, kind->shape, on_value, NULL);
	if (b->wrong)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feature_body b = { 0 }, copy;

	if (size < 2)
		return 0;
	b.start =
		malloc(size - 2 ? size - 2 : 1); /* no byte more, so that ASan sees who reads on */
	if (!b.start)
		abort();
	memcpy(b.start, data + 2, size - 2);
	b.at = b.start;
	b.end = b.start + size - 2;
	b.swap = data[1] & 1;
	copy = b;
	feature_check(&copy, data[0], data[1] >> 1, NR_EVENTS);
	if (!copy.wrong)
		read_checked(&b, data[0], data[1] >> 1);
	free(b.start);
	return 0;
}
