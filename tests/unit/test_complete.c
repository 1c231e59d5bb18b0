#include "tests/unit/unit.h"

#include "common/complete.h"
#include "common/util.h"

#include <stdlib.h>

#define A 1
#define B 2

static const struct opt table[] = {
	{ 'i', "input", OPT_WORD, "FILE", 0, "a file", 0 },
	{ 'x', "hex", OPT_FLAG, NULL, 0, "a flag", A },
	{ 'z', "level", OPT_MAYBE, "LEVEL", 0, "may have a value", 0 },
	{ 0, "by", OPT_WORD, "LEVELS", 0, "a list", B },
	{ 0, "form", OPT_WORD, "FORM", 0, "a word", 0 },
	{ 0, "odd", OPT_WORD, "ODD", 0, "of what nobody knows", 0 },
	{ .type = OPT_END },
};

static void tell_more(struct complete *c)
{
	complete_word(c, "more", "and this");
}

static const struct opt_value values[] = {
	{ "FILE", OPT_VALUE_FILE, NULL, NULL },
	{ "LEVEL", OPT_VALUE_ANY, NULL, NULL },
	{ "LEVELS", OPT_VALUE_LIST, "pid tid comm", tell_more },
	{ "FORM", OPT_VALUE_WORD, "table csv", NULL },
	{ 0 },
};

/* What is said of the value that the last word of @line is; "" when it is none. */
static char *value_at(const char *line, int flags)
{
	static char said[1024];
	char text[256], *words[16], *at = text;
	struct complete c;
	FILE *out;
	int nr = 0;

	snprintf(text, sizeof(text), "%s", line);
	while ((words[nr] = strsep(&at, " ")))
		nr++;
	memset(said, 0, sizeof(said));
	out = fmemopen(said, sizeof(said), "w");
	complete_init(&c, table, values, words, nr, flags, out);
	if (c.option)
		complete_value(&c);
	fclose(out);
	return said;
}

static void test_value_is_the_next_word_or_in_the_same(void **state)
{
	(void)state;
	assert_string_equal(value_at("--form ", 0), "words\ntable\ncsv\n");
	assert_string_equal(value_at("--form=c", 0), "words\n--form=table\n--form=csv\n");
	assert_string_equal(value_at("-i ", 0), "file 0\n");
	assert_string_equal(value_at("-ix", 0), "file 2\n");
	assert_string_equal(value_at("-xix", 0), "file 3\n");
	assert_string_equal(value_at("--input=x", 0), "file 8\n");
	assert_string_equal(value_at("-x ", 0), "");
	assert_string_equal(value_at("--form csv ", 0), "");
	assert_string_equal(value_at("-i --form ", 0), ""); /* a file of that name */
	assert_string_equal(value_at("--nosuch ", 0), "");
}

static void test_value_that_may_be_left_out_is_in_the_same_word(void **state)
{
	(void)state;
	assert_string_equal(value_at("-z ", 0), "");
	assert_string_equal(value_at("-z1", 0), "any\n");
	assert_string_equal(value_at("--level=", 0), "any\n");
	assert_string_equal(value_at("--level --form ", 0), "words\ntable\ncsv\n");
}

static void test_list_goes_on_behind_its_last_comma(void **state)
{
	(void)state;
	assert_string_equal(value_at("--by ", 0), "list\npid\ntid\ncomm\nmore\tand this\n");
	assert_string_equal(value_at("--by tid,p", 0),
			    "list\ntid,pid\ntid,comm\ntid,more\tand this\n");
	assert_string_equal(value_at("--by=comm,", 0),
			    "list\n--by=comm,pid\n--by=comm,tid\n--by=comm,more\tand this\n");
	assert_string_equal(value_at("--by !", 0), "list\n!pid\n!tid\n!comm\n!more\tand this\n");
}

static void test_options_end_where_the_parser_ends_them(void **state)
{
	(void)state;
	assert_string_equal(value_at("ls --form ", 0), "");
	assert_string_equal(value_at("ls --form ", OPT_PERMUTE), "words\ntable\ncsv\n");
	assert_string_equal(value_at("-- --form ", OPT_PERMUTE), "");
	assert_string_equal(value_at("-i ls --form ", 0), "words\ntable\ncsv\n");
}

static void test_value_that_nobody_knows_is_told(void **state)
{
	(void)state;
	assert_string_equal(value_at("--odd ", 0), "unknown\n");
}

static void test_words_and_values_are_found(void **state)
{
	char *words[] = { "-i", "a", "one", "--form=csv", "--form", "table", "two", "-" };
	struct complete c;

	(void)state;
	complete_init(&c, table, values, words, ARRAY_SIZE(words), OPT_PERMUTE, stdout);
	assert_int_equal(c.first, 2);
	assert_int_equal(c.second, 6);
	assert_string_equal(complete_typed(&c, "input"), "a");
	assert_string_equal(complete_typed(&c, "form"), "table"); /* the last one wins */
	assert_null(complete_typed(&c, "by"));
	assert_true(complete_is_option(&c));
}

static void test_options_are_those_of_the_mode(void **state)
{
	char said[1024] = "", *words[] = { "-" };
	struct complete c;
	FILE *out = fmemopen(said, sizeof(said), "w");

	(void)state;
	complete_init(&c, table, values, words, 1, 0, out);
	complete_options(&c, B);
	fclose(out);
	assert_non_null(strstr(said, "\n--by\ta list\n"));
	assert_non_null(strstr(said, "\n--input\ta file\n-i\ta file\n"));
	assert_null(strstr(said, "--hex"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value_is_the_next_word_or_in_the_same),
		cmocka_unit_test(test_value_that_may_be_left_out_is_in_the_same_word),
		cmocka_unit_test(test_list_goes_on_behind_its_last_comma),
		cmocka_unit_test(test_options_end_where_the_parser_ends_them),
		cmocka_unit_test(test_value_that_nobody_knows_is_told),
		cmocka_unit_test(test_words_and_values_are_found),
		cmocka_unit_test(test_options_are_those_of_the_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
