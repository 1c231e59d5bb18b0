#include "record/drain.h"
#include "common/sample.h"
#include "common/util.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/*
 * A quiet ring is emptied after this time, though its watermark is far: so much is what a killed
 * recording may miss.
 */
#define PASS_MS 200

/*
 * A file system can let a write wait for most of a second (a journal that commits, a large file
 * that is removed), and a saturated CPU fills 100 MB a second.
 */
#define RING_BYTES_MAX	  (128u << 20)
#define RING_BYTES_MIN	  (512u << 10)
#define RING_MEMORY_SHARE 64 /* all rings together take at most this part of the memory */

/* More than that is no longer in the cache when we come to copy it. */
#define WATERMARK_MAX (4u << 20)

#define TRIGGER_NS 1000000000ull

/* What write_lost() writes. */
#define LOST_RECORD_SIZE (sizeof(struct record_lost_samples) + sizeof(struct record_trailer))

uint64_t rings_default_bytes(uint32_t nr_cpus)
{
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	uint64_t bytes = RING_BYTES_MAX;

	while (bytes > RING_BYTES_MIN && bytes > memory / RING_MEMORY_SHARE / nr_cpus)
		bytes /= 2;
	return bytes;
}

uint32_t rings_watermark(uint64_t bytes)
{
	return MIN(bytes / 4, WATERMARK_MAX);
}

int rings_fail_map(uint64_t bytes, int why, struct err *err)
{
	enum err_code code = why == EPERM ? ERR_PERM : why == ENOMEM ? ERR_MEM : ERR_SYS;

	return fail(err, code,
		    "cannot map rings of %" PRIu64 " KiB: %s; raise ulimit -l or "
		    "/proc/sys/kernel/perf_event_mlock_kb, or use sudo",
		    bytes >> 10, strerror(why));
}

int rings_open(struct ring **rings, struct evlist *l, uint64_t bytes, struct err *err)
{
	uint32_t nr = l->target->nr_cpus;
	int rc = 0;

	*rings = calloc(nr, sizeof(**rings));
	if (!*rings)
		return fail(err, ERR_SYS,
			    "out of memory"); /* not ERR_MEM: smaller rings do not help */
	for (uint32_t i = 0; i < nr && !rc; i++) {
		rc = ring_open(&(*rings)[i], evlist_ring_fd(l, i), bytes);
		rc = rc ? rings_fail_map(bytes, -rc, err) : evlist_redirect(l, i, err);
	}
	if (rc) {
		rings_close(*rings, nr);
		*rings = NULL;
	}
	return rc;
}

void rings_close(struct ring *rings, uint32_t nr)
{
	for (uint32_t i = 0; rings && i < nr; i++)
		ring_close(&rings[i]);
	free(rings);
}

bool drain_counts(const struct drain *d)
{
	/*
	 * Not where the kernel's counts tell it: since 6.0, of events whose count is 1 and which
	 * nothing overwrites.
	 */
	return d->evlist->backward || !d->evlist->counts_lost || d->evlist->weighted ||
	       d->limits.events || d->limits.bytes;
}

