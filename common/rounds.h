/*
 * rounds.h - the records of a file or stream in the order of their times, one by one, by its rounds
 * (order.h): what is ready at a round is taken before more is read.
 */
#ifndef COMMON_ROUNDS_H
#define COMMON_ROUNDS_H

#include "common/inorder.h"
#include "common/reader.h"

struct rounds {
	struct inorder_source *source; /* borrowed, as is the client */
	const struct inorder_client *client;
	struct reader reader;
	struct block *block; /* that is being walked; NULL: none */
	bool reading;	     /* there may be more records */
	struct order order;
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

/*
 * rounds_next() - the next record. Returns 1 with *@e set, 0 when there is none: it was read to its
 * end, to damage, or was stopped; or -1 with ERR_MEM or the client's error.
 */
static inline int rounds_next(struct rounds *r, const struct order_entry **e, struct err *err)
{
	*e = order_ready(&r->order);
	if (*e)
		return 1;
	if (!r->reading)
		return 0;
	if (rounds_fill(r, err))
		return -1;
	*e = order_ready(&r->order);
	return *e != NULL;
}

/* rounds_take() - be done with the record that rounds_next() gave. */
static inline void rounds_take(struct rounds *r)
{
	order_take(&r->order);
}

#endif
