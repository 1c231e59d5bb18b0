#include "tests/unit/unit.h"

#include "common/order.h"
#include "tests/unit/recbuild.h"

#include <stdbool.h>

/* What came out: tags in the order in which they were given. */
struct taken {
	uint32_t tags[20000];
	uint64_t times[20000];
	uint32_t nr;
};

/* A record of @size bytes that carries its tag. */
static void make_record(void *out, uint16_t size, uint32_t tag)
{
	struct perf_event_header header = { .type = PERF_RECORD_SAMPLE, .size = size };

	memset(out, tag & 0xff, size);
	memcpy(out, &header, sizeof(header));
	if (size >= 16)
		memcpy((char *)out + 8, &tag, sizeof(tag));
}

static struct taken taken;

/* Where a record lies in the file that there is not. */
static uint64_t off_of(uint32_t tag)
{
	return 0x123456789abc0000 + tag;
}

/* Takes out all that is ready. */
static void drain(struct order *o)
{
	const struct order_entry *e;
	uint64_t copy[8192];

	while ((e = order_ready(o))) {
		make_record(copy, e->rec->size, e->tag);
		assert_int_equal((uintptr_t)e->rec % 8, 0);
		assert_memory_equal(e->rec, copy, e->rec->size); /* it is the record of that tag */
		assert_int_equal(e->off, off_of(e->tag));
		taken.tags[taken.nr] = e->tag;
		taken.times[taken.nr++] = e->time;
		order_take(o);
	}
}

static void push(struct order *o, uint64_t time, uint16_t size, uint32_t tag)
{
	static uint64_t rec[8192]; /* one buffer for all: push() has to copy */
	struct order_entry e = { .time = time, .rec = (void *)rec, .off = off_of(tag), .tag = tag };
	struct err err = { 0 };

	make_record(rec, size, tag);
	while (order_make_room(o, size))
		drain(o);
	assert_int_equal(order_push(o, &e, &err), 0);
}

static void end_round(struct order *o)
{
	order_round(o);
	drain(o);
}

static void flush(struct order *o)
{
	order_end(o);
	drain(o);
}

static void assert_tags(const struct taken *t, const uint32_t *tags, uint32_t nr)
{
	assert_int_equal(t->nr, nr);
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(t->tags[i], tags[i]);
}

#define assert_taken(t, ...) \
	assert_tags(t, (uint32_t[]){ __VA_ARGS__ }, ARRAY_LEN(((uint32_t[]){ __VA_ARGS__ })))

static void begin(struct order *o)
{
	memset(&taken, 0, sizeof(taken));
	order_init(o);
}

static void test_order_gives_everything_in_time_order_at_the_end(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	push(&o, 30, 16, 1);
	push(&o, 10, 24, 2);
	push(&o, 20, 32, 3);
	assert_int_equal(taken.nr, 0);
	flush(&o);
	assert_taken(&taken, 2, 3, 1);
	assert_int_equal(o.nr_late, 0);
	order_release(&o);
}

static void test_order_keeps_file_order_for_equal_times(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	for (uint32_t tag = 0; tag < 3000; tag++)
		push(&o, 100 - tag % 3, 16, tag);
	flush(&o);
	assert_int_equal(taken.nr, 3000);
	for (uint32_t i = 1; i < 3000; i++) {
		assert_true(taken.times[i - 1] <= taken.times[i]);
		if (taken.times[i - 1] == taken.times[i])
			assert_true(taken.tags[i - 1] < taken.tags[i]);
	}
	order_release(&o);
}

static void test_order_gives_at_a_round_what_the_round_before_had_seen(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	push(&o, 10, 16, 1);
	push(&o, 20, 16, 2);
	end_round(&o); /* the first one gives nothing */
	assert_int_equal(taken.nr, 0);
	push(&o, 15, 16, 3);
	push(&o, 30, 16, 4);
	end_round(&o);
	assert_taken(&taken, 1, 3, 2);
	push(&o, 40, 16, 5);
	end_round(&o);
	assert_taken(&taken, 1, 3, 2, 4);
	flush(&o);
	assert_taken(&taken, 1, 3, 2, 4, 5);
	assert_int_equal(o.nr_late, 0);
	order_release(&o);
}

static void test_order_gives_late_records_and_counts_them(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	push(&o, 10, 16, 1);
	push(&o, 20, 16, 2);
	end_round(&o);
	end_round(&o);
	assert_taken(&taken, 1, 2);
	push(&o, 20, 16, 3); /* equal is not late */
	push(&o, 19, 16, 4);
	push(&o, 5, 16, 5);
	push(&o, 30, 16, 6);
	flush(&o);
	assert_taken(&taken, 1, 2, 5, 4, 3, 6);
	assert_int_equal(o.nr_late, 2);
	order_release(&o);
}

