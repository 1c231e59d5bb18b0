#include "report/rpt_summary.h"
#include "report/columns.h"
#include "report/grouped.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>

#define SCHEMA	     1 /* of the JSON form; grows when a key changes its meaning */
#define DEFAULT_BY   "pid,tid,syscall"
#define DEFAULT_SORT 2 /* of the columns below: total_ns */

static const struct column columns[] = {
	{ "calls", "calls", 9, 0, COLUMN_COUNT, .value = column_calls },
	{ "errors", "errors", 7, 0, COLUMN_COUNT, .value = column_errors },
	{ "total_ns", "total ms", 11, 0, COLUMN_TIME, .in_ms = true, .value = column_total },
	{ "min_ns", "min us", 9, 3, COLUMN_TIME, .value = column_min },
	{ "avg_ns", "avg us", 9, 1, COLUMN_TIME, .value = column_mean },
	{ "max_ns", "max us", 11, 2, COLUMN_TIME, .value = column_max },
	{ "stddev_ns", "stddev us", 10, 6, COLUMN_TIME, .value = column_deviation },
	{ "p50_ns", "p50 us", 9, 4, COLUMN_TIME, .value = column_p50 },
	{ "p90_ns", "p90 us", 9, 5, COLUMN_TIME, .value = column_p90 },
	{ "p99_ns", "p99 us", 9, 4, COLUMN_TIME, .value = column_p99 },
	{ "p999_ns", "p99.9 us", 10, 5, COLUMN_TIME, .value = column_p999 },
	{ "share", "% wall", 7, 1, COLUMN_SHARE, .value = column_share },
	{ 0 },
};

static void json_more(const struct grouped *g, const struct tally *t, const struct leaf *leaf)
{
	(void)g;
	(void)leaf;
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
