#include "tests/unit/unit.h"

#include "common/rights.h"

#include <errno.h>
#include <linux/capability.h>

#define BIT(cap) (1ull << (cap))
#define PERFMON	 BIT(38)

/* An ordinary user of an ordinary machine. */
static struct rights ordinary(void)
{
	return (struct rights){
		.bounding = ~0ull,
		.last_cap = 40,
		.gid = 1000,
		.paranoid = 2,
		.mlock_kb = 516,
		.limit_kb = 8192,
		.program = "/usr/bin/rec",
	};
}

static const struct rights_wish machine = {
	.event = "raw_syscalls:sys_enter",
	.cpu = 3,
	.task = -1,
	.syscall = true,
};
static const struct rights_wish own_calls = {
	.event = "raw_syscalls:sys_enter",
	.task = 812,
	.syscall = true,
};
static const struct rights_wish own_others = { .event = "sched:sched_switch", .task = 812 };

static const char *event_error(const struct rights *r, const struct rights_wish *w, int why)
{
	static struct err err;

	assert_int_equal(rights_fail_event(r, w, why, &err), -1);
	return err.text;
}

static void test_rights_names_capability_and_command(void **state)
{
	struct rights r = ordinary();
	const char *text = event_error(&r, &machine, EACCES);

	(void)state;
	assert_contains(text, "raw_syscalls:sys_enter on CPU 3 (Permission denied): "
			      "perf_event_paranoid is 2 and CAP_PERFMON is missing");
	assert_contains(
		text, "sudo setcap cap_perfmon,cap_ipc_lock,cap_dac_read_search+ep /usr/bin/rec;");
}

static void test_rights_tells_the_level_that_would_do(void **state)
{
	struct rights r = ordinary();

	(void)state;
	assert_contains(event_error(&r, &machine, EACCES), "perf_event_paranoid=-1");
	assert_contains(event_error(&r, &own_calls, EACCES), "perf_event_paranoid=1");
	assert_contains(event_error(&r, &own_others, EPERM), "perf_event_paranoid=-1");
	r.paranoid = 1;
	assert_contains(event_error(&r, &machine, EPERM), "your own programs you may record");
}

static void test_rights_at_that_level_the_task_is_the_reason(void **state)
{
	struct rights_wish foreign = own_calls;
	struct rights r = ordinary();

	(void)state;
	r.paranoid = 1;
	assert_contains(event_error(&r, &own_calls, EACCES), "task 812 (Permission denied): it is");
	r.paranoid = 2;
	foreign.foreign = true;
	assert_contains(event_error(&r, &foreign, EACCES), "it is another user's");
}

static void test_rights_before_5_8_sys_admin_is_meant(void **state)
{
	struct rights r = ordinary();

	(void)state;
	r.last_cap = 37;
	assert_contains(event_error(&r, &machine, EACCES), "CAP_SYS_ADMIN is missing");
	assert_contains(event_error(&r, &machine, EACCES), "setcap cap_sys_admin,cap_ipc_lock");
}

static void test_rights_sees_who_is_before_the_kernel(void **state)
{
	struct rights r = ordinary();

	(void)state;
	r.open_errno = EPERM;
	r.seccomp = true;
	assert_contains(event_error(&r, &machine, EPERM), "a seccomp filter forbids");
	assert_contains(event_error(&r, &machine, EPERM), "seccomp=unconfined");
	r.open_errno = ENOSYS;
	r.seccomp = false;
	assert_contains(event_error(&r, &machine, ENOSYS), "CONFIG_PERF_EVENTS");
}

static void test_rights_with_the_capability_another_is_in_the_way(void **state)
{
	struct rights r = ordinary();

	(void)state;
	r.effective = PERFMON;
	assert_contains(event_error(&r, &machine, EACCES), "security module");
	r.paranoid = 4; /* Debian's and Ubuntu's */
	assert_contains(event_error(&r, &machine, EACCES),
			"perf_event_paranoid is 4, which leaves events to CAP_SYS_ADMIN");
	assert_contains(event_error(&r, &machine, EACCES), "sysctl kernel.perf_event_paranoid=2");
	r.effective = ~0ull;
	assert_contains(event_error(&r, &machine, EACCES), "security module");
	r.user_ns = true;
	assert_contains(event_error(&r, &machine, EACCES), "user namespace");
}

