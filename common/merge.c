#include "common/merge.h"
#include "common/dir.h"
#include "common/heap.h"
#include "common/io.h"
#include "common/readers.h"
#include "common/thread.h"

#include <stdlib.h>

#define TURN_BYTES (2u << 20) /* perf: READER_MAX_SIZE */
#define TURN_MAX   0xffff /* of what lies so far behind, 128 GiB, equal times are in any order */
#define STEP_BITS  10	  /* a place is noted every so many records (a power of two), at first */
#define PLACES	   (1u << 20)	    /* of all parts; 8 MiB */
#define PLACES_MIN 1024		    /* of a part */
#define TIME_MAX   (UINT64_MAX - 2) /* of a record that is queued: a limit behind it is a time, too */

/*
 * A part. In the second pass: nothing that is still to be read is earlier than limit_ns, which is
 * UINT64_MAX when there is nothing.
 */
struct run {
	struct perf_file part;
	struct block *block; /* NULL, or the one that is being walked */
	uint32_t idx;
	bool reading; /* its reader is open */
	bool partial; /* as the reader's, as what follows */
	uint64_t zeros;
	uint64_t nr_compressed[2];
	uint64_t nr;	  /* records seen */
	uint64_t nr_acts; /* of these, up to the last that says INORDER_ACTS */

	uint64_t *earliest; /* of the records (i << step_bits) and those behind it */
	uint32_t nr_places, room;
	uint32_t step_bits;

	struct order queue;
	const struct order_entry *first;      /* of the queue; NULL: empty */
	const struct perf_event_header *held; /* what the queue has no room for; NULL: none */
	bool forced; /* the queue was full, and nothing could be pushed since */
	uint64_t limit_ns;
	uint64_t turn_off; /* where in the file perf's turn began, and its number */
	uint16_t turn;
};

struct merge {
	struct inorder_source *source; /* borrowed, as is the client */
	const struct inorder_client *client;
	uint32_t places_max;	 /* of a run */
	struct run *runs;	 /* by number of the part */
	struct readers *readers; /* likewise */
	uint32_t nr;
	void **heap; /* runs with something queued; [0] has what comes first */
	uint32_t nr_heap;
	uint64_t limit_ns; /* the least of all runs' */
	uint64_t last_ns;  /* taken last */
	uint32_t damaged;  /* the part that source->damage is of; as many as there are: none */
};

static bool stopped(const struct merge *m)
{
	return m->client->stop && *m->client->stop;
}

/* It is that of the first part that has any, whichever was read first. */
static void note_damage(struct merge *m, uint32_t part, const struct err *damage)
{
	if (!damage->code || part >= m->damaged)
		return;
	m->damaged = part;
	m->source->damage = *damage;
}

/* ---- both passes: the records of a part ---- */

/* Starts with the first record of the part. Without memory, it is read no further than that. */
static void run_begin(struct merge *m, struct run *r)
{
	struct err damage = { 0 };

	r->nr = 0;
	r->block = NULL;
	r->reading = r->part.path && !readers_open(m->readers, r->idx, &r->part, &damage);
	note_damage(m, r->idx, &damage);
}

static void run_end(struct merge *m, struct run *r)
{
	if (r->reading)
		readers_close(m->readers, r->idx, r->nr_compressed);
	r->reading = false;
}

/* The next block of the part. Returns false at its end, and where it is damaged. */
static bool run_read(struct merge *m, struct run *r)
{
	struct err damage = { 0 };

	if (readers_next(m->readers, r->idx, &r->block, &damage) > 0)
		return true;
	note_damage(m, r->idx, &damage);
	run_end(m, r);
	return false;
}

/* The next record of the part; NULL at its end, and where it is damaged. */
static const struct perf_event_header *run_next(struct merge *m, struct run *r)
{
	if (!r->reading)
		return NULL;
	do {
		const struct perf_event_header *rec = r->block ? block_next(r->block) : NULL;

		if (rec) {
			r->nr++;
			return rec;
		}
	} while (run_read(m, r));
	return NULL;
}

