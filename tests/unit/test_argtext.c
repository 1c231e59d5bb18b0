/* Arguments and returned values as text: each kind of them. */
#include "tests/unit/unit.h"

#include "report/calltext.h"

#include <stdio.h>
#include <stdlib.h>

static struct calltexts *calls;
static char room[CALL_TEXT_MAX];

static int make_calls(void **state)
{
	(void)state;
	calls = calltexts_new("x86_64");
	return calls ? 0 : -1;
}

static int free_calls(void **state)
{
	(void)state;
	calltexts_free(calls);
	return 0;
}

static const char *call_text(int64_t nr, const uint64_t args[CALL_ARGS])
{
	struct text t = { room, room, room + sizeof(room) - 1 };
	const struct calltext *call = calltexts_get(calls, nr);

	text_str(&t, call->name);
	text_char(&t, '(');
	calltext_args(&t, calls, call, args);
	text_char(&t, ')');
	*t.at = 0;
	return room;
}

static void check(const char *expected, const char *name, const uint64_t args[CALL_ARGS])
{
	assert_string_equal(call_text(syscall_number("x86_64", name), args), expected);
}

#define CHECK(expected, name, ...) check(expected, name, (uint64_t[CALL_ARGS]){ __VA_ARGS__ })

#define CWD 0xffffff9c /* -100, as registers of programs mostly have an int */

static void test_argtext_has_numbers_by_their_types(void **state)
{
	(void)state;
	CHECK("read(3, 0x7f00, 100)", "read", 3, 0x7f00, 100);
	CHECK("read(-1, NULL, 18446744073709551615)", "read", 0xffffffff, 0, UINT64_MAX);
	CHECK("close(-5)", "close", (uint64_t)-5);
	CHECK("lseek(4, -1, SEEK_END)", "lseek", 4, UINT64_MAX, 2);
	CHECK("exit_group(-1)", "exit_group", 0xffffffff);
	/* The upper half of a register is no part of an int. */
	CHECK("kill(-2, SIGKILL)", "kill", 0xdeadbeeffffffffe, 0xdeadbeef00000009);
	CHECK("alarm(4294967295)", "alarm", UINT64_MAX);
	CHECK("getpid()", "getpid", 1, 2, 3);
	CHECK("brk(NULL)", "brk", 0);
	CHECK("setuid(-1)", "setuid", 0xffffffff);
}

static void test_argtext_names_flags(void **state)
{
	(void)state;
	CHECK("openat(AT_FDCWD, 0x10, O_RDONLY|O_CLOEXEC)", "openat", CWD, 0x10, 0x80000, 0777);
	CHECK("openat(7, 0x10, O_WRONLY|O_CREAT|O_TRUNC, 0644)", "openat", 7, 0x10, 0x241, 0644);
	CHECK("openat(AT_FDCWD, 0x10, O_RDWR|O_TMPFILE, 000)", "openat", CWD, 0x10, 0x410002, 0);
	CHECK("open(0x10, O_RDONLY|O_SYNC)", "open", 0x10, 0x101000);
	/* What nobody knows is left over. */
	CHECK("open(0x10, O_RDWR|O_APPEND|0x80000000)", "open", 0x10, 0x80000402);
	CHECK("mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)", "mmap", 0,
	      4096, 3, 0x22, UINT64_MAX, 0);
	/* The size of huge pages is a number in the highest bits: 21 << MAP_HUGE_SHIFT. */
	CHECK("mmap(NULL, 1, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB|0x54000000, -1, 0)",
	      "mmap", 0, 1, 0, 0x54040022, -1, 0);
	CHECK("mmap(0x1000, 1, PROT_NONE, MAP_SHARED_VALIDATE|MAP_FIXED, 5, 0x2000)", "mmap",
	      0x1000, 1, 0, 0x13, 5, 0x2000);
	CHECK("unlinkat(AT_FDCWD, 0x10, 0)", "unlinkat", CWD, 0x10, 0);
	CHECK("unlinkat(AT_FDCWD, 0x10, AT_REMOVEDIR)", "unlinkat", CWD, 0x10, 0x200);
	CHECK("faccessat2(AT_FDCWD, 0x10, F_OK, AT_EACCESS)", "faccessat2", CWD, 0x10, 0, 0x200);
	CHECK("statx(3, 0x10, AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH, STATX_BASIC_STATS, 0x20)",
	      "statx", 3, 0x10, 0x1000, 0x7ff, 0x20);
	CHECK("pipe2(0x10, 0)", "pipe2", 0x10, 0);
	CHECK("pipe2(0x10, O_NONBLOCK|O_CLOEXEC)", "pipe2", 0x10, 0x80800);
}

