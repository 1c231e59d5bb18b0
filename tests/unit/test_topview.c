/* What keys change of what is seen. */
#include "tests/unit/unit.h"

#include "report/topview.h"

#include <string.h>

#define PAGE   20
#define ESCAPE 27

static struct topview v;

static int begin(void **state)
{
	(void)state;
	return topview_init(&v, NULL, NULL, NULL, NULL);
}

static void press(const char *keys)
{
	for (; *keys; keys++)
		topview_key(&v, (unsigned char)*keys, PAGE);
}

static void test_view_begins_with_calls_a_second(void **state)
{
	(void)state;
	assert_int_equal(v.by, TOP_SYSCALL);
	assert_int_equal(v.sort, TOP_CALLS);
	assert_int_equal(v.delay_ns, 1000000000);
}

static void refused(const char *by, const char *sort, const char *delay, const char *text)
{
	struct err err = { 0 };

	assert_int_equal(topview_init(&v, by, sort, delay, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, text));
}

static void test_view_takes_words_of_the_command_line(void **state)
{
	(void)state;
	assert_int_equal(topview_init(&v, "errno", "p99", "250ms", NULL), 0);
	assert_int_equal(v.by, TOP_ERROR);
	assert_int_equal(v.sort, TOP_P99);
	assert_int_equal(v.delay_ns, 250000000);
	refused("tid", NULL, NULL, "syscall, pid, errno; not tid");
	refused(NULL, "stddev", NULL, "stddev is none of");
	refused(NULL, NULL, "0.05", "100ms to 3600s");
	refused(NULL, NULL, "3601", "100ms to 3600s");
	refused(NULL, NULL, "soon", "100ms to 3600s");
}

static void test_view_by_letter_digit_and_tab(void **state)
{
	static const struct {
		char key;
		enum top_by by;
	} keys[] = { { 't', TOP_PROCESS }, { 'e', TOP_ERROR },	 { 'c', TOP_SYSCALL },
		     { '3', TOP_ERROR },   { '1', TOP_SYSCALL }, { '2', TOP_PROCESS },
		     { '\t', TOP_ERROR },  { '\t', TOP_SYSCALL } };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		topview_key(&v, TOP_KEY_DOWN, PAGE);
		topview_key(&v, keys[i].key, PAGE);
		assert_int_equal(v.by, keys[i].by);
		assert_int_equal(v.first, 0);
	}
}

static void test_sort_moves_through_all_columns(void **state)
{
	(void)state;
	for (int i = 1; i <= TOP_COLUMNS; i++) {
		press(">");
		assert_int_equal(v.sort, i % TOP_COLUMNS);
	}
	press("<");
	assert_int_equal(v.sort, TOP_COLUMNS - 1);
	press("M");
	assert_int_equal(v.sort, TOP_MAX);
	topview_key(&v, TOP_KEY_LEFT, PAGE);
	assert_int_equal(v.sort, TOP_P99);
	press("Q");
	assert_int_equal(v.sort, TOP_P99);
}

static void test_filter_takes_letters_that_are_commands_elsewhere(void **state)
{
	(void)state;
	press("/q t\n");
	assert_string_equal(v.filter, "q t");
	assert_false(v.typing);
	assert_false(v.quit);
	assert_int_equal(v.by, TOP_SYSCALL);
	topview_key(&v, ESCAPE, PAGE);
	assert_string_equal(v.filter, "");
}

static void test_filter_rubs_out_whole_characters(void **state)
{
	(void)state;
	press("/a\303\244");
	topview_key(&v, TOP_KEY_BACKSPACE, PAGE);
	assert_string_equal(v.filter, "a");
	press("\x7f\x7f");
	assert_string_equal(v.filter, "");
	assert_true(v.typing);
	press("xy\x15z");
	assert_string_equal(v.filter, "z");
	topview_key(&v, ESCAPE, PAGE);
	assert_string_equal(v.filter, "");
	assert_false(v.typing);
}

static void test_filter_ends_where_its_room_does(void **state)
{
	(void)state;
	press("/");
	for (int i = 0; i < 2 * TOP_FILTER_ROOM; i++)
		press("x");
	assert_int_equal(strlen(v.filter), TOP_FILTER_ROOM - 1);
	topview_key(&v, TOP_KEY_OTHER, PAGE);
	assert_int_equal(strlen(v.filter), TOP_FILTER_ROOM - 1);
}

static void test_delay_goes_in_steps_and_stops_at_the_ends(void **state)
{
	(void)state;
	press("+");
	assert_int_equal(v.delay_ns, 2000000000);
	press("++++++++++");
	assert_int_equal(v.delay_ns, 60000000000);
	press("--------------");
	assert_int_equal(v.delay_ns, TOP_DELAY_MIN);
}

static void test_rows_are_scrolled_by_line_and_page(void **state)
{
	(void)state;
	topview_key(&v, TOP_KEY_UP, PAGE);
	assert_int_equal(v.first, 0);
	topview_key(&v, TOP_KEY_PAGE_DOWN, PAGE);
	topview_key(&v, TOP_KEY_DOWN, PAGE);
	assert_int_equal(v.first, PAGE + 1);
	topview_key(&v, TOP_KEY_PAGE_UP, PAGE);
	topview_key(&v, TOP_KEY_UP, PAGE);
	topview_key(&v, TOP_KEY_UP, PAGE);
	assert_int_equal(v.first, 0);
	topview_key(&v, TOP_KEY_END, PAGE);
	assert_true(v.first > 1000000);
	topview_key(&v, TOP_KEY_HOME, PAGE);
	assert_int_equal(v.first, 0);
}

static void test_any_key_leaves_the_help(void **state)
{
	(void)state;
	press("?q");
	assert_false(v.help);
	assert_false(v.quit);
	press("?\x03");
	assert_true(v.quit);
}

static void test_pause_and_quit(void **state)
{
	(void)state;
	press(" ");
	assert_true(v.paused);
	press(" ");
	assert_false(v.paused);
	press("szq");
	assert_true(v.total && v.restart && v.quit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_view_begins_with_calls_a_second, begin),
		cmocka_unit_test_setup(test_view_takes_words_of_the_command_line, begin),
		cmocka_unit_test_setup(test_view_by_letter_digit_and_tab, begin),
		cmocka_unit_test_setup(test_sort_moves_through_all_columns, begin),
		cmocka_unit_test_setup(test_filter_takes_letters_that_are_commands_elsewhere,
				       begin),
		cmocka_unit_test_setup(test_filter_rubs_out_whole_characters, begin),
		cmocka_unit_test_setup(test_filter_ends_where_its_room_does, begin),
		cmocka_unit_test_setup(test_delay_goes_in_steps_and_stops_at_the_ends, begin),
		cmocka_unit_test_setup(test_rows_are_scrolled_by_line_and_page, begin),
		cmocka_unit_test_setup(test_any_key_leaves_the_help, begin),
		cmocka_unit_test_setup(test_pause_and_quit, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
