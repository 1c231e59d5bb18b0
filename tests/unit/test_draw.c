/* Numbers as characters. */
#include "tests/unit/unit.h"

#include "report/draw.h"

#include <stdlib.h>

static char *text;
static size_t len;
static FILE *out;

static void begin(void)
{
	out = open_memstream(&text, &len);
}

static void assert_drawn(const char *expected)
{
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_draw_bar_has_its_share_of_the_width(void **state)
{
	(void)state;
	begin();
	draw_bar(out, 5, 10, 8, false);
	draw_bar(out, 10, 10, 4, false);
	assert_drawn("####    ####");
	begin();
	draw_bar(out, 5, 16, 4, true); /* 1.25 columns */
	assert_drawn("█▎  ");
}

static void test_draw_shows_that_there_is_something(void **state)
{
	(void)state;
	begin();
	draw_bar(out, 1, 1e9, 3, false);
	draw_spark(out, 1, 1e9, false);
	draw_heat(out, 1, 1e12, false);
	draw_bar(out, 0, 1e9, 3, false);
	draw_spark(out, 0, 1e9, false);
	draw_heat(out, 0, 1e9, false);
	assert_drawn("#  _.     ");
}

static void test_draw_nothing_of_nothing(void **state)
{
	(void)state;
	begin();
	draw_bar(out, 0, 0, 3, true);
	draw_spark(out, 0, 0, true);
	draw_heat(out, 0, 0, true);
	assert_drawn("     ");
}

static void test_draw_the_most_is_full(void **state)
{
	(void)state;
	begin();
	draw_bar(out, 7, 7, 2, true);
	draw_spark(out, 7, 7, true);
	draw_heat(out, 7, 7, true);
	draw_spark(out, 7, 7, false);
	draw_heat(out, 7, 7, false);
	assert_drawn("████@#");
}

static void test_draw_numbers_have_three_digits(void **state)
{
	char room[32];

	(void)state;
	assert_string_equal(draw_number(0, "", room), "0");
	assert_string_equal(draw_number(20, "", room), "20");
	assert_string_equal(draw_number(999, "", room), "999");
	assert_string_equal(draw_number(1000, "", room), "1.00 k");
	assert_string_equal(draw_number(1075240, "", room), "1.08 M");
	assert_string_equal(draw_number(53.1, "/s", room), "53.1 /s");
	assert_string_equal(draw_number(99960, "", room), "100 k");
	assert_string_equal(draw_time(297, room), "297 ns");
	assert_string_equal(draw_time(1048576, room), "1.05 ms");
	assert_string_equal(draw_time(7.2e12, room), "7200 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draw_bar_has_its_share_of_the_width),
		cmocka_unit_test(test_draw_shows_that_there_is_something),
		cmocka_unit_test(test_draw_nothing_of_nothing),
		cmocka_unit_test(test_draw_the_most_is_full),
		cmocka_unit_test(test_draw_numbers_have_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
