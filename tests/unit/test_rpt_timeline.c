/* The report timeline: its columns, and its picture. */
#include "tests/unit/unit.h"

#include "tests/unit/report.h"

#define READ   0 /* of x86_64 */
#define OPENAT 257
#define MS     1000000ULL

static struct report_run x;

static void call(uint64_t start, uint64_t ns, int64_t nr, int64_t ret)
{
	struct rb_values v = { .pid = 10, .tid = 10, .time = start };

	rb_enter(&x.b, &v, nr);
	v.time = start + ns;
	rb_exit(&x.b, &v, nr, ret);
}

static void begin(void)
{
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	buf_release(&x.b.features[FEATURE_ARCH].body);
	rb_str(rb_feature(&x.b, FEATURE_ARCH), "x86_64");
}

static const char *run(const struct report_opts *o)
{
	report_run(&x, "timeline", o);
	if (x.rc)
		fail_test("%s", x.err.text);
	return x.out;
}

static void test_timeline_counts_a_call_where_it_returns(void **state)
{
	(void)state;
	begin();
	call(100 * MS, 1000, READ, 1);
	call(150 * MS, 100 * MS, READ, -11);
	call(260 * MS, 3000, READ, 1);
	call(430 * MS, 2000, READ, 1);
	assert_string_equal(
		run(&(struct report_opts){ .format = OUT_CSV, .interval_word = "100ms" }),
		"start_ns,end_ns,calls,errors,timed,total_ns,min_ns,max_ns,p50_ns,p90_ns,p99_ns,"
		"p999_ns\n"
		"100001000,200000000,1,0,1,1000,1000,1000,1000,1000,1000,1000\n"
		"200000000,300000000,2,1,2,100003000,3000,100000000,3000,100000000,100000000,"
		"100000000\n"
		"300000000,400000000,0,0,0,,,,,,,\n"
		"400000000,430002000,1,0,1,2000,2000,2000,2000,2000,2000,2000\n");
	report_end(&x);
}

static void test_timeline_has_rates_of_the_time_that_there_is(void **state)
{
	(void)state;
	begin();
	call(0, 500 * MS, READ, 1); /* the first interval begins here */
	call(600 * MS, 100 * MS, READ, 1);
	call(900 * MS, 300 * MS, READ, 1);
	run(&(struct report_opts){ 0 });
	assert_contains(x.out, "\n        0.500000           2           4         0 ");
	assert_contains(x.out, "\n        1.000000           1           5         0 ");
	report_end(&x);
}

/* 10 ms with a call every 100 us, of which the second half takes ten times as long. */
static void test_timeline_picture_shows_when_calls_took_longer(void **state)
{
	(void)state;
	begin();
	for (uint64_t i = 0; i < 100; i++)
		call(100 * MS + i * 100000, i < 50 ? 1000 : 10000, i < 50 ? READ : OPENAT,
		     i < 50 ? 1 : -2);
	run(&(struct report_opts){ .view = "graph", .interval_word = "1ms" });
	assert_contains(x.out, "100 calls returned in 9.91 ms; a column is 1.00 ms\n");
	assert_contains(x.out, "\nerrors/s                 ####@  max ");
	assert_contains(x.out, "\nlatency, median     _____@@@@@  max 10.0 us\n");
	assert_contains(x.out, "\nread                #####       50\n"
			       "openat                   #####  50\n");
	assert_contains(x.out, "\n8.19 us to 16.4 us       #####  50\n");
	assert_contains(x.out, "\n512 ns to 1.02 us   #####       50\n");
	report_end(&x);
}

/* Of a second, with a call every 250 us, in cells of 1 us at first. */
static void test_timeline_picture_fits_its_width(void **state)
{
	char *line, *rest;

	(void)state;
	begin();
	for (uint64_t i = 0; i < 4000; i++)
		call(5000 * MS + i * 250000, 1000, READ, 1);
	run(&(struct report_opts){ .view = "graph", .interval_word = "1us" });
	assert_contains(x.out, "4,000 calls returned in 1.00 s; a column is ");
	line = strstr(x.out, "\ncalls/s ");
	assert_non_null(line);
	rest = strstr(line, "  max ");
	assert_in_range(rest - line, 1 + 20 + 30, 1 + 20 + 44);
	for (const char *c = line + 21; c < rest; c++)
		assert_true(*c != ' '); /* something happened all the time */
	report_end(&x);
}

static void test_timeline_refuses_a_view_that_it_does_not_know(void **state)
{
	struct report_opts o = { .view = "heat" };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(report_find("timeline", &err)->check(&o, &err), -1);
	assert_contains(err.text, "option --view: heat is neither graph nor columns");
	o = (struct report_opts){ .view = "graph", .format = OUT_JSON };
	assert_int_equal(report_find("timeline", &err)->check(&o, &err), -1);
	assert_contains(err.text, "option --view is for tables, not for --format json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timeline_counts_a_call_where_it_returns),
		cmocka_unit_test(test_timeline_has_rates_of_the_time_that_there_is),
		cmocka_unit_test(test_timeline_picture_shows_when_calls_took_longer),
		cmocka_unit_test(test_timeline_picture_fits_its_width),
		cmocka_unit_test(test_timeline_refuses_a_view_that_it_does_not_know),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
