#include "tests/unit/unit.h"

#include "common/syscall.h"

#include <sys/syscall.h>

static void assert_name(const char *arch, int64_t nr, const char *expected)
{
	char name[SYSCALL_NAME_MAX] = "";

	assert_int_equal(syscall_name(arch, nr, name), 0);
	assert_string_equal(name, expected);
}

static void assert_unknown(const char *arch, int64_t nr, const char *number)
{
	char name[SYSCALL_NAME_MAX] = "";

	assert_int_equal(syscall_name(arch, nr, name), -1);
	assert_string_equal(name, number);
}

static void test_syscall_name_depends_on_the_architecture(void **state)
{
	(void)state;
	/* Numbers: the kernel's tables of each architecture. */
	assert_name("x86_64", 0, "read");
	assert_name("x86_64", 257, "openat");
	assert_name("x86_64", 110, "getppid");
	assert_name("i686", 3, "read");
	assert_name("i386", 64, "getppid");
	assert_name("aarch64", 63, "read");
	assert_name("aarch64", 173, "getppid");
	assert_name("riscv64", 63, "read");
	assert_name("ppc64le", 3, "read");
	assert_name("s390x", 3, "read");
	assert_name("armv7l", 3, "read");
}

static void test_syscall_name_without_an_architecture_is_this_machines(void **state)
{
	(void)state;
	assert_name(NULL, SYS_getppid, "getppid");
	/* A wrong name would be worse than a number. */
	assert_name("vax", 424, "pidfd_send_signal");
	assert_unknown("vax", 64, "64");
	assert_name(NULL, SYS_read, "read");
}

static void test_syscall_name_knows_the_newer_calls_on_all(void **state)
{
	static const char *const arches[] = { "x86_64",	 "i686",    "aarch64", "armv7l",
					      "ppc64le", "riscv64", "s390x",   NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
		assert_name(arches[i], 424, "pidfd_send_signal");
		assert_name(arches[i], 425, "io_uring_setup");
		assert_name(arches[i], 435, "clone3");
		assert_name(arches[i], 437, "openat2");
		assert_name(arches[i], 439, "faccessat2");
		assert_name(arches[i], 441, "epoll_pwait2");
		assert_name(arches[i], 449, "futex_waitv");
		assert_name(arches[i], 450, "set_mempolicy_home_node");
		assert_name(arches[i], 451, "cachestat");
		assert_name(arches[i], 452, "fchmodat2");
		assert_name(arches[i], 454, "futex_wake");
		assert_name(arches[i], 457, "statmount");
		assert_name(arches[i], 462, "mseal");
		assert_name(arches[i], 463, "setxattrat");
		assert_name(arches[i], 467, "open_tree_attr");
		assert_name(arches[i], 469, "file_setattr");
	}
}

static void test_syscall_name_of_a_number_that_nobody_knows_is_the_number(void **state)
{
	(void)state;
	assert_unknown("x86_64", 400, "400");
	assert_unknown("x86_64", 10000, "10000");
	assert_unknown("aarch64", 423, "423");
	assert_unknown("x86_64", -1, "-1");
	assert_unknown("x86_64", -10001, "-10001");
	assert_unknown(NULL, INT64_MAX, "9223372036854775807");
	assert_unknown(NULL, INT64_MIN, "-9223372036854775808");
	assert_unknown("x86_64", 1LL << 32, "4294967296");
	assert_unknown("x86_64", (1LL << 32) + 1, "4294967297");
}

static void test_syscall_name_of_x32_calls_is_theirs(void **state)
{
	(void)state;
	assert_name("x86_64", 0x40000000, "read");
	assert_name("x86_64", 0x40000000 + 257, "openat");
	assert_name("x86_64", 0x40000000 + 512, "rt_sigaction");
	assert_name("x86_64", 0x40000000 + 462, "mseal");
}

static void test_syscall_name_never_needs_more_than_its_room(void **state)
{
	char name[SYSCALL_NAME_MAX + 8];

	(void)state;
	for (int64_t nr = -10; nr < 1000; nr++) {
		memset(name, '#', sizeof(name));
		syscall_name("x86_64", nr, name);
		assert_true(strlen(name) < SYSCALL_NAME_MAX - 1);
		assert_int_equal(name[SYSCALL_NAME_MAX], '#');
	}
}

/* i386's own: of its file unistd_32.h. */
static void test_syscall_name_of_another_abi_says_which(void **state)
{
	(void)state;
	assert_name("x86_64", SYSCALL_COMPAT | 20, "i386:getpid");
	assert_unknown("x86_64", SYSCALL_COMPAT | 999, "i386:999");
	assert_unknown("aarch64", SYSCALL_COMPAT | 20, "281474976710676");
	assert_true(syscall_compat_number("x86_64", "getpid") == (SYSCALL_COMPAT | 20));
	assert_true(syscall_compat_number("x86_64", "nothing") == -1);
	assert_true(syscall_compat_number("aarch64", "getpid") == -1);
	assert_true(syscall_plain(SYSCALL_COMPAT | 20) == 20);
	assert_true(syscall_plain(-1) == -1);
	assert_true(syscall_plain(20) == 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syscall_name_depends_on_the_architecture),
		cmocka_unit_test(test_syscall_name_without_an_architecture_is_this_machines),
		cmocka_unit_test(test_syscall_name_knows_the_newer_calls_on_all),
		cmocka_unit_test(test_syscall_name_of_a_number_that_nobody_knows_is_the_number),
		cmocka_unit_test(test_syscall_name_of_x32_calls_is_theirs),
		cmocka_unit_test(test_syscall_name_of_another_abi_says_which),
		cmocka_unit_test(test_syscall_name_never_needs_more_than_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
