#include "tests/unit/unit.h"

#include "report/several.h"
#include "tests/unit/recbuild.h"

#include <stdio.h>

#define FILES_MAX 3
#define S	  1000000000ull

/* Files whose samples have the times of day that they were made with, in seconds. */
struct fixture {
	struct rb_file b[FILES_MAX];
	struct session all[FILES_MAX];
	struct filter_words filter;
	struct consumer c;
	char text[1024]; /* "FILE:TIME " of each sample */
	struct err err;
	uint32_t nr;
};

static struct fixture x;

static int on_sample(struct consumer *c, struct session *s, const struct ordered_sample *os,
		     struct err *err)
{
	size_t len = strlen(x.text);

	(void)c;
	(void)err;
	assert_ptr_equal(os->session, s);
	assert_ptr_equal(s, &x.all[s->idx]);
	snprintf(x.text + len, sizeof(x.text) - len, "%u:%llu ", s->idx,
		 (unsigned long long)(os->sample.time / S));
	return 0;
}

static void drop(struct rb_file *b, enum feature bit)
{
	buf_release(&b->features[bit].body);
	b->features[bit].present = false;
}

/* @start_ns: the time of day when its clock was 0; 0: it does not say. */
static void add(const char *host, uint64_t start_ns, const uint64_t *seconds)
{
	struct rb_file *b = &x.b[x.nr++];

	rb_raw_syscalls(b);
	drop(b, FEATURE_SAMPLE_TIME);
	drop(b, FEATURE_HOSTNAME);
	if (host)
		rb_str(rb_feature(b, FEATURE_HOSTNAME), host);
	if (start_ns) {
		struct buf *clock = rb_feature(b, FEATURE_CLOCK_DATA);

		rb_add_pair(clock, 1, 1);
		buf_add_u64(clock, start_ns + 5 * S);
		buf_add_u64(clock, 5 * S);
	}
	rb_round(&b->data); /* without any data it would be one that was not finished */
	for (; *seconds; seconds++)
		rb_enter(b, &(struct rb_values){ .tid = 1, .time = *seconds * S }, 1);
}

#define ADD(host, start_ns, ...) add(host, start_ns, (uint64_t[]){ __VA_ARGS__, 0 })

static void begin(void)
{
	memset(&x, 0, sizeof(x));
	x.c = (struct consumer){ .as_one = true, .add_sample = on_sample };
}

static const char *run(void)
{
	const char *paths[FILES_MAX];

	for (uint32_t i = 0; i < x.nr; i++)
		paths[i] = rb_path(&x.b[i]);
	if (session_open_all(x.all, x.nr, paths, &x.filter, false, &x.err))
		return x.err.text;
	if (session_run(x.all, x.nr, &x.c, &x.err))
		fail_test("%s", x.err.text);
	return x.text;
}

static void end(void)
{
	for (uint32_t i = 0; i < x.nr; i++) {
		if (x.all[i].file.path)
			session_close(&x.all[i]);
		rb_release(&x.b[i]);
	}
}

static void test_several_of_one_host_go_by_their_times(void **state)
{
	(void)state;
	begin();
	ADD("box", 1000 * S, 10, 30);
	ADD("box", 1003 * S, 20, 40); /* the time of day was set meanwhile */
	ADD(NULL, 0, 25);
	assert_string_equal(run(), "0:10 1:20 2:25 0:30 1:40 ");
	for (int i = 0; i < 3; i++) {
		assert_null(x.all[i].host);
		assert_int_equal(x.all[i].shift_ns, 0);
	}
	assert_null(several_relate(x.all, 3));
	end();
}

/* The second, begun 5 s past midnight, would by itself take the next one. */
static void test_several_take_a_time_of_day_to_be_of_one_day(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	begin();
	ADD("box", 86300 * S, 90, 100, 130);
	ADD("other", 86400 * S, 5, 20, 86402);
	x.filter.time = "00:00:00,00:00:03";
	assert_string_equal(run(), "0:100 ");
	end();
}

static void test_several_of_other_hosts_go_by_the_time_of_day(void **state)
{
	(void)state;
	begin();
	ADD("box", 1000 * S, 500, 520);
	ADD("longer", 1490 * S, 15, 25, 35);
	ADD(NULL, 500 * S, 1012);
	assert_string_equal(run(), "0:500 1:15 2:1012 1:25 0:520 1:35 ");
	assert_string_equal(x.all[0].host, "box");
	assert_string_equal(x.all[2].host, "?");
	assert_int_equal(x.all[0].host_width, 6);
	assert_int_equal(x.all[1].shift_ns, 490 * S);
	end();
}

static void test_several_starts_of_a_host_go_by_the_time_of_day(void **state)
{
	(void)state;
	begin();
	ADD("box", 1000 * S, 10, 20);
	ADD("box", 1011 * S, 5);
	assert_string_equal(run(), "0:10 1:5 0:20 ");
	assert_null(x.all[0].host);
	end();
}

static void test_several_kinds_of_clock_go_by_the_time_of_day(void **state)
{
	(void)state;
	begin();
	ADD("box", 1000 * S, 10, 20);
	ADD("box", 1005 * S, 9);
	for (uint32_t i = 0; i < x.b[1].nr_events; i++) {
		x.b[1].attrs[i].use_clockid = 1;
		x.b[1].attrs[i].clockid = 4;
	}
	assert_string_equal(run(), "0:10 1:9 0:20 ");
	end();
}

