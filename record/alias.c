#include "record/alias.h"
#include "common/util.h"

#include <stdlib.h>

/* Where ids are in the records that events with IDENTIFIER and sample_id_all make. */
#define ID_IN_FRONT sizeof(struct perf_event_header)

int aliases_add(struct aliases *a, uint64_t kernel, uint64_t file, struct err *err)
{
	struct alias *pairs = reallocarray(a->pairs, a->nr + 1, sizeof(*pairs));

	if (!pairs)
		return fail_mem(err);
	pairs[a->nr++] = (struct alias){ .kernel = kernel, .file = file };
	a->pairs = pairs;
	return 0;
}

void aliases_release(struct aliases *a)
{
	free(a->pairs);
	*a = (struct aliases){ 0 };
}

static void change(const struct aliases *a, uint64_t *id)
{
	for (uint32_t low = 0, high = a->nr; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (a->pairs[middle].kernel == *id) {
			*id = a->pairs[middle].file;
			return;
		}
		if (a->pairs[middle].kernel < *id)
			low = middle + 1;
		else
			high = middle;
	}
}

static bool has_id_in_front(uint32_t type)
{
	return type == PERF_RECORD_SAMPLE || type == PERF_RECORD_LOST;
}

static bool has_id_behind(uint32_t type)
{
	return type != PERF_RECORD_SAMPLE;
}

/* An id never wraps: it is aligned to its size. */
static uint64_t *in_ring(const struct ring *r, uint64_t pos)
{
	return (uint64_t *)(r->copy + (pos & r->mask));
}

void aliases_pull(const struct aliases *a, struct ring *r, void *whole)
{
	const struct perf_event_header *rec;
	uint64_t from = ring_pull(r), pos = from;

	for (; (rec = ring_record(r, &pos, r->copied, whole)); from = pos) {
		if (has_id_in_front(rec->type))
			change(a, in_ring(r, from + ID_IN_FRONT));
		if (has_id_behind(rec->type))
			change(a, in_ring(r, pos - sizeof(uint64_t)));
	}
}

void aliases_apply(const struct aliases *a, struct perf_event_header *rec)
{
	char *at = (char *)rec;

	if (has_id_in_front(rec->type))
		change(a, (uint64_t *)(at + ID_IN_FRONT));
	if (has_id_behind(rec->type))
		change(a, (uint64_t *)(at + rec->size - sizeof(uint64_t)));
}
