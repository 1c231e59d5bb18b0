/* The report trace: which lines there are of what happened, in its three forms. */
#include "tests/unit/unit.h"

#include "common/syscall.h"
#include "tests/unit/report.h"

#define READ	  0 /* of x86_64 */
#define WRITE	  1
#define CLOSE	  3
#define BRK	  12
#define NANOSLEEP 35
#define FORK	  57
#define EXECVE	  59
#define RESTART	  219
#define EXIT	  231

static struct report_run x;

static struct rb_values at(uint32_t tid, uint32_t cpu, uint64_t us)
{
	return (struct rb_values){
		.pid = tid - tid % 10, .tid = tid, .cpu = cpu, .time = 1000000000 + us * 1000
	};
}

static void enter(uint32_t tid, uint32_t cpu, uint64_t us, int64_t nr)
{
	struct rb_values v = at(tid, cpu, us);

	rb_enter(&x.b, &v, nr);
}

static void leave(uint32_t tid, uint32_t cpu, uint64_t us, int64_t nr, int64_t ret)
{
	struct rb_values v = at(tid, cpu, us);

	rb_exit(&x.b, &v, nr, ret);
}

static void name(uint32_t tid, uint64_t us, const char *comm)
{
	struct rb_values v = at(tid, 0, us);

	v.id = RB_ID_ENTER;
	if (!us)
		v.time = 0;
	rb_comm(&x.b.data, &x.b.attrs[0], v.pid, tid, comm, &v);
}

static void lose(uint32_t cpu, uint64_t us, uint64_t nr)
{
	struct rb_values v = at(10, cpu, us);

	v.id = RB_ID_ENTER;
	rb_lost(&x.b.data, &x.b.attrs[0], RB_ID_ENTER, nr, &v);
}

static void ends(uint32_t tid, uint64_t us)
{
	struct rb_values v = at(tid, 0, us);

	v.id = RB_ID_ENTER;
	rb_task(&x.b.data, &x.b.attrs[0], PERF_RECORD_EXIT, v.pid, v.pid, tid, tid, &v);
}

static void begin(void)
{
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	name(10, 0, "web");
	name(20, 0, "db");
}

static const char *run(const struct report_opts *o)
{
	report_run(&x, "trace", o);
	if (x.rc)
		fail_test("%s", x.err.text);
	return x.out;
}

static void check(const struct report_opts *o, const char *expected)
{
	assert_string_equal(run(o), expected);
	report_end(&x);
}

static void test_trace_has_a_line_for_each_call(void **state)
{
	(void)state;
	begin();
	enter(10, 0, 1, READ);
	leave(10, 0, 6, READ, 5);
	enter(20, 0, 7, CLOSE);
	leave(20, 0, 9, CLOSE, -9);
	enter(10, 0, 10, BRK);
	leave(10, 0, 10, BRK, 0x5000);
	check(&(struct report_opts){ 0 },
	      "1.000001 web/10 read(1, 0x2, 3) = 5 <0.000005>\n"
	      "1.000007 db/20 close(1) = -1 EBADF (Bad file descriptor) <0.000002>\n"
	      "1.000010 web/10 brk(0x1) = 0x5000 <0.000000>\n");
}

static void test_trace_says_what_others_came_between(void **state)
{
	static const char whole[] = "1.000001 web/10 read(1, 0x2, 3) = 5 <0.000009>\n";

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin();
		enter(10, 0, 1, READ);
		enter(20, 1, 3, WRITE);
		leave(20, 1, 4, WRITE, 3);
		leave(10, 0, 10, READ, 5);
		run(&(struct report_opts){ .whole = i });
		assert_string_equal(x.out,
				    i ? "1.000003 db/20 write(1, 0x2, 3) = 3 <0.000001>\n"
					"1.000001 web/10 read(1, 0x2, 3) = 5 <0.000009>\n"
				      : "1.000001 web/10 read(1, 0x2, 3 <unfinished ...>\n"
					"1.000003 db/20 write(1, 0x2, 3) = 3 <0.000001>\n"
					"1.000010 web/10 <... read resumed>) = 5 <0.000009>\n");
		assert_int_equal(!strstr(x.out, whole), !i);
		report_end(&x);
	}
}