static void test_order_takes_rounds_without_records(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	for (int i = 0; i < 1000; i++)
		end_round(&o);
	flush(&o);
	push(&o, 1, 16, 1);
	end_round(&o);
	end_round(&o);
	end_round(&o);
	assert_taken(&taken, 1);
	flush(&o);
	assert_taken(&taken, 1);
	order_release(&o);
}

static void test_order_takes_the_smallest_and_the_largest_time(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	push(&o, UINT64_MAX, 16, 1);
	push(&o, 0, 16, 2);
	push(&o, UINT64_MAX - 1, 16, 3);
	push(&o, 1ULL << 63, 16, 4);
	end_round(&o);
	flush(&o);
	assert_taken(&taken, 2, 4, 3, 1);
	order_release(&o);
}

/* ---- perf's algorithm, as simple as can be: an array, kept sorted by insertion ---- */

struct model_entry {
	uint64_t time;
	uint32_t tag;
};

struct model {
	struct model_entry queue[20000];
	uint32_t nr;
	uint64_t max_time, next_flush, last_flush;
	uint32_t tags[20000];
	uint32_t nr_given, nr_late;
};

static void model_push(struct model *m, uint64_t time, uint32_t tag)
{
	uint32_t at = m->nr;

	if (time < m->last_flush)
		m->nr_late++;
	while (at && m->queue[at - 1].time > time)
		at--;
	if (at == m->nr)
		m->max_time = time;
	memmove(m->queue + at + 1, m->queue + at, (m->nr - at) * sizeof(m->queue[0]));
	m->queue[at] = (struct model_entry){ time, tag };
	m->nr++;
}

static void model_give(struct model *m, uint64_t limit)
{
	uint32_t nr = 0;

	for (; nr < m->nr && m->queue[nr].time <= limit; nr++) {
		m->tags[m->nr_given++] = m->queue[nr].tag;
		m->last_flush = m->queue[nr].time;
	}
	memmove(m->queue, m->queue + nr, (m->nr - nr) * sizeof(m->queue[0]));
	m->nr -= nr;
}

static void model_round(struct model *m)
{
	if (!m->nr)
		return;
	model_give(m, m->next_flush);
	m->next_flush = m->max_time;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void assert_model(const struct model *m, const struct order *o)
{
	assert_tags(&taken, m->tags, m->nr_given);
	assert_int_equal(o->nr_late, m->nr_late);
	assert_int_equal(order_count(o), m->nr);
}

/* Records of random times in a window that moves on by @step; a round now and then. */
static void test_order_agrees_with_perf_on_random_times(void **state)
{
	static const uint64_t windows[] = { 1, 10, 1000, 1ULL << 40 };
	static struct model m;

	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		uint64_t random = seed * 0x9e3779b97f4a7c15, now = 0;
		uint64_t window = windows[seed % ARRAY_LEN(windows)];
		struct order o;

		begin(&o);
		memset(&m, 0, sizeof(m));
		for (uint32_t tag = 0; tag < 3000; tag++) {
			uint64_t time = now + next_random(&random) % window;

			push(&o, time, 16 + next_random(&random) % 16 * 8, tag);
			model_push(&m, time, tag);
			now += next_random(&random) % (1 + window / 50);
			while (next_random(&random) % (seed * 10) == 0) {
				end_round(&o);
				model_round(&m);
				assert_model(&m, &o);
			}
		}
		flush(&o);
		model_give(&m, UINT64_MAX);
		assert_model(&m, &o);
		order_release(&o);
	}
}

/* Rings that are each sorted, drained one after the other, as a recorder does. */
static void test_order_sorts_rings_completely(void **state)
{
	struct order o;
	uint32_t tag = 0;

	(void)state;
	begin(&o);
	for (uint64_t round = 0; round < 50; round++) {
		for (uint64_t ring = 0; ring < 4; ring++)
			for (uint64_t i = 0; i < 100; i++)
				push(&o, (round * 100 + i) * 10 + ring, 112, tag++);
		end_round(&o);
		assert_true(order_count(&o) <= 800); /* never more than two rounds */
	}
	flush(&o);
	assert_int_equal(taken.nr, tag);
	assert_int_equal(o.nr_late, 0);
	for (uint32_t i = 1; i < taken.nr; i++)
		assert_true(taken.times[i - 1] < taken.times[i]);
	order_release(&o);
}

