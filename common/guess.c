#include "common/guess.h"
#include "common/formats.h"
#include "common/reader.h"

#include <stdlib.h>

/* So much is looked at: enough for all that perf writes in front of the first sample. */
#define SAMPLES_MAX 4096
#define BYTES_MAX   (64u << 20)

/* How far the looking has got. */
struct sight {
	const struct perf_file *file;
	struct formats_seen *seen; /* by event index */
	uint64_t nr_samples, bytes;
};

static void look_at(struct sight *g, struct block *b)
{
	const struct perf_event_header *rec;

	while (g->nr_samples < SAMPLES_MAX && g->bytes < BYTES_MAX && (rec = block_next(b))) {
		const struct event *event;
		struct sample sample;

		g->bytes += rec->size;
		event = rec->type == PERF_RECORD_SAMPLE ? file_event(g->file, rec) : NULL;
		if (!event || sample_parse(&sample, &event->layout, &event->attr, rec))
			continue;
		g->nr_samples++;
		formats_note(&g->seen[event->idx], event, &sample);
	}
}

static int look_at_first(struct sight *g, struct perf_file *file, struct err *err)
{
	struct reader r;
	struct block *b;

	if (reader_open(&r, file, err))
		return -1;
	/* Whatever is damaged will be found and told when it is read. */
	while (g->nr_samples < SAMPLES_MAX && g->bytes < BYTES_MAX && reader_next(&r, &b, NULL) > 0)
		look_at(g, b);
	reader_close(&r);
	return 0;
}

/* Those that were recognized by their records to the front, and no others counted. */
static void keep_known(struct formats *f)
{
	uint32_t known = 0;

	for (uint32_t i = 0; i < f->nr; i++) {
		struct formats_entry e = f->entries[i];

		if (e.source != FORMAT_RECORDS)
			continue;
		f->entries[i] = f->entries[known];
		f->entries[known++] = e;
	}
	f->nr = known;
}

static int take(struct perf_file *file, const struct formats_seen *seen, struct err *err)
{
	const struct formats_kernel nobody = { 0 };
	struct buf section = { 0 };
	struct formats f;
	uint32_t nr_all;
	int rc = 0;

	if (formats_find(&f, file, seen, &nobody, err))
		return -1;
	nr_all = f.nr;
	keep_known(&f);
	if (f.nr)
		rc = formats_write(&section, &f, err);
	if (f.nr && !rc)
		rc = file_take_formats(file, section.data, section.len, 0, err);
	buf_release(&section);
	f.nr = nr_all;
	formats_release(&f);
	return rc;
}

int guess_formats(struct perf_file *file, uint32_t *nr, struct err *err)
{
	struct sight g = { .file = file, .seen = calloc(file->nr_events, sizeof(*g.seen)) };
	int rc;

	*nr = 0;
	if (!g.seen)
		return fail_mem(err);
	for (uint32_t i = 0; i < file->nr_events; i++)
		g.seen[i].swapped = file->swapped;
	rc = look_at_first(&g, file, err) || take(file, g.seen, err) ? -1 : 0;
	for (uint32_t i = 0; i < file->nr_events; i++)
		*nr += file->events[i].tp != NULL;
	free(g.seen);
	return rc;
}
