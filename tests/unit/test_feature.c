#include "tests/unit/unit.h"

#include "common/feature.h"
#include "common/swap.h"
#include "tests/unit/both.h"
#include "tests/unit/recbuild.h"

#include <byteswap.h>
#include <linux/bpf.h>

/* What a walk told, as text: "key=value " for a value, brackets for the rest. */
struct told {
	char text[4096];
};

static void add(struct told *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct told *t, const char *fmt, ...)
{
	size_t len = strlen(t->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->text + len, sizeof(t->text) - len, fmt, ap);
	va_end(ap);
}

static void add_bits(struct told *t, const struct feature_bits *bits)
{
	for (uint64_t at = 0, first; feature_range(bits, &at, &first);)
		add(t, "%d-%d,", (int)first, (int)at - 1);
}

static void on_value(void *arg, const struct feature_value *v)
{
	struct told *t = arg;

	switch (v->item) {
	case FEATURE_NUMBER:
	case FEATURE_SIGNED:
		add(t, "%.*s=%lld ", v->key_len, v->key, (long long)v->number);
		break;
	case FEATURE_TEXT:
		add(t, "%.*s='%s' ", v->key_len, v->key, v->text);
		break;
	case FEATURE_BITS:
		add(t, "%.*s=", v->key_len, v->key);
		add_bits(t, &v->bits);
		break;
	case FEATURE_OPEN_LIST:
		add(t, "%.*s[", v->key_len, v->key);
		break;
	case FEATURE_CLOSE_LIST:
		add(t, "]");
		break;
	case FEATURE_OPEN_OBJECT:
		add(t, "%.*s{", v->key_len, v->key);
		break;
	case FEATURE_CLOSE_OBJECT:
		add(t, "}");
		break;
	}
}

/* The bytes in memory of exactly their size, so that ASan sees every one beside them. */
static struct feature_body body_of(const struct buf *bytes)
{
	char *copy = malloc(bytes->len ? bytes->len : 1);

	if (bytes->len)
		memcpy(copy, bytes->data, bytes->len);
	return (struct feature_body){ .start = copy, .at = copy, .end = copy + bytes->len };
}

/* Walks through @bytes, which are released, and asserts what was told. */
static void assert_walk(struct buf *bytes, const char *shape, const char *expected)
{
	struct feature_body b = body_of(bytes);
	struct told t = { "" };

	feature_walk(&b, shape, on_value, &t);
	assert_null(b.wrong);
	assert_string_equal(t.text, expected);
	free(b.start);
	buf_release(bytes);
}

/* What feature_check() says of @bytes as the feature @bit; @at: where it says so. */
static const char *wrong_in(const struct buf *bytes, unsigned bit, size_t *at)
{
	struct feature_body b = body_of(bytes);

	feature_check(&b, bit, 2, 2);
	*at = b.wrong_at;
	free(b.start);
	return b.wrong;
}

static void assert_good(struct buf *bytes, unsigned bit)
{
	size_t at;
	const char *wrong = wrong_in(bytes, bit, &at);

	if (wrong)
		fail_test("%s at %zu", wrong, at);
	buf_release(bytes);
}

static void assert_wrong(struct buf *bytes, unsigned bit, const char *what, size_t at)
{
	size_t found;
	const char *wrong = wrong_in(bytes, bit, &found);

	assert_non_null(wrong);
	assert_contains(wrong, what);
	assert_int_equal(found, at);
	buf_release(bytes);
}

/* ---- shapes ---- */

static void test_walk_tells_numbers_and_strings(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, 7);
	buf_add_u32(&b, UINT32_MAX);
	buf_add_u64(&b, 1ull << 40);
	rb_str(&b, "text");
	assert_walk(&b, "u:a i:b U:c s:d", "a=7 b=-1 c=1099511627776 d='text' ");
}

static void test_walk_tells_lists_in_lists(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, 2);
	buf_add_u32(&b, 1);
	rb_str(&b, "x");
	rb_str(&b, "y");
	rb_str(&b, "first");
	buf_add_u32(&b, 0);
	rb_str(&b, "second");
	buf_add_u32(&b, 9);
	assert_walk(&b, "[caps [in s:k s:v] s:pmu] u:z",
		    "caps[{in[{k='x' v='y' }]pmu='first' }{in[]pmu='second' }]z=9 ");
}

static void test_walk_tells_plain_strings_without_names(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, 2);
	rb_str(&b, "rec");
	rb_str(&b, "-a");
	assert_walk(&b, "[cmdline s]", "cmdline[='rec' ='-a' ]");
}

