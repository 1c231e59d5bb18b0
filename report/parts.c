#include "report/parts.h"
#include "common/dir.h"
#include "common/thread.h"
#include "common/util.h"
#include "report/blocks.h"
#include "report/hands.h"

#include <stdlib.h>

struct part {
	uint32_t nr;
	uint64_t bytes;
};

struct parts {
	const struct perf_file *file;
	struct part *by_size; /* in this order they are taken */
	struct hands hands;   /* the first is the caller's */
	bool ended;	      /* by __atomic: nothing more is to be read */

	pthread_mutex_t lock;	/* of all below */
	struct session *whole;	/* how the reading ended; hand 0 does not touch that either */
	uint32_t nr_opened;	/* parts */
	uint32_t last;		/* the last of these */
	uint32_t first_damaged; /* which @damage is of */
	struct err damage;
	struct err failure; /* of a consumer */
};

bool parts_gain(const struct session *s, const struct consumer *c)
{
	return c->merge && dir_gains(&s->file);
}

/* What the reader of one part after the other would tell at the end. With the lock. */
static void note_end(struct parts *p, uint32_t nr, const struct reader *r, const struct err *damage)
{
	struct session *s = p->whole;

	if (damage->code && nr <= p->first_damaged) {
		p->first_damaged = nr;
		p->damage = *damage;
	}
	if (!r)
		return;
	p->nr_opened++;
	s->nr_compressed[0] += r->nr_compressed[0];
	s->nr_compressed[1] += r->nr_compressed[1];
	if (nr < p->last)
		return;
	p->last = nr;
	s->cut_record = r->partial;
	s->zeros = r->zeros;
}

static void note_part(struct parts *p, uint32_t nr, const struct reader *r,
		      const struct err *damage)
{
	pthread_mutex_lock(&p->lock);
	note_end(p, nr, r, damage);
	pthread_mutex_unlock(&p->lock);
}

static void note_failure(struct parts *p, const struct err *err)
{
	pthread_mutex_lock(&p->lock);
	if (!p->failure.code)
		p->failure = *err;
	pthread_mutex_unlock(&p->lock);
}

static void give_part(struct parts *p, struct hand *hand, struct perf_file *file, uint32_t nr)
{
	struct err err = { 0 };
	struct reader r;

	if (reader_open(&r, file, &err)) {
		note_part(p, nr, NULL, &err);
		return;
	}
	reader_read_ahead(&r);
	blocks_give(hand->session, hand->consumer, &r, &err);
	if (hand->session->failed || hand->session->stop)
		__atomic_store_n(&p->ended, true, __ATOMIC_RELAXED);
	if (hand->session->failed)
		note_failure(p, &err);
	else
		note_part(p, nr, &r, &err);
	reader_close(&r);
}

static void read_part(void *arg, uint32_t hand, uint32_t job)
{
	struct parts *p = arg;
	uint32_t nr = p->by_size[job].nr;
	struct err err = { 0 };
	struct perf_file file;

	if (__atomic_load_n(&p->ended, __ATOMIC_RELAXED))
		return;
	if (dir_part_open(&file, p->file, nr, &err))
		note_part(p, nr, NULL, &err);
	else
		give_part(p, &p->hands.list[hand], &file, nr);
	dir_part_close(&file);
}

static int by_size(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x->nr < y->nr ? -1 : 1;
}

static int parts_init(struct parts *p, struct session *s, struct consumer *c, struct err *err)
{
	uint32_t nr = s->file.dir->nr_parts;

	*p = (struct parts){ .file = &s->file, .whole = s, .first_damaged = nr };
	p->by_size = calloc(nr, sizeof(*p->by_size));
	pthread_mutex_init(&p->lock, NULL);
	if (!p->by_size)
		return fail_mem(err);
	for (uint32_t i = 0; i < nr; i++)
		p->by_size[i] = (struct part){ i, dir_part_bytes(&s->file, i) };
	qsort(p->by_size, nr, sizeof(*p->by_size), by_size);
	return hands_init(&p->hands, MIN(thread_hands(), nr), s, c, true, err);
}

/* When no part could be opened, or a consumer failed, that was the end. */
static int finish_parts(struct parts *p, struct err *err)
{
	struct session *s = p->whole;

	s->failed = true;
	if (p->failure.code) {
		*err = p->failure;
		return -1;
	}
	if (hands_merge(&p->hands, err))
		return -1;
	s->failed = !p->nr_opened;
	if (!p->damage.code || s->stop)
		return 0;
	*err = p->damage;
	return -1;
}

int parts_run(struct session *s, struct consumer *c, struct err *err)
{
	struct parts p;
	int rc = parts_init(&p, s, c, err);

	s->failed = rc;
	if (!rc) {
		thread_jobs(p.hands.nr, s->file.dir->nr_parts, read_part, &p);
		rc = finish_parts(&p, err);
	}
	hands_release(&p.hands);
	pthread_mutex_destroy(&p.lock);
	free(p.by_size);
	return rc;
}
