#include "tests/unit/unit.h"

#include "report/session.h"
#include "tests/unit/recbuild.h"

#include <stdio.h>

/* A consumer that writes down what it was given. */
struct seen {
	struct consumer c; /* first: the session gives it back */
	char text[4096];   /* a word for each call */
	int fail_at;	   /* the add_sample() that fails, counted from 1; 0: none */
	int stop_at;	   /* the one that sets session.stop */
	int nr;
	bool partial; /* session.partial when finish() was called */
};

static void say(struct seen *seen, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct seen *seen, const char *fmt, ...)
{
	size_t len = strlen(seen->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(seen->text + len, sizeof(seen->text) - len, fmt, ap);
	va_end(ap);
}

static int on_start(struct consumer *c, struct session *s, struct err *err)
{
	(void)err;
	assert_non_null(s->file.events);
	say((struct seen *)c, "start ");
	return 0;
}

static int on_sample(struct consumer *c, struct session *s, const struct ordered_sample *os,
		     struct err *err)
{
	struct seen *seen = (struct seen *)c;

	if (++seen->nr == seen->fail_at)
		return fail(err, ERR_SYS, "the script raised");
	if (seen->nr == seen->stop_at)
		s->stop = true;
	say(seen, "%s/%d:%s ", os->comm, (int)os->sample.time,
	    strstr(os->event->name, "sys_e") + 4);
	return 0;
}

static int on_block(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	struct seen *seen = (struct seen *)c;
	const struct perf_event_header *rec;

	(void)err;
	while ((rec = block_next(b))) {
		if (rec->type == PERF_RECORD_SAMPLE)
			seen->nr++;
		else
			session_note(s, rec);
		if (seen->nr == seen->stop_at)
			s->stop = true;
	}
	return 0;
}

static int on_finish(struct consumer *c, struct session *s, struct err *err)
{
	(void)err;
	((struct seen *)c)->partial = s->partial;
	say((struct seen *)c, "finish");
	return 0;
}

/* Runs the file with a consumer of samples, or of blocks. */
struct run {
	struct rb_file b;
	struct session s;
	struct filter_words filter;
	struct seen seen;
	struct err err;
	int rc;
};

static void begin(struct run *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	x->seen.c = (struct consumer){ .start = on_start, .finish = on_finish };
}

static void run(struct run *x, bool ordered)
{
	if (ordered)
		x->seen.c.add_sample = on_sample;
	else
		x->seen.c.add_block = on_block;
	if (session_open(&x->s, rb_path(&x->b), &x->filter, &x->err))
		fail_test("%s", x->err.text);
	x->rc = session_run(&x->s, 1, &x->seen.c, &x->err);
}

static void end(struct run *x)
{
	session_close(&x->s);
	rb_release(&x->b);
}

static void enter(struct run *x, uint32_t tid, uint64_t time)
{
	rb_enter(&x->b, &(struct rb_values){ .pid = tid, .tid = tid, .time = time }, 1);
}

static void comm(struct run *x, uint32_t tid, const char *name, uint64_t time)
{
	rb_comm(&x->b.data, &x->b.attrs[0], tid, tid, name,
		&(struct rb_values){ .tid = tid, .time = time, .id = time ? RB_ID_ENTER : 0 });
}

static void test_session_gives_samples_in_time_order_between_start_and_finish(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	enter(&x, 1, 300);
	rb_exit(&x.b, &(struct rb_values){ .tid = 1, .time = 100 }, 1, 0);
	rb_round(&x.b.data);
	enter(&x, 1, 200);
	run(&x, true);
	assert_int_equal(x.rc, 0);
	assert_string_equal(x.seen.text, "start :1/100:exit :1/200:enter :1/300:enter finish");
	assert_false(x.seen.partial);
	end(&x);
}

static void test_session_names_tasks_as_they_were_at_that_time(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	enter(&x, 7, 100);
	comm(&x, 7, "late", 150);
	enter(&x, 7, 200);
	comm(&x, 7, "early", 50); /* behind, but older */
	run(&x, true);
	assert_string_equal(x.seen.text, "start early/100:enter late/200:enter finish");
	end(&x);
}

static void test_session_takes_records_of_time_0_for_what_was_before(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	enter(&x, 7, 100);
	comm(&x, 7, "bash", 0); /* perf applies it at once, wherever it stands */
	run(&x, true);
	assert_string_equal(x.seen.text, "start bash/100:enter finish");
	end(&x);
}

static void test_session_gives_a_child_the_name_of_its_parent(void **state)
{
	struct rb_values v = { .tid = 7, .time = 150, .id = RB_ID_ENTER };
	struct run x;

	(void)state;
	begin(&x);
	comm(&x, 7, "bash", 0);
	rb_task(&x.b.data, &x.b.attrs[0], PERF_RECORD_FORK, 8, 7, 8, 7, &v);
	enter(&x, 8, 100); /* not yet */
	enter(&x, 8, 200);
	comm(&x, 8, "ls", 250);
	enter(&x, 8, 300);
	run(&x, true);
	assert_string_equal(x.seen.text, "start :8/100:enter bash/200:enter ls/300:enter finish");
	end(&x);
}

static void test_session_counts_records_of_unknown_ids(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	rb_enter(&x.b, &(struct rb_values){ .id = 4711, .time = 5 }, 1);
	enter(&x, 1, 100);
	run(&x, true);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.s.nr_unknown_ids, 1);
	assert_string_equal(x.seen.text, "start :1/100:enter finish");
	end(&x);
}

