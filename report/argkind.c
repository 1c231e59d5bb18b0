#include "report/argkind.h"
#include "common/util.h"

#include <fnmatch.h>
#include <string.h>

/* Of which an argument is all: one constant, no flags. */
#define ALL UINT64_MAX

/* Rows of the table below: what is no constant; one constant; flags; a constant in the bits @one_of, and flags. */
#define FORM(calls, args, form)                      \
	{                                            \
		calls, args, NULL, 0, form, REST_HEX \
	}
#define ONE(calls, args, family)                              \
	{                                                     \
		calls, args, family, ALL, ARG_NAMED, REST_HEX \
	}
#define FLAGS(calls, args, family)                          \
	{                                                   \
		calls, args, family, 0, ARG_NAMED, REST_HEX \
	}
#define BOTH(calls, args, family, one_of)                        \
	{                                                        \
		calls, args, family, one_of, ARG_NAMED, REST_HEX \
	}

/*
 * The first that fits. Words have a blank between them; those of calls may be patterns, NULL is any.
 * Those of ARG_NAMED have a family, and what else there is in arg_kind.
 */
static const struct rule {
	const char *calls, *args, *family;
	uint64_t one_of;
	enum arg_form form;
	enum arg_rest rest;
} rules[] = {
	{ NULL, "dfd olddfd newdfd from_dfd to_dfd mountdirfd", "at_fd", ALL, ARG_NAMED,
	  REST_DECIMAL },
	{ "execveat", "fd", "at_fd", ALL, ARG_NAMED, REST_DECIMAL },
	BOTH("open openat mq_open open_by_handle_at", "flags oflag", "open", 3),
	BOTH("fanotify_init", "event_f_flags", "open", 3),
	FLAGS("pipe2 dup3", "flags", "pipe"),
	FORM("umask", "mask", ARG_MODE),
	{ "mknod mknodat", "mode", "s_if", 0170000, ARG_NAMED, REST_OCTAL },
	FORM("mknod mknodat", "dev", ARG_DEVICE),
	FORM("*chmod* mkdir* creat open openat mq_open", "mode", ARG_MODE),
	FLAGS("access faccessat*", "mode", "access"),
	FLAGS("faccessat2", "flags", "at_access"),
	FLAGS("unlinkat", "flag", "at_unlink"),
	FLAGS("open_tree*", "flags", "open_tree"),
	FLAGS("newfstatat fchownat name_to_handle_at linkat utimensat execveat fchmodat2 "
	      "mount_setattr *xattrat file_?etattr",
	      "flag flags at_flags", "at"),
	BOTH("statx", "flags", "at_statx", 0x6000),
	FLAGS("statx", "mask", "statx"),
	ONE("fcntl", "cmd", "fcntl"),
	FORM("fcntl", "arg", ARG_FCNTL),
	FORM("ioctl", "cmd", ARG_IOCTL),
	ONE("lseek", "whence", "seek"),
	FLAGS("renameat2", "flags", "rename"),
	FLAGS("preadv2 pwritev2", "flags", "rwf"),
	FLAGS("sync_file_range", "flags", "sync_range"),
	FLAGS("flock", "cmd", "flock"),
	FLAGS("fallocate", "mode", "fallocate"),
	ONE("fadvise64", "advice", "fadvise"),
	FLAGS("splice tee vmsplice", "flags", "splice"),
	FLAGS("*setxattr", "flags", "xattr"),
	FLAGS("mount", "flags", "mount"),
	FLAGS("umount2", "flags", "umount"),
	FLAGS("move_mount", "flags", "move_mount"),
	FLAGS("fsopen", "flags", "fsopen"),
	FLAGS("fspick", "flags", "fspick"),
	FLAGS("fsmount", "flags", "fsmount"),
	FLAGS("fsmount", "attr_flags", "mount_attr"),
	ONE("fsconfig", "cmd", "fsconfig"),
	FLAGS("close_range", "flags", "close_range"),
	FLAGS("memfd_create", "flags", "memfd"),
	FLAGS("swapon", "swap_flags", "swap"),
	FLAGS("mmap mprotect pkey_mprotect remap_file_pages", "prot", "prot"),
	BOTH("mmap remap_file_pages", "flags", "map", 15),
	FORM("mmap", "off", ARG_HEX),
	FLAGS("mlockall", "flags", "mlock"),
	FLAGS("mlock2", "flags", "mlock2"),
	ONE("madvise process_madvise", "behavior", "madvise"),
	FLAGS("msync", "flags", "msync"),
	FLAGS("mremap", "flags", "mremap"),
	BOTH("mbind set_mempolicy", "mode", "mempolicy", 0xff),
	FLAGS("mbind", "flags", "mbind"),
	FLAGS("get_mempolicy", "flags", "get_mempolicy"),
	FLAGS("pkey_alloc", "init_val", "pkey"),
	ONE("membarrier", "cmd", "membarrier"),
	FLAGS("membarrier", "flags", "membarrier_flag"),
	FORM("clone", "clone_flags", ARG_CLONE),
	FLAGS("unshare setns", "unshare_flags flags", "clone"),
	BOTH(NULL, "policy", "sched", ~0x40000000ULL),
	FLAGS("wait4 waitid", "options", "wait"),
	ONE("waitid", "which", "wait_id"),
	BOTH("futex", "op", "futex", 0xff),
	ONE("prctl", "option", "prctl"),
	ONE("arch_prctl", "option", "arch_prctl"),
	ONE("kcmp", "type", "kcmp"),
	ONE("seccomp", "op", "seccomp"),
	FLAGS("seccomp", "flags", "seccomp_flag"),
	ONE("ptrace", "request", "ptrace"),
	FORM("ptrace", "data", ARG_HEX),
	ONE("*rlimit*", "resource", "rlimit"),
	ONE("getrusage", "who", "rusage"),
	ONE("?etpriority", "which", "prio"),
	ONE("ioprio_?et", "which", "ioprio"),
	ONE("?etitimer", "which", "itimer"),
	ONE(NULL, "which_clock clockid", "clock"),
	FLAGS("clock_nanosleep timer_settime", "flags", "timer"),
	ONE("reboot", "cmd", "reboot"),
	ONE("reboot", "magic1 magic2", "reboot_magic"),
	FORM("personality", "personality", ARG_HEX),
	FLAGS("pidfd_open", "flags", "pidfd"),
	FLAGS("rseq", "flags", "rseq"),
	FORM("rseq", "sig", ARG_HEX),
	FORM(NULL, "sig", ARG_SIGNAL),
	ONE("rt_sigprocmask", "how", "sigmask"),
	FLAGS("getrandom", "flags", "random"),
	ONE("keyctl", "option", "keyctl"),
	{ NULL, "ringid destringid", "keyring", ALL, ARG_NAMED, REST_DECIMAL },
	FLAGS("landlock_create_ruleset", "flags", "landlock_create"),
	ONE("landlock_add_rule", "rule_type", "landlock_rule"),
	ONE("bpf", "cmd", "bpf"),
	FLAGS("perf_event_open", "flags", "perf_open"),
	FLAGS("io_uring_enter", "flags", "uring_enter"),
	ONE("io_uring_register", "opcode", "uring_register"),
	FLAGS("userfaultfd", "flags", "userfaultfd"),
	FLAGS("epoll_create1", "flags", "epoll_create"),
	ONE("epoll_ctl", "op", "epoll_ctl"),
	FLAGS("eventfd2", "flags", "eventfd"),
	FLAGS("timerfd_create", "flags", "timerfd"),
	FLAGS("timerfd_settime", "flags", "timerfd_set"),
	FLAGS("signalfd4", "flags", "signalfd"),
	FLAGS("inotify_init1", "flags", "inotify_init"),
	FLAGS("inotify_add_watch", "mask", "inotify"),
	BOTH("fanotify_init", "flags", "fanotify_init", 12),
	FLAGS("fanotify_mark", "flags", "fanotify_mark"),
	FORM("fanotify_mark", "mask", ARG_HEX),
	ONE("socket socketpair", "family", "family"),
	BOTH("socket socketpair", "type", "sock", 15),
	FORM("socket socketpair", "protocol", ARG_PROTOCOL),
	FLAGS("accept4", "flags", "sock"),
	FLAGS("send* recv*", "flags", "msg"),
	ONE("shutdown", "how", "shutdown"),
	ONE("?etsockopt", "level", "sol"),
	FORM("?etsockopt", "optname", ARG_SOCKOPT),
	ONE("semget shmget msgget", "key", "ipc_key"),
	{ "semget msgget", "semflg msgflg", "ipc_get", 0, ARG_NAMED, REST_OCTAL },
	{ "shmget", "shmflg", "shm_get", 0, ARG_NAMED, REST_OCTAL },
	FLAGS("shmat", "shmflg", "shm_at"),
	ONE("shmctl", "cmd", "shm"),
	ONE("semctl", "cmd", "sem"),
	ONE("msgctl", "cmd", "msgctl"),
	FLAGS("msgsnd msgrcv", "msgflg", "msgrcv"),
	FORM("ioctl", "arg", ARG_HEX),
	FORM(NULL, "addr new_addr brk start newsp tls argp arg2 arg3 arg4 arg5 uaddr ctx ctx_id",
	     ARG_POINTER),
	FORM("quotactl*", "cmd", ARG_HEX),
	FORM(NULL, "flags flag attr_flags unused", ARG_HEX),
	FORM("readv writev preadv* pwritev* mmap", "fd", ARG_NUMBER),
};

