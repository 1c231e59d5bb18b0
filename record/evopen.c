#include "record/evopen.h"
#include "common/rights.h"
#include "common/util.h"
#include "record/evswitch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_foreign(int task)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", task);
	return !stat(path, &st) && st.st_uid != geteuid();
}

static int fail_right(const struct evlist *l, const struct evsel *e, uint32_t i, int why,
		      struct err *err)
{
	struct rights_wish wish = {
		.event = e->name,
		.cpu = evsel_cpu(l, i),
		.task = l->target->by_task ? l->target->tasks[i / l->target->nr_cpus] : -1,
		.syscall = evsel_is_syscall(e),
	};
	struct rights rights;

	wish.foreign = wish.task >= 0 && is_foreign(wish.task);
	rights_look(&rights);
	return rights_fail_event(&rights, &wish, why, err);
}

static int fail_files(const struct evlist *l, struct err *err)
{
	uint64_t nr = (uint64_t)l->nr * l->target->nr_tasks * target_nr_rings(l->target);
	struct rlimit files = { 0 };

	getrlimit(RLIMIT_NOFILE, &files);
	return fail(err, ERR_SYS,
		    "cannot open %u events: they need %" PRIu64
		    " open files, and the hard limit is %" PRIu64
		    "; raise it (ulimit -n), or record fewer",
		    l->nr, nr, (uint64_t)files.rlim_max);
}

/* Fd number @i of @e could not be opened. */
static int fail_open(const struct evlist *l, const struct evsel *e, uint32_t i, int why,
		     struct err *err)
{
	uint32_t cpu = evsel_cpu(l, i);

	switch (why) {
	case EACCES:
	case EPERM:
	case ENOSYS:
		return fail_right(l, e, i, why, err);
	case ENODEV:
		return fail(err, ERR_NOENT, "cannot record on CPU %u: it is offline", cpu);
	case EMFILE:
		return fail_files(l, err);
	default:
		return fail(err, ERR_SYS, "cannot open %s on CPU %u: %s", e->name, cpu,
			    strerror(why));
	}
}

static int event_open(struct evlist *l, struct evsel *e, uint32_t i)
{
	const struct target *t = l->target;
	int fd = syscall(SYS_perf_event_open, &e->attr, t->tasks[i / t->nr_cpus], evsel_cpu(l, i),
			 -1, PERF_FLAG_FD_CLOEXEC | t->open_flags);

	if (fd >= 0 || errno != EINVAL || !l->counts_lost)
		return fd;
	/* Before 6.0 the kernel does not know PERF_FORMAT_LOST. */
	l->counts_lost = false;
	for (uint32_t j = 0; j < l->nr; j++)
		l->evsels[j].attr.read_format &= ~(uint64_t)PERF_FORMAT_LOST;
	return event_open(l, e, i);
}

/* Opens fd number @i into *@fd, with its id. Returns 0, or what stands in the way (errno). */
static int open_one(struct evlist *l, struct evsel *e, uint32_t i, int *fd, uint64_t *id)
{
	int why = 0;

	*fd = event_open(l, e, i);
	if (*fd < 0)
		return errno;
	if (ioctl(*fd, PERF_EVENT_IOC_ID, id)) {
		why = errno;
		close(*fd);
		*fd = -1;
	}
	return why;
}

/* May fd number @i stay closed for that reason? A task ends, a CPU that nobody named is away. */
static bool is_absent(const struct target *t, int why)
{
	return t->by_task ? why == ESRCH : why == ENODEV && !t->spec.cpus;
}

static int evsel_open(struct evlist *l, struct evsel *e, struct err *err)
{
	bool any = false;

	e->attr.inherit = l->target->inherit;
	e->fds = calloc(l->nr_fds, sizeof(*e->fds));
	if (!e->fds)
		return fail_mem(err);
	for (uint32_t i = 0; i < l->nr_fds; i++)
		e->fds[i].fd = -1;
	for (uint32_t i = 0; i < l->nr_fds; i++) {
		int why = open_one(l, e, i, &e->fds[i].fd, &e->fds[i].id);

		if (why && !is_absent(l->target, why))
			return fail_open(l, e, i, why, err);
		any |= !why;
	}
	return any ? 0 : fail(err, ERR_NOENT, "what was to be recorded has ended");
}

