#include "record/evswitch.h"
#include "common/buf.h"
#include "common/util.h"
#include "record/evopen.h"
#include "record/visit.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILTER_SHOWN 200 /* bytes of a filter in a message */

/* A CPU that makes no event in that time will hardly make one when it is interrupted. */
#define LAST_RECORD_US 1000

static int fail_filter(const struct evsel *e, int why, struct err *err)
{
	bool whole = !e->filter || strlen(e->filter) <= FILTER_SHOWN;
	char words[512];

	if (!e->filter)
		return fail(err, ERR_SYS,
			    "cannot exclude rec itself from %s: %s; --include-self records it, too",
			    e->name, strerror(why));
	tracefs_filter_error(&e->tp, e->filter, why, words, sizeof(words));
	return fail(err, ERR_USAGE, "the kernel does not take the filter %.*s%s for %s: %s",
		    FILTER_SHOWN, e->filter, whole ? "" : "...", e->name, words);
}

int evsel_filter_fd(const struct evsel *e, int fd, struct err *err)
{
	if (!e->kernel_filter || !ioctl(fd, PERF_EVENT_IOC_SET_FILTER, e->kernel_filter))
		return 0;
	return fail_filter(e, errno, err);
}

static int evsel_filter(const struct evlist *l, struct evsel *e, const char *others,
			struct err *err)
{
	const size_t most = sysconf(_SC_PAGESIZE) - 1; /* perf_event_ioctl() copies a page */
	int rc = 0;

	if ((e->filter && *others
		     ? asprintf(&e->kernel_filter, "(%s) && %s", e->filter, others)
		     : asprintf(&e->kernel_filter, "%s", e->filter ? e->filter : others)) < 0) {
		e->kernel_filter = NULL;
		return fail_mem(err);
	}
	if (strlen(e->kernel_filter) > most)
		rc = fail(err, ERR_USAGE,
			  "the filter for %s is too long: %zu bytes%s, and the kernel takes %zu",
			  e->name, strlen(e->kernel_filter),
			  *others ? " with what excludes rec itself" : "", most);
	for (uint32_t i = 0; i < l->nr_fds && !rc; i++)
		if (e->fds[i].fd >= 0)
			rc = evsel_filter_fd(e, e->fds[i].fd, err);
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

static int evsel_enable(const struct evlist *l, struct evsel *e, struct err *err)
{
	e->on = true;
	for (uint32_t i = 0; i < l->nr_fds; i++)
		if (e->fds[i].fd >= 0 && ioctl(e->fds[i].fd, PERF_EVENT_IOC_ENABLE, 0))
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

int evlist_enable_cpu(struct evlist *l, uint32_t idx, struct err *err)
{
	for (uint32_t j = l->nr; j-- > 0;) {
		const struct evsel *e = &l->evsels[j];

		if (e->on && ioctl(e->fds[idx].fd, PERF_EVENT_IOC_ENABLE, 0))
			return fail(err, ERR_SYS, "cannot enable %s on CPU %u: %s", e->name,
				    l->target->cpus[idx], strerror(errno));
	}
	return 0;
}

/* Those on CPU index @idx. */
static void disable_cpu(const struct evlist *l, const struct evsel *e, uint32_t idx)
{
	/* An event of a CPU that went away cannot be disabled, and need not be. */
	for (uint32_t i = idx; i < l->nr_fds; i += l->target->nr_cpus)
		if (e->fds[i].fd >= 0)
			ioctl(e->fds[i].fd, PERF_EVENT_IOC_DISABLE, 0);
}

/*
 * Where we have no right to visit CPUs: one that has reached its limit disables itself behind its
 * record. So where events happen all the time, none is between count and record any more when the
 * others are disabled; events that are inherited know no limit.
 */
static void record_last(const struct evlist *l)
{
	for (uint32_t j = 0; j < l->nr - 1; j++) {
		const struct evsel *e = &l->evsels[j];

		for (uint32_t i = 0; e->on && i < l->nr_fds; i++)
			if (e->fds[i].fd >= 0)
				ioctl(e->fds[i].fd, PERF_EVENT_IOC_REFRESH, 1);
	}
	usleep(LAST_RECORD_US);
}

/*
 * Switches evsels[from..to) off, each CPU's by itself. From elsewhere the CPU would be interrupted
 * for that, maybe between counting an event and making its record. Since 7.0 (c9bc1753b3cc, also in
 * 6.12 to 6.19 since March 2026) the kernel makes none then, and the event is counted, neither
 * recorded nor lost; before, the record came after our last look at the ring. It does both with
 * preemption off, so that a CPU on which we run is not between the two.
 *
 * A CPU where we cannot go is interrupted. When a grace period of RCU is over, which is what
 * membarrier() waits for, every record that comes late is there.
 */
static void switch_off(struct evlist *l, uint32_t from, uint32_t to, bool for_good)
{
	struct visit v;
	bool everywhere = true;

	visit_begin(&v);
	if (!v.on && for_good && !l->target->inherit)
		record_last(l);
	for (uint32_t idx = 0; idx < l->target->nr_cpus; idx++) {
		if (evlist_ring_fd(l, idx) < 0)
			continue; /* it is away */
		everywhere &= visit_cpu(&v, l->target->cpus[idx]);
		for (uint32_t i = from; i < to; i++)
			disable_cpu(l, &l->evsels[i], idx);
	}
	visit_end(&v);
	for (uint32_t i = from; i < to; i++)
		l->evsels[i].on = false;
	if (!everywhere)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

void evlist_disable(struct evlist *l)
{
	struct evsel *sideband = &l->evsels[l->nr - 1];

	switch_off(l, 0, l->nr - 1, true);
	/* Last, so that no sample is of a task that it did not name; it counts nothing. */
	for (uint32_t idx = 0; idx < l->target->nr_cpus; idx++)
		disable_cpu(l, sideband, idx);
	sideband->on = false;
}

void evlist_pause(struct evlist *l)
{
	switch_off(l, 0, l->nr - 1, false);
}

int evlist_switch(struct evlist *l, const char *name, bool on, struct err *err)
{
	for (uint32_t i = 0; i < l->nr - 1; i++) {
		if (strcmp(l->evsels[i].name, name))
			continue;
		if (on)
			return evsel_enable(l, &l->evsels[i], err) ? -1 : 1;
		switch_off(l, i, i + 1, false);
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

	if (e->fds[i].fd >= 0 && read(e->fds[i].fd, values, len) != len)
		return fail(err, ERR_SYS, "cannot read the count of %s on CPU %u: %s", e->name,
			    evsel_cpu(l, i), strerror(errno));
	counts->counted = e->fds[i].before.counted + values[0];
	counts->lost = e->fds[i].before.lost + values[2];
	return 0;
}
