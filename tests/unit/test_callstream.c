/* Calls out of enters and exits: in one ring and over several, across rounds, over holes. */
#include "tests/unit/unit.h"

#include "report/callstream.h"
#include "tests/unit/recbuild.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#define READ	39 /* any number will do */
#define EXECVE	59 /* of x86_64 */
#define GETPPID 110

static const char *const states[CALL_STATES] = { "exact", "open", "left", "broken" };

struct fixture {
	struct rb_file b;
	struct callstream stream;
	struct session s;
	struct filter_words filter;
	const struct pair_client *client; /* NULL: take() */
	bool args, names;		  /* of a call: are they said? */
	uint64_t end_ns;		  /* last_ns of the stream when it ended */
	size_t window_max;		  /* 0: as it is */
	char said[65536];		  /* a call as "TID NR STATE START-END=RET" */
	size_t len;
	struct err err;
};

static struct fixture x;

static void begin(void)
{
	memset(&x, 0, sizeof(x));
	rb_raw_syscalls(&x.b);
	buf_release(&x.b.features[FEATURE_ARCH].body);
	rb_str(rb_feature(&x.b, FEATURE_ARCH), "x86_64");
}

static struct rb_values at(uint32_t cpu, uint32_t tid, uint64_t time)
{
	return (struct rb_values){ .cpu = cpu, .pid = tid / 10 * 10, .tid = tid, .time = time };
}

/* A thread of the process whose pid is the next lower multiple of 10 enters, and leaves, a call. */
static void enter(uint32_t cpu, uint32_t tid, uint64_t time, int64_t nr)
{
	struct rb_values v = at(cpu, tid, time);

	rb_enter(&x.b, &v, nr);
}

static void leave(uint32_t cpu, uint32_t tid, uint64_t time, int64_t nr, int64_t ret)
{
	struct rb_values v = at(cpu, tid, time);

	rb_exit(&x.b, &v, nr, ret);
}

static void ends_round(void)
{
	rb_round(&x.b.data);
}

static void lost(uint32_t cpu, uint64_t time)
{
	struct rb_values v = at(cpu, 0, time);

	v.id = RB_ID_ENTER;
	rb_lost(&x.b.data, &x.b.attrs[0], RB_ID_ENTER, 5, &v);
}

static void task(uint32_t type, uint32_t tid, uint32_t parent, uint64_t time)
{
	struct rb_values v = at(0, tid, time);

	v.id = RB_ID_ENTER;
	rb_task(&x.b.data, &x.b.attrs[0], type, tid / 10 * 10, parent / 10 * 10, tid, parent, &v);
}

static void comm(uint32_t tid, const char *name, uint64_t time)
{
	struct rb_values v = at(0, tid, time);

	v.id = RB_ID_ENTER;
	rb_comm(&x.b.data, &x.b.attrs[0], tid / 10 * 10, tid, name, &v);
}

static void say(const char *form, ...)
{
	va_list list;

	va_start(list, form);
	x.len += vsnprintf(x.said + x.len, sizeof(x.said) - x.len, form, list);
	va_end(list);
	assert_true(x.len < sizeof(x.said));
}

static int take(void *arg, const struct call *c, struct err *err)
{
	char room[PAIR_COMM_ROOM];

	(void)arg;
	(void)err;
	say("%u %" PRId64 " %s", x.stream.pairs.tasks[c->task].tid, c->nr, states[c->state]);
	if (c->state == CALL_EXACT)
		say(" %" PRIu64 "-%" PRIu64 "=%" PRId64, c->start_ns, c->end_ns, c->ret);
	else if (c->state == CALL_OPEN)
		say(" %" PRIu64 "-%" PRIu64, c->start_ns, c->end_ns);
	else
		say(" %" PRIu64, c->state == CALL_LEFT ? c->end_ns : c->start_ns);
	if (c->args)
		say(" (%" PRIu64 ")", c->args[0]);
	if (x.names)
		say(" of %s", pairs_comm(&x.stream.pairs, c->task, room));
	say("\n");
	return 0;
}

