#include "tests/unit/unit.h"

#include "report/walltime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t moment(const char *word)
{
	struct walltime w;

	if (walltime_parse(&w, word))
		fail_test("%s is no time of day", word);
	assert_true(w.dated);
	return walltime_dated(&w);
}

/* Into the buffer of the text, "2020-01-01T12:00:00.000". */
static void show(char *text, size_t room, uint64_t ns)
{
	time_t sec = (time_t)(ns / 1000000000);
	struct tm tm;
	size_t len;

	localtime_r(&sec, &tm);
	len = strftime(text, room, "%FT%T", &tm);
	snprintf(text + len, room - len, ".%03u", (unsigned)(ns / 1000000 % 1000));
}

/* What @spec, "A,B", is in a recording from @began to @ended: "FROM TO", without an end's if it has none. */
static const char *window(const char *began, const char *ended, const char *spec)
{
	struct walltime_span all = { moment(began), moment(ended) }, w = { 0 };
	static char text[128];
	struct walltime a, b;
	const char *comma = strchr(spec, ',');
	char first[64], from[32] = "-", to[32] = "-";

	snprintf(first, sizeof(first), "%.*s", (int)(comma - spec), spec);
	if ((*first && walltime_parse(&a, first)) || (comma[1] && walltime_parse(&b, comma + 1)))
		fail_test("%s is no window", spec);
	walltime_window(&w, *first ? &a : NULL, comma[1] ? &b : NULL, &all);
	if (*first)
		show(from, sizeof(from), w.first);
	if (comma[1])
		show(to, sizeof(to), w.last);
	snprintf(text, sizeof(text), "%s %s", from, to);
	return text;
}

static void test_walltime_of_a_recording_across_midnight_may_be_of_the_next_day(void **state)
{
	static const char *const began = "2020-01-01T23:59:59.588", *const ended =
									    "2020-01-02T00:00:02";

	(void)state;
	assert_string_equal(window(began, ended, "00:00:00,00:01:00"),
			    "2020-01-02T00:00:00.000 2020-01-02T00:01:00.000");
	assert_string_equal(window(began, ended, "00:00:01.5,"), "2020-01-02T00:00:01.500 -");
	assert_string_equal(window(began, ended, ",00:01"), "- 2020-01-02T00:01:00.000");
	assert_string_equal(window(began, ended, "00:01,"), "2020-01-02T00:01:00.000 -");
	assert_string_equal(window(began, ended, "23:59,00:00:01"),
			    "2020-01-01T23:59:00.000 2020-01-02T00:00:01.000");
	/* Where the end is not known. */
	assert_string_equal(window(began, began, ",00:01"), "- 2020-01-02T00:01:00.000");
	assert_string_equal(window(began, began, "00:00,"), "2020-01-02T00:00:00.000 -");
	/* Over before the recording began: the next one. */
	assert_string_equal(window(began, ended, "23:59:58,23:59:59"),
			    "2020-01-02T23:59:58.000 2020-01-02T23:59:59.000");
}

static void test_walltime_of_a_recording_just_behind_midnight_may_be_of_the_day_before(void **state)
{
	static const char *const began = "2020-01-02T00:00:05", *const ended =
									"2020-01-02T00:10:00";

	(void)state;
	assert_string_equal(window(began, ended, "23:59,00:01"),
			    "2020-01-01T23:59:00.000 2020-01-02T00:01:00.000");
	assert_string_equal(window(began, ended, "23:59,"), "2020-01-01T23:59:00.000 -");
	assert_string_equal(window(began, ended, ",23:59"), "- 2020-01-01T23:59:00.000");
}

static void test_walltime_that_began_before_the_recording_is_of_its_day(void **state)
{
	static const char *const began = "2020-01-01T14:03:05.5", *const ended =
									  "2020-01-01T14:10:00";

	(void)state;
	assert_string_equal(window(began, ended, "14:03:00,14:03:10"),
			    "2020-01-01T14:03:00.000 2020-01-01T14:03:10.000");
	assert_string_equal(window(began, ended, "14:03,"), "2020-01-01T14:03:00.000 -");
	assert_string_equal(window(began, ended, ",14:03"), "- 2020-01-01T14:03:00.000");
	assert_string_equal(window(began, ended, ",14:20"), "- 2020-01-01T14:20:00.000");
}

static void test_walltime_of_a_long_recording_is_the_first_such_time_in_it(void **state)
{
	static const char *const began = "2020-01-01T10:00", *const ended = "2020-01-03T09:00";

	(void)state;
	assert_string_equal(window(began, ended, "08:00,08:30"),
			    "2020-01-02T08:00:00.000 2020-01-02T08:30:00.000");
	assert_string_equal(window(began, ended, "08:00,"), "2020-01-02T08:00:00.000 -");
	assert_string_equal(window(began, ended, ",08:00"), "- 2020-01-02T08:00:00.000");
	assert_string_equal(window(began, ended, "09:00,12:00"),
			    "2020-01-01T09:00:00.000 2020-01-01T12:00:00.000");
}

static void test_walltime_without_a_date_goes_by_the_other_end(void **state)
{
	static const char *const began = "2020-01-01T10:00", *const ended = "2020-01-04T09:00";

	(void)state;
	assert_string_equal(window(began, ended, "2020-01-03T23:00,01:00"),
			    "2020-01-03T23:00:00.000 2020-01-04T01:00:00.000");
	assert_string_equal(window(began, ended, "2019-12-01T00:00,12:00"),
			    "2019-12-01T00:00:00.000 2020-01-01T12:00:00.000");
	assert_string_equal(window(began, ended, "23:00,2020-01-03T01:00"),
			    "2020-01-02T23:00:00.000 2020-01-03T01:00:00.000");
}

/* The clocks of Berlin go forward in that night, so there are 23 hours from noon to noon. */
static void test_walltime_keeps_the_time_of_day_when_clocks_go_forward(void **state)
{
	static const char *const began = "2020-03-28T12:30", *const ended = "2020-03-29T13:00";

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	assert_string_equal(window(began, ended, "12:00,12:15"),
			    "2020-03-29T12:00:00.000 2020-03-29T12:15:00.000");
	setenv("TZ", "UTC", 1);
}

static void test_walltime_that_no_64_bits_can_hold_is_the_nearest_that_is_one(void **state)
{
	struct walltime w;

	(void)state;
	assert_return_code(walltime_parse(&w, "1950-01-01T00:00"), 0);
	assert_int_equal(walltime_dated(&w), 0);
	assert_return_code(walltime_parse(&w, "9999-01-01T00:00"), 0);
	assert_true(walltime_dated(&w) == UINT64_MAX);
}

static int in_utc(void **state)
{
	(void)state;
	return setenv("TZ", "UTC", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_walltime_of_a_recording_across_midnight_may_be_of_the_next_day),
		cmocka_unit_test(
			test_walltime_of_a_recording_just_behind_midnight_may_be_of_the_day_before),
		cmocka_unit_test(test_walltime_that_began_before_the_recording_is_of_its_day),
		cmocka_unit_test(test_walltime_of_a_long_recording_is_the_first_such_time_in_it),
		cmocka_unit_test(test_walltime_without_a_date_goes_by_the_other_end),
		cmocka_unit_test(test_walltime_keeps_the_time_of_day_when_clocks_go_forward),
		cmocka_unit_test(test_walltime_that_no_64_bits_can_hold_is_the_nearest_that_is_one),
	};

	return cmocka_run_group_tests(tests, in_utc, NULL);
}
