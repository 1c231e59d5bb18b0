/* Blocks that several threads scan are taken in their order, all of them, and what was read of each is still there. */
#include "tests/unit/unit.h"

#include "common/thread.h"
#include "report/session.h"
#include "report/turns.h"
#include "tests/unit/recbuild.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <zstd.h>

#define RECORDS 20000
#define BYTES	512 /* of each: 40 pieces of the reader's in all */
#define TYPE	40  /* of a record that nobody knows */

/* What one thread found in a block: the numbers of its records. */
struct found {
	uint64_t *at;
	size_t nr, room, nr_blocks;
};

struct fixture {
	struct rb_file b;
	struct consumer c;
	uint64_t taken[RECORDS + 8];
	size_t nr_taken, nr_blocks;
	size_t stops_at, fails_at; /* by nr_taken; 0: never */
	uint32_t made;
	bool taking;
	struct session s;
	struct err err;
	int rc;
};

static struct fixture x;

static void *found_new(struct consumer *c)
{
	struct found *f = calloc(1, sizeof(*f));

	(void)c;
	__atomic_fetch_add(&x.made, 1, __ATOMIC_RELAXED);
	return f;
}

static void found_free(void *scan)
{
	free(((struct found *)scan)->at);
	free(scan);
	x.made--;
}

static int scan(struct consumer *c, struct session *s, struct block *b, void *arg, bool more,
		struct err *err)
{
	const struct perf_event_header *rec;
	struct found *f = arg;

	(void)c;
	(void)err;
	f->nr = more ? f->nr : 0;
	if (++f->nr_blocks % 3 == 0) /* others are faster */
		usleep(1000);
	while ((rec = block_next(b))) {
		if (f->nr == f->room) {
			f->room = 2 * f->room + 64;
			f->at = reallocarray(f->at, f->room, sizeof(*f->at));
		}
		s->nr_malformed++; /* each thread counts on its own */
		f->at[f->nr++] = rec->type == TYPE ? load_u64(rec + 1) : UINT64_MAX;
	}
	return 0;
}

static int take(struct consumer *c, struct session *s, void *arg, struct err *err)
{
	const struct found *f = arg;

	(void)c;
	assert_ptr_equal(s, &x.s);
	assert_false(__atomic_exchange_n(&x.taking, true, __ATOMIC_SEQ_CST));
	for (size_t i = 0; i < f->nr; i++)
		if (f->at[i] != UINT64_MAX)
			x.taken[x.nr_taken++] = f->at[i];
	x.nr_blocks++;
	assert_true(__atomic_exchange_n(&x.taking, false, __ATOMIC_SEQ_CST));
	s->stop = x.stops_at && x.nr_taken >= x.stops_at;
	return x.fails_at && x.nr_taken >= x.fails_at ? fail(err, ERR_SYS, "no more") : 0;
}

static int no_block(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	(void)c;
	(void)s;
	(void)b;
	(void)err;
	fail_test("it scans");
	return -1;
}

static void add_number(struct buf *out, uint64_t nr)
{
	uint64_t words[BYTES / 8 - 1] = { nr };

	rb_record(out, TYPE, 0, words, sizeof(words));
}

/* Numbers up from 0, from @first on in compressed records, an odd one every @odd: blocks that do not last. */
static void begin(uint32_t first, uint32_t odd)
{
	struct buf plain = { 0 };
	char room[2048];

	memset(&x, 0, sizeof(x));
	x.c = (struct consumer){ .add_block = no_block,
				 .scan_new = found_new,
				 .scan = scan,
				 .take = take,
				 .scan_free = found_free };
	rb_raw_syscalls(&x.b);
	for (uint32_t i = 0; i < RECORDS; i++) {
		if (i >= first && i / 100 % 2) {
			plain.len = 0;
			add_number(&plain, i);
			rb_record(&x.b.data, RECORD_COMPRESSED, 0, room,
				  ZSTD_compress(room, sizeof(room), plain.data, plain.len, 1));
		} else {
			add_number(&x.b.data, i);
		}
		if (odd && i % odd == 0)
			rb_filler(&x.b.data, RECORD_FEATURE, 13);
	}
	buf_release(&plain);
}

