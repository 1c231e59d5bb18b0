/* The reports of read and write: what no kernel returns. */
#include "tests/unit/unit.h"

#include "tests/unit/report.h"

#define READ 0 /* of x86_64 */

/* Of a damaged file, or a hostile one: the least number has no positive one. */
static void test_rw_takes_any_number_for_an_error(void **state)
{
	const struct rb_values v = { .pid = 10, .tid = 10, .time = 1000 };
	struct report_run x = { 0 };

	(void)state;
	rb_raw_syscalls(&x.b);
	rb_exit(&x.b, &v, READ, INT64_MIN);
	rb_exit(&x.b, &v, READ, -9);
	report_run(&x, "rw-by-pid", &(struct report_opts){ .format = OUT_JSON });
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "\"9223372036854775808\":1");
	assert_contains(x.out, "\"EBADF\":1");
	report_end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rw_takes_any_number_for_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
