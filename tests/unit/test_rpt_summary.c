/* The report summary: its groups, its sums, its three forms. */
#include "tests/unit/unit.h"

#include "common/syscall.h"
#include "tests/unit/report.h"

#include <inttypes.h>

#define READ   0 /* of x86_64 */
#define OPENAT 257
#define EXIT   231
#define FORK   57

static struct report_run x;

static void call(uint32_t pid, uint32_t tid, uint32_t cpu, uint64_t start, uint64_t ns, int64_t nr,
		 int64_t ret)
{
	struct rb_values v = { .cpu = cpu, .pid = pid, .tid = tid, .time = start };

	rb_enter(&x.b, &v, nr);
	v.time = start + ns;
	rb_exit(&x.b, &v, nr, ret);
}

static void name(uint32_t pid, uint32_t tid, const char *comm)
{
	rb_comm(&x.b.data, &x.b.attrs[0], pid, tid, comm,
		&(struct rb_values){ .id = RB_ID_ENTER, .pid = pid, .tid = tid });
}

/* One process of two threads, one of one; 10 us in all. */
static void begin(void)
{
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	name(10, 10, "web");
	name(10, 11, "worker");
	name(20, 20, "db");
	call(10, 10, 0, 1000, 100, READ, 5);
	call(10, 10, 0, 2000, 300, READ, -11);
	call(10, 11, 1, 3000, 50, OPENAT, -2);
	call(20, 20, 1, 4000, 5000, READ, 0);
	call(20, 20, 1, 10000, 1000, OPENAT, 3);
}

static const char *run(const struct report_opts *o)
{
	report_run(&x, "summary", o);
	if (x.rc)
		fail_test("%s", x.err.text);
	return x.out;
}

static void test_summary_is_by_process_thread_and_call(void **state)
{
	(void)state;
	begin();
	assert_string_equal(run(&(struct report_opts){ .format = OUT_CSV }),
			    "pid,tid,syscall,calls,errors,total_ns,min_ns,avg_ns,max_ns,stddev_ns,"
			    "p50_ns,p90_ns,p99_ns,"
			    "p999_ns,share\n"
			    "20,20,read,1,0,5000,5000,5000,5000,0,5000,5000,5000,5000,50.0000\n"
			    "20,20,openat,1,0,1000,1000,1000,1000,0,1000,1000,1000,1000,10.0000\n"
			    "10,10,read,2,1,400,100,200,300,100,100,300,300,300,4.0000\n"
			    "10,11,openat,1,1,50,50,50,50,0,50,50,50,50,0.5000\n");
	report_end(&x);
}

/* A process of one thread has no row of its own for that. */
static void test_summary_table_is_nested(void **state)
{
	static const char *const rows[] = { "db (20) ",	      "  read ",     "  openat ",
					    "web (10) ",      "  web (10) ", "    read ",
					    "  worker (11) ", "    openat ", "all " };
	const char *at;

	(void)state;
	begin();
	at = strchr(strchr(run(&(struct report_opts){ 0 }), '\n') + 1, '\n') + 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strncmp(at, rows[i], strlen(rows[i])) != 0)
			fail_test("row %zu: %.60s", i, at);
		at = strchr(at, '\n') + 1;
	}
	assert_int_equal(*at, 0);
	assert_contains(x.out, "all                              5       2       0.006     0.050"
			       "     1.290       5.000      1.886     0.300     5.000     5.000"
			       "      5.000   64.50\n");
	report_end(&x);
}

static void test_summary_nests_as_it_is_told(void **state)
{
	(void)state;
	begin();
	assert_contains(run(&(struct report_opts){ .format = OUT_CSV, .by = "errno,comm" }),
			"\n,db,2,0,6000,1000,3000,5000,2000,1000,5000,5000,5000,60.0000\n"
			",web,1,0,100,");
	assert_contains(x.out, "\nEAGAIN,web,1,1,300,");
	assert_contains(x.out, "\nENOENT,worker,1,1,50,");
	report_end(&x);
	begin();
	assert_contains(run(&(struct report_opts){ .format = OUT_CSV, .by = "host,cpu" }),
			"\nbox,1,3,1,6050,");
	assert_contains(x.out, "\nbox,0,2,1,400,");
	report_end(&x);
}

static void test_summary_shows_the_first_of_its_order(void **state)
{
	(void)state;
	begin();
	assert_contains(run(&(struct report_opts){
				.by = "comm", .sort_word = "errors", .top_word = "2" }),
			"\nweb ");
	assert_contains(x.out, "\nworker ");
	assert_null(strstr(x.out, "\ndb "));
	assert_contains(x.out, "\n... and 1 more: comm\nall ");
	report_end(&x);
}

