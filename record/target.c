#include "record/target.h"
#include "common/io.h"
#include "common/ranges.h"
#include "common/util.h"
#include "record/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CPU_LISTS  "/sys/devices/system/cpu/"
#define CPU_ONLINE CPU_LISTS "online"
#define CPU_MAX	   (1u << 16)

/* So long a task that began while events were opened may live on without being waited for. */
#define NEWCOMER_MS 40

/* Sets the CPUs of "0,2-3" in @set. Returns 0, or -1 when that is no such list. */
static int parse_list(const char *list, cpu_set_t *set, size_t set_bytes)
{
	struct ranges cpus;

	if (ranges_parse(&cpus, list, CPU_MAX - 1))
		return -1;
	for (uint32_t i = 0; i < cpus.nr; i++)
		for (uint32_t cpu = cpus.at[i].first; cpu <= cpus.at[i].last; cpu++)
			CPU_SET_S(cpu, set_bytes, set);
	ranges_release(&cpus);
	return 0;
}

/*
 * Adds to @set those that may come up: where all tasks are recorded any that the machine can have,
 * since they cost nothing until then; where events are by task those that it has, since the events
 * of tasks are opened beforehand.
 */
static void add_absent(const struct target *t, cpu_set_t *set, size_t bytes)
{
	size_t len;
	char *text =
		io_slurp(t->by_task ? CPU_LISTS "present" : CPU_LISTS "possible", 1 << 16, &len);

	if (text)
		parse_list(text, set, bytes);
	free(text);
}

static int pick(struct target *t, const cpu_set_t *wanted, const cpu_set_t *online,
		const char *online_text, size_t bytes, struct err *err)
{
	t->cpus = calloc(CPU_COUNT_S(bytes, wanted), sizeof(*t->cpus));
	if (!t->cpus)
		return fail_mem(err);
	for (uint32_t cpu = 0; cpu < CPU_MAX; cpu++) {
		if (!CPU_ISSET_S(cpu, bytes, wanted))
			continue;
		if (CPU_ISSET_S(cpu, bytes, online))
			t->nr_online++;
		else if (t->spec.cpus)
			return fail(err, ERR_NOENT, "no CPU %u; online are %.*s", cpu,
				    (int)strcspn(online_text, "\n"), online_text);
		t->cpus[t->nr_cpus++] = cpu;
	}
	return 0;
}

/* What was asked for, into @wanted; returns 0 or -1. */
static int want(const struct target *t, cpu_set_t *wanted, const cpu_set_t *online, size_t bytes,
		struct err *err)
{
	const char *list = t->spec.cpus;

	if (list && parse_list(list, wanted, bytes))
		return fail(err, ERR_USAGE, "option -C: %s is no list of CPUs, as 0,2-3", list);
	if (!list) {
		memcpy(wanted, online, bytes);
		add_absent(t, wanted, bytes);
	}
	return 0;
}

static int find_cpus(struct target *t, struct err *err)
{
	size_t len, bytes = CPU_ALLOC_SIZE(CPU_MAX);
	char *text = io_slurp(CPU_ONLINE, 1 << 16, &len);
	cpu_set_t *wanted = calloc(1, bytes), *online = calloc(1, bytes);
	int rc = -1;

	if (!wanted || !online)
		fail_mem(err);
	else if (!text || parse_list(text, online, bytes))
		fail(err, ERR_IO, "cannot read " CPU_ONLINE);
	else if (!want(t, wanted, online, bytes, err))
		rc = pick(t, wanted, online, text, bytes, err);
	free(wanted);
	free(online);
	free(text);
	return rc;
}

/* Takes what is not by task: one word for all tasks, or for a cgroup. */
static int set_one(struct target *t, int task, struct err *err)
{
	t->tasks = malloc(sizeof(*t->tasks));
	if (!t->tasks)
		return fail_mem(err);
	t->tasks[0] = task;
	t->nr_tasks = 1;
	return 0;
}

