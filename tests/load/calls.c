/*
 * calls.c - a known number of each of a dozen system calls: calls N
 *
 * Call number k of the list is made N + k times, so that no two counts are equal. Prints
 * "NAME COUNT" lines. Nothing else of the program makes these calls.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	long nr, args[3];
} calls[] = {
	{ "getppid", SYS_getppid, { 0 } },
	{ "getuid", SYS_getuid, { 0 } },
	{ "getgid", SYS_getgid, { 0 } },
	{ "getpgid", SYS_getpgid, { 0 } },
	{ "getsid", SYS_getsid, { 0 } },
	{ "umask", SYS_umask, { 022 } },
	{ "sched_yield", SYS_sched_yield, { 0 } },
	{ "dup", SYS_dup, { -1 } },
	{ "fsync", SYS_fsync, { -1 } },
	{ "fchdir", SYS_fchdir, { -1 } },
	{ "lseek", SYS_lseek, { -1 } },
	{ "ftruncate", SYS_ftruncate, { -1 } },
	{ "getpriority", SYS_getpriority, { 0 } },
};

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 100;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const long *a = calls[i].args;

		for (size_t k = 0; k < n + i; k++)
			syscall(calls[i].nr, a[0], a[1], a[2]);
		printf("%s %zu\n", calls[i].name, n + i);
	}
	return 0;
}
