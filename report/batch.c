#include "report/batch.h"
#include "common/thread.h"
#include "common/util.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Work comes in surges: nothing while a round is read, then all of it. So much is held that there
 * is enough to do meanwhile.
 */
#define BATCH_BYTES (256u << 10) /* the largest record fits several times */
#define BATCHES	    32
#define POOL_BYTES  (BATCHES * BATCH_BYTES)

/* A record, and what its bytes do not say; behind it the record, 8-aligned. */
struct item {
	struct session *session;
	const struct event *event; /* NULL: it is no sample */
	const char *comm;
	uint32_t comm_id, size; /* size: of the record, aligned */
};

struct batch {
	struct batch *next;
	size_t used; /* bytes */
	char items[BATCH_BYTES - 2 * sizeof(void *)];
};

/* Batches in the order in which they were put in. */
struct queue {
	struct batch *first, *last; /* first NULL: it is empty */
};

/*
 * A batch is free, or the caller's (filling), or waits (full) for the thread, or is the thread's
 * (work). The lock protects the two queues and what is told; it is only held to look at these.
 *
 * Of the free ones that is taken that has been free for the longest: what the thread has read last
 * is in the cache of its CPU, and to write there is to wait for it.
 */
struct batches {
	struct batch *pool;    /* BATCHES of them; owned */
	struct batch *filling; /* NULL: none yet */
	struct queue free, full;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool working; /* the thread has a batch */
	bool stop;    /* the thread shall end */
	bool failed;
	struct err err; /* of the work, when it failed */
	batch_work work;
	void *arg;
};

static struct batch *queue_take(struct queue *q)
{
	struct batch *batch = q->first;

	q->first = batch->next;
	return batch;
}

static void queue_put(struct queue *q, struct batch *batch)
{
	batch->next = NULL;
	if (q->first)
		q->last->next = batch;
	else
		q->first = batch;
	q->last = batch;
}

/* ---- the thread ---- */

static int do_one(const struct batches *b, const struct item *item, struct err *err)
{
	struct ordered_sample os;

	os.session = item->session;
	os.rec = (const struct perf_event_header *)(item + 1);
	os.event = item->event;
	os.comm = item->comm;
	os.comm_id = item->comm_id;
	if (os.event && sample_parse(&os.sample, &os.event->layout, &os.event->attr, os.rec))
		return 0;
	return b->work(b->arg, &os, err);
}

static int do_batch(const struct batches *b, const struct batch *batch, struct err *err)
{
	const char *at = batch->items, *end = at + batch->used;
	int rc = 0;

	for (; at < end && !rc; at += sizeof(struct item) + ((const struct item *)at)->size)
		rc = do_one(b, (const struct item *)at, err);
	return rc;
}

/* With the lock, which is not held meanwhile. */
static void work_on(struct batches *b, struct batch *batch)
{
	struct err err = { 0 };
	int rc = b->failed;

	b->working = true;
	pthread_mutex_unlock(&b->lock);
	if (!rc)
		rc = do_batch(b, batch, &err);
	pthread_mutex_lock(&b->lock);
	b->working = false;
	queue_put(&b->free, batch);
	if (rc && !b->failed) {
		b->failed = true;
		b->err = err;
	}
	pthread_cond_broadcast(&b->changed);
}

static void *run(void *arg)
{
	struct batches *b = arg;

	pthread_mutex_lock(&b->lock);
	while (!b->stop) {
		if (b->full.first)
			work_on(b, queue_take(&b->full));
		else
			pthread_cond_wait(&b->changed, &b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct batches *batches_new(batch_work work, void *arg)
{
	struct batches *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	static_assert(sizeof(struct batch) == BATCH_BYTES, "they fill the pool");
	b->pool = malloc(POOL_BYTES);
	for (int i = 0; b->pool && i < BATCHES; i++)
		queue_put(&b->free, &b->pool[i]);
	b->work = work;
	b->arg = arg;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	if (b->pool && !thread_start(&b->thread, run, b))
		return b;
	free(b->pool);
	free(b);
	return NULL;
}

/* ---- the caller ---- */

static int tell(const struct batches *b, struct err *err)
{
	if (b->failed)
		*err = b->err;
	return b->failed ? -1 : 0;
}

/* The batch that is filled goes to the thread. With the lock. */
static void hand_over(struct batches *b)
{
	if (!b->filling)
		return;
	queue_put(&b->full, b->filling);
	b->filling = NULL;
	pthread_cond_broadcast(&b->changed);
}

/* Makes an empty batch the one that is filled, when there is one. */
static int next_batch(struct batches *b, struct err *err)
{
	int rc;

	pthread_mutex_lock(&b->lock);
	hand_over(b);
	while (!b->free.first)
		pthread_cond_wait(&b->changed, &b->lock);
	b->filling = queue_take(&b->free);
	b->filling->used = 0;
	rc = tell(b, err);
	pthread_mutex_unlock(&b->lock);
	return rc;
}

int batches_push(struct batches *b, const struct ordered_sample *os, struct err *err)
{
	const uint32_t rec_size = ALIGN_UP((uint32_t)os->rec->size, 8u);
	const size_t size = sizeof(struct item) + rec_size;
	struct item *item;

	if (unlikely(!b->filling || size > sizeof(b->filling->items) - b->filling->used))
		if (next_batch(b, err))
			return -1;
	item = (struct item *)(b->filling->items + b->filling->used);
	*item = (struct item){ os->session, os->event, os->comm, os->comm_id, rec_size };
	memcpy(item + 1, os->rec, os->rec->size);
	b->filling->used += size;
	return 0;
}

int batches_end(struct batches *b, struct err *err)
{
	int rc;

	pthread_mutex_lock(&b->lock);
	hand_over(b);
	while (b->full.first || b->working)
		pthread_cond_wait(&b->changed, &b->lock);
	rc = tell(b, err);
	pthread_mutex_unlock(&b->lock);
	return rc;
}

void batches_free(struct batches *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	free(b->pool);
	free(b);
}
