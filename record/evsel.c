#include "record/evsel.h"
#include "common/buf.h"
#include "common/rights.h"
#include "common/util.h"
#include "record/clock.h"
#include "record/trigger.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Only what is read: who, when, where, and the event's own bytes. No IP, which is the same for
 * all of them, and for system calls no PERIOD, which is 1: 112 bytes a call instead of 128.
 */
#define SAMPLE_TYPE                                                                      \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
	 PERF_SAMPLE_RAW)

static void attr_init(struct perf_event_attr *attr)
{
	*attr = (struct perf_event_attr){
		/* The smallest size that holds what is used: perf refuses one that it does not know. */
		.size = PERF_ATTR_SIZE_VER0,
		.sample_period = 1,
		.sample_type = SAMPLE_TYPE,
		.read_format = PERF_FORMAT_ID | PERF_FORMAT_LOST,
		.disabled = 1,
		.sample_id_all = 1,
		.watermark = 1,
	};
}

static bool is_syscall(const struct tracefs_event *tp)
{
	/* The side band has no tracepoint. */
	return tp->system &&
	       (!strcmp(tp->system, "raw_syscalls") || !strcmp(tp->system, "syscalls"));
}

/* The event is named twice: what either of the two lets through is recorded, once. */
static int add_to_filter(struct evsel *e, const struct event_spec *spec, struct err *err)
{
	char *either = NULL;

	if (e->filter && spec->filter && strcmp(e->filter, spec->filter) &&
	    asprintf(&either, "(%s) || (%s)", e->filter, spec->filter) < 0)
		return fail_mem(err);
	if (!either && e->filter && spec->filter)
		return 0;
	free(e->filter);
	e->filter = either;
	return 0;
}

static int add_tracepoint(struct evlist *l, const struct event_spec *spec, struct err *err)
{
	struct evsel *e = &l->evsels[l->nr];

	attr_init(&e->attr);
	if (tracefs_event_read(&e->tp, spec->name, err))
		return -1;
	for (uint32_t i = 0; i < l->nr; i++) {
		if (l->evsels[i].attr.config != e->tp.id)
			continue;
		tracefs_event_release(&e->tp);
		return add_to_filter(&l->evsels[i], spec, err);
	}
	l->nr++;
	e->attr.type = PERF_TYPE_TRACEPOINT;
	e->attr.config = e->tp.id;
	if (!is_syscall(&e->tp)) {
		/*
		 * Some events count more than 1 at a time: sched_stat_runtime its nanoseconds
		 * (__perf_count() in include/trace/events/sched.h). With PERIOD the kernel makes one
		 * sample of that, without as many as there are.
		 */
		e->attr.sample_type |= PERF_SAMPLE_PERIOD;
		l->weighted = true;
	}
	e->optional = spec->by_pattern;
	e->name = strdup(spec->name);
	if (spec->filter)
		e->filter = strdup(spec->filter);
	return e->name && (!spec->filter || e->filter) ? 0 : fail_mem(err);
}

static int add_sideband(struct evlist *l, struct err *err)
{
	struct evsel *e = &l->evsels[l->nr];

	e->name = strdup("dummy");
	if (!e->name)
		return fail_mem(err);
	l->nr++;
	attr_init(&e->attr);
	e->attr.type = PERF_TYPE_SOFTWARE;
	e->attr.config = PERF_COUNT_SW_DUMMY;
	e->attr.comm = 1;
	e->attr.comm_exec = 1;
	e->attr.task = 1;
	return 0;
}

static int alloc_fds(struct evsel *e, uint32_t nr, struct err *err)
{
	e->fds = malloc(nr * sizeof(*e->fds));
	e->ids = calloc(nr, sizeof(*e->ids));
	e->lost_told = calloc(nr, sizeof(*e->lost_told));
	e->lost_written = calloc(nr, sizeof(*e->lost_written));
	if (!e->fds || !e->ids || !e->lost_told || !e->lost_written)
		return fail_mem(err);
	for (uint32_t i = 0; i < nr; i++)
		e->fds[i] = -1;
	return 0;
}

int evlist_init(struct evlist *l, const struct target *target, const struct event_specs *specs,
		struct err *err)
{
	*l = (struct evlist){ .target = target, .counts_lost = true };
	l->evsels = calloc(specs->nr + 2, sizeof(*l->evsels));
	if (!l->evsels)
		return fail_mem(err);
	for (uint32_t i = 0; i < specs->nr; i++)
		if (add_tracepoint(l, &specs->specs[i], err))
			return -1;
	return add_sideband(l, err);
}

void evlist_write_backward(struct evlist *l)
{
	l->backward = true;
	for (uint32_t i = 0; i < l->nr - 1; i++)
		l->evsels[i].attr.write_backward = 1;
}

