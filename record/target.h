/*
 * target.h - what to record: on some CPUs all tasks, or some tasks on all CPUs, or a cgroup.
 */
#ifndef RECORD_TARGET_H
#define RECORD_TARGET_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* As the command line names it: at most one of the members but @cpus is set. */
struct target_spec {
	const char *cpus; /* -C "0,2-3"; NULL: all, also those that come up later */
	const char *pids; /* -p "1,2": processes, with all threads and later children */
	const char *tids; /* -t "1,2": threads, without children */
	const char *user; /* -u name or number: the processes that it has now, and their children */
	const char *cgroup; /* -G path, or name below the mount of cgroup2 */
	pid_t command;	    /* a process and all its children; 0: none */
	bool include_self;  /* rec may be one of the user's processes */
};

/* Invariant: cpus ascend; those that the user named are online; nr_online > 0 and nr_tasks > 0. */
struct target {
	struct target_spec spec; /* its strings are borrowed */
	uint32_t *cpus;		 /* kernel CPU numbers; owned */
	uint32_t nr_cpus;	 /* with those that may come up */
	uint32_t nr_online;	 /* ... without them */
	int *tasks;		 /* tids; or -1, all tasks; or the fd of a cgroup; owned */
	uint32_t nr_tasks;
	bool by_task;	     /* tasks are tids: they may end */
	bool inherit;	     /* with what they fork and clone from now on */
	unsigned open_flags; /* PERF_FLAG_PID_CGROUP */
};

/*
 * target_init() - find out what @spec stands for.
 * Returns 0, or -1 with ERR_USAGE (not a list), ERR_NOENT (no such CPU, or it is offline; no such
 * process, thread, user, cgroup), ERR_IO, ERR_PERM, ERR_MEM.
 */
int target_init(struct target *t, const struct target_spec *spec, struct err *err);
void target_release(struct target *t);

/* target_nr_rings() - on how many CPUs there are events from the start, and so a ring each. */
uint32_t target_nr_rings(const struct target *t);

/* target_text() - "all tasks", "12 tasks", "a cgroup": into @text, which is returned. */
const char *target_text(const struct target *t, char *text, size_t room);

/*
 * target_renew() - look once more which tasks there are: while events were opened for some, one
 * that had none yet may have started another. Returns 1 when there are others than before that do
 * not end at once (the events must be opened again), 0 when not, or -1 as target_init().
 */
int target_renew(struct target *t, struct err *err);

#endif
