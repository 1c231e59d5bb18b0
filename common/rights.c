#include "common/rights.h"
#include "common/io.h"
#include "common/util.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif

#define INITIAL_USER_NS "user:[4026531837]" /* PROC_USER_INIT_INO */

#define GRANT_MAX 700

static bool has(uint64_t set, int cap)
{
	return set >> cap & 1;
}

/* The capability that events need: before 5.8 it was the one for everything. */
static int event_cap(const struct rights *r)
{
	return r->last_cap >= CAP_PERFMON ? CAP_PERFMON : CAP_SYS_ADMIN;
}

static const char *event_cap_name(const struct rights *r)
{
	return r->last_cap >= CAP_PERFMON ? "PERFMON" : "SYS_ADMIN";
}

static bool may_trace(const struct rights *r)
{
	return has(r->effective, event_cap(r)) || has(r->effective, CAP_SYS_ADMIN);
}

static long read_number(const char *path, long fallback)
{
	size_t len;
	char *text = io_slurp(path, 64, &len);
	long nr = text && len ? strtol(text, NULL, 10) : fallback;

	free(text);
	return nr;
}

static uint64_t status_field(const char *text, const char *name, int base, uint64_t fallback)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, base) : fallback;
}

void rights_parse_status(struct rights *r, const char *text)
{
	r->effective = status_field(text, "\nCapEff:", 16, ~0ull);
	r->bounding = status_field(text, "\nCapBnd:", 16, ~0ull);
	r->no_new_privs = status_field(text, "\nNoNewPrivs:", 10, 0);
	r->seccomp = status_field(text, "\nSeccomp:", 10, 0);
}

/*
 * Flags that nobody knows: the kernel refuses them as the first thing it does, whatever the rights
 * are. Who answers otherwise stands before it.
 */
static int probe_open(void)
{
	syscall(SYS_perf_event_open, NULL, 0, -1, -1, ~0ul);
	return errno == EINVAL ? 0 : errno;
}

void rights_look(struct rights *r)
{
	size_t len;
	char *status = io_slurp("/proc/self/status", 1 << 16, &len), ns[64] = "";
	struct statvfs fs;
	struct rlimit lock = { 0 };
	ssize_t got;

	*r = (struct rights){
		.last_cap = read_number("/proc/sys/kernel/cap_last_cap", CAP_PERFMON),
		.root = !geteuid(),
		.gid = getegid(),
		.open_errno = probe_open(),
		.paranoid = read_number("/proc/sys/kernel/perf_event_paranoid", 2),
		.mlock_kb = read_number("/proc/sys/kernel/perf_event_mlock_kb", 516),
	};
	rights_parse_status(r, status ? status : "");
	free(status);
	r->nosuid = !statvfs("/proc/self/exe", &fs) && fs.f_flag & ST_NOSUID;
	got = readlink("/proc/self/exe", r->program, sizeof(r->program));
	if (got < 0 || got == sizeof(r->program))
		got = snprintf(r->program, sizeof(r->program), "REC");
	r->program[got] = 0;
	r->user_ns = readlink("/proc/self/ns/user", ns, sizeof(ns) - 1) > 0 &&
		     strcmp(ns, INITIAL_USER_NS) != 0;
	getrlimit(RLIMIT_MEMLOCK, &lock);
	r->limit_kb = lock.rlim_cur >> 10;
}

/* As a word for the shell. */
static const char *quoted(const char *path, char *text, size_t room)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+=:,@%";
	size_t at = 0;

	if (!path[strspn(path, plain)])
		return path;
	text[at++] = '\'';
	for (; *path && at + 6 < room; path++) {
		if (*path == '\'')
			at += snprintf(text + at, room - at, "'\\'");
		text[at++] = *path;
	}
	text[at++] = '\'';
	text[at] = 0;
	return text;
}