int evlist_add_trigger(struct evlist *l, char *filter, struct err *err)
{
	struct evsel *e = &l->evsels[l->nr];

	/* The side band stays the last one. */
	*e = l->evsels[l->nr - 1];
	e[-1] = (struct evsel){ .filter = filter, .name = strdup(TRIGGER_EVENT) };
	l->nr++;
	l->trigger = true;
	e--;
	attr_init(&e->attr);
	if (!e->name)
		return fail_mem(err);
	if (tracefs_event_read(&e->tp, e->name, err))
		return -1;
	e->attr.type = PERF_TYPE_TRACEPOINT;
	e->attr.config = e->tp.id;
	e->attr.watermark = 0;
	e->attr.wakeup_events = 1;
	return 0;
}

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
		.syscall = is_syscall(&e->tp),
	};
	struct rights rights;

	wish.foreign = wish.task >= 0 && is_foreign(wish.task);
	rights_look(&rights);
	return rights_fail_event(&rights, &wish, why, err);
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
		return fail(err, ERR_SYS,
			    "cannot open %s on CPU %u: no more files may be open; raise ulimit -n",
			    e->name, cpu);
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

static int evsel_open(struct evlist *l, struct evsel *e, struct err *err)
{
	bool any = false;

	e->attr.inherit = l->target->inherit;
	if (alloc_fds(e, l->nr_fds, err))
		return -1;
	for (uint32_t i = 0; i < l->nr_fds; i++) {
		e->fds[i] = event_open(l, e, i);
		if (e->fds[i] < 0 && errno == ESRCH && l->target->by_task)
			continue;
		if (e->fds[i] < 0)
			return fail_open(l, e, i, errno, err);
		if (ioctl(e->fds[i], PERF_EVENT_IOC_ID, &e->ids[i]))
			return fail(err, ERR_SYS, "cannot get the id of %s: %s", e->name,
				    strerror(errno));
		any = true;
	}
	return any ? 0 : fail(err, ERR_NOENT, "what was to be recorded has ended");
}

static void evsel_close(const struct evlist *l, struct evsel *e)
{
	for (uint32_t i = 0; e->fds && i < l->nr_fds; i++)
		if (e->fds[i] >= 0)
			close(e->fds[i]);
	free(e->fds);
	free(e->ids);
	free(e->lost_told);
	free(e->lost_written);
	e->fds = NULL;
	e->ids = NULL;
	e->lost_told = NULL;
	e->lost_written = NULL;
}

static void evsel_release(struct evsel *e)
{
	free(e->name);
	free(e->filter);
	tracefs_event_release(&e->tp);
}

static void evlist_drop(struct evlist *l, uint32_t i)
{
	evsel_close(l, &l->evsels[i]);
	evsel_release(&l->evsels[i]);
	l->nr--;
	l->nr_dropped++;
	memmove(&l->evsels[i], &l->evsels[i + 1], (l->nr - i) * sizeof(l->evsels[i]));
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
	for (uint32_t i = 0; i < l->nr; i++) {
		if (!evsel_open(l, &l->evsels[i], err))
			continue;
		/* Some the kernel lets nobody record; with no right to any it is an error. */
		if (!l->evsels[i].optional || err->code != ERR_PERM || l->nr == 2)
			return -1;
		evlist_drop(l, i--);
	}
	return 0;
}

void evlist_close(struct evlist *l)
{
	for (uint32_t i = 0; i < l->nr; i++)
		evsel_close(l, &l->evsels[i]);
}

void evlist_release(struct evlist *l)
{
	evlist_close(l);
	for (uint32_t i = 0; i < l->nr; i++)
		evsel_release(&l->evsels[i]);
	free(l->evsels);
	*l = (struct evlist){ 0 };
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

	while (before >= 0 && i < l->nr_fds && e->fds[i] != before)
		i += l->target->nr_cpus;
	if (before >= 0)
		i += l->target->nr_cpus;
	while (i < l->nr_fds && e->fds[i] < 0)
		i += l->target->nr_cpus;
	return i < l->nr_fds ? e->fds[i] : -1;
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
			int fd = l->evsels[j].fds[i];

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

uint32_t evsel_ids(const struct evlist *l, const struct evsel *e, uint64_t *ids)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < l->nr_fds; i++)
		if (e->fds[i] >= 0)
			ids[nr++] = e->ids[i];
	return nr;
}

void evlist_clock(struct evlist *l, int clockid)
{
	for (uint32_t i = 0; clockid != CLOCK_OF_PERF && i < l->nr; i++) {
		struct perf_event_attr *attr = &l->evsels[i].attr;

		attr->size = MAX(attr->size, PERF_ATTR_SIZE_VER3); /* clockid is its last member */
		attr->use_clockid = 1;
		attr->clockid = clockid;
	}
}

void evlist_callchains(struct evlist *l)
{
	struct perf_event_attr *sideband = &l->evsels[l->nr - 1].attr;

	/* With IP: perf takes a sample without it for one that has no chain to show. */
	for (uint32_t i = 0; i < l->nr - 1; i++)
		l->evsels[i].attr.sample_type |= PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN;
	sideband->mmap = 1;
	/*
	 * Not build_id: the kernel (5.12 to 6.18 at least) then also marks the records of all other
	 * recorders as having a build id, which they have not, and perf record crashes on its own.
	 */
	sideband->mmap2 = 1;
	l->callchains = true;
}

