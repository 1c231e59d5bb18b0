#include "common/rounds.h"

#define RUN_COPIED (64u << 10) /* of a run: to read it again would not be less */

int rounds_open(struct rounds *r, struct inorder_source *source,
		const struct inorder_client *client, struct err *err)
{
	*r = (struct rounds){ .source = source, .client = client, .run = AGAIN_RUNS };
	r->again = (struct again){ .file = source->file, .nr_max = AGAIN_RUNS };
	order_init(&r->order);
	if (client->bytes_max)
		rounds_limit(r, client->bytes_max);
	if (reader_open(&r->reader, source->file, err))
		return -1;
	if (client->bytes_max && client->bytes_max < ORDER_BYTES_MAX / READERS_MANY)
		reader_save_memory(&r->reader);
	r->reading = true;
	r->may_again = !source->file->sequential && !source->file->swapped;
	if (client->stop)
		reader_stop_at(&r->reader, client->stop);
	if (client->threads)
		reader_use_threads(&r->reader);
	return 0;
}

void rounds_limit(struct rounds *r, size_t bytes)
{
	order_limit(&r->order, bytes);
	r->again.nr_max = MIN(AGAIN_RUNS, bytes / 8 / AGAIN_WINDOW);
}

void rounds_close(struct rounds *r)
{
	struct inorder_source *s = r->source;

	if (!s)
		return;
	s->nr_late = r->order.nr_late;
	s->read_end = r->reader.pos;
	s->cut_record = r->reader.partial;
	s->zeros = r->reader.zeros;
	memcpy(s->nr_compressed, r->reader.nr_compressed, sizeof(s->nr_compressed));
	order_release(&r->order);
	again_release(&r->again);
	reader_close(&r->reader);
	*r = (struct rounds){ 0 };
}

/* The next record of the file; NULL at its end, and where it is damaged. */
static const struct perf_event_header *next_record(struct rounds *r)
{
	const struct perf_event_header *rec;

	for (;;) {
		if (r->block && (rec = block_next(r->block)))
			return rec;
		if (reader_next(&r->reader, &r->block, &r->source->damage) <= 0)
			return NULL;
	}
}

/* Which run @e, which was read behind the last one, belongs to; AGAIN_RUNS: it is to be copied. */
static inline uint32_t run_of(struct rounds *r, const struct order_entry *e)
{
	if (e->time < r->run_time) {
		r->run = AGAIN_RUNS;
		r->run_bytes = 0;
	}
	r->run_time = e->time;
	r->run_bytes += e->rec->size;
	if (r->run_bytes < RUN_COPIED || !r->may_again || r->block->inflated || e->off % 8)
		return AGAIN_RUNS;
	if (unlikely(r->run == AGAIN_RUNS))
		r->run = again_run(&r->again);
	return r->run;
}

/* Of the record @e, which look() wants. */
static inline int push(struct rounds *r, const struct order_entry *e, struct err *err)
{
	const uint32_t run = run_of(r, e);

	if (likely(run != AGAIN_RUNS && order_may_note(&r->order))) {
		again_add(&r->again, run, e->off, e->rec->size);
		return order_note(&r->order, e, run, err);
	}
	if (unlikely(order_make_room(&r->order, e->rec->size))) {
		r->held = e->rec;
		r->looked = *e;
		return 0;
	}
	return order_push(&r->order, e, err);
}

static inline int look_at(struct rounds *r, const struct perf_event_header *rec, struct err *err)
{
	const struct inorder_client *c = r->client;
	struct order_entry e = { .rec = rec, .off = block_off(r->block, rec) };
	int rc = c->look(r->source->arg, rec, e.off, false, &e.time, &e.tag, err);

	return rc > 0 ? push(r, &e, err) : rc;
}

static int take_held(struct rounds *r, struct err *err)
{
	const struct perf_event_header *rec = r->held;
	const struct order_entry looked = r->looked;

	if (!rec)
		return 0;
	r->held = NULL;
	r->looked.rec = NULL;
	return looked.rec ? push(r, &looked, err) : look_at(r, rec, err);
}

static bool stopped(const struct rounds *r)
{
	return r->client->stop && *r->client->stop;
}

int rounds_fill(struct rounds *r, struct err *err)
{
	const struct perf_event_header *rec = NULL;

	if (take_held(r, err))
		return -1;
	while (!order_ready(&r->order) && !stopped(r) && (rec = next_record(r))) {
		if (rec->type == RECORD_FINISHED_ROUND) {
			order_round(&r->order);
			if (order_ready(&r->order)) {
				r->held = rec;
				return 0;
			}
		}
		if (look_at(r, rec, err))
			return -1;
	}
	if (order_ready(&r->order))
		return 0;
	/* The end, or damage: what was read before it is given all the same. */
	r->reading = false;
	if (!stopped(r))
		order_end(&r->order);
	return 0;
}

/* A file that is cut or written meanwhile is damaged, and read to its end by that. */
int rounds_again(struct rounds *r, struct err *err)
{
	const struct order_entry *e = order_ready(&r->order);
	const struct perf_event_header *rec =
		again_get(&r->again, e->chunk & ~ORDER_NOTED, e->off, &r->source->damage);

	if (rec) {
		order_found(&r->order, rec);
		return 1;
	}
	r->reading = false;
	if (r->source->damage.code != ERR_MEM)
		return 0;
	*err = r->source->damage;
	return -1;
}
