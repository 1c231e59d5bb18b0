/* Of many calls, those that took longest. */
#include "tests/unit/unit.h"

#include "report/slowest.h"

static struct pair_task tasks[] = { { .pid = 10, .tid = 10, .comm = 3 } };
static const struct callreport report = {
	.stream.pairs = { .tasks = tasks, .nr_tasks = 1 },
};

static void add(struct slowest *s, uint64_t start, uint64_t ns)
{
	const uint64_t args[CALL_ARGS] = { start };
	struct call call = { .start_ns = start, .end_ns = start + ns, .args = args };
	struct err err;

	assert_int_equal(slowest_add(s, &call, &report, ns, &err), 0);
}

static void begin(struct slowest *s, uint32_t max)
{
	struct err err;

	assert_int_equal(slowest_init(s, max, &err), 0);
}

/* 0 to 999, in an order without order. */
static void test_slowest_keeps_the_longest_in_order(void **state)
{
	struct kept_call **list;
	struct slowest s;

	(void)state;
	begin(&s, 10);
	for (uint64_t i = 0; i < 1000; i++)
		add(&s, i, i * 617 % 1000);
	list = slowest_sort(&s);
	assert_int_equal(s.nr, 10);
	assert_int_equal(s.nr_seen, 1000);
	for (uint64_t i = 0; i < 10; i++) {
		assert_int_equal(list[i]->ns, 999 - i);
		assert_int_equal(list[i]->call.start_ns * 617 % 1000, 999 - i);
		assert_int_equal(list[i]->args[0], list[i]->call.start_ns);
		assert_ptr_equal(list[i]->call.args, list[i]->args);
		assert_int_equal(list[i]->comm, 3);
	}
	slowest_release(&s);
}

static void test_slowest_keeps_all_when_there_are_few(void **state)
{
	struct kept_call **list;
	struct slowest s;

	(void)state;
	begin(&s, 10);
	add(&s, 1, 5);
	add(&s, 2, 7);
	add(&s, 3, 6);
	list = slowest_sort(&s);
	assert_int_equal(s.nr, 3);
	assert_int_equal(list[0]->ns, 7);
	assert_int_equal(list[2]->ns, 5);
	slowest_release(&s);
}

static void test_slowest_keeps_the_first_of_equal_ones(void **state)
{
	struct kept_call **list;
	struct slowest s;

	(void)state;
	begin(&s, 2);
	for (uint64_t start = 1; start <= 5; start++)
		add(&s, start, 100);
	list = slowest_sort(&s);
	assert_int_equal(list[0]->call.start_ns, 1);
	assert_int_equal(list[1]->call.start_ns, 2);
	slowest_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slowest_keeps_the_longest_in_order),
		cmocka_unit_test(test_slowest_keeps_all_when_there_are_few),
		cmocka_unit_test(test_slowest_keeps_the_first_of_equal_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
