/* A stream without an end: tasks that ended are forgotten, and nothing else changes. */
#include "tests/unit/unit.h"

#include "report/callstream.h"
#include "tests/unit/recbuild.h"

#include <inttypes.h>
#include <stdio.h>

#define SHORT_LIVED 300
#define LONG_LIVED  5
#define GETPPID	    110
#define EXECVE	    59 /* of x86_64 */

struct fixture {
	struct rb_file b;
	struct callstream stream;
	uint64_t time;
	bool forgets; /* often */
	uint32_t nr, most_tasks;
	char said[65536]; /* a call as "TID NR STATE START-END COMM" */
	size_t len;
};

static struct fixture x;

static struct rb_values at(uint32_t tid)
{
	return (struct rb_values){ .pid = tid, .tid = tid, .time = ++x.time, .id = RB_ID_ENTER };
}

static void enter(uint32_t tid, int64_t nr)
{
	struct rb_values v = at(tid);

	rb_enter(&x.b, &v, nr);
}

static void leave(uint32_t tid, int64_t nr)
{
	struct rb_values v = at(tid);

	rb_exit(&x.b, &v, nr, 0);
}

static void task(uint32_t type, uint32_t tid, uint32_t parent)
{
	struct rb_values v = at(tid);

	rb_task(&x.b.data, &x.b.attrs[0], type, tid, parent, tid, parent, &v);
}

static void comm(uint32_t tid)
{
	struct rb_values v = at(tid);
	char name[16];

	snprintf(name, sizeof(name), "task-%" PRIu32, tid);
	rb_comm(&x.b.data, &x.b.attrs[0], tid, tid, name, &v);
}

/* Long-lived tasks sleep in a call, or are in execve, while short-lived ones come and go; tids come again. */
static void build(void)
{
	memset(&x, 0, sizeof(x));
	x.time = 1000;
	rb_raw_syscalls(&x.b);
	buf_release(&x.b.features[FEATURE_ARCH].body);
	rb_str(rb_feature(&x.b, FEATURE_ARCH), "x86_64");
	for (uint32_t tid = 1; tid <= LONG_LIVED; tid++) {
		comm(tid);
		enter(tid, tid % 2 ? GETPPID : EXECVE);
	}
	for (uint32_t i = 0; i < SHORT_LIVED; i++) {
		uint32_t tid = 100 + i % (SHORT_LIVED - 50);

		task(PERF_RECORD_FORK, tid, 1 + i % LONG_LIVED);
		enter(tid, GETPPID);
		leave(tid, GETPPID);
		comm(tid);
		enter(tid, GETPPID);
		if (i % 2)
			leave(tid, GETPPID);
		task(PERF_RECORD_EXIT, tid, 1);
		if (i % 10 == 0)
			rb_round(&x.b.data);
	}
	for (uint32_t tid = 1; tid <= LONG_LIVED; tid++)
		leave(tid, tid % 2 ? GETPPID : EXECVE);
}

static int take(void *arg, const struct call *c, struct err *err)
{
	char room[PAIR_COMM_ROOM];
	int left = sizeof(x.said) - x.len;

	(void)arg;
	(void)err;
	x.len += snprintf(x.said + x.len, left,
			  "%" PRIu32 " %" PRId64 " %d %" PRIu64 "-%" PRIu64 " %s\n",
			  x.stream.pairs.tasks[c->task].tid, c->nr, c->state, c->start_ns,
			  c->end_ns, pairs_comm(&x.stream.pairs, c->task, room));
	assert_true(x.len < sizeof(x.said));
	return 0;
}

static int start(struct consumer *c, struct session *s, struct err *err)
{
	(void)c;
	return callstream_start(&x.stream, s, err);
}

/* A record at a time. */
static int add_block(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	const char *from = b->at;

	(void)c;
	(void)s;
	while (block_next(b)) {
		struct block one = { .start = from, .at = from, .end = b->at, .off = b->off };

		if (callstream_add(&x.stream, &one, err))
			return -1;
		if (x.forgets && ++x.nr % 23 == 0 && callstream_forget(&x.stream, err))
			return -1;
		x.most_tasks = MAX(x.most_tasks, x.stream.pairs.nr_tasks);
		from = b->at;
	}
	return 0;
}

static int end(struct consumer *c, struct session *s, struct err *err)
{
	(void)c;
	(void)s;
	if (callstream_end(&x.stream, err))
		return -1;
	x.most_tasks = MAX(x.most_tasks, x.stream.pairs.nr_tasks);
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of @text, sorted: they come in another order, as what waits is given sooner. */
static void sort_lines(char *text, char **lines, size_t *nr)
{
	*nr = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		lines[(*nr)++] = line;
	qsort(lines, *nr, sizeof(*lines), by_bytes);
}

static void run(bool forgets)
{
	struct consumer c = { .start = start, .add_block = add_block, .end = end };
	struct filter_words none = { 0 };
	struct err err = { 0 };
	struct session s;

	build();
	x.forgets = forgets;
	assert_int_equal(session_open(&s, rb_path(&x.b), &none, &err), 0);
	callstream_init(&x.stream, &(struct pair_client){ .give = take }, 0);
	if (session_run(&s, 1, &c, &err))
		fail_test("%s", err.text);
	callstream_release(&x.stream);
	session_close(&s);
	rb_release(&x.b);
}

static void test_forget_changes_no_call_and_keeps_few_tasks(void **state)
{
	static char first[sizeof(x.said)];
	static char *lines[2][4096];
	size_t nr[2];

	(void)state;
	run(false);
	assert_in_range(x.most_tasks, SHORT_LIVED, UINT32_MAX);
	memcpy(first, x.said, sizeof(first));
	run(true);
	assert_in_range(x.most_tasks, LONG_LIVED, LONG_LIVED + 30);
	sort_lines(first, lines[0], &nr[0]);
	sort_lines(x.said, lines[1], &nr[1]);
	assert_int_equal(nr[0], 2 * SHORT_LIVED + LONG_LIVED);
	assert_int_equal(nr[0], nr[1]);
	for (size_t i = 0; i < nr[0]; i++)
		assert_string_equal(lines[0][i], lines[1][i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forget_changes_no_call_and_keeps_few_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
