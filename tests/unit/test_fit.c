/* Text in a number of columns: cut, filled up, and safe for a terminal. */
#include "tests/unit/unit.h"

#include "report/fit.h"

#include <locale.h>
#include <string.h>

static void check(const char *text, int width, const char *expected)
{
	char got[FIT_ROOM(64)];

	fit_text(got, text, width);
	assert_string_equal(got, expected);
}

static void test_fit_fills_up_with_blanks(void **state)
{
	(void)state;
	check("", 0, "");
	check("", 3, "   ");
	check("read", 6, "read  ");
	check("read", 4, "read");
}

static void test_fit_shows_where_it_cut(void **state)
{
	(void)state;
	check("read", 3, "re~");
	check("read", 1, "~");
	check("read", 0, "");
}

static void test_fit_escapes_controls_and_what_is_no_utf8(void **state)
{
	(void)state;
	check("\033[2Jx", 10, "\\x1b[2Jx  ");
	check("a\nb\x7f", 12, "a\\x0ab\\x7f  ");
	check("\xff", 4, "\\xff");
	check("\xff", 3, "~  ");
	check("\xc3", 6, "\\xc3  ");
	check("\xc2\x9b", 8, "\\xc2\\x9b");
	check("a\xe2\x80\x8bz", 14, "a\\xe2\\x80\\x8bz"); /* a blank without a width */
}

static void test_fit_knows_wide_characters(void **state)
{
	(void)state;
	check("n\303\244h", 4, "n\303\244h ");
	check("\344\270\255\346\226\207", 4, "\344\270\255\346\226\207");
	check("\344\270\255\346\226\207", 3, "\344\270\255~");
	check("\344\270\255\346\226\207", 2, "~ ");
}

static void test_fit_escapes_what_the_locale_cannot_show(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C");
	check("n\303\244h", 10, "n\\xc3\\xa4h");
	setlocale(LC_CTYPE, "C.UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit_fills_up_with_blanks),
		cmocka_unit_test(test_fit_shows_where_it_cut),
		cmocka_unit_test(test_fit_escapes_controls_and_what_is_no_utf8),
		cmocka_unit_test(test_fit_knows_wide_characters),
		cmocka_unit_test(test_fit_escapes_what_the_locale_cannot_show),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
