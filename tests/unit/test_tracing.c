#include "tests/unit/unit.h"

#include "common/tracing.h"

#include <stdlib.h>

#define FILE_OFF 4096 /* where the section is said to start */

static const struct tracing_format three[] = {
	{ "sched", "first", 5 },
	{ "sched", "second one", 10 },
	{ "irq", "", 0 },
};

static struct tracing sample_tracing(void)
{
	return (struct tracing){ .long_size = 8,
				 .page_size = 4096,
				 .header_page = "page",
				 .header_page_len = 4,
				 .formats = (struct tracing_format *)three,
				 .nr_formats = 3 };
}

static struct buf section(void)
{
	const struct tracing t = sample_tracing();
	struct buf out = { 0 };

	tracing_write(&out, &t);
	assert_false(out.failed);
	return out;
}

/* On a copy of its own, so that a read behind it is seen. */
static int parse(struct tracing *t, const void *data, size_t len, struct err *err)
{
	void *copy = malloc(len ? len : 1);
	int rc;

	memcpy(copy, data, len);
	rc = tracing_parse(t, copy, len, "x.data", FILE_OFF, err);
	if (!rc)
		tracing_release(t);
	free(copy);
	return rc;
}

static uint32_t swapped32(uint32_t v)
{
	return __builtin_bswap32(v);
}

static uint64_t swapped64(uint64_t v)
{
	return __builtin_bswap64(v);
}

/* Up to the systems; then the caller's. */
static void add_start(struct buf *b, const char *version, int endian, int long_size)
{
	const unsigned char sizes[2] = { endian, long_size };
	const int swap = endian;

	buf_add(b, "\x17\x08\x44tracing", 10);
	buf_add(b, version, strlen(version) + 1);
	buf_add(b, sizes, 2);
	buf_add_u32(b, swap ? swapped32(4096) : 4096);
	buf_add(b, "header_page", 12);
	buf_add_u64(b, swap ? swapped64(2) : 2);
	buf_add(b, "pp", 2);
	buf_add(b, "header_event", 13);
	buf_add_u64(b, 0);
}

static void test_tracing_parse_gives_what_was_written(void **state)
{
	struct buf b = section();
	struct tracing t;

	(void)state;
	assert_int_equal(tracing_parse(&t, b.data, b.len, "x", 0, NULL), 0);
	assert_int_equal(t.nr_formats, 3);
	assert_int_equal(t.long_size, 8);
	assert_int_equal(t.page_size, 4096);
	assert_false(t.big_endian);
	assert_int_equal(t.header_page_len, 4);
	assert_memory_equal(t.header_page, "page", 4);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(t.formats[i].system, three[i].system);
		assert_int_equal(t.formats[i].text_len, three[i].text_len);
		assert_memory_equal(t.formats[i].text, three[i].text, three[i].text_len);
	}
	tracing_release(&t);
	buf_release(&b);
}

static void test_tracing_write_groups_formats_by_system(void **state)
{
	struct buf b = section();
	int systems = 0;

	(void)state;
	for (size_t i = 0; i + 6 <= b.len; i++)
		systems += !memcmp(b.data + i, "sched", 6);
	assert_int_equal(systems, 1);
	buf_release(&b);
}

static void test_tracing_refuses_a_section_cut_anywhere(void **state)
{
	struct buf b = section();
	struct tracing t;

	(void)state;
	for (size_t len = 0; len < b.len; len++) {
		struct err err = { 0 };

		assert_int_equal(parse(&t, b.data, len, &err), -1);
		assert_int_equal(err.code, ERR_TRUNC);
		assert_contains(err.text, "x.data: offset 0x1");
		assert_null(t.formats);
	}
	assert_int_equal(parse(&t, b.data, b.len, NULL), 0);
	buf_release(&b);
}

/* Every byte of every length becomes large, one at a time. */
static void test_tracing_survives_any_byte_changed(void **state)
{
	struct buf b = section();
	struct tracing t;

	(void)state;
	for (size_t i = 0; i < b.len; i++) {
		for (int v = 0; v < 256; v += 51) {
			const unsigned char was = b.data[i];

			b.data[i] = v;
			parse(&t, b.data, b.len, NULL);
			b.data[i] = was;
		}
	}
	buf_release(&b);
}

static void test_tracing_refuses_length_beyond_section(void **state)
{
	static const uint64_t lengths[] = { 1, 4096, UINT32_MAX, (uint64_t)INT64_MAX, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct buf b = { 0 };
		struct tracing t;
		struct err err = { 0 };

		add_start(&b, "0.6", 0, 8);
		buf_add_u32(&b, 0);
		buf_add_u32(&b, 1);
		buf_add(&b, "sched", 6);
		buf_add_u32(&b, 1);
		buf_add_u64(&b, lengths[i]);
		assert_int_equal(parse(&t, b.data, b.len, &err), -1);
		assert_int_equal(err.code, ERR_TRUNC);
		assert_contains(err.text, "inside a format");
		buf_release(&b);
	}
}

