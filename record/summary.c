#include "record/summary.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/util.h"
#include "record/advice.h"
#include "record/counts.h"
#include "record/evopen.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#define SCHEMA 1 /* of the JSON form; grows when a key changes its meaning */

static void tell_counts(const struct evlist *l, const struct counts *c)
{
	for (uint32_t i = 0; i < l->target->nr_cpus; i++) {
		for (uint32_t j = 0; j < l->nr && evlist_ring_fd(l, i) >= 0; j++) {
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
	double mb = s->bytes / 1048576.0;

	fprintf(stderr, "[ rec: woken up %" PRIu64 " times to write data ]\n",
		s->drain->nr_wakeups);
	/* How many samples of these bytes are whole, nobody has counted. */
	if (w->gone)
		fprintf(stderr, "[ rec: captured and wrote %.3f MB %s until nobody read it ]\n", mb,
			s->output);
	else
		fprintf(stderr,
			"[ rec: captured and wrote %.3f MB %s%s (%" PRIu64 " samples, %" PRIu64
			" lost) ]\n",
			mb, s->output, s->many ? ".<timestamp>" : "", c->samples, c->lost);
}

static void tell_lost(const struct summary *s, const struct counts *c)
{
	const struct evlist *l = s->drain->evlist;
	struct buf by_cpu = { 0 };
	char advice[256];

	if (s->overwrite) {
		fprintf(stderr, "rec: %" PRIu64 " events were lost while snapshots were written\n",
			c->lost);
		return;
	}
	for (uint32_t i = 0; i < l->target->nr_cpus; i++)
		if (counts_lost(c, l, i))
			buf_printf(&by_cpu, "%sCPU %u %" PRIu64, by_cpu.len ? ", " : ": ",
				   l->target->cpus[i], counts_lost(c, l, i));
	fprintf(stderr, "rec: %" PRIu64 " events were lost%.*s; %s\n", c->lost, (int)by_cpu.len,
		by_cpu.len ? (char *)by_cpu.data : "",
		advice_loss(s->drain, s->ring_bytes, s->wanted_bytes, advice, sizeof(advice)));
	buf_release(&by_cpu);
}

static const char *ended_by(const struct drain *d)
{
	if (d->writer->gone)
		return "reader";
	if (d->nr_stops)
		return "signal";
	if (drain_full(d))
		return d->limits.events && d->nr_samples == d->limits.events ? "max-events"
									     : "max-size";
	if (d->time_over)
		return d->end_ns && d->off_ns >= d->end_ns ? "duration" : "control";
	/* When it is what is recorded, its tasks may be seen to end before it is. */
	return d->command->ended || d->evlist->target->spec.command ? "command" : "tasks";
}

/* Of rec alone: what the command used is not in it. */
static double cpu_seconds(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used))
		return 0;
	return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void print_events(const struct evlist *l, const struct counts *c)
{
	for (uint32_t j = 0; j < l->nr - 1; j++) {
		uint64_t counted = 0, lost = 0;

		for (uint32_t i = 0; i < l->target->nr_cpus; i++) {
			counted += counts_of(c, l, i, j)->counted;
			lost += counts_of(c, l, i, j)->lost;
		}
		fprintf(stderr, "%s{\"name\":", j ? "," : "");
		json_string(stderr, l->evsels[j].name);
		fprintf(stderr, ",\"counted\":%" PRIu64 ",\"lost\":%" PRIu64 "}", counted, lost);
	}
}

/* One line, so that it can be told from what else comes that way. */
static void print_json(const struct summary *s, const struct counts *c)
{
	const struct drain *d = s->drain;
	const struct evlist *l = d->evlist;
	uint32_t nr_rings = 0;

	fprintf(stderr, "{\"program\":\"rec\",\"version\":%d,\"file\":", SCHEMA);
	json_string(stderr, s->output);
	fprintf(stderr, ",\"bytes\":%" PRIu64 ",\"samples\":", s->bytes);
	/* How many samples of these bytes are whole, nobody has counted. */
	if (d->writer->gone)
		fprintf(stderr, "null");
	else
		fprintf(stderr, "%" PRIu64, c->samples);
	fprintf(stderr, ",\"lost\":%" PRIu64 ",\"lost_by_cpu\":{", c->lost);
	for (uint32_t i = 0; i < l->target->nr_cpus; i++) {
		if (evlist_ring_fd(l, i) < 0)
			continue;
		if (l->counts_lost)
			fprintf(stderr, "%s\"%u\":%" PRIu64, nr_rings ? "," : "",
				l->target->cpus[i], counts_lost(c, l, i));
		nr_rings++;
	}
	fprintf(stderr, "},\"events\":[");
	print_events(l, c);
	fprintf(stderr,
		"],\"wakeups\":%" PRIu64 ",\"rings\":%u,\"ring_bytes\":%" PRIu64
		",\"threads\":%u,\"cpu_seconds\":%.6f,\"duration_seconds\":%.6f,\"ended_by\":\"%"
		"s\"}\n",
		d->nr_wakeups, nr_rings, s->ring_bytes, d->nr_threads, cpu_seconds(),
		d->on_ns ? (d->off_ns - d->on_ns) / 1e9 : 0, ended_by(d));
}

int summary_print(const struct summary *s, struct err *err)
{
	struct counts c = { 0 };
	int rc = counts_read(&c, s->drain, err);

	if (!rc && s->verbose)
		tell_counts(s->drain->evlist, &c);
	if (!rc && s->json)
		print_json(s, &c);
	if (!rc && !s->json && !s->quiet)
		tell_written(s, &c);
	if (!rc && !s->json && c.lost)
		tell_lost(s, &c);
	counts_release(&c);
	return rc;
}