/* ---- the first pass ---- */

/* Half of the places, each for twice as many records. */
static void halve_places(struct run *r)
{
	for (uint32_t i = 0; i < r->nr_places; i += 2) {
		uint64_t next = i + 1 < r->nr_places ? r->earliest[i + 1] : UINT64_MAX;

		r->earliest[i / 2] = MIN(r->earliest[i], next);
	}
	r->nr_places = (r->nr_places + 1) / 2;
	r->step_bits++;
}

/* The record seen last has @time_ns, or, with UINT64_MAX, none. */
static int note_time(const struct merge *m, struct run *r, uint64_t time_ns, struct err *err)
{
	uint64_t place = (r->nr - 1) >> r->step_bits;

	if (place == r->nr_places) {
		if (place == m->places_max) {
			halve_places(r);
			return note_time(m, r, time_ns, err);
		}
		if (r->nr_places == r->room) {
			uint32_t room = r->room ? r->room * 2 : 16;
			uint64_t *more = realloc(r->earliest, room * sizeof(*more));

			if (!more)
				return fail_mem(err);
			r->earliest = more;
			r->room = room;
		}
		r->earliest[r->nr_places++] = UINT64_MAX;
	}
	r->earliest[place] = MIN(r->earliest[place], time_ns);
	return 0;
}

/* Until here a place has the earliest of its own records. */
static void settle_places(struct run *r)
{
	for (uint32_t i = r->nr_places; i > 1; i--)
		r->earliest[i - 2] = MIN(r->earliest[i - 2], r->earliest[i - 1]);
}

static int note_times(const struct merge *m, struct run *r, struct block *b, struct err *err)
{
	const struct inorder_client *c = m->client;
	const struct perf_event_header *rec;

	while ((rec = block_next(b))) {
		uint64_t time = UINT64_MAX;
		uint16_t tag = 0;
		int rc = c->look(m->source->arg, rec, block_off(b, rec), true, &time, &tag, err);

		r->nr++;
		if (rc < 0 || note_time(m, r, rc == 1 ? time : UINT64_MAX, err))
			return -1;
		if (rc == INORDER_ACTS)
			r->nr_acts = r->nr;
	}
	return 0;
}

/* Several threads each look through a part that nobody has looked through. */
struct first_pass {
	struct merge *m;
	pthread_mutex_t lock; /* of the source's damage, and of: */
	struct err failure;   /* that ends all */
};

static void note_first_pass(struct first_pass *p, uint32_t part, const struct err *damage,
			    const struct err *failure)
{
	pthread_mutex_lock(&p->lock);
	note_damage(p->m, part, damage);
	if (failure->code)
		p->failure = *failure;
	pthread_mutex_unlock(&p->lock);
}

static void look_through(void *arg, uint32_t hand, uint32_t part)
{
	struct first_pass *p = arg;
	struct run *r = &p->m->runs[part];
	struct err damage = { 0 }, failure = { 0 };
	struct reader reader;
	struct block *b;
	int rc = 0;

	(void)hand;
	if (!r->part.path)
		return;
	if (!reader_open(&reader, &r->part, &damage)) {
		while (!rc && !stopped(p->m) && reader_next(&reader, &b, &damage) > 0)
			rc = note_times(p->m, r, b, &failure);
		r->partial = reader.partial;
		r->zeros = reader.zeros;
		reader_close(&reader);
	}
	settle_places(r);
	note_first_pass(p, part, &damage, &failure);
}

/* Looks at what the part has to be looked at for, once. */
static int look_again(struct merge *m, struct run *r, struct err *err)
{
	const struct inorder_client *c = m->client;
	const struct perf_event_header *rec;
	uint64_t time;
	uint16_t tag;

	if (!r->nr_acts)
		return 0;
	run_begin(m, r);
	while (!stopped(m) && r->nr < r->nr_acts && (rec = run_next(m, r)))
		if (c->look(m->source->arg, rec, block_off(r->block, rec), false, &time, &tag,
			    err) < 0)
			return -1;
	run_end(m, r);
	return 0;
}

