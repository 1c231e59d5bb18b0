#include "common/again.h"
#include "common/source.h"

#include <inttypes.h>
#include <stdlib.h>

/* The first one that is free: its window has been used before. */
uint32_t again_run(struct again *a)
{
	for (uint32_t run = 0; run < a->nr_max; run++) {
		if (a->runs[run].live)
			continue;
		a->runs[run].have = 0;
		return run;
	}
	return AGAIN_RUNS;
}

/* Moves the window of @r to @off. */
static int move(const struct again *a, struct again_run *r, uint64_t off, struct err *err)
{
	const uint64_t len = MIN(AGAIN_WINDOW, r->end - off);

	if (!r->data)
		r->data = malloc(AGAIN_WINDOW);
	if (!r->data)
		return fail_mem(err);
	r->have = 0;
	if (source_read(a->file, r->data, len, off, "a record", err))
		return -1;
	r->off = off;
	r->have = len;
	return 0;
}

/* Is all of the record at @off in the window? */
static const struct perf_event_header *find(const struct again_run *r, uint64_t off)
{
	const uint64_t at = off - r->off;
	const struct perf_event_header *rec;

	if (off < r->off || at >= r->have || r->have - at < sizeof(*rec))
		return NULL;
	rec = (const void *)(r->data + at);
	return rec->size >= sizeof(*rec) && rec->size <= r->have - at ? rec : NULL;
}

const struct perf_event_header *again_get(struct again *a, uint32_t run, uint64_t off,
					  struct err *err)
{
	struct again_run *r = &a->runs[run];
	const struct perf_event_header *rec = find(r, off);

	if (likely(rec))
		return rec;
	if (move(a, r, off, err))
		return NULL;
	rec = find(r, off);
	if (!rec)
		fail(err, ERR_DATA, "%s: offset %#" PRIx64 ": the file is being changed",
		     a->file->path, off);
	return rec;
}

void again_release(struct again *a)
{
	for (uint32_t i = 0; i < AGAIN_RUNS; i++)
		free(a->runs[i].data);
	*a = (struct again){ 0 };
}
