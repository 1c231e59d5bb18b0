#include "tests/unit/unit.h"

#include "report/times.h"
#include "tests/unit/recbuild.h"

#include <inttypes.h>
#include <stdio.h>

#define NOON_2020 1577880000000000000ull /* 2020-01-01 12:00 UTC, ns since 1970 */

static struct rb_file b;
static struct perf_file f;

static void open_file(void)
{
	struct err err;

	rb_round(&b.data); /* without a record it would be an unfinished one */
	if (file_open(&f, rb_path(&b), &err))
		fail_test("%s", err.text);
}

static void close_file(void)
{
	file_close(&f);
	rb_release(&b);
	b = (struct rb_file){ 0 };
}

/* The windows of @spec, "FIRST-LAST" each, or the error. */
static const char *windows(const char *spec)
{
	static char text[1024];
	struct time_window *w = NULL;
	struct err err = { 0 };
	size_t len = 0;
	uint32_t nr;

	if (times_check(spec, &err) || times_windows(spec, &f, NULL, &w, &nr, &err)) {
		assert_null(w); /* nobody else is to free it */
		snprintf(text, sizeof(text), "%s", err.text);
		return text;
	}
	for (uint32_t i = 0; i < nr; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s%" PRIu64 "-%" PRIu64,
				i ? " " : "", w[i].first, w[i].last);
	free(w);
	return text;
}

static void test_times_takes_seconds_to_the_nanosecond(void **state)
{
	(void)state;
	rb_raw_syscalls(&b);
	open_file();
	assert_string_equal(windows("1,2"), "1000000000-2000000000");
	assert_string_equal(windows("0.000000001,3971.123456789"), "1-3971123456789");
	assert_string_equal(windows("5.5,"), "5500000000-18446744073709551615");
	assert_string_equal(windows(",5.25"), "0-5250000000");
	assert_string_equal(windows("1.0000000019,2"), "1000000001-2000000000");
	assert_string_equal(windows("1,2 5.5,6 7,"), "1000000000-2000000000 5500000000-6000000000 "
						     "7000000000-18446744073709551615");
	close_file();
}

/* SAMPLE_TIME of the file is 1000 to 9000. Only the last window holds its last moment, as in perf. */
static void test_times_takes_shares_of_what_the_file_says(void **state)
{
	(void)state;
	rb_raw_syscalls(&b);
	open_file();
	assert_string_equal(windows("0%-100%"), "1000-9000");
	assert_string_equal(windows("25%-50%"), "3000-4999");
	assert_string_equal(windows("0%-0.1%,50%-100%"), "1000-1007 5000-9000");
	close_file();
}

static void test_times_takes_slices_of_a_share(void **state)
{
	(void)state;
	rb_raw_syscalls(&b);
	open_file();
	assert_string_equal(windows("50%"), "1000-4999");
	assert_string_equal(windows("100%"), "1000-9000");
	assert_string_equal(windows("25%/1"), "1000-2999");
	assert_string_equal(windows("25%/2"), "3000-4999");
	assert_string_equal(windows("50%/2"), "5000-9000");
	assert_string_equal(windows("0.1%/1000"), "8992-9000");
	assert_string_equal(windows("25%/1,12.5%/5,75%-100%"), "1000-2999 5000-5999 7000-9000");
	assert_contains(windows("50%/3"), "is no window");
	assert_contains(windows("50%/0"), "is no window");
	assert_contains(windows("50%/"), "is no window");
	assert_contains(windows("50%/-1"), "is no window");
	assert_contains(windows("50%/ 1"), "is no window");
	assert_contains(windows("50%/18446744073709551617"), "is no window");
	assert_contains(windows("0%"), "is no window");
	assert_contains(windows("0%/1"), "is no window");
	assert_contains(windows("101%"), "is no window");
	assert_contains(windows("10%,20%"), "is no window"); /* what would that be? */
	assert_contains(windows("10%/1,20%"), "is no window");
	assert_contains(windows("50%,"), "is no window");
	close_file();
}