static int start_reading(struct consumer *c, struct session *s, struct err *err)
{
	(void)c;
	return callstream_start(&x.stream, s, err);
}

static int add_block(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	(void)c;
	(void)s;
	return callstream_add(&x.stream, b, err);
}

static int end_reading(struct consumer *c, struct session *s, struct err *err)
{
	(void)c;
	(void)s;
	x.end_ns = x.stream.last_ns;
	return callstream_end(&x.stream, err);
}

static int read_all(void)
{
	struct consumer c = { .start = start_reading, .add_block = add_block, .end = end_reading };

	assert_int_equal(session_open(&x.s, rb_path(&x.b), &x.filter, &x.err), 0);
	callstream_init(&x.stream, x.client ? x.client : &(struct pair_client){ .give = take },
			x.args ? WANT_ARGS : 0);
	if (x.window_max)
		x.stream.window.max = x.window_max;
	return session_run(&x.s, 1, &c, &x.err);
}

static void run(void)
{
	if (read_all())
		fail_test("%s", x.err.text);
}

static void end(void)
{
	callstream_release(&x.stream);
	session_close(&x.s);
	rb_release(&x.b);
}

static void assert_calls(const char *calls)
{
	run();
	assert_string_equal(x.said, calls);
	end();
}

static void test_pair_makes_calls_of_two_tasks_of_a_ring(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, READ);
	enter(0, 20, 110, GETPPID);
	leave(0, 20, 120, GETPPID, 7);
	leave(0, 10, 130, READ, -11);
	assert_calls("20 110 exact 110-120=7\n10 39 exact 100-130=-11\n");
}

/* The ring of CPU 1 is read first: the exit lies in the file in front of its enter. */
static void test_pair_finds_the_halves_of_a_call_in_two_rings(void **state)
{
	(void)state;
	begin();
	leave(1, 10, 130, READ, 5);
	enter(1, 10, 140, GETPPID);
	enter(0, 10, 100, READ);
	leave(0, 10, 150, GETPPID, 6);
	ends_round();
	assert_calls("10 39 exact 100-130=5\n10 110 exact 140-150=6\n");
}

/* CPU 1 was read behind CPU 0 in round 1; what happened on 0 meanwhile comes in round 2. */
static void test_pair_finds_the_halves_of_a_call_in_two_rounds(void **state)
{
	(void)state;
	begin();
	enter(0, 20, 50, GETPPID);
	leave(1, 10, 130, READ, 5);
	ends_round();
	enter(0, 10, 100, READ);
	ends_round();
	leave(0, 20, 190, GETPPID, 6);
	ends_round();
	ends_round();
	assert_calls("10 39 exact 100-130=5\n20 110 exact 50-190=6\n");
}

/* On CPU 0 an enter and an exit of the same number follow each other; in between the task was on 1. */
static void test_pair_is_not_misled_by_a_task_that_went_and_came_back(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, READ);
	leave(0, 10, 400, READ, 2);
	leave(1, 10, 200, READ, 1);
	enter(1, 10, 300, READ);
	ends_round();
	assert_calls("10 39 exact 100-200=1\n10 39 exact 300-400=2\n");
}

/* What stays in the window is sorted anew, with what comes later. */
static void test_pair_sorts_what_is_left_of_a_round_again(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, READ);
	leave(1, 10, 150, READ, 1);
	enter(0, 10, 140, GETPPID); /* a clock that steps back: no pair */
	ends_round();
	leave(1, 10, 900, READ, 3);
	enter(0, 10, 800, READ);
	ends_round();
	leave(0, 10, 1000, READ, 4);
	ends_round();
	assert_calls("10 39 broken 100\n10 110 broken 140\n10 39 left 150\n10 39 exact 800-900=3\n"
		     "10 39 left 1000\n");
}