/* Where cgroups with events live: cgroup2, or on old systems the hierarchy perf_event. */
static int cgroup_mount(char *dir, size_t room)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	*dir = 0;
	while (mounts && (m = getmntent(mounts))) {
		bool v1 = !strcmp(m->mnt_type, "cgroup") && hasmntopt(m, "perf_event");

		if (v1 || (!*dir && !strcmp(m->mnt_type, "cgroup2")))
			snprintf(dir, room, "%s", m->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return *dir ? 0 : -1;
}

static int find_cgroup(struct target *t, const char *name, struct err *err)
{
	char mount[PATH_MAX], path[2 * PATH_MAX];
	size_t len;
	int fd;

	if (cgroup_mount(mount, sizeof(mount)))
		return fail(err, ERR_NOENT, "option -G: no cgroup2 is mounted");
	len = strlen(mount);
	if (!strncmp(name, mount, len) && (!name[len] || name[len] == '/'))
		name += len;
	snprintf(path, sizeof(path), "%s/%s", mount, name);
	/* Only a cgroup has this file: any other folder is EBADF much later. */
	strncat(path, "/cgroup.procs", sizeof(path) - strlen(path) - 1);
	if (access(path, F_OK))
		return fail(err, ERR_NOENT, "option -G: there is no cgroup %s below %s", name,
			    mount);
	*strrchr(path, '/') = 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, ERR_PERM, "option -G: cannot open %s: %s", path, strerror(errno));
	t->open_flags = PERF_FLAG_PID_CGROUP;
	return set_one(t, fd, err);
}

static bool is_by_task(const struct target_spec *s)
{
	return s->pids || s->tids || s->user || s->command;
}

static int find_tasks(struct target *t, bool again, struct err *err)
{
	const struct target_spec *s = &t->spec;
	struct tids tids = { .again = again };

	t->inherit = t->by_task && !s->tids;
	if (s->cgroup)
		return find_cgroup(t, s->cgroup, err);
	if (!t->by_task || s->command)
		return set_one(t, s->command ? s->command : -1, err);
	if (s->pids   ? tids_of_processes(&tids, s->pids, err)
	    : s->tids ? tids_of_threads(&tids, s->tids, err)
		      : tids_of_user(&tids, s->user, s->include_self, err)) {
		tids_release(&tids);
		return -1;
	}
	t->tasks = tids.tids;
	t->nr_tasks = tids.nr;
	return 0;
}

int target_init(struct target *t, const struct target_spec *spec, struct err *err)
{
	*t = (struct target){ .spec = *spec, .by_task = is_by_task(spec) };
	if (!find_cpus(t, err) && !find_tasks(t, false, err))
		return 0;
	target_release(t);
	return -1;
}

static bool has_task(const struct target *t, int tid)
{
	for (uint32_t low = 0, high = t->nr_tasks; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (t->tasks[middle] == tid)
			return true;
		if (t->tasks[middle] < tid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Is there a task of @now that @t has not, and that does not end within a moment? */
static bool has_newcomer(const struct target *now, const struct target *t)
{
	int patience = NEWCOMER_MS;

	for (uint32_t i = 0; i < now->nr_tasks; i++) {
		char path[32];

		if (has_task(t, now->tasks[i]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d", now->tasks[i]);
		while (!access(path, F_OK) && patience-- > 0)
			usleep(1000);
		if (patience <= 0)
			return true;
	}
	return false;
}

int target_renew(struct target *t, struct err *err)
{
	struct target now = { .spec = t->spec, .by_task = true };

	if (!t->spec.pids && !t->spec.user)
		return 0;
	if (find_tasks(&now, true, err))
		return -1;
	/* Those that ended meanwhile do no harm. */
	if (!has_newcomer(&now, t)) {
		free(now.tasks);
		return 0;
	}
	free(t->tasks);
	t->tasks = now.tasks;
	t->nr_tasks = now.nr_tasks;
	return 1;
}

uint32_t target_nr_rings(const struct target *t)
{
	return t->by_task ? t->nr_cpus : t->nr_online;
}

const char *target_text(const struct target *t, char *text, size_t room)
{
	if (t->by_task)
		snprintf(text, room, "%u task%s%s", t->nr_tasks, t->nr_tasks == 1 ? "" : "s",
			 t->inherit ? " and what they start" : "");
	else
		snprintf(text, room, "%s", t->open_flags ? "a cgroup" : "all tasks");
	return text;
}

void target_release(struct target *t)
{
	if (t->open_flags && t->tasks)
		close(t->tasks[0]);
	free(t->tasks);
	free(t->cpus);
	*t = (struct target){ 0 };
}
