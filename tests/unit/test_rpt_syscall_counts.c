/* The calls of several files: one sum for each host, whoever of several threads counted them. */
#include "tests/unit/unit.h"

#include "common/reader.h"
#include "tests/unit/report.h"

#include <stdlib.h>

#define FILES_MAX 4
#define FAR_NR	  5000 /* of a call that is counted aside */

struct fixture {
	struct rb_file b[FILES_MAX];
	const char *paths[FILES_MAX];
	uint32_t nr;
	struct err err;
};

static struct fixture x;

static void begin(void)
{
	memset(&x, 0, sizeof(x));
}

/* A file of @host, NULL: it does not say; with @calls calls of getppid and one of a number above. */
static void add(const char *host, int calls)
{
	struct rb_file *b = &x.b[x.nr];

	rb_raw_syscalls(b);
	buf_release(&b->features[FEATURE_HOSTNAME].body);
	b->features[FEATURE_HOSTNAME].present = host != NULL;
	if (host)
		rb_str(rb_feature(b, FEATURE_HOSTNAME), host);
	buf_release(&b->features[FEATURE_ARCH].body);
	rb_str(rb_feature(b, FEATURE_ARCH), "x86_64");
	for (int i = 0; i < calls; i++)
		rb_enter(b, &(struct rb_values){ .tid = 1, .time = 10 + i }, 110);
	rb_enter(b, &(struct rb_values){ .tid = 1, .time = 90 }, FAR_NR);
	rb_round(&b->data);
	x.paths[x.nr++] = rb_path(b);
}

static void end(void)
{
	for (uint32_t i = 0; i < x.nr; i++)
		rb_release(&x.b[i]);
}

/* A hand of its own for each block; what it was given is merged. */
static void give_by_hands(struct consumer *c, struct session *s)
{
	struct block *b;
	struct reader r;

	assert_int_equal(reader_open(&r, &s->file, &x.err), 0);
	while (reader_next(&r, &b, &x.err) > 0) {
		struct session part;
		struct consumer *hand = c->another(c, &x.err);

		assert_int_equal(session_split(&part, s, &x.err), 0);
		assert_int_equal(hand->start(hand, &part, &x.err), 0);
		assert_int_equal(hand->add_block(hand, &part, b, &x.err), 0);
		assert_int_equal(c->merge(c, hand, &x.err), 0);
		c->free(hand);
		session_join(s, &part);
	}
	reader_close(&r);
}

static void run_by_hands(struct consumer *c, struct session *all)
{
	for (uint32_t i = 0; i < x.nr; i++) {
		assert_int_equal(c->start(c, &all[i], &x.err), 0);
		give_by_hands(c, &all[i]);
		assert_int_equal(c->end(c, &all[i], &x.err), 0);
	}
	assert_int_equal(c->finish(c, &all[x.nr - 1], &x.err), 0);
}

/* What the report of all files says; to be freed. */
static char *say(enum out_format format, bool by_hands)
{
	const struct report_opts o = { .format = format };
	const struct report *report = report_find("syscall-counts", &x.err);
	struct consumer *c = report->create(&o, &x.err);
	struct session all[FILES_MAX];
	int out, was;
	char *text;

	assert_non_null(c);
	if (session_open_all(all, x.nr, x.paths, &o.filter, false, &x.err))
		fail_test("%s", x.err.text);
	out = report_catch(STDOUT_FILENO, &was);
	if (by_hands)
		run_by_hands(c, all);
	else
		assert_int_equal(session_run(all, x.nr, c, &x.err), 0);
	text = report_caught(STDOUT_FILENO, was, out);
	report->destroy(c);
	for (uint32_t i = 0; i < x.nr; i++)
		session_close(&all[i]);
	return text;
}

static void assert_says(enum out_format format, const char *expected)
{
	for (int by_hands = 0; by_hands < 2; by_hands++) {
		char *text = say(format, by_hands);

		assert_contains(text, expected);
		free(text);
	}
}

static void add_hosts(void)
{
	add("web", 1);
	add("database", 4);
	add("web", 2);
	add(NULL, 2);
}

/* What is counted fast is looked at no less: more raw bytes than there are, fewer, and an odd number. */
static void test_counts_tell_of_samples_whose_raw_bytes_are_damaged(void **state)
{
	static const uint32_t lies[] = { 76, 12, 64 };
	struct report_run r = { 0 };

	(void)state;
	rb_raw_syscalls(&r.b);
	for (size_t i = 0; i < 10; i++) {
		rb_enter(&r.b, &(struct rb_values){ .tid = 1, .time = 10 + i }, 110);
		if (i % 3 == 2) /* the raw bytes, 68, and their size are last */
			*(uint32_t *)(r.b.data.data + r.b.data.len - 72) = lies[i / 3];
	}
	report_run(&r, "syscall-counts", &(struct report_opts){ .format = OUT_CSV });
	assert_contains(r.out, "getppid,110,7\n");
	assert_contains(r.said, "3 samples do not have the size");
	report_end(&r);
}

static void test_counts_tell_hosts_apart_in_a_table(void **state)
{
	(void)state;
	begin();
	add_hosts();
	assert_says(OUT_TABLE, "syscall events of web, database, ?:\n\n"
			       "host      event                                          count\n"
			       "--------  ----------------------------------------  -----------\n"
			       "web       sys_getppid                                        3\n"
			       "web       5000                                               2\n"
			       "database  sys_getppid                                        4\n"
			       "database  5000                                               1\n"
			       "?         sys_getppid                                        2\n"
			       "?         5000                                               1\n");
	end();
}

static void test_counts_tell_hosts_apart_in_csv(void **state)
{
	(void)state;
	begin();
	add_hosts();
	assert_says(OUT_CSV, "host,syscall,nr,count\nweb,getppid,110,3\nweb,5000,5000,2\n"
			     "database,getppid,110,4\ndatabase,5000,5000,1\n"
			     "?,getppid,110,2\n?,5000,5000,1\n");
	end();
}

static void test_counts_tell_hosts_apart_in_json(void **state)
{
	(void)state;
	begin();
	add_hosts();
	assert_says(OUT_JSON,
		    "\"syscalls\":[{\"host\":\"web\",\"name\":\"getppid\",\"nr\":110,\"count\":3},"
		    "{\"host\":\"web\",\"name\":\"5000\",\"nr\":5000,\"count\":2},"
		    "{\"host\":\"database\",\"name\":\"getppid\",\"nr\":110,\"count\":4},");
	end();
}

static void test_counts_of_one_host_are_one_sum(void **state)
{
	(void)state;
	begin();
	add("web", 1);
	add(NULL, 2);
	add("web", 2);
	assert_says(OUT_TABLE, "syscall events:\n\n"
			       "event                                          count\n"
			       "----------------------------------------  -----------\n"
			       "sys_getppid                                        5\n"
			       "5000                                               3\n");
	assert_says(OUT_CSV, "syscall,nr,count\ngetppid,110,5\n5000,5000,3\n");
	assert_says(OUT_JSON, "\"syscalls\":[{\"name\":\"getppid\",\"nr\":110,\"count\":5},"
			      "{\"name\":\"5000\",\"nr\":5000,\"count\":3}]}");
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_tell_of_samples_whose_raw_bytes_are_damaged),
		cmocka_unit_test(test_counts_tell_hosts_apart_in_a_table),
		cmocka_unit_test(test_counts_tell_hosts_apart_in_csv),
		cmocka_unit_test(test_counts_tell_hosts_apart_in_json),
		cmocka_unit_test(test_counts_of_one_host_are_one_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