static void test_trace_has_calls_without_an_end_or_a_start(void **state)
{
	(void)state;
	begin();
	leave(10, 0, 1, READ, 7); /* began before the recording */
	leave(20, 0, 2, FORK, 0); /* a child begins by returning */
	enter(20, 0, 3, EXIT);
	enter(10, 0, 4, READ);
	ends(20, 5);
	check(&(struct report_opts){ 0 }, "1.000001 web/10 <... read resumed>) = 7\n"
					  "1.000002 db/20 <... fork resumed>) = 0\n"
					  "1.000003 db/20 exit_group(1 <unfinished ...>\n"
					  "1.000004 web/10 read(1, 0x2, 3 <unfinished ...>\n"
					  "1.000005 db/20 <... exit_group resumed>) = ?\n");
	begin();
	enter(20, 0, 3, EXIT);
	ends(20, 5);
	enter(10, 0, 6, READ);
	check(&(struct report_opts){ 0 }, "1.000003 db/20 exit_group(1) = ?\n"
					  "1.000006 web/10 read(1, 0x2, 3 <unfinished ...>\n");
}

/*
 * The read that is left at 5 may be another one than that of 2: its task may have been on CPU 1, whose ring had
 * something to say of 1 and then, when it had room again, of 6. What lies side by side in one ring is whole.
 */
static void test_trace_makes_no_call_across_a_loss(void **state)
{
	(void)state;
	begin();
	enter(20, 1, 0, CLOSE);
	leave(20, 1, 1, CLOSE, 0);
	enter(10, 0, 2, READ);
	leave(10, 2, 5, READ, 5);
	lose(1, 6, 123);
	check(&(struct report_opts){ 0 }, "1.000000 db/20 close(1) = 0 <0.000001>\n"
					  "1.000002 web/10 read(1, 0x2, 3) = ? <lost>\n"
					  "1.000005 web/10 <... read resumed>) = 5\n"
					  "1.000006 ... 123 events lost on CPU 1 ...\n");
	begin();
	enter(20, 1, 0, CLOSE);
	enter(10, 0, 5, READ);
	lose(1, 6, 1);
	leave(10, 0, 8, READ, 5);
	leave(20, 1, 9, CLOSE, 0);
	check(&(struct report_opts){ 0 }, "1.000000 db/20 close(1 <unfinished ...>\n"
					  "1.000005 web/10 read(1, 0x2, 3 <unfinished ...>\n"
					  "1.000006 ... 1 event lost on CPU 1 ...\n"
					  "1.000008 web/10 <... read resumed>) = 5 <0.000003>\n"
					  "1.000009 db/20 <... close resumed>) = ? <lost>\n"
					  "1.000009 db/20 <... close resumed>) = 0\n");
}

static void test_trace_goes_on_with_what_was_interrupted(void **state)
{
	(void)state;
	begin();
	enter(10, 0, 1, NANOSLEEP);
	leave(10, 0, 2, NANOSLEEP, -516);
	enter(10, 0, 3, RESTART);
	leave(10, 0, 9, RESTART, 0);
	enter(10, 0, 10, RESTART);
	leave(10, 0, 11, RESTART, -4);
	check(&(struct report_opts){ 0 },
	      "1.000001 web/10 nanosleep(0x1, 0x2) = ? ERESTART_RESTARTBLOCK (Interrupted by "
	      "signal) <0.000001>\n"
	      "1.000003 web/10 restart_syscall(<... resuming interrupted nanosleep ...>) = 0 "
	      "<0.000006>\n"
	      "1.000010 web/10 restart_syscall() = -1 EINTR (Interrupted system call) "
	      "<0.000001>\n");
}

