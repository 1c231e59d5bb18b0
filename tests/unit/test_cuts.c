#include "tests/unit/unit.h"

#include "common/thread.h"
#include "report/cuts.h"
#include "report/session.h"
#include "tests/unit/recbuild.h"

#include <sched.h>
#include <stdlib.h>
#include <zstd.h>

#define RECORDS	   1600
#define BYTES	   2048 /* of each, and no two alike: they do not get smaller */
#define IN_A_FRAME 28
#define TYPE	   200 /* of a record that nobody knows */

/* An aggregate: how many records it was given, and what is in them. */
struct tally {
	struct consumer c;
	uint64_t nr, sum;
	uint32_t *made, *merged;
	bool fails;
};

static int tally_block(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	struct tally *t = (struct tally *)c;
	const struct perf_event_header *rec;

	(void)err;
	while ((rec = block_next(b))) {
		session_note(s, rec);
		t->nr += rec->type == TYPE;
		t->sum += rec->type == TYPE ? load_u64(rec + 1) : 0;
	}
	return 0;
}

static struct consumer *tally_another(const struct consumer *c, struct err *err)
{
	struct tally *t = malloc(sizeof(*t));

	(void)err;
	*t = *(const struct tally *)c;
	t->nr = t->sum = 0;
	++*t->made;
	return &t->c;
}

static int tally_merge(struct consumer *c, struct consumer *from, struct err *err)
{
	struct tally *t = (struct tally *)c;

	if (t->fails)
		return fail(err, ERR_SYS, "no");
	t->nr += ((struct tally *)from)->nr;
	t->sum += ((struct tally *)from)->sum;
	++*t->merged;
	return 0;
}

static void tally_free(struct consumer *c)
{
	--*((struct tally *)c)->made;
	free(c);
}

struct fixture {
	struct rb_file b;
	uint64_t sum; /* as a tally's, of all */
	struct tally t;
	uint32_t made, merged;
	struct session s;
	struct err err;
	int rc;
};

static void add_frame(struct fixture *x, const unsigned char *plain, size_t len)
{
	static char room[65527];
	size_t got = ZSTD_compress(room, sizeof(room), plain, len, 1);

	assert_false(ZSTD_isError(got));
	rb_record(&x->b.data, RECORD_COMPRESSED, 0, room, got);
}

/* @frame_bytes: what a frame has, which is behind a whole record or not. */
static void begin(struct fixture *x, size_t frame_bytes)
{
	const char compressed[20] = { 1 };
	struct buf plain = { 0 };
	uint64_t seed = 1;

	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	buf_add(rb_feature(&x->b, FEATURE_COMPRESSED), compressed, sizeof(compressed));
	for (uint32_t i = 0; i < RECORDS; i++) {
		uint64_t words[BYTES / 8 - 1];

		for (size_t w = 0; w < ARRAY_SIZE(words); w++)
			words[w] = seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		x->sum += words[0];
		rb_record(&plain, TYPE, 0, words, sizeof(words));
	}
	rb_lost(&plain, x->b.attrs, RB_ID_ENTER, 5, &(struct rb_values){ .id = RB_ID_ENTER });
	for (size_t at = 0; at < plain.len; at += frame_bytes) {
		add_frame(x, plain.data + at, MIN(frame_bytes, plain.len - at));
		rb_round(&x->b.data);
	}
	buf_release(&plain);
	rb_finish(&x->b);
	x->t = (struct tally){
		.c = { .add_block = tally_block,
		       .another = tally_another,
		       .merge = tally_merge,
		       .free = tally_free },
		.made = &x->made,
		.merged = &x->merged,
	};
}

static void open_it(struct fixture *x)
{
	const struct filter_words all = { 0 };

	if (session_open(&x->s, rb_path(&x->b), &all, &x->err))
		fail_test("%s", x->err.text);
}

static void end(struct fixture *x)
{
	assert_int_equal(x->made, 0);
	session_close(&x->s);
	rb_release(&x->b);
}

static void skip_on_one_cpu(void)
{
	if (thread_cpus() > 1)
		return;
	print_message("SKIP: there is one CPU only\n");
	skip();
}

