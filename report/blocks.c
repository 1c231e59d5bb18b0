#include "report/blocks.h"
#include "common/util.h"
#include "report/parts.h"
#include "report/cuts.h"
#include "report/session.h"
#include "report/turns.h"

#include <string.h>

/* The records of @b in [from, to), which block_next() has given. */
static int take_part(const struct block *b, const void *from, const void *to, blocks_take take,
		     void *arg, struct err *err)
{
	struct block part = { .start = from, .at = from, .end = to, .inflated = b->inflated };

	part.off = block_off(b, from);
	return from == to ? 0 : take(arg, &part, err);
}

/* In as few pieces as there are gaps. */
int blocks_parts(const struct session *s, struct block *b, uint64_t *nr_malformed, blocks_take take,
		 void *arg, struct err *err)
{
	const struct perf_event_header *rec;
	const char *from = b->at;

	if (!s->filter.by_sample)
		return take(arg, b, err);
	while ((rec = block_next(b))) {
		const struct event *event;

		if (rec->type != PERF_RECORD_SAMPLE || !(event = file_event(&s->file, rec)) ||
		    filter_takes(&s->filter, event, rec, nr_malformed))
			continue;
		if (take_part(b, from, rec, take, arg, err))
			return -1;
		from = b->at;
	}
	return take_part(b, from, b->at, take, arg, err);
}

struct giving {
	struct session *session;
	struct consumer *consumer;
};

static int give(void *arg, struct block *part, struct err *err)
{
	const struct giving *g = arg;

	return g->consumer->add_block(g->consumer, g->session, part, err);
}

int blocks_give(struct session *s, struct consumer *c, struct reader *r, struct err *err)
{
	struct giving giving = { s, c };
	struct block *b;
	int rc = 0;

	while (!s->stop && (rc = reader_next(r, &b, err)) > 0) {
		s->failed = blocks_parts(s, b, &s->nr_malformed, give, &giving, err);
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
	if (turns_gain(c)) {
		rc = turns_run(s, c, &r, err);
	} else {
		reader_use_threads(&r);
		rc = blocks_give(s, c, &r, err);
	}
	*read_end = r.pos;
	memcpy(s->nr_compressed, r.nr_compressed, sizeof(s->nr_compressed));
	s->cut_record = r.partial;
	s->zeros = r.zeros;
	reader_close(&r);
	return rc;
}
