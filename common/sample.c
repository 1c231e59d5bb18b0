#include "common/sample.h"

static uint16_t place(uint16_t *at, int present)
{
	uint16_t here = *at;

	if (!present)
		return 0;
	*at += 8;
	return here;
}

/* Bytes of a READ block without PERF_FORMAT_GROUP. */
static uint16_t read_size(uint64_t read_format)
{
	uint64_t words =
		read_format & (PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING |
			       PERF_FORMAT_ID | PERF_FORMAT_LOST);

	return 8 + 8 * __builtin_popcountll(words);
}

static void layout_body(struct sample_layout *l)
{
	uint64_t type = l->sample_type;
	uint16_t at = sizeof(struct perf_event_header), again;

	l->id = place(&at, !!(type & PERF_SAMPLE_IDENTIFIER));
	l->ip = place(&at, !!(type & PERF_SAMPLE_IP));
	l->tid = place(&at, !!(type & PERF_SAMPLE_TID));
	l->time = place(&at, !!(type & PERF_SAMPLE_TIME));
	l->addr = place(&at, !!(type & PERF_SAMPLE_ADDR));
	again = place(&at, !!(type & PERF_SAMPLE_ID));
	if (!l->id)
		l->id = again;
	l->stream_id = place(&at, !!(type & PERF_SAMPLE_STREAM_ID));
	l->cpu = place(&at, !!(type & PERF_SAMPLE_CPU));
	l->period = place(&at, !!(type & PERF_SAMPLE_PERIOD));
	l->fixed_size = at;
	if (type & PERF_SAMPLE_READ) {
		if (l->read_format & PERF_FORMAT_GROUP)
			return;
		l->fixed_size = at += read_size(l->read_format);
	}
	if (!(type & PERF_SAMPLE_CALLCHAIN) && (type & PERF_SAMPLE_RAW))
		l->raw = at;
}

/* The trailer is TID TIME ID STREAM_ID CPU IDENTIFIER; strings before it end where they like. */
static void layout_tail(struct sample_layout *l)
{
	uint64_t type = l->sample_type;
	uint16_t size = 0;

	if (type & PERF_SAMPLE_IDENTIFIER)
		l->tail_id = size += 8;
	if (type & PERF_SAMPLE_CPU)
		l->tail_cpu = size += 8;
	if (type & PERF_SAMPLE_STREAM_ID)
		size += 8;
	if (type & PERF_SAMPLE_ID) {
		size += 8;
		if (!l->tail_id)
			l->tail_id = size;
	}
	if (type & PERF_SAMPLE_TIME)
		l->tail_time = size += 8;
	if (type & PERF_SAMPLE_TID)
		l->tail_tid = size += 8;
	l->tail_size = size;
}

void sample_layout_init(struct sample_layout *l, const struct perf_event_attr *attr)
{
	*l = (struct sample_layout){
		.sample_type = attr->sample_type,
		.read_format = attr->read_format,
		.fixed_size = sizeof(struct perf_event_header),
		.parsable = !(attr->sample_type & ~SAMPLE_TYPE_KNOWN),
	};
	layout_body(l);
	if (attr->sample_id_all)
		layout_tail(l);
	if (!l->parsable)
		l->raw = 0; /* something may stand in front of it */
}

static uint64_t field_u64(const char *rec, uint16_t off)
{
	return off ? load_u64(rec + off) : 0;
}

static uint32_t field_u32(const char *rec, uint16_t off)
{
	return off ? load_u32(rec + off) : UINT32_MAX;
}

/*
 * Passes over what has no fixed size up to the raw bytes. @at: where it starts, @end: of the
 * record. Returns 0, or -1 when a count says what cannot be.
 */
static int parse_rest(struct sample *s, const struct sample_layout *l, const char *at,
		      const char *end)
{
	if (l->sample_type & PERF_SAMPLE_READ && l->read_format & PERF_FORMAT_GROUP) {
		uint64_t head = read_size(l->read_format & (PERF_FORMAT_TOTAL_TIME_ENABLED |
							    PERF_FORMAT_TOTAL_TIME_RUNNING));
		uint64_t each = read_size(l->read_format & (PERF_FORMAT_ID | PERF_FORMAT_LOST));

		if ((uint64_t)(end - at) < head || load_u64(at) > (end - at - head) / each)
			return -1;
		at += head + load_u64(at) * each;
	}
	if (l->sample_type & PERF_SAMPLE_CALLCHAIN) {
		if (end - at < 8 || load_u64(at) > (uint64_t)(end - at - 8) / 8)
			return -1;
		s->nr_callchain = load_u64(at);
		s->callchain = (const uint64_t *)(at + 8);
		at += 8 + 8 * s->nr_callchain;
	}
	if (l->sample_type & PERF_SAMPLE_RAW) {
		if (end - at < 4 || !sample_raw_fits(load_u32(at), end - at - 4))
			return -1;
		s->raw_size = load_u32(at);
		s->raw = at + 4;
	}
	return 0;
}

int sample_parse(struct sample *s, const struct sample_layout *l,
		 const struct perf_event_attr *attr, const struct perf_event_header *rec)
{
	const char *at = (const char *)rec;

	if (!l->parsable || rec->size < l->fixed_size)
		return -1;
	/* One by one: all at once would be zeros first, and these cost more than all the rest. */
	s->id = field_u64(at, l->id);
	s->ip = field_u64(at, l->ip);
	s->addr = field_u64(at, l->addr);
	s->stream_id = field_u64(at, l->stream_id);
	s->time = l->time ? load_u64(at + l->time) : UINT64_MAX;
	s->period = l->period ? load_u64(at + l->period) : attr->sample_period;
	s->pid = field_u32(at, l->tid);
	s->tid = l->tid ? load_u32(at + l->tid + 4) : UINT32_MAX;
	s->cpu = field_u32(at, l->cpu);
	s->raw_size = 0;
	s->raw = NULL;
	s->callchain = NULL;
	s->nr_callchain = 0;
	s->misc = rec->misc;
	return parse_rest(s, l, at + l->fixed_size, at + rec->size);
}
