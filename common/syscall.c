#include "common/syscall.h"
#include "common/util.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define X32_BIT	     0x40000000
#define FIRST_COMMON 424

/*
 * From number 424 on a new call gets the same number everywhere. A library that is older than the
 * kernel that was recorded does not know the last of them.
 * Source: scripts/syscall.tbl of the kernel, 6.19.
 */
static const char *const common_names[] = {
	"pidfd_send_signal",
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"open_tree",
	"move_mount",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"pidfd_open",
	"clone3",
	"close_range",
	"openat2",
	"pidfd_getfd",
	"faccessat2",
	"process_madvise",
	"epoll_pwait2",
	"mount_setattr",
	"quotactl_fd",
	"landlock_create_ruleset",
	"landlock_add_rule",
	"landlock_restrict_self",
	"memfd_secret",
	"process_mrelease",
	"futex_waitv",
	"set_mempolicy_home_node",
	"cachestat",
	"fchmodat2",
	"map_shadow_stack",
	"futex_wake",
	"futex_wait",
	"futex_requeue",
	"statmount",
	"listmount",
	"lsm_get_self_attr",
	"lsm_set_self_attr",
	"lsm_list_modules",
	"mseal",
	"setxattrat",
	"getxattrat",
	"listxattrat",
	"removexattrat",
	"open_tree_attr",
	"file_getattr",
	"file_setattr",
	"listns",
};

static const struct {
	const char *machine; /* a beginning of uname -m */
	uint32_t arch;
} arches[] = {
	{ "x86_64", SCMP_ARCH_X86_64 },
	{ "i386", SCMP_ARCH_X86 },
	{ "i486", SCMP_ARCH_X86 },
	{ "i586", SCMP_ARCH_X86 },
	{ "i686", SCMP_ARCH_X86 },
	{ "aarch64", SCMP_ARCH_AARCH64 },
	{ "arm", SCMP_ARCH_ARM },
	{ "ppc64le", SCMP_ARCH_PPC64LE },
	{ "ppc64", SCMP_ARCH_PPC64 },
	{ "ppc", SCMP_ARCH_PPC },
	{ "s390x", SCMP_ARCH_S390X },
	{ "s390", SCMP_ARCH_S390 },
	{ "riscv64", SCMP_ARCH_RISCV64 },
	{ "mips64", SCMP_ARCH_MIPS64 },
	{ "mips", SCMP_ARCH_MIPS },
	{ "parisc64", SCMP_ARCH_PARISC64 },
	{ "parisc", SCMP_ARCH_PARISC },
#ifdef SCMP_ARCH_LOONGARCH64
	{ "loongarch64", SCMP_ARCH_LOONGARCH64 },
#endif
};

/* 0: an architecture that libseccomp has no names for. */
static uint32_t arch_of(const char *machine)
{
	if (!machine)
		return seccomp_arch_native();
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		if (!strncmp(machine, arches[i].machine, strlen(arches[i].machine)))
			return arches[i].arch;
	return 0;
}

const char *syscall_compat_arch(const char *machine)
{
	return arch_of(machine) == SCMP_ARCH_X86_64 ? "i386" : NULL;
}

static int compat_name(const char *machine, int64_t nr, char name[SYSCALL_NAME_MAX])
{
	char bare[SYSCALL_NAME_MAX];
	int rc = syscall_name(machine, nr, bare);

	snprintf(name, SYSCALL_NAME_MAX, "%s:%.*s", machine, SYSCALL_NAME_MAX / 2, bare);
	return rc;
}

int syscall_name(const char *machine, int64_t nr, char name[SYSCALL_NAME_MAX])
{
	uint32_t arch = arch_of(machine);
	char *known = NULL;
	int64_t common;

	if (syscall_is_compat(nr) && syscall_compat_arch(machine))
		return compat_name(syscall_compat_arch(machine), syscall_plain(nr), name);
	if (arch == SCMP_ARCH_X86_64 && nr >= X32_BIT)
		arch = SCMP_ARCH_X32; /* a 32-bit program says so in its numbers */
	if (arch && nr >= 0 && nr <= INT32_MAX)
		known = seccomp_syscall_resolve_num_arch(arch, (int)nr);
	if (known) {
		snprintf(name, SYSCALL_NAME_MAX, "%s", known);
		free(known);
		return 0;
	}
	common = arch == SCMP_ARCH_X32 ? nr & ~X32_BIT : nr;
	if (machine && !strncmp(machine, "mips", 4) && nr >= 4000 && nr < 7000)
		common = nr % 1000;
	if (common >= FIRST_COMMON && common < (int64_t)(FIRST_COMMON + ARRAY_SIZE(common_names))) {
		snprintf(name, SYSCALL_NAME_MAX, "%s", common_names[common - FIRST_COMMON]);
		return 0;
	}
	snprintf(name, SYSCALL_NAME_MAX, "%" PRId64, nr);
	return -1;
}

int syscall_number(const char *machine, const char *name)
{
	uint32_t arch = arch_of(machine);
	int nr = arch ? seccomp_syscall_resolve_name_arch(arch, name) : -1;
	int base = machine && !strncmp(machine, "mips64", 6) ? 5000
		   : machine && !strncmp(machine, "mips", 4) ? 4000
							     : 0;

	/* It numbers the calls that only other architectures have below zero. */
	if (nr >= 0)
		return nr;
	for (size_t i = 0; i < ARRAY_SIZE(common_names); i++)
		if (!strcmp(common_names[i], name))
			return base + FIRST_COMMON + i;
	return -1;
}

int64_t syscall_compat_number(const char *machine, const char *name)
{
	const char *compat = syscall_compat_arch(machine);
	int nr = compat ? syscall_number(compat, name) : -1;

	return nr >= 0 ? SYSCALL_COMPAT | nr : -1;
}
