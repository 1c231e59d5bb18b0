#include "report/rpt_summary.h"
#include "report/grouped.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define SCHEMA	     1 /* of the JSON form; grows when a key changes its meaning */
#define DEFAULT_BY   "pid,tid,syscall"
#define DEFAULT_SORT 2 /* of the columns below: total_ns */

/* ---- what there is of a group ---- */

static double calls(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return tally_calls(t);
}

static double errors(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->errors;
}

static double total(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? t->times.sum_ns : NAN;
}

static double least(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? t->times.min_ns : NAN;
}

static double mean(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? hist_mean(&t->times) : NAN;
}

static double most(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? t->times.max_ns : NAN;
}

static double deviation(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? hist_deviation(&t->times) : NAN;
}

static double percentile(const struct tally *t, double share)
{
	return t->times.nr ? hist_percentile(&t->times, share) : NAN;
}

static double p50(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.5);
}

static double p90(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.9);
}

static double p99(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.99);
}

static double p999(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.999);
}

static double share(const struct grouped *g, const struct tally *t)
{
	return g->report.stream.wall_ns
		       ? 100.0 * (double)t->times.sum_ns / (double)g->report.stream.wall_ns
		       : 0;
}

static const struct column columns[] = {
	{ "calls", "calls", 9, 0, COLUMN_COUNT, .value = calls },
	{ "errors", "errors", 7, 0, COLUMN_COUNT, .value = errors },
	{ "total_ns", "total ms", 11, 0, COLUMN_TIME, .in_ms = true, .value = total },
	{ "min_ns", "min us", 9, 3, COLUMN_TIME, .value = least },
	{ "avg_ns", "avg us", 9, 1, COLUMN_TIME, .value = mean },
	{ "max_ns", "max us", 11, 2, COLUMN_TIME, .value = most },
	{ "stddev_ns", "stddev us", 10, 6, COLUMN_TIME, .value = deviation },
	{ "p50_ns", "p50 us", 9, 4, COLUMN_TIME, .value = p50 },
	{ "p90_ns", "p90 us", 9, 5, COLUMN_TIME, .value = p90 },
	{ "p99_ns", "p99 us", 9, 4, COLUMN_TIME, .value = p99 },
	{ "p999_ns", "p99.9 us", 10, 5, COLUMN_TIME, .value = p999 },
	{ "share", "% wall", 7, 1, COLUMN_SHARE, .value = share },
	{ 0 },
};

static void json_more(const struct tally *t)
{
	printf(",\"timed\":%" PRIu64 ",\"open\":%" PRIu64 ",\"broken\":%" PRIu64
	       ",\"left_only\":%" PRIu64 ",\"births\":%" PRIu64,
	       t->times.nr, t->open, t->broken, t->left, t->born);
}

/* What is no whole call. */
static void print_apart(const struct tally *t)
{
	const uint64_t alone = t->left - t->born;
	char open[32], broken[32], left[32];

	if (t->open || t->broken || alone)
		printf("\nWithout a time: %s not left before the end, %s broken by lost events. "
		       "Not counted: %s only left.\n",
		       out_grouped(t->open, open), out_grouped(t->broken, broken),
		       out_grouped(alone, left));
}

static int summary_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct grouped *g = (struct grouped *)consumer;

	if (grouped_sum(g, err) || grouped_print(g, s, err))
		return -1;
	if (g->report.opts.format == OUT_TABLE)
		print_apart(&g->all);
	out_loss(stdout, g->report.opts.format, g->report.lost);
	if (!g->groups.nr)
		verdict_none_left(s, "system call");
	return 0;
}

int summary_check(struct report_opts *o, struct err *err)
{
	struct nesting n;

	return grouped_check(o, columns, DEFAULT_SORT, DEFAULT_BY, &n, err);
}

struct consumer *summary_create(const struct report_opts *o, struct err *err)
{
	struct grouped *g = calloc(1, sizeof(*g));

	if (!g) {
		fail_mem(err);
		return NULL;
	}
	g->report.name = "summary";
	g->report.version = SCHEMA;
	g->columns = columns;
	g->report.opts = *o;
	if (grouped_check(&g->report.opts, columns, DEFAULT_SORT, DEFAULT_BY, &g->nesting, err)) {
		free(g);
		return NULL;
	}
	g->json_more = json_more;
	grouped_init(g, NULL, 0);
	g->report.consumer.finish = summary_finish;
	g->report.consumer.free = summary_destroy;
	return &g->report.consumer;
}

void summary_destroy(struct consumer *consumer)
{
	grouped_release((struct grouped *)consumer);
	free(consumer);
}
