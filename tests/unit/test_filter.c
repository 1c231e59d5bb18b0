#include "tests/unit/unit.h"

#include "tests/unit/report.h"

#include "common/syscall.h"

#define TWO "2 samples do not have the size they should have and could not be read"

static const char *const reports_of_samples[] = { "stats", "syscall-counts", "print", "dump" };

/* A sys_enter of thread 5 that ends inside its raw bytes, which has its thread, but not its call. */
static void cut_enter(struct rb_file *b)
{
	uint64_t head[] = { RB_ID_ENTER, 5ull << 32 | 5, 1500, 0, 64 };

	rb_record(&b->data, PERF_RECORD_SAMPLE, 0, head, sizeof(head));
}

/* Three calls of thread 5, one that is cut, and one of which only the event is known. */
static void begin(struct report_run *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	for (uint64_t i = 0; i < 3; i++)
		rb_enter(&x->b, &(struct rb_values){ .pid = 5, .tid = 5, .time = 1000 + i }, 39);
	rb_record(&x->b.data, PERF_RECORD_SAMPLE, 0, (uint64_t[]){ RB_ID_ENTER }, 8);
	cut_enter(&x->b);
	rb_round(&x->b.data);
}

static void test_filter_lets_every_report_tell_of_samples_that_are_too_short(void **state)
{
	static const struct filter_words filters[] = {
		{ 0 },
		{ .tids = "5" },
		{ .pids = "5" },
		{ .cpus = "0" },
		{ .comms = ":5" },
		{ .events = "raw_syscalls:sys_enter" },
		{ .syscalls = "getpid" },
		{ .time = "0.000001,0.000002" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reports_of_samples); i++) {
		for (size_t j = 0; j < ARRAY_LEN(filters); j++) {
			struct report_opts o = { .format = OUT_JSON, .filter = filters[j] };
			struct report_run x;

			begin(&x);
			report_run(&x, reports_of_samples[i], &o);
			if (x.rc || !strstr(x.said, TWO))
				fail_test("%s, filter %zu: %s%s", reports_of_samples[i], j,
					  x.err.text, x.said);
			report_end(&x);
		}
	}
}

static void stats_of(struct report_run *x, struct filter_words filter)
{
	struct report_opts o = { .format = OUT_JSON, .filter = filter };

	begin(x);
	report_run(x, "stats", &o);
}

/* Without a filter they are records as all others, and perf counts them so. */
static void test_filter_takes_no_sample_that_is_too_short_to_tell(void **state)
{
	struct report_run x;

	(void)state;
	stats_of(&x, (struct filter_words){ 0 });
	assert_contains(x.out, "\"records\":{\"SAMPLE\":5,");
	report_end(&x);
	stats_of(&x, (struct filter_words){ .tids = "5" });
	assert_contains(x.out, "\"records\":{\"SAMPLE\":4,");
	report_end(&x);
	stats_of(&x, (struct filter_words){ .tids = "6" });
	assert_contains(x.out, "\"records\":{\"FINISHED_ROUND\":1}");
	assert_contains(x.said, "1 samples do not have the size");
	report_end(&x);
	stats_of(&x, (struct filter_words){ .syscalls = "getpid" });
	assert_contains(x.out, "\"records\":{\"SAMPLE\":3,");
	report_end(&x);
	stats_of(&x, (struct filter_words){ .events = "raw_syscalls:sys_exit" });
	assert_contains(x.out, "\"records\":{\"FINISHED_ROUND\":1}");
	assert_contains(x.said, ": no sample is left by the filter\n");
	assert_null(strstr(x.said, "shorter"));
	report_end(&x);
}

static struct filter filter_of(const char *calls)
{
	struct filter f = { .calls = malloc(sizeof(*f.calls)),
			    .compat = malloc(sizeof(*f.compat)) };
	struct err err;

	assert_int_equal(calls_parse(f.calls, f.compat, calls, "x86_64", &err), 0);
	return f;
}

/* write is 1, of 32-bit programs 4; there, 1 is exit. */
static void test_filter_asks_whole_calls_for_their_number(void **state)
{
	static const int taken[] = {
		1, 4, 59, 322, 11, 358
	}; /* execve and execveat tell the ABI */
	struct filter f = filter_of("write");
	struct filter_whole w = { 0 };
	struct err err;
	int nr = 0;

	(void)state;
	assert_int_equal(filter_leave_calls(&f, "x86_64", &w, &err), 0);
	for (int i = 0; i < CALLS_MAX; i++)
		nr += calls_has(f.calls, i);
	assert_int_equal(nr, ARRAY_LEN(taken));
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		assert_true(calls_has(f.calls, taken[i]));
	assert_true(filter_takes_whole(&w, 0, 1));
	assert_true(filter_takes_whole(&w, 0, SYSCALL_COMPAT | 4));
	assert_false(filter_takes_whole(&w, 0, 4));
	assert_false(filter_takes_whole(&w, 0, 59));
	assert_false(filter_takes_whole(&w, 0, SYSCALL_COMPAT | 1));
	filter_release(&f);
	f = filter_of("!write,i386:open,3"); /* open is 5; 3 is close, of 32-bit programs read */
	assert_int_equal(filter_leave_calls(&f, "x86_64", &w, &err), 0);
	assert_false(filter_takes_whole(&w, 0, 1));
	assert_false(filter_takes_whole(&w, 0, 3));
	assert_true(filter_takes_whole(&w, 0, 5));
	assert_true(filter_takes_whole(&w, 0, -1));
	assert_false(filter_takes_whole(&w, 0, SYSCALL_COMPAT | 4));
	assert_false(filter_takes_whole(&w, 0, SYSCALL_COMPAT | 5));
	assert_true(filter_takes_whole(&w, 0, SYSCALL_COMPAT | 3));
	filter_release(&f);
	filter_release_whole(&w);
}

/* Where there is one ABI, samples are chosen as before. */
static void test_filter_leaves_numbers_to_samples_of_one_abi(void **state)
{
	struct filter_whole w = { 0 };
	struct filter f = filter_of("write");
	struct err err;

	(void)state;
	assert_int_equal(filter_leave_calls(&f, "riscv64", &w, &err), 0);
	assert_true(calls_has(f.calls, 1));
	assert_false(calls_has(f.calls, 59));
	assert_true(filter_takes_whole(&w, 0, 4));
	filter_release(&f);
	filter_release_whole(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_lets_every_report_tell_of_samples_that_are_too_short),
		cmocka_unit_test(test_filter_takes_no_sample_that_is_too_short_to_tell),
		cmocka_unit_test(test_filter_asks_whole_calls_for_their_number),
		cmocka_unit_test(test_filter_leaves_numbers_to_samples_of_one_abi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
