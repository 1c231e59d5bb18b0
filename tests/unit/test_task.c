#include "tests/unit/unit.h"

#include "report/task.h"
#include "tests/unit/recbuild.h"

#include <stdlib.h>

static const struct perf_event_attr attr = { .sample_type = RB_SAMPLE_TYPE, .sample_id_all = 1 };
static const struct rb_values nothing;

static void note(struct tasks *t, struct buf *rec)
{
	struct err err = { 0 };

	assert_int_equal(tasks_note(t, (void *)rec->data, &err), 0);
	buf_release(rec);
}

static void comm(struct tasks *t, uint32_t tid, const char *name)
{
	struct buf rec = { 0 };

	rb_comm(&rec, &attr, tid, tid, name, &nothing);
	note(t, &rec);
}

static void fork_task(struct tasks *t, uint32_t parent, uint32_t child)
{
	struct buf rec = { 0 };

	rb_task(&rec, &attr, PERF_RECORD_FORK, child, parent, child, parent, &nothing);
	note(t, &rec);
}

static void exit_task(struct tasks *t, uint32_t tid)
{
	struct buf rec = { 0 };

	rb_task(&rec, &attr, PERF_RECORD_EXIT, tid, 1, tid, 1, &nothing);
	note(t, &rec);
}

static const char *name_of(struct tasks *t, uint32_t tid)
{
	struct err err = { 0 };
	uint32_t id;
	const char *name = tasks_comm(t, tid, &id, &err);

	assert_non_null(name);
	assert_true(id < t->comms.nr);
	assert_ptr_equal(t->comms.at[id], name);
	return name;
}

static uint32_t id_of(struct tasks *t, uint32_t tid)
{
	struct err err = { 0 };
	uint32_t id;

	assert_non_null(tasks_comm(t, tid, &id, &err));
	return id;
}

static void test_task_that_nobody_named_is_its_number(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	assert_string_equal(name_of(&t, 4711), ":4711");
	assert_string_equal(name_of(&t, UINT32_MAX), ":-1");
	assert_string_equal(name_of(&t, 0), "swapper");
	tasks_release(&t);
}

static void test_task_has_the_name_of_its_last_comm(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	comm(&t, 7, "bash");
	assert_string_equal(name_of(&t, 7), "bash");
	comm(&t, 7, "grep");
	assert_string_equal(name_of(&t, 7), "grep");
	comm(&t, 8, "other");
	assert_string_equal(name_of(&t, 7), "grep");
	tasks_release(&t);
}

static void test_task_has_the_comm_of_its_tid_not_of_its_pid(void **state)
{
	struct tasks t = { 0 };
	struct buf rec = { 0 };

	(void)state;
	comm(&t, 100, "main");
	rb_comm(&rec, &attr, 100, 101, "worker", &nothing);
	note(&t, &rec);
	assert_string_equal(name_of(&t, 100), "main");
	assert_string_equal(name_of(&t, 101), "worker");
	tasks_release(&t);
}

static void test_task_child_has_its_parents_name_until_its_own(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	comm(&t, 1, "bash");
	fork_task(&t, 1, 2);
	assert_string_equal(name_of(&t, 2), "bash");
	comm(&t, 1, "renamed");
	assert_string_equal(name_of(&t, 2), "bash");
	comm(&t, 2, "ls");
	assert_string_equal(name_of(&t, 2), "ls");
	assert_string_equal(name_of(&t, 1), "renamed");
	tasks_release(&t);
}

static void test_task_child_of_an_unnamed_one_is_its_own_number(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	fork_task(&t, 1, 2);
	assert_string_equal(name_of(&t, 2), ":2");
	assert_string_equal(name_of(&t, 1), ":1");
	tasks_release(&t);
}

static void test_task_keeps_its_name_after_its_exit(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	comm(&t, 7, "dying");
	exit_task(&t, 7);
	assert_string_equal(name_of(&t, 7), "dying");
	exit_task(&t, 8); /* never heard of */
	assert_string_equal(name_of(&t, 8), ":8");
	tasks_release(&t);
}

