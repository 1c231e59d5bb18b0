#include "record/drain.h"
#include "common/sample.h"
#include "common/util.h"
#include "record/evopen.h"
#include "record/evswitch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define TRIGGER_NS 1000000000ull

/* How many rings from @first on are the next collector's, if @share of them shall be open. */
static uint32_t take_rings(const struct drain *d, uint32_t first, uint32_t share)
{
	uint32_t end = first;

	for (; end < d->nr_rings && share; end++)
		share -= d->rings[end].page != NULL;
	return end - first;
}

/*
 * Evenly: the first ones have one ring more. Those of CPUs that are away may be anybody's; the ones
 * behind the last CPU that is there are the last collector's.
 */
static int init_collectors(struct drain *d, struct err *err)
{
	uint32_t first = 0, open = 0;

	for (uint32_t i = 0; i < d->nr_rings; i++)
		open += d->rings[i].page != NULL;
	for (uint32_t i = 0; i < d->nr_threads; i++) {
		struct collector *c = &d->collectors[i];
		uint32_t share = open / d->nr_threads + (i < open % d->nr_threads);

		*c = (struct collector){
			.evlist = d->evlist,
			.limits = &d->limits,
			.rounds = &d->rounds,
			.rings = d->rings + first,
			.first_ring = first,
			.nr_rings = i + 1 == d->nr_threads ? d->nr_rings - first
							   : take_rings(d, first, share),
		};
		first += c->nr_rings;
		if (lane_init(&c->lane, d->writer, d->level, err))
			return -1;
	}
	return 0;
}

int drain_init(struct drain *d, struct err *err)
{
	d->collectors = calloc(d->nr_threads, sizeof(*d->collectors));
	if (!d->collectors)
		return fail_mem(err);
	d->rounds = (struct rounds){
		.nr_collectors = d->nr_threads,
		.pending = d->nr_threads,
		.number = 1, /* no collector has ended a pass in that */
	};
	return init_collectors(d, err);
}

void drain_release(struct drain *d)
{
	for (uint32_t i = 0; d->collectors && i < d->nr_threads; i++)
		lane_release(&d->collectors[i].lane);
	free(d->collectors);
	d->collectors = NULL;
}

bool drain_counts(const struct drain *d)
{
	return collector_counts(&d->collectors[0]);
}

/* A thread that runs may be ahead of what is seen of it: it matters at the end only. */
uint64_t drain_samples(const struct drain *d)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < d->nr_threads; i++)
		nr += __atomic_load_n(&d->collectors[i].nr_samples, __ATOMIC_RELAXED);
	return nr;
}

bool drain_full(const struct drain *d)
{
	return d->collectors && d->collectors[0].full;
}

/* The duration counts from the first event that is on. */
static void begin_time(struct drain *d)
{
	if (d->on_ns)
		return;
	d->on_ns = clock_ns(CLOCK_MONOTONIC);
	if (d->limits.duration_ns)
		d->end_ns = d->on_ns + d->limits.duration_ns;
}

static int switch_on(struct drain *d, struct err *err)
{
	d->limits.paused = false;
	d->start_ns = 0;
	begin_time(d);
	return evlist_enable(d->evlist, err);
}

int drain_start(struct drain *d, struct err *err)
{
	if (d->limits.delay_ns)
		d->start_ns = clock_ns(CLOCK_MONOTONIC) + d->limits.delay_ns;
	return d->limits.delay_ns || d->limits.paused ? 0 : switch_on(d, err);
}

/* What the clock says: switches on, or ends. Returns the ms to wait for the next event, or -1. */
static int drain_clock(struct drain *d, struct err *err)
{
	uint64_t now, next, wait;

	if (!d->start_ns && !d->end_ns)
		return INT_MAX;
	now = clock_ns(CLOCK_MONOTONIC);
	if (d->start_ns && now >= d->start_ns && switch_on(d, err))
		return -1;
	d->time_over = d->end_ns && now >= d->end_ns;
	next = d->start_ns ? d->start_ns : d->end_ns ? d->end_ns : UINT64_MAX;
	wait = d->time_over ? 0 : (next - now + 999999) / 1000000;
	return MIN(wait, INT_MAX);
}

static void read_signals(struct drain *d)
{
	struct signalfd_siginfo info;

	while (read(d->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1) {
			d->start_ns = d->limits.paused ? clock_ns(CLOCK_MONOTONIC) : d->start_ns;
		} else if (info.ssi_signo == SIGUSR2) {
			d->asked = true;
		} else if (info.ssi_signo == SIGCHLD) {
			command_poll(d->command);
		} else if (!d->nr_stops++) {
			d->from_terminal = info.ssi_signo == SIGINT && info.ssi_code == SI_KERNEL;
		}
	}
}