static void test_several_names_who_does_not_say_the_time_of_day(void **state)
{
	(void)state;
	begin();
	ADD("box", 1000 * S, 10, 30);
	ADD("other", 0, 20);
	ADD("third", 0, 20);
	assert_string_equal(run(), "0:10 1:20 2:20 0:30 ");
	assert_ptr_equal(several_relate(x.all, 3), &x.all[1]);
	assert_int_equal(x.all[0].shift_ns, 0);
	assert_string_equal(x.all[1].host, "other");
	end();
}

static void take_clocks(uint64_t start, uint64_t other)
{
	begin();
	ADD("box", start, 10, 30, 20);
	ADD("other", other, 20, 10000000000);
	run();
	assert_int_equal(strlen(x.text), strlen("0:10 0:20 0:30 1:20 1:10000000000 "));
	assert_true(strstr(x.text, "0:10 ") < strstr(x.text, "0:20 "));
	assert_true(strstr(x.text, "0:20 ") < strstr(x.text, "0:30 "));
	for (uint64_t time = 1; time; time <<= 1) {
		uint64_t common = several_to_common(&x.all[1], time);
		uint64_t own = several_to_own(&x.all[1], common);

		assert_true(common != UINT64_MAX);
		if (common && common < UINT64_MAX - 1)
			assert_true(own == time || x.all[1].shift_ns == INT64_MIN);
	}
	end();
}

/* Clocks that cannot be: nothing is lost, and nothing comes in front of what came alone. */
static void test_several_take_impossible_clocks(void **state)
{
	(void)state;
	for (uint64_t start = 1; start; start <<= 1) {
		take_clocks(start, -start);
		take_clocks(start, start ^ 1ull << 63);
	}
}

static void test_several_shares_are_of_all_together(void **state)
{
	(void)state;
	begin();
	x.filter.time = "50%-100%";
	ADD("box", 1000 * S, 100, 110, 120);
	ADD("other", 1100 * S, 1, 40, 60, 100);
	assert_string_equal(run(), "1:60 1:100 ");
	end();
	begin();
	x.filter.time = "0%-10%,90%-100%";
	ADD("box", 0, 200, 300);
	ADD("box", 0, 0);
	ADD("box", 0, 100, 119, 121);
	assert_string_equal(run(), "2:100 2:119 0:300 ");
	end();
	begin();
	x.filter.time = "50%-100%"; /* of each, as nobody knows how they relate */
	ADD("box", 0, 100, 110, 120);
	ADD("other", 1100 * S, 1, 40, 60, 101);
	assert_string_equal(run(), "1:60 1:101 0:110 0:120 ");
	end();
	begin();
	x.filter.time = "10%-20%";
	ADD("box", 0, 0);
	ADD("box", 0, 0);
	assert_contains(run(), "no sample has a time");
	x.all[0].file.path = x.all[1].file.path = NULL;
	end();
}

static void test_several_read_no_file_when_one_is_not_there(void **state)
{
	const char *paths[] = { NULL, "/nonexistent/perf.data" };

	(void)state;
	begin();
	ADD("box", 0, 1);
	paths[0] = rb_path(&x.b[0]);
	assert_int_equal(session_open_all(x.all, 2, paths, &x.filter, true, &x.err), -1);
	assert_contains(x.err.text, "/nonexistent");
	x.all[0].file.path = NULL; /* closed again */
	end();
}

static void test_several_read_the_others_when_one_may_be_missing(void **state)
{
	const char *paths[] = { "/nonexistent/first", NULL, "/nonexistent/perf.data", NULL };
	int status = 0;
	uint32_t nr = 4;

	(void)state;
	begin();
	ADD("box", 0, 1);
	ADD("box", 0, 2);
	paths[1] = rb_path(&x.b[0]);
	paths[3] = rb_path(&x.b[1]);
	assert_int_equal(session_open_some(x.all, &nr, paths, &x.filter, true, &status, &x.err), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(status, 1);
	assert_int_equal(x.all[0].nr_missing, 2);
	assert_int_equal(session_run(x.all, nr, &x.c, &x.err), 0);
	assert_string_equal(x.text, "0:1 1:2 ");
	end();
}

static void test_several_tell_the_last_error_when_none_is_there(void **state)
{
	const char *paths[] = { "/nonexistent/first", "/nonexistent/last" };
	int status = 0;
	uint32_t nr = 2;

	(void)state;
	begin();
	assert_int_equal(session_open_some(x.all, &nr, paths, &x.filter, true, &status, &x.err),
			 -1);
	assert_contains(x.err.text, "/nonexistent/last");
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_several_of_one_host_go_by_their_times),
		cmocka_unit_test(test_several_take_a_time_of_day_to_be_of_one_day),
		cmocka_unit_test(test_several_of_other_hosts_go_by_the_time_of_day),
		cmocka_unit_test(test_several_starts_of_a_host_go_by_the_time_of_day),
		cmocka_unit_test(test_several_kinds_of_clock_go_by_the_time_of_day),
		cmocka_unit_test(test_several_names_who_does_not_say_the_time_of_day),
		cmocka_unit_test(test_several_take_impossible_clocks),
		cmocka_unit_test(test_several_shares_are_of_all_together),
		cmocka_unit_test(test_several_read_no_file_when_one_is_not_there),
		cmocka_unit_test(test_several_read_the_others_when_one_may_be_missing),
		cmocka_unit_test(test_several_tell_the_last_error_when_none_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
