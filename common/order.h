/*
 * order.h - records in time order, in bounded memory.
 *
 * A recorder passes over all its rings and then writes a FINISHED_ROUND: what lay in a ring when
 * a pass began is older than what the next pass finds. So a record behind round k may be older
 * than the newest of round k, but not than that of round k-1, and two rounds need to be held.
 * The rule is perf's, to the letter (ordered-events.c), so that text output compares byte for
 * byte: at a round, everything up to the newest time of the ROUND BEFORE is given; equal times
 * keep file order; a record older than one already given is given late, and counted.
 *
 * The records of one ring are sorted but for small steps back, so sorting is a merge of the runs
 * that are there: near linear.
 */
#ifndef COMMON_ORDER_H
#define COMMON_ORDER_H

#include "common/abi.h"
#include "common/err.h"
#include "common/util.h"

#include <stdbool.h>
#include <stdint.h>

/* Without rounds in the file, this much is held before the older half goes anyway. */
#define ORDER_BYTES_MAX (256u << 20)

/* Records are held in chunks of so many bytes; of a queue that is one of many, in smaller ones. */
#define ORDER_CHUNK	(1u << 20)
#define ORDER_CHUNK_MIN (64u << 10) /* the largest record fits */

/* No queue is limited to less, and with entries it may take half as much again. */
#define ORDER_LIMIT_MIN (2 * ORDER_CHUNK_MIN)

struct order_entry {
	uint64_t time;			     /* ns */
	const struct perf_event_header *rec; /* NULL of one that was noted only */
	uint64_t off;			     /* in the file */
	uint32_t chunk;	    /* index of the chunk that holds *rec; or ORDER_NOTED with a place */
	uint16_t tag, turn; /* of whoever pushes */
};

/* In order_entry.chunk: the record is where it was, see order_note(). */
#define ORDER_NOTED (1u << 31)

/* Records, one behind the other. @live of them are still queued. */
struct order_chunk {
	char *data; /* order.chunk_bytes */
	uint32_t used, live;
};

/*
 * Invariant: first <= ready <= nr_sorted <= nr, or ready == 0; entries[first..nr_sorted) ascend; each of
 * entries[first..nr) that is more than noted has its record in a chunk with live > 0. What is not sorted
 * was pushed when first was 0.
 */
struct order {
	struct order_entry *entries, *spare;
	size_t first, ready, nr, nr_sorted, room;
	struct order_chunk *chunks; /* of records; recycled when none of theirs is left */
	uint32_t nr_chunks, current;
	uint32_t chunk_bytes; /* of each */
	size_t bytes_max;     /* of chunks and entries: ORDER_BYTES_MAX, or less */
	uint64_t newest_ns;   /* newest time queued, in perf's sense */
	uint64_t limit_ns;    /* the next round makes everything up to this ready */
	uint64_t last_given_ns;
	uint64_t nr_late; /* pushed behind the taking of a later one */
	bool halved; /* order_make_room() made the older half ready, and nothing was copied since */
};

void order_init(struct order *o);
void order_release(struct order *o);

/*
 * order_limit() - hold no more than @bytes, or ORDER_LIMIT_MIN; by small chunks, if that is said before the
 * first push.
 */
void order_limit(struct order *o, size_t bytes);

/* order_chunk_fits() - is there room for a record of @size bytes behind the one pushed last? */
static inline bool order_chunk_fits(const struct order *o, uint32_t size)
{
	return o->nr_chunks && o->chunk_bytes - o->chunks[o->current].used >= size;
}

/*
 * order_push() - queue @e with a copy of its record; @e->chunk is ours.
 * Nothing may be ready, and order_make_room() be asked before. Returns 0, or -1 with ERR_MEM.
 */
int order_push(struct order *o, const struct order_entry *e, struct err *err);

/*
 * order_note() - queue @e without its record: whoever gets the entry can read that again, at e->off.
 * @place: less than ORDER_NOTED, for him to remember. Nothing may be ready, and order_may_note() be
 * asked before. Returns 0, or -1 with ERR_MEM.
 */
int order_note(struct order *o, const struct order_entry *e, uint32_t place, struct err *err);

/* order_may_note() - half of the memory may be taken by entries. */
static inline bool order_may_note(const struct order *o)
{
	return o->nr < o->bytes_max / 2 / (2 * sizeof(*o->entries));
}

/*
 * These make entries ready, in their order; whoever calls takes them before anything else is pushed.
 *
 * order_round() - a FINISHED_ROUND was read: what is due by the rule.
 * order_end() - everything was read: all.
 * order_make_room() - is something to be taken before a record of @size bytes may be pushed? Without
 * rounds, when too much is held, the older half, whatever may come later; when records far in the
 * future keep the memory in use all the same, all. Returns whether something is ready.
 */
void order_round(struct order *o);
void order_end(struct order *o);
bool order_halve(struct order *o, uint32_t size);

static inline bool order_make_room(struct order *o, uint32_t size)
{
	/* What is held is counted when memory is needed, not for every record. */
	if (likely(order_chunk_fits(o, size) && o->nr < o->room && !o->halved))
		return false;
	return order_halve(o, size);
}

/* order_ready() - the oldest entry if it is ready, else NULL. It lives until it is taken. */
static inline const struct order_entry *order_ready(const struct order *o)
{
	return o->first < o->ready ? &o->entries[o->first] : NULL;
}

/* order_found() - the oldest entry, which was noted only, has its record at @rec until it is taken. */
static inline void order_found(struct order *o, const struct perf_event_header *rec)
{
	o->entries[o->first].rec = rec;
}

/* order_take() - take out the oldest. */
static inline void order_take(struct order *o)
{
	const struct order_entry *e = &o->entries[o->first++];

	o->last_given_ns = e->time;
	if (!(e->chunk & ORDER_NOTED))
		o->chunks[e->chunk].live--;
	if (unlikely(o->first == o->nr))
		o->first = o->ready = o->nr = o->nr_sorted = 0;
}

/*
 * The other way to use a queue: without rounds, by whoever knows himself what is to come. He asks
 * order_is_full() before he pushes.
 *
 * order_first() - the oldest record, NULL when there is none. It lives until it is taken out, the
 * entry until the next push.
 * order_nth() - the @n-th oldest of what is there, counted from 0.
 * order_count() - how many there are.
 * order_is_full() - would a record of @size bytes take more memory than bytes_max?
 */
const struct order_entry *order_first(struct order *o);
const struct order_entry *order_nth(struct order *o, size_t n);
size_t order_count(const struct order *o);
bool order_is_full(const struct order *o, uint32_t size);

#endif