static void test_pair_tells_calls_that_have_one_end_only(void **state)
{
	(void)state;
	begin();
	leave(0, 10, 90, READ, 3);
	enter(0, 10, 100, READ);
	enter(0, 20, 110, READ);
	leave(0, 10, 200, READ, 0);
	enter(0, 10, 300, GETPPID);
	assert_calls("10 39 left 90\n10 39 exact 100-200=0\n10 110 open 300-300\n"
		     "20 39 open 110-300\n");
}

static void test_pair_takes_no_enter_for_that_of_another_call(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, READ);
	leave(0, 10, 200, GETPPID, 0);
	enter(0, 10, 300, READ);
	enter(0, 10, 400, READ);
	leave(0, 10, 500, READ, 1);
	assert_calls(
		"10 39 broken 100\n10 110 left 200\n10 39 broken 300\n10 39 exact 400-500=1\n");
}

/* sigreturn puts back the registers, also the one that has the number. */
static void test_pair_takes_an_exit_without_a_number_for_that_of_any_call(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, 15);
	leave(0, 10, 200, -1, 3);
	assert_calls("10 15 exact 100-200=3\n");
}

/* The hole is between 120 and 300 on CPU 0: task 10 may have left its call, and made it again. */
static void test_pair_reaches_over_no_hole(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, READ);
	enter(0, 20, 110, READ);
	leave(0, 20, 120, READ, 1);
	lost(0, 300);
	leave(0, 10, 400, READ, 2);
	enter(0, 20, 410, READ);
	leave(0, 20, 420, READ, 3);
	ends_round();
	assert_calls(
		"20 39 exact 110-120=1\n10 39 broken 100\n10 39 left 400\n20 39 exact 410-420=3\n");
}

/* That of CPU 1: who stayed on CPU 0 all the time is not hurt; who slept may have been there. */
static void test_pair_keeps_what_a_hole_of_another_cpu_cannot_hurt(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, READ);
	enter(0, 20, 210, GETPPID);
	leave(0, 20, 220, GETPPID, 7);
	leave(0, 10, 230, READ, 2);
	enter(1, 30, 200, READ);
	lost(1, 290);
	leave(1, 30, 300, READ, 1);
	ends_round();
	assert_calls("20 110 exact 210-220=7\n10 39 broken 100\n10 39 left 230\n30 39 broken 200\n"
		     "30 39 left 300\n");
}

/* What lies side by side in one ring may be two halves of two calls, if the task was elsewhere in between. */
static void test_pair_trusts_neighbours_for_a_short_time_only(void **state)
{
	(void)state;
	begin();
	enter(1, 20, 50, READ);
	lost(1, 90000);
	enter(0, 10, 1000, READ);
	leave(0, 10, 1000 + PAIR_SIDE_NS, READ, 1);
	enter(0, 10, 20000, READ);
	leave(0, 10, 20001 + PAIR_SIDE_NS, READ, 2);
	ends_round();
	assert_calls("10 39 exact 1000-6000=1\n10 39 broken 20000\n10 39 left 25001\n"
		     "20 39 open 50-25001\n");
}

#define MANY 60000 /* more threads than most machines ever have */

static int count_exact(void *arg, const struct call *c, struct err *err)
{
	uint64_t *nr = arg;

	(void)err;
	assert_int_equal(c->state, CALL_EXACT);
	assert_int_equal(x.stream.pairs.tasks[c->task].tid, c->ret);
	(*nr)++;
	return 0;
}

/* Each of them waits while all others begin to; every second one goes on on another CPU. */
static void test_pair_follows_many_threads(void **state)
{
	uint64_t nr = 0;

	(void)state;
	begin();
	for (uint32_t i = 1; i <= MANY; i++)
		enter(0, i, i, READ);
	ends_round();
	for (uint32_t i = 1; i <= MANY; i++)
		leave(i % 2, i, MANY + i, READ, i);
	ends_round();
	x.client = &(struct pair_client){ .give = count_exact, .arg = &nr };
	run();
	assert_int_equal(nr, MANY);
	assert_int_equal(x.stream.pairs.nr_tasks, MANY);
	end();
}

