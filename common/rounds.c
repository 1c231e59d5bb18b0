#include "common/rounds.h"

int rounds_open(struct rounds *r, struct inorder_source *source,
		const struct inorder_client *client, struct err *err)
{
	*r = (struct rounds){ .source = source, .client = client };
	order_init(&r->order);
	if (client->bytes_max)
		rounds_limit(r, client->bytes_max);
	if (reader_open(&r->reader, source->file, err))
		return -1;
	r->reading = true;
	if (client->stop)
		reader_stop_at(&r->reader, client->stop);
	if (client->threads)
		reader_use_threads(&r->reader);
	return 0;
}

void rounds_limit(struct rounds *r, size_t bytes)
{
	order_limit(&r->order, bytes);
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

/* Of the record @e, which look() wants. */
static inline int push(struct rounds *r, const struct order_entry *e, uint64_t off, struct err *err)
{
	if (unlikely(order_make_room(&r->order, e->rec->size))) {
		r->held = e->rec;
		r->looked = *e;
		return 0;
	}
	return order_push(&r->order, e, off, err);
}

static inline int look_at(struct rounds *r, const struct perf_event_header *rec, struct err *err)
{
	const struct inorder_client *c = r->client;
	const uint64_t off = block_off(r->block, rec);
	struct order_entry e = { .rec = rec };
	int rc = c->look(r->source->arg, rec, off, false, &e.time, &e.tag, err);

	return rc > 0 ? push(r, &e, off, err) : rc;
}

static int take_held(struct rounds *r, struct err *err)
{
	const struct perf_event_header *rec = r->held;
	const struct order_entry looked = r->looked;

	if (!rec)
		return 0;
	r->held = NULL;
	r->looked.rec = NULL;
	return looked.rec ? push(r, &looked, block_off(r->block, rec), err) : look_at(r, rec, err);
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
