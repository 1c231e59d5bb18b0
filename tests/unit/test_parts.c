#include "tests/unit/unit.h"

#include "common/thread.h"
#include "report/parts.h"
#include "report/session.h"
#include "tests/unit/dirbuild.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define PARTS 7
#define EACH  4000 /* samples in a part; all are more than the bytes that are worth threads */

/* An aggregate: it counts, and knows how many there are of it. */
struct tally {
	struct consumer c;
	uint64_t samples, times; /* how many, sum of their times */
	uint32_t *made;		 /* by another(), not yet free */
	uint32_t merged;
	uint64_t fail_at;     /* a sample of this time fails; 0: none */
	bool refuses_to_meet; /* merge() fails */
	bool copy;	      /* made by another() */
	bool copies_stop;     /* they end all */
	bool *copy_fed;	      /* by __atomic: one of them was given something */
};

/* The thread of a copy may come late; without it nothing is tested. */
static void wait_for_copy(struct tally *t)
{
	for (int i = 0; i < 2000 && !__atomic_load_n(t->copy_fed, __ATOMIC_RELAXED); i++)
		usleep(1000);
}

static int tally_start(struct consumer *c, struct session *s, struct err *err)
{
	(void)err;
	assert_non_null(c);
	return s->file.nr_events ? 0 : -1;
}

static int tally_block(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	struct tally *t = (struct tally *)c;
	const struct perf_event_header *rec;

	if (t->copy)
		__atomic_store_n(t->copy_fed, true, __ATOMIC_RELAXED);
	else
		wait_for_copy(t);
	s->stop |= t->copy && t->copies_stop;
	while ((rec = block_next(b))) {
		uint64_t time;

		if (rec->type != PERF_RECORD_SAMPLE) {
			session_note(s, rec);
			continue;
		}
		time = record_time(&s->file.events[0].layout, rec);
		t->samples++;
		t->times += time;
		if (time == t->fail_at)
			return fail(err, ERR_SYS, "sample of %d", (int)time);
	}
	return 0;
}

static struct consumer *tally_another(const struct consumer *c, struct err *err)
{
	struct tally *t = malloc(sizeof(*t));

	(void)err;
	*t = *(const struct tally *)c;
	t->samples = t->times = 0;
	t->copy = true;
	++*t->made;
	return &t->c;
}

static int tally_merge(struct consumer *c, struct consumer *from, struct err *err)
{
	struct tally *t = (struct tally *)c;

	if (t->refuses_to_meet)
		return fail(err, ERR_SYS, "no");
	t->samples += ((struct tally *)from)->samples;
	t->times += ((struct tally *)from)->times;
	t->merged++;
	return 0;
}

static void tally_free(struct consumer *c)
{
	--*((struct tally *)c)->made;
	free(c);
}

struct run {
	struct db_dir d;
	struct buf parts[PARTS];
	struct filter_words filter;
	struct tally t;
	uint32_t made; /* that were not given back */
	bool copy_fed;
	bool no_files; /* none may be opened */
	struct session s;
	struct err err;
	int rc;
};

static void add_part(struct run *x, uint32_t nr)
{
	struct rb_file b = { 0 };

	rb_raw_syscalls(&b);
	rb_lost(&b.data, b.attrs, RB_ID_ENTER, 1 << nr, &(struct rb_values){ .id = RB_ID_ENTER });
	for (uint32_t i = 0; i < EACH; i++)
		rb_enter(&b,
			 &(struct rb_values){ .tid = nr, .cpu = nr % 2, .time = nr * EACH + i + 1 },
			 i);
	x->parts[nr] = b.data;
	b.data = (struct buf){ 0 };
	rb_release(&b);
}

static void begin(struct run *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->d.b);
	rb_round(&x->d.b.data);
	db_begin(&x->d, 1);
	for (uint32_t i = 0; i < PARTS; i++)
		add_part(x, i);
	x->t = (struct tally){
		.c = { .start = tally_start,
		       .add_block = tally_block,
		       .another = tally_another,
		       .merge = tally_merge,
		       .free = tally_free },
		.made = &x->made,
		.copy_fed = &x->copy_fed,
	};
}