/* exec by a thread: it returns as the first one. And a line has the name of the time that it tells of. */
static void test_trace_follows_exec(void **state)
{
	(void)state;
	begin();
	name(11, 0, "worker");
	enter(11, 0, 1, EXECVE);
	name(10, 2, "new");
	leave(10, 0, 3, EXECVE, 0);
	enter(20, 0, 4, EXECVE);
	name(20, 5, "newer");
	leave(20, 0, 6, EXECVE, 0);
	check(&(struct report_opts){ 0 },
	      "1.000001 worker/11 execve(0x1, 0x2, 0x3 <unfinished ...>\n"
	      "1.000003 new/10 <... execve resumed>) = 0 <0.000002>\n"
	      "1.000004 db/20 execve(0x1, 0x2, 0x3) = 0 <0.000002>\n");
}

/* A call is one of --comm and --cpu where it is entered, or where it is left, so. */
static void test_trace_filters_whole_calls(void **state)
{
	static const struct report_opts some[] = { { .filter.comms = "new" },
						   { .filter.cpus = "1" },
						   { .filter.tids = "10" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		begin();
		enter(20, 0, 1, CLOSE);
		enter(10, 0, 2, READ);
		leave(20, 0, 3, CLOSE, 0);
		name(10, 4, "new");
		leave(10, 1, 5, READ, 5);
		check(&some[i], "1.000002 web/10 read(1, 0x2, 3) = 5 <0.000003>\n");
	}
	begin();
	enter(20, 0, 2, READ);
	check(&(struct report_opts){ .filter.comms = "db" },
	      "1.000002 db/20 read(1, 0x2, 3 <unfinished ...>\n");
}

static void test_trace_json_has_all_that_is_known(void **state)
{
	(void)state;
	begin();
	name(20, 0, "a\"\n\xff");
	enter(20, 0, 1, READ);
	leave(20, 1, 6, READ, -11);
	leave(30, 0, 7, CLOSE, 0);
	lose(0, 8, 5);
	check(&(struct report_opts){ .format = OUT_JSON },
	      "{\"time\":\"1.000001\",\"start_ns\":1000001000,\"end_ns\":1000006000,"
	      "\"comm\":\"a\\\"\\u000a\\ufffd\",\"pid\":20,\"tid\":20,\"cpu\":1,"
	      "\"syscall\":\"read\",\"nr\":0,\"state\":\"exact\",\"args\":["
	      "{\"name\":\"fd\",\"type\":\"unsigned int\",\"raw\":\"0x1\",\"text\":\"1\"},"
	      "{\"name\":\"buf\",\"type\":\"char *\",\"raw\":\"0x2\",\"text\":\"0x2\"},"
	      "{\"name\":\"count\",\"type\":\"size_t\",\"raw\":\"0x3\",\"text\":\"3\"}],"
	      "\"ret\":-11,\"errno\":\"EAGAIN\",\"duration_ns\":5000}\n"
	      "{\"time\":\"1.000007\",\"start_ns\":null,\"end_ns\":1000007000,\"comm\":null,"
	      "\"pid\":30,\"tid\":30,\"cpu\":0,\"syscall\":\"close\",\"nr\":3,\"state\":\"left\","
	      "\"args\":null,\"ret\":0,\"errno\":null,\"duration_ns\":null}\n"
	      "{\"time\":\"1.000008\",\"lost\":5,\"cpu\":0,\"end_ns\":1000008000}\n");
}

/* The kernel takes the time of a record first, then it writes that something was lost in front of it. */
static void test_trace_makes_no_pair_across_a_loss_that_has_a_later_time(void **state)
{
	(void)state;
	begin();
	enter(10, 0, 1, CLOSE);
	lose(0, 4, 2);
	leave(10, 0, 3, CLOSE, 0);
	enter(10, 0, 5, CLOSE);
	leave(10, 0, 6, CLOSE, 0);
	check(&(struct report_opts){ 0 }, "1.000001 web/10 close(1) = ? <lost>\n"
					  "1.000003 web/10 <... close resumed>) = 0\n"
					  "1.000004 ... 2 events lost on CPU 0 ...\n"
					  "1.000005 web/10 close(1) = 0 <0.000001>\n");
}

/* Nobody knows then which ring lost something, and since when: all that was read with it is doubtful. */
static void test_trace_knows_no_cpu_where_the_file_does_not(void **state)
{
	(void)state;
	for (int json = 0; json < 2; json++) {
		memset(&x, 0, sizeof(x));
		rb_raw_syscalls(&x.b);
		x.b.attrs[0].sample_type &= ~PERF_SAMPLE_CPU;
		x.b.attrs[1].sample_type &= ~PERF_SAMPLE_CPU;
		enter(10, 0, 1, CLOSE);
		leave(10, 0, 2, CLOSE, 0);
		enter(10, 0, 3, CLOSE);
		lose(0, 4, 2);
		leave(10, 0, 5, CLOSE, 0);
		run(&(struct report_opts){ .format = json ? OUT_JSON : OUT_TABLE });
		if (json)
			assert_contains(x.out,
					",\"comm\":null,\"pid\":10,\"tid\":10,\"cpu\":null,");
		else
			assert_string_equal(x.out, "1.000001 :10 close(1) = ? <lost>\n"
						   "1.000002 :10 <... close resumed>) = 0\n"
						   "1.000003 :10 close(1 <unfinished ...>\n"
						   "1.000004 ... 2 events lost ...\n"
						   "1.000005 :10 <... close resumed>) = ? <lost>\n"
						   "1.000005 :10 <... close resumed>) = 0\n");
		report_end(&x);
	}
}

static void test_trace_csv_is_a_table(void **state)
{
	(void)state;
	begin();
	name(20, 0, "a\",b");
	enter(20, 0, 1, READ);
	leave(20, 1, 6, READ, -11);
	check(&(struct report_opts){ .format = OUT_CSV, .ns = true },
	      "time,host,start_ns,end_ns,comm,pid,tid,cpu,syscall,nr,state,args,ret,errno,"
	      "duration_ns\n"
	      "1.000001000,,1000001000,1000006000,\"a\"\",b\",20,20,1,read,0,exact,"
	      "\"1, 0x2, 3\",-11,EAGAIN,5000\n");
}

/* What a task is called never reaches a terminal raw, nor makes a line. */
static void test_trace_shows_names_as_text(void **state)
{
	(void)state;
	begin();
	name(20, 0, "\x1b[2J\n/1");
	enter(20, 0, 1, CLOSE);
	leave(20, 0, 2, CLOSE, 0);
	check(&(struct report_opts){ 0 }, "1.000001 \\x1b[2J\\x0a/1/20 close(1) = 0 <0.000001>\n");
}

static void test_trace_wants_both_events_and_a_time_of_day(void **state)
{
	(void)state;
	begin();
	enter(20, 0, 1, CLOSE);
	report_run(&x, "trace", &(struct report_opts){ .wall = true });
	assert_int_equal(x.err.code, ERR_DATA);
	assert_contains(x.err.text, "does not say what the time of day was");
	report_end(&x);
	begin();
	report_run(&x, "trace", &(struct report_opts){ .filter.events = "raw_syscalls:sys_enter" });
	assert_int_equal(x.err.code, ERR_USAGE);
	report_end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_has_a_line_for_each_call),
		cmocka_unit_test(test_trace_says_what_others_came_between),
		cmocka_unit_test(test_trace_has_calls_without_an_end_or_a_start),
		cmocka_unit_test(test_trace_makes_no_call_across_a_loss),
		cmocka_unit_test(test_trace_goes_on_with_what_was_interrupted),
		cmocka_unit_test(test_trace_follows_exec),
		cmocka_unit_test(test_trace_filters_whole_calls),
		cmocka_unit_test(test_trace_json_has_all_that_is_known),
		cmocka_unit_test(test_trace_knows_no_cpu_where_the_file_does_not),
		cmocka_unit_test(test_trace_makes_no_pair_across_a_loss_that_has_a_later_time),
		cmocka_unit_test(test_trace_csv_is_a_table),
		cmocka_unit_test(test_trace_shows_names_as_text),
		cmocka_unit_test(test_trace_wants_both_events_and_a_time_of_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
