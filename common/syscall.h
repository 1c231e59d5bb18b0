/*
 * syscall.h - names of system calls: libseccomp's, and a small table of those newer than it.
 */
#ifndef COMMON_SYSCALL_H
#define COMMON_SYSCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSCALL_NAME_MAX 64

/*
 * A program of another ABI than its kernel's, as one of 32 bits on x86_64, has other numbers for its calls, and no
 * event says so. Who found out that a task is of that kind adds this to them; no event has such a number.
 */
#define SYSCALL_COMPAT (1LL << 48)

/* syscall_is_compat() - has @nr SYSCALL_COMPAT? syscall_plain() - @nr without, as the event has it. */
static inline bool syscall_is_compat(int64_t nr)
{
	return nr >> 32 == SYSCALL_COMPAT >> 32;
}

static inline int64_t syscall_plain(int64_t nr)
{
	return syscall_is_compat(nr) ? nr & ~SYSCALL_COMPAT : nr;
}

/* syscall_compat_arch() - the architecture which those numbers are of ("i386"). NULL: @arch has no such. */
const char *syscall_compat_arch(const char *arch);

/*
 * syscall_name() - write the name of call @nr ("openat") into @name; with SYSCALL_COMPAT, "i386:openat".
 * @arch: what `uname -m` said on the recording machine; NULL means this machine's.
 * Returns 0, or -1 when nobody knows the number; @name then is the number in decimal.
 * Numbers from 424 on are the same on all architectures but for the base that mips adds.
 */
int syscall_name(const char *arch, int64_t nr, char name[SYSCALL_NAME_MAX]);

/* syscall_number() - the number of @name on @arch, or -1 when that has no such call. */
int syscall_number(const char *arch, const char *name);

/* syscall_compat_number() - that of @name ("openat") for syscall_compat_arch(), with SYSCALL_COMPAT; or -1. */
int64_t syscall_compat_number(const char *arch, const char *name);

#endif