static void test_walk_knows_u64_counts_open_lists_and_objects(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u64(&b, 1);
	buf_add_u64(&b, 5);
	buf_add_u32(&b, 6);
	buf_add_u32(&b, 7);
	assert_walk(&b, "<far U:off> {o *rest u:n;}", "far[{off=5 }]o{rest[{n=6 }{n=7 }]}");
}

static void test_walk_reads_bitmaps_by_runs(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u64(&b, 130);
	buf_add_u64(&b, 0x8000000000000005);
	buf_add_u64(&b, 1);
	buf_add_u64(&b, UINT64_MAX); /* only two of them count */
	assert_walk(&b, "m:set", "set=0-0,2-2,63-64,128-129,");
}

static void test_walk_reads_the_other_byte_order(void **state)
{
	struct feature_body body;
	struct told t = { "" };
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, bswap_32(3));
	buf_add_u64(&b, bswap_64(4));
	buf_add_u32(&b, bswap_32(2));
	buf_add(&b, "x", 2);
	body = body_of(&b);
	body.swap = true;
	feature_walk(&body, "u:a U:b s:c", on_value, &t);
	assert_string_equal(t.text, "a=3 b=4 c='x' ");
	free(body.start);
	buf_release(&b);
}

static void test_walk_refuses_another_version(void **state)
{
	struct buf b = { 0 };

	(void)state;
	rb_add_pair(&b, 2, 0);
	assert_wrong(&b, FEATURE_CACHE, "version", 0);
	rb_add_pair(&b, 2, 1);
	rb_add_words(&b, (uint64_t[]){ 1, 2 }, 2);
	assert_wrong(&b, FEATURE_CLOCK_DATA, "version", 0);
	rb_add_words(&b, (uint64_t[]){ 2, 1, 0 }, 3);
	assert_wrong(&b, FEATURE_MEM_TOPOLOGY, "version", 0);
}

/* ---- hostile: perf-data-format.md, 12 ---- */

static void test_check_refuses_strings_of_impossible_length(void **state)
{
	static const uint32_t lengths[] = {
		0, 5, 64, 0x7fffffff, 0x80000000, 0xfffffffc, UINT32_MAX
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct buf b = { 0 };

		buf_add_u32(&b, lengths[i]);
		buf_add(&b, "abc", 4);
		assert_wrong(&b, FEATURE_HOSTNAME, "string", 0);
	}
}

static void test_check_ends_a_string_without_a_nul(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, 4);
	buf_add(&b, "abcd", 4);
	assert_walk(&b, "s:t", "t='abc' ");
}

static void test_check_refuses_bodies_that_end_too_early(void **state)
{
	static const unsigned bits[] = {
		FEATURE_HOSTNAME,      FEATURE_NRCPUS,		FEATURE_TOTAL_MEM,
		FEATURE_CMDLINE,       FEATURE_EVENT_DESC,	FEATURE_CPU_TOPOLOGY,
		FEATURE_NUMA_TOPOLOGY, FEATURE_PMU_MAPPINGS,	FEATURE_GROUP_DESC,
		FEATURE_AUXTRACE,      FEATURE_CACHE,		FEATURE_SAMPLE_TIME,
		FEATURE_MEM_TOPOLOGY,  FEATURE_CLOCKID,		FEATURE_DIR_FORMAT,
		FEATURE_BPF_PROG_INFO, FEATURE_BPF_BTF,		FEATURE_COMPRESSED,
		FEATURE_CPU_PMU_CAPS,  FEATURE_CLOCK_DATA,	FEATURE_HYBRID_TOPOLOGY,
		FEATURE_PMU_CAPS,      FEATURE_CPU_DOMAIN_INFO, FEATURE_E_MACHINE,
		FEATURE_CLN_SIZE,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		struct buf b = { 0 };

		assert_wrong(&b, bits[i], "too early", 0);
		buf_add(&b, "\1\0", 3);
		assert_wrong(&b, bits[i], "too early", 0);
	}
}

/* A count of 4 G in a body of some bytes: refused at once, nothing is allocated. */
static void test_check_refuses_counts_that_there_is_no_room_for(void **state)
{
	static const unsigned bits[] = {
		FEATURE_CMDLINE,      FEATURE_CPU_TOPOLOGY, FEATURE_NUMA_TOPOLOGY,
		FEATURE_PMU_MAPPINGS, FEATURE_GROUP_DESC,   FEATURE_BPF_PROG_INFO,
		FEATURE_BPF_BTF,      FEATURE_CPU_PMU_CAPS, FEATURE_HYBRID_TOPOLOGY,
		FEATURE_PMU_CAPS,
	};
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		buf_add_u32(&b, UINT32_MAX);
		buf_add_zero(&b, 400);
		assert_wrong(&b, bits[i], "no room", 0);
	}
	rb_add_pair(&b, 1, UINT32_MAX);
	assert_wrong(&b, FEATURE_CACHE, "no room", 4);
	buf_add_u64(&b, UINT64_MAX);
	buf_add_zero(&b, 64);
	assert_wrong(&b, FEATURE_AUXTRACE, "no room", 0);
	rb_add_words(&b, (uint64_t[]){ 1, 4096, 1ull << 61, 0, 0 }, 5);
	assert_wrong(&b, FEATURE_MEM_TOPOLOGY, "no room", 16);
	rb_add_pair(&b, 0x10000000, 64);
	buf_add_zero(&b, 500);
	assert_wrong(&b, FEATURE_EVENT_DESC, "no room", 0);
}