static void write_parts(struct run *x)
{
	for (uint32_t i = 0; i < PARTS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "data.%u", i);
		db_write(&x->d, name, x->parts[i].data, x->parts[i].len);
	}
}

/* On as many CPUs as there are, or on one. */
static void run_on(struct run *x, bool one_cpu)
{
	struct rlimit files, few;
	cpu_set_t all, one;

	x->t.samples = x->t.times = x->t.merged = 0;
	x->err = (struct err){ 0 };
	if (session_open(&x->s, x->d.path, &x->filter, &x->err))
		fail_test("%s", x->err.text);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	if (one_cpu)
		assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	x->copy_fed = thread_cpus() == 1;
	getrlimit(RLIMIT_NOFILE, &files);
	few = (struct rlimit){ x->no_files ? 0 : files.rlim_cur, files.rlim_max };
	setrlimit(RLIMIT_NOFILE, &few);
	x->rc = session_run(&x->s, 1, &x->t.c, &x->err);
	setrlimit(RLIMIT_NOFILE, &files);
	sched_setaffinity(0, sizeof(all), &all);
	assert_int_equal(x->made, 0);
	if (!one_cpu && !x->s.failed)
		assert_int_equal(x->t.merged, thread_cpus() > PARTS ? PARTS
					      : thread_cpus() > 16  ? 15
								    : thread_cpus() - 1);
	if (one_cpu)
		assert_int_equal(x->t.merged, 0);
}

/* Runs both ways: the same comes out. Leaves the session open. */
static void run(struct run *x)
{
	struct run alone;

	write_parts(x);
	alone = *x;
	alone.t.made = &alone.made;
	alone.t.copy_fed = &alone.copy_fed;
	run_on(&alone, true);
	run_on(x, false);
	assert_int_equal(x->rc, alone.rc);
	assert_int_equal(x->s.failed, alone.s.failed);
	assert_int_equal(x->err.code, alone.err.code);
	assert_string_equal(x->err.text, alone.err.text);
	if (!x->s.failed) {
		assert_int_equal(x->t.samples, alone.t.samples);
		assert_int_equal(x->t.times, alone.t.times);
		assert_int_equal(x->s.bytes, alone.s.bytes);
		assert_int_equal(session_lost(&x->s, NULL), session_lost(&alone.s, NULL));
	}
	assert_int_equal(x->s.partial, alone.s.partial);
	assert_int_equal(x->s.cut_record, alone.s.cut_record);
	assert_int_equal(x->s.zeros, alone.s.zeros);
	session_close(&alone.s);
}

static void end(struct run *x)
{
	session_close(&x->s);
	for (uint32_t i = 0; i < PARTS; i++)
		buf_release(&x->parts[i]);
	db_end(&x->d);
}

static void test_parts_are_all_given_and_losses_added(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	run(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.t.samples, PARTS * EACH);
	assert_int_equal(session_lost(&x.s, NULL), (1 << PARTS) - 1);
	assert_false(x.s.partial);
	end(&x);
}

static void test_parts_are_filtered(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	x.filter.tids = "2-4";
	run(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.t.samples, 3 * EACH);
	end(&x);
}

/* In the order of the directory, whatever that is: not the largest, and not who was done first. */
static void test_parts_tell_the_damage_of_the_first_that_has_any(void **state)
{
	uint16_t impossible = 3;
	struct run x;

	(void)state;
	for (int rising = 0; rising < 2; rising++) {
		begin(&x);
		for (uint32_t i = 0; i < PARTS; i++)
			x.parts[i].len -= 4 + 112 * 10 * (rising ? PARTS - i : i);
		memcpy(x.parts[2].data + 6, &impossible, sizeof(impossible));
		run(&x);
		assert_int_equal(x.rc, -1);
		assert_false(x.s.failed);
		assert_true(x.s.partial);
		end(&x);
	}
}

