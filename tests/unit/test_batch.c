#include "tests/unit/unit.h"

#include "report/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NR 100000

/* What the thread has seen. */
struct seen {
	uint64_t nr, fail_at;
	bool wrong;
	unsigned sleep_us;
};

/* A sample of the event below. */
struct record {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t number; /* as its address */
	uint64_t nr_callchain, callchain[1];
	uint32_t raw_size;
	char raw[4];
};

static struct event event = {
	.attr.sample_type =
		PERF_SAMPLE_TID | PERF_SAMPLE_ADDR | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW,
};

static char comms[100][8];

static bool is_sample(uint64_t number)
{
	return number % 10;
}

/* Is @os the sample @number, and all of its own copy? */
static bool is_right(const struct ordered_sample *os, const struct record *rec, uint64_t number)
{
	const struct sample *s = &os->sample;

	return os->event == &event && s->addr == number && s->tid == (uint32_t)number &&
	       os->comm == comms[number % 100] && os->comm_id == number % 100 &&
	       s->callchain == rec->callchain && s->nr_callchain == 1 &&
	       rec->callchain[0] == ~number && s->raw == rec->raw && s->raw_size == 4;
}

static int see(void *arg, const struct ordered_sample *os, struct err *err)
{
	struct seen *seen = arg;
	const struct record *rec = (const void *)os->rec;

	if (rec->number != seen->nr || rec->header.size != sizeof(*rec) ||
	    (is_sample(seen->nr) ? !is_right(os, rec, seen->nr) : os->event != NULL))
		seen->wrong = true;
	if (seen->sleep_us)
		usleep(seen->sleep_us);
	if (seen->nr++ == seen->fail_at)
		return fail(err, ERR_IO, "no room");
	return 0;
}

/* The copy is all that is left of the record when it is looked at. */
static int push(struct batches *b, uint64_t number, struct err *err)
{
	struct record rec = { .header = { .type = PERF_RECORD_SAMPLE, .size = sizeof(rec) },
			      .tid = number,
			      .number = number,
			      .nr_callchain = 1,
			      .callchain = { ~number },
			      .raw_size = 4 };
	struct ordered_sample os = { .rec = &rec.header };
	int rc;

	if (is_sample(number)) {
		os.event = &event;
		os.comm_id = number % 100;
		os.comm = comms[os.comm_id];
	}
	rc = batches_push(b, &os, err);
	memset(&rec, 0xff, sizeof(rec));
	return rc;
}

static int set_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(comms); i++)
		snprintf(comms[i], sizeof(comms[i]), "task%u", i);
	sample_layout_init(&event.layout, &event.attr);
	return 0;
}

static void test_batch_gives_everything_in_its_order(void **state)
{
	struct seen seen = { .fail_at = UINT64_MAX };
	struct batches *b = batches_new(see, &seen);
	struct err err = { 0 };

	(void)state;
	assert_non_null(b);
	for (uint64_t i = 0; i < NR; i++)
		assert_int_equal(push(b, i, &err), 0);
	assert_int_equal(batches_end(b, &err), 0);
	assert_int_equal(seen.nr, NR);
	assert_false(seen.wrong);
	batches_free(b);
}

static void test_batch_tells_of_a_failure_and_gives_nothing_after_it(void **state)
{
	struct seen seen = { .fail_at = NR / 2 };
	struct batches *b = batches_new(see, &seen);
	struct err err = { 0 };
	int rc = 0;

	(void)state;
	for (uint64_t i = 0; i < NR && !rc; i++)
		rc = push(b, i, &err);
	if (!rc)
		rc = batches_end(b, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.text, "no room");
	assert_int_equal(batches_end(b, &err), -1);
	assert_int_equal(seen.nr, NR / 2 + 1);
	batches_free(b);
}

static void test_batch_tells_of_a_failure_at_the_end(void **state)
{
	struct seen seen = { .fail_at = 5 };
	struct batches *b = batches_new(see, &seen);
	struct err err = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 7; i++)
		assert_int_equal(push(b, i, &err), 0);
	assert_int_equal(batches_end(b, &err), -1);
	assert_string_equal(err.text, "no room");
	batches_free(b);
}

static void test_batch_can_be_freed_at_any_time(void **state)
{
	struct seen seen = { .fail_at = UINT64_MAX };
	struct err err = { 0 };
	struct batches *b;

	(void)state;
	batches_free(NULL);
	batches_free(batches_new(see, &seen));
	b = batches_new(see, &seen);
	push(b, 0, &err);
	batches_free(b); /* what was not handed over is forgotten */
	seen.nr = 0;
	seen.sleep_us = 1;
	b = batches_new(see, &seen);
	for (uint64_t i = 0; i < 10000; i++)
		push(b, i, &err);
	batches_free(b);
	assert_false(seen.wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch_gives_everything_in_its_order),
		cmocka_unit_test(test_batch_tells_of_a_failure_and_gives_nothing_after_it),
		cmocka_unit_test(test_batch_tells_of_a_failure_at_the_end),
		cmocka_unit_test(test_batch_can_be_freed_at_any_time),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