static void test_task_number_used_again_is_a_new_task(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	comm(&t, 1, "bash");
	comm(&t, 7, "old");
	exit_task(&t, 7);
	fork_task(&t, 1, 7);
	assert_string_equal(name_of(&t, 7), "bash");
	comm(&t, 7, "new");
	for (uint32_t tid = 1000; tid < 1000 + 2 * TASKS_DEAD_MAX; tid++) {
		fork_task(&t, 1, tid);
		exit_task(&t, tid);
	}
	assert_string_equal(name_of(&t, 7), "new"); /* it lives: not forgotten with the dead */
	tasks_release(&t);
}

static void test_task_memory_is_bounded_while_tasks_come_and_go(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	comm(&t, 1, "bash");
	for (uint32_t i = 0; i < 10 * TASKS_DEAD_MAX; i++) {
		fork_task(&t, 1, 100 + i);
		comm(&t, 100 + i, i % 2 ? "ls" : "cat");
		exit_task(&t, 100 + i);
		if (i < TASKS_DEAD_MAX)
			assert_string_equal(name_of(&t, 100), "cat");
		else if (i == TASKS_DEAD_MAX)
			assert_string_equal(name_of(&t, 100), ":100");
	}
	assert_in_range(t.by_tid.nr, 1, TASKS_DEAD_MAX + 2);
	assert_int_equal(t.comms.nr, 4); /* ":100" is one, too */
	/* The last ones are remembered. */
	assert_string_equal(name_of(&t, 99 + 10 * TASKS_DEAD_MAX), "ls");
	assert_string_equal(name_of(&t, 98 + 10 * TASKS_DEAD_MAX - 60000), "cat");
	assert_string_equal(name_of(&t, 1), "bash");
	tasks_release(&t);
}

/* More tasks than a machine can have: what there is no room for is told apart no more, and that is said. */
static void test_task_table_that_is_full_knows_no_more_names(void **state)
{
	struct tasks t = { 0 };
	char name[16];

	(void)state;
	comm(&t, 1, "bash");
	for (uint32_t i = 0; i < NAMES_MAX - 1; i++)
		id_of(&t, 2 + i);
	assert_false(t.comms.full);
	for (uint32_t i = 0; i < 1000; i++)
		assert_string_equal(name_of(&t, 2 + NAMES_MAX + i), "?");
	assert_true(t.comms.full);
	comm(&t, 5, "new");
	assert_string_equal(name_of(&t, 5), "?");
	comm(&t, 6, "bash");
	assert_string_equal(name_of(&t, 6), "bash");
	assert_string_equal(name_of(&t, 1), "bash");
	snprintf(name, sizeof(name), ":%u", NAMES_MAX);
	assert_string_equal(name_of(&t, NAMES_MAX), name);
	assert_int_equal(t.comms.nr, NAMES_MAX + 1);
	tasks_release(&t);
}

static void test_task_comm_ids_are_small_and_one_for_each_name(void **state)
{
	struct tasks t = { 0 };
	char name[16];

	(void)state;
	for (uint32_t tid = 0; tid < 6000; tid++) {
		snprintf(name, sizeof(name), "name%u", tid % 3000);
		comm(&t, tid, name);
	}
	assert_int_equal(t.comms.nr, 3000);
	for (uint32_t tid = 0; tid < 3000; tid++) {
		snprintf(name, sizeof(name), "name%u", tid);
		assert_string_equal(name_of(&t, tid), name);
		assert_int_equal(id_of(&t, tid), id_of(&t, tid + 3000));
		assert_true(id_of(&t, tid) < 3000);
	}
	tasks_release(&t);
}

