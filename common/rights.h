/*
 * rights.h - which right is in the way of recording, and the command that grants it.
 *
 * Source: perf_allow_kernel(), perf_allow_cpu(), perf_allow_tracepoint() and perf_mmap() in
 * kernel/events/core.c and include/linux/perf_event.h, perf_trace_event_perm() in
 * kernel/trace/trace_event_perf.c; capabilities(7), proc(5).
 */
#ifndef COMMON_RIGHTS_H
#define COMMON_RIGHTS_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What there is. */
struct rights {
	uint64_t effective, bounding; /* sets of capabilities, by bit */
	int last_cap;		      /* the highest that the kernel knows; 38, CAP_PERFMON: 5.8 */
	bool root;		      /* the effective user is */
	unsigned gid;		      /* ... and the group */
	bool user_ns;	   /* not the first user namespace: capabilities do not count for events */
	bool no_new_privs; /* neither sudo nor setcap has an effect */
	bool nosuid;	   /* setcap has none on the file system of the program */
	bool seccomp;	   /* a filter looks at our system calls */
	int open_errno;	   /* perf_event_open() is stopped with that before the kernel; 0: is not */
	int paranoid;	   /* perf_event_paranoid */
	unsigned long mlock_kb; /* perf_event_mlock_kb */
	unsigned long limit_kb; /* RLIMIT_MEMLOCK */
	char program[256];	/* our own file; "REC" when its path is longer */
};

/* An event that somebody wants. */
struct rights_wish {
	const char *event; /* "system:name" */
	int cpu;
	int task;     /* its tid; -1: all tasks, or those of a cgroup */
	bool foreign; /* the task is another user's */
	bool syscall; /* of raw_syscalls or syscalls, which the kernel shows to the task's owner */
};

/* rights_look() - find out what there is; what cannot be read counts as not in the way. */
void rights_look(struct rights *r);

/*
 * rights_parse_status() - take what /proc/self/status says: capabilities, no_new_privs, seccomp.
 */
void rights_parse_status(struct rights *r, const char *text);

/*
 * rights_fail_*() - say what is in the way, and what helps.
 * Always -1, with ERR_PERM; _event() has ERR_SYS when the kernel has no events at all.
 * event:	  perf_event_open() has failed with EACCES, EPERM or ENOSYS, @why.
 * tracefs:	  @path below the tracefs that is mounted on @dir cannot be read.
 * mount:	  tracefs is not mounted, and could not be.
 * nice:	  no right to the real-time priority @prio, where RLIMIT_RTPRIO is @limit.
 */
int rights_fail_event(const struct rights *r, const struct rights_wish *w, int why,
		      struct err *err);
int rights_fail_tracefs(const struct rights *r, const char *path, const char *dir, struct err *err);
int rights_fail_mount(const struct rights *r, struct err *err);
int rights_fail_nice(const struct rights *r, int prio, unsigned long limit, struct err *err);

/* rights_memory() - why no more memory may be locked, and what helps, into @text, returned. */
const char *rights_memory(const struct rights *r, char *text, size_t room);

#endif
