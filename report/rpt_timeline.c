#include "report/rpt_timeline.h"
#include "report/byinterval.h"
#include "report/color.h"
#include "report/timegraph.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA	    1 /* of the JSON form; grows when a key changes its meaning */
#define INTERVAL    "1s"
#define GRAPH_NS    1000 /* columns of a picture are this, or a power of two times it */
#define GRAPH_TOP   10
#define GRAPH_WIDTH 80 /* where there is no terminal */
#define HEAD_EVERY  40 /* rows */

/* Of an interval. */
struct cell {
	uint64_t calls, errors;
	struct hist times;
};

struct timeline {
	struct byinterval by; /* of struct cell; else: */
	bool as_graph;
	struct timegraph graph;
};

/* ---- the calls ---- */

/* All that return: as many as there are exits. */
static int give(void *arg, const struct call *call, struct err *err)
{
	struct timeline *x = arg;
	struct cell *cell;

	if (call->state != CALL_EXACT && call->state != CALL_LEFT)
		return 0;
	if (x->as_graph)
		return timegraph_add(&x->graph, call,
				     several_to_common(x->by.report.session, call->end_ns), err);
	cell = byinterval_at(&x->by, call->end_ns, err);
	if (!cell)
		return -1;
	cell->calls++;
	cell->errors += call_failed(call);
	if (call->state == CALL_EXACT && hist_add(&cell->times, call->end_ns - call->start_ns))
		return fail_mem(err);
	return 0;
}

static void release_cell(void *data)
{
	hist_release(&((struct cell *)data)->times);
}

/* ---- columns ---- */

static double rate(uint64_t nr, const struct interval *i)
{
	return i->end_ns > i->start_ns ? nr * 1e9 / (double)(i->end_ns - i->start_ns) : 0;
}

static void print_row(const struct timeline *x, const struct interval *i, const struct cell *c)
{
	const struct hist *h = &c->times;

	if (x->by.nr_printed % HEAD_EVERY == 0)
		printf("%s%s%16s %11s %11s %9s %10s %11s %11s %11s%s\n",
		       x->by.nr_printed ? "\n" : "", color_on(stdout, COLOR_TITLE), "time s",
		       "calls", "calls/s", "errors", "p50 us", "avg us", "p99 us", "max us",
		       color_off(stdout));
	printf("%16.6f %11" PRIu64 " %11.0f %s%9" PRIu64 "%s", (double)i->start_ns / 1e9, c->calls,
	       rate(c->calls, i), c->errors ? color_on(stdout, COLOR_BAD) : "", c->errors,
	       c->errors ? color_off(stdout) : "");
	if (h->nr)
		printf(" %10.3f %11.3f %11.3f %11.3f\n", (double)hist_percentile(h, 0.5) / 1e3,
		       hist_mean(h) / 1e3, (double)hist_percentile(h, 0.99) / 1e3,
		       (double)h->max_ns / 1e3);
	else
		printf(" %10s %11s %11s %11s\n", "-", "-", "-", "-");
}

static const struct {
	const char *name;
	double share; /* of percentiles */
} percentiles[] = {
	{ "p50_ns", 0.5 }, { "p90_ns", 0.9 }, { "p99_ns", 0.99 }, { "p999_ns", 0.999 }
};

#define CSV_HEAD "calls,errors,timed,total_ns,min_ns,max_ns,p50_ns,p90_ns,p99_ns,p999_ns"

static void print_csv(const struct byinterval *b, const struct interval *i, const struct cell *c)
{
	const struct hist *h = &c->times;

	byinterval_begin_row(b, i);
	printf("%" PRIu64 ",%" PRIu64 ",%" PRIu64, c->calls, c->errors, h->nr);
	if (h->nr)
		printf(",%" PRIu64 ",%" PRIu64 ",%" PRIu64, h->sum_ns, h->min_ns, h->max_ns);
	else
		fputs(",,,", stdout);
	for (size_t k = 0; k < ARRAY_SIZE(percentiles); k++) {
		putchar(',');
		if (h->nr)
			printf("%" PRIu64, hist_percentile(h, percentiles[k].share));
	}
	putchar('\n');
}

