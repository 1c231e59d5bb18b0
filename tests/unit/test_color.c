#include "tests/unit/unit.h"

#include "report/color.h"

static void test_color_words_are_its_values(void **state)
{
	enum color_when when = COLOR_AUTO;

	(void)state;
	assert_int_equal(color_parse(&when, "always"), 0);
	assert_int_equal(when, COLOR_ALWAYS);
	assert_int_equal(color_parse(&when, "never"), 0);
	assert_int_equal(when, COLOR_NEVER);
	assert_int_equal(color_parse(&when, "auto"), 0);
	assert_int_equal(when, COLOR_AUTO);
	assert_int_equal(color_parse(&when, ""), -1);
	assert_int_equal(color_parse(&when, "alway"), -1);
	assert_int_equal(color_parse(&when, "auto always"), -1);
}

/* Before color_choose(), and on what is neither of the two. */
static void test_color_is_nowhere_unless_it_was_chosen(void **state)
{
	(void)state;
	assert_string_equal(color_on(stdout, COLOR_BAD), "");
	color_choose(COLOR_ALWAYS);
	assert_string_equal(color_on(stdout, COLOR_BAD), "\033[31m");
	assert_string_equal(color_off(stderr), "\033[0m");
	assert_string_equal(color_on(stdin, COLOR_BAD), "");
	color_choose(COLOR_NEVER);
	assert_string_equal(color_on(stderr, COLOR_TITLE), "");
	assert_string_equal(color_off(stdout), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_color_words_are_its_values),
		cmocka_unit_test(test_color_is_nowhere_unless_it_was_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
