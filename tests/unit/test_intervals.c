/* What happened in which interval, and when that is known to be whole. */
#include "tests/unit/unit.h"

#include "report/intervals.h"

#include <inttypes.h>
#include <stdio.h>

struct fixture {
	struct intervals v;
	char said[4096]; /* "START-END=COUNT " of each interval that was given; - for nothing */
	size_t len;
	int released;
	struct err err;
};

static struct fixture x;

static int give(void *arg, const struct interval *i, struct err *err)
{
	struct fixture *f = arg;
	const uint64_t *count = i->data;

	(void)err;
	f->len += snprintf(f->said + f->len, sizeof(f->said) - f->len, "%" PRIu64 "-%" PRIu64 "=",
			   i->start_ns, i->end_ns);
	if (count)
		f->len += snprintf(f->said + f->len, sizeof(f->said) - f->len, "%" PRIu64 " ",
				   *count);
	else
		f->len += snprintf(f->said + f->len, sizeof(f->said) - f->len, "- ");
	return 0;
}

static void release(void *data)
{
	(void)data;
	x.released++;
}

static int set_up(void **state)
{
	(void)state;
	x = (struct fixture){
		.v = { .ns = 100,
		       .size = sizeof(uint64_t),
		       .release = release,
		       .give = give,
		       .arg = &x },
	};
	return 0;
}

static void add(uint64_t time)
{
	uint64_t *count = intervals_at(&x.v, time, &x.err);

	assert_non_null(count);
	++*count;
}

static void settle(uint64_t ns)
{
	assert_int_equal(intervals_settle(&x.v, ns, &x.err), 0);
}

static void end(void)
{
	assert_int_equal(intervals_end(&x.v, &x.err), 0);
	assert_int_equal(x.v.open.nr, 0);
}

static void test_intervals_come_in_order_however_they_are_filled(void **state)
{
	(void)state;
	add(510);
	add(330);
	add(590);
	add(420);
	add(350);
	end();
	assert_string_equal(x.said, "330-400=2 400-500=1 500-590=2 ");
	assert_int_equal(x.released, 3);
}

static void test_intervals_come_when_nothing_older_can(void **state)
{
	(void)state;
	add(110);
	add(210);
	settle(150);
	assert_string_equal(x.said, "");
	settle(200);
	assert_string_equal(x.said, "110-200=1 ");
	add(320);
	settle(330);
	assert_string_equal(x.said, "110-200=1 200-300=1 ");
	end();
	assert_string_equal(x.said, "110-200=1 200-300=1 300-320=1 ");
}

static void test_intervals_without_anything_are_given_too(void **state)
{
	(void)state;
	add(110);
	add(410);
	settle(400);
	assert_string_equal(x.said, "110-200=1 200-300=- 300-400=- ");
	end();
}

/* The recording may end there. */
static void test_intervals_behind_the_last_are_not_given(void **state)
{
	(void)state;
	add(110);
	settle(1000);
	end();
	assert_string_equal(x.said, "110-200=1 ");
}

static void test_intervals_many_without_anything_are_one(void **state)
{
	(void)state;
	add(50);
	add(UINT64_MAX / 2);
	end();
	assert_true(x.len < 200);
	assert_contains(x.said, "50-100=1 100-9223372036854775800=- ");
}

static void test_intervals_count_what_comes_late_in_the_oldest(void **state)
{
	(void)state;
	add(110);
	add(250);
	settle(200);
	add(120);
	end();
	assert_string_equal(x.said, "110-200=1 200-250=2 ");
}

static void test_intervals_of_the_next_file_begin_anew(void **state)
{
	(void)state;
	add(900);
	end();
	add(110);
	end();
	assert_string_equal(x.said, "900-900=1 110-110=1 ");
}

static void test_intervals_are_so_many_at_most(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < INTERVALS_MAX; i++)
		assert_non_null(intervals_at(&x.v, 100 * i, &x.err));
	assert_null(intervals_at(&x.v, 100ULL * INTERVALS_MAX, &x.err));
	assert_contains(x.err.text, "try longer ones: -I");
	intervals_release(&x.v);
	assert_int_equal(x.released, INTERVALS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_intervals_come_in_order_however_they_are_filled,
				       set_up),
		cmocka_unit_test_setup(test_intervals_come_when_nothing_older_can, set_up),
		cmocka_unit_test_setup(test_intervals_without_anything_are_given_too, set_up),
		cmocka_unit_test_setup(test_intervals_behind_the_last_are_not_given, set_up),
		cmocka_unit_test_setup(test_intervals_many_without_anything_are_one, set_up),
		cmocka_unit_test_setup(test_intervals_count_what_comes_late_in_the_oldest, set_up),
		cmocka_unit_test_setup(test_intervals_of_the_next_file_begin_anew, set_up),
		cmocka_unit_test_setup(test_intervals_are_so_many_at_most, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
