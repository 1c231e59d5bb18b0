/* Every report that is an aggregate: fed by several, it prints what one prints that was given all. */
#include "tests/unit/unit.h"

#include "common/reader.h"
#include "tests/unit/report.h"

#include <stdlib.h>

#define HANDS	3
#define SAMPLES 2000
#define UNKNOWN ((SAMPLES - 1) / 101 + 1) /* of no event */

/* A recording with something of everything that aggregates count. */
static void build(struct rb_file *b)
{
	struct perf_event_attr *attr;

	rb_raw_syscalls(b);
	attr = &b->attrs[0];
	rb_comm(&b->data, attr, 7, 7, "sh", &(struct rb_values){ .time = 5, .id = RB_ID_ENTER });
	for (uint32_t i = 0; i < SAMPLES; i++) {
		struct rb_values v = { .tid = i % 17, .cpu = i % 2, .time = 100000 - i * 7 };
		int64_t nr = i % 13 ? i % 40 : INT64_MIN + i % 5;

		v.id = i % 101 ? i % 3 ? RB_ID_ENTER : RB_ID_ENTER_CPU1 : 12345; /* no event's */
		rb_enter(b, &v, nr);
		if (i % 3)
			rb_exit(b, &(struct rb_values){ .tid = i % 17, .time = 100000 - i * 6 }, nr,
				-2);
		if (i % 50 == 0)
			rb_round(&b->data);
		if (i % 60 == 0)
			rb_filler(&b->data, 1000 + i, 8 + i % 4 * 8);
		if (i % 200 == 0)
			rb_lost(&b->data, attr, RB_ID_ENTER, i + 1,
				&(struct rb_values){ .id = RB_ID_ENTER });
		if (i % 300 == 0)
			rb_lost_samples(&b->data, attr, i + 1,
					&(struct rb_values){ .id = RB_ID_ENTER });
	}
	rb_finish(b);
}

struct hand {
	struct session session;
	struct consumer *consumer;
};

/* Gives each record of the file to a hand of its own choice, in order; with one hand all to that. */
static void give_all(struct perf_file *file, struct hand *hands, uint32_t nr)
{
	struct err err = { 0 };
	struct block *b = NULL;
	struct reader r;
	uint32_t i = 0;
	int rc;

	assert_int_equal(reader_open(&r, file, &err), 0);
	while ((rc = reader_next(&r, &b, &err)) > 0) {
		const struct perf_event_header *rec;

		while ((rec = block_next(b))) {
			struct hand *h = &hands[i++ * 7919 / 31 % nr];
			const char *at = (const char *)rec;
			struct block one = { .start = at, .at = at, .end = at + rec->size };

			assert_int_equal(h->consumer->add_block(h->consumer, &h->session, &one,
								&err),
					 0);
		}
	}
	assert_int_equal(rc, 0);
	reader_close(&r);
}

static char *print(struct consumer *c, struct session *s)
{
	struct err err = { 0 };
	int was, out = report_catch(STDOUT_FILENO, &was);
	char *text;

	s->bytes = s->file.size;
	if (c->end)
		assert_int_equal(c->end(c, s, &err), 0);
	assert_int_equal(c->finish(c, s, &err), 0);
	text = report_caught(STDOUT_FILENO, was, out);
	assert_true(strlen(text) > 100);
	return text;
}

/* What the report says when @nr were given the records. */
static char *say(const char *path, const struct report *report, const struct report_opts *o,
		 uint32_t nr, uint64_t *unknown)
{
	struct hand hands[HANDS] = { 0 };
	struct err err = { 0 };
	struct consumer *c;
	struct session s;
	char *text;

	assert_int_equal(session_open(&s, path, &o->filter, &err), 0);
	c = report->create(o, &err);
	assert_non_null(c);
	assert_int_equal(c->start(c, &s, &err), 0);
	for (uint32_t i = 0; i < nr; i++) {
		assert_int_equal(session_split(&hands[i].session, &s, &err), 0);
		hands[i].consumer = c->another(c, &err);
		assert_non_null(hands[i].consumer);
		assert_int_equal(hands[i].consumer->start(hands[i].consumer, &hands[i].session,
							  &err),
				 0);
	}
	give_all(&s.file, hands, nr);
	for (uint32_t i = 0; i < nr; i++) {
		assert_int_equal(c->merge(c, hands[i].consumer, &err), 0);
		c->free(hands[i].consumer);
		session_join(&s, &hands[i].session);
	}
	text = print(c, &s);
	*unknown = s.nr_unknown_ids;
	report->destroy(c);
	session_close(&s);
	return text;
}