static void test_check_refuses_more_cpus_than_machines_have(void **state)
{
	struct buf b = { 0 };

	(void)state;
	rb_add_pair(&b, UINT32_MAX, 1);
	assert_wrong(&b, FEATURE_NRCPUS, "CPUs", 0);
	rb_add_pair(&b, (1 << 20) + 1, 1);
	assert_wrong(&b, FEATURE_NRCPUS, "CPUs", 0);
	rb_add_pair(&b, 2, 3); /* more online than there can be */
	assert_wrong(&b, FEATURE_NRCPUS, "CPUs", 0);
	rb_add_pair(&b, 1 << 20, 1 << 20);
	assert_good(&b, FEATURE_NRCPUS);
}

static void test_check_refuses_bitmaps_that_are_not_there(void **state)
{
	static const struct {
		uint64_t bits;
		const char *what;
		size_t at;
	} cases[] = {
		{ UINT64_MAX, "impossible size", 40 },
		{ (1ull << 31) + 1, "impossible size", 40 },
		{ 1ull << 31, "too early", 48 },
		{ 129, "too early", 48 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = { 0 };

		rb_add_words(&b, (uint64_t[]){ 1, 4096, 1, 0, 64, cases[i].bits, 0, 0 }, 8);
		assert_wrong(&b, FEATURE_MEM_TOPOLOGY, cases[i].what, cases[i].at);
	}
}

/* ---- CPU_TOPOLOGY ---- */

static void add_topology(struct buf *b, int generation)
{
	buf_add_u32(b, 1);
	rb_str(b, "0-1");
	buf_add_u32(b, 2);
	rb_str(b, "0");
	rb_str(b, "1");
	if (generation > 0) {
		rb_add_pair(b, 10, 20);
		rb_add_pair(b, 11, 21);
	}
	if (generation > 1) {
		buf_add_u32(b, 1);
		rb_str(b, "0-1");
		rb_add_pair(b, 30, 31);
	}
}

static void test_topology_reads_all_three_generations(void **state)
{
	(void)state;
	for (int generation = 0; generation < 3; generation++) {
		struct cpu_topology t;
		struct feature_body body;
		struct buf b = { 0 };

		add_topology(&b, generation);
		body = body_of(&b);
		cpu_topology_read(&t, &body, 2);
		assert_null(body.wrong);
		assert_int_equal(t.nr_sockets, 1);
		assert_string_equal(feature_str(&t.sockets), "0-1");
		assert_int_equal(t.nr_threads, 2);
		assert_int_equal(t.nr_cpus, generation > 0 ? 2 : 0);
		assert_int_equal(t.nr_dies, generation > 1);
		if (t.nr_cpus) {
			assert_int_equal(feature_u32(&t.cpus), 10);
			assert_int_equal(feature_u32(&t.cpus), 20);
		}
		if (t.nr_dies)
			assert_int_equal(feature_u64(&t.cpu_dies), 30 + (31ull << 32));
		free(body.start);
		buf_release(&b);
	}
}

static void test_topology_needs_room_for_all_cpus(void **state)
{
	for (int generation = 1; generation < 3; generation++) {
		struct cpu_topology t;
		struct feature_body body;
		struct buf b = { 0 };

		(void)state;
		add_topology(&b, generation);
		body = body_of(&b);
		cpu_topology_read(&t, &body, 1000000); /* NRCPUS lied */
		assert_non_null(body.wrong);
		assert_int_equal(t.nr_cpus, 0);
		free(body.start);
		buf_release(&b);
	}
}

/* How many CPUs it tells of stands only there: the lists in front of them are read all the same. */
static void test_topology_without_nrcpus_has_its_lists_only(void **state)
{
	(void)state;
	for (int generation = 0; generation < 3; generation++) {
		struct cpu_topology t;
		struct feature_body body;
		struct buf b = { 0 };

		add_topology(&b, generation);
		body = body_of(&b);
		cpu_topology_read(&t, &body, 0);
		assert_null(body.wrong);
		assert_int_equal(t.nr_sockets, 1);
		assert_int_equal(t.nr_threads, 2);
		assert_string_equal(feature_str(&t.threads), "0");
		assert_string_equal(feature_str(&t.threads), "1");
		assert_int_equal(t.nr_cpus, 0);
		assert_int_equal(t.nr_dies, 0);
		free(body.start);
		buf_release(&b);
	}
}

/* ---- EVENT_DESC ---- */

static void add_event(struct buf *b, const char *name, uint32_t nr_ids)
{
	struct perf_event_attr attr = { .type = 2, .size = 64, .config = 443 };

	buf_add(b, &attr, 64);
	buf_add_u32(b, nr_ids);
	rb_str(b, name);
}

static void test_event_desc_gives_attr_name_and_ids(void **state)
{
	struct event_desc d;
	struct feature_body body;
	struct buf b = { 0 };
	uint32_t attr_size;

	(void)state;
	rb_add_pair(&b, 2, 64);
	add_event(&b, "one", 2);
	rb_add_words(&b, (uint64_t[]){ 5, 6 }, 2);
	add_event(&b, "two", 0);
	body = body_of(&b);
	assert_int_equal(event_desc_open(&body, &attr_size), 2);
	event_desc_next(&body, attr_size, &d);
	assert_string_equal(d.name, "one");
	assert_int_equal(load_u64(d.attr + 8), 443);
	assert_int_equal(load_u64(d.attr + 72), 0);
	assert_int_equal(d.nr_ids, 2);
	assert_int_equal(feature_u64(&d.ids), 5);
	assert_int_equal(feature_u64(&d.ids), 6);
	event_desc_next(&body, attr_size, &d);
	assert_string_equal(d.name, "two");
	assert_int_equal(d.nr_ids, 0);
	assert_null(body.wrong);
	assert_ptr_equal(body.at, body.end);
	free(body.start);
	buf_release(&b);
}

static void test_event_desc_refuses_attrs_and_ids_that_cannot_be(void **state)
{
	struct buf b = { 0 };

	(void)state;
	rb_add_pair(&b, 1, 63);
	add_event(&b, "one", 0);
	assert_wrong(&b, FEATURE_EVENT_DESC, "attrs", 8);
	rb_add_pair(&b, 1, UINT32_MAX);
	add_event(&b, "one", 0);
	assert_wrong(&b, FEATURE_EVENT_DESC, "no room", 0);
	rb_add_pair(&b, 1, 64);
	add_event(&b, "one", UINT32_MAX);
	buf_add_zero(&b, 64);
	assert_wrong(&b, FEATURE_EVENT_DESC, "no room", 72);
	rb_add_pair(&b, 2, 64);
	add_event(&b, "one", 0);
	buf_add_zero(&b, 73);
	assert_wrong(&b, FEATURE_EVENT_DESC, "string", 8 + 64 + 4 + 68 + 68);
}

/* ---- GROUP_DESC ---- */

static void add_group(struct buf *b, uint32_t leader, uint32_t members)
{
	rb_str(b, "{anon_group}");
	rb_add_pair(b, leader, members);
}

static void test_check_refuses_groups_of_events_that_there_are_not(void **state)
{
	static const uint32_t bad[][2] = {
		{ 2, 1 }, { 0, 3 }, { 1, UINT32_MAX }, { UINT32_MAX, 2 }
	};
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		buf_add_u32(&b, 1);
		add_group(&b, bad[i][0], bad[i][1]);
		assert_wrong(&b, FEATURE_GROUP_DESC, "group", 4 + 68 + 8);
	}
	buf_add_u32(&b, 2); /* the same events again and again: that would be a lot of text */
	add_group(&b, 0, 2);
	add_group(&b, 0, 2);
	assert_wrong(&b, FEATURE_GROUP_DESC, "group", 4 + 2 * 76);
	buf_add_u32(&b, 1);
	add_group(&b, 0, 2);
	assert_good(&b, FEATURE_GROUP_DESC);
}

