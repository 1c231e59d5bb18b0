#include "record/seam.h"
#include "common/util.h"

/* The time of the newest record in [pos, end) of @r; 0 when there is none. */
static uint64_t newest_in(struct seam *s, const struct ring *r, uint64_t pos, uint64_t end)
{
	const struct perf_event_header *rec;
	uint64_t newest = 0;

	while ((rec = ring_record(r, &pos, end, s->whole)))
		newest = MAX(newest, record_time(&s->layout, rec));
	return newest;
}

/*
 * The time of the newest record in @r, or of the newest one that was read from it for this file; 0
 * when there is none. What was read may be overwritten meanwhile, but then there are newer ones.
 */
static uint64_t newest_ns(struct seam *s, const struct ring *r)
{
	struct ring_span span;
	uint64_t newest;

	if (!ring_peek(r, &span)) {
		newest = newest_in(s, r, r->last, r->tail);
		ring_peek(r, &span);
		if (span.head - r->last <= r->mask + 1)
			return newest;
	}
	return newest_in(s, r, r->tail, span.head);
}

int seam_begin(struct seam *s, const struct evlist *l, const struct ring *rings, uint32_t nr,
	       struct err *err)
{
	sample_layout_init(&s->layout, &l->evsels[0].attr);
	s->time_ns = 0;
	if (kept_begin_names(&s->names, l->target, l->callchains, err))
		return -1;
	for (uint32_t i = 0; i < nr; i++)
		s->time_ns = MAX(s->time_ns, newest_ns(s, &rings[i]));
	return 0;
}

void seam_release(struct seam *s)
{
	kept_release(&s->names);
}

/* Does it tell of tasks? What is lost and what is sampled belongs to one file only. */
static bool is_sideband(const struct perf_event_header *rec)
{
	switch (rec->type) {
	case PERF_RECORD_SAMPLE:
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES:
	case PERF_RECORD_THROTTLE:
	case PERF_RECORD_UNTHROTTLE:
		return false;
	default:
		return true;
	}
}

int seam_cut(struct seam *s, const struct ring *r, struct ring_span *span, struct err *err)
{
	const struct perf_event_header *rec;
	uint64_t pos = r->tail, cut = pos, len;

	while ((rec = ring_record(r, &pos, span->head, s->whole)) &&
	       record_time(&s->layout, rec) <= s->time_ns) {
		cut = pos;
		if (is_sideband(rec) && writer_push(&s->names.writer, rec, rec->size, err))
			return -1;
	}
	len = cut - r->tail;
	span->len[0] = MIN(span->len[0], len);
	span->len[1] = len - span->len[0];
	span->head = cut;
	return 0;
}

int seam_end(struct seam *s, struct writer *w, struct err *err)
{
	/* Data without any record would mean that the file is not finished. */
	static const struct perf_event_header round = {
		.type = RECORD_FINISHED_ROUND,
		.size = sizeof(round),
	};

	if (kept_view(&s->names, err) || writer_push(w, s->names.data, s->names.len, err))
		return -1;
	return writer_push(w, &round, sizeof(round), err) || writer_flush(w, err) ? -1 : 0;
}