/* Is @word one of @list? */
static bool is_listed(const char *list, const char *word)
{
	char pattern[64];

	for (size_t len; *list; list += len + (list[len] == ' ')) {
		len = strcspn(list, " ");
		if (len >= sizeof(pattern))
			continue;
		memcpy(pattern, list, len);
		pattern[len] = 0;
		if (!fnmatch(pattern, word, 0))
			return true;
	}
	return false;
}

static const char *plain_type(const char *type)
{
	return strncmp(type, "const ", 6) ? type : type + 6;
}

static bool is_pointer(const char *type)
{
	return strchr(type, '*') || is_listed("cap_user_header_t cap_user_data_t", type);
}

/* All others have 32. */
static bool has_64_bits(const char *type)
{
	return is_listed("long size_t ssize_t loff_t off_t __u64 u64 aio_context_t "
			 "__kernel_old_time_t",
			 type) ||
	       !strcmp(type, "unsigned long") || is_pointer(type);
}

static bool is_unsigned(const char *type)
{
	return !strncmp(type, "unsigned", 8) || !strncmp(type, "enum", 4) ||
	       is_listed("size_t __u64 u64 __u32 u32 umode_t aio_context_t", type);
}

static const struct rule *find_rule(const struct callargs *args, const struct callarg *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *r = &rules[i];

		if ((!r->calls || is_listed(r->calls, args->call)) && is_listed(r->args, arg->name))
			return r;
	}
	return NULL;
}