/* ---- BUILD_ID ---- */

static void add_build_id(struct buf *b, bool old, uint16_t misc, uint16_t size, const char *name)
{
	struct perf_event_header header = { .misc = misc, .size = size };
	size_t len = b->len;

	buf_add(b, &header, 8);
	if (!old)
		buf_add_u32(b, 77); /* pid */
	for (uint8_t i = 0; i < 20; i++)
		buf_add(b, &(uint8_t){ 0xa0 + i }, 1);
	buf_add(b, "\x10\0\0\0", 4);
	buf_add(b, name, strlen(name));
	buf_add_zero(b, size > b->len - len ? size - (b->len - len) : 0);
}

static void test_build_ids_are_read_in_all_forms(void **state)
{
	static const struct {
		bool old;
		uint16_t misc;
		int pid, size;
	} forms[] = { { false, 1, 77, 20 }, { false, 0x8001, 77, 16 }, { true, 1, -1, 20 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct feature_body body;
		struct build_id id;
		struct buf b = { 0 };

		add_build_id(&b, forms[i].old, forms[i].misc, 100, "[kernel.kallsyms]");
		add_build_id(&b, forms[i].old, forms[i].misc, 64, "/lib/libc.so");
		body = body_of(&b);
		assert_true(build_id_next(&body, &id));
		assert_string_equal(id.filename, "[kernel.kallsyms]");
		assert_true(build_id_next(&body, &id));
		assert_string_equal(id.filename, "/lib/libc.so");
		assert_int_equal(id.pid, forms[i].pid);
		assert_int_equal(id.size, forms[i].size);
		assert_int_equal(id.bytes[0], 0xa0);
		assert_int_equal(id.bytes[15], 0xaf);
		assert_false(build_id_next(&body, &id));
		assert_null(body.wrong);
		free(body.start);
		buf_release(&b);
	}
}

static void test_check_refuses_build_ids_of_impossible_size(void **state)
{
	static const uint16_t sizes[] = { 0, 7, 8, 36, 65535 };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		add_build_id(&b, false, 1, 64, "ok");
		add_build_id(&b, false, 1, 64, "not");
		memcpy(b.data + 64 + 6, &sizes[i], 2);
		assert_wrong(&b, FEATURE_BUILD_ID, "record of an impossible size", 64);
	}
	add_build_id(&b, false, 1, 64, "ok");
	b.data[32] = 255; /* a build id of 255 bytes is one of 20 */
	assert_good(&b, FEATURE_BUILD_ID);
}