static void test_task_names_live_as_long_as_the_table(void **state)
{
	struct tasks t = { 0 };
	const char *first;

	(void)state;
	comm(&t, 1, "first");
	first = name_of(&t, 1);
	for (uint32_t tid = 2; tid < 5000; tid++)
		name_of(&t, tid);
	comm(&t, 1, "second");
	assert_string_equal(first, "first");
	tasks_release(&t);
}

static void test_task_takes_names_of_any_length(void **state)
{
	struct tasks t = { 0 };

	(void)state;
	comm(&t, 1, "");
	comm(&t, 2, "fifteen letters");
	comm(&t, 3, "a name that is longer than any kernel makes them");
	assert_string_equal(name_of(&t, 1), "");
	assert_string_equal(name_of(&t, 2), "fifteen letters");
	assert_string_equal(name_of(&t, 3), "a name that is longer than any kernel makes them");
	tasks_release(&t);
}

static void test_task_passes_over_records_that_are_too_short(void **state)
{
	static const uint32_t types[] = { PERF_RECORD_COMM,   PERF_RECORD_FORK, PERF_RECORD_EXIT,
					  PERF_RECORD_SAMPLE, PERF_RECORD_MMAP, UINT32_MAX };
	struct tasks t = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		for (uint32_t size = 8; size < (i ? 32 : 24); size += 8) {
			/* Memory that ends where the record does, with no NUL in it. */
			struct perf_event_header *rec = malloc(size);

			memset(rec, 'x', size);
			*rec = (struct perf_event_header){ .type = types[i], .size = size };
			assert_int_equal(tasks_note(&t, rec, &err), 0);
			free(rec);
		}
	}
	assert_string_equal(name_of(&t, 0x78787878), ":2021161080"); /* "xxxx" */
	tasks_release(&t);
}

#define MODEL_TASKS (3 * TASKS_RECENT)

static void test_task_agrees_with_a_model(void **state)
{
	static const char *const names[] = { "a", "bb", "ccc", "dddd", "eeeee" };
	const char *model[MODEL_TASKS] = { NULL };
	struct tasks t = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (int step = 0; step < 100000; step++) {
		uint32_t tid, other;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		tid = 1 + (seed >> 33) % (MODEL_TASKS - 1);
		other = 1 + (seed >> 45) % (MODEL_TASKS - 1);
		switch ((seed >> 56) % 4) {
		case 0:
			model[tid] = names[(seed >> 40) % ARRAY_LEN(names)];
			comm(&t, tid, model[tid]);
			break;
		case 1:
			if (tid == other)
				break;
			model[tid] = model[other];
			fork_task(&t, other, tid);
			break;
		case 2:
			exit_task(&t, tid);
			break;
		default:
			if (model[tid])
				assert_string_equal(name_of(&t, tid), model[tid]);
			else
				assert_int_equal(name_of(&t, tid)[0], ':');
		}
	}
	tasks_release(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_task_that_nobody_named_is_its_number),
		cmocka_unit_test(test_task_has_the_name_of_its_last_comm),
		cmocka_unit_test(test_task_has_the_comm_of_its_tid_not_of_its_pid),
		cmocka_unit_test(test_task_child_has_its_parents_name_until_its_own),
		cmocka_unit_test(test_task_child_of_an_unnamed_one_is_its_own_number),
		cmocka_unit_test(test_task_keeps_its_name_after_its_exit),
		cmocka_unit_test(test_task_number_used_again_is_a_new_task),
		cmocka_unit_test(test_task_memory_is_bounded_while_tasks_come_and_go),
		cmocka_unit_test(test_task_table_that_is_full_knows_no_more_names),
		cmocka_unit_test(test_task_comm_ids_are_small_and_one_for_each_name),
		cmocka_unit_test(test_task_names_live_as_long_as_the_table),
		cmocka_unit_test(test_task_takes_names_of_any_length),
		cmocka_unit_test(test_task_passes_over_records_that_are_too_short),
		cmocka_unit_test(test_task_agrees_with_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
