#include "report/rpt_timeline.h"
#include "common/json.h"
#include "report/callreport.h"
#include "report/color.h"
#include "report/grouped.h"
#include "report/intervals.h"
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
	struct callreport report;
	bool as_graph;
	struct intervals intervals; /* of struct cell; else: */
	struct timegraph graph;
	uint64_t nr_printed;
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
		return timegraph_add(&x->graph, call, err);
	cell = intervals_at(&x->intervals, call->end_ns, err);
	if (!cell)
		return -1;
	cell->calls++;
	cell->errors += call_failed(call);
	if (call->state == CALL_EXACT && hist_add(&cell->times, call->end_ns - call->start_ns))
		return fail_mem(err);
	return 0;
}

static int settled(void *arg, uint64_t ns, struct err *err)
{
	struct timeline *x = arg;

	return x->as_graph ? 0 : intervals_settle(&x->intervals, ns, err);
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

	if (x->nr_printed % HEAD_EVERY == 0)
		printf("%s%s%16s %11s %11s %9s %10s %11s %11s %11s%s\n", x->nr_printed ? "\n" : "",
		       color_on(stdout, COLOR_TITLE), "time s", "calls", "calls/s", "errors",
		       "p50 us", "avg us", "p99 us", "max us", color_off(stdout));
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

static void print_csv_head(void)
{
	fputs("start_ns,end_ns,calls,errors,timed,total_ns,min_ns,max_ns", stdout);
	for (size_t k = 0; k < ARRAY_SIZE(percentiles); k++)
		printf(",%s", percentiles[k].name);
	putchar('\n');
}

static void print_csv(const struct interval *i, const struct cell *c)
{
	const struct hist *h = &c->times;

	printf("%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, i->start_ns, i->end_ns,
	       c->calls, c->errors, h->nr);
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

static void print_json(const struct timeline *x, const struct interval *i, const struct cell *c)
{
	const struct hist *h = &c->times;

	printf("%s{\"start_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64 ",\"calls\":%" PRIu64
	       ",\"errors\":%" PRIu64 ",\"timed\":%" PRIu64,
	       x->nr_printed ? "," : "", i->start_ns, i->end_ns, c->calls, c->errors, h->nr);
	if (h->nr) {
		printf(",\"total_ns\":%" PRIu64 ",\"min_ns\":%" PRIu64 ",\"max_ns\":%" PRIu64,
		       h->sum_ns, h->min_ns, h->max_ns);
		for (size_t k = 0; k < ARRAY_SIZE(percentiles); k++)
			printf(",\"%s\":%" PRIu64, percentiles[k].name,
			       hist_percentile(h, percentiles[k].share));
	}
	putchar('}');
}

static int print_interval(void *arg, const struct interval *i, struct err *err)
{
	static const struct cell nothing;
	struct timeline *x = arg;
	const struct cell *c = i->data ? i->data : &nothing;

	(void)err;
	if (x->report.opts.format == OUT_JSON)
		print_json(x, i, c);
	else if (x->report.opts.format == OUT_CSV)
		print_csv(i, c);
	else
		print_row(x, i, c);
	x->nr_printed++;
	if (x->report.session->file.sequential)
		fflush(stdout); /* somebody waits for it */
	return 0;
}

/* ---- the report ---- */

static int begin(struct callreport *r, struct err *err)
{
	struct timeline *x = (struct timeline *)r;

	(void)err;
	if (r->opts.format == OUT_CSV)
		print_csv_head();
	if (r->opts.format != OUT_JSON)
		return 0;
	callreport_json(r, r->session);
	printf(",\"interval_ns\":%" PRIu64 ",\"intervals\":[", x->intervals.ns);
	return 0;
}

static int done(struct callreport *r, struct err *err)
{
	struct timeline *x = (struct timeline *)r;

	return x->as_graph ? 0 : intervals_end(&x->intervals, err);
}

static int timeline_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct timeline *x = (struct timeline *)consumer;
	const struct report_opts *o = &x->report.opts;

	if (x->as_graph &&
	    timegraph_print(&x->graph, x->report.arch, o->top ? o->top : GRAPH_TOP, err))
		return -1;
	if (o->format == OUT_JSON) {
		putchar(']');
		callreport_json_end(&x->report);
	}
	out_loss(stdout, o->format, x->report.lost);
	if (!x->nr_printed && !x->graph.nr)
		verdict_none_left(s, "system call");
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
	return grouped_check_top(o, err) || intervals_check(o, INTERVAL, err) ? -1 : 0;
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
	const struct report_opts *o = &x->report.opts;
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
	x->report.name = "timeline";
	x->report.version = SCHEMA;
	x->report.opts = *o;
	x->as_graph = wants_graph(o);
	if (timeline_check(&x->report.opts, err) || (x->as_graph && init_graph(x, err))) {
		free(x);
		return NULL;
	}
	x->intervals = (struct intervals){
		.ns = x->report.opts.interval_ns,
		.size = sizeof(struct cell),
		.release = release_cell,
		.give = print_interval,
		.arg = x,
	};
	x->report.begin = begin;
	x->report.done = done;
	x->report.consumer.silent = x->as_graph;
	callreport_init(&x->report,
			&(struct pair_client){ .give = give, .arg = x, .settled = settled }, 0);
	x->report.consumer.finish = timeline_finish;
	x->report.consumer.free = timeline_destroy;
	return &x->report.consumer;
}

void timeline_destroy(struct consumer *consumer)
{
	struct timeline *x = (struct timeline *)consumer;

	callreport_release(&x->report); /* ends the thread, which uses the rest */
	intervals_release(&x->intervals);
	timegraph_release(&x->graph);
	free(x);
}
