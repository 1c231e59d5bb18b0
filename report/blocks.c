#include "report/blocks.h"
#include "common/util.h"
#include "report/parts.h"
#include "report/cuts.h"
#include "report/session.h"

#include <string.h>

/* Gives @c the records of @b in [from, to), which block_next() has given. */
static int give_part(struct consumer *c, struct session *s, const struct block *b, const void *from,
		     const void *to, struct err *err)
{
	struct block part = { .start = from, .at = from, .end = to, .inflated = b->inflated };

	part.off = block_off(b, from);
	return from == to ? 0 : c->add_block(c, s, &part, err);
}

/* Gives @c what is wanted of @b, in as few pieces as there are gaps. */
static int give_filtered(struct consumer *c, struct session *s, struct block *b, struct err *err)
{
	const struct perf_event_header *rec;
	const char *from = b->at;

	while ((rec = block_next(b))) {
		const struct event *event;

		if (rec->type != PERF_RECORD_SAMPLE || !(event = file_event(&s->file, rec)) ||
		    filter_takes(&s->filter, event, rec, &s->nr_malformed))
			continue;
		if (give_part(c, s, b, from, rec, err))
			return -1;
		from = b->at;
	}
	return give_part(c, s, b, from, b->at, err);
}

int blocks_give(struct session *s, struct consumer *c, struct reader *r, struct err *err)
{
	struct block *b;
	int rc = 0;

	while (!s->stop && (rc = reader_next(r, &b, err)) > 0) {
		s->failed = s->filter.by_sample ? give_filtered(c, s, b, err)
						: c->add_block(c, s, b, err);
		if (s->failed)
			return -1;
	}
	return s->stop ? 0 : rc;
}

int blocks_run(struct session *s, struct consumer *c, uint64_t *read_end, struct err *err)
{
	struct reader r;
	int rc;

	if (parts_gain(s, c))
		return parts_run(s, c, err);
	rc = cuts_gain(s, c) ? cuts_run(s, c, err) : 0;
	if (rc)
		return MIN(rc, 0);
	s->failed = reader_open(&r, &s->file, err);
	if (s->failed)
		return -1;
	reader_stop_at(&r, &s->stop);
	reader_use_threads(&r);
	rc = blocks_give(s, c, &r, err);
	*read_end = r.pos;
	memcpy(s->nr_compressed, r.nr_compressed, sizeof(s->nr_compressed));
	s->cut_record = r.partial;
	s->zeros = r.zeros;
	reader_close(&r);
	return rc;
}
