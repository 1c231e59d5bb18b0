#include "report/turns.h"
#include "common/thread.h"
#include "common/util.h"
#include "report/blocks.h"
#include "report/session.h"

#include <stdlib.h>

/* Threads are started behind so many blocks: what takes less time than to start them is done by then. */
#define BLOCKS_FEW 16

/* Who waits for its turn looks so often before it sleeps: for about the time that a block takes. */
#define LOOKS 4000

struct turns;

/* A thread, and what it is at. */
struct turner {
	struct turns *turns;
	void *scan;		/* NULL: there is none */
	struct session account; /* of what it sees */
	pthread_t thread;
	bool more; /* a part of its block has been scanned */
};

struct turns {
	struct session *session;
	struct consumer *consumer;
	struct turner list[HANDS_MAX];
	uint32_t nr, started; /* threads, with the caller: at most, and now */

	pthread_mutex_t reading; /* of all here: who has it reads a block */
	struct reader *reader;
	uint64_t nr_read; /* blocks */
	bool ended;	  /* there are no more, or reading failed: */
	int rc;
	struct err damage;

	uint64_t
		turn; /* by __atomic: the number of the block that is to be taken next; who has it takes */
	bool stop;	    /* by __atomic: nothing more is to be read */
	bool failed;	    /* who takes: the consumer did, or memory ran out */
	struct err err;	    /* then */
	uint32_t nr_asleep; /* with the lock: wait for their turn */
	pthread_mutex_t lock;
	pthread_cond_t next;
};

bool turns_gain(const struct consumer *c)
{
	return c->scan && thread_cpus() > 1;
}

/* ---- turns ---- */

static bool is_turn(const struct turns *t, uint64_t nr)
{
	return __atomic_load_n(&t->turn, __ATOMIC_SEQ_CST) == nr;
}

static void wait_for_turn(struct turns *t, uint64_t nr)
{
	for (int i = 0; i < LOOKS; i++) {
		if (is_turn(t, nr))
			return;
		thread_pause();
	}
	pthread_mutex_lock(&t->lock);
	t->nr_asleep++;
	while (!is_turn(t, nr))
		pthread_cond_wait(&t->next, &t->lock);
	t->nr_asleep--;
	pthread_mutex_unlock(&t->lock);
}

static void end_turn(struct turns *t)
{
	__atomic_store_n(&t->turn, t->turn + 1, __ATOMIC_SEQ_CST);
	pthread_mutex_lock(&t->lock);
	if (t->nr_asleep)
		pthread_cond_broadcast(&t->next);
	pthread_mutex_unlock(&t->lock);
}

static bool is_over(const struct turns *t)
{
	return __atomic_load_n(&t->stop, __ATOMIC_RELAXED);
}

/* ---- blocks ---- */

static int scan_part(void *arg, struct block *part, struct err *err)
{
	struct turner *w = arg;
	struct consumer *c = w->turns->consumer;
	int rc = c->scan(c, &w->account, part, w->scan, w->more, err);

	w->more = true;
	return rc;
}

/* Scans block @nr, and lets it be taken. */
static void do_block(struct turner *w, struct block *b, uint64_t nr)
{
	struct turns *t = w->turns;
	struct err err = { 0 };
	int rc;

	w->more = false;
	rc = blocks_parts(&w->account, b, &w->account.nr_malformed, scan_part, w, &err);
	wait_for_turn(t, nr);
	if (!rc && w->more && !t->failed && !is_over(t))
		rc = t->consumer->take(t->consumer, t->session, w->scan, &err);
	if (rc && !t->failed) {
		t->failed = true;
		t->err = err;
	}
	if (t->failed || t->session->stop)
		__atomic_store_n(&t->stop, true, __ATOMIC_RELAXED);
	end_turn(t);
}

static void start_threads(struct turns *t);

/* The next block, whole or not at all. What does not last is done before the next one is read. */
static bool read_block(struct turner *w, struct block *lasting, uint64_t *nr)
{
	struct turns *t = w->turns;
	struct block *b;

	if (is_over(t) || t->ended)
		return false;
	t->rc = reader_next(t->reader, &b, &t->damage);
	t->ended = t->rc <= 0;
	if (t->ended)
		return false;
	*nr = t->nr_read++;
	if (t->nr_read == BLOCKS_FEW)
		start_threads(t);
	*lasting = (struct block){ 0 };
	if (!reader_lasts(t->reader)) {
		do_block(w, b, *nr);
		return true;
	}
	*lasting = *b;
	block_skip(b);
	lasting->end = b->at;
	return true;
}

static void *work(void *arg)
{
	struct turner *w = arg;
	struct turns *t = w->turns;
	struct block b;
	uint64_t nr;
	bool more;

	do {
		pthread_mutex_lock(&t->reading);
		more = read_block(w, &b, &nr);
		pthread_mutex_unlock(&t->reading);
		if (more && b.at)
			do_block(w, &b, nr);
	} while (more);
	return NULL;
}

/* ---- threads ---- */

/* Returns 0, or -1: it cannot be had. */
static int init_turner(struct turns *t, struct turner *w)
{
	struct err ignored;

	*w = (struct turner){ .turns = t };
	if (session_split(&w->account, t->session, &ignored))
		return -1;
	w->scan = t->consumer->scan_new(t->consumer);
	return w->scan ? 0 : -1;
}

static void start_threads(struct turns *t)
{
	while (t->started < t->nr) {
		struct turner *w = &t->list[t->started];

		if (init_turner(t, w) || thread_start(&w->thread, work, w))
			break; /* those that there are do it */
		t->started++;
	}
}

static void release(struct turns *t)
{
	for (uint32_t i = 0; i < t->nr; i++) {
		if (t->list[i].scan)
			t->consumer->scan_free(t->list[i].scan);
		session_join(t->session, &t->list[i].account);
	}
	pthread_mutex_destroy(&t->reading);
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->next);
	free(t);
}

int turns_run(struct session *s, struct consumer *c, struct reader *r, struct err *err)
{
	struct turns *t = calloc(1, sizeof(*t));
	int rc;

	s->failed = !t;
	if (!t)
		return fail_mem(err);
	t->session = s;
	t->consumer = c;
	t->reader = r;
	t->nr = thread_hands();
	t->started = 1;
	pthread_mutex_init(&t->reading, NULL);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->next, NULL);
	reader_lend(r, t->nr);
	s->failed = init_turner(t, &t->list[0]);
	if (s->failed) {
		release(t);
		return fail_mem(err);
	}
	work(&t->list[0]);
	while (--t->started)
		pthread_join(t->list[t->started].thread, NULL);
	s->failed = t->failed;
	rc = t->failed ? -1 : s->stop ? 0 : t->rc;
	if (rc)
		*err = t->failed ? t->err : t->damage;
	release(t);
	return rc;
}
