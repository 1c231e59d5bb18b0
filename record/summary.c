#include "record/summary.h"
#include "common/buf.h"
#include "common/util.h"
#include "record/counts.h"

#include <inttypes.h>
#include <stdio.h>

static void tell_counts(const struct evlist *l, const struct counts *c)
{
	for (uint32_t i = 0; i < l->target->nr_cpus; i++) {
		for (uint32_t j = 0; j < l->nr; j++) {
			const struct evsel_counts *of = counts_of(c, l, i, j);

			fprintf(stderr,
				"rec: %s on CPU %u: %" PRIu64 " counted, %" PRIu64 " lost\n",
				l->evsels[j].name, l->target->cpus[i], of->counted, of->lost);
		}
	}
}

static void tell_written(const struct summary *s, const struct counts *c)
{
	const struct writer *w = s->drain->writer;
	double mb = w->pos / 1048576.0;

	fprintf(stderr, "[ rec: woken up %" PRIu64 " times to write data ]\n",
		s->drain->nr_wakeups);
	/* How many samples of these bytes are whole, nobody has counted. */
	if (w->gone)
		fprintf(stderr, "[ rec: captured and wrote %.3f MB %s until nobody read it ]\n", mb,
			s->output);
	else
		fprintf(stderr,
			"[ rec: captured and wrote %.3f MB %s (%" PRIu64 " samples, %" PRIu64
			" lost) ]\n",
			mb, s->output, c->samples, c->lost);
}

static void tell_lost(const struct summary *s, const struct counts *c)
{
	const struct evlist *l = s->drain->evlist;
	struct buf by_cpu = { 0 };

	for (uint32_t i = 0; i < l->target->nr_cpus; i++)
		if (counts_lost(c, l, i))
			buf_printf(&by_cpu, "%sCPU %u %" PRIu64, by_cpu.len ? ", " : ": ",
				   l->target->cpus[i], counts_lost(c, l, i));
	fprintf(stderr,
		"rec: %" PRIu64 " events were lost%.*s; try larger rings: -m %" PRIu64 "M\n",
		c->lost, (int)by_cpu.len, by_cpu.len ? (char *)by_cpu.data : "",
		MAX(s->ring_bytes >> 19, 1));
	buf_release(&by_cpu);
}

int summary_print(const struct summary *s, struct err *err)
{
	struct counts c = { 0 };
	int rc = counts_read(&c, s->drain, err);

	if (!rc && s->verbose)
		tell_counts(s->drain->evlist, &c);
	if (!rc && !s->quiet)
		tell_written(s, &c);
	if (!rc && c.lost)
		tell_lost(s, &c);
	counts_release(&c);
	return rc;
}