/* ---- BPF ---- */

static void add_program(struct buf *b, uint32_t nr, uint64_t ksyms_off)
{
	struct bpf_prog_info info = {
		.id = 5,
		.name = "prog_name",
		.nr_jited_ksyms = nr,
		.nr_jited_func_lens = nr,
		.nr_prog_tags = nr,
		.jited_ksyms = ksyms_off,
		.jited_func_lens = 16,
		.prog_tags = 0,
	};

	rb_add_pair(b, sizeof(info), 40);
	buf_add_u64(b, 0); /* arrays */
	buf_add(b, &info, sizeof(info));
	buf_add(b, "tag one.tag two.", 16);
	rb_add_pair(b, 100, 200);			    /* sizes */
	rb_add_words(b, (uint64_t[]){ 0xc0de, 0xbeef }, 2); /* addresses */
}

static const size_t bpf_u32[] = {
	offsetof(struct bpf_prog_info, id),
	offsetof(struct bpf_prog_info, nr_jited_ksyms),
	offsetof(struct bpf_prog_info, nr_jited_func_lens),
	offsetof(struct bpf_prog_info, nr_prog_tags),
};

static const size_t bpf_u64[] = {
	offsetof(struct bpf_prog_info, jited_ksyms),
	offsetof(struct bpf_prog_info, jited_func_lens),
	offsetof(struct bpf_prog_info, prog_tags),
};

static void turn(unsigned char *at, size_t len)
{
	for (size_t i = 0; i < len / 2; i++) {
		unsigned char c = at[i];

		at[i] = at[len - 1 - i];
		at[len - 1 - i] = c;
	}
}

static void test_bpf_programs_are_read(void **state)
{
	struct feature_body body;
	struct bpf_program p;
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, 1);
	add_program(&b, 2, 24);
	body = body_of(&b);
	assert_int_equal(feature_count(&body, 16), 1);
	bpf_program_next(&body, &p);
	assert_null(body.wrong);
	assert_int_equal(p.id, 5);
	assert_string_equal(p.name, "prog_name");
	assert_int_equal(p.nr, 2);
	assert_memory_equal(bpf_function_at(&p, 1).tag, "tag two.", 8);
	assert_int_equal(bpf_function_at(&p, 1).size, 200);
	assert_int_equal(bpf_function_at(&p, 1).addr, 0xbeef);
	free(body.start);
	buf_release(&b);
}