static void test_session_counts_samples_that_are_too_short(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	rb_record(&x.b.data, PERF_RECORD_SAMPLE, 0,
		  (uint64_t[]){ RB_ID_ENTER, 7, 100, 0, UINT64_MAX }, 40);
	rb_record(&x.b.data, PERF_RECORD_SAMPLE, 0, (uint64_t[]){ RB_ID_ENTER, 7 }, 16);
	enter(&x, 1, 100);
	run(&x, true);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.s.nr_malformed, 2);
	assert_int_equal(x.seen.nr, 1);
	end(&x);
}

static void test_session_counts_samples_that_come_too_late(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	enter(&x, 1, 100);
	rb_round(&x.b.data);
	rb_round(&x.b.data);
	enter(&x, 1, 50);
	run(&x, true);
	assert_int_equal(x.s.nr_late, 1);
	assert_string_equal(x.seen.text, "start :1/100:enter :1/50:enter finish");
	end(&x);
}

static void add_loss(struct run *x, bool exact)
{
	rb_lost(&x->b.data, &x->b.attrs[0], RB_ID_EXIT, 10, &(struct rb_values){ .time = 5 });
	rb_lost(&x->b.data, &x->b.attrs[0], RB_ID_ENTER, 20, &(struct rb_values){ .time = 6 });
	if (!exact)
		return;
	rb_lost_samples(&x->b.data, &x->b.attrs[0], 11, &(struct rb_values){ .id = RB_ID_ENTER });
	rb_lost_samples(&x->b.data, &x->b.attrs[0], 12,
			&(struct rb_values){ .id = RB_ID_ENTER_CPU1 });
	rb_lost_samples(&x->b.data, &x->b.attrs[0], 13, &(struct rb_values){ .id = RB_ID_EXIT });
}

static void test_session_never_adds_the_two_accounts_of_loss(void **state)
{
	(void)state;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct run x;

		begin(&x);
		add_loss(&x, true);
		run(&x, ordered);
		assert_true(x.s.loss.exact);
		assert_int_equal(x.s.loss.lost_records, 30);
		assert_int_equal(session_lost(&x.s, NULL), 36);
		assert_int_equal(session_lost(&x.s, &x.s.file.events[0]), 23);
		assert_int_equal(session_lost(&x.s, &x.s.file.events[1]), 13);
		end(&x);
	}
}

static void test_session_takes_lost_records_where_there_is_nothing_exact(void **state)
{
	(void)state;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct run x;

		begin(&x);
		add_loss(&x, false);
		run(&x, ordered);
		assert_false(x.s.loss.exact);
		assert_int_equal(session_lost(&x.s, NULL), 30);
		end(&x);
	}
}

static void test_session_finishes_the_report_of_a_damaged_file(void **state)
{
	(void)state;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct run x;

		begin(&x);
		enter(&x, 1, 100);
		enter(&x, 1, 200);
		buf_add_zero(&x.b.data, 64);
		run(&x, ordered);
		assert_int_equal(x.rc, -1);
		assert_int_equal(x.err.code, ERR_TRUNC);
		assert_int_equal(x.seen.nr, 2);
		assert_true(x.seen.partial);
		assert_contains(x.seen.text, "finish");
		end(&x);
	}
}

static void test_session_says_that_an_unfinished_file_is_partial(void **state)
{
	(void)state;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct run x;

		begin(&x);
		x.b.unfinished = true;
		enter(&x, 1, 100);
		buf_add(&x.b.data, "\x09\0\0\0", 4);
		run(&x, ordered);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.seen.nr, 1);
		assert_true(x.seen.partial);
		assert_true(x.s.cut_record);
		end(&x);
	}
}

static void test_session_ends_with_the_error_of_its_consumer(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	for (uint64_t time = 1; time < 10; time++)
		enter(&x, 1, time);
	x.seen.fail_at = 3;
	run(&x, true);
	assert_int_equal(x.rc, -1);
	assert_int_equal(x.err.code, ERR_SYS);
	assert_string_equal(x.err.text, "the script raised");
	assert_int_equal(x.seen.nr, 3);
	end(&x);
}

static void test_session_stops_when_told_to(void **state)
{
	(void)state;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct run x;

		begin(&x);
		for (uint64_t time = 1; time < 20000; time++)
			enter(&x, 1, time);
		x.seen.stop_at = 3;
		run(&x, ordered);
		assert_int_equal(x.rc, 0);
		/* Of blocks: not many more than one. */
		assert_in_range(x.seen.nr, 3, ordered ? 3 : 5000);
		assert_contains(x.seen.text, "finish");
		end(&x);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session_gives_samples_in_time_order_between_start_and_finish),
		cmocka_unit_test(test_session_names_tasks_as_they_were_at_that_time),
		cmocka_unit_test(test_session_takes_records_of_time_0_for_what_was_before),
		cmocka_unit_test(test_session_gives_a_child_the_name_of_its_parent),
		cmocka_unit_test(test_session_counts_records_of_unknown_ids),
		cmocka_unit_test(test_session_counts_samples_that_are_too_short),
		cmocka_unit_test(test_session_counts_samples_that_come_too_late),
		cmocka_unit_test(test_session_never_adds_the_two_accounts_of_loss),
		cmocka_unit_test(test_session_takes_lost_records_where_there_is_nothing_exact),
		cmocka_unit_test(test_session_finishes_the_report_of_a_damaged_file),
		cmocka_unit_test(test_session_says_that_an_unfinished_file_is_partial),
		cmocka_unit_test(test_session_ends_with_the_error_of_its_consumer),
		cmocka_unit_test(test_session_stops_when_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