/* No call takes less than no time. */
static void test_pair_believes_no_clock_that_steps_back(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 1000, READ);
	leave(0, 10, 400, READ, 1);
	enter(0, 10, 1100, READ);
	leave(0, 10, 1200, READ, 2);
	ends_round();
	assert_calls("10 39 left 400\n10 39 broken 1000\n10 39 exact 1100-1200=2\n");
}

/* What a signal stopped goes on as restart_syscall, with a number of its own. */
static void test_pair_takes_restart_syscall_for_a_call_of_its_own(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, 230);
	leave(0, 10, 200, 230, -516);
	enter(0, 10, 210, 219);
	leave(0, 10, 300, 219, 0);
	assert_calls("10 230 exact 100-200=-516\n10 219 exact 210-300=0\n");
}

static void test_pair_ends_calls_with_their_task(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, 231);
	task(PERF_RECORD_EXIT, 10, 10, 150);
	enter(0, 20, 900, READ);
	assert_calls("10 231 open 100-150\n20 39 open 900-900\n");
}

static void test_pair_tells_tasks_of_one_tid_apart(void **state)
{
	char room[PAIR_COMM_ROOM];

	(void)state;
	begin();
	comm(10, "old", 0);
	comm(30, "parent", 0);
	enter(0, 10, 100, READ);
	leave(0, 10, 110, READ, 1);
	task(PERF_RECORD_EXIT, 10, 10, 150);
	task(PERF_RECORD_FORK, 10, 30, 200);
	leave(0, 10, 210, 57, 0);
	comm(10, "new", 300);
	enter(0, 10, 310, READ);
	leave(0, 10, 320, READ, 1);
	run();
	assert_string_equal(x.said,
			    "10 39 exact 100-110=1\n10 57 left 210\n10 39 exact 310-320=1\n");
	assert_int_equal(x.stream.pairs.nr_tasks, 3);
	assert_string_equal(pairs_comm(&x.stream.pairs, 0, room), "old");
	assert_string_equal(pairs_comm(&x.stream.pairs, 2, room), "new");
	end();
}

/* What the parent did on CPU 0 lies in the file behind what it and its child did later on CPU 1. */
static void test_pair_names_a_new_task_after_its_parent_then(void **state)
{
	(void)state;
	begin();
	x.names = true;
	leave(1, 10, 130, READ, 5);
	task(PERF_RECORD_FORK, 20, 10, 140);
	enter(1, 20, 150, GETPPID);
	leave(1, 20, 160, GETPPID, 1);
	comm(10, "parent", 90);
	enter(0, 10, 100, READ);
	comm(10, "later", 170);
	ends_round();
	assert_calls("10 39 exact 100-130=5 of parent\n20 110 exact 150-160=1 of parent\n");
}

/* The thread's own calls are not in order in the file, those of its process are. */
static void test_pair_follows_an_exec_over_several_rings(void **state)
{
	(void)state;
	begin();
	enter(1, 12, 100, EXECVE);
	leave(1, 10, 120, EXECVE, 0);
	enter(0, 12, 50, READ);
	leave(0, 12, 60, READ, 1);
	ends_round();
	assert_calls("12 39 exact 50-60=1\n10 59 exact 100-120=0\n");
}

/* The thread 12 of process 10 calls execve, and comes back as 10, whose own call is never left. */
static void test_pair_follows_an_exec_by_a_thread(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 90, READ);
	enter(0, 12, 100, EXECVE);
	task(PERF_RECORD_EXIT, 10, 10, 150);
	comm(10, "new", 180);
	leave(0, 10, 200, EXECVE, 0);
	assert_calls("10 39 open 90-150\n10 59 exact 100-200=0\n");
}

/* A number of i386's, as of call.nr. */
#define I386_NR	    "2814749767106"
#define I386_EXECVE 11
#define I386_GETPID 20

