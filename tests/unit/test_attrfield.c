#include "tests/unit/unit.h"

#include "common/attrfield.h"
#include "common/util.h"

#include <stdio.h>

static const struct attr_field *field(const char *name)
{
	for (const struct attr_field *f = attr_fields; f->name; f++)
		if (!strcmp(f->name, name) || (f->other && !strcmp(f->other, name)))
			return f;
	fail_test("no field %s", name);
	return NULL;
}

/* Sets a field of a real attr, and asserts that the table finds the value there. */
#define CHECK(member, v)                                                            \
	do {                                                                        \
		struct event ev = { 0 };                                            \
		char attr[ATTR_BYTES];                                              \
                                                                                    \
		ev.attr.member = (v);                                               \
		attr_image(attr, &ev);                                              \
		assert_int_equal(attr_value(field(#member), attr), ev.attr.member); \
		assert_int_equal(nr_set(attr), 1);                                  \
	} while (0)

static int nr_set(const char attr[ATTR_BYTES])
{
	int nr = 0;

	for (const struct attr_field *f = attr_fields; f->name; f++)
		nr += attr_value(f, attr) != 0;
	return nr;
}

static void test_attr_fields_are_where_the_kernel_has_them(void **state)
{
	(void)state;
	CHECK(type, 0x80000001u);
	CHECK(size, 0x80000001u);
	CHECK(config, 0x8000000000000001ull);
	CHECK(sample_period, 0x8000000000000001ull);
	CHECK(sample_type, 0x8000000000000001ull);
	CHECK(read_format, 0x8000000000000001ull);
	CHECK(wakeup_events, 0x80000001u);
	CHECK(bp_type, 0x80000001u);
	CHECK(config1, 0x8000000000000001ull);
	CHECK(config2, 0x8000000000000001ull);
	CHECK(branch_sample_type, 0x8000000000000001ull);
	CHECK(sample_regs_user, 0x8000000000000001ull);
	CHECK(sample_stack_user, 0x80000001u);
	CHECK(sample_regs_intr, 0x8000000000000001ull);
	CHECK(aux_watermark, 0x80000001u);
	CHECK(sample_max_stack, 0x8001u);
	CHECK(aux_sample_size, 0x80000001u);
	CHECK(clockid, 11);
#ifdef PERF_ATTR_SIZE_VER7
	CHECK(sig_data, 0x8000000000000001ull);
#endif
}

static void test_attr_bits_are_where_the_kernel_has_them(void **state)
{
	(void)state;
	CHECK(disabled, 1);
	CHECK(inherit, 1);
	CHECK(pinned, 1);
	CHECK(exclusive, 1);
	CHECK(exclude_user, 1);
	CHECK(exclude_kernel, 1);
	CHECK(exclude_hv, 1);
	CHECK(exclude_idle, 1);
	CHECK(mmap, 1);
	CHECK(comm, 1);
	CHECK(freq, 1);
	CHECK(inherit_stat, 1);
	CHECK(enable_on_exec, 1);
	CHECK(task, 1);
	CHECK(watermark, 1);
	CHECK(precise_ip, 1);
	CHECK(precise_ip, 2);
	CHECK(precise_ip, 3);
	CHECK(mmap_data, 1);
	CHECK(sample_id_all, 1);
	CHECK(exclude_host, 1);
	CHECK(exclude_guest, 1);
	CHECK(exclude_callchain_kernel, 1);
	CHECK(exclude_callchain_user, 1);
	CHECK(mmap2, 1);
	CHECK(comm_exec, 1);
	CHECK(use_clockid, 1);
	CHECK(context_switch, 1);
	CHECK(write_backward, 1);
	CHECK(namespaces, 1);
	CHECK(ksymbol, 1);
	CHECK(bpf_event, 1);
	CHECK(aux_output, 1);
	CHECK(cgroup, 1);
	CHECK(text_poke, 1);
#ifdef PERF_ATTR_SIZE_VER7
	CHECK(build_id, 1);
	CHECK(inherit_thread, 1);
	CHECK(remove_on_exec, 1);
	CHECK(sigtrap, 1);
#endif
}

/* A byte nobody names would be a field that ana events does not show. */
static void test_attr_fields_leave_no_bit_out(void **state)
{
	(void)state;
	for (int bit = 0; bit < ATTR_BYTES * 8; bit++) {
		char attr[ATTR_BYTES] = { 0 };

		attr[bit / 8] = (char)(1 << bit % 8);
		if (nr_set(attr) != 1)
			fail_test("byte %d, bit %d is in %d fields", bit / 8, bit % 8,
				  nr_set(attr));
	}
}

static void check_text(const char *name, uint64_t value, const char *expected)
{
	char text[ATTR_TEXT_MAX];

	attr_text(text, field(name), value);
	assert_string_equal(text, expected);
}

static void test_attr_text_is_that_of_perf(void **state)
{
	(void)state;
	check_text("type", 2, "2");
	check_text("config", 443, "0x1bb");
	check_text("clockid", (uint32_t)-3, "-3");
	check_text("sample_type", 0x10587, "IP|TID|TIME|CPU|PERIOD|RAW|IDENTIFIER");
	check_text("read_format", 0x14, "ID|LOST");
	check_text("branch_sample_type", 0x40009, "USER|ANY|PRIV_SAVE");
}

static void test_attr_text_shows_flags_that_have_no_name(void **state)
{
	char text[ATTR_TEXT_MAX];

	(void)state;
	check_text("sample_type", 1ull << 40 | 1, "IP|0x10000000000");
	check_text("read_format", 1 << 9, "0x200");
	for (const struct attr_field *f = attr_fields; f->name; f++) {
		attr_text(text, f, UINT64_MAX); /* the longest one fits */
		assert_true(strlen(text) < ATTR_TEXT_MAX - 1);
	}
}

static const char *name_in(const struct event *ev, const char *name)
{
	char attr[ATTR_BYTES];

	attr_image(attr, ev);
	return attr_name(field(name), attr);
}

static void test_attr_name_is_that_of_the_use(void **state)
{
	struct event ev = { 0 };

	(void)state;
	assert_string_equal(name_in(&ev, "sample_freq"), "sample_period");
	assert_string_equal(name_in(&ev, "wakeup_watermark"), "wakeup_events");
	assert_string_equal(name_in(&ev, "bp_addr"), "config1");
	assert_string_equal(name_in(&ev, "bp_len"), "config2");
	ev.attr.freq = 1;
	ev.attr.watermark = 1;
	ev.attr.type = PERF_TYPE_BREAKPOINT;
	assert_string_equal(name_in(&ev, "sample_period"), "sample_freq");
	assert_string_equal(name_in(&ev, "wakeup_events"), "wakeup_watermark");
	assert_string_equal(name_in(&ev, "config1"), "bp_addr");
	assert_string_equal(name_in(&ev, "config2"), "bp_len");
}

static void test_attr_image_has_what_newer_kernels_added(void **state)
{
	struct event ev = { .config3 = 3, .config4 = 4 };
	char attr[ATTR_BYTES];

	(void)state;
	attr_image(attr, &ev);
	assert_int_equal(attr_value(field("config3"), attr), 3);
	assert_int_equal(attr_value(field("config4"), attr), 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attr_fields_are_where_the_kernel_has_them),
		cmocka_unit_test(test_attr_bits_are_where_the_kernel_has_them),
		cmocka_unit_test(test_attr_fields_leave_no_bit_out),
		cmocka_unit_test(test_attr_text_is_that_of_perf),
		cmocka_unit_test(test_attr_text_shows_flags_that_have_no_name),
		cmocka_unit_test(test_attr_name_is_that_of_the_use),
		cmocka_unit_test(test_attr_image_has_what_newer_kernels_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
