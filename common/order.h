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

#include <stdint.h>

/* Without rounds in the file, this much is held before the older half is given anyway. */
#define ORDER_BYTES_MAX (256u << 20)

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

/* Invariant: entries[0..nr_sorted) ascend; each entry's record lies in a chunk with live > 0. */
struct order {
	struct order_entry *entries, *spare;
	size_t nr, nr_sorted, room;
	struct order_chunk *chunks; /* of records; recycled when none of theirs is left */
	uint32_t nr_chunks, current;
	size_t bytes_max;   /* of chunks and entries: ORDER_BYTES_MAX; tests set less */
	uint64_t newest_ns; /* newest time queued, in perf's sense */
	uint64_t limit_ns;  /* the next round gives everything up to this */
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

#endif
