/*
 * refused.c - every system call that there may be, and none that does anything: refused [MAX]
 *
 * A filter of seccomp refuses them all (ENOSYS) but the end; who traces this program sees one call
 * of each number.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* uretprobe() and uprobe() on x86: SIGILL for who is not called by the kernel. */
#define UPROBES_FROM 335
#define UPROBES_TO   336

int main(int argc, char **argv)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38),
	};
	struct sock_fprog program = { sizeof(steps) / sizeof(steps[0]), steps };
	long max = argc > 1 ? atol(argv[1]) : 470;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 1;
	for (long nr = 0; nr <= max; nr++)
		if (nr != SYS_exit_group && (nr < UPROBES_FROM || nr > UPROBES_TO))
			syscall(nr, 0, 0, 0, 0, 0, 0);
	return 0;
}