/* What it says when it is run as ever. */
static char *say_alone(const char *path, const struct report *report, const struct report_opts *o)
{
	struct report_run x = { 0 };
	int was, out = report_catch(STDOUT_FILENO, &was);

	assert_int_equal(report_read(&x, path, report->name, o), 0);
	return report_caught(STDOUT_FILENO, was, out);
}

static void assert_merges(const char *path, const struct report *report, enum out_format format,
			  uint64_t unknown)
{
	const struct report_opts o = { .format = format };
	char *whole = say_alone(path, report, &o);

	for (uint32_t nr = 1; nr <= HANDS; nr++) {
		uint64_t passed_over;
		char *text = say(path, report, &o, nr, &passed_over);

		assert_string_equal(whole, text);
		assert_int_equal(passed_over, unknown);
		free(text);
	}
	free(whole);
}

static void test_aggregates_of_parts_make_the_report_of_the_whole(void **state)
{
	const struct report_opts o = { 0 };
	struct rb_file b = { 0 };
	const char *path;
	uint32_t nr = 0;

	(void)state;
	build(&b);
	path = rb_path(&b);
	for (const struct report *r = reports; r->name; r++) {
		struct err err = { 0 };
		struct consumer *c;

		if (r->options & REPORT_LIVE) /* see rpt_top.h */
			continue;
		c = r->create(&o, &err);
		assert_non_null(c);
		if (c->merge) {
			assert_non_null(c->another);
			assert_non_null(c->free);
			for (int format = OUT_TABLE; format <= OUT_JSON; format++)
				assert_merges(path, r, format, UNKNOWN);
			nr++;
		}
		r->destroy(c);
	}
	assert_in_range(nr, 2, 100);
	rb_release(&b);
}

/* A hostile file may have too many types of records, or numbers of calls: it does not matter where. */
static void test_aggregates_of_too_much_make_the_report_of_the_whole(void **state)
{
	struct err err = { 0 };
	struct rb_file b = { 0 };

	(void)state;
	rb_raw_syscalls(&b);
	for (uint32_t i = 0; i < 70000; i++)
		rb_filler(&b.data, 1000 + i, 8);
	rb_finish(&b);
	assert_merges(rb_path(&b), report_find("stats", &err), OUT_JSON, 0);
	rb_release(&b);
}

/* Each hand has fewer numbers than are too many, all have one more: that is told as by one. */
static void test_aggregates_know_when_together_they_have_too_many_calls(void **state)
{
	for (int64_t more = 0; more < 2; more++) {
		struct rb_file b = { 0 };
		struct hand hands[2] = { 0 };
		struct err err = { 0 };
		const struct report_opts o = { 0 };
		struct consumer *c = report_find("syscall-counts", &err)->create(&o, &err);
		struct session s;

		(void)state;
		rb_raw_syscalls(&b);
		for (int64_t i = 0; i < 65536 + more; i++)
			for (int twice = 0; twice < 2; twice++)
				rb_enter(&b, &(struct rb_values){ .tid = 1 }, 5000 + i);
		rb_finish(&b);
		assert_int_equal(session_open(&s, rb_path(&b), &o.filter, &err), 0);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(session_split(&hands[i].session, &s, &err), 0);
			hands[i].consumer = c->another(c, &err);
			assert_int_equal(hands[i].consumer->start(hands[i].consumer,
								  &hands[i].session, &err),
					 0);
		}
		give_all(&s.file, hands, 2);
		assert_int_equal(c->start(c, &s, &err), 0);
		assert_int_equal(c->merge(c, hands[0].consumer, &err), 0);
		assert_int_equal(c->merge(c, hands[1].consumer, &err), more ? -1 : 0);
		if (more)
			assert_contains(err.text, "more than 65536 different numbers");
		for (int i = 0; i < 2; i++) {
			c->free(hands[i].consumer);
			session_join(&s, &hands[i].session);
		}
		c->free(c);
		session_close(&s);
		rb_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aggregates_of_parts_make_the_report_of_the_whole),
		cmocka_unit_test(test_aggregates_of_too_much_make_the_report_of_the_whole),
		cmocka_unit_test(test_aggregates_know_when_together_they_have_too_many_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