/* Neither is in any time, and all are told. */
static void test_summary_counts_what_is_no_whole_call_apart(void **state)
{
	(void)state;
	begin();
	rb_exit(&x.b, &(struct rb_values){ .pid = 30, .tid = 30, .time = 10100 }, FORK, 0);
	rb_exit(&x.b, &(struct rb_values){ .pid = 40, .tid = 40, .time = 10200 }, READ, 7);
	rb_enter(&x.b, &(struct rb_values){ .pid = 20, .tid = 20, .time = 11000 }, EXIT);
	assert_contains(run(&(struct report_opts){ .format = OUT_JSON, .by = "syscall" }),
			"\"all\":{\"calls\":6,\"errors\":2,\"total_ns\":6450,");
	assert_contains(x.out, "\"timed\":5,\"open\":1,\"broken\":0,\"left_only\":2,\"births\":1}");
	assert_contains(x.out, "{\"syscall\":\"exit_group\",\"nr\":231,\"calls\":1,\"errors\":0,"
			       "\"total_ns\":null,\"min_ns\":null,");
	report_end(&x);
	begin();
	rb_exit(&x.b, &(struct rb_values){ .pid = 40, .tid = 40, .time = 10200 }, READ, 7);
	rb_enter(&x.b, &(struct rb_values){ .pid = 20, .tid = 20, .time = 11000 }, EXIT);
	assert_contains(
		run(&(struct report_opts){ 0 }),
		"\n\nWithout a time: 1 not left before the end, 0 broken by lost events. Not "
		"counted: 1 only left.\n");
	report_end(&x);
}

static void test_summary_knows_no_cpu_where_the_file_does_not(void **state)
{
	(void)state;
	for (int f = 0; f < 3; f++) {
		memset(&x, 0, sizeof(x));
		rb_raw_syscalls(&x.b);
		x.b.attrs[0].sample_type &= ~PERF_SAMPLE_CPU;
		x.b.attrs[1].sample_type &= ~PERF_SAMPLE_CPU;
		call(10, 10, 3, 1000, 100, READ, 5);
		assert_contains(run(&(struct report_opts){ .format = (enum out_format)f,
							   .by = "cpu" }),
				f == OUT_JSON  ? "{\"cpu\":null,\"calls\":1,"
				: f == OUT_CSV ? "\n,1,0,100,"
					       : "\nno CPU                           1 ");
		report_end(&x);
	}
}

/* Numbers that no kernel has are numbers all the same; next to each other, as neighbours in a cache. */
static void test_summary_takes_any_number_of_a_call(void **state)
{
	static const int64_t nrs[] = { -2, INT64_MIN, INT64_MAX, -1023, 1 << 29, -1025 };
	char row[64];

	(void)state;
	begin();
	for (size_t i = 0; i < 3 * ARRAY_LEN(nrs); i++)
		call(30, 30, 0, 20000 + i * 10, 5, nrs[i % ARRAY_LEN(nrs)], 0);
	run(&(struct report_opts){ .format = OUT_CSV, .by = "syscall" });
	for (size_t i = 0; i < ARRAY_LEN(nrs); i++) {
		snprintf(row, sizeof(row), "\n%" PRId64 ",3,0,15,5,5,5,", nrs[i]);
		assert_contains(x.out, row);
	}
	report_end(&x);
}

static void test_summary_is_exact_to_the_ns(void **state)
{
	(void)state;
	begin();
	call(20, 20, 1, 20000, 1234567891, READ, 0);
	assert_contains(run(&(struct report_opts){
				.format = OUT_CSV, .by = "syscall", .top_word = "1" }),
			"\nread,4,1,1234573291,100,308643323,1234567891,");
	report_end(&x);
}

/* So many that a second thread pairs them; what is read is handed to it at the end of each round. */
static void test_summary_of_a_stream_pairs_over_ends_of_rounds(void **state)
{
	(void)state;
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	for (uint64_t i = 1; i <= 30000; i++) {
		struct rb_values v = { .pid = 10, .tid = 10, .time = 1000 * i };

		rb_enter(&x.b, &v, READ);
		if (i > 10000) /* the thread begins with a full batch */
			rb_round(&x.b.data);
		v.time += 100;
		rb_exit(&x.b, &v, READ, 1);
	}
	x.piped = true;
	x.b.stream = true;
	x.b.pause_us = 200; /* the second thread is done with one piece before the next one comes */
	assert_contains(run(&(struct report_opts){ .format = OUT_CSV, .by = "syscall" }),
			"\nread,30000,0,3000000,100,100,100,");
	report_end(&x);
}