static void test_tracing_refuses_pages_of_no_bytes(void **state)
{
	struct buf b = { 0 };
	struct tracing t;
	struct err err = { 0 };

	(void)state;
	buf_add(&b, "\027\010\104tracing0.6\0\0\010\0\0\0\0", 20);
	assert_int_equal(parse(&t, b.data, b.len, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_contains(err.text, "pages of 0 bytes");
	buf_release(&b);
}

static void test_tracing_refuses_count_beyond_section(void **state)
{
	struct buf b = { 0 };
	struct tracing t;
	struct err err = { 0 };

	(void)state;
	add_start(&b, "0.6", 0, 8);
	buf_add_u32(&b, 0);
	buf_add_u32(&b, UINT32_MAX);
	assert_int_equal(parse(&t, b.data, b.len, &err), -1);
	assert_int_equal(err.code, ERR_TRUNC);
	assert_contains(err.text, "name of a system");
	buf_release(&b);
}

static void test_tracing_refuses_more_formats_than_a_kernel_has(void **state)
{
	struct buf b = { 0 };
	struct tracing t;
	struct err err = { 0 };

	(void)state;
	add_start(&b, "0.6", 0, 8);
	buf_add_u32(&b, 1000000);
	buf_add_zero(&b, 8 * 1000000);
	assert_int_equal(parse(&t, b.data, b.len, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_contains(err.text, "more formats");
	buf_release(&b);
}

static void test_tracing_refuses_what_is_no_such_section(void **state)
{
	struct buf b = section();
	struct tracing t;
	struct err err = { 0 };

	(void)state;
	b.data[0] ^= 1;
	assert_int_equal(parse(&t, b.data, b.len, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_contains(err.text, "magic");
	buf_release(&b);
}

static void test_tracing_refuses_unknown_versions(void **state)
{
	static const char *const versions[] = { "", "1.0", "0.x", "0.66", "7" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct buf b = { 0 };
		struct tracing t;
		struct err err = { 0 };

		add_start(&b, versions[i], 0, 8);
		buf_add_zero(&b, 64);
		assert_int_equal(parse(&t, b.data, b.len, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_contains(err.text, "version");
		buf_release(&b);
	}
}

static void test_tracing_refuses_impossible_sizes_of_long(void **state)
{
	static const int sizes[] = { 0, 1, 2, 16, 255 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf b = { 0 };
		struct tracing t;
		struct err err = { 0 };

		add_start(&b, "0.6", 0, sizes[i]);
		buf_add_zero(&b, 64);
		assert_int_equal(parse(&t, b.data, b.len, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		buf_release(&b);
	}
}

static void test_tracing_reads_version_0_5_without_command_lines(void **state)
{
	struct buf b = { 0 };
	struct tracing t;

	(void)state;
	add_start(&b, "0.5", 0, 8);
	buf_add_u32(&b, 0);
	buf_add_u32(&b, 0);
	buf_add_u32(&b, 0);
	buf_add_u32(&b, 0);
	assert_int_equal(tracing_parse(&t, b.data, b.len, "x", 0, NULL), 0);
	assert_int_equal(t.nr_formats, 0);
	tracing_release(&t);
	buf_release(&b);
}

static void test_tracing_reads_the_other_byte_order(void **state)
{
	struct buf b = { 0 };
	struct tracing t;

	(void)state;
	add_start(&b, "0.6", 1, 4);
	buf_add_u32(&b, 0);
	buf_add_u32(&b, swapped32(1));
	buf_add(&b, "net", 4);
	buf_add_u32(&b, swapped32(1));
	buf_add_u64(&b, swapped64(3));
	buf_add(&b, "abc", 3);
	buf_add_u32(&b, swapped32(2));
	buf_add(&b, "kk", 2);
	buf_add_u32(&b, 0);
	buf_add_u64(&b, 0);
	assert_int_equal(tracing_parse(&t, b.data, b.len, "x", 0, NULL), 0);
	assert_true(t.big_endian);
	assert_int_equal(t.long_size, 4);
	assert_int_equal(t.page_size, 4096);
	assert_int_equal(t.nr_formats, 1);
	assert_string_equal(t.formats[0].system, "net");
	assert_int_equal(t.formats[0].text_len, 3);
	tracing_release(&t);
	buf_release(&b);
}

static void test_tracing_gives_ftrace_formats_the_system_ftrace(void **state)
{
	struct buf b = { 0 };
	struct tracing t;

	(void)state;
	add_start(&b, "0.6", 0, 8);
	buf_add_u32(&b, 1);
	buf_add_u64(&b, 2);
	buf_add(&b, "xy", 2);
	buf_add_zero(&b, 4 + 4 + 4 + 8);
	assert_int_equal(tracing_parse(&t, b.data, b.len, "x", 0, NULL), 0);
	assert_int_equal(t.nr_formats, 1);
	assert_string_equal(t.formats[0].system, "ftrace");
	tracing_release(&t);
	buf_release(&b);
}

static void test_tracing_ignores_what_is_behind_the_section(void **state)
{
	struct buf b = section();
	struct tracing t;

	(void)state;
	buf_add(&b, "trailing bytes", 14);
	assert_int_equal(parse(&t, b.data, b.len, NULL), 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tracing_parse_gives_what_was_written),
		cmocka_unit_test(test_tracing_write_groups_formats_by_system),
		cmocka_unit_test(test_tracing_refuses_a_section_cut_anywhere),
		cmocka_unit_test(test_tracing_survives_any_byte_changed),
		cmocka_unit_test(test_tracing_refuses_length_beyond_section),
		cmocka_unit_test(test_tracing_refuses_pages_of_no_bytes),
		cmocka_unit_test(test_tracing_refuses_count_beyond_section),
		cmocka_unit_test(test_tracing_refuses_more_formats_than_a_kernel_has),
		cmocka_unit_test(test_tracing_refuses_what_is_no_such_section),
		cmocka_unit_test(test_tracing_refuses_unknown_versions),
		cmocka_unit_test(test_tracing_refuses_impossible_sizes_of_long),
		cmocka_unit_test(test_tracing_reads_version_0_5_without_command_lines),
		cmocka_unit_test(test_tracing_reads_the_other_byte_order),
		cmocka_unit_test(test_tracing_gives_ftrace_formats_the_system_ftrace),
		cmocka_unit_test(test_tracing_ignores_what_is_behind_the_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
