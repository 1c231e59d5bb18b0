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

struct record {
	struct perf_event_header header;
	uint64_t number, words[2];
};

static int see(void *arg, const struct ordered_sample *os, struct err *err)
{
	struct seen *seen = arg;
	const struct record *rec = (const void *)os->rec;
	char comm[32];

	snprintf(comm, sizeof(comm), "task%d", (int)(seen->nr % 100));
	if (rec->number != seen->nr || os->sample.tid != (uint32_t)seen->nr ||
	    os->sample.raw != (os->event ? &rec->words[0] : NULL) ||
	    os->sample.callchain != (os->event ? &rec->words[1] : NULL) ||
	    strcmp(os->comm ? os->comm : comm, comm) || rec->words[0] != ~seen->nr)
		seen->wrong = true;
	if (seen->sleep_us)
		usleep(seen->sleep_us);
	if (seen->nr++ == seen->fail_at)
		return fail(err, ERR_IO, "no room");
	return 0;
}

/* The copies are all that is left of these when they are looked at. */
static int push(struct batches *b, uint64_t number, struct err *err)
{
	static const struct event event;
	struct record rec = { .header = { .type = 9, .size = sizeof(rec) },
			      .number = number,
			      .words = { ~number } };
	struct ordered_sample os = { .rec = &rec.header, .sample.tid = number };
	char comm[32];
	int rc;

	snprintf(comm, sizeof(comm), "task%d", (int)(number % 100));
	if (number % 10) { /* else: a record that is no sample */
		os.event = &event;
		os.comm = comm;
		os.sample.raw = &rec.words[0];
		os.sample.callchain = &rec.words[1];
	}
	rc = batches_push(b, &os, err);
	memset(&rec, 0xff, sizeof(rec));
	memset(comm, 'x', sizeof(comm) - 1);
	return rc;
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
