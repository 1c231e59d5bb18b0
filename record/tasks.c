#include "record/tasks.h"
#include "common/util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int tids_add(struct tids *t, int tid, struct err *err)
{
	if (t->nr == t->room) {
		uint32_t room = t->room ? 2 * t->room : 64;
		int *tids = realloc(t->tids, room * sizeof(*tids));

		if (!tids)
			return fail_mem(err);
		t->tids = tids;
		t->room = room;
	}
	t->tids[t->nr++] = tid;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* In order and none twice: -p 5,5 shall not record everything twice. */
static void tids_settle(struct tids *t)
{
	uint32_t nr = 0;

	if (t->nr)
		qsort(t->tids, t->nr, sizeof(*t->tids), by_number);
	for (uint32_t i = 0; i < t->nr; i++)
		if (!nr || t->tids[nr - 1] != t->tids[i])
			t->tids[nr++] = t->tids[i];
	t->nr = nr;
}

void tids_release(struct tids *t)
{
	free(t->tids);
	*t = (struct tids){ 0 };
}

static bool is_number(const char *name)
{
	return *name >= '0' && *name <= '9';
}

/* All threads of the process @pid, a folder in @proc. Returns 0, also when it has ended, or -1. */
static int add_process(struct tids *t, int proc, const char *pid, struct err *err)
{
	char path[NAME_MAX + 8];
	struct dirent *entry;
	int fd, rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!rc && (entry = readdir(dir)))
		if (is_number(entry->d_name))
			rc = tids_add(t, atoi(entry->d_name), err);
	closedir(dir);
	return rc;
}

/* The next number of "1,2". Returns 1, 0 at the end, or -1 when there is none. */
static int next_number(const char **at, int *number)
{
	unsigned long value;
	char *end;

	if (!**at)
		return 0;
	if (!is_number(*at))
		return -1;
	errno = 0;
	value = strtoul(*at, &end, 10);
	if (errno || value < 1 || value > INT_MAX || (*end && *end != ',') || (*end && !end[1]))
		return -1;
	*at = end + (*end == ',');
	*number = value;
	return 1;
}

int tids_of_processes(struct tids *t, const char *list, struct err *err)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), pid, rc;
	const char *at = list;

	if (proc < 0)
		return fail(err, ERR_SYS, "cannot read /proc: %s", strerror(errno));
	while ((rc = *list ? next_number(&at, &pid) : -1) == 1) {
		uint32_t before = t->nr;
		char name[16];

		snprintf(name, sizeof(name), "%d", pid);
		rc = add_process(t, proc, name, err);
		if (!rc && t->nr == before && !t->again)
			rc = fail(err, ERR_NOENT, "option -p: there is no process %d", pid);
		if (rc)
			goto out;
	}
	if (rc < 0)
		fail(err, ERR_USAGE, "option -p: %s is no list of processes, as 812,4711", list);
	tids_settle(t);
out:
	close(proc);
	return rc;
}

int tids_of_threads(struct tids *t, const char *list, struct err *err)
{
	const char *at = list;
	int tid, rc;

	while ((rc = *list ? next_number(&at, &tid) : -1) == 1) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/%d", tid);
		if (access(path, F_OK))
			return fail(err, ERR_NOENT, "option -t: there is no thread %d", tid);
		if (tids_add(t, tid, err))
			return -1;
	}
	if (rc < 0)
		return fail(err, ERR_USAGE, "option -t: %s is no list of threads, as 812,4711",
			    list);
	tids_settle(t);
	return 0;
}

static int find_user(const char *user, uid_t *uid, struct err *err)
{
	const struct passwd *entry = getpwnam(user);
	unsigned long number;
	char *end;

	if (entry) {
		*uid = entry->pw_uid;
		return 0;
	}
	errno = 0;
	number = is_number(user) ? strtoul(user, &end, 10) : 0;
	if (!is_number(user) || errno || *end || number >= (uid_t)-1)
		return fail(err, ERR_NOENT, "option -u: there is no user %s", user);
	*uid = number;
	return 0;
}

int tids_of_user(struct tids *t, const char *user, bool self, struct err *err)
{
	struct dirent *entry;
	int rc = 0;
	uid_t uid;
	DIR *dir;

	if (find_user(user, &uid, err))
		return -1;
	dir = opendir("/proc");
	if (!dir)
		return fail(err, ERR_SYS, "cannot read /proc: %s", strerror(errno));
	while (!rc && (entry = readdir(dir))) {
		struct stat st;

		if (!self && atoi(entry->d_name) == getpid())
			continue;
		if (is_number(entry->d_name) && !fstatat(dirfd(dir), entry->d_name, &st, 0) &&
		    st.st_uid == uid)
			rc = add_process(t, dirfd(dir), entry->d_name, err);
	}
	closedir(dir);
	if (!rc && !t->nr && !t->again)
		rc = fail(err, ERR_NOENT,
			  "option -u: %s has no process to begin with; to record what it starts "
			  "later, give its cgroup: -G user.slice/user-%u.slice",
			  user, uid);
	tids_settle(t);
	return rc;
}
