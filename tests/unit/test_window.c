/* Runs of items, as they are added in chunks: what is given of them, and when. */
#include "tests/unit/unit.h"

#include "report/slots.h"
#include "report/window.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	struct window w;
	struct chunk *chunk; /* that is being filled */
	struct run run;
	struct span spans[4]; /* by slot in it */
	size_t nr_spans;
	char said[1024]; /* what was given: "KIND SLOT TIME" of each */
	size_t len;
};

static struct fixture x;

static int take(void *arg, const struct happening *h, const uint64_t *args, struct err *err)
{
	static const char *const kinds[] = { "enters", "leaves", "called" };

	(void)arg, (void)err;
	x.len += snprintf(x.said + x.len, sizeof(x.said) - x.len, "%s %" PRIu32 " %" PRIu64,
			  kinds[h->kind], h->slot, h->time);
	if (args)
		x.len +=
			snprintf(x.said + x.len, sizeof(x.said) - x.len, " (%" PRIu64 ")", args[0]);
	x.len += snprintf(x.said + x.len, sizeof(x.said) - x.len, "; ");
	return 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&x, 0, sizeof(x));
	x.w.take = take;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	window_release(&x.w);
	return 0;
}

static void begin(void)
{
	x.chunk = window_chunk(&x.w);
	assert_non_null(x.chunk);
	if (!x.chunk->room) {
		x.chunk->room = 4096;
		x.chunk->items = malloc(x.chunk->room);
		x.chunk->slots = calloc(ARRAY_LEN(x.spans), sizeof(*x.chunk->slots));
	}
	x.run = (struct run){ .chunk = x.chunk, .first_ns = UINT64_MAX };
	x.nr_spans = 0;
}

/* What items of the chunk have as their slot from now on means @slot. */
static void is_of(uint32_t slot)
{
	x.chunk->slots[x.chunk->nr_slots] = slot;
	x.spans[x.nr_spans++] = (struct span){
		.slot = x.chunk->nr_slots++,
		.first_ns = UINT64_MAX,
	};
}

/* @start 0: no call, but an enter. */
static void add(uint64_t start, uint64_t time)
{
	struct span *s = &x.spans[x.nr_spans - 1];
	struct happening *h = (struct happening *)(x.chunk->items + x.chunk->used);
	const uint64_t began = start ? start : time;

	*h = (struct happening){
		.kind = start ? TASK_CALLED : TASK_ENTERS,
		.slot = s->slot,
		.start_ns = start,
		.time = time,
	};
	if (x.w.with_args)
		*(uint64_t *)(h + 1) = time * 10;
	x.chunk->used += happening_size(h, x.w.with_args);
	s->unsorted |= began < s->newest_ns;
	s->first_ns = MIN(s->first_ns, began);
	s->newest_ns = MAX(s->newest_ns, time);
	x.run.to = x.chunk->used;
	x.run.nr++;
	x.run.first_ns = MIN(x.run.first_ns, began);
	x.run.newest_ns = MAX(x.run.newest_ns, time);
}

static void end(void)
{
	struct err err;

	assert_int_equal(window_add_run(&x.w, &x.run, x.spans, x.nr_spans, &err), 0);
	window_done(&x.w, x.chunk);
}

static void round_ends(void)
{
	struct err err;

	assert_int_equal(window_round(&x.w, &err), 0);
}

static void file_ends(void)
{
	struct err err;

	assert_int_equal(window_end(&x.w, &err), 0);
}

static void assert_said(const char *wanted)
{
	assert_string_equal(x.said, wanted);
	x.len = 0;
	x.said[0] = '\0';
}

static void test_window_gives_runs_with_the_slots_that_they_mean(void **state)
{
	(void)state;
	x.w.with_args = true;
	begin();
	is_of(7);
	add(0, 10);
	is_of(NO_SLOT); /* one that there is no room for */
	add(0, 11);
	is_of(3);
	add(12, 13);
	end();
	assert_said("");
	file_ends();
	assert_said("enters 7 10 (100); called 3 13 (130); ");
}

static void test_window_keeps_runs_that_are_later_than_the_round(void **state)
{
	(void)state;
	begin();
	is_of(1);
	add(10, 20);
	end();
	round_ends();
	assert_said("");
	begin();
	is_of(1);
	add(30, 40);
	end();
	round_ends(); /* all up to 20 is there */
	assert_said("called 1 20; ");
	begin();
	is_of(1);
	add(50, 60);
	end();
	round_ends();
	assert_said("called 1 40; ");
	file_ends();
	assert_said("called 1 60; ");
}

/* Of a run that the limit lies in, what is not later is due at once, as is the enter of a call that ends later. */
static void test_window_divides_a_run_at_the_limit(void **state)
{
	(void)state;
	x.w.with_args = true;
	begin();
	is_of(1);
	add(10, 20);
	end();
	round_ends();
	begin();
	is_of(1);
	add(20, 20);
	is_of(2);
	add(15, 25);
	is_of(3);
	add(21, 30);
	end();
	round_ends();
	assert_said("called 1 20 (200); called 1 20 (200); enters 2 15 (250); ");
	file_ends();
	assert_said("leaves 2 25; called 3 30 (300); ");
}

/* The first ring has the end of what the task did, the second one its beginning. */
static void test_window_sorts_a_task_that_is_in_two_runs(void **state)
{
	(void)state;
	begin();
	is_of(1);
	add(30, 40);
	is_of(2);
	add(31, 32);
	end();
	begin();
	is_of(1);
	add(10, 20);
	end();
	file_ends();
	assert_said("enters 1 10; leaves 1 20; enters 1 30; leaves 1 40; called 2 32; ");
}

static void test_window_counts_what_of_a_run_comes_too_late(void **state)
{
	(void)state;
	begin();
	is_of(1);
	add(100, 110);
	end();
	round_ends();
	round_ends(); /* all up to 110 was given */
	begin();
	is_of(2);
	add(50, 60);
	add(105, 120);
	add(130, 140);
	end();
	assert_int_equal(x.w.nr_late, 2);
}

/* Memory is used again: only as much of it is there as waits at once. */
static void test_window_uses_chunks_again(void **state)
{
	size_t nr = 0;

	(void)state;
	for (uint64_t i = 1; i < 1000; i++) {
		begin();
		is_of(1);
		add(10 * i, 10 * i + 5);
		end();
		round_ends();
		x.len = 0;
	}
	for (const struct chunk *c = x.w.all; c; c = c->next)
		nr++;
	assert_in_range(nr, 1, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_window_gives_runs_with_the_slots_that_they_mean, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_window_keeps_runs_that_are_later_than_the_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_window_divides_a_run_at_the_limit, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_window_sorts_a_task_that_is_in_two_runs, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_window_counts_what_of_a_run_comes_too_late,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_window_uses_chunks_again, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
