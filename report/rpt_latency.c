#include "report/rpt_latency.h"
#include "report/columns.h"
#include "report/draw.h"
#include "report/grouped.h"
#include "report/keptlist.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define SCHEMA	     1 /* of the JSON form; grows when a key changes its meaning */
#define DEFAULT_SORT 2 /* of the columns below: total_ns */
#define TOP	     10
#define TOP_MAX	     1000000
#define WIDTH	     80 /* where there is no terminal */
#define BAR_LEFT     44 /* columns in front of a bar */

struct latency {
	struct grouped grouped;
	struct slowest slowest;	  /* that were seen whole */
	struct slowest in_flight; /* at the end of a recording */
	struct calltexts *texts;
};

static const struct column columns[] = {
	{ "calls", "calls", 9, 0, COLUMN_COUNT, .value = column_calls },
	{ "errors", "errors", 7, 0, COLUMN_COUNT, .value = column_errors },
	{ "total_ns", "total ms", 11, 0, COLUMN_TIME, .in_ms = true, .value = column_total },
	{ "min_ns", "min us", 9, 0, COLUMN_TIME, .value = column_min },
	{ "avg_ns", "avg us", 9, 0, COLUMN_TIME, .value = column_mean },
	{ "max_ns", "max us", 11, 0, COLUMN_TIME, .value = column_max },
	{ "p50_ns", "p50 us", 9, 0, COLUMN_TIME, .value = column_p50 },
	{ "p90_ns", "p90 us", 9, 0, COLUMN_TIME, .value = column_p90 },
	{ "p99_ns", "p99 us", 9, 0, COLUMN_TIME, .value = column_p99 },
	{ "p999_ns", "p99.9 us", 10, 0, COLUMN_TIME, .value = column_p999 },
	{ 0 },
};

static int give(void *arg, const struct call *call, struct err *err)
{
	struct latency *x = arg;
	const struct callreport *r = &x->grouped.report;

	if (call->state == CALL_EXACT &&
	    slowest_add(&x->slowest, call, r, call->end_ns - call->start_ns, err))
		return -1;
	if (call->in_flight &&
	    slowest_add(&x->in_flight, call, r, call->end_ns - call->start_ns, err))
		return -1;
	return groups_add(&x->grouped.groups, call, err);
}

/* ---- histograms ---- */

/* The powers of two that there are: [*low, *high]. */
static void powers_of(const struct tally *t, uint64_t counts[HIST_POWERS], int *low, int *high)
{
	hist_powers(&t->times, counts);
	*low = 0;
	*high = HIST_POWERS - 1;
	while (*low < *high && !counts[*low])
		++*low;
	while (*high > *low && !counts[*high])
		--*high;
}

/* The least ns of a power. */
static double power_ns(int power)
{
	return power ? ldexp(1, power - 1) : 0;
}

static void print_histogram(const struct tally *t, int width, bool utf8)
{
	uint64_t counts[HIST_POWERS] = { 0 }, most = 0;
	int low, high;

	if (!t->times.nr)
		return;
	powers_of(t, counts, &low, &high);
	for (int i = low; i <= high; i++)
		most = MAX(most, counts[i]);
	for (int i = low; i <= high; i++) {
		char from[32], to[32], count[32];

		printf("%10s to %-10s %16s  |", draw_time(power_ns(i), from),
		       i < HIST_POWERS - 1 ? draw_time(2 * MAX(power_ns(i), 0.5), to) : "",
		       out_grouped(counts[i], count));
		draw_bar(stdout, (double)counts[i], (double)most, width - BAR_LEFT - 1, utf8);
		puts("|");
	}
}

static void print_numbers(const struct tally *t)
{
	char room[6][32];
	const struct hist *h = &t->times;

	if (!h->nr) {
		puts("no call was seen whole");
		return;
	}
	printf("%s calls: avg %s, p50 %s, p90 %s, p99 %s, max %s\n", out_grouped(h->nr, room[0]),
	       draw_time(hist_mean(h), room[1]), draw_time(hist_percentile(h, 0.5), room[2]),
	       draw_time(hist_percentile(h, 0.9), room[3]),
	       draw_time(hist_percentile(h, 0.99), room[4]), draw_time(h->max_ns, room[5]));
}

static int print_groups(struct grouped *g, size_t first, size_t nr_leaves, uint32_t level,
			const char *above, int width, bool utf8)
{
	size_t nr, shown;
	struct group *list = grouped_split(g, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		char label[LABEL_ROOM], path[3 * LABEL_ROOM];

		groups_label(&g->groups, g->groups.nesting.by[level], list[i].key, g->report.arch,
			     label);
		snprintf(path, sizeof(path), "%s%s%s", above, *above ? ", " : "", label);
		if (level + 1 < g->groups.nesting.nr) {
			rc = print_groups(g, list[i].first, list[i].nr, level + 1, path, width,
					  utf8);
			continue;
		}
		putchar('\n');
		out_text(stdout, path);
		fputs(": ", stdout);
		print_numbers(&list[i].tally);
		print_histogram(&list[i].tally, width, utf8);
	}
	if (!rc && nr > shown)
		printf("\n... and %zu more: %s\n", nr - shown,
		       by_name(g->groups.nesting.by[level]));
	groups_free(list, list ? nr : 0);
	return rc;
}

