#include "report/relay.h"
#include "common/thread.h"

#include <stdlib.h>

/*
 * Work comes in surges: nothing while a round is read, then all of it. So much is held that there
 * is enough to do meanwhile.
 */
#define BATCHES 32

struct relay_batch {
	struct relay_batch *next;
	size_t used; /* bytes */
	char items[RELAY_BATCH];
};

static struct relay_batch *queue_take(struct relay_queue *q)
{
	struct relay_batch *batch = q->first;

	q->first = batch->next;
	return batch;
}

static void queue_put(struct relay_queue *q, struct relay_batch *batch)
{
	batch->next = NULL;
	if (q->first)
		q->last->next = batch;
	else
		q->first = batch;
	q->last = batch;
}

static void queue_free(struct relay_queue *q)
{
	while (q->first)
		free(queue_take(q));
}

struct relay *relay_new(relay_work work, void *arg)
{
	struct relay *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->work = work;
	r->arg = arg;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	return r;
}

/* ---- the thread ---- */

/* With the lock, which is not held meanwhile. */
static void work_on(struct relay *r, struct relay_batch *batch)
{
	struct err err = { 0 };
	int rc = r->failed;

	r->working = true;
	pthread_mutex_unlock(&r->lock);
	if (!rc)
		rc = r->work(r->arg, batch->items, batch->used, &err);
	pthread_mutex_lock(&r->lock);
	r->working = false;
	queue_put(&r->free, batch);
	if (rc && !r->failed) {
		r->failed = true;
		r->err = err;
	}
	pthread_cond_broadcast(&r->changed);
}

static void *run(void *arg)
{
	struct relay *r = arg;

	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		if (r->full.first)
			work_on(r, queue_take(&r->full));
		else
			pthread_cond_wait(&r->changed, &r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* ---- the caller ---- */

/*
 * Of the free batches that is taken that has been free for the longest: what the thread has read last is in the
 * cache of its CPU, and to write there is to wait for it.
 */
static int start_thread(struct relay *r, struct err *err)
{
	r->tried = true;
	if (thread_cpus() < 2)
		return 0;
	for (int i = 1; i < BATCHES; i++) {
		struct relay_batch *batch = malloc(sizeof(*batch));

		if (!batch)
			return fail_mem(err);
		queue_put(&r->free, batch);
	}
	r->threaded = !thread_start(&r->thread, run, r);
	return 0;
}

static int tell(const struct relay *r, struct err *err)
{
	if (r->failed)
		*err = r->err;
	return r->failed ? -1 : 0;
}

static void note_used(struct relay *r)
{
	if (r->filling && r->at)
		r->filling->used = r->at - r->filling->items;
}

/* The batch that is filled, if there is one, becomes the caller's work. */
static int do_it_here(struct relay *r, struct err *err)
{
	if (!r->failed && r->filling && r->filling->used) {
		r->failed = r->work(r->arg, r->filling->items, r->filling->used, &r->err) != 0;
		r->filling->used = 0;
		r->at = r->filling->items;
	}
	return tell(r, err);
}

/* The batch that is filled goes to the thread. With the lock. */
static void hand_over(struct relay *r)
{
	if (!r->filling)
		return;
	queue_put(&r->full, r->filling);
	r->filling = NULL;
	r->at = r->end = NULL;
	pthread_cond_broadcast(&r->changed);
}

static int change_batch(struct relay *r, struct err *err)
{
	int rc;

	pthread_mutex_lock(&r->lock);
	hand_over(r);
	while (!r->free.first)
		pthread_cond_wait(&r->changed, &r->lock);
	r->filling = queue_take(&r->free);
	r->filling->used = 0;
	rc = tell(r, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

void *relay_next(struct relay *r, size_t size, struct err *err)
{
	int rc;

	note_used(r);
	if (!r->filling && !r->threaded) {
		r->filling = malloc(sizeof(*r->filling));
		rc = r->filling ? 0 : fail_mem(err);
	} else {
		rc = r->tried ? 0 : start_thread(r, err);
		if (!rc)
			rc = r->threaded ? change_batch(r, err) : do_it_here(r, err);
	}
	if (rc)
		return NULL;
	r->filling->used = 0;
	r->at = r->filling->items + size;
	r->end = r->filling->items + RELAY_BATCH;
	return r->filling->items;
}

int relay_end(struct relay *r, struct err *err)
{
	int rc;

	note_used(r);
	if (!r->threaded)
		return do_it_here(r, err);
	pthread_mutex_lock(&r->lock);
	hand_over(r);
	while (r->full.first || r->working)
		pthread_cond_wait(&r->changed, &r->lock);
	rc = tell(r, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	if (r->threaded) {
		pthread_mutex_lock(&r->lock);
		r->stop = true;
		pthread_cond_broadcast(&r->changed);
		pthread_mutex_unlock(&r->lock);
		pthread_join(r->thread, NULL);
	}
	queue_free(&r->free);
	queue_free(&r->full);
	free(r->filling);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