static void test_argtext_names_one_of_many(void **state)
{
	(void)state;
	CHECK("prctl(PR_SET_NAME, 0x10, NULL, NULL, NULL)", "prctl", 15, 0x10);
	CHECK("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP)", "socket", 2, 0x80001, 6);
	CHECK("socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)", "socket", 16, 3, 16);
	CHECK("socket(AF_UNIX, SOCK_DGRAM, 0)", "socket", 1, 2, 0);
	CHECK("socket(0x63, 0xf, 5)", "socket", 99, 15, 5);
	CHECK("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0x10, 4)", "setsockopt", 3, 1, 2, 0x10, 4);
	CHECK("setsockopt(3, SOL_TCP, TCP_NODELAY, 0x10, 4)", "setsockopt", 3, 6, 1, 0x10, 4);
	CHECK("getsockopt(3, 0x1234, 7, NULL, NULL)", "getsockopt", 3, 0x1234, 7);
	CHECK("clock_gettime(CLOCK_MONOTONIC, 0x10)", "clock_gettime", 1, 0x10);
	CHECK("prlimit64(0, RLIMIT_NOFILE, NULL, 0x10)", "prlimit64", 0, 7, 0, 0x10);
	CHECK("epoll_ctl(3, EPOLL_CTL_ADD, 4, 0x10)", "epoll_ctl", 3, 1, 4, 0x10);
	CHECK("bpf(BPF_PROG_LOAD, 0x10, 128)", "bpf", 5, 0x10, 128);
	CHECK("bpf(0xfff, NULL, 0)", "bpf", 0xfff);
	CHECK("madvise(0x1000, 4096, MADV_DONTNEED)", "madvise", 0x1000, 4096, 4);
}

static void test_argtext_has_what_a_call_looks_at(void **state)
{
	(void)state;
	CHECK("futex(0x10, FUTEX_WAKE_PRIVATE, 1)", "futex", 0x10, 129, 1, 5, 6, 7);
	CHECK("futex(0x10, FUTEX_WAIT, 2, NULL)", "futex", 0x10, 0, 2, 0, 6, 7);
	CHECK("futex(0x10, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 2, NULL, NULL, "
	      "4294967295)",
	      "futex", 0x10, 137 | 256, 2, 0, 0, 0xffffffff);
	CHECK("fcntl(3, F_GETFL)", "fcntl", 3, 3, 77);
	CHECK("fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)", "fcntl", 3, 4, 0x802);
	CHECK("fcntl(3, F_SETFD, FD_CLOEXEC)", "fcntl", 3, 2, 1);
	CHECK("fcntl(3, F_DUPFD_CLOEXEC, 10)", "fcntl", 3, 1030, 10);
	CHECK("fcntl(3, F_SETLK, 0x10)", "fcntl", 3, 6, 0x10);
	CHECK("mremap(0x1000, 1, 2, MREMAP_MAYMOVE)", "mremap", 0x1000, 1, 2, 1, 9);
	CHECK("mremap(0x1000, 1, 2, MREMAP_MAYMOVE|MREMAP_FIXED, 0x9)", "mremap", 0x1000, 1, 2, 3,
	      9);
}

static void test_argtext_has_signals_modes_and_requests(void **state)
{
	(void)state;
	CHECK("kill(5, 0)", "kill", 5, 0);
	CHECK("tkill(5, SIGRTMIN)", "tkill", 5, 32);
	CHECK("tkill(5, SIGRT_2)", "tkill", 5, 34);
	CHECK("tkill(5, 99)", "tkill", 5, 99);
	CHECK("rt_sigaction(SIGCHLD, 0x10, NULL, 8)", "rt_sigaction", 17, 0x10, 0, 8);
	CHECK("rt_sigprocmask(SIG_SETMASK, 0x10, NULL, 8)", "rt_sigprocmask", 2, 0x10, 0, 8);
	CHECK("clone(CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, NULL, NULL, 0x10, NULL)",
	      "clone", 0x1200011, 0, 0, 0x10, 0);
	CHECK("clone(0, NULL, NULL, NULL, NULL)", "clone", 0);
	CHECK("unshare(CLONE_NEWTIME|CLONE_NEWNS)", "unshare", 0x20080);
	CHECK("chmod(0x10, 04755)", "chmod", 0x10, 04755);
	CHECK("chmod(0x10, 000)", "chmod", 0x10, 0);
	CHECK("mkdir(0x10, 007)", "mkdir", 0x10, 7);
	CHECK("umask(022)", "umask", 022);
	CHECK("mknod(0x10, S_IFCHR|0666, makedev(0x1, 0x3))", "mknod", 0x10, 020666, 0x103);
	CHECK("shmget(IPC_PRIVATE, 1, IPC_CREAT|0600)", "shmget", 0, 1, 01600);
	CHECK("ioctl(0, TCGETS, 0x10)", "ioctl", 0, 0x5401, 0x10);
	CHECK("ioctl(0, _IOC(_IOC_READ|_IOC_WRITE, 0x74, 0x2, 0x8), 0)", "ioctl", 0, 0xc0087402);
}