/* Is it time to stop? */
static bool drain_stops(struct drain *d)
{
	read_signals(d);
	return d->nr_stops || d->command->ended || d->writer->gone;
}

/* One signal ends the recording; what is recorded still goes to a reader that is only slow. */
int drain_wait(void *arg, int fd)
{
	struct drain *d = arg;
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = d->signal_fd, .events = POLLIN },
	};

	while (!fds[0].revents && d->nr_stops < 2) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return -1;
		if (fds[1].revents)
			read_signals(d);
	}
	return fds[0].revents ? 0 : -1;
}

/* What drain_run() polls beside the rings of its own collector. */
enum { POLL_SIGNAL, POLL_READER, POLL_CREW, POLL_CONTROL, POLL_HOTPLUG, POLL_NR };

static void watch_others(const struct drain *d, struct pollfd *fds)
{
	fds[POLL_SIGNAL] = (struct pollfd){ .fd = d->signal_fd, .events = POLLIN };
	/* Without events: POLLERR tells that nobody has a pipe open for reading. */
	fds[POLL_READER].fd = d->writer->stream ? d->writer->fd : -1;
	fds[POLL_CREW] = (struct pollfd){ .fd = d->crew ? d->crew_fd : -1, .events = POLLIN };
	fds[POLL_CONTROL] = (struct pollfd){ .fd = d->control->fd, .events = POLLIN };
	fds[POLL_HOTPLUG] = (struct pollfd){ .fd = d->hotplug->fd, .events = POLLIN };
}

/* A thread of the crew has failed, or nothing writes to its rings any more. */
static void hear_crew(struct drain *d, short revents)
{
	eventfd_t count;

	if (!revents)
		return;
	eventfd_read(d->crew_fd, &count);
	d->crew_failed = crew_failed(d->crew);
}

/* What is waited for has happened. Often, maybe: then one snapshot a second will do. */
static void hear_trigger(struct drain *d)
{
	uint64_t now;

	if (!d->collectors[0].triggered)
		return;
	d->collectors[0].triggered = false;
	now = clock_ns(CLOCK_MONOTONIC);
	if (now - d->triggered_ns < TRIGGER_NS)
		return;
	d->triggered_ns = now;
	d->asked = true;
}

/* Lets others do what must not be done in the middle of a pass, of any thread. */
static int call_between(struct drain *d, struct err *err)
{
	bool asked = d->asked;
	int rc;

	d->asked = false;
	if (drain_full(d) || !(asked || d->due(d->between_arg)))
		return 0;
	if (d->crew && crew_park(d->crew, err))
		return -1;
	rc = d->between(d->between_arg, asked, err);
	if (d->crew && !rc) /* otherwise there may be no file to write to */
		crew_run(d->crew, d->collectors + 1);
	return rc;
}

/* By an order from outside. Where the recording has not begun yet, it does. */
static int enable(struct drain *d, struct err *err)
{
	int rc;

	if (*d->control->event) {
		rc = evlist_switch(d->evlist, d->control->event, true, err);
		if (rc > 0)
			begin_time(d);
		return MIN(rc, 0);
	}
	return d->limits.paused || d->start_ns ? switch_on(d, err) : evlist_enable(d->evlist, err);
}

static int disable(struct drain *d, struct err *err)
{
	if (*d->control->event)
		return MIN(evlist_switch(d->evlist, d->control->event, false, err), 0);
	evlist_pause(d->evlist);
	return 0;
}

/* Carries out what came through --control. Returns 0 or -1. */
static int obey(struct drain *d, struct err *err)
{
	enum control_order order;
	int rc = 0;

	control_read(d->control);
	while (!rc && (order = control_next(d->control))) {
		if (order == CONTROL_ENABLE)
			rc = enable(d, err);
		else if (order == CONTROL_DISABLE)
			rc = disable(d, err);
		else if (order == CONTROL_STOP)
			d->time_over = true; /* as long as was asked for */
		d->asked |= order == CONTROL_SNAPSHOT;
		if (d->asked)
			rc = call_between(d, err);
		if (!rc)
			control_ack(d->control);
	}
	return rc;
}

static int run(struct drain *d, struct watch *w, struct err *err)
{
	struct pollfd *others = w->fds + w->nr_rings;

	watch_others(d, others);
	while (!drain_full(d) && !d->time_over && !d->target_ended && !d->crew_failed &&
	       !drain_stops(d)) {
		int wait_ms = drain_clock(d, err);

		if (wait_ms < 0 || watch_wait(w, wait_ms, err))
			return -1;
		d->writer->gone |= others[POLL_READER].revents != 0;
		hear_crew(d, others[POLL_CREW].revents);
		d->target_ended = d->evlist->target->by_task && watch_ended(w) &&
				  (!d->crew || crew_ended(d->crew));
		if (collector_pass(&d->collectors[0], err) < 0)
			return -1;
		hear_trigger(d);
		if (others[POLL_HOTPLUG].revents)
			hotplug_read(d->hotplug);
		if (call_between(d, err))
			return -1;
		if (others[POLL_CONTROL].revents) {
			if (obey(d, err))
				return -1;
			others[POLL_CONTROL].fd = d->control->fd;
		}
		if (d->rings_changed)
			watch_renew(w);
		d->rings_changed = false;
		if (d->tick)
			d->tick(d->tick_arg);
	}
	return 0;
}