/* The kernel says so in front of the exit. */
static void executed(uint32_t tid, uint64_t time)
{
	struct rb_values v = at(0, tid, time);

	v.id = RB_ID_ENTER;
	v.misc = PERF_RECORD_MISC_COMM_EXEC;
	rb_comm(&x.b.data, &x.b.attrs[0], tid / 10 * 10, tid, "new", &v);
}

static void vdso(uint32_t tid, uint64_t addr, uint64_t time)
{
	struct rb_values v = at(0, tid, time);

	v.id = RB_ID_ENTER;
	rb_mmap2(&x.b.data, &x.b.attrs[0], addr, 0x2000, "[vdso]", &v);
}

/* The exit is that of the execve of what runs now. Another process stays what it is. */
static void test_pair_learns_the_abi_from_exec(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, EXECVE);
	leave(0, 10, 110, I386_EXECVE, 0);
	enter(0, 10, 120, I386_GETPID);
	leave(0, 10, 130, I386_GETPID, 10);
	enter(0, 20, 140, I386_GETPID);
	leave(0, 20, 150, I386_GETPID, 3);
	enter(0, 10, 160, I386_EXECVE);
	leave(0, 10, 170, EXECVE, 0);
	enter(0, 10, 180, I386_GETPID);
	leave(0, 10, 190, I386_GETPID, 5);
	assert_calls("10 59 exact 100-110=0\n10 " I386_NR "76 exact 120-130=10\n"
		     "20 20 exact 140-150=3\n10 " I386_NR "67 exact 160-170=0\n"
		     "10 20 exact 180-190=5\n");
}

/* execveat is left as execve, too; an execve that failed, as munmap, changes nothing. */
static void test_pair_learns_no_abi_from_what_is_no_exec(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, 322); /* execveat */
	executed(10, 105);
	leave(0, 10, 110, EXECVE, 0);
	enter(0, 10, 120, I386_EXECVE); /* munmap of x86_64 */
	leave(0, 10, 130, I386_EXECVE, 0);
	enter(0, 10, 140, EXECVE);
	leave(0, 10, 150, EXECVE, -2);
	leave(0, 20, 160, I386_EXECVE, 0);
	enter(0, 20, 170, READ);
	leave(0, 20, 180, READ, 1);
	assert_calls("10 322 exact 100-110=0\n10 11 exact 120-130=0\n10 59 exact 140-150=-2\n"
		     "20 11 left 160\n20 39 exact 170-180=1\n");
}

static void test_pair_learns_the_abi_from_exec_that_nobody_saw_entered(void **state)
{
	(void)state;
	begin();
	executed(10, 105);
	leave(0, 10, 110, I386_EXECVE, 0);
	enter(0, 10, 120, I386_GETPID);
	leave(0, 10, 130, I386_GETPID, 10);
	assert_calls("10 " I386_NR "67 left 110\n10 " I386_NR "76 exact 120-130=10\n");
	begin(); /* its exit was lost: that of a munmap is none of it */
	executed(10, 105);
	enter(0, 10, 110, READ);
	leave(0, 10, 115, READ, 1);
	leave(0, 10, 120, I386_EXECVE, 0);
	assert_calls("10 39 exact 110-115=1\n10 11 left 120\n");
	begin(); /* it was not asked for */
	x.filter.syscalls = "munmap";
	executed(10, 105);
	leave(0, 10, 110, EXECVE, 0);
	leave(0, 10, 120, I386_EXECVE, 0);
	assert_calls("10 11 left 120\n");
}

/* Threads and children are what their parent was when they began; of x32 the numbers tell. */
static void test_pair_gives_new_tasks_the_abi_of_their_parent(void **state)
{
	(void)state;
	begin();
	enter(0, 10, 100, EXECVE);
	leave(0, 10, 110, I386_EXECVE, 0);
	task(PERF_RECORD_FORK, 11, 10, 120);
	task(PERF_RECORD_FORK, 20, 11, 130);
	ends_round();
	ends_round();
	enter(0, 20, 140, I386_GETPID);
	leave(0, 20, 150, I386_GETPID, 20);
	enter(0, 20, 160, 0x40000000);
	leave(0, 20, 170, 0x40000000, 20);
	enter(0, 12, 180, I386_GETPID); /* nobody saw it begin */
	leave(0, 12, 190, I386_GETPID, 10);
	ends_round();
	assert_calls("10 59 exact 100-110=0\n"
		     "20 " I386_NR "76 exact 140-150=20\n20 1073741824 exact 160-170=20\n"
		     "12 " I386_NR "76 exact 180-190=10\n");
}

