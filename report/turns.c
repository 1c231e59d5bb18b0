#include "report/turns.h"
#include "common/thread.h"
#include "common/util.h"
#include "report/blocks.h"
#include "report/session.h"

#include <stdlib.h>

/* Threads are started behind so many blocks: what takes less time than to start them is done by then. */
#define BLOCKS_FEW 16

/* So many blocks a thread may be ahead of what has been taken: what is found of one is about 50 KB. */
#define AHEAD 6

/* Who waits looks so often before it sleeps: for about the time that a block takes. */
#define LOOKS 4000

struct turns;

/* A thread, and its account of what it sees. */
struct turner {
	struct turns *turns;
	struct session account;
	pthread_t thread;
};

/* What is found of a block. Who scans has it, until it is ready; then who takes. */
struct found {
	void *scan;
	bool any; /* there is something in the scan */
	int rc;	  /* how scanning ended, and why: */
	struct err err;
	bool ready; /* by __atomic */
};

struct turns {
	struct session *session;
	struct consumer *consumer;
	struct turner list[HANDS_MAX];
	uint32_t nr, started; /* threads, with the caller: at most, and now */
	struct found *ring;   /* of block n: ring[n % room] */
	uint32_t room;

	pthread_mutex_t reading; /* of all here: who has it reads a block */
	struct reader *reader;
	uint64_t nr_read; /* blocks */
	bool ended;	  /* there are no more, or reading failed: */
	int rc;
	struct err damage;

	pthread_mutex_t taking; /* of all here: who has it lets blocks be taken */
	bool failed;		/* the consumer did, or memory ran out: */
	struct err err;
	uint64_t nr_taken; /* blocks; written by __atomic */
	bool stop;	   /* by __atomic: nothing more is to be read */

	pthread_mutex_t lock; /* of who sleeps until another block was taken */
	pthread_cond_t taken;
	uint32_t nr_asleep; /* by __atomic */
};

bool turns_gain(const struct consumer *c)
{
	return c->scan && thread_cpus() > 1;
}

static bool is_over(const struct turns *t)
{
	return __atomic_load_n(&t->stop, __ATOMIC_RELAXED);
}

static uint64_t nr_taken(const struct turns *t)
{
	return __atomic_load_n(&t->nr_taken, __ATOMIC_SEQ_CST);
}

/* ---- in turn ---- */

static void take_one(struct turns *t, struct found *f)
{
	int rc = f->rc;

	if (rc && !t->failed)
		t->err = f->err;
	if (!rc && f->any && !t->failed && !is_over(t))
		rc = t->consumer->take(t->consumer, t->session, f->scan, &t->err);
	t->failed |= rc != 0;
	if (t->failed || t->session->stop)
		__atomic_store_n(&t->stop, true, __ATOMIC_RELAXED);
	__atomic_store_n(&f->ready, false, __ATOMIC_RELAXED);
}

static void wake_up(struct turns *t)
{
	if (!__atomic_load_n(&t->nr_asleep, __ATOMIC_SEQ_CST))
		return;
	pthread_mutex_lock(&t->lock);
	pthread_cond_broadcast(&t->taken);
	pthread_mutex_unlock(&t->lock);
}

static struct found *next_ready(struct turns *t)
{
	struct found *f = &t->ring[nr_taken(t) % t->room];

	return __atomic_load_n(&f->ready, __ATOMIC_SEQ_CST) ? f : NULL;
}

/*
 * Lets all be taken whose turn it is, unless another thread is at it. That one looks once more when it has let go,
 * so nothing is left that was ready.
 */
static void take_ready(struct turns *t)
{
	struct found *f;

	while (next_ready(t) && !pthread_mutex_trylock(&t->taking)) {
		while ((f = next_ready(t))) {
			take_one(t, f);
			__atomic_store_n(&t->nr_taken, t->nr_taken + 1, __ATOMIC_SEQ_CST);
			wake_up(t);
		}
		pthread_mutex_unlock(&t->taking);
	}
}

/* Waits until there is room for what is found of block @nr: somebody takes, or has yet to scan. */
static void wait_for_room(struct turns *t, uint64_t nr)
{
	for (int i = 0; i < LOOKS; i++) {
		if (nr - nr_taken(t) < t->room)
			return;
		thread_pause();
	}
	pthread_mutex_lock(&t->lock);
	__atomic_add_fetch(&t->nr_asleep, 1, __ATOMIC_SEQ_CST);
	while (nr - nr_taken(t) >= t->room)
		pthread_cond_wait(&t->taken, &t->lock);
	__atomic_sub_fetch(&t->nr_asleep, 1, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&t->lock);
}

