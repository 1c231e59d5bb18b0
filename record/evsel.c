#include "record/evsel.h"
#include "common/util.h"
#include "record/clock.h"
#include "record/evopen.h"
#include "record/trigger.h"

#include <stdio.h>
#include <stdlib.h>

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

bool evsel_is_syscall(const struct evsel *e)
{
	/* The side band has no tracepoint. */
	return e->tp.system &&
	       (!strcmp(e->tp.system, "raw_syscalls") || !strcmp(e->tp.system, "syscalls"));
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
		l->evsels[i].optional &= spec->by_pattern;
		return add_to_filter(&l->evsels[i], spec, err);
	}
	l->nr++;
	e->attr.type = PERF_TYPE_TRACEPOINT;
	e->attr.config = e->tp.id;
	if (!evsel_is_syscall(e)) {
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

static void evsel_release(struct evsel *e)
{
	free(e->name);
	free(e->filter);
	free(e->kernel_filter);
	tracefs_event_release(&e->tp);
}

void evlist_drop(struct evlist *l, uint32_t i)
{
	evsel_release(&l->evsels[i]);
	l->nr--;
	l->nr_dropped++;
	memmove(&l->evsels[i], &l->evsels[i + 1], (l->nr - i) * sizeof(l->evsels[i]));
}

void evlist_release(struct evlist *l)
{
	evlist_close(l);
	for (uint32_t i = 0; i < l->nr; i++)
		evsel_release(&l->evsels[i]);
	free(l->evsels);
	*l = (struct evlist){ 0 };
}