static int look_at_all(struct merge *m, struct err *err)
{
	struct first_pass p = { .m = m };
	bool threads = m->client->threads && dir_gains(m->source->file);
	int rc = 0;

	pthread_mutex_init(&p.lock, NULL);
	thread_jobs(threads ? thread_hands() : 1, m->nr, look_through, &p);
	pthread_mutex_destroy(&p.lock);
	if (p.failure.code) {
		*err = p.failure;
		return -1;
	}
	for (uint32_t i = 0; !rc && i < m->nr; i++)
		rc = look_again(m, &m->runs[i], err);
	return rc;
}

/* ---- the second pass ---- */

static uint64_t earliest_to_come(const struct run *r)
{
	uint64_t place = r->nr >> r->step_bits;

	return r->reading && place < r->nr_places ? r->earliest[place] : UINT64_MAX;
}

/*
 * The queue has no room, though something older is to come: what is in it, first the older half, goes
 * in front of that.
 */
static void force(struct run *r)
{
	size_t nr = order_count(&r->queue);

	r->limit_ns = order_nth(&r->queue, r->forced ? nr - 1 : nr / 2)->time + 1;
	r->forced = true;
}

static uint16_t turn_of(struct run *r, uint64_t off)
{
	if (off - r->turn_off >= TURN_BYTES) {
		r->turn_off = off;
		r->turn = MIN(r->turn + 1, TURN_MAX);
	}
	return r->turn;
}

/* Queues @rec if it is one to be given. Returns 1, 0 when there is no room for it, or -1. */
static int queue_record(const struct merge *m, struct run *r, const struct perf_event_header *rec,
			struct err *err)
{
	uint64_t off = block_off(r->block, rec);
	struct order_entry e = { .rec = rec, .off = off, .turn = turn_of(r, off) };
	int rc = m->client->look(m->source->arg, rec, off, true, &e.time, &e.tag, err);

	if (rc != 1)
		return rc < 0 ? -1 : 1;
	e.time = MIN(e.time, TIME_MAX);
	if (order_count(&r->queue) && order_is_full(&r->queue, rec->size))
		return 0;
	r->forced = false;
	return order_push(&r->queue, &e, err) ? -1 : 1;
}

/* Reads up to the next place. */
static int read_step(struct merge *m, struct run *r, struct err *err)
{
	uint64_t until = ((r->nr >> r->step_bits) + 1) << r->step_bits;

	do {
		const struct perf_event_header *rec = r->held ? r->held : run_next(m, r);
		int rc = rec ? queue_record(m, r, rec, err) : 1;

		r->held = rc ? NULL : rec;
		if (rc < 0)
			return -1;
		if (!rc) {
			force(r);
			return 0;
		}
	} while (r->reading && r->nr < until);
	r->limit_ns = earliest_to_come(r);
	return 0;
}

/* A heap_before of runs: does the first of @a come before that of @b? */
static bool is_before(const void *a, const void *b)
{
	const struct order_entry *x = ((const struct run *)a)->first;
	const struct order_entry *y = ((const struct run *)b)->first;

	if (x->time != y->time)
		return x->time < y->time;
	if (x->turn != y->turn)
		return x->turn < y->turn;
	return a < b;
}

/* After something was read: the limit of all, and who is first. */
static void arrange(struct merge *m)
{
	m->nr_heap = 0;
	m->limit_ns = UINT64_MAX;
	for (struct run *r = m->runs; r < m->runs + m->nr; r++) {
		m->limit_ns = MIN(m->limit_ns, r->limit_ns);
		r->first = order_first(&r->queue);
		if (r->first)
			m->heap[m->nr_heap++] = r;
	}
	heap_make(m->heap, m->nr_heap, is_before);
}

