#include "record/collector.h"
#include "common/sample.h"
#include "common/util.h"

/* A file that is compressed and limited is full when less is left than a frame may need. */
#define ROOM_FOR_FRAME ((uint64_t)RECORD_SIZE_MAX + 1)

bool collector_counts(const struct collector *c)
{
	/*
	 * Not where the kernel's counts tell it: since 6.0, of events whose count is 1 and which
	 * nothing overwrites.
	 */
	return c->evlist->backward || !c->evlist->counts_lost || c->evlist->weighted ||
	       c->limits->events || c->limits->bytes;
}

/* Bytes of records that the limit still allows: the file's end has to go in, too. */
static uint64_t room_left(const struct collector *c)
{
	uint64_t taken;

	if (!c->limits->bytes)
		return UINT64_MAX;
	taken = writer_end_bytes(c->lane.writer) + c->lane.nr_held +
		sizeof(struct perf_event_header) +
		(uint64_t)c->evlist->nr * c->evlist->nr_open * LOST_RECORD_SIZE;
	return c->limits->bytes > taken ? c->limits->bytes - taken : 0;
}

/*
 * Looks at the records in [from, to) of a ring: the time of the first sample and of the last record,
 * how many samples there are, and what LOST records say. Where collector_counts() says no, done for
 * the ends of a recording only. Returns @to, or where the last record ends for which there is room.
 */
static uint64_t scan(struct collector *c, struct ring *r, uint64_t from, uint64_t to)
{
	const struct perf_event_header *rec;
	uint64_t room = room_left(c), start = from;
	struct sample_layout layout;

	sample_layout_init(&layout, &c->evlist->evsels[0].attr);
	while (!c->full && (rec = ring_record(r, &from, to, c->whole))) {
		uint64_t time = record_time(&layout, rec);

		if (from - start > room) {
			/* Compressed, it takes less: there will be room again. */
			c->full = !c->lane.deflate || room < ROOM_FOR_FRAME;
			return from - rec->size;
		}
		/* The last piece may hold no sample: a time that no sample is later than will do. */
		c->last_ns = MAX(c->last_ns, time);
		if (rec->type == PERF_RECORD_LOST)
			c->nr_lost_records += ((const struct record_lost *)rec)->lost;
		if (rec->type != PERF_RECORD_SAMPLE)
			continue;
		if (c->evlist->trigger) {
			c->triggered = true;
			continue;
		}
		c->nr_samples++;
		c->full = c->limits->events && c->nr_samples == c->limits->events;
		if (!time)
			continue;
		r->sampled = true;
		if (!c->first_ns || time < c->first_ns)
			c->first_ns = time;
	}
	return c->full ? from : to;
}

/* The first @len bytes of @span. */
static int push_span(struct collector *c, const struct ring_span *span, uint64_t len,
		     struct err *err)
{
	uint64_t first = MIN(span->len[0], len);
	struct iovec pieces[] = {
		{ (void *)span->part[0], first },
		{ (void *)span->part[1], len - first },
	};

	return lane_push_records(&c->lane, pieces, ARRAY_SIZE(pieces), err);
}

/* What comes after the last event that was asked for is not of the recording. */
static int drain_ring(struct collector *c, struct ring *r, struct err *err)
{
	const struct aliases *aliases = &c->evlist->aliases[c->first_ring + (r - c->rings)];
	struct ring_span span;
	uint64_t len, head;
	int found = 0;

	if (r->copy)
		aliases_pull(aliases, r, c->whole);
	while (!c->full && ring_peek(r, &span)) {
		if (c->seam && seam_cut(c->seam, r, &span, err))
			return -1;
		head = span.head;
		len = span.len[0] + span.len[1];
		if (collector_counts(c) || !r->sampled)
			span.head = scan(c, r, r->tail, head);
		len -= head - span.head;
		if (push_span(c, &span, len, err))
			return -1;
		found = 1;
		if (c->full)
			span.head = head;
		ring_release(r, &span);
		if (span.head == head)
			break;
		if (lane_deflate(&c->lane, err))
			return -1;
	}
	return found;
}

/*
 * All that this pass wrote is in the file, or in the lane. The last one to come here in a round
 * marks its end behind all that the others wrote.
 */
static int end_pass(struct collector *c, uint32_t round, struct err *err)
{
	static const struct perf_event_header mark = {
		.type = RECORD_FINISHED_ROUND,
		.size = sizeof(mark),
	};
	struct rounds *r = c->rounds;
	bool ends = c->round != round;

	/* Nobody else comes: one write() less, which is all of them where there is one collector. */
	if (!ends || __atomic_load_n(&r->pending, __ATOMIC_ACQUIRE) != 1) {
		if (lane_flush(&c->lane, err))
			return -1;
		c->round = round;
		if (!ends || __atomic_sub_fetch(&r->pending, 1, __ATOMIC_ACQ_REL))
			return 0;
	}
	c->round = round;
	if (__atomic_exchange_n(&r->dirty, false, __ATOMIC_ACQ_REL) &&
	    (lane_deflate(&c->lane, err) || lane_push(&c->lane, &mark, sizeof(mark), err) ||
	     lane_flush(&c->lane, err)))
		return -1;
	__atomic_store_n(&r->pending, r->nr_collectors, __ATOMIC_RELAXED);
	__atomic_store_n(&r->number, round + 1, __ATOMIC_RELEASE);
	return 0;
}

static int pass(struct collector *c, struct err *err)
{
	uint32_t round = __atomic_load_n(&c->rounds->number, __ATOMIC_ACQUIRE);
	int found = 0;

	for (uint32_t i = 0; i < c->nr_rings; i++) {
		int rc = drain_ring(c, &c->rings[i], err);

		if (rc < 0)
			return -1;
		found |= rc;
	}
	if (found) {
		c->nr_wakeups++;
		__atomic_store_n(&c->rounds->dirty, true, __ATOMIC_RELEASE);
	}
	return end_pass(c, round, err) ? -1 : found;
}

/* The time that it takes tells why events are lost, when they are. */
int collector_pass(struct collector *c, struct err *err)
{
	uint64_t from = clock_ns(CLOCK_MONOTONIC), took;
	int rc = pass(c, err);

	took = clock_ns(CLOCK_MONOTONIC) - from;
	c->busy_ns += took;
	c->longest_ns = MAX(c->longest_ns, took);
	return rc;
}

int collector_finish(struct collector *c, struct err *err)
{
	if (collector_pass(c, err) < 0)
		return -1;
	/* What was read may be overwritten already. */
	if (c->seam) {
		c->last_ns = MAX(c->last_ns, c->seam->time_ns);
		return 0;
	}
	for (uint32_t i = 0; !collector_counts(c) && i < c->nr_rings; i++)
		if (c->rings[i].page)
			scan(c, &c->rings[i], c->rings[i].last, c->rings[i].tail);
	return 0;
}