static void test_cuts_give_all_of_a_compressed_file(void **state)
{
	struct fixture x;

	(void)state;
	skip_on_one_cpu();
	begin(&x, IN_A_FRAME * BYTES);
	open_it(&x);
	assert_true(cuts_gain(&x.s, &x.t.c));
	assert_int_equal(cuts_run(&x.s, &x.t.c, &x.err), 1);
	assert_true(x.merged > 1);
	assert_int_equal(x.t.nr, RECORDS);
	assert_int_equal(x.t.sum, x.sum);
	assert_int_equal(x.s.nr_compressed[0], (RECORDS + IN_A_FRAME) / IN_A_FRAME);
	assert_int_equal(session_lost(&x.s, NULL), 5);
	end(&x);
}

static void test_cuts_leave_a_file_whose_records_lie_in_two_frames(void **state)
{
	struct fixture x;

	(void)state;
	skip_on_one_cpu();
	begin(&x, IN_A_FRAME * BYTES - 8);
	open_it(&x);
	assert_true(cuts_gain(&x.s, &x.t.c));
	assert_int_equal(cuts_run(&x.s, &x.t.c, &x.err), 0);
	assert_int_equal(x.t.nr, 0);
	assert_int_equal(session_lost(&x.s, NULL), 0);
	assert_int_equal(x.s.nr_compressed[0], 0);
	/* It is read in order then. */
	assert_int_equal(session_run(&x.s, 1, &x.t.c, &x.err), 0);
	assert_int_equal(x.t.nr, RECORDS);
	assert_int_equal(x.t.sum, x.sum);
	assert_int_equal(x.merged, 0);
	end(&x);
}

/* Where the compressed record @nr lies in the file. */
static uint64_t frame_at(const struct fixture *x, uint32_t nr)
{
	uint64_t off = load_u64(x->b.out.data + 40); /* of the data, says the header */

	for (;;) {
		struct perf_event_header h;

		memcpy(&h, x->b.out.data + off, sizeof(h));
		if (h.type == RECORD_COMPRESSED && !nr--)
			return off;
		off += h.size;
	}
}

/* As on one CPU: what came before the damage, and the same words about it. */
static void test_cuts_leave_a_damaged_file(void **state)
{
	struct fixture x, alone;
	cpu_set_t all, one;

	(void)state;
	skip_on_one_cpu();
	begin(&x, IN_A_FRAME * BYTES);
	rb_poke_u64(&x.b, frame_at(&x, 30) + 8, 0);
	rb_poke_u64(&x.b, frame_at(&x, 40) + 8, 0);
	alone = x;
	alone.t.made = &alone.made;
	alone.t.merged = &alone.merged;
	open_it(&x);
	assert_int_equal(session_run(&x.s, 1, &x.t.c, &x.err), -1);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	open_it(&alone);
	assert_int_equal(session_run(&alone.s, 1, &alone.t.c, &alone.err), -1);
	sched_setaffinity(0, sizeof(all), &all);
	assert_string_equal(strrchr(x.err.text, ':'), strrchr(alone.err.text, ':'));
	assert_non_null(strstr(x.err.text, "offset 0x"));
	assert_int_equal(x.t.nr, alone.t.nr);
	assert_in_range(x.t.nr, 1, RECORDS - 1);
	assert_int_equal(x.t.sum, alone.t.sum);
	assert_int_equal(x.s.nr_compressed[0], alone.s.nr_compressed[0]);
	assert_true(x.s.partial);
	assert_int_equal(x.merged, 0);
	session_close(&alone.s);
	end(&x);
}

static void test_cuts_end_with_the_failure_of_a_merge(void **state)
{
	struct fixture x;

	(void)state;
	skip_on_one_cpu();
	begin(&x, IN_A_FRAME * BYTES);
	x.t.fails = true;
	open_it(&x);
	assert_int_equal(session_run(&x.s, 1, &x.t.c, &x.err), -1);
	assert_string_equal(x.err.text, "no");
	assert_true(x.s.failed);
	end(&x);
}

static void test_cuts_gain_nothing_from_other_consumers_and_small_files(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x, IN_A_FRAME * BYTES);
	open_it(&x);
	x.t.c.merge = NULL;
	assert_false(cuts_gain(&x.s, &x.t.c));
	x.t.c.merge = tally_merge;
	x.s.file.data.size = 1000;
	assert_false(cuts_gain(&x.s, &x.t.c));
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts_give_all_of_a_compressed_file),
		cmocka_unit_test(test_cuts_leave_a_file_whose_records_lie_in_two_frames),
		cmocka_unit_test(test_cuts_leave_a_damaged_file),
		cmocka_unit_test(test_cuts_end_with_the_failure_of_a_merge),
		cmocka_unit_test(test_cuts_gain_nothing_from_other_consumers_and_small_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
