#include "tests/unit/unit.h"

#include "common/near.h"

static const char *const events[] = {
	"raw_syscalls:sys_enter", "raw_syscalls:sys_exit", "syscalls:sys_enter_openat",
	"sched:sched_switch",	  "sched:sched_wakeup",	   "irq:irq_handler_entry",
};

/* What is near @word among @events, as text. */
static const char *near(const char *word)
{
	static char out[256];
	int nr = near_pick(out, sizeof(out), word, events, ARRAY_LEN(events));

	assert_in_range(nr, 0, 3);
	assert_int_equal(nr == 0, out[0] == 0);
	return out;
}

static void test_near_finds_a_misspelt_word(void **state)
{
	(void)state;
	assert_contains(near("raw_syscalls:sys_entre"), "raw_syscalls:sys_enter");
	assert_contains(near("raw_syscall:sys_exit"), "raw_syscalls:sys_exit");
	assert_contains(near("sched:schedswitch"), "sched:sched_switch");
}

static void test_near_names_the_nearest_first(void **state)
{
	(void)state;
	assert_ptr_equal(strstr(near("sched:sched_swich"), "sched:sched_switch"),
			 near("sched:sched_swich"));
	assert_ptr_equal(strstr(near("raw_syscalls:sys_exi"), "raw_syscalls:sys_exit"),
			 near("raw_syscalls:sys_exi"));
}

static void test_near_ignores_case_and_kind_of_dash(void **state)
{
	static const char *const names[] = { "a_b_c_d_e_f_g_h" };
	char out[64];

	(void)state;
	assert_contains(near("SCHED:SCHED_SWITCH"), "sched:sched_switch");
	assert_int_equal(near_pick(out, sizeof(out), "A-b-C-d-E-f-G-h", names, 1), 1);
}

static void test_near_finds_names_that_contain_the_word(void **state)
{
	(void)state;
	assert_contains(near("openat"), "syscalls:sys_enter_openat");
	assert_contains(near("handler"), "irq:irq_handler_entry");
}

static void test_near_is_empty_when_nothing_is_like_it(void **state)
{
	(void)state;
	assert_string_equal(near("zzzzzzzz"), "");
	assert_string_equal(near("x"), "");
	assert_string_equal(near(""), "");
}

static void test_near_joins_up_to_three_names(void **state)
{
	static const char *const names[] = { "aaa1", "aaa2", "aaa3", "aaa4", "bbbb" };
	char out[64];

	(void)state;
	assert_int_equal(near_pick(out, sizeof(out), "aaa0", names, 1), 1);
	assert_string_equal(out, "aaa1");
	assert_int_equal(near_pick(out, sizeof(out), "aaa0", names, 2), 2);
	assert_string_equal(out, "aaa1 or aaa2");
	assert_int_equal(near_pick(out, sizeof(out), "aaa0", names, 5), 3);
	assert_string_equal(out, "aaa1, aaa2 or aaa3");
}

static void test_near_writes_no_more_than_there_is_room(void **state)
{
	static const char *const names[] = { "aaa1", "aaa2", "aaa3" };

	(void)state;
	for (size_t room = 1; room < 24; room++) {
		char out[32];

		memset(out, '#', sizeof(out));
		near_pick(out, room, "aaa0", names, ARRAY_LEN(names));
		assert_true(strlen(out) < room);
		assert_int_equal(out[room], '#');
	}
}

static void test_near_takes_words_of_any_length(void **state)
{
	static char word[100000];
	const char *names[] = { word, "short" };
	char out[16];

	(void)state;
	memset(word, 'w', sizeof(word) - 1);
	near_pick(out, sizeof(out), word, events, ARRAY_LEN(events));
	near_pick(out, sizeof(out), "short", names, 2);
	assert_string_equal(out, "short");
	assert_int_equal(near_pick(out, sizeof(out), "short", NULL, 0), 0);
	assert_string_equal(out, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_finds_a_misspelt_word),
		cmocka_unit_test(test_near_names_the_nearest_first),
		cmocka_unit_test(test_near_ignores_case_and_kind_of_dash),
		cmocka_unit_test(test_near_finds_names_that_contain_the_word),
		cmocka_unit_test(test_near_is_empty_when_nothing_is_like_it),
		cmocka_unit_test(test_near_joins_up_to_three_names),
		cmocka_unit_test(test_near_writes_no_more_than_there_is_room),
		cmocka_unit_test(test_near_takes_words_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
