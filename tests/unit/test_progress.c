#include "tests/unit/unit.h"

#include "report/progress.h"

/* The line after 2 seconds. */
static const char *line(const char *path, uint64_t total, uint64_t nr, int width)
{
	static char text[STATUSLINE_MAX + 1];
	const struct progress p = { .path = path, .total = total };

	progress_text(&p, nr, 2000000000, width, text);
	return text;
}

static void test_progress_of_a_file_tells_its_share_and_what_is_left(void **state)
{
	(void)state;
	assert_string_equal(line("web.data", 5000000000, 2000000000, 79),
			    "reading web.data: 40 %, 1.00 GB/s, 3 s left");
	assert_string_equal(line("web.data", 5000000000, 2000000000, 20), "40 %, 3 s left");
	assert_string_equal(line("web.data", 5000000000, 2000000000, 4), "40 %");
	assert_string_equal(line("web.data", 5000000000, 2000000000, 3), "");
}

static void test_progress_of_a_pipe_tells_bytes(void **state)
{
	(void)state;
	assert_string_equal(line("-", 0, 123456789, 79), "reading -: 123 MB, 61.7 MB/s");
	assert_string_equal(line("-", 0, 123456789, 20), "123 MB, 61.7 MB/s");
	assert_string_equal(line("-", 0, 999, 79), "reading -: 999 B, 500 B/s");
	assert_string_equal(line("-", 0, 0, 79), "reading -: 0 B, 0 B/s");
}

static void test_progress_never_goes_beyond_the_whole(void **state)
{
	(void)state;
	assert_string_equal(line("a", 1000000, 3000000, 79),
			    "reading a: 100 %, 1.50 MB/s, 0 s left");
	assert_string_equal(line("a", 1000000000, 0, 12), "0 %");
}

static void test_progress_shows_no_name_that_could_harm_the_terminal(void **state)
{
	(void)state;
	assert_string_equal(line("a\033[31m.data", 1000, 500, 79),
			    "reading: 50 %, 250 B/s, 2 s left");
	assert_string_equal(line("\xc3\xa4.data", 1000, 500, 79),
			    "reading: 50 %, 250 B/s, 2 s left");
	assert_string_equal(line("a/path/that/is/too/long/to/be/shown.data", 1000, 500, 79),
			    "reading: 50 %, 250 B/s, 2 s left");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress_of_a_file_tells_its_share_and_what_is_left),
		cmocka_unit_test(test_progress_of_a_pipe_tells_bytes),
		cmocka_unit_test(test_progress_never_goes_beyond_the_whole),
		cmocka_unit_test(test_progress_shows_no_name_that_could_harm_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