static void test_argtext_shows_all_of_a_call_that_nobody_knows(void **state)
{
	(void)state;
	assert_string_equal(call_text(9999, (uint64_t[]){ 1, 2, 3, 4, 5, UINT64_MAX }),
			    "syscall_0x270f(0x1, 0x2, 0x3, 0x4, 0x5, 0xffffffffffffffff)");
	assert_string_equal(call_text(-7, (uint64_t[]){ 0, 0, 0, 0, 0, 0 }),
			    "syscall_0xfffffffffffffff9(0, 0, 0, 0, 0, 0)");
	assert_string_equal(call_text(INT64_MIN, (uint64_t[]){ 0, 0, 0, 0, 0, 0 }),
			    "syscall_0x8000000000000000(0, 0, 0, 0, 0, 0)");
	/* x32 */
	assert_string_equal(call_text(0x40000000, (uint64_t[]){ 1, 2, 3 }), "read(1, 0x2, 3)");
}

/* A call that is newer than the table: its sys_enter has names, and says which are pointers. */
static void test_argtext_learns_from_the_file(void **state)
{
	struct tp_field fields[] = {
		{ .name = "__syscall_nr", .offset = 8, .size = 4 },
		{ .name = "dfd", .offset = 16, .size = 8 },
		{ .name = "path", .offset = 24, .size = 8, .flags = TP_POINTER },
		{ .name = "__path_val", .offset = 32, .size = 4 }
	};
	const struct tp_format tp = { .system = "syscalls",
				      .name = "sys_enter_newest",
				      .fields = fields,
				      .nr_fields = ARRAY_LEN(fields) };
	const uint64_t args[CALL_ARGS] = { CWD, 0, 3 };

	(void)state;
	assert_string_equal(call_text(8000, args), "syscall_0x1f40(0xffffff9c, 0, 0x3, 0, 0, 0)");
	calltext_learn(calls, 8000, &tp);
	assert_string_equal(call_text(8000, args), "syscall_0x1f40(AT_FDCWD, NULL)");
	assert_string_equal(calltexts_get(calls, 8000)->args.at[1].name, "path");
	/* Of what is known the types are, too. */
	calltext_learn(calls, 3, &tp);
	CHECK("close(-1)", "close", 0xffffffff);
}

/* All values of all arguments of all calls: nothing is too long, nothing is no text. */
static void test_argtext_takes_any_value(void **state)
{
	static const uint64_t values[] = {
		0, 1, 0x7f, UINT32_MAX, INT32_MAX, 1ull << 63, UINT64_MAX
	};

	(void)state;
	for (int64_t nr = 0; nr < 1000; nr++) {
		for (size_t v = 0; v < ARRAY_LEN(values); v++) {
			const uint64_t all[CALL_ARGS] = { values[v], values[v], values[v],
							  values[v], values[v], values[v] };
			const char *text = call_text(nr, all);

			assert_true(strlen(text) < CALL_TEXT_MAX / 2);
			for (const char *c = text; *c; c++)
				assert_in_range(*c, 0x20, 0x7e);
		}
	}
}

/* What is not this machine's is not called by this machine's names. */
static void test_argtext_knows_only_what_is_the_same_elsewhere(void **state)
{
	const uint64_t args[CALL_ARGS] = { CWD, 0x10, 0x4000, 0 };
	struct text t = { room, room, room + sizeof(room) - 1 };
	struct calltexts *arm = calltexts_new("armv7l");
	const struct calltext *call;

	(void)state;
	call = calltexts_get(arm, syscall_number("armv7l", "openat"));
	calltext_args(&t, arm, call, args);
	*t.at = 0;
	assert_string_equal(room, "AT_FDCWD, 0x10, 0x4000");
	t.at = t.start;
	call = calltexts_get(arm, syscall_number("armv7l", "clone"));
	calltext_args(&t, arm, call, args);
	*t.at = 0;
	assert_string_equal(room, "0xffffff9c, 0x10, 0x4000, 0, 0, 0");
	calltexts_free(arm);
}

