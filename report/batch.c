#include "report/batch.h"
#include "report/relay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A record, and what its bytes do not say; behind it the record, 8-aligned. */
struct item {
	struct session *session;
	const struct event *event; /* NULL: it is no sample */
	const char *comm;
	uint32_t comm_id, size; /* size: of the record, aligned */
};

static_assert(sizeof(struct item) + UINT16_MAX + 1 <= RELAY_BATCH, "any record fits");

struct batches {
	struct relay *relay;
	batch_work work;
	void *arg;
};

static int do_one(const struct batches *b, const struct item *item, struct err *err)
{
	struct ordered_sample os;

	os.session = item->session;
	os.rec = (const struct perf_event_header *)(item + 1);
	os.event = item->event;
	os.comm = item->comm;
	os.comm_id = item->comm_id;
	if (os.event && sample_parse(&os.sample, &os.event->layout, &os.event->attr, os.rec))
		return 0;
	return b->work(b->arg, &os, err);
}

static int do_items(void *arg, const void *items, size_t bytes, struct err *err)
{
	const char *at = items, *end = at + bytes;
	int rc = 0;

	for (; at < end && !rc; at += sizeof(struct item) + ((const struct item *)at)->size)
		rc = do_one(arg, (const struct item *)at, err);
	return rc;
}

struct batches *batches_new(batch_work work, void *arg)
{
	struct batches *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->work = work;
	b->arg = arg;
	b->relay = relay_new(do_items, b);
	if (b->relay)
		return b;
	free(b);
	return NULL;
}

int batches_push(struct batches *b, const struct ordered_sample *os, struct err *err)
{
	const uint32_t rec_size = ALIGN_UP((uint32_t)os->rec->size, 8u);
	struct item *item = relay_room(b->relay, sizeof(*item) + rec_size, err);

	if (!item)
		return -1;
	*item = (struct item){ os->session, os->event, os->comm, os->comm_id, rec_size };
	memcpy(item + 1, os->rec, os->rec->size);
	return 0;
}

int batches_end(struct batches *b, struct err *err)
{
	return relay_end(b->relay, err);
}

void batches_free(struct batches *b)
{
	if (!b)
		return;
	relay_free(b->relay);
	free(b);
}