static void test_bpf_programs_of_the_other_byte_order_are_read(void **state)
{
	struct feature_body body;
	struct bpf_program p;
	struct buf b = { 0 };
	uint32_t *words;

	(void)state;
	buf_add_u32(&b, 1);
	add_program(&b, 2, 24);
	/* Turned by hand: what is read of it. Its data begins at 4 + 16 + the info. */
	words = (uint32_t *)b.data;
	for (size_t i = 0; i < 3; i++)
		words[i] = bswap_32(words[i]);
	for (size_t i = 0; i < ARRAY_LEN(bpf_u32); i++)
		turn(b.data + 20 + bpf_u32[i], 4);
	for (size_t i = 0; i < ARRAY_LEN(bpf_u64); i++)
		turn(b.data + 20 + bpf_u64[i], 8);
	for (size_t i = 0; i < 2; i++) {
		turn(b.data + 20 + sizeof(struct bpf_prog_info) + 16 + 4 * i, 4);
		turn(b.data + 20 + sizeof(struct bpf_prog_info) + 24 + 8 * i, 8);
	}
	body = body_of(&b);
	body.swap = true;
	assert_int_equal(feature_count(&body, 16), 1);
	bpf_program_next(&body, &p);
	assert_null(body.wrong);
	assert_int_equal(p.id, 5);
	assert_int_equal(p.nr, 2);
	assert_int_equal(bpf_function_at(&p, 1).size, 200);
	assert_int_equal(bpf_function_at(&p, 1).addr, 0xbeef);
	free(body.start);
	buf_release(&b);
}

