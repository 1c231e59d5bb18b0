/*
 * sample.h - where the fields of a record lie.
 *
 * sample_type is constant for an event, so its layout is compiled once; a sample is then read by
 * fixed offsets. Source: the PERF_RECORD_SAMPLE comment in linux/perf_event.h.
 */
#ifndef COMMON_SAMPLE_H
#define COMMON_SAMPLE_H

#include "common/abi.h"
#include "common/err.h"
#include "common/util.h"

#include <stdbool.h>

/* What we know of: up to PERF_SAMPLE_WEIGHT_STRUCT. A newer bit may stand anywhere in the body. */
#define SAMPLE_TYPE_KNOWN ((1ULL << 25) - 1)

/*
 * Offsets are bytes from the start of the record; 0 = the field is not there. tail_* are bytes
 * from the END of a non-sample record (sample_id_all), 0 = not there.
 */
struct sample_layout {
	uint64_t sample_type;
	uint64_t read_format;
	uint16_t id, ip, tid, time, addr, stream_id, cpu, period;
	uint16_t fixed_size; /* bytes up to the first field of variable length */
	uint16_t raw; /* of the u32 size before the raw bytes; 0: none, or not at a fixed place */
	uint16_t tail_id, tail_tid, tail_time, tail_cpu;
	uint16_t tail_size; /* bytes of the whole trailer */
	bool parsable; /* false: sample_type has bits that we do not know: nothing behind fixed_size is known */
};

/* One PERF_RECORD_SAMPLE, decoded. Fields that were not sampled are 0, or as said. */
struct sample {
	uint64_t id, ip, addr, stream_id;
	uint64_t time;		   /* ns; ~0 when not sampled */
	uint64_t period;	   /* attr's when not sampled */
	uint32_t pid, tid;	   /* ~0 when not sampled */
	uint32_t cpu;		   /* ~0 when not sampled */
	uint32_t raw_size;	   /* bytes at raw, padding included */
	const void *raw;	   /* inside the record; NULL without PERF_SAMPLE_RAW */
	const uint64_t *callchain; /* inside the record; NULL without PERF_SAMPLE_CALLCHAIN */
	uint64_t nr_callchain;
	uint16_t misc; /* of the record's header; the low three bits are the cpumode */
};

/* sample_layout_init() - compile the layout of @attr's records. */
void sample_layout_init(struct sample_layout *l, const struct perf_event_attr *attr);

/*
 * sample_parse() - decode @rec, a whole PERF_RECORD_SAMPLE of an event with layout @l.
 * Returns 0, or -1 when the record is shorter than its sample_type says, up to the raw bytes, or these
 * have an odd size; what stands behind them is nobody's business yet.
 * Pointers in *@s live as long as @rec.
 */
int sample_parse(struct sample *s, const struct sample_layout *l,
		 const struct perf_event_attr *attr, const struct perf_event_header *rec);

/*
 * sample_raw_fits() - can raw bytes have the size @raw_size, where @room bytes are left for them? They and
 * the u32 of their size are a multiple of 8 (perf_prepare_sample() in the kernel); else what follows would
 * not be aligned.
 */
static inline bool sample_raw_fits(uint32_t raw_size, uint64_t room)
{
	return raw_size <= room && raw_size % 8 == 4;
}

/*
 * sample_is_whole() - would sample_parse() succeed? Less work than that, where only this and the
 * thread are wanted.
 */
static inline bool sample_is_whole(const struct sample_layout *l,
				   const struct perf_event_attr *attr,
				   const struct perf_event_header *rec)
{
	const uint32_t raw_end = l->raw + 4u;
	struct sample s;

	if (unlikely(!l->raw || !l->parsable))
		return !sample_parse(&s, l, attr, rec);
	return rec->size >= raw_end &&
	       sample_raw_fits(load_u32((const char *)rec + l->raw), rec->size - raw_end);
}

/* sample_is_cut() - is @rec shorter than its sample_type, all bits of which are known, says? */
static inline bool sample_is_cut(const struct sample_layout *l, const struct perf_event_attr *attr,
				 const struct perf_event_header *rec)
{
	return l->parsable && !sample_is_whole(l, attr, rec);
}

/* sample_tid() - the thread of a whole sample, as sample_parse() tells it. */
static inline uint32_t sample_tid(const struct sample_layout *l,
				  const struct perf_event_header *rec)
{
	return l->tid ? load_u32((const char *)rec + l->tid + 4) : UINT32_MAX;
}

/*
 * record_time() - the time of any record of an event with layout @l in ns; 0 when it has none
 * (user records, synthesized ones, events without PERF_SAMPLE_TIME).
 */
static inline uint64_t record_time(const struct sample_layout *l,
				   const struct perf_event_header *rec)
{
	const char *at = (const char *)rec;

	if (rec->type == PERF_RECORD_SAMPLE)
		return l->time && rec->size >= l->fixed_size ? load_u64(at + l->time) : 0;
	if (rec->type >= RECORD_USER_FIRST || !l->tail_time ||
	    rec->size < sizeof(*rec) + l->tail_size)
		return 0;
	return load_u64(at + rec->size - l->tail_time);
}

/* record_id() - the event id of any record laid out by @l; 0 when it has none. */
static inline uint64_t record_id(const struct sample_layout *l, const struct perf_event_header *rec)
{
	const char *at = (const char *)rec;

	if (rec->type == PERF_RECORD_SAMPLE)
		return l->id && rec->size >= l->id + 8u ? load_u64(at + l->id) : 0;
	if (rec->type >= RECORD_USER_FIRST || !l->tail_id ||
	    rec->size < sizeof(*rec) + l->tail_size)
		return 0;
	return load_u64(at + rec->size - l->tail_id);
}

/*
 * sample_raw() - the raw bytes of a sample, for reports that want nothing else.
 * Returns NULL when there are fewer than @need bytes of them, when they are damaged, or when their place is
 * not fixed (then sample_parse() finds them).
 */
static inline const void *sample_raw(const struct sample_layout *l,
				     const struct perf_event_header *rec, uint32_t need)
{
	const char *at = (const char *)rec + l->raw;
	const uint32_t raw_end = l->raw + 4u;

	if (unlikely(!l->raw || rec->size < raw_end || load_u32(at) < need ||
		     !sample_raw_fits(load_u32(at), rec->size - raw_end)))
		return NULL;
	return at + 4;
}

#endif
