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

#include <stdbool.h>
#include <stdint.h>

/* Without rounds in the file, this much is held before the older half is given anyway. */
#define ORDER_BYTES_MAX (256u << 20)

/* Records are held in chunks of so many bytes; of a queue that is one of many, in smaller ones. */
#define ORDER_CHUNK	(1u << 20)
#define ORDER_CHUNK_MIN (128u << 10)

struct order_entry {
	uint64_t time; /* ns */
	const struct perf_event_header *rec;
	uint32_t chunk; /* index of the chunk that holds *rec */
	uint32_t tag;
};

/*
 * order_give - takes a record. Returns 0, or -1 with @err filled, which ends the flush.
 * @rec lives until it returns; @tag is order_push()'s.
 */
typedef int (*order_give)(void *arg, const struct perf_event_header *rec, uint32_t tag,
			  uint64_t time, struct err *err);

/*
 * Invariant: entries[first..nr_sorted) ascend; each of entries[first..nr) has its record in a chunk
 * with live > 0. What is not sorted was pushed when first was 0.
 */
struct order {
	struct order_entry *entries, *spare;
	size_t first, nr, nr_sorted, room;
	struct order_chunk *chunks; /* of records; recycled when none of theirs is left */
	uint32_t nr_chunks, current;
	uint32_t chunk_bytes; /* of each: ORDER_CHUNK, or what is set before the first push */
	size_t bytes_max;     /* of chunks and entries: ORDER_BYTES_MAX; tests set less */
	uint64_t newest_ns;   /* newest time queued, in perf's sense */
	uint64_t limit_ns;    /* the next round gives everything up to this */
	uint64_t last_given_ns;
	uint64_t nr_late;
	order_give give;
	void *arg;
};

void order_init(struct order *o, order_give give, void *arg);
void order_release(struct order *o);

/*
 * order_push() - queue a copy of @rec under @time.
 * May give records when ORDER_BYTES_MAX is reached. Returns 0, or -1 with ERR_MEM or give()'s.
 */
int order_push(struct order *o, uint64_t time_ns, const struct perf_event_header *rec, uint32_t tag,
	       struct err *err);

/* order_round() - a FINISHED_ROUND was read. Returns 0 or -1 as give(). */
int order_round(struct order *o, struct err *err);

/* order_flush() - give everything that is left. Returns 0 or -1 as give(). */
int order_flush(struct order *o, struct err *err);

/*
 * The other way to use a queue: without rounds and give(), its records are taken out one by one.
 * Nothing is given of itself then; whoever pushes asks order_is_full() before.
 *
 * order_first() - the oldest record, NULL when there is none. It lives until it is taken out, the
 * entry until the next push.
 * order_nth() - the @n-th oldest of what is there, counted from 0.
 * order_count() - how many there are.
 * order_take() - take out the oldest.
 */
const struct order_entry *order_first(struct order *o);
const struct order_entry *order_nth(struct order *o, size_t n);
size_t order_count(const struct order *o);
void order_take(struct order *o);

/* order_is_full() - would a record of @size bytes take more memory than bytes_max? */
bool order_is_full(const struct order *o, uint32_t size);

#endif
