#include "common/inorder.h"
#include "common/dir.h"
#include "common/heap.h"
#include "common/merge.h"
#include "common/rounds.h"

#include <stdlib.h>

static bool stopped(const struct inorder_client *c)
{
	return c->stop && *c->stop;
}

/* ---- one ---- */

static int read_rounds(struct inorder_source *s, const struct inorder_client *c, struct err *err)
{
	const struct order_entry *e;
	struct rounds r;
	int rc = rounds_open(&r, s, c, err);

	while (!rc && !stopped(c) && (rc = rounds_next(&r, &e, err)) > 0) {
		rc = c->give(s->arg, e, err);
		rounds_take(&r);
	}
	rounds_close(&r);
	return rc;
}

static int read_parts(struct inorder_source *s, const struct inorder_client *c, struct err *err)
{
	struct merge *m = merge_new(s, c, 0, err);
	const struct order_entry *e;
	int rc = m ? 0 : -1;

	while (!rc && (rc = merge_next(m, &e, err)) > 0) {
		rc = c->give(s->arg, e, err);
		merge_take(m);
	}
	merge_free(m);
	return rc;
}

/* ---- several ---- */

/* One of them. What it gives next is @first; before it is open, that is nothing. */
struct feed {
	struct inorder_source *source;
	struct inorder_client client; /* with its share of the memory */
	bool open;
	struct rounds rounds;
	struct merge *merge; /* of a directory, instead */
	const struct order_entry *first;
	uint64_t time;	  /* of that; before it is open, the earliest that it may be */
	uint64_t nr_late; /* samples that are older than it was said */
};

struct join {
	const struct inorder_client *client;
	struct feed *feeds; /* in the order of the sources */
	uint32_t nr, nr_open;
	uint32_t nr_first; /* those that are open from the start */
	void **heap;	   /* those that may have more; [0] has what comes first */
	uint32_t nr_heap;
	uint64_t last_ns; /* the latest that was given */
};

/* A heap_before of feeds. */
static bool is_before(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;

	return x->time != y->time ? x->time < y->time : x < y;
}

/* Those that are open share the memory; one that is merged keeps what it began with. */
static void share_memory(struct join *j, struct feed *f)
{
	const size_t bytes = j->client->bytes_max ? j->client->bytes_max : ORDER_BYTES_MAX;
	const size_t share = bytes / MAX(j->nr_open + 1, j->nr_first);

	f->client.bytes_max = share;
	for (uint32_t i = 0; i < j->nr; i++)
		if (j->feeds[i].open && !j->feeds[i].merge)
			rounds_limit(&j->feeds[i].rounds, share);
}

static int feed_open(struct join *j, struct feed *f, struct err *err)
{
	int rc;

	share_memory(j, f);
	if (dir_has_parts(f->source->file)) {
		f->merge = merge_new(f->source, &f->client, 0, err);
		rc = f->merge ? 0 : -1;
	} else {
		rc = rounds_open(&f->rounds, f->source, &f->client, err);
	}
	f->open = true;
	j->nr_open++;
	return rc;
}

static void feed_close(struct join *j, struct feed *f)
{
	if (!f->open)
		return;
	merge_free(f->merge);
	rounds_close(&f->rounds);
	f->source->nr_late += f->nr_late;
	f->merge = NULL;
	f->open = false;
	j->nr_open--;
}

/* Finds out what @f gives next. Returns 1, 0 when that is nothing, or -1. */
static int feed_next(struct feed *f, struct err *err)
{
	int rc = f->merge ? merge_next(f->merge, &f->first, err)
			  : rounds_next(&f->rounds, &f->first, err);

	if (rc > 0)
		f->time = f->first->time;
	return rc;
}

static int give_first(struct join *j, struct feed *f, struct err *err)
{
	const struct order_entry *e = f->first;

	f->nr_late += unlikely(e->time < f->source->first_ns) && e->time < j->last_ns &&
		      e->rec->type == PERF_RECORD_SAMPLE;
	j->last_ns = MAX(j->last_ns, e->time);
	if (j->client->give(f->source->arg, e, err))
		return -1;
	if (f->merge)
		merge_take(f->merge);
	else
		rounds_take(&f->rounds);
	return 0;
}

/* The first in the heap gives its record, or is opened; then another one may be the first. */
static int step(struct join *j, struct err *err)
{
	struct feed *f = j->heap[0];
	int rc = f->open ? give_first(j, f, err) : feed_open(j, f, err);

	if (!rc)
		rc = feed_next(f, err);
	if (rc < 0)
		return -1;
	if (!rc) {
		feed_close(j, f);
		j->heap[0] = j->heap[--j->nr_heap];
	}
	if (j->nr_heap)
		heap_sink(j->heap, j->nr_heap, 0, is_before);
	return 0;
}

static int join_init(struct join *j, struct inorder_source *sources, uint32_t nr, struct err *err)
{
	j->feeds = calloc(nr, sizeof(*j->feeds));
	j->heap = calloc(nr, sizeof(*j->heap));
	if (!j->feeds || !j->heap)
		return fail_mem(err);
	j->nr = j->nr_heap = nr;
	for (uint32_t i = 0; i < nr; i++) {
		j->feeds[i] = (struct feed){
			.source = &sources[i],
			.client = *j->client,
			.time = sources[i].first_ns,
		};
		j->heap[i] = &j->feeds[i];
		j->nr_first += !sources[i].first_ns;
	}
	heap_make(j->heap, nr, is_before);
	return 0;
}

static int read_several(struct inorder_source *sources, uint32_t nr,
			const struct inorder_client *client, struct err *err)
{
	struct join j = { .client = client };
	int rc = join_init(&j, sources, nr, err);

	while (!rc && j.nr_heap && !stopped(client))
		rc = step(&j, err);
	for (uint32_t i = 0; i < j.nr; i++)
		feed_close(&j, &j.feeds[i]);
	free(j.feeds);
	free(j.heap);
	return rc;
}

/* ---- both ---- */

int inorder_read(struct inorder_source *sources, uint32_t nr, const struct inorder_client *client,
		 struct err *err)
{
	for (uint32_t i = 0; i < nr; i++)
		sources[i] = (struct inorder_source){
			.file = sources[i].file,
			.arg = sources[i].arg,
			.first_ns = sources[i].first_ns,
		};
	if (nr > 1)
		return read_several(sources, nr, client, err);
	return dir_has_parts(sources->file) ? read_parts(sources, client, err)
					    : read_rounds(sources, client, err);
}
