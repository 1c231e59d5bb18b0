#include "tests/unit/unit.h"

#include "common/tpunit.h"

#include <stdio.h>

/* The unit of a field that is declared so, on a machine with longs of @long_size bytes. */
static uint32_t unit_of(const char *decl, uint32_t size, uint32_t long_size)
{
	char text[512];
	struct tracing_format format = { .system = "sys", .text = text };
	struct tracing t = { .formats = &format, .nr_formats = 1, .long_size = long_size };
	struct tp_table table;
	struct err err = { 0 };
	uint32_t unit;

	snprintf(text, sizeof(text),
		 "name: x\nID: 1\nformat:\n"
		 "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		 "\tfield:%s;\toffset:8;\tsize:%u;\tsigned:0;\n\nprint fmt: \"\"\n",
		 decl, size);
	format.text_len = strlen(text);
	if (tp_table_init(&table, &t, "file", &err))
		fail_test("%s: %s", decl, err.text);
	unit = tp_field_unit(&table.formats[0].fields[0], table.long_size);
	assert_int_equal(tp_field_unit(&table.formats[0].common[0], table.long_size), 2);
	tp_table_release(&table);
	return unit;
}

static void test_tp_field_unit_of_a_number_is_its_size(void **state)
{
	(void)state;
	assert_int_equal(unit_of("int a", 4, 8), 4);
	assert_int_equal(unit_of("const char * p", 8, 8), 8);
	assert_int_equal(unit_of("long a", 4, 4), 4);
	assert_int_equal(unit_of("u8 a", 1, 8), 1);
	assert_int_equal(unit_of("struct whatever a", 24, 8), 1);
}

static void test_tp_field_unit_of_an_array_is_that_of_its_elements(void **state)
{
	(void)state;
	assert_int_equal(unit_of("unsigned long args[6]", 48, 8), 8);
	assert_int_equal(unit_of("unsigned long args[6]", 24, 4), 4);
	assert_int_equal(unit_of("u16 a[3]", 6, 8), 2);
	assert_int_equal(unit_of("char comm[16]", 16, 8), 1);
	assert_int_equal(unit_of("__u8 saddr[28]", 28, 8), 1);
	assert_int_equal(unit_of("unsigned long a[NR_ITEMS]", 32, 8), 8);
	assert_int_equal(unit_of("unsigned long a[NR_ITEMS]", 32, 4), 4);
	assert_int_equal(unit_of("u32 a[ 3 ]", 12, 8), 4);
	assert_int_equal(unit_of("int a[0]", 12, 8), 4);
	assert_int_equal(unit_of("int a[99999999999999999999]", 12, 8), 4);
}

static void test_tp_field_unit_of_a_dynamic_field_is_that_of_what_it_refers_to(void **state)
{
	(void)state;
	assert_int_equal(unit_of("__data_loc char[] name", 4, 8), 1);
	assert_int_equal(unit_of("__data_loc u32[] a", 4, 8), 4);
	assert_int_equal(unit_of("__data_loc u64[] a", 4, 8), 8);
	assert_int_equal(unit_of("__data_loc unsigned long[] mask", 4, 8), 8);
	assert_int_equal(unit_of("__data_loc unsigned long[] mask", 4, 4), 4);
	assert_int_equal(unit_of("__data_loc unsigned long long[] a", 4, 4), 8);
	assert_int_equal(unit_of("__rel_loc u16[] a", 4, 8), 2);
	assert_int_equal(unit_of("__data_loc struct thing[] a", 4, 8), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tp_field_unit_of_a_number_is_its_size),
		cmocka_unit_test(test_tp_field_unit_of_an_array_is_that_of_its_elements),
		cmocka_unit_test(
			test_tp_field_unit_of_a_dynamic_field_is_that_of_what_it_refers_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