static void test_parts_of_an_unfinished_recording_may_end_in_half_a_record_or_zeros(void **state)
{
	char zeros[64] = { 0 };
	struct run x;

	(void)state;
	begin(&x);
	for (uint32_t i = 0; i < PARTS; i++)
		x.parts[i].len -= 4;
	rb_poke_u64(&x.d.b, 48, 0); /* data.size */
	db_write(&x.d, "data", x.d.b.out.data,
		 load_u64(x.d.b.out.data + 40) + x.d.b.data.len); /* data.offset */
	run(&x);
	assert_int_equal(x.rc, 0);
	assert_true(x.s.cut_record);
	session_close(&x.s);
	for (uint32_t i = 0; i < PARTS; i++) {
		x.parts[i].len += 4;
		buf_add(&x.parts[i], zeros, sizeof(zeros));
	}
	run(&x);
	assert_int_equal(x.rc, 0);
	assert_false(x.s.cut_record);
	assert_int_equal(x.s.zeros, sizeof(zeros));
	end(&x);
}

static void test_parts_end_with_the_error_of_the_consumer(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	x.t.fail_at = 2 * EACH + 77;
	run(&x);
	assert_int_equal(x.rc, -1);
	assert_true(x.s.failed);
	assert_string_equal(x.err.text, "sample of 8077");
	end(&x);
}

static void test_parts_of_which_none_can_be_opened_make_no_report(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	x.no_files = true;
	run(&x);
	assert_int_equal(x.rc, -1);
	assert_true(x.s.failed);
	assert_contains(x.err.text, "/data: cannot open: ");
	end(&x);
}

static void test_parts_end_with_the_error_of_a_merge(void **state)
{
	struct run x;

	(void)state;
	if (thread_cpus() < 2)
		skip();
	begin(&x);
	write_parts(&x);
	x.t.refuses_to_meet = true;
	run_on(&x, false);
	assert_int_equal(x.rc, -1);
	assert_true(x.s.failed);
	assert_string_equal(x.err.text, "no");
	end(&x);
}

static void test_parts_end_when_told_to(void **state)
{
	struct run x;

	(void)state;
	if (thread_cpus() < 2)
		skip();
	begin(&x);
	x.t.copies_stop = true;
	write_parts(&x);
	run_on(&x, false);
	assert_int_equal(x.rc, 0);
	assert_true(x.s.stop);
	assert_true(x.s.partial);
	end(&x);
}

static void test_parts_that_are_few_bytes_need_no_threads(void **state)
{
	struct run x;

	(void)state;
	begin(&x);
	x.parts[0].len = 100 * 112;
	db_write(&x.d, "data.0", x.parts[0].data, x.parts[0].len);
	assert_int_equal(session_open(&x.s, x.d.path, &x.filter, &x.err), 0);
	assert_false(parts_gain(&x.s, &x.t.c));
	session_close(&x.s);
	write_parts(&x);
	assert_int_equal(session_open(&x.s, x.d.path, &x.filter, &x.err), 0);
	assert_int_equal(parts_gain(&x.s, &x.t.c), thread_cpus() > 1);
	x.t.c.merge = NULL;
	assert_false(parts_gain(&x.s, &x.t.c));
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_are_all_given_and_losses_added),
		cmocka_unit_test(test_parts_are_filtered),
		cmocka_unit_test(test_parts_tell_the_damage_of_the_first_that_has_any),
		cmocka_unit_test(
			test_parts_of_an_unfinished_recording_may_end_in_half_a_record_or_zeros),
		cmocka_unit_test(test_parts_end_with_the_error_of_the_consumer),
		cmocka_unit_test(test_parts_of_which_none_can_be_opened_make_no_report),
		cmocka_unit_test(test_parts_end_with_the_error_of_a_merge),
		cmocka_unit_test(test_parts_end_when_told_to),
		cmocka_unit_test(test_parts_that_are_few_bytes_need_no_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