static void test_pair_learns_the_abi_from_where_the_vdso_is(void **state)
{
	(void)state;
	begin();
	vdso(10, 0xf7fc5000, 0); /* of all threads of the process */
	comm(11, "old", 0);
	vdso(20, 0x7ffff7fc1000, 0);
	for (uint32_t tid = 10; tid <= 20; tid += tid == 12 ? 8 : 1) {
		enter(0, tid, 100 + tid, I386_GETPID);
		leave(0, tid, 100 + tid, I386_GETPID, 1);
	}
	vdso(10, 0x7ffff7fc1000, 200);
	enter(0, 10, 210, I386_GETPID);
	leave(0, 10, 220, I386_GETPID, 1);
	assert_calls("10 " I386_NR "76 exact 110-110=1\n11 " I386_NR "76 exact 111-111=1\n"
		     "12 " I386_NR "76 exact 112-112=1\n20 20 exact 120-120=1\n"
		     "10 20 exact 210-220=1\n");
}

static void test_pair_asks_whole_calls_for_cpu_and_comm(void **state)
{
	static const struct filter_words words[] = { { .cpus = "1" }, { .comms = "b,c" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		begin();
		x.filter = words[i];
		comm(10, "a", 0);
		comm(20, "b", 0);
		enter(0, 10, 100, READ);
		leave(0, 10, 110, READ, 1);
		enter(0, 20, 120, READ);
		leave(1, 20, 130, READ, 2);
		ends_round();
		assert_calls("20 39 exact 120-130=2\n");
	}
}

/* The middle of the call lies between the windows: it may have been several. */
static void test_pair_reaches_over_no_gap_between_windows_of_time(void **state)
{
	(void)state;
	begin();
	x.filter.time = "0.000000100,0.000000200 0.000000800,0.000000900";
	enter(0, 20, 110, READ);
	leave(0, 20, 120, READ, 1);
	enter(0, 10, 150, READ);
	leave(0, 10, 300, READ, 1);
	enter(0, 10, 600, READ);
	leave(0, 10, 850, READ, 2);
	assert_calls("20 39 exact 110-120=1\n10 39 broken 150\n10 39 left 850\n");
}

static void test_pair_gives_arguments_to_those_who_want_them(void **state)
{
	(void)state;
	begin();
	x.args = true;
	enter(0, 10, 100, READ);
	leave(1, 10, 130, READ, 5);
	enter(0, 10, 120, GETPPID);
	assert_calls("10 39 broken 100 (1)\n10 110 broken 120 (1)\n10 39 left 130\n");
}

/* ---- a machine with tasks that wander, and a recorder ---- */

#define SIM_CPUS  4
#define SIM_TASKS 9
#define SIM_STEPS 400

struct sim_task {
	bool open;
	uint64_t start_ns;
	int64_t nr;
	uint32_t cpu;
};

static struct buf rings[SIM_CPUS];
static struct sim_task tasks[SIM_TASKS];
static uint64_t sim_ns, dice_state;
static char expected[65536];
static size_t expected_len;

static uint32_t dice(uint32_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return dice_state % sides;
}

static void expect(const char *form, ...)
{
	va_list list;

	va_start(list, form);
	expected_len +=
		vsnprintf(expected + expected_len, sizeof(expected) - expected_len, form, list);
	va_end(list);
	assert_true(expected_len < sizeof(expected));
}

/* Some task enters or leaves a call; now and then on another CPU than before. */
static void step(void)
{
	struct sim_task *t = &tasks[dice(SIM_TASKS)];
	const uint32_t tid = 10 + (t - tasks);
	struct buf data = x.b.data;

	if (!dice(3))
		t->cpu = dice(SIM_CPUS);
	sim_ns += dice(4); /* sometimes at the same time */
	t->start_ns = t->open ? t->start_ns : ++sim_ns;
	x.b.data = rings[t->cpu];
	if (t->open) {
		expect("%u %" PRId64 " exact %" PRIu64 "-%" PRIu64 "=%u\n", tid, t->nr, t->start_ns,
		       ++sim_ns, tid);
		leave(t->cpu, tid, sim_ns, t->nr, tid);
	} else {
		t->nr = READ + dice(2);
		enter(t->cpu, tid, t->start_ns, t->nr);
	}
	t->open = !t->open;
	rings[t->cpu] = x.b.data;
	x.b.data = data;
}

/* A pass over all rings: the machine, while it runs, does not wait for it. */
static void pass(bool runs)
{
	for (uint32_t cpu = 0; cpu < SIM_CPUS; cpu++) {
		buf_add(&x.b.data, rings[cpu].data, rings[cpu].len);
		rings[cpu].len = 0;
		for (uint32_t i = runs ? dice(6) : 0; i; i--)
			step();
	}
	ends_round();
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* @text with its lines sorted, into @out. */
static void sort_lines(char *text, char *out)
{
	char *lines[SIM_STEPS * SIM_TASKS], *rest = text, *line;
	size_t nr = 0, len = 0;

	while ((line = strsep(&rest, "\n")) && rest)
		lines[nr++] = line;
	qsort(lines, nr, sizeof(*lines), by_text);
	for (size_t i = 0; i < nr; i++)
		len += sprintf(out + len, "%s\n", lines[i]);
}

static void test_pair_finds_all_calls_of_tasks_that_wander(void **state)
{
	static char sorted[2][65536];

	(void)state;
	for (uint32_t seed = 1; seed <= 200; seed++) {
		dice_state = seed * 0x9e3779b97f4a7c15;
		expected_len = 0;
		sim_ns = 1000;
		memset(tasks, 0, sizeof(tasks));
		begin();
		for (uint32_t i = 0; i < SIM_STEPS; i++) {
			step();
			if (!dice(20))
				pass(true);
		}
		pass(false);
		run();
		for (size_t i = 0; i < SIM_TASKS; i++)
			if (tasks[i].open)
				expect("%zu %" PRId64 " open %" PRIu64 "-%" PRIu64 "\n", 10 + i,
				       tasks[i].nr, tasks[i].start_ns, x.end_ns);
		sort_lines(expected, sorted[0]);
		sort_lines(x.said, sorted[1]);
		if (strcmp(sorted[0], sorted[1]) != 0)
			fail_test("seed %u: other calls than expected", seed);
		for (uint32_t cpu = 0; cpu < SIM_CPUS; cpu++)
			buf_release(&rings[cpu]);
		end();
	}
}

/* Nothing tells how long to wait; every enter and every exit is accounted for once all the same. */
static void test_pair_forgets_nothing_when_the_window_is_too_small(void **state)
{
	const char *line;
	uint32_t enters = 0, exits = 0;

	(void)state;
	for (size_t window = 1; window < 40; window += 3) {
		begin();
		x.window_max = window;
		for (uint32_t i = 0; i < 30; i++) {
			enter(0, 10 + i % 3, 100 + 2 * i, READ);
			leave(1, 10 + i % 3, 101 + 2 * i, READ, 0);
		}
		run();
		enters = exits = 0;
		for (line = x.said; *line; line = strchr(line, '\n') + 1) {
			enters += !strstr(line, " left ") ||
				  strstr(line, " left ") > strchr(line, '\n');
			exits += strstr(line, " exact ") &&
				 strstr(line, " exact ") < strchr(line, '\n');
			exits += strstr(line, " left ") &&
				 strstr(line, " left ") < strchr(line, '\n');
		}
		assert_int_equal(enters, 30);
		assert_int_equal(exits, 30);
		end();
	}
}

static void refuses(uint64_t type, const char *why)
{
	begin();
	x.b.attrs[0].sample_type &= ~type;
	x.b.attrs[1].sample_type &= ~type;
	x.b.nr_events = type ? 2 : 1;
	ends_round(); /* a file without records counts as one that was not finished */
	assert_int_equal(read_all(), -1);
	assert_contains(x.err.text, why);
	end();
}

/* Or every call would look as if its end had been lost. */
static void test_pair_refuses_half_of_a_call(void **state)
{
	(void)state;
	begin();
	x.filter.events = "raw_syscalls:sys_enter";
	enter(0, 10, 100, READ);
	leave(0, 10, 110, READ, 1);
	assert_int_equal(read_all(), -1);
	assert_int_equal(x.err.code, ERR_USAGE);
	assert_contains(x.err.text, "leaves out sys_exit, which this report needs");
	end();
}

static void test_pair_refuses_files_without_what_it_needs(void **state)
{
	(void)state;
	refuses(PERF_SAMPLE_TIME, "have no time");
	refuses(PERF_SAMPLE_TID, "whose they are");
	refuses(0, "has no raw_syscalls:sys_exit events");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair_makes_calls_of_two_tasks_of_a_ring),
		cmocka_unit_test(test_pair_finds_the_halves_of_a_call_in_two_rings),
		cmocka_unit_test(test_pair_finds_the_halves_of_a_call_in_two_rounds),
		cmocka_unit_test(test_pair_is_not_misled_by_a_task_that_went_and_came_back),
		cmocka_unit_test(test_pair_sorts_what_is_left_of_a_round_again),
		cmocka_unit_test(test_pair_tells_calls_that_have_one_end_only),
		cmocka_unit_test(test_pair_takes_no_enter_for_that_of_another_call),
		cmocka_unit_test(test_pair_takes_an_exit_without_a_number_for_that_of_any_call),
		cmocka_unit_test(test_pair_reaches_over_no_hole),
		cmocka_unit_test(test_pair_keeps_what_a_hole_of_another_cpu_cannot_hurt),
		cmocka_unit_test(test_pair_trusts_neighbours_for_a_short_time_only),
		cmocka_unit_test(test_pair_follows_many_threads),
		cmocka_unit_test(test_pair_believes_no_clock_that_steps_back),
		cmocka_unit_test(test_pair_takes_restart_syscall_for_a_call_of_its_own),
		cmocka_unit_test(test_pair_ends_calls_with_their_task),
		cmocka_unit_test(test_pair_tells_tasks_of_one_tid_apart),
		cmocka_unit_test(test_pair_names_a_new_task_after_its_parent_then),
		cmocka_unit_test(test_pair_follows_an_exec_by_a_thread),
		cmocka_unit_test(test_pair_follows_an_exec_over_several_rings),
		cmocka_unit_test(test_pair_learns_the_abi_from_exec),
		cmocka_unit_test(test_pair_learns_no_abi_from_what_is_no_exec),
		cmocka_unit_test(test_pair_learns_the_abi_from_exec_that_nobody_saw_entered),
		cmocka_unit_test(test_pair_gives_new_tasks_the_abi_of_their_parent),
		cmocka_unit_test(test_pair_learns_the_abi_from_where_the_vdso_is),
		cmocka_unit_test(test_pair_asks_whole_calls_for_cpu_and_comm),
		cmocka_unit_test(test_pair_reaches_over_no_gap_between_windows_of_time),
		cmocka_unit_test(test_pair_gives_arguments_to_those_who_want_them),
		cmocka_unit_test(test_pair_finds_all_calls_of_tasks_that_wander),
		cmocka_unit_test(test_pair_forgets_nothing_when_the_window_is_too_small),
		cmocka_unit_test(test_pair_refuses_half_of_a_call),
		cmocka_unit_test(test_pair_refuses_files_without_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
