/*
 * syscall.h - names of system calls: libseccomp's, and a small table of those newer than it.
 */
#ifndef COMMON_SYSCALL_H
#define COMMON_SYSCALL_H

#include <stddef.h>
#include <stdint.h>

#define SYSCALL_NAME_MAX 64

/*
 * syscall_name() - write the name of call @nr ("openat") into @name.
 * @arch: what `uname -m` said on the recording machine; NULL means this machine's.
 * Returns 0, or -1 when nobody knows the number; @name then is the number in decimal.
 * Numbers from 424 on are the same on all architectures but for the base that mips adds.
 */
int syscall_name(const char *arch, int64_t nr, char name[SYSCALL_NAME_MAX]);

/* syscall_number() - the number of @name on @arch, or -1 when that has no such call. */
int syscall_number(const char *arch, const char *name);

#endif