const struct constants *argkind_family(const char *name, bool own)
{
	const struct constants *family = constants_find(name);

	return family && (own || !family->own) ? family : NULL;
}

/* They are signed ints, whatever the kernel says. */
static bool is_descriptor(const char *name)
{
	return !fnmatch("*fd", name, 0) && strcmp(name, "max_fd") != 0;
}

/* Those that are passed as a long, and are none. */
static bool is_really_int(const struct callargs *args, const struct callarg *arg)
{
	return is_descriptor(arg->name) ||
	       (!strcmp(args->call, "ptrace") && !strcmp(arg->name, "pid"));
}

void argkind_find(struct arg_kind *kind, const struct callargs *args, uint32_t idx, bool own)
{
	const struct callarg *arg = &args->at[idx];
	const char *type = plain_type(arg->type);
	const struct rule *rule = is_pointer(type) ? NULL : find_rule(args, arg);

	*kind = (struct arg_kind){
		.form = is_pointer(type)	   ? ARG_POINTER
			: !strcmp(type, "umode_t") ? ARG_MODE
						   : ARG_NUMBER,
		.is_long = has_64_bits(type) && !is_really_int(args, arg),
		.is_signed = !is_unsigned(type) || is_descriptor(arg->name),
	};
	if (!rule)
		return;
	kind->form = rule->form;
	kind->one_of = rule->one_of;
	kind->rest = rule->rest;
	if (rule->form != ARG_NAMED)
		return;
	kind->family = argkind_family(rule->family, own);
	if (!kind->family) /* its numbers mean something that is not known here */
		kind->form = rule->one_of == ALL ? ARG_NUMBER : ARG_HEX;
}
