#include "report/batch.h"
#include "common/thread.h"
#include "common/util.h"

#include <stdlib.h>

#define BATCH_BYTES   (512u << 10) /* of records and names; the largest fit many times */
#define BATCH_SAMPLES 8192

struct batch {
	struct ordered_sample samples[BATCH_SAMPLES]; /* pointers are into bytes */
	uint32_t nr;
	size_t used;
	char bytes[BATCH_BYTES] __attribute__((aligned(8)));
};

/*
 * Two batches: one is filled while the other is worked on. A batch is the thread's from the time
 * that full points to it until it is NULL again; the lock is only held to look at that.
 */
struct batches {
	struct batch batch[2];
	struct batch *filling; /* the caller's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct batch *full; /* handed over, not done */
	bool stop;	    /* the thread shall end */
	bool failed;
	struct err err; /* of the work, when it failed */
	batch_work work;
	void *arg;
};

static void *run(void *arg)
{
	struct batches *b = arg;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		struct err err = { 0 };
		int rc = 0;

		while (!b->full && !b->stop)
			pthread_cond_wait(&b->changed, &b->lock);
		if (b->stop)
			break;
		pthread_mutex_unlock(&b->lock);
		for (uint32_t i = 0; i < b->full->nr && !rc; i++)
			rc = b->work(b->arg, &b->full->samples[i], &err);
		pthread_mutex_lock(&b->lock);
		b->full = NULL;
		if (rc) {
			b->failed = true;
			b->err = err;
		}
		pthread_cond_signal(&b->changed);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct batches *batches_new(batch_work work, void *arg)
{
	struct batches *b = malloc(sizeof(*b));

	if (!b)
		return NULL;
	b->batch[0].nr = b->batch[1].nr = 0;
	b->batch[0].used = b->batch[1].used = 0;
	b->filling = &b->batch[0];
	b->full = NULL;
	b->stop = b->failed = false;
	b->work = work;
	b->arg = arg;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	if (!thread_start(&b->thread, run, b))
		return b;
	free(b);
	return NULL;
}

/* Waits until the thread has nothing to do. With the lock. */
static int wait_idle(struct batches *b, struct err *err)
{
	while (b->full)
		pthread_cond_wait(&b->changed, &b->lock);
	if (!b->failed)
		return 0;
	*err = b->err;
	return -1;
}

static int hand_over(struct batches *b, struct err *err)
{
	int rc;

	pthread_mutex_lock(&b->lock);
	rc = wait_idle(b, err);
	if (!rc) {
		b->full = b->filling;
		b->filling = &b->batch[b->filling == &b->batch[0]];
		b->filling->nr = 0;
		b->filling->used = 0;
		pthread_cond_signal(&b->changed);
	}
	pthread_mutex_unlock(&b->lock);
	return rc;
}

/* Where in the copy what @at points to in the record lies. */
static const void *moved(const void *at, const struct perf_event_header *from, const char *to)
{
	return at ? to + ((const char *)at - (const char *)from) : NULL;
}

int batches_push(struct batches *b, const struct ordered_sample *os, struct err *err)
{
	const size_t rec_size = ALIGN_UP((size_t)os->rec->size, 8);
	const size_t comm_size = os->comm ? strlen(os->comm) + 1 : 0;
	const size_t size = rec_size + ALIGN_UP(comm_size, 8);
	struct ordered_sample *copy;
	char *rec;

	if (b->filling->nr == BATCH_SAMPLES || size > BATCH_BYTES - b->filling->used)
		if (hand_over(b, err))
			return -1;
	rec = b->filling->bytes + b->filling->used;
	memcpy(rec, os->rec, os->rec->size);
	copy = &b->filling->samples[b->filling->nr++];
	b->filling->used += size;
	*copy = *os;
	copy->rec = (const struct perf_event_header *)rec;
	if (comm_size)
		copy->comm = memcpy(rec + rec_size, os->comm, comm_size);
	copy->sample.raw = moved(os->sample.raw, os->rec, rec);
	copy->sample.callchain = moved(os->sample.callchain, os->rec, rec);
	return 0;
}

int batches_end(struct batches *b, struct err *err)
{
	int rc;

	if (hand_over(b, err))
		return -1;
	pthread_mutex_lock(&b->lock);
	rc = wait_idle(b, err);
	pthread_mutex_unlock(&b->lock);
	return rc;
}

void batches_free(struct batches *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	free(b);
}