static void test_summary_json_names_tasks(void **state)
{
	(void)state;
	begin();
	assert_contains(run(&(struct report_opts){ .format = OUT_JSON }),
			"\"by\":[\"pid\",\"tid\",\"syscall\"],\"wall_ns\":10000,\"all\":{");
	assert_contains(x.out, "],\"lost\":0,\"complete\":true}\n");
	assert_contains(x.out, "\"groups\":[{\"pid\":20,\"comm_of_pid\":\"db\",\"calls\":2,");
	assert_contains(x.out, "{\"tid\":11,\"comm_of_tid\":\"worker\",\"calls\":1,");
	report_end(&x);
}

/* What a task is called never reaches a terminal raw. */
static void test_summary_shows_names_as_text(void **state)
{
	(void)state;
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	name(10, 10, "\033[2J\xff");
	call(10, 10, 0, 1000, 100, READ, 5);
	assert_contains(run(&(struct report_opts){ 0 }), "\n\\x1b[2J\\xff (10)                 1 ");
	report_end(&x);
}

/* As a machine that went down leaves them; and nothing at all. */
static void test_summary_ends_at_zeros(void **state)
{
	(void)state;
	begin();
	buf_add_zero(&x.b.data, 4096);
	report_run(&x, "summary", &(struct report_opts){ .by = "syscall" });
	assert_int_equal(x.rc, -1);
	assert_contains(x.err.text, "the data ends in 4096 bytes of zeros");
	assert_contains(x.out, "\nall                              5 ");
	report_end(&x);
	for (int f = 0; f < 3; f++) {
		begin();
		report_run(&x, "summary",
			   &(struct report_opts){ .format = (enum out_format)f,
						  .filter = { .pids = "99" } });
		assert_int_equal(x.rc, 0);
		assert_contains(x.out, f == OUT_JSON  ? "\"groups\":[],\"lost\":0,"
				       : f == OUT_CSV ? "pid,tid,syscall,"
						      : "\nall                              0 ");
		assert_contains(x.said, "no system call");
		report_end(&x);
	}
}

static void test_summary_refuses_what_it_does_not_know(void **state)
{
	static const struct report_opts wrong[] = {
		{ .by = "tid,uid" }, { .by = "tid,tid" },     { .by = "" },
		{ .by = "tid," },    { .sort_word = "time" }, { .sort_word = "p5" },
		{ .top_word = "0" }, { .top_word = "3x" },    { .top_word = "-1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		begin();
		report_run(&x, "summary", &wrong[i]);
		assert_int_equal(x.rc, -1);
		assert_int_equal(x.err.code, ERR_USAGE);
		report_end(&x);
	}
}

/* Names go to a terminal in every form. */
static void test_summary_csv_has_names_that_do_nothing(void **state)
{
	(void)state;
	begin();
	name(30, 30, "\x1b[5m\r,\"\xff");
	call(30, 30, 0, 12000, 10, READ, 0);
	assert_contains(run(&(struct report_opts){ .format = OUT_CSV, .by = "comm" }),
			"\n\"\\x1b[5m\\x0d,\"\"\\xff\",1,0,10,");
	report_end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary_is_by_process_thread_and_call),
		cmocka_unit_test(test_summary_table_is_nested),
		cmocka_unit_test(test_summary_nests_as_it_is_told),
		cmocka_unit_test(test_summary_shows_the_first_of_its_order),
		cmocka_unit_test(test_summary_counts_what_is_no_whole_call_apart),
		cmocka_unit_test(test_summary_knows_no_cpu_where_the_file_does_not),
		cmocka_unit_test(test_summary_takes_any_number_of_a_call),
		cmocka_unit_test(test_summary_is_exact_to_the_ns),
		cmocka_unit_test(test_summary_of_a_stream_pairs_over_ends_of_rounds),
		cmocka_unit_test(test_summary_json_names_tasks),
		cmocka_unit_test(test_summary_shows_names_as_text),
		cmocka_unit_test(test_summary_ends_at_zeros),
		cmocka_unit_test(test_summary_refuses_what_it_does_not_know),
		cmocka_unit_test(test_summary_csv_has_names_that_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
