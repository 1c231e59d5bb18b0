/*
 * relay.h - work that is handed on, in its order, to a thread of its own: two CPUs then do what one would.
 *
 * What is to be done is written as ITEMS, of any shape, into batches of bytes; the thread gets a batch when it
 * is full. It is started with the first full one, and only where there is a second CPU: else the caller
 * does the work itself, at the same places.
 */
#ifndef REPORT_RELAY_H
#define REPORT_RELAY_H

#include "common/err.h"
#include "common/util.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define RELAY_BATCH (256u << 10) /* bytes of items in a batch, and a little more */

/* The work: @bytes of items that were written one behind the other. Returns 0, or -1 with @err filled. */
typedef int (*relay_work)(void *arg, const void *items, size_t bytes, struct err *err);

struct relay_batch;

/* In order; first NULL: none. */
struct relay_queue {
	struct relay_batch *first, *last;
};

/*
 * A batch is free, or the caller's (filling), or waits (full) for the thread, or is the thread's. The
 * lock protects the two queues and what is told; it is only held to look at these.
 */
struct relay {
	char *at, *end; /* what is free of the batch that is filled */
	struct relay_batch *filling;
	struct relay_queue free, full;
	relay_work work;
	void *arg;
	bool threaded, tried; /* the thread runs; was to be started */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool working; /* the thread has a batch */
	bool stop;    /* it shall end */
	bool failed;  /* the work did: nothing more is given to it */
	struct err err;
};

/* relay_new() - returns NULL when memory ran out. relay_free() - ends the thread, in the middle of its work if
 * need be; NULL is nothing. */
struct relay *relay_new(relay_work work, void *arg);
void relay_free(struct relay *r);

/* relay_next() - room for @size bytes, at most RELAY_BATCH, in another batch. As relay_room(). */
void *relay_next(struct relay *r, size_t size, struct err *err);

/*
 * relay_room() - where an item of @size bytes, a multiple of 8, is to be written before the next call.
 * Returns NULL with the error of the work, or ERR_MEM.
 */
static inline void *relay_room(struct relay *r, size_t size, struct err *err)
{
	char *at = r->at;

	if (unlikely((size_t)(r->end - at) < size))
		return relay_next(r, size, err);
	r->at = at + size;
	return at;
}

/* relay_end() - wait until all is done. Returns 0, or -1 with the error of the work. */
int relay_end(struct relay *r, struct err *err);

#endif