static void add_up(struct drain *d)
{
	d->nr_wakeups = d->nr_samples = d->nr_lost_records = d->first_ns = d->last_ns = 0;
	d->busy_ns = d->longest_ns = 0;
	for (uint32_t i = 0; i < d->nr_threads; i++) {
		struct collector *c = &d->collectors[i];

		d->nr_wakeups += c->nr_wakeups;
		d->nr_samples += c->nr_samples;
		d->nr_lost_records += c->nr_lost_records;
		d->busy_ns += c->busy_ns;
		d->longest_ns = MAX(d->longest_ns, c->longest_ns);
		d->last_ns = MAX(d->last_ns, c->last_ns);
		if (c->first_ns && (!d->first_ns || c->first_ns < d->first_ns))
			d->first_ns = c->first_ns;
		if (c->lane.deflate)
			deflate_bytes(c->lane.deflate, &d->writer->raw, &d->writer->compressed);
	}
}

int drain_run(struct drain *d, struct err *err)
{
	struct err of_crew = { 0 };
	struct watch w;
	int rc = watch_init(&w, &d->collectors[0], POLL_NR, err);

	if (!rc) {
		if (d->crew)
			crew_run(d->crew, d->collectors + 1);
		rc = run(d, &w, err);
		if (d->crew && crew_park(d->crew, &of_crew) && !rc) {
			*err = of_crew;
			rc = -1;
		}
	}
	d->off_ns = clock_ns(CLOCK_MONOTONIC);
	add_up(d);
	watch_release(&w);
	return rc;
}

/* LOST_SAMPLES: the exact loss of one event's fd number @i, told by the id in the trailer. */
static int write_lost(struct drain *d, struct writer *w, const struct evsel *e, uint32_t i,
		      struct err *err)
{
	struct {
		struct record_lost_samples lost;
		struct record_trailer trailer;
	} rec = {
		.lost.header = { .type = PERF_RECORD_LOST_SAMPLES, .size = sizeof(rec) },
		.trailer = { .cpu = evsel_cpu(d->evlist, i), .id = evsel_id(d->evlist, e, i) },
	};
	struct evsel_counts counts;

	if (evsel_read(d->evlist, e, i, &counts, err))
		return -1;
	/*
	 * Each file tells what was lost in its time. Once there was a loss that may be 0: the ring's
	 * own LOST record comes later, and would count again in the file behind.
	 */
	rec.lost.lost = counts.lost - e->fds[i].lost_told;
	e->fds[i].lost_written = counts.lost;
	return counts.lost ? writer_push(w, &rec, sizeof(rec), err) : 0;
}

int drain_lost(struct drain *d, struct writer *w, struct err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < d->evlist->nr; i++)
		for (uint32_t j = 0; j < d->evlist->nr_fds; j++)
			if (write_lost(d, w, &d->evlist->evsels[i], j, err))
				rc = -1;
	return rc;
}

int drain_pass(struct drain *d, struct err *err)
{
	int found = 0;

	for (uint32_t i = 0; i < d->nr_threads; i++) {
		int rc = collector_pass(&d->collectors[i], err);

		if (rc < 0)
			return -1;
		found |= rc;
	}
	return found;
}

int drain_finish(struct drain *d, struct err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < d->nr_threads && !rc; i++) {
		d->collectors[i].seam = d->seam;
		rc = collector_finish(&d->collectors[i], err);
		d->collectors[i].seam = NULL;
	}
	add_up(d);
	return rc ? rc : drain_lost(d, d->writer, err);
}

void drain_next(struct drain *d)
{
	for (uint32_t i = 0; i < d->evlist->nr; i++) {
		struct evsel_fd *fds = d->evlist->evsels[i].fds;

		for (uint32_t j = 0; j < d->evlist->nr_fds; j++)
			fds[j].lost_told = fds[j].lost_written;
	}
	for (uint32_t i = 0; i < d->nr_threads; i++)
		d->collectors[i].first_ns = d->collectors[i].last_ns = 0;
	for (uint32_t i = 0; i < d->nr_rings; i++) {
		d->rings[i].last = d->rings[i].tail;
		d->rings[i].sampled = false;
	}
}
