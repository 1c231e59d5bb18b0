#include "common/inorder.h"
#include "common/dir.h"
#include "common/reader.h"

static bool stopped(const struct merge_client *c)
{
	return c->stop && *c->stop;
}

static int order_block(const struct merge_client *c, struct order *order, struct block *b,
		       struct err *err)
{
	const struct perf_event_header *rec;

	while (!stopped(c) && (rec = block_next(b))) {
		uint64_t time = 0;
		uint32_t tag = 0;
		int rc;

		if (rec->type == RECORD_FINISHED_ROUND && order_round(order, err))
			return -1;
		rc = c->look(c->arg, rec, false, &time, &tag, err);
		if (rc > 0)
			rc = order_push(order, time, rec, tag, err);
		if (rc)
			return -1;
	}
	return 0;
}

/* Damage ends the reading; what was read before it is given all the same. */
static int read_rounds(struct inorder_source *s, const struct merge_client *c, struct reader *r,
		       struct err *err)
{
	struct order order;
	struct block *b;
	int rc = 0;

	order_init(&order, c->give, c->arg);
	while (!rc && !stopped(c) && reader_next(r, &b, &s->damage) > 0)
		rc = order_block(c, &order, b, err);
	if (!rc)
		rc = order_flush(&order, err);
	s->nr_late = order.nr_late;
	order_release(&order);
	return rc;
}

static int read_file(struct inorder_source *s, const struct merge_client *c, bool threads,
		     struct err *err)
{
	struct reader r;
	int rc;

	if (reader_open(&r, s->file, err))
		return -1;
	if (c->stop)
		reader_stop_at(&r, c->stop);
	if (threads)
		reader_use_threads(&r);
	rc = read_rounds(s, c, &r, err);
	s->read_end = r.pos;
	s->cut_record = r.partial;
	s->zeros = r.zeros;
	memcpy(s->nr_compressed, r.nr_compressed, sizeof(s->nr_compressed));
	reader_close(&r);
	return rc;
}

int inorder_read(struct inorder_source *s, const struct merge_client *client, bool threads,
		 struct err *err)
{
	*s = (struct inorder_source){ .file = s->file };
	if (dir_has_parts(s->file))
		return merge_parts(s->file, client, &s->damage, &s->nr_late, err);
	return read_file(s, client, threads, err);
}