static void test_check_refuses_bpf_arrays_outside_of_their_data(void **state)
{
	static const struct {
		uint32_t nr;
		uint64_t off;
	} bad[] = { { 2, 25 }, { 2, 41 }, { 3, 24 }, { UINT32_MAX, 24 }, { 2, UINT64_MAX - 7 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct buf b = { 0 };

		buf_add_u32(&b, 1);
		add_program(&b, bad[i].nr, bad[i].off);
		assert_wrong(&b, FEATURE_BPF_PROG_INFO, "array", b.len);
	}
}

static void test_check_refuses_bpf_sizes_beyond_the_end(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_u32(&b, 1);
	add_program(&b, 2, 24);
	memcpy(b.data + 8, &(uint32_t){ UINT32_MAX }, 4); /* data_len */
	assert_wrong(&b, FEATURE_BPF_PROG_INFO, "too early", 20 + sizeof(struct bpf_prog_info));
	rb_add_pair(&b, 1, 9);
	buf_add_u32(&b, UINT32_MAX);
	assert_wrong(&b, FEATURE_BPF_BTF, "too early", 12);
}

static void test_domains_have_names_from_version_17_on(void **state)
{
	struct feature_body body;
	struct told t = { "" };
	struct buf b = { 0 };
	size_t at;

	(void)state;
	rb_add_pair(&b, 17, 1);
	rb_add_pair(&b, 3, 1);
	buf_add_u32(&b, 0);
	rb_str(&b, "MC");
	rb_str(&b, "f");
	rb_str(&b, "0-3");
	body = body_of(&b);
	feature_walk(&body, cpu_domains_shape(&body), on_value, &t);
	assert_null(body.wrong);
	assert_string_equal(t.text, "sched_domains{version=17 max=1 cpus[{cpu=3 domains["
				    "{domain=0 name='MC' mask='f' cpus='0-3' }]}]}");
	free(body.start);
	memcpy(b.data, &(uint32_t){ 16 }, 4);
	assert_non_null(wrong_in(&b, FEATURE_CPU_DOMAIN_INFO, &at)); /* one string too many */
	buf_release(&b);
}

/* ---- the other byte order ---- */

static void tell_strings(struct told *t, uint32_t nr, struct feature_body *strings)
{
	for (uint32_t i = 0; i < nr; i++)
		add(t, "%s ", feature_str(strings));
}

static void tell_topology(struct told *t, struct feature_body *b, uint32_t nr_cpus)
{
	struct cpu_topology topology;

	cpu_topology_read(&topology, b, nr_cpus);
	tell_strings(t, topology.nr_sockets, &topology.sockets);
	tell_strings(t, topology.nr_threads, &topology.threads);
	tell_strings(t, topology.nr_dies, &topology.dies);
	for (uint32_t i = 0; i < 2 * topology.nr_cpus; i++)
		add(t, "%u ", feature_u32(&topology.cpus));
	for (uint32_t i = 0; i < topology.nr_cpus; i++)
		add(t, "%u ", feature_u32(&topology.cpu_dies));
}

static void tell_events(struct told *t, struct feature_body *b)
{
	uint32_t attr_size, nr = event_desc_open(b, &attr_size);

	for (uint32_t i = 0; i < nr; i++) {
		struct event_desc d;

		event_desc_next(b, attr_size, &d);
		for (size_t at = 0; at < sizeof(d.attr); at++)
			add(t, "%02x", (unsigned char)d.attr[at]);
		add(t, " %s", d.name);
		for (uint32_t id = 0; id < d.nr_ids; id++)
			add(t, " %llu", (unsigned long long)feature_u64(&d.ids));
	}
}

static void tell_build_ids(struct told *t, struct feature_body *b)
{
	struct build_id id;

	while (build_id_next(b, &id))
		add(t, "%d %u %u %.20s %s ", id.pid, id.misc, id.size, id.bytes, id.filename);
}

static void tell_body(struct told *t, struct feature_body *b, unsigned bit, uint32_t nr_cpus)
{
	if (bit == FEATURE_CPU_TOPOLOGY)
		tell_topology(t, b, nr_cpus);
	else if (bit == FEATURE_EVENT_DESC)
		tell_events(t, b);
	else if (bit == FEATURE_BUILD_ID)
		tell_build_ids(t, b);
	else if (bit == FEATURE_CPU_DOMAIN_INFO)
		feature_walk(b, cpu_domains_shape(b), on_value, t);
	else
		feature_walk(b, feature_kind(bit)->shape, on_value, t);
}

/* Of what is found in the first @len bytes in either order. */
static void assert_same_damage(const struct both *b, size_t len, unsigned bit, uint32_t nr_cpus)
{
	struct feature_body check[2];

	for (int other = 0; other < 2; other++) {
		struct buf cut = b->out[other];

		cut.len = len;
		check[other] = body_of(&cut);
		check[other].swap = other;
		feature_check(&check[other], bit, nr_cpus, 9);
		free(check[other].start);
	}
	assert_ptr_equal(check[0].wrong, check[1].wrong);
	assert_int_equal(check[0].wrong_at, check[1].wrong_at);
}

/* Both orders of @b, which is released, tell the same; and whatever is cut off of them. */
static void assert_both(struct both *b, unsigned bit, uint32_t nr_cpus)
{
	struct told t[2] = { 0 };

	for (int other = 0; other < 2; other++) {
		struct feature_body body = body_of(&b->out[other]);

		body.swap = other;
		tell_body(&t[other], &body, bit, nr_cpus);
		assert_null(body.wrong);
		assert_ptr_equal(body.at, body.end);
		free(body.start);
	}
	assert_true(*t[0].text);
	assert_string_equal(t[0].text, t[1].text);
	for (size_t len = 0; len <= b->out[0].len; len++)
		assert_same_damage(b, len, bit, nr_cpus);
	both_release(b);
	*b = (struct both){ 0 };
}

static void test_both_byte_orders_of_every_shape_are_read(void **state)
{
	struct both b = { 0 };

	(void)state;
	for (const struct feature_kind *k = feature_kinds; k->name; k++) {
		if (!k->shape || !*k->shape || k->bit == FEATURE_BPF_BTF)
			continue;
		for (const char *c = k->shape; *c; c++) {
			bool starts = c == k->shape || c[-1] == ' ';

			if (*c == '[' || (starts && (*c == 'u' || *c == 'i')))
				both_u32(&b, 1);
			else if (*c == '<' || (starts && *c == 'U'))
				both_u64(&b, 1);
			else if (starts && *c == 's')
				both_str(&b, "0-1");
			else if (starts && *c == 'm')
				both_u64(&b, 70), both_u64(&b, 5), both_u64(&b, 1);
		}
		assert_both(&b, k->bit, 0);
	}
}

static void test_both_byte_orders_of_bodies_without_a_shape_are_read(void **state)
{
	struct both b = { 0 };

	(void)state;
	both_u32(&b, 1), both_str(&b, "0-1"), both_u32(&b, 2), both_str(&b, "0"), both_str(&b, "1");
	both_u32(&b, 7), both_u32(&b, 8), both_u32(&b, 9), both_u32(&b, 10); /* core, socket */
	both_u32(&b, 1), both_str(&b, "0-1"), both_u32(&b, 258), both_u32(&b, 259);
	assert_both(&b, FEATURE_CPU_TOPOLOGY, 2);
	both_u32(&b, 17), both_u32(&b, 1), both_u32(&b, 0), both_u32(&b, 1), both_u32(&b, 3);
	both_str(&b, "MC"), both_str(&b, "3"), both_str(&b, "0-1");
	assert_both(&b, FEATURE_CPU_DOMAIN_INFO, 0);
	both_u32(&b, 15), both_u32(&b, 1), both_u32(&b, 0), both_u32(&b, 1), both_u32(&b, 3);
	both_str(&b, "3"), both_str(&b, "0-1"), assert_both(&b, FEATURE_CPU_DOMAIN_INFO, 0);
	both_u32(&b, 0), both_number(&b, 0x8000, 2), both_number(&b, 48, 2);
	both_u32(&b, UINT32_MAX), both_bytes(&b, "12345678901234567890", 20);
	both_bytes(&b, "\24\0\0\0[kernel]\0\0\0", 16), assert_both(&b, FEATURE_BUILD_ID, 0);
}

/* Its bit fields, too, as swap_attr() has them. */
static void test_events_of_the_other_byte_order_are_read(void **state)
{
	struct perf_event_attr attr = { .type = 2, .size = 64, .config = 443, .disabled = 1 };
	struct both b = { 0 };

	(void)state;
	both_u32(&b, 2), both_u32(&b, 64);
	for (uint64_t i = 0; i < 2; i++) {
		char other[64];

		memcpy(other, &attr, sizeof(other));
		swap_attr(other, sizeof(other));
		buf_add(&b.out[0], &attr, sizeof(other));
		buf_add(&b.out[1], other, sizeof(other));
		both_u32(&b, 2), both_str(&b, "one"), both_u64(&b, 4711 + i), both_u64(&b, i << 40);
	}
	assert_both(&b, FEATURE_EVENT_DESC, 0);
}

/* Any byte of a good body changed to an extreme: never more than "wrong", under ASan. */
static void test_check_survives_every_byte(void **state)
{
	static const unsigned bits[] = { FEATURE_EVENT_DESC, FEATURE_CPU_TOPOLOGY,
					 FEATURE_BPF_PROG_INFO, FEATURE_BUILD_ID };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		struct buf b = { 0 };

		if (bits[i] == FEATURE_EVENT_DESC) {
			rb_add_pair(&b, 1, 64);
			add_event(&b, "one", 1);
			buf_add_u64(&b, 1);
		} else if (bits[i] == FEATURE_CPU_TOPOLOGY) {
			add_topology(&b, 2);
		} else if (bits[i] == FEATURE_BPF_PROG_INFO) {
			buf_add_u32(&b, 1);
			add_program(&b, 2, 24);
		} else {
			add_build_id(&b, false, 1, 64, "name");
		}
		for (size_t at = 0; at < b.len; at++) {
			uint8_t was = b.data[at];
			size_t where;

			b.data[at] = 0xff;
			wrong_in(&b, bits[i], &where);
			b.data[at] = 0;
			wrong_in(&b, bits[i], &where);
			b.data[at] = was;
		}
		assert_good(&b, bits[i]);
	}
}