static void run_of(const char *path)
{
	assert_int_equal(session_open(&x.s, path, &(struct filter_words){ 0 }, &x.err), 0);
	x.rc = session_run(&x.s, 1, &x.c, &x.err);
	assert_int_equal(x.made, 0);
}

static void run(void)
{
	run_of(rb_path(&x.b));
}

static void end(void)
{
	session_close(&x.s);
	rb_release(&x.b);
}

static void assert_taken(size_t nr)
{
	assert_int_equal(x.nr_taken, nr);
	for (size_t i = 0; i < nr; i++)
		if (x.taken[i] != i)
			fail_test("record %zu is number %zu", i, (size_t)x.taken[i]);
}

static void need_cpus(void)
{
	if (thread_cpus() < 2)
		skip();
}

static void test_blocks_are_taken_in_order(void **state)
{
	(void)state;
	need_cpus();
	begin(RECORDS, 0);
	run();
	assert_int_equal(x.rc, 0);
	assert_taken(RECORDS);
	assert_true(x.nr_blocks > 30);
	assert_int_equal(x.s.nr_malformed, RECORDS);
	end();
}

static void test_what_does_not_last_is_taken_in_between(void **state)
{
	(void)state;
	need_cpus();
	begin(3000, 777);
	run();
	assert_int_equal(x.rc, 0);
	assert_taken(RECORDS);
	end();
}

static void test_of_a_pipe_pieces_live_on_too(void **state)
{
	pid_t writer;
	int fd;

	(void)state;
	need_cpus();
	begin(RECORDS, 0);
	x.b.stream = true;
	rb_finish(&x.b);
	run_of(rb_pipe(&x.b, x.b.out.len, 100000, &writer, &fd));
	close(fd);
	waitpid(writer, NULL, 0);
	assert_int_equal(x.rc, 0);
	assert_taken(RECORDS);
	end();
}

static void test_what_is_before_the_damage_is_taken(void **state)
{
	const struct perf_event_header none = { .type = TYPE, .size = 3 };

	(void)state;
	need_cpus();
	begin(RECORDS, 0);
	buf_add(&x.b.data, &none, sizeof(none));
	run();
	assert_int_equal(x.rc, -1);
	assert_false(x.s.failed);
	assert_contains(x.err.text, "has size 3");
	assert_taken(RECORDS);
	end();
}

static void test_a_consumer_that_fails_gets_no_more(void **state)
{
	size_t taken;

	(void)state;
	need_cpus();
	begin(RECORDS, 0);
	x.fails_at = 1;
	run();
	taken = x.nr_taken;
	assert_int_equal(x.rc, -1);
	assert_true(x.s.failed);
	assert_string_equal(x.err.text, "no more");
	assert_int_equal(x.nr_blocks, 1);
	assert_taken(taken);
	end();
}

static void test_a_consumer_that_has_enough_gets_no_more(void **state)
{
	size_t taken;

	(void)state;
	need_cpus();
	begin(RECORDS, 0);
	x.stops_at = RECORDS / 2;
	run();
	taken = x.nr_taken;
	assert_int_equal(x.rc, 0);
	assert_true(x.s.partial);
	assert_true(taken >= x.stops_at && taken < x.stops_at + 2048);
	assert_taken(taken);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_are_taken_in_order),
		cmocka_unit_test(test_what_does_not_last_is_taken_in_between),
		cmocka_unit_test(test_of_a_pipe_pieces_live_on_too),
		cmocka_unit_test(test_what_is_before_the_damage_is_taken),
		cmocka_unit_test(test_a_consumer_that_fails_gets_no_more),
		cmocka_unit_test(test_a_consumer_that_has_enough_gets_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
