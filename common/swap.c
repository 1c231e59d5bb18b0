#include "common/swap.h"
#include "common/recordkind.h"
#include "common/samplewalk.h"
#include "common/tpunit.h"

#include <stdlib.h>

#define HOST_IS_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

#define ATTR_FIELDS "448888{8}448888448422448*[8]"
#define ATTR_BITS   40 /* offset of the bit fields: {8} */

/* precise_ip: of all bit fields the one of two bits, and on both sides of a byte's border. */
#define ATTR_PRECISE_BIT (HOST_IS_BIG ? 47 : 15)

static void turn_16(char *at)
{
	uint16_t v = __builtin_bswap16(load_u16(at));

	memcpy(at, &v, sizeof(v));
}

static void turn_32(char *at)
{
	uint32_t v = __builtin_bswap32(load_u32(at));

	memcpy(at, &v, sizeof(v));
}

static void turn_64(char *at)
{
	uint64_t v = __builtin_bswap64(load_u64(at));

	memcpy(at, &v, sizeof(v));
}

/* As many numbers of @unit bytes, 1 to 8, as there are in whole. */
static void turn(char *at, uint64_t bytes, uint32_t unit)
{
	char *end = at + bytes / unit * unit;

	if (unit == 8)
		for (; at < end; at += 8)
			turn_64(at);
	else if (unit == 4)
		for (; at < end; at += 4)
			turn_32(at);
	else if (unit == 2)
		for (; at < end; at += 2)
			turn_16(at);
}

void swap_u64(void *at, size_t nr)
{
	turn(at, nr * 8, 8);
}

void swap_header(struct perf_event_header *h)
{
	h->type = __builtin_bswap32(h->type);
	h->misc = __builtin_bswap16(h->misc);
	h->size = __builtin_bswap16(h->size);
}

static bool has_hostname(const uint64_t *flags)
{
	return flags[0] >> FEATURE_HOSTNAME & 1;
}

/*
 * Bit n of a map of u32 is bit n % 32 of word n / 32, which in a u64 of a big-endian machine is
 * the other half. Source: perf knows them apart by HOSTNAME, which every recording has.
 */
static void find_halves(uint64_t flags[4])
{
	uint64_t exchanged[4];

	for (int i = 0; i < 4; i++)
		exchanged[i] = flags[i] << 32 | flags[i] >> 32;
	if (!has_hostname(flags) && has_hostname(exchanged))
		memcpy(flags, exchanged, sizeof(exchanged));
}

void swap_file_header(struct file_header *h, bool big_endian)
{
	swap_u64(&h->size, (sizeof(*h) - offsetof(struct file_header, size)) / 8);
	if (big_endian)
		find_halves(h->flags);
}

/* ---- fields as recordkind.h describes them ---- */

struct span {
	char *at, *end;
};

static const char *turn_fields(struct span *s, const char *fields);

static bool turn_number(struct span *s, uint32_t bytes)
{
	if (s->end - s->at < (ptrdiff_t)bytes)
		return false;
	turn(s->at, bytes, bytes);
	s->at += bytes;
	return true;
}

static bool pass_bytes(struct span *s, uint64_t bytes)
{
	if ((uint64_t)(s->end - s->at) < bytes)
		return false;
	s->at += bytes;
	return true;
}

/* What is behind the brackets whose inside begins at @fields. */
static const char *behind_brackets(const char *fields)
{
	for (int depth = 1; depth; fields++)
		depth += (*fields == '[') - (*fields == ']');
	return fields;
}

/* "*[...]" */
static const char *turn_elements(struct span *s, const char *fields)
{
	fields += 2;
	while (s->at < s->end)
		if (!turn_fields(s, fields))
			return NULL;
	return behind_brackets(fields);
}

static const char *turn_raw(struct span *s, const char *fields)
{
	char *behind;

	return pass_bytes(s, strtoul(fields + 1, &behind, 10)) ? behind + 1 : NULL;
}

/* Up to the closing bracket or the end; returns that place, or NULL: the bytes ended before. */
static const char *turn_fields(struct span *s, const char *fields)
{
	while (fields && *fields && *fields != ']') {
		if (*fields == '*')
			fields = turn_elements(s, fields);
		else if (*fields == '{')
			fields = turn_raw(s, fields);
		else
			fields = turn_number(s, *fields - '0') ? fields + 1 : NULL;
	}
	return fields;
}

