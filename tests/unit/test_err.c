#include "tests/unit/unit.h"

#include "common/err.h"

static void test_fail_fills_code_and_text_and_is_minus_one(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(fail(&err, ERR_DATA, "%s: offset %#x: size %u", "a.data", 255, 7), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.text, "a.data: offset 0xff: size 7");
}

static void test_fail_takes_null(void **state)
{
	(void)state;
	assert_int_equal(fail(NULL, ERR_IO, "%s", "nobody listens"), -1);
	assert_int_equal(fail_mem(NULL), -1);
}

static void test_fail_keeps_the_last_error_only(void **state)
{
	struct err err = { 0 };

	(void)state;
	(void)fail(&err, ERR_IO, "a long text that was there before");
	(void)fail(&err, ERR_NOENT, "short");
	assert_int_equal(err.code, ERR_NOENT);
	assert_string_equal(err.text, "short");
}

static void test_fail_replaces_every_control_character(void **state)
{
	struct err err = { 0 };
	char bad[34];

	(void)state;
	for (int i = 0; i < 31; i++)
		bad[i] = i + 1;
	strcpy(bad + 31, "\x7f.");
	(void)fail(&err, ERR_DATA, "%s", bad);
	assert_int_equal(strlen(err.text), 33);
	for (int i = 0; i < 32; i++)
		assert_int_equal(err.text[i], '?');
	assert_int_equal(err.text[32], '.');
}

static void test_fail_leaves_utf8_names_alone(void **state)
{
	struct err err = { 0 };

	(void)state;
	(void)fail(&err, ERR_NOENT, "%s: no such file",
		   "gr\xc3\xb6\xc3\x9f"
		   "e.data");
	assert_string_equal(err.text, "gr\xc3\xb6\xc3\x9f"
				      "e.data: no such file");
}

static void test_fail_cuts_a_long_text(void **state)
{
	struct {
		struct err err;
		char behind[8];
	} s = { .behind = "behind" };

	(void)state;
	(void)fail(&s.err, ERR_DATA, "%2000d\n", 1);
	assert_int_equal(strlen(s.err.text), sizeof(s.err.text) - 1);
	assert_string_equal(s.behind, "behind");
}

static void test_fail_mem_says_so(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(fail_mem(&err), -1);
	assert_int_equal(err.code, ERR_MEM);
	assert_contains(err.text, "memory");
}

static void test_err_status_is_2_for_usage_only(void **state)
{
	(void)state;
	for (int code = ERR_NONE; code <= ERR_SYS; code++) {
		struct err err = { .code = code };

		assert_int_equal(err_status(&err), code == ERR_USAGE ? 2 : 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fail_fills_code_and_text_and_is_minus_one),
		cmocka_unit_test(test_fail_takes_null),
		cmocka_unit_test(test_fail_keeps_the_last_error_only),
		cmocka_unit_test(test_fail_replaces_every_control_character),
		cmocka_unit_test(test_fail_leaves_utf8_names_alone),
		cmocka_unit_test(test_fail_cuts_a_long_text),
		cmocka_unit_test(test_fail_mem_says_so),
		cmocka_unit_test(test_err_status_is_2_for_usage_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
