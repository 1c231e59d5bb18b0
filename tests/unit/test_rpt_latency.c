/* The reports latency and errors: what they say of calls that are known. */
#include "tests/unit/unit.h"

#include "tests/unit/report.h"

#define READ  0 /* of x86_64 */
#define CLOSE 3
#define EXIT  231
#define NS    1000ULL

static struct report_run x;

static struct rb_values at(uint32_t tid, uint64_t time)
{
	return (struct rb_values){ .pid = tid, .tid = tid, .time = time };
}

static void enter(uint32_t tid, uint64_t time, int64_t nr)
{
	struct rb_values v = at(tid, time);

	rb_enter(&x.b, &v, nr);
}

static void leave(uint32_t tid, uint64_t time, int64_t nr, int64_t ret)
{
	struct rb_values v = at(tid, time);

	rb_exit(&x.b, &v, nr, ret);
}

static void call(uint32_t tid, uint64_t start, uint64_t ns, int64_t nr, int64_t ret)
{
	enter(tid, start, nr);
	leave(tid, start + ns, nr, ret);
}

static void begin(void)
{
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	buf_release(&x.b.features[FEATURE_ARCH].body);
	rb_str(rb_feature(&x.b, FEATURE_ARCH), "x86_64");
	rb_comm(&x.b.data, &x.b.attrs[0], 10, 10, "web",
		&(struct rb_values){ .id = RB_ID_ENTER, .pid = 10, .tid = 10 });
}

static const char *run(const char *report, const struct report_opts *o)
{
	report_run(&x, report, o);
	if (x.rc)
		fail_test("%s", x.err.text);
	return x.out;
}

static void test_latency_has_a_bar_for_each_power_of_two(void **state)
{
	(void)state;
	begin();
	for (uint64_t i = 0; i < 12; i++)
		call(10, 10000 + 1000 * i, i < 8 ? 600 : i < 10 ? 300 : 100, READ, 1);
	run("latency", &(struct report_opts){ 0 });
	assert_contains(x.out,
			"12 calls: avg 467 ns, p50 600 ns, p90 600 ns, p99 600 ns, max 600 ns\n");
	assert_contains(
		x.out,
		"\n     64 ns to 128 ns                    2  |#########                          |"
		"\n    128 ns to 256 ns                    0  |                                   |"
		"\n    256 ns to 512 ns                    2  |#########                          |"
		"\n    512 ns to 1.02 us                   8  "
		"|###################################|\n");
	report_end(&x);
}

static void test_latency_names_the_slowest_first(void **state)
{
	(void)state;
	begin();
	call(10, 1000, 100, READ, 5);
	call(10, 2000, 900 * NS, READ, -11);
	call(20, 3000, 500 * NS, CLOSE, 0);
	run("latency", &(struct report_opts){ .top_word = "2" });
	assert_contains(x.out, "\nThe slowest:\n");
	assert_contains(x.out, "        0.000002         0.900  web/10                  read(");
	assert_contains(x.out,
			") = -1 EAGAIN (Resource temporarily unavailable)\n"
			"        0.000003         0.500  :20                     close(1) = 0\n");
	assert_null(strstr(x.out, "0.000001"));
	report_end(&x);
}

/* One that waits, and one that ended with its task. */
static void test_latency_tells_what_is_in_flight(void **state)
{
	(void)state;
	begin();
	enter(10, 1000, READ);
	enter(20, 2000, EXIT);
	rb_task(&x.b.data, &x.b.attrs[0], PERF_RECORD_EXIT, 20, 1, 20, 1,
		&(struct rb_values){ .id = RB_ID_ENTER, .pid = 20, .tid = 20, .time = 2500 });
	call(30, 4000, 1000, CLOSE, 0);
	run("latency", &(struct report_opts){ 0 });
	assert_contains(x.out, "1 were in flight at the end,\n1 ended with their task, of 0 only");
	assert_contains(x.out, "\nIn flight at the end, the oldest first:\n");
	assert_contains(x.out, "        0.000001         0.004  web/10                  read(");
	report_end(&x);
}

static void test_latency_json_has_histogram_and_lists(void **state)
{
	(void)state;
	begin();
	call(10, 1000, 100, READ, 5);
	enter(20, 3000, CLOSE);
	run("latency", &(struct report_opts){ .format = OUT_JSON });
	assert_contains(x.out, "\"histogram\":[{\"from_ns\":64,\"count\":1}]");
	assert_contains(x.out, "\"slowest\":[{\"start_ns\":1000,\"duration_ns\":100,\"pid\":10,"
			       "\"tid\":10,\"comm\":\"web\",\"syscall\":\"read\",\"nr\":0,");
	assert_contains(x.out, "\"nr_in_flight\":1,\"in_flight\":[{\"start_ns\":3000,"
			       "\"duration_ns\":0,\"pid\":20,\"tid\":20,\"comm\":null,");
	assert_contains(x.out,
			"\"ret\":null,\"text\":\"close(1)\"}],\"lost\":0,\"complete\":true}");
	report_end(&x);
}

static void test_latency_by_call_has_a_histogram_each(void **state)
{
	(void)state;
	begin();
	call(10, 1000, 100, READ, 5);
	call(10, 2000, 300, CLOSE, 0);
	run("latency", &(struct report_opts){ .by = "comm,syscall" });
	assert_contains(x.out, "\nweb, close: 1 calls: avg 300 ns");
	assert_contains(x.out, "\nweb, read: 1 calls: avg 100 ns");
	report_end(&x);
}

static void test_errors_have_first_last_and_an_example(void **state)
{
	(void)state;
	begin();
	call(10, 1000, 100, READ, -11);
	call(10, 2000, 100, READ, 5);
	call(10, 1000000000, 100, CLOSE, -9);
	call(10, 3000000000, 100, READ, -11);
	leave(20, 4000000000, READ, -11); /* entered when nobody saw it */
	run("errors", &(struct report_opts){ 0 });
	assert_contains(
		x.out,
		"\nEAGAIN                           3  75.00        0.000001        4.000000\n"
		"  read                           3  75.00        0.000001        4.000000\n"
		"    web                          2  50.00        0.000001        3.000000\n"
		"      read(");
	assert_contains(x.out, ") = -1 EAGAIN (Resource temporarily unavailable)\n");
	assert_contains(
		x.out,
		"\n    :20                          1  25.00        4.000000        4.000000\n"
		"      read(...) = -1 EAGAIN");
	assert_contains(x.out, "\n      close(1) = -1 EBADF (Bad file descriptor)\n");
	assert_contains(x.out, "\nall                              4 100.00 ");
	report_end(&x);
}

static void test_errors_csv_has_the_example(void **state)
{
	(void)state;
	begin();
	call(10, 1000, 100, CLOSE, -9);
	assert_string_equal(run("errors", &(struct report_opts){ .format = OUT_CSV }),
			    "errno,syscall,comm,errors,share,first_ns,last_ns,example\n"
			    "EBADF,close,web,1,100.0000,1100,1100,close(1) = -1 EBADF (Bad file "
			    "descriptor)\n");
	report_end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latency_has_a_bar_for_each_power_of_two),
		cmocka_unit_test(test_latency_names_the_slowest_first),
		cmocka_unit_test(test_latency_tells_what_is_in_flight),
		cmocka_unit_test(test_latency_json_has_histogram_and_lists),
		cmocka_unit_test(test_latency_by_call_has_a_histogram_each),
		cmocka_unit_test(test_errors_have_first_last_and_an_example),
		cmocka_unit_test(test_errors_csv_has_the_example),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