static void test_order_takes_records_of_all_sizes(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	for (uint32_t tag = 0; tag < 300; tag++)
		push(&o, 1000 - tag, tag % 3 ? 65528 : 8 + 8 * tag, tag);
	flush(&o);
	assert_int_equal(taken.nr, 300);
	assert_int_equal(taken.tags[0], 299);
	assert_int_equal(order_count(&o), 0);
	order_release(&o);
}

static void test_order_gives_the_older_half_when_it_holds_too_much(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	o.bytes_max = 8 << 20;
	for (uint32_t tag = 0; tag < 10000; tag++) {
		push(&o, tag ^ 1, 8192, tag);
		assert_true(order_count(&o) <= o.bytes_max / 8192);
	}
	assert_in_range(taken.nr, 10000 - o.bytes_max / 8192, 9999);
	flush(&o);
	assert_int_equal(taken.nr, 10000);
	assert_int_equal(o.nr_late, 0);
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(taken.tags[i], i ^ 1);
	order_release(&o);
}

/* Each chunk has a record that stays: half of the others makes hardly any room. */
static void test_order_gives_all_when_the_older_half_was_not_enough(void **state)
{
	struct order o;
	uint32_t nr = 0;

	(void)state;
	begin(&o);
	order_limit(&o, 4 << 20);
	while (!order_make_room(&o, 8192)) {
		push(&o, UINT64_MAX - 1, 16, 1);
		for (int i = 0; i < 10; i++)
			push(&o, nr++, 8192, 0);
	}
	assert_in_range(order_count(&o), 300, 600);
	nr = order_count(&o);
	drain(&o);
	assert_int_equal(order_count(&o), nr / 2);
	assert_true(order_make_room(&o, 8192));
	drain(&o);
	assert_int_equal(order_count(&o), 0);
	assert_false(order_make_room(&o, 8192));
	order_release(&o);
}

static void test_order_takes_a_record_larger_than_it_may_hold(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	o.bytes_max = 100;
	push(&o, 3, 1024, 1);
	push(&o, 2, 1024, 2);
	push(&o, 1, 16, 3);
	flush(&o);
	assert_int_equal(taken.nr, 3);
	order_release(&o);
}

static void test_order_uses_the_same_memory_again_round_after_round(void **state)
{
	struct order o;
	uint32_t nr_chunks = 0;

	(void)state;
	begin(&o);
	for (uint32_t round = 0; round < 200; round++) {
		for (uint32_t i = 0; i < 600; i++)
			push(&o, round * 1000 + i, 8192, i);
		end_round(&o);
		taken.nr = 0;
		if (round == 5)
			nr_chunks = o.nr_chunks;
	}
	assert_in_range(o.nr_chunks, 1, nr_chunks);
	order_release(&o);
}

static void test_order_memory_is_bounded_when_few_records_stay_for_ever(void **state)
{
	struct order o;

	(void)state;
	begin(&o);
	o.bytes_max = 4 << 20;
	for (uint32_t mb = 0; mb < 200; mb++) {
		push(&o, UINT64_MAX - mb, 16, 1); /* nothing is ever older than these */
		for (uint32_t i = 0; i < 1024; i++)
			push(&o, mb * 1024 + i, 1024, i);
		taken.nr = 0;
	}
	/* 200 MB went through; 4 MB may be held, and what it takes to hold them */
	assert_in_range(o.nr_chunks, 1, 20);
	order_release(&o);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_gives_everything_in_time_order_at_the_end),
		cmocka_unit_test(test_order_keeps_file_order_for_equal_times),
		cmocka_unit_test(test_order_gives_at_a_round_what_the_round_before_had_seen),
		cmocka_unit_test(test_order_gives_late_records_and_counts_them),
		cmocka_unit_test(test_order_takes_rounds_without_records),
		cmocka_unit_test(test_order_takes_the_smallest_and_the_largest_time),
		cmocka_unit_test(test_order_agrees_with_perf_on_random_times),
		cmocka_unit_test(test_order_sorts_rings_completely),
		cmocka_unit_test(test_order_takes_records_of_all_sizes),
		cmocka_unit_test(test_order_gives_the_older_half_when_it_holds_too_much),
		cmocka_unit_test(test_order_gives_all_when_the_older_half_was_not_enough),
		cmocka_unit_test(test_order_takes_a_record_larger_than_it_may_hold),
		cmocka_unit_test(test_order_uses_the_same_memory_again_round_after_round),
		cmocka_unit_test(test_order_memory_is_bounded_when_few_records_stay_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