static void print_json(const struct cell *c)
{
	const struct hist *h = &c->times;

	printf(",\"calls\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"timed\":%" PRIu64, c->calls,
	       c->errors, h->nr);
	if (!h->nr)
		return;
	printf(",\"total_ns\":%" PRIu64 ",\"min_ns\":%" PRIu64 ",\"max_ns\":%" PRIu64, h->sum_ns,
	       h->min_ns, h->max_ns);
	for (size_t k = 0; k < ARRAY_SIZE(percentiles); k++)
		printf(",\"%s\":%" PRIu64, percentiles[k].name,
		       hist_percentile(h, percentiles[k].share));
}

static int print_interval(struct byinterval *b, const struct interval *i, struct err *err)
{
	static const struct cell nothing;
	const struct timeline *x = (struct timeline *)b;
	const struct cell *c = i->data ? i->data : &nothing;

	(void)err;
	if (b->report.opts.format == OUT_JSON)
		print_json(c);
	else if (b->report.opts.format == OUT_CSV)
		print_csv(b, i, c);
	else
		print_row(x, i, c);
	return 0;
}

/* ---- the report ---- */

static int finish_graph(struct consumer *consumer, struct session *s, struct err *err)
{
	struct timeline *x = (struct timeline *)consumer;
	const struct callreport *r = &x->by.report;

	if (timegraph_print(&x->graph, r->arch, r->opts.top ? r->opts.top : GRAPH_TOP, err))
		return -1;
	out_loss(stdout, OUT_TABLE, r->lost);
	if (!x->graph.nr)
		verdict_none_left(s, x->by.what);
	return 0;
}

int timeline_check(struct report_opts *o, struct err *err)
{
	if (o->view && strcmp(o->view, "graph") != 0 && strcmp(o->view, "columns") != 0)
		return fail(err, ERR_USAGE, "option --view: %s is neither graph nor columns",
			    o->view);
	if (o->view && o->format != OUT_TABLE)
		return fail(err, ERR_USAGE, "option --view is for tables, not for --format %s",
			    o->format == OUT_CSV ? "csv" : "json");
	return byinterval_check(o, INTERVAL, err);
}

/* A picture for who looks at it, columns for who reads on. */
static bool wants_graph(const struct report_opts *o)
{
	if (o->format != OUT_TABLE)
		return false;
	return o->view ? !strcmp(o->view, "graph") : isatty(STDOUT_FILENO);
}

static int init_graph(struct timeline *x, struct err *err)
{
	const struct report_opts *o = &x->by.report.opts;
	int width = out_columns();

	return timegraph_init(&x->graph, o->interval_word ? o->interval_ns : GRAPH_NS,
			      timegraph_columns(width ? width : GRAPH_WIDTH), err);
}

struct consumer *timeline_create(const struct report_opts *o, struct err *err)
{
	struct timeline *x = calloc(1, sizeof(*x));

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	x->by.report.name = "timeline";
	x->by.report.version = SCHEMA;
	x->by.report.opts = *o;
	x->as_graph = wants_graph(o);
	if (timeline_check(&x->by.report.opts, err) || (x->as_graph && init_graph(x, err))) {
		free(x);
		return NULL;
	}
	x->by.csv_head = CSV_HEAD;
	x->by.what = "system call";
	x->by.intervals.size = sizeof(struct cell);
	x->by.intervals.release = release_cell;
	x->by.add = give;
	x->by.print = print_interval;
	byinterval_init(&x->by, 0);
	if (x->as_graph) {
		x->by.report.consumer.silent = true;
		x->by.report.consumer.finish = finish_graph;
	}
	x->by.report.consumer.free = timeline_destroy;
	return &x->by.report.consumer;
}

void timeline_destroy(struct consumer *consumer)
{
	struct timeline *x = (struct timeline *)consumer;

	byinterval_release(&x->by);
	timegraph_release(&x->graph);
	free(x);
}
