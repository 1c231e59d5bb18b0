#include "report/cuts.h"
#include "common/dir.h"
#include "common/io.h"
#include "common/thread.h"
#include "common/unpack.h"
#include "common/util.h"
#include "report/blocks.h"
#include "report/hands.h"

#include <stdlib.h>

#define GAIN_BYTES  (1u << 20)	 /* of compressed data */
#define RANGE_BYTES (256u << 10) /* at least */
#define RANGES_MAX  256
#define EACH	    8	/* ranges for a hand: who is done early takes another */
#define WALK_BYTES  512 /* a record has more on average, or the walk would take too long */

struct cuts {
	const struct perf_file *file;
	struct hands hands;
	uint64_t at[RANGES_MAX + 1]; /* offsets in the file: of each range, and behind the last */
	uint32_t nr;
	bool spoiled; /* by __atomic: it is to be read in order */
};

bool cuts_gain(const struct session *s, const struct consumer *c)
{
	const struct perf_file *f = &s->file;

	return c->merge && file_names_feature(f, FEATURE_COMPRESSED) && !f->sequential &&
	       !f->swapped && !f->unfinished && !f->cut && !dir_has_parts(f) &&
	       f->data.size >= GAIN_BYTES && thread_cpus() > 1;
}

/* May the file be cut in front of the record at @off, whose header is @h? */
static bool may_cut(const struct perf_file *f, uint64_t off, const struct perf_event_header *h)
{
	char rec[RECORD_SIZE_MAX];

	return h->type == RECORD_COMPRESSED && io_pread(f->fd, rec, h->size, off) == h->size &&
	       unpack_takes(rec + sizeof(*h), h->size - sizeof(*h));
}

/* Returns false when there are no two ranges, or more than headers are in the way. */
static bool find_cuts(struct cuts *r)
{
	const struct file_section *data = &r->file->data;
	const uint64_t end = data->offset + data->size, walk_max = data->size / WALK_BYTES;
	const uint64_t step = MAX(data->size / MIN(RANGES_MAX, EACH * r->hands.nr), RANGE_BYTES);
	uint64_t off = data->offset, walked = 0;

	r->at[0] = off;
	while (off < end) {
		struct perf_event_header h;

		if (walked++ == walk_max ||
		    io_pread(r->file->fd, &h, sizeof(h), off) != sizeof(h) || h.size < sizeof(h) ||
		    h.size > end - off || h.type == RECORD_AUXTRACE ||
		    h.type == RECORD_TRACING_DATA || h.type >= RECORD_SIMPLEPERF_FIRST)
			return false;
		if (off - r->at[r->nr] >= step && r->nr < RANGES_MAX - 1 &&
		    may_cut(r->file, off, &h))
			r->at[++r->nr] = off;
		off += h.size;
	}
	r->at[++r->nr] = end;
	return r->nr > 1;
}

static void read_range(void *arg, uint32_t hand, uint32_t job)
{
	struct cuts *r = arg;
	struct session *s = r->hands.list[hand].session;
	struct perf_file part = *r->file;
	struct err ignored = { 0 };
	struct reader reader;
	bool whole;

	if (__atomic_load_n(&r->spoiled, __ATOMIC_RELAXED))
		return;
	part.data.offset = r->at[job];
	part.data.size = r->at[job + 1] - r->at[job];
	whole = !reader_open(&reader, &part, &ignored);
	if (whole) {
		whole = !blocks_give(s, r->hands.list[hand].consumer, &reader, &ignored) &&
			!s->stop;
		s->nr_compressed[0] += reader.nr_compressed[0];
		s->nr_compressed[1] += reader.nr_compressed[1];
		reader_close(&reader);
	}
	if (!whole)
		__atomic_store_n(&r->spoiled, true, __ATOMIC_RELAXED);
}

static int merge(struct cuts *r, struct session *s, struct err *err)
{
	for (uint32_t i = 0; i < r->hands.nr; i++) {
		s->nr_compressed[0] += r->hands.list[i].own.nr_compressed[0];
		s->nr_compressed[1] += r->hands.list[i].own.nr_compressed[1];
	}
	s->failed = hands_merge(&r->hands, err);
	return s->failed ? -1 : 1;
}

int cuts_run(struct session *s, struct consumer *c, struct err *err)
{
	struct cuts *r = calloc(1, sizeof(*r));
	uint32_t nr = thread_hands();
	struct err ignored = { 0 };
	int rc = 0;

	if (!r)
		return 0;
	r->file = &s->file;
	if (!hands_init(&r->hands, nr, s, c, false, &ignored) && find_cuts(r)) {
		thread_jobs(nr, r->nr, read_range, r);
		rc = r->spoiled ? 0 : merge(r, s, err);
	}
	hands_release(&r->hands);
	free(r);
	return rc;
}