static const char *returned(const char *name, int64_t ret)
{
	struct text t = { room, room, room + sizeof(room) - 1 };

	return_text(&t, ret, return_form(name));
	*t.at = 0;
	return room;
}

static void test_argtext_tells_what_was_returned(void **state)
{
	(void)state;
	assert_string_equal(returned("read", 7), "7");
	assert_string_equal(returned("read", -2), "-1 ENOENT (No such file or directory)");
	assert_string_equal(returned("mmap", 0x7f0000000000), "0x7f0000000000");
	assert_string_equal(returned("mmap", -12), "-1 ENOMEM (Cannot allocate memory)");
	assert_string_equal(returned("umask", 022), "022");
	assert_string_equal(returned("read", -512),
			    "? ERESTARTSYS (To be restarted if SA_RESTART is set)");
	assert_string_equal(returned("nanosleep", -516),
			    "? ERESTART_RESTARTBLOCK (Interrupted by signal)");
	/* No error: neither has a name. */
	assert_string_equal(returned("read", -4000), "-4000");
	assert_string_equal(returned("read", -5000), "-5000");
	assert_string_equal(returned("read", INT64_MIN), "-9223372036854775808");
}

static void test_constants_are_in_order_and_there(void **state)
{
	static const struct {
		const char *family, *name;
		uint64_t value;
	} some[] = {
		{ "clone", "CLONE_INTO_CGROUP", 0x200000000 },
		{ "clone", "CLONE_IO", 0x80000000 },
		{ "at_fd", "AT_FDCWD", (uint64_t)-100 },
		{ "signal", "SIGSEGV", 11 },
		{ "ioctl", "TCGETS", 0x5401 },
	};
	size_t nr = 0;

	(void)state;
	for (const struct constants *c = constants_all; c->family; c++, nr++) {
		assert_true(c->nr > 0);
		assert_ptr_equal(constants_find(c->family), c);
		for (size_t i = 0; i < c->nr; i++) {
			assert_string_equal(constants_name(c, c->at[i].value), c->at[i].name);
			assert_true(!i || c->at[i - 1].value < c->at[i].value);
		}
	}
	assert_true(nr > 90);
	assert_null(constants_find("nothing"));
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		const struct constants *c = constants_find(some[i].family);

		assert_non_null(c);
		assert_string_equal(constants_name(c, some[i].value), some[i].name);
	}
	assert_null(constants_name(constants_find("seek"), 77));
}

/* Each row can be found, and is of a call. */
static void test_callargs_are_of_calls(void **state)
{
	(void)state;
	assert_true(callargs_nr > 300);
	for (size_t i = 0; i < callargs_nr; i++) {
		const struct callargs *c = &callargs_all[i];

		assert_ptr_equal(callargs_find("x86_64", c->call), c);
		if (syscall_number("x86_64", c->call) < 0 && strncmp(c->call, "u", 1) != 0)
			fail_test("%s is no call", c->call);
		for (uint32_t a = 0; a < c->nr; a++)
			assert_true(c->at[a].type[0] && c->at[a].name[0]);
	}
	assert_null(callargs_find("x86_64", "nothing"));
	assert_null(callargs_find("aarch64", "clone"));
	assert_null(callargs_find("armv7l", "pread64"));
	assert_non_null(callargs_find("aarch64", "pread64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_argtext_has_numbers_by_their_types),
		cmocka_unit_test(test_argtext_names_flags),
		cmocka_unit_test(test_argtext_names_one_of_many),
		cmocka_unit_test(test_argtext_has_what_a_call_looks_at),
		cmocka_unit_test(test_argtext_has_signals_modes_and_requests),
		cmocka_unit_test(test_argtext_shows_all_of_a_call_that_nobody_knows),
		cmocka_unit_test(test_argtext_learns_from_the_file),
		cmocka_unit_test(test_argtext_takes_any_value),
		cmocka_unit_test(test_argtext_knows_only_what_is_the_same_elsewhere),
		cmocka_unit_test(test_argtext_tells_what_was_returned),
		cmocka_unit_test(test_constants_are_in_order_and_there),
		cmocka_unit_test(test_callargs_are_of_calls),
	};

#ifndef __x86_64__
	(void)tests;
	puts("SKIP: what is expected is x86_64's");
	return 77;
#else
	return cmocka_run_group_tests(tests, make_calls, free_calls);
#endif
}