/* Bytes of records that the limit still allows: the file's end has to go in, too. */
static uint64_t room_left(const struct drain *d)
{
	uint64_t taken = writer_end_bytes(d->writer) + sizeof(struct perf_event_header) +
			 (uint64_t)d->evlist->nr * d->evlist->nr_fds * LOST_RECORD_SIZE;

	if (!d->limits.bytes)
		return UINT64_MAX;
	return d->limits.bytes > taken ? d->limits.bytes - taken : 0;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* What is waited for has happened. Often, maybe: then one snapshot a second will do. */
static void trigger(struct drain *d)
{
	uint64_t now = now_ns();

	if (now - d->triggered_ns < TRIGGER_NS)
		return;
	d->triggered_ns = now;
	d->asked = true;
}

/*
 * Looks at the records in [from, to) of a ring: the time of the first sample and of the last record,
 * how many samples there are, and what LOST records say. Where drain_counts() says no, done for the
 * ends of a recording only. Returns @to, or where the last record ends that the limits allow.
 */
static uint64_t scan(struct drain *d, struct ring *r, uint64_t from, uint64_t to)
{
	const struct perf_event_header *rec;
	uint64_t room = room_left(d), start = from;
	struct sample_layout layout;

	sample_layout_init(&layout, &d->evlist->evsels[0].attr);
	while (!d->full && (rec = ring_record(r, &from, to, d->whole))) {
		uint64_t time = record_time(&layout, rec);

		if (from - start > room) {
			d->full = true;
			return from - rec->size;
		}
		/* The last piece may hold no sample: a time that no sample is later than will do. */
		d->last_ns = MAX(d->last_ns, time);
		if (rec->type == PERF_RECORD_LOST)
			d->nr_lost_records += ((const struct record_lost *)rec)->lost;
		if (rec->type != PERF_RECORD_SAMPLE)
			continue;
		if (d->evlist->trigger) {
			trigger(d);
			continue;
		}
		d->nr_samples++;
		d->full = d->limits.events && d->nr_samples == d->limits.events;
		if (!time)
			continue;
		r->sampled = true;
		if (!d->first_ns || time < d->first_ns)
			d->first_ns = time;
	}
	return d->full ? from : to;
}

static int drain_ring(struct drain *d, struct ring *r, struct err *err)
{
	struct ring_span span;
	uint64_t len;

	/* What comes after the last event that was asked for is not of the recording. */
	if (!ring_peek(r, &span) || d->full)
		return 0;
	if (d->seam && seam_cut(d->seam, r, &span, err))
		return -1;
	len = span.len[0] + span.len[1];
	if (drain_counts(d) || !r->sampled)
		len = scan(d, r, r->tail, span.head) - r->tail;
	for (int i = 0; i < 2; i++) {
		uint64_t part = MIN(span.len[i], len);

		len -= part;
		if (part && writer_push(d->writer, span.part[i], part, err))
			return -1;
	}
	ring_release(r, &span);
	return 1;
}

int drain_pass(struct drain *d, struct err *err)
{
	static const struct perf_event_header round = {
		.type = RECORD_FINISHED_ROUND,
		.size = sizeof(round),
	};
	int found = 0;

	for (uint32_t i = 0; i < d->nr_rings; i++) {
		int rc = drain_ring(d, &d->rings[i], err);

		if (rc < 0)
			return -1;
		found |= rc;
	}
	if (!found)
		return 0;
	d->nr_wakeups++;
	if (writer_push(d->writer, &round, sizeof(round), err) || writer_flush(d->writer, err))
		return -1;
	return 1;
}

static int switch_on(struct drain *d, struct err *err)
{
	d->limits.paused = false;
	d->start_ns = 0;
	if (d->limits.duration_ns)
		d->end_ns = now_ns() + d->limits.duration_ns;
	return evlist_enable(d->evlist, err);
}

int drain_start(struct drain *d, struct err *err)
{
	if (d->limits.delay_ns)
		d->start_ns = now_ns() + d->limits.delay_ns;
	return d->limits.delay_ns || d->limits.paused ? 0 : switch_on(d, err);
}

/* What the clock says: switches on, or ends. Returns the ms to wait for the next event, or -1. */
static int drain_clock(struct drain *d, struct err *err)
{
	uint64_t now, next, wait;

	if (!d->start_ns && !d->end_ns)
		return PASS_MS;
	now = now_ns();
	if (d->start_ns && now >= d->start_ns && switch_on(d, err))
		return -1;
	d->time_over = d->end_ns && now >= d->end_ns;
	next = d->start_ns ? d->start_ns : d->end_ns ? d->end_ns : UINT64_MAX;
	wait = d->time_over ? 0 : (next - now + 999999) / 1000000;
	return MIN(wait, PASS_MS);
}

static void read_signals(struct drain *d)
{
	struct signalfd_siginfo info;

	while (read(d->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1) {
			d->start_ns = d->limits.paused ? now_ns() : d->start_ns;
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

/* Lets others do what must not be done in the middle of a pass. */
static int call_between(struct drain *d, struct err *err)
{
	bool asked = d->asked;

	d->asked = false;
	return d->between && !d->full ? d->between(d->between_arg, asked, err) : 0;
}

/* By an order from outside. Where the recording has not begun yet, it does. */
static int enable(struct drain *d, struct err *err)
{
	if (*d->control->event)
		return evlist_switch(d->evlist, d->control->event, true, err);
	return d->limits.paused || d->start_ns ? switch_on(d, err) : evlist_enable(d->evlist, err);
}

static int disable(struct drain *d, struct err *err)
{
	if (*d->control->event)
		return evlist_switch(d->evlist, d->control->event, false, err);
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

/*
 * An event whose CPU went away, or whose task and all that it was inherited to, hangs up for
 * ever. The ring is still read; another task's event wakes us when that is full.
 */
static void drop_hung_up(struct drain *d, struct pollfd *fds)
{
	bool any = false;

	for (uint32_t i = 0; i < d->nr_rings; i++) {
		if (fds[i].revents & (POLLHUP | POLLERR))
			fds[i].fd = evlist_poll_fd(d->evlist, i, fds[i].fd);
		fds[i].revents = 0; /* an interrupted poll() leaves it as it is */
		any |= fds[i].fd >= 0;
	}
	d->target_ended = !any && d->evlist->target->by_task;
}

int drain_run(struct drain *d, struct err *err)
{
	const uint32_t nr = d->nr_rings + 3;
	struct pollfd *fds = calloc(nr, sizeof(*fds));
	int rc = fds ? 0 : fail_mem(err);

	for (uint32_t i = 0; fds && i < d->nr_rings; i++)
		fds[i] = (struct pollfd){ .fd = evlist_ring_fd(d->evlist, i), .events = POLLIN };
	if (fds) {
		fds[nr - 3] = (struct pollfd){ .fd = d->control->fd, .events = POLLIN };
		fds[nr - 2] = (struct pollfd){ .fd = d->signal_fd, .events = POLLIN };
		/* Without events: POLLERR tells that nobody has a pipe open for reading. */
		fds[nr - 1] = (struct pollfd){ .fd = d->writer->stream ? d->writer->fd : -1 };
	}
	while (!rc && !d->full && !d->time_over && !d->target_ended && !drain_stops(d)) {
		int wait_ms = drain_clock(d, err);

		if (wait_ms < 0) {
			rc = -1;
			break;
		}
		if (poll(fds, nr, wait_ms) < 0 && errno != EINTR) {
			rc = fail(err, ERR_SYS, "cannot wait for events: %s", strerror(errno));
			break;
		}
		d->writer->gone |= fds[nr - 1].revents != 0;
		drop_hung_up(d, fds);
		rc = drain_pass(d, err) < 0 || call_between(d, err) ? -1 : 0;
		if (!rc && fds[nr - 3].revents) {
			rc = obey(d, err);
			fds[nr - 3] = (struct pollfd){ .fd = d->control->fd, .events = POLLIN };
		}
	}
	free(fds);
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
		.trailer = { .cpu = evsel_cpu(d->evlist, i), .id = e->ids[i] },
	};
	struct evsel_counts counts;

	if (evsel_read(d->evlist, e, i, &counts, err))
		return -1;
	/* Each file tells what was lost in its time. */
	rec.lost.lost = counts.lost - e->lost_told[i];
	e->lost_told[i] = counts.lost;
	return rec.lost.lost ? writer_push(w, &rec, sizeof(rec), err) : 0;
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

int drain_finish(struct drain *d, struct err *err)
{
	if (drain_pass(d, err) < 0)
		return -1;
	for (uint32_t i = 0; !drain_counts(d) && i < d->nr_rings; i++)
		scan(d, &d->rings[i], d->rings[i].last, d->rings[i].tail);
	return drain_lost(d, d->writer, err);
}

void drain_next(struct drain *d)
{
	d->first_ns = d->last_ns = 0;
	for (uint32_t i = 0; i < d->nr_rings; i++) {
		d->rings[i].last = d->rings[i].tail;
		d->rings[i].sampled = false;
	}
}