static void test_rights_offers_no_command_without_effect(void **state)
{
	struct rights r = ordinary();

	(void)state;
	r.nosuid = true;
	assert_contains(event_error(&r, &machine, EACCES), "where nosuid is not set");
	r.no_new_privs = true;
	assert_contains(event_error(&r, &machine, EACCES), "no_new_privs is set");
	assert_null(strstr(event_error(&r, &machine, EACCES), "sudo setcap"));
	r.bounding = ~PERFMON;
	assert_contains(event_error(&r, &machine, EACCES), "--cap-add PERFMON");
	/* A file with a capability that is out of bounds could not be executed at all. */
	r = ordinary();
	r.bounding = ~BIT(CAP_DAC_READ_SEARCH);
	assert_contains(event_error(&r, &machine, EACCES), "--cap-add DAC_READ_SEARCH");
	assert_null(strstr(event_error(&r, &machine, EACCES), "setcap"));
	r = ordinary();
	r.root = true;
	assert_contains(event_error(&r, &machine, EACCES), "--cap-add PERFMON");
}

static void test_rights_quotes_the_path(void **state)
{
	struct rights r = ordinary();

	(void)state;
	strcpy(r.program, "/home/o'hara/my bin/rec");
	assert_contains(event_error(&r, &machine, EACCES), "+ep '/home/o'\\''hara/my bin/rec';");
}

static void test_rights_tracefs_and_priority(void **state)
{
	struct rights r = ordinary();
	struct err err;
	char text[700];

	(void)state;
	rights_fail_tracefs(&r, "/t/events/x/id", "/t", &err);
	assert_int_equal(err.code, ERR_PERM);
	assert_contains(err.text, "cannot read /t/events/x/id: Permission denied");
	assert_contains(err.text, "sudo mount -o remount,mode=750,gid=1000 /t");
	rights_fail_nice(&r, 5, 2, &err);
	assert_contains(err.text, "CAP_SYS_NICE is missing and RLIMIT_RTPRIO is 2");
	assert_contains(err.text, "cap_dac_read_search,cap_sys_nice+ep /usr/bin/rec");
	r.bounding = ~BIT(CAP_SYS_NICE);
	rights_fail_nice(&r, 5, 2, &err);
	assert_contains(err.text, "raise ulimit -r, or have its container or service");
	assert_contains(err.text, "--cap-add SYS_NICE");
	r.effective = BIT(CAP_SYS_NICE);
	rights_fail_nice(&r, 5, 2, &err);
	assert_contains(err.text, "cpu.rt_runtime_us");
	assert_contains(rights_memory(&r, text, sizeof(text)),
			"ulimit -l is 8192, perf_event_mlock_kb 516, and CAP_IPC_LOCK is missing");
}

static void test_rights_parses_status(void **state)
{
	struct rights r = ordinary();

	(void)state;
	rights_parse_status(&r,
			    "Name:\tCapEff:\nCapPrm:\t0\nCapEff:\t0000004000000000\nCapBnd:\t"
			    "000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
	assert_true(r.effective == PERFMON);
	assert_true(r.bounding == 0x1ffffffffff);
	assert_true(r.no_new_privs);
	assert_true(r.seccomp);
	/* What is not told is not in the way. */
	rights_parse_status(&r, "");
	assert_true(r.effective == ~0ull && r.bounding == ~0ull && !r.seccomp && !r.no_new_privs);
}

static void test_rights_look_knows_this_process(void **state)
{
	struct rights r;

	(void)state;
	rights_look(&r);
	assert_contains(r.program, "test_rights");
	assert_in_range(r.paranoid + 1, 0, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rights_names_capability_and_command),
		cmocka_unit_test(test_rights_tells_the_level_that_would_do),
		cmocka_unit_test(test_rights_at_that_level_the_task_is_the_reason),
		cmocka_unit_test(test_rights_before_5_8_sys_admin_is_meant),
		cmocka_unit_test(test_rights_sees_who_is_before_the_kernel),
		cmocka_unit_test(test_rights_with_the_capability_another_is_in_the_way),
		cmocka_unit_test(test_rights_offers_no_command_without_effect),
		cmocka_unit_test(test_rights_quotes_the_path),
		cmocka_unit_test(test_rights_tracefs_and_priority),
		cmocka_unit_test(test_rights_parses_status),
		cmocka_unit_test(test_rights_look_knows_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