/* Reads a step of the part that holds up the others. */
static int read_on(struct merge *m, struct err *err)
{
	struct run *last = m->runs;

	for (struct run *r = m->runs; r < m->runs + m->nr; r++)
		if (r->limit_ns < last->limit_ns)
			last = r;
	if (read_step(m, last, err))
		return -1;
	arrange(m);
	return 0;
}

int merge_next(struct merge *m, const struct order_entry **e, struct err *err)
{
	while (!stopped(m)) {
		const struct run *first = m->nr_heap ? m->heap[0] : NULL;

		if (first && first->first->time < m->limit_ns) {
			*e = first->first;
			return 1;
		}
		if (m->limit_ns == UINT64_MAX)
			break;
		if (read_on(m, err))
			return -1;
	}
	return 0;
}

void merge_take(struct merge *m)
{
	struct run *r = m->heap[0];

	m->source->nr_late += r->first->time < m->last_ns;
	m->last_ns = r->first->time;
	order_take(&r->queue);
	r->first = order_first(&r->queue);
	if (!r->first)
		m->heap[0] = m->heap[--m->nr_heap];
	if (m->nr_heap)
		heap_sink(m->heap, m->nr_heap, 0, is_before);
}

static void begin_again(struct merge *m)
{
	for (struct run *r = m->runs; r < m->runs + m->nr; r++) {
		run_begin(m, r);
		r->limit_ns = earliest_to_come(r);
		r->turn_off = r->part.data.offset;
	}
	arrange(m);
}

/* ---- both ---- */

static void run_init(struct merge *m, struct run *r, struct perf_file *file)
{
	size_t bytes = m->client->bytes_max ? m->client->bytes_max : ORDER_BYTES_MAX;
	struct err damage = { 0 };

	r->idx = r - m->runs;
	r->step_bits = STEP_BITS;
	order_init(&r->queue);
	order_limit(&r->queue, bytes / m->nr);
	if (dir_part_open(&r->part, file, r->idx, &damage)) {
		note_damage(m, r->idx, &damage);
		dir_part_close(&r->part);
	}
}

static void run_release(struct merge *m, struct run *r)
{
	run_end(m, r);
	order_release(&r->queue);
	dir_part_close(&r->part);
	free(r->earliest);
}

static int init(struct merge *m, uint32_t places_max, struct err *err)
{
	m->nr = m->damaged = m->source->file->dir->nr_parts;
	m->places_max = places_max ? places_max : MAX(PLACES / m->nr, PLACES_MIN);
	m->runs = calloc(m->nr, sizeof(*m->runs));
	m->heap = calloc(m->nr, sizeof(*m->heap));
	m->readers = readers_new(m->nr, m->client->threads && dir_gains(m->source->file));
	if (!m->runs || !m->heap || !m->readers)
		return fail_mem(err);
	/* Every part is open at once; where that is not allowed, the others are read. */
	io_allow_files(m->nr);
	for (uint32_t i = 0; i < m->nr; i++)
		run_init(m, &m->runs[i], m->source->file);
	return 0;
}

struct merge *merge_new(struct inorder_source *source, const struct inorder_client *client,
			uint32_t places_max, struct err *err)
{
	struct merge *m = calloc(1, sizeof(*m));
	int rc;

	if (!m) {
		fail_mem(err);
		return NULL;
	}
	m->source = source;
	m->client = client;
	rc = init(m, places_max, err);
	if (!rc)
		rc = look_at_all(m, err);
	if (!rc) {
		begin_again(m);
		return m;
	}
	merge_free(m);
	return NULL;
}

void merge_free(struct merge *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; m->runs && i < m->nr; i++) {
		struct run *r = &m->runs[i];

		run_release(m, r);
		m->source->nr_compressed[0] += r->nr_compressed[0];
		m->source->nr_compressed[1] += r->nr_compressed[1];
		/* As a reader of the whole directory, which tells of its last part. */
		m->source->cut_record = r->partial;
		m->source->zeros = r->zeros;
	}
	readers_free(m->readers);
	free(m->runs);
	free(m->heap);
	free(m);
}