static void fd_close(struct evsel_fd *f)
{
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct evsel_fd){ .fd = -1 };
}

static void evsel_close(const struct evlist *l, struct evsel *e)
{
	for (uint32_t i = 0; e->fds && i < l->nr_fds; i++)
		fd_close(&e->fds[i]);
	free(e->fds);
	e->fds = NULL;
	e->on = false;
}

/* A CPU that came or went meanwhile has some of its events: as long as not all, it is away. */
static void close_partial(struct evlist *l)
{
	for (uint32_t idx = 0; idx < l->nr_fds; idx++) {
		bool all = true;

		for (uint32_t j = 0; j < l->nr; j++)
			all &= l->evsels[j].fds[idx].fd >= 0;
		for (uint32_t j = 0; j < l->nr && !all; j++)
			fd_close(&l->evsels[j].fds[idx]);
	}
}

int evlist_open(struct evlist *l, struct err *err)
{
	struct rlimit files;

	/* One fd for each event, task and CPU; the hard limit is what the administrator meant. */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	l->nr_fds = l->target->nr_tasks * l->target->nr_cpus;
	l->aliases = calloc(l->target->nr_cpus, sizeof(*l->aliases));
	if (!l->aliases)
		return fail_mem(err);
	for (uint32_t i = 0; i < l->nr; i++) {
		if (!evsel_open(l, &l->evsels[i], err))
			continue;
		/* Some the kernel lets nobody record; with no right to any it is an error. */
		if (!l->evsels[i].optional || err->code != ERR_PERM || l->nr == 2)
			return -1;
		evsel_close(l, &l->evsels[i]);
		evlist_drop(l, i--);
	}
	if (!l->target->by_task)
		close_partial(l);
	l->nr_open = 0;
	/* The first one was opened first: of those behind it some tasks may have ended. */
	for (uint32_t i = 0; i < l->nr_fds; i++)
		l->nr_open += l->evsels[0].fds[i].fd >= 0;
	return 0;
}

void evlist_close(struct evlist *l)
{
	for (uint32_t i = 0; i < l->nr; i++)
		evsel_close(l, &l->evsels[i]);
	for (uint32_t i = 0; l->aliases && i < l->target->nr_cpus; i++)
		aliases_release(&l->aliases[i]);
	free(l->aliases);
	l->aliases = NULL;
}

/* The first of those whose rings are emptied: of all events, or of the last ones. */
static uint32_t first_forward(const struct evlist *l)
{
	return l->backward ? l->nr - 1 - l->trigger : 0;
}

/* The one that owns their rings: its watermark is that of the ring. */
static const struct evsel *forward_owner(const struct evlist *l)
{
	return &l->evsels[l->backward ? l->nr - 1 : 0];
}

/* The fd of @e on CPU index @idx that is behind @before; the first one when that is -1. */
static int next_fd(const struct evlist *l, const struct evsel *e, uint32_t idx, int before)
{
	uint32_t i = idx;

	while (before >= 0 && i < l->nr_fds && e->fds[i].fd != before)
		i += l->target->nr_cpus;
	if (before >= 0)
		i += l->target->nr_cpus;
	while (i < l->nr_fds && e->fds[i].fd < 0)
		i += l->target->nr_cpus;
	return i < l->nr_fds ? e->fds[i].fd : -1;
}

int evlist_poll_fd(const struct evlist *l, uint32_t idx, int hung_up)
{
	return next_fd(l, forward_owner(l), idx, hung_up);
}

int evlist_ring_fd(const struct evlist *l, uint32_t idx)
{
	return evlist_poll_fd(l, idx, -1);
}

int evlist_backward_fd(const struct evlist *l, uint32_t idx)
{
	return next_fd(l, &l->evsels[0], idx, -1);
}

/* Sends evsels[from..to) of CPU index @idx to the ring that the fd @ring owns. */
static int redirect(const struct evlist *l, uint32_t idx, uint32_t from, uint32_t to, int ring,
		    struct err *err)
{
	for (uint32_t j = from; j < to; j++) {
		for (uint32_t i = idx; i < l->nr_fds; i += l->target->nr_cpus) {
			int fd = l->evsels[j].fds[i].fd;

			if (fd >= 0 && fd != ring && ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring))
				return fail(err, ERR_SYS,
					    "cannot send %s to the ring of CPU %u: %s",
					    l->evsels[j].name, l->target->cpus[idx],
					    strerror(errno));
		}
	}
	return 0;
}

