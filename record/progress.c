#include "record/progress.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdio.h>

#define EVERY_NS   500000000ull
#define COST_SHARE 100 /* reading the counts takes at most this part of the time */
#define COUNTS_MAX \
	1024 /* with more of them, a single reading keeps us from the rings for too long */

void progress_begin(struct progress *p, const struct drain *d, const uint64_t *written)
{
	*p = (struct progress){ .drain = d, .written = written };
	statusline_open(&p->line);
	p->read_ns = clock_ns(CLOCK_MONOTONIC);
	p->next_ns = p->read_ns + EVERY_NS;
}

/* Of what overwrites itself nobody looks at a record until it is written: what happened counts. */
static uint64_t seen(const struct progress *p)
{
	const struct evlist *l = p->drain->evlist;

	return l->backward && !l->weighted ? p->counts.counted : p->counts.samples;
}

/* In all files; with --overwrite the drain writes into memory. */
static double written_mb(const struct progress *p)
{
	uint64_t bytes = *p->written;

	if (!p->drain->evlist->backward)
		bytes += __atomic_load_n(&p->drain->writer->pos, __ATOMIC_RELAXED);
	return bytes / 1048576.0;
}

/* What fits into @width columns: a number that was cut would be another number. */
static void describe(const struct progress *p, double rate, int width, char *text, size_t room)
{
	double mb = written_mb(p);
	char nr[16];

	if (!p->counts.table) {
		snprintf(text, room, "rec: %.1f MB", mb);
	} else {
		statusline_number(rate, nr, sizeof(nr));
		snprintf(text, room, "rec: %s events/s, %.1f MB, %" PRIu64 " lost", nr, mb,
			 p->counts.lost);
		if ((int)strlen(text) > width)
			snprintf(text, room, "%s/s %.0fMB %" PRIu64 " lost", nr, mb,
				 p->counts.lost);
		if ((int)strlen(text) > width)
			snprintf(text, room, "%" PRIu64 " lost", p->counts.lost);
	}
	if ((int)strlen(text) > width)
		*text = 0;
}

void progress_tick(void *arg)
{
	struct progress *p = arg;
	const struct evlist *l = p->drain->evlist;
	uint64_t now = p->line.fd >= 0 ? clock_ns(CLOCK_MONOTONIC) : 0, before = seen(p);
	char text[STATUSLINE_MAX + 1];

	if (p->line.fd < 0 || now < p->next_ns)
		return;
	if ((uint64_t)l->nr * l->nr_open <= COUNTS_MAX && counts_read(&p->counts, p->drain, NULL)) {
		progress_end(p);
		return;
	}
	describe(p, (seen(p) - before) * 1e9 / (now - p->read_ns), statusline_width(&p->line), text,
		 sizeof(text));
	statusline_show(&p->line, text);
	p->read_ns = now;
	p->next_ns = now + MAX(EVERY_NS, (clock_ns(CLOCK_MONOTONIC) - now) * COST_SHARE);
}

void progress_end(struct progress *p)
{
	statusline_close(&p->line);
	counts_release(&p->counts);
}