static void test_kinds_are_in_order_and_have_all_names(void **state)
{
	unsigned bit = 1;

	(void)state;
	for (const struct feature_kind *k = feature_kinds; k->name; k++)
		assert_int_equal(k->bit, bit++);
	assert_int_equal(bit, 35);
	assert_string_equal(feature_kind(FEATURE_CLN_SIZE)->name, "CLN_SIZE");
	assert_null(feature_kind(60));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk_tells_numbers_and_strings),
		cmocka_unit_test(test_walk_tells_lists_in_lists),
		cmocka_unit_test(test_walk_tells_plain_strings_without_names),
		cmocka_unit_test(test_walk_knows_u64_counts_open_lists_and_objects),
		cmocka_unit_test(test_walk_reads_bitmaps_by_runs),
		cmocka_unit_test(test_walk_reads_the_other_byte_order),
		cmocka_unit_test(test_walk_refuses_another_version),
		cmocka_unit_test(test_check_refuses_strings_of_impossible_length),
		cmocka_unit_test(test_check_ends_a_string_without_a_nul),
		cmocka_unit_test(test_check_refuses_bodies_that_end_too_early),
		cmocka_unit_test(test_check_refuses_counts_that_there_is_no_room_for),
		cmocka_unit_test(test_check_refuses_more_cpus_than_machines_have),
		cmocka_unit_test(test_check_refuses_bitmaps_that_are_not_there),
		cmocka_unit_test(test_topology_reads_all_three_generations),
		cmocka_unit_test(test_topology_needs_room_for_all_cpus),
		cmocka_unit_test(test_topology_without_nrcpus_has_its_lists_only),
		cmocka_unit_test(test_event_desc_gives_attr_name_and_ids),
		cmocka_unit_test(test_event_desc_refuses_attrs_and_ids_that_cannot_be),
		cmocka_unit_test(test_check_refuses_groups_of_events_that_there_are_not),
		cmocka_unit_test(test_build_ids_are_read_in_all_forms),
		cmocka_unit_test(test_check_refuses_build_ids_of_impossible_size),
		cmocka_unit_test(test_bpf_programs_are_read),
		cmocka_unit_test(test_bpf_programs_of_the_other_byte_order_are_read),
		cmocka_unit_test(test_check_refuses_bpf_arrays_outside_of_their_data),
		cmocka_unit_test(test_check_refuses_bpf_sizes_beyond_the_end),
		cmocka_unit_test(test_domains_have_names_from_version_17_on),
		cmocka_unit_test(test_both_byte_orders_of_every_shape_are_read),
		cmocka_unit_test(test_both_byte_orders_of_bodies_without_a_shape_are_read),
		cmocka_unit_test(test_events_of_the_other_byte_order_are_read),
		cmocka_unit_test(test_check_survives_every_byte),
		cmocka_unit_test(test_kinds_are_in_order_and_have_all_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
