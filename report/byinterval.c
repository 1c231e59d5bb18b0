#include "report/byinterval.h"
#include "report/grouped.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define CLEAR "\033[H\033[2J"

/* ---- an interval ---- */

static int give(void *arg, const struct interval *i, struct err *err)
{
	struct byinterval *b = arg;
	const bool json = b->report.opts.format == OUT_JSON;

	if (json && !b->one)
		printf("%s{\"start_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64, b->nr_printed ? "," : "",
		       i->start_ns, i->end_ns);
	if (b->print(b, i, err))
		return -1;
	if (json && !b->one)
		putchar('}');
	b->nr_printed++;
	if (b->report.session->file.sequential)
		fflush(stdout); /* somebody waits for it */
	return 0;
}

void byinterval_begin_table(const struct byinterval *b)
{
	fputs(b->live ? CLEAR : b->nr_printed ? "\n" : "", stdout);
}

void byinterval_begin_row(const struct byinterval *b, const struct interval *i)
{
	if (!b->one)
		printf("%" PRIu64 ",%" PRIu64 ",", i->start_ns, i->end_ns);
}

/* ---- the report ---- */

static bool are_several(const struct byinterval *b)
{
	return b->report.first != callreport_last(&b->report);
}

static int settled(void *arg, uint64_t ns, struct err *err)
{
	struct byinterval *b = arg;

	return are_several(b) ? 0 : intervals_settle(&b->intervals, ns, err);
}

static void print_head(struct byinterval *b)
{
	const struct callreport *r = &b->report;

	if (r->opts.format == OUT_CSV)
		printf("%s%s%s\n", b->one ? "" : "start_ns,end_ns,", r->first->host ? "host," : "",
		       b->csv_head);
	if (r->opts.format != OUT_JSON)
		return;
	callreport_json(r, callreport_last(r));
	if (!b->one)
		printf(",\"interval_ns\":%" PRIu64 ",\"intervals\":[", b->intervals.ns);
}

static int begin(struct callreport *r, struct err *err)
{
	struct byinterval *b = (struct byinterval *)r;

	(void)err;
	if (b->begin)
		b->begin(b);
	b->live =
		!b->one && !are_several(b) && r->session->file.sequential && isatty(STDOUT_FILENO);
	if (!are_several(b))
		print_head(b);
	return 0;
}

static int finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct byinterval *b = (struct byinterval *)consumer;
	bool any;

	if (are_several(b))
		print_head(b);
	if (intervals_end(&b->intervals, err))
		return -1;
	any = b->nr_printed;
	if (b->one && !any && give(b, &(struct interval){ 0 }, err))
		return -1;
	if (b->report.opts.format == OUT_JSON) {
		fputs(b->one ? "" : "]", stdout);
		callreport_json_end(&b->report);
	}
	out_loss(stdout, b->report.opts.format, b->report.lost);
	if (!any)
		verdict_none_left(s, b->what);
	return 0;
}

int byinterval_check(struct report_opts *o, const char *usual, struct err *err)
{
	return grouped_check_top(o, err) || intervals_check(o, usual, err) ? -1 : 0;
}

void byinterval_init(struct byinterval *b, unsigned want)
{
	b->intervals.ns = b->one ? UINT64_MAX : b->report.opts.interval_ns;
	b->intervals.give = give;
	b->intervals.arg = b;
	b->report.begin = begin;
	b->report.consumer.silent = b->one;
	callreport_init(&b->report,
			&(struct pair_client){ .give = b->add, .arg = b, .settled = settled },
			want);
	b->report.consumer.finish = finish;
}

void byinterval_release(struct byinterval *b)
{
	callreport_release(&b->report); /* ends the thread, which uses the rest */
	intervals_release(&b->intervals);
}
