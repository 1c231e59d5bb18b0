#include "record/synth.h"
#include "common/abi.h"
#include "common/io.h"
#include "common/util.h"
#include "record/kernelmap.h"
#include "record/maps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROC_FILE_MAX (1u << 20)
#define COMM_MAX      16 /* TASK_COMM_LEN, with its NUL */

/* struct record_comm with the largest name, and the trailer. */
struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	char comm[COMM_MAX];
	struct record_trailer trailer;
};
static_assert(offsetof(struct comm_record, comm) == sizeof(struct record_comm), "on disk");

struct synth {
	struct writer *w; /* borrowed */
	bool mapped;
	struct maps maps;
	struct hash done; /* processes whose maps are written */
};

static int write_comm(struct writer *w, uint32_t pid, uint32_t tid, const char *comm,
		      struct err *err)
{
	struct comm_record rec = {
		.header = { .type = PERF_RECORD_COMM, .size = sizeof(rec) },
		.pid = pid,
		.tid = tid,
		.trailer = { .pid = pid, .tid = tid },
	};

	memcpy(rec.comm, comm, strnlen(comm, COMM_MAX - 1));
	return writer_push(w, &rec, sizeof(rec), err);
}

/* Reads the name of a task, which may be empty. Returns false when the task is gone. */
static bool read_comm(int dirfd, const char *tid, char comm[COMM_MAX])
{
	char path[NAME_MAX + 8];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/comm", tid);
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, comm, COMM_MAX - 1);
	close(fd);
	if (len <= 0)
		return false;
	if (comm[len - 1] == '\n') /* one may be inside of the name */
		len--;
	comm[len] = 0;
	return true;
}

/* What process @pid has mapped, once; its thread @tid is asked. */
static int synth_maps(struct synth *s, uint32_t pid, uint32_t tid, struct err *err)
{
	uint64_t *done;
	int rc;

	if (!s->mapped)
		return 0;
	done = hash_put(&s->done, pid);
	if (!done)
		return fail_mem(err);
	if (*done)
		return 0;
	rc = maps_synth(&s->maps, s->w, pid, tid, err);
	*done = rc > 0;
	return MIN(rc, 0);
}

static int synth_process(struct synth *s, int proc_fd, const char *pid, struct err *err)
{
	char path[NAME_MAX + 8];
	struct dirent *entry;
	int fd, rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/task", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0; /* it ended */
	}
	while (!rc && (entry = readdir(dir))) {
		int tid = atoi(entry->d_name);
		char comm[COMM_MAX];

		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    read_comm(fd, entry->d_name, comm) &&
		    (write_comm(s->w, atoi(pid), tid, comm, err) ||
		     synth_maps(s, atoi(pid), tid, err)))
			rc = -1;
	}
	closedir(dir);
	return rc;
}

/* The process that thread @tid belongs to, 0 when it is gone. */
static uint32_t process_of(int tid)
{
	char path[64], *text, *at;
	uint32_t pid = 0;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	text = io_slurp(path, PROC_FILE_MAX, &len);
	/* Of the lines before it only the name is the task's own choice, and it has no newline. */
	at = text ? strstr(text, "\nTgid:") : NULL;
	if (at)
		pid = strtoul(at + 6, NULL, 10);
	free(text);
	return pid;
}

static int synth_threads(struct synth *s, const struct target *t, int proc_fd, struct err *err)
{
	for (uint32_t i = 0; i < t->nr_tasks; i++) {
		uint32_t pid = process_of(t->tasks[i]);
		char tid[16], comm[COMM_MAX];

		snprintf(tid, sizeof(tid), "%d", t->tasks[i]);
		if (pid && read_comm(proc_fd, tid, comm) &&
		    (write_comm(s->w, pid, t->tasks[i], comm, err) ||
		     synth_maps(s, pid, t->tasks[i], err)))
			return -1;
	}
	return 0;
}

void synth_tell_denied(uint32_t nr)
{
	if (nr)
		fprintf(stderr,
			"rec: what %u of the processes have mapped may not be seen: their "
			"functions "
			"will have no names%s\n",
			nr, geteuid() ? "; use sudo, or grant cap_sys_ptrace, too" : "");
}

int synth_tasks(struct writer *w, const struct target *t, bool mapped, uint32_t *nr_denied,
		struct err *err)
{
	struct synth s = { .w = w, .mapped = mapped };
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return fail(err, ERR_SYS, "cannot read /proc: %s", strerror(errno));
	if (mapped)
		rc = kernelmap_synth(w, err);
	if (!rc && t->by_task)
		rc = synth_threads(&s, t, dirfd(dir), err);
	while (!rc && !t->by_task && (entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			rc = synth_process(&s, dirfd(dir), entry->d_name, err);
	closedir(dir);
	*nr_denied = s.maps.nr_denied;
	maps_release(&s.maps);
	hash_release(&s.done);
	return rc;
}