static void test_times_looks_for_the_span_that_a_file_does_not_say(void **state)
{
	(void)state;
	rb_raw_syscalls(&b);
	b.features[FEATURE_SAMPLE_TIME].present = false;
	rb_enter(&b, &(struct rb_values){ .tid = 1, .time = 500 }, 1);
	rb_enter(&b, &(struct rb_values){ .tid = 1, .time = 100 }, 1);
	rb_enter(&b, &(struct rb_values){ .tid = 1, .time = 300 }, 1);
	open_file();
	assert_string_equal(windows("0%-50%"), "100-299");
	close_file();
	rb_raw_syscalls(&b);
	b.features[FEATURE_SAMPLE_TIME].present = false;
	open_file();
	assert_contains(windows("0%-50%"), "no sample has a time");
	close_file();
}

static void test_times_tells_the_time_of_day_on_the_clock_of_the_recording(void **state)
{
	struct buf *body;

	(void)state;
	setenv("TZ", "UTC", 1);
	rb_raw_syscalls(&b);
	body = rb_feature(&b, FEATURE_CLOCK_DATA);
	buf_add_u32(body, 1);
	buf_add_u32(body, 1);
	buf_add_u64(body, NOON_2020);
	buf_add_u64(body, 50000000000ull);
	open_file();
	assert_string_equal(windows("12:00:01,12:00:02.5"), "51000000000-52500000000");
	assert_string_equal(windows("2020-01-01T12:00:01,"), "51000000000-18446744073709551615");
	assert_string_equal(windows("2020-01-01 11:59:59.5,12:01"), "49500000000-110000000000");
	/* Past midnight. */
	assert_string_equal(windows("23:59,00:01"), "43190000000000-43310000000000");
	/* All of it next day. The first sample is of 11:59:10. */
	assert_string_equal(windows("00:00,00:01"), "43250000000000-43310000000000");
	assert_string_equal(windows("11:59:00,11:59:09"), "86390000000000-86399000000000");
	assert_string_equal(windows("11:59:00,11:59:10.5"), "0-500000000");
	/* Before the clock began. */
	assert_string_equal(windows("2019-01-01T00:00,12:00"), "0-50000000000");
	close_file();
	rb_raw_syscalls(&b);
	open_file();
	assert_contains(windows("12:00,13:00"), "does not say what the time of day was");
	close_file();
}

static void test_times_refuses_what_is_no_window(void **state)
{
	static const char *const bad[] = {
		"",
		"5",
		"1,2,3",
		"a,b",
		"10%-5%",
		"0%-101%",
		"10%-20%,",
		"10-20%",
		"-1,2",
		"1e3,2",
		"12:00",
		"25:00,26:00",
		"12:00,soon",
		"1..2,3",
		"1,2 3",
		"1,2 ",
		" 1,2",
		"1,2  3,4",
		"1,2 3,4,5",
		"1 ,2",
		"12345678901,",
		"12:00:00.x,13:00",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = { 0 };

		if (!times_check(bad[i], &err))
			fail_test("%s was taken", bad[i]);
		assert_int_equal(err.code, ERR_USAGE);
	}
}

static void test_times_refuses_a_window_that_ends_before_it_begins(void **state)
{
	static const char *const reversed[] = {
		"13,12.5",
		"1,2 13,12.5",
		"2020-01-01T12:00,2020-01-01T11:59:59.9",
		"2020-01-02T00:00:00.000000002,2020-01-02T00:00:00.000000001",
	};
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reversed); i++) {
		err = (struct err){ 0 };
		assert_int_equal(times_check(reversed[i], &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_contains(err.text, "ends before it begins");
	}
	assert_return_code(times_check("12.5,12.5", &err), 0);
	assert_return_code(times_check("23:59,00:01", &err), 0); /* past midnight */
	assert_return_code(times_check("2020-01-02T12:00,11:00", &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_takes_seconds_to_the_nanosecond),
		cmocka_unit_test(test_times_takes_shares_of_what_the_file_says),
		cmocka_unit_test(test_times_takes_slices_of_a_share),
		cmocka_unit_test(test_times_looks_for_the_span_that_a_file_does_not_say),
		cmocka_unit_test(test_times_tells_the_time_of_day_on_the_clock_of_the_recording),
		cmocka_unit_test(test_times_refuses_what_is_no_window),
		cmocka_unit_test(test_times_refuses_a_window_that_ends_before_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
