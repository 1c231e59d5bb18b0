#include "tests/unit/unit.h"

#include "common/ranges.h"

#include <errno.h>
#include <stdio.h>

/* The numbers below 100 of @list, parsed by @parse, as text, or "!" and what is wrong. */
static const char *numbers_by(int (*parse)(struct ranges *r, const char *list, uint32_t max),
			      const char *list)
{
	static char text[1024];
	size_t len = 0;
	struct ranges r;

	text[0] = 0;
	if (parse(&r, list, 99))
		return errno == ERANGE ? "!range" : "!no list";
	for (uint32_t i = 0; i < 100; i++)
		if (ranges_has(&r, i))
			len += snprintf(text + len, sizeof(text) - len, " %u", i);
	ranges_release(&r);
	return text;
}

static const char *numbers(const char *list)
{
	return numbers_by(ranges_parse, list);
}

static void test_ranges_may_be_open_where_that_is_asked_for(void **state)
{
	(void)state;
	assert_string_equal(numbers_by(ranges_parse_open, "97-"), " 97 98 99");
	assert_string_equal(numbers_by(ranges_parse_open, "97-,1,98-99"), " 1 97 98 99");
	assert_string_equal(numbers_by(ranges_parse_open, "0,2-4"), " 0 2 3 4");
	assert_string_equal(numbers_by(ranges_parse_open, "-"), "!no list");
	assert_string_equal(numbers_by(ranges_parse_open, "-5"), "!no list");
	assert_string_equal(numbers_by(ranges_parse_open, "5--"), "!no list");
	assert_string_equal(numbers_by(ranges_parse_open, "5-x"), "!no list");
	assert_string_equal(numbers_by(ranges_parse_open, "100-"), "!range");
	assert_string_equal(numbers("97-"), "!no list");
}

static void test_ranges_holds_the_numbers_of_a_list_and_no_others(void **state)
{
	(void)state;
	assert_string_equal(numbers("0"), " 0");
	assert_string_equal(numbers("0,2-4"), " 0 2 3 4");
	assert_string_equal(numbers("99\n"), " 99");
	assert_string_equal(numbers("7,5,3,1"), " 1 3 5 7");
	assert_string_equal(numbers("5-8,1-2,7-9,6"), " 1 2 5 6 7 8 9");
	assert_string_equal(numbers("10,11,12,20,22,24"), " 10 11 12 20 22 24");
}

static void test_ranges_refuses_what_is_no_list(void **state)
{
	static const char *const bad[] = { "",	  ",", "1,",  ",1",   "1-", "-1",
					   "3-1", "a", "1 2", "1\n2", "+1", "0x10" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(numbers(bad[i]), "!no list");
	assert_string_equal(numbers("100"), "!range");
	assert_string_equal(numbers("1-18446744073709551617"), "!range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges_may_be_open_where_that_is_asked_for),
		cmocka_unit_test(test_ranges_holds_the_numbers_of_a_list_and_no_others),
		cmocka_unit_test(test_ranges_refuses_what_is_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