/* Of a file that has a capability which may not be had nothing is run: all of them must be allowed. */
static bool may_be_granted(const struct rights *r, bool nice)
{
	return has(r->bounding, event_cap(r)) && has(r->bounding, CAP_IPC_LOCK) &&
	       has(r->bounding, CAP_DAC_READ_SEARCH) && (!nice || has(r->bounding, CAP_SYS_NICE));
}

/* What to do to get the rights that recording needs; with @nice, the one to a priority, too. */
static const char *grant(const struct rights *r, bool nice, char *text, size_t room)
{
	char word[sizeof(r->program) + 64], command[512];

	snprintf(command, sizeof(command),
		 "sudo setcap cap_%s,cap_ipc_lock,cap_dac_read_search%s+ep %s",
		 event_cap(r) == CAP_PERFMON ? "perfmon" : "sys_admin", nice ? ",cap_sys_nice" : "",
		 quoted(r->program, word, sizeof(word)));
	if (r->user_ns)
		snprintf(text, room,
			 "run rec outside of its user namespace, as of a rootless container, where "
			 "no capability counts for that");
	else if (r->root || !may_be_granted(r, nice))
		snprintf(text, room,
			 "have its container or service not take capabilities away: docker run "
			 "--cap-add %s --cap-add IPC_LOCK --cap-add DAC_READ_SEARCH%s, or "
			 "systemd's CapabilityBoundingSet=",
			 event_cap_name(r), nice ? " --cap-add SYS_NICE" : "");
	else if (r->no_new_privs)
		snprintf(text, room,
			 "run rec from elsewhere: no_new_privs is set, by a container or by "
			 "systemd's NoNewPrivileges=, so that sudo and setcap have no effect here");
	else if (r->nosuid)
		snprintf(text, room,
			 "use sudo, or copy rec to where nosuid is not set, and there once: %s",
			 command);
	else
		snprintf(text, room, "use sudo, or once: %s", command);
	return text;
}

/* perf_event_open() does not get through to the kernel. */
static int fail_barred(const struct rights *r, const struct rights_wish *w, struct err *err)
{
	if (r->seccomp)
		return fail(err, ERR_PERM,
			    "cannot record %s: a seccomp filter forbids perf_event_open() (%s); in "
			    "a container: docker run --security-opt seccomp=unconfined --cap-add "
			    "%s, in a service: systemd's SystemCallFilter=",
			    w->event, strerror(r->open_errno), event_cap_name(r));
	return fail(err, ERR_SYS,
		    "cannot record %s: this kernel has no perf_event_open() (%s); it takes one "
		    "with CONFIG_PERF_EVENTS",
		    w->event, strerror(r->open_errno));
}

/* The level of perf_event_paranoid up to which everybody may do that. */
static int level_for(const struct rights_wish *w)
{
	/* The raw fields of an event tell too much, except of one's own system calls. */
	return w->task >= 0 && w->syscall ? 1 : -1;
}

/* In spite of the capability that should do. */
static int fail_capable(const struct rights *r, const struct rights_wish *w, int why,
			struct err *err)
{
	if (r->paranoid > 2 && !has(r->effective, CAP_SYS_ADMIN))
		return fail(err, ERR_PERM,
			    "no right to record %s on CPU %d (%s): perf_event_paranoid is %d, "
			    "which leaves events to CAP_SYS_ADMIN; use sudo, or once: sudo sysctl "
			    "kernel.perf_event_paranoid=2",
			    w->event, w->cpu, strerror(why), r->paranoid);
	return fail(err, ERR_PERM,
		    "no right to record %s on CPU %d (%s): not for want of a capability: a "
		    "security module, as SELinux or lockdown, forbids it; see: sudo dmesg, and cat "
		    "/sys/kernel/security/lsm",
		    w->event, w->cpu, strerror(why));
}