/* ---- blocks ---- */

/* What a thread is at. */
struct scanning {
	struct turner *w;
	struct found *found;
};

static int scan_part(void *arg, struct block *part, struct err *err)
{
	const struct scanning *s = arg;
	struct consumer *c = s->w->turns->consumer;
	int rc = c->scan(c, &s->w->account, part, s->found->scan, s->found->any, err);

	s->found->any = true;
	return rc;
}

static void scan_block(struct turner *w, struct block *b, uint64_t nr)
{
	struct turns *t = w->turns;
	struct found *f = &t->ring[nr % t->room];
	struct scanning scanning = { w, f };

	f->any = false;
	f->rc = blocks_parts(&w->account, b, &w->account.nr_malformed, scan_part, &scanning,
			     &f->err);
	__atomic_store_n(&f->ready, true, __ATOMIC_SEQ_CST);
}

/* Another thread has it for as long as it takes to read a block: less than to sleep and to be woken. */
static void lock_reading(struct turns *t)
{
	for (int i = 0; i < LOOKS; i++) {
		if (!pthread_mutex_trylock(&t->reading))
			return;
		thread_pause();
	}
	pthread_mutex_lock(&t->reading);
}

static void start_threads(struct turns *t);

/*
 * The next block, if there is one. Where it cannot be kept, it is scanned before the next one is read; else *@kept is
 * not -1.
 */
static bool read_block(struct turner *w, struct block *block, int *kept, uint64_t *nr)
{
	struct turns *t = w->turns;
	struct block *b;

	*kept = -1;
	if (is_over(t) || t->ended)
		return false;
	wait_for_room(t, t->nr_read);
	t->rc = reader_next(t->reader, &b, &t->damage);
	t->ended = t->rc <= 0;
	if (t->ended)
		return false;
	*nr = t->nr_read++;
	if (t->nr_read == BLOCKS_FEW)
		start_threads(t);
	*kept = reader_keep(t->reader);
	if (*kept >= 0) {
		*block = *b;
		block_skip(b);
		block->end = b->at;
	} else {
		scan_block(w, b, *nr);
	}
	return true;
}

static void *work(void *arg)
{
	struct turner *w = arg;
	struct turns *t = w->turns;
	struct block b;
	uint64_t nr;
	bool more;
	int kept;

	do {
		lock_reading(t);
		more = read_block(w, &b, &kept, &nr);
		pthread_mutex_unlock(&t->reading);
		if (kept >= 0) {
			scan_block(w, &b, nr);
			reader_return(t->reader, kept);
		}
		take_ready(t);
	} while (more);
	return NULL;
}

/* ---- threads ---- */

static void start_threads(struct turns *t)
{
	struct err ignored;

	while (t->started < t->nr) {
		struct turner *w = &t->list[t->started];

		w->turns = t;
		if (session_split(&w->account, t->session, &ignored) ||
		    thread_start(&w->thread, work, w))
			break; /* those that there are do it */
		t->started++;
	}
}

/* Returns 0, or -1: memory ran out. */
static int init(struct turns *t)
{
	struct err ignored;

	t->nr = thread_hands();
	t->started = 1;
	t->list[0].turns = t;
	pthread_mutex_init(&t->reading, NULL);
	pthread_mutex_init(&t->taking, NULL);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->taken, NULL);
	t->ring = calloc((size_t)t->nr * AHEAD, sizeof(*t->ring));
	if (!t->ring || session_split(&t->list[0].account, t->session, &ignored))
		return -1;
	for (t->room = 0; t->room < t->nr * AHEAD; t->room++) {
		t->ring[t->room].scan = t->consumer->scan_new(t->consumer);
		if (!t->ring[t->room].scan)
			return -1;
	}
	return 0;
}

static void release(struct turns *t)
{
	for (uint32_t i = 0; i < t->room; i++)
		t->consumer->scan_free(t->ring[i].scan);
	for (uint32_t i = 0; i < t->nr; i++)
		session_join(t->session, &t->list[i].account);
	free(t->ring);
	pthread_mutex_destroy(&t->reading);
	pthread_mutex_destroy(&t->taking);
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->taken);
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
	s->failed = init(t);
	if (s->failed) {
		release(t);
		return fail_mem(err);
	}
	reader_lend(r, t->nr);
	work(&t->list[0]);
	while (--t->started)
		pthread_join(t->list[t->started].thread, NULL);
	take_ready(t);
	s->failed = t->failed;
	rc = t->failed ? -1 : s->stop ? 0 : t->rc;
	if (rc)
		*err = t->failed ? t->err : t->damage;
	release(t);
	return rc;
}