void evlist_watermark(struct evlist *l, uint32_t bytes)
{
	for (uint32_t i = 0; i < l->nr; i++)
		if (l->evsels[i].attr.watermark)
			l->evsels[i].attr.wakeup_watermark = bytes;
}

static int fail_filter(const struct evsel *e, int why, struct err *err)
{
	char words[512];

	if (!e->filter)
		return fail(err, ERR_SYS,
			    "cannot exclude rec itself from %s: %s; --include-self records it, too",
			    e->name, strerror(why));
	tracefs_filter_error(&e->tp, e->filter, words, sizeof(words));
	return fail(err, ERR_USAGE, "the kernel does not take the filter %s for %s: %s", e->filter,
		    e->name, *words ? words : strerror(why));
}

static int evsel_filter(const struct evlist *l, const struct evsel *e, const char *others,
			struct err *err)
{
	char *text = NULL;
	int rc = 0;

	if ((e->filter && *others ? asprintf(&text, "(%s) && %s", e->filter, others)
				  : asprintf(&text, "%s", e->filter ? e->filter : others)) < 0)
		return fail_mem(err);
	for (uint32_t i = 0; i < l->nr_fds && !rc; i++)
		if (e->fds[i] >= 0 && ioctl(e->fds[i], PERF_EVENT_IOC_SET_FILTER, text))
			rc = fail_filter(e, errno, err);
	free(text);
	return rc;
}

int evlist_filter(struct evlist *l, const pid_t *pids, uint32_t nr, struct err *err)
{
	struct buf others = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < nr; i++)
		buf_printf(&others, "%scommon_pid != %d", i ? " && " : "", pids[i]);
	buf_add(&others, "", 1);
	if (others.failed)
		rc = fail_mem(err);
	for (uint32_t i = 0; i < l->nr - 1 && !rc; i++)
		if (nr || l->evsels[i].filter)
			rc = evsel_filter(l, &l->evsels[i], (char *)others.data, err);
	buf_release(&others);
	return rc;
}

static int evsel_enable(const struct evlist *l, const struct evsel *e, struct err *err)
{
	for (uint32_t i = 0; i < l->nr_fds; i++)
		if (e->fds[i] >= 0 && ioctl(e->fds[i], PERF_EVENT_IOC_ENABLE, 0))
			return fail(err, ERR_SYS, "cannot enable %s on CPU %u: %s", e->name,
				    evsel_cpu(l, i), strerror(errno));
	return 0;
}

int evlist_enable_sideband(struct evlist *l, struct err *err)
{
	return evsel_enable(l, &l->evsels[l->nr - 1], err);
}

int evlist_enable(struct evlist *l, struct err *err)
{
	for (uint32_t i = 0; i < l->nr - 1; i++)
		if (evsel_enable(l, &l->evsels[i], err))
			return -1;
	return 0;
}

static void evsel_disable(const struct evlist *l, const struct evsel *e)
{
	/* An event of a CPU that went away cannot be disabled, and need not be. */
	for (uint32_t i = 0; i < l->nr_fds; i++)
		if (e->fds[i] >= 0)
			ioctl(e->fds[i], PERF_EVENT_IOC_DISABLE, 0);
}

/*
 * The other CPUs are interrupted for that, maybe between counting an event and writing its
 * record, which then comes later. They do both with preemption off, so when a grace period
 * of RCU is over, which is what this waits for, every record that was counted is there.
 */
static void wait_for_records(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

void evlist_disable(struct evlist *l)
{
	for (uint32_t i = 0; i < l->nr; i++)
		evsel_disable(l, &l->evsels[i]);
	wait_for_records();
}

void evlist_pause(struct evlist *l)
{
	for (uint32_t i = 0; i < l->nr - 1; i++)
		evsel_disable(l, &l->evsels[i]);
	wait_for_records();
}

int evlist_switch(struct evlist *l, const char *name, bool on, struct err *err)
{
	for (uint32_t i = 0; i < l->nr - 1; i++) {
		if (strcmp(l->evsels[i].name, name))
			continue;
		if (on)
			return evsel_enable(l, &l->evsels[i], err) ? -1 : 1;
		evsel_disable(l, &l->evsels[i]);
		wait_for_records();
		return 1;
	}
	fprintf(stderr, "rec: none of the events that are recorded has the name that --control "
			"gives\n");
	return 0;
}

int evsel_read(const struct evlist *l, const struct evsel *e, uint32_t i,
	       struct evsel_counts *counts, struct err *err)
{
	uint64_t values[3] = { 0 }; /* value, id, lost: read_format of attr_init() */
	ssize_t len = (l->counts_lost ? 3 : 2) * sizeof(uint64_t);

	if (e->fds[i] >= 0 && read(e->fds[i], values, len) != len)
		return fail(err, ERR_SYS, "cannot read the count of %s on CPU %u: %s", e->name,
			    evsel_cpu(l, i), strerror(errno));
	counts->counted = values[0];
	counts->lost = values[2];
	return 0;
}