static void turn_span(char *at, char *end, const char *fields)
{
	struct span s = { at, end };

	turn_fields(&s, fields);
}

/* ---- attrs ---- */

static uint64_t exchange_bits(uint64_t v, int bit)
{
	uint64_t differ = (v >> bit ^ v >> (bit + 1)) & 1;

	return v ^ differ << bit ^ differ << (bit + 1);
}

static uint8_t reverse_bits(uint8_t v)
{
	uint8_t r = 0;

	for (int i = 0; i < 8; i++)
		r |= (v >> i & 1) << (7 - i);
	return r;
}

/* Bit fields lie from the other end of their word: the bits of each byte are mirrored. */
static void swap_attr_bits(char *at)
{
	uint64_t v;

	for (int i = 0; i < 8; i++)
		at[i] = (char)reverse_bits((uint8_t)at[i]);
	v = exchange_bits(load_u64(at), ATTR_PRECISE_BIT);
	memcpy(at, &v, sizeof(v));
}

void swap_attr(void *attr, size_t bytes)
{
	char *at = attr;

	turn_span(at, at + bytes, ATTR_FIELDS);
	if (bytes >= ATTR_BITS + 8)
		swap_attr_bits(at + ATTR_BITS);
}

/* ---- samples ---- */

struct sample_swap {
	const struct event *event;
	struct perf_event_header *rec;
	uint32_t long_size; /* bytes, on the recorded machine */
};

/* Those that are not here are u64. */
static const uint8_t part_units[NR_SAMPLE_PARTS] = {
	[PART_TID] = 4, [PART_CPU] = 4,	  [PART_RAW_SIZE] = 4,
	[PART_RAW] = 1, [PART_STACK] = 1, [PART_AUX] = 1,
};

/*
 * The flags of a branch are bit fields, which a big-endian machine fills from the other end.
 * Source: struct perf_branch_entry in linux/perf_event.h.
 */
static uint64_t mirror_branch_flags(uint64_t v)
{
	static const uint8_t widths[] = { 1, 1, 1, 1, 16, 4, 2, 4, 3, 31 };
	uint64_t out = 0;
	uint32_t low = 0;

	for (size_t i = 0; i < ARRAY_SIZE(widths); low += widths[i++]) {
		uint32_t high = 64 - low - widths[i];
		uint64_t mask = (1ULL << widths[i]) - 1;

		if (HOST_IS_BIG)
			out |= (v >> low & mask) << high;
		else
			out |= (v >> high & mask) << low;
	}
	return out;
}

static void swap_branches(char *at, uint32_t bytes)
{
	swap_u64(at, bytes / 8);
	for (char *end = at + bytes; at < end; at += 24) {
		uint64_t flags = mirror_branch_flags(load_u64(at + 16));

		memcpy(at + 16, &flags, sizeof(flags));
	}
}

/* The raw bytes of a sample. */
struct raw {
	char *at;
	uint32_t size, long_size;
};

/* The field has been turned; it says where its bytes are. */
static void swap_dynamic(const struct tp_field *f, const struct raw *raw)
{
	uint32_t place = load_u32(raw->at + f->offset), off = place & 0xffff, len = place >> 16;

	if (f->flags & TP_RELATIVE)
		off += f->offset + f->size;
	if (off <= raw->size && len <= raw->size - off)
		turn(raw->at + off, len, tp_field_unit(f, raw->long_size));
}

static void swap_raw_fields(const struct tp_field *fields, uint32_t nr, const struct raw *raw)
{
	for (uint32_t i = 0; i < nr; i++) {
		const struct tp_field *f = &fields[i];

		if (f->offset > raw->size || f->size > raw->size - f->offset)
			continue;
		if (!(f->flags & TP_DYNAMIC)) {
			turn(raw->at + f->offset, f->size, tp_field_unit(f, raw->long_size));
			continue;
		}
		turn(raw->at + f->offset, f->size, f->size == 4 || f->size == 2 ? f->size : 1);
		if (f->size == 4)
			swap_dynamic(f, raw);
	}
}