/* ---- the table ---- */

static int print_lists(struct latency *x)
{
	const struct tally *all = &x->grouped.all;
	struct callreport *r = &x->grouped.report;
	char room[5][32];

	printf("\n%s calls were seen whole, %s were broken by lost events, %s were in flight at "
	       "the end,\n%s ended with their task, of %s only the return was seen.\n",
	       out_grouped(all->times.nr, room[0]), out_grouped(all->broken, room[1]),
	       out_grouped(x->in_flight.nr_seen, room[2]),
	       out_grouped(all->open - x->in_flight.nr_seen, room[3]),
	       out_grouped(all->left, room[4]));
	if (x->slowest.nr) {
		puts("\nThe slowest:\n");
		if (kept_lines(r, x->texts, slowest_sort(&x->slowest), x->slowest.nr, "took ms"))
			return -1;
	}
	if (x->in_flight.nr) {
		puts("\nIn flight at the end, the oldest first:\n");
		if (kept_lines(r, x->texts, slowest_sort(&x->in_flight), x->in_flight.nr, "for ms"))
			return -1;
	}
	return 0;
}

static int print_table(struct latency *x)
{
	struct grouped *g = &x->grouped;
	int width = out_columns();
	bool utf8 = draw_has_utf8();

	width = width ? MAX(width, BAR_LEFT + 10) : WIDTH;
	print_numbers(&g->all);
	putchar('\n');
	print_histogram(&g->all, width, utf8);
	if (g->report.opts.by && print_groups(g, 0, g->groups.nr, 0, "", width, utf8))
		return -1;
	return print_lists(x);
}

/* ---- CSV and JSON ---- */

static void json_histogram(const struct grouped *g, const struct tally *t, const struct leaf *leaf)
{
	uint64_t counts[HIST_POWERS] = { 0 };
	int low, high;

	(void)g;
	(void)leaf;
	printf(",\"timed\":%" PRIu64 ",\"open\":%" PRIu64 ",\"broken\":%" PRIu64
	       ",\"left_only\":%" PRIu64 ",\"histogram\":[",
	       t->times.nr, t->open, t->broken, t->left);
	powers_of(t, counts, &low, &high);
	for (int i = low; i <= high && t->times.nr; i++)
		printf("%s{\"from_ns\":%.0f,\"count\":%" PRIu64 "}", i > low ? "," : "",
		       power_ns(i), counts[i]);
	putchar(']');
}

static int print_json(struct latency *x, const struct session *last)
{
	struct callreport *r = &x->grouped.report;

	if (grouped_json_open(&x->grouped, last))
		return -1;
	fputs(",\"slowest\":[", stdout);
	if (kept_json(r, x->texts, slowest_sort(&x->slowest), x->slowest.nr))
		return -1;
	printf("],\"nr_in_flight\":%" PRIu64 ",\"in_flight\":[", x->in_flight.nr_seen);
	if (kept_json(r, x->texts, slowest_sort(&x->in_flight), x->in_flight.nr))
		return -1;
	putchar(']');
	callreport_json_end(r);
	return 0;
}

static int latency_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct latency *x = (struct latency *)consumer;
	struct grouped *g = &x->grouped;
	const enum out_format format = g->report.opts.format;

	x->texts = calltexts_new(g->report.arch);
	if (!x->texts)
		return fail_mem(err);
	if (grouped_sum(g, err))
		return -1;
	if (format == OUT_TABLE	 ? print_table(x)
	    : format == OUT_JSON ? print_json(x, s)
				 : grouped_csv(g))
		return fail_mem(err);
	out_loss(stdout, format, g->report.lost);
	if (!g->groups.nr)
		verdict_none_left(s, "system call");
	return 0;
}

int latency_check(struct report_opts *o, struct err *err)
{
	struct nesting n;

	if (grouped_check(o, columns, DEFAULT_SORT, "syscall", &n, err))
		return -1;
	if (o->top > TOP_MAX)
		return fail(err, ERR_USAGE, "option --top: %s is more than %d", o->top_word,
			    TOP_MAX);
	o->top = o->top ? o->top : TOP;
	return 0;
}

struct consumer *latency_create(const struct report_opts *o, struct err *err)
{
	struct latency *x = calloc(1, sizeof(*x));
	struct grouped *g = &x->grouped;

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	g->report.name = "latency";
	g->report.version = SCHEMA;
	g->columns = columns;
	g->report.opts = *o;
	g->json_more = json_histogram;
	if (latency_check(&g->report.opts, err) ||
	    nesting_parse(&g->nesting, o->by ? o->by : "syscall", err) ||
	    slowest_init(&x->slowest, g->report.opts.top, err) ||
	    slowest_init(&x->in_flight, g->report.opts.top, err)) {
		slowest_release(&x->slowest);
		free(x);
		return NULL;
	}
	grouped_init(g, give, WANT_ARGS);
	g->report.consumer.finish = latency_finish;
	g->report.consumer.free = latency_destroy;
	return &g->report.consumer;
}

void latency_destroy(struct consumer *consumer)
{
	struct latency *x = (struct latency *)consumer;

	grouped_release(&x->grouped); /* ends the thread, which uses the rest */
	slowest_release(&x->slowest);
	slowest_release(&x->in_flight);
	calltexts_free(x->texts);
	free(x);
}
