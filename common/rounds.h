/*
 * rounds.h - the records of a file or stream in the order of their times, one by one, by its rounds
 * (order.h): what is ready at a round is taken before more is read.
 */
#ifndef COMMON_ROUNDS_H
#define COMMON_ROUNDS_H

#include "common/again.h"
#include "common/inorder.h"
#include "common/reader.h"

struct rounds {
	struct inorder_source *source; /* borrowed, as is the client */
	const struct inorder_client *client;
	struct reader reader;
	struct block *block; /* that is being walked; NULL: none */
	bool reading;	     /* there may be more records */
	struct order order;
	/*
	 * What is not copied into the queue, but read again: of a run of records with ascending times, as
	 * a ring's are, all but the beginning, for many runs are short.
	 */
	struct again again;
	bool may_again;	   /* the file can be read again, and its records are as they are in it */
	uint64_t run_time; /* of the last record of the run */
	uint64_t run_bytes;
	uint32_t run; /* its number; AGAIN_RUNS: it has none, its records are copied */
	/* A record that was read, and waits until what is ready has been taken; NULL: none. */
	const struct perf_event_header *held;
	struct order_entry looked; /* what look() said of it; rec NULL: not yet asked */
};

/*
 * rounds_open() - start with the first record of @source. Returns 0 or -1: ERR_MEM; rounds_close() is
 * due in both cases, and takes a zeroed struct, too.
 */
int rounds_open(struct rounds *r, struct inorder_source *source,
		const struct inorder_client *client, struct err *err);
void rounds_close(struct rounds *r);

/* rounds_limit() - from now on, hold no more than @bytes. */
void rounds_limit(struct rounds *r, size_t bytes);

/* rounds_fill() - read until something is ready. As rounds_next(), for which it is. */
int rounds_fill(struct rounds *r, struct err *err);

/* rounds_again() - read again the record that is ready. Returns as rounds_next(). */
int rounds_again(struct rounds *r, struct err *err);

/*
 * rounds_next() - the next record. Returns 1 with *@e set, 0 when there is none: it was read to its
 * end, to damage, or was stopped; or -1 with ERR_MEM or the client's error.
 */
static inline int rounds_next(struct rounds *r, const struct order_entry **e, struct err *err)
{
	*e = order_ready(&r->order);
	if (!*e && r->reading) {
		if (rounds_fill(r, err))
			return -1;
		*e = order_ready(&r->order);
	}
	return *e && !(*e)->rec ? rounds_again(r, err) : *e != NULL;
}

/* rounds_take() - be done with the record that rounds_next() gave. */
static inline void rounds_take(struct rounds *r)
{
	uint32_t chunk = order_ready(&r->order)->chunk;

	if (chunk & ORDER_NOTED)
		again_done(&r->again, chunk & ~ORDER_NOTED);
	order_take(&r->order);
}

#endif