static void swap_part(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	const struct sample_swap *s = arg;
	char *mine = (char *)s->rec + (at - (const char *)s->rec);
	const struct tp_format *tp = s->event->tp;

	if (part == PART_BRANCHES) {
		swap_branches(mine, bytes);
	} else if (part == PART_RAW && tp) {
		struct raw raw = { mine, bytes, s->long_size };

		swap_raw_fields(tp->common, tp->nr_common, &raw);
		swap_raw_fields(tp->fields, tp->nr_fields, &raw);
	} else {
		turn(mine, bytes, part_units[part] ? part_units[part] : 8);
	}
}

/* By the rules of file_event(); a record of nobody is laid out as the first event's are. */
static const struct event *event_of(const struct perf_file *f, const struct perf_event_header *rec)
{
	uint64_t id = __builtin_bswap64(record_id(&f->events[0].layout, rec));
	const uint64_t *idx;

	if (f->nr_events == 1 || !id)
		return f->events;
	idx = hash_get(&f->events_by_id, id);
	return idx ? &f->events[*idx] : f->events;
}

/* What stands at a fixed place, of a sample that has who knows what behind it. */
static void swap_fixed(const struct sample_layout *l, char *rec)
{
	const uint16_t words[] = { l->id, l->ip, l->time, l->addr, l->stream_id, l->period };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i])
			turn_64(rec + words[i]);
	if (l->tid)
		turn(rec + l->tid, 8, 4);
	if (l->cpu)
		turn(rec + l->cpu, 8, 4);
}

static void swap_sample(const struct perf_file *f, struct perf_event_header *rec)
{
	const struct event *event = event_of(f, rec);
	struct sample_swap s = { event, rec, f->tps.long_size };

	if (event->layout.parsable)
		sample_walk(&event->attr, rec, true, swap_part, &s);
	else if (rec->size >= event->layout.fixed_size)
		swap_fixed(&event->layout, (char *)rec);
}

/* ---- other records ---- */

static void swap_cpu_map(char *at, char *end)
{
	uint16_t kind = 0, long_size = 0;

	if (end - at >= 2)
		kind = __builtin_bswap16(load_u16(at));
	if (end - at >= 6)
		long_size = __builtin_bswap16(load_u16(at + 4));
	turn_span(at, end, record_cpu_map(kind, long_size));
}

/* The attr, which knows its size, and ids. */
static void swap_header_attr(char *at, char *end)
{
	uint32_t size = PERF_ATTR_SIZE_VER0;

	if (end - at >= 8 && load_u32(at + 4))
		size = __builtin_bswap32(load_u32(at + 4));
	if (size > end - at)
		size = end - at;
	swap_attr(at, size);
	swap_u64(at + size, (end - at - size) / 8);
}

static void swap_event_update(char *at, char *end)
{
	turn_span(at, end, "88");
	if (end - at < 16)
		return;
	if (load_u64(at) == EVENT_UPDATE_SCALE)
		turn_span(at + 16, end, "8");
	else if (load_u64(at) == EVENT_UPDATE_CPUS)
		swap_cpu_map(at + 16, end);
}

static void swap_body(const struct perf_event_header *rec, char *at, char *end)
{
	const struct record_kind *kind = record_kind(rec->type);

	if (rec->type == PERF_RECORD_MMAP2 && rec->misc & PERF_RECORD_MISC_MMAP_BUILD_ID)
		turn_span(at, end, RECORD_MMAP2_BUILD_ID_FIELDS);
	else if (rec->type == RECORD_HEADER_ATTR)
		swap_header_attr(at, end);
	else if (rec->type == RECORD_CPU_MAP)
		swap_cpu_map(at, end);
	else if (rec->type == RECORD_EVENT_UPDATE)
		swap_event_update(at, end);
	else if (kind && kind->fields)
		turn_span(at, end, kind->fields);
}

void swap_record(const struct perf_file *f, struct perf_event_header *rec)
{
	struct sample_swap s = { .rec = rec };
	char *at = (char *)(rec + 1), *end;
	int trailer = 0;

	swap_header(rec);
	end = (char *)rec + rec->size;
	if (rec->type == PERF_RECORD_SAMPLE) {
		swap_sample(f, rec);
		return;
	}
	if (rec->type < RECORD_USER_FIRST) {
		s.event = event_of(f, rec);
		trailer = trailer_walk(&s.event->attr, rec, swap_part, &s);
	}
	swap_body(rec, at, end - MAX(trailer, 0));
}