int rights_fail_event(const struct rights *r, const struct rights_wish *w, int why, struct err *err)
{
	int level = level_for(w);
	char how[GRANT_MAX], own[80] = "";

	if (r->open_errno)
		return fail_barred(r, w, err);
	if (may_trace(r) && !r->user_ns)
		return fail_capable(r, w, why, err);
	grant(r, false, how, sizeof(how));
	if (w->foreign || (r->paranoid <= level && w->task >= 0))
		return fail(err, ERR_PERM,
			    "no right to record %s of task %d (%s): it is another user's, or may "
			    "not be looked into, and CAP_%s is missing; %s",
			    w->event, w->task, strerror(why), event_cap_name(r), how);
	if (r->paranoid <= level)
		return fail_capable(r, w, why, err);
	if (w->task < 0 && w->syscall && r->paranoid <= 1)
		snprintf(own, sizeof(own), "; your own programs you may record: rec -- COMMAND");
	return fail(err, ERR_PERM,
		    "no right to record %s on CPU %d (%s): perf_event_paranoid is %d and CAP_%s is "
		    "missing; %s; or for everyone: sudo sysctl kernel.perf_event_paranoid=%d%s",
		    w->event, w->cpu, strerror(why), r->paranoid, event_cap_name(r), how, level,
		    own);
}

int rights_fail_tracefs(const struct rights *r, const char *path, const char *dir, struct err *err)
{
	char how[GRANT_MAX];

	grant(r, false, how, sizeof(how));
	if (r->root || r->user_ns)
		return fail(err, ERR_PERM,
			    "cannot read %s: Permission denied; tracefs is for root, and "
			    "CAP_DAC_READ_SEARCH is missing; %s",
			    path, how);
	return fail(err, ERR_PERM,
		    "cannot read %s: Permission denied; tracefs is for root, and "
		    "CAP_DAC_READ_SEARCH is missing; %s; or for your group, until the next boot: "
		    "sudo mount -o remount,mode=750,gid=%u %s",
		    path, how, r->gid, dir);
}

int rights_fail_mount(const struct rights *r, struct err *err)
{
	size_t len;
	char *known = io_slurp("/proc/filesystems", 1 << 16, &len);
	bool none = known && !strstr(known, "\ttracefs\n");

	free(known);
	if (none)
		return fail(err, ERR_NOENT,
			    "this kernel has no tracefs, and so no tracepoints; it takes one with "
			    "CONFIG_FTRACE");
	if (r->user_ns || (r->root && !has(r->effective, CAP_SYS_ADMIN)))
		return fail(err, ERR_PERM,
			    "tracefs is not mounted and cannot be in this container; docker run -v "
			    "/sys/kernel/tracing:/sys/kernel/tracing, when it is mounted outside: "
			    "sudo mount -t tracefs nodev /sys/kernel/tracing");
	if (!r->root)
		return fail(err, ERR_PERM,
			    "tracefs is not mounted and mounting it is for root; use sudo, or "
			    "once: sudo mount -t tracefs nodev /sys/kernel/tracing");
	return fail(err, ERR_NOENT,
		    "tracefs is not mounted and cannot be; try: mount -t tracefs nodev "
		    "/sys/kernel/tracing");
}

int rights_fail_nice(const struct rights *r, int prio, unsigned long limit, struct err *err)
{
	char how[GRANT_MAX];

	if (has(r->effective, CAP_SYS_NICE) && !r->user_ns)
		return fail(err, ERR_PERM,
			    "option -r: no right to real-time priority %d in spite of "
			    "CAP_SYS_NICE: rec's control group has no real-time share; see its "
			    "cpu.rt_runtime_us",
			    prio);
	return fail(err, ERR_PERM,
		    "option -r: no right to real-time priority %d: CAP_SYS_NICE is missing and "
		    "RLIMIT_RTPRIO is %lu; raise ulimit -r, or %s",
		    prio, limit, grant(r, true, how, sizeof(how)));
}

const char *rights_memory(const struct rights *r, char *text, size_t room)
{
	char how[GRANT_MAX];

	snprintf(text, room,
		 "no more memory may be locked: ulimit -l is %lu, perf_event_mlock_kb %lu, and "
		 "CAP_IPC_LOCK is missing; raise one, or %s",
		 r->limit_kb, r->mlock_kb, grant(r, false, how, sizeof(how)));
	return text;
}