int evlist_redirect(struct evlist *l, uint32_t idx, struct err *err)
{
	return redirect(l, idx, first_forward(l), l->nr, evlist_ring_fd(l, idx), err);
}

int evlist_redirect_backward(struct evlist *l, uint32_t idx, struct err *err)
{
	return redirect(l, idx, 0, first_forward(l), evlist_backward_fd(l, idx), err);
}

uint64_t evsel_id(const struct evlist *l, const struct evsel *e, uint32_t i)
{
	/* On a CPU that came when the ids were told already, it has none of its own. */
	for (uint32_t j = 0; !e->fds[i].id && j < l->nr_fds; j++)
		if (e->fds[j].id)
			return e->fds[j].id;
	return e->fds[i].id;
}

uint32_t evsel_ids(const struct evlist *l, const struct evsel *e, uint64_t *ids)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < l->nr_fds; i++)
		if (e->fds[i].id)
			ids[nr++] = e->fds[i].id;
	return nr;
}

/* An event of a CPU that came, not in its place yet. */
struct fresh {
	int fd;
	uint64_t id;
	struct evsel_counts before; /* of those that had its place */
};

static int open_fresh(struct evlist *l, uint32_t idx, struct fresh *fresh, struct err *err)
{
	for (uint32_t j = 0; j < l->nr; j++) {
		struct evsel *e = &l->evsels[j];
		int why = open_one(l, e, idx, &fresh[j].fd, &fresh[j].id);

		if (why)
			return fail_open(l, e, idx, why, err);
		if (evsel_filter_fd(e, fresh[j].fd, err))
			return -1;
	}
	return 0;
}

/* The ring is as it was, only that others write to it. */
static int adopt_rings(const struct evlist *l, uint32_t idx, const struct fresh *fresh,
		       struct err *err)
{
	int forward = evlist_ring_fd(l, idx), backward = evlist_backward_fd(l, idx);

	for (uint32_t j = 0; j < l->nr; j++) {
		int ring = j < first_forward(l) ? backward : forward;

		if (ring >= 0 && ioctl(fresh[j].fd, PERF_EVENT_IOC_SET_OUTPUT, ring))
			return fail(err, ERR_SYS, "cannot send %s to the ring of CPU %u: %s",
				    l->evsels[j].name, l->target->cpus[idx], strerror(errno));
	}
	return 0;
}

/* What the old ones have counted, and under which ids the new ones write. */
static int take_over(struct evlist *l, uint32_t idx, struct fresh *fresh, struct err *err)
{
	for (uint32_t j = 0; j < l->nr; j++) {
		const struct evsel *e = &l->evsels[j];

		/* It may still run: CPUs come and go faster than we hear of it. */
		if (e->fds[idx].fd >= 0)
			ioctl(e->fds[idx].fd, PERF_EVENT_IOC_DISABLE, 0);
		if (evsel_read(l, e, idx, &fresh[j].before, err) ||
		    aliases_add(&l->aliases[idx], fresh[j].id, evsel_id(l, e, idx), err))
			return -1;
	}
	return 0;
}

int evlist_reopen(struct evlist *l, uint32_t idx, struct err *err)
{
	struct fresh *fresh = calloc(l->nr, sizeof(*fresh));
	int rc;

	if (!fresh)
		return fail_mem(err);
	for (uint32_t j = 0; j < l->nr; j++)
		fresh[j].fd = -1;
	rc = open_fresh(l, idx, fresh, err) || adopt_rings(l, idx, fresh, err) ||
			     take_over(l, idx, fresh, err)
		     ? -1
		     : 0;
	l->nr_open += !rc && l->evsels[0].fds[idx].fd < 0;
	for (uint32_t j = 0; j < l->nr; j++) {
		struct evsel_fd *f = &l->evsels[j].fds[idx];
		int gone = rc ? fresh[j].fd : f->fd;

		if (!rc) {
			f->fd = fresh[j].fd;
			f->before = fresh[j].before;
		}
		if (gone >= 0)
			close(gone);
	}
	free(fresh);
	return rc;
}

void evlist_leave(struct evlist *l, uint32_t idx)
{
	for (uint32_t j = 0; j < l->nr; j++)
		fd_close(&l->evsels[j].fds[idx]);
	l->nr_open--;
}
