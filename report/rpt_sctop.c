#include "report/rpt_sctop.h"
#include "common/json.h"
#include "common/syscall.h"
#include "report/callreport.h"
#include "report/color.h"
#include "report/grouped.h"
#include "report/intervals.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA	    1	       /* of the JSON form; grows when a key changes its meaning */
#define INTERVAL    "3s"       /* as perf's script of that name */
#define NUMBERS_MAX (1u << 20) /* different numbers in an interval: no kernel has a thousand */
#define CLEAR	    "\033[H\033[2J"

struct sctop {
	struct callreport report;
	struct intervals intervals; /* of struct hash: number of the call -> how often */
	uint64_t nr_printed;
	bool live; /* each table in the place of the one before */
};

struct row {
	int64_t nr;
	uint64_t count;
};

static int give(void *arg, const struct call *call, struct err *err)
{
	struct sctop *x = arg;
	struct hash *counts = intervals_at(&x->intervals, call->start_ns, err);
	uint64_t *count;

	if (!counts)
		return -1;
	if (counts->nr >= NUMBERS_MAX && !hash_get(counts, call->nr))
		return fail(err, ERR_DATA,
			    "more than %u different numbers of system calls: these are none",
			    NUMBERS_MAX);
	count = hash_put(counts, call->nr);
	if (!count)
		return fail_mem(err);
	++*count;
	return 0;
}

static int settled(void *arg, uint64_t ns, struct err *err)
{
	return intervals_settle(&((struct sctop *)arg)->intervals, ns, err);
}

/* Most calls first; of equal counts the lower number. */
static int by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* The rows of @counts, which may be NULL: none. NULL when memory ran out. */
static struct row *collect(const struct hash *counts, size_t *nr)
{
	struct row *rows = calloc((counts ? counts->nr : 0) + 1, sizeof(*rows));

	*nr = 0;
	for (uint32_t i = 0; rows && counts && i < counts->room; i++)
		if (counts->slots[i].used)
			rows[(*nr)++] = (struct row){ (int64_t)counts->slots[i].key,
						      counts->slots[i].value };
	if (rows)
		qsort(rows, *nr, sizeof(*rows), by_count);
	return rows;
}

static void print_table(const struct sctop *x, const struct interval *i, const struct row *rows,
			size_t nr, size_t shown)
{
	const char *comms = x->report.opts.filter.comms;

	fputs(x->live ? CLEAR : x->nr_printed ? "\n" : "", stdout);
	fputs("syscall events", stdout);
	if (comms) {
		fputs(" for ", stdout);
		out_text(stdout, comms);
	}
	printf(", %.6f to %.6f:\n\n%s%-40s  %10s%s\n----------------------------------------  "
	       "----------\n",
	       (double)i->start_ns / 1e9, (double)i->end_ns / 1e9, color_on(stdout, COLOR_TITLE),
	       "event", "count", color_off(stdout));
	for (size_t k = 0; k < shown; k++) {
		char name[SYSCALL_NAME_MAX], text[SYSCALL_NAME_MAX + 8];
		bool known = !syscall_name(x->report.arch, rows[k].nr, name) &&
			     !syscall_is_compat(rows[k].nr);

		snprintf(text, sizeof(text), "%s%s", known ? "sys_" : "", name);
		printf("%-40s  %10" PRIu64 "\n", text, rows[k].count);
	}
	if (nr > shown)
		printf("... and %zu more: syscall\n", nr - shown);
}

static void print_csv(const struct sctop *x, const struct interval *i, const struct row *rows,
		      size_t shown)
{
	for (size_t k = 0; k < shown; k++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(x->report.arch, rows[k].nr, name);
		printf("%" PRIu64 ",%" PRIu64 ",", i->start_ns, i->end_ns);
		out_csv(stdout, name);
		printf(",%" PRId64 ",%" PRIu64 "\n", syscall_plain(rows[k].nr), rows[k].count);
	}
}

static void print_json(const struct sctop *x, const struct interval *i, const struct row *rows,
		       size_t shown)
{
	printf("%s{\"start_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64 ",\"syscalls\":[",
	       x->nr_printed ? "," : "", i->start_ns, i->end_ns);
	for (size_t k = 0; k < shown; k++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(x->report.arch, rows[k].nr, name);
		fputs(k ? ",{\"name\":" : "{\"name\":", stdout);
		json_string(stdout, name);
		printf(",\"nr\":%" PRId64 ",\"count\":%" PRIu64 "}", syscall_plain(rows[k].nr),
		       rows[k].count);
	}
	fputs("]}", stdout);
}

static int print_interval(void *arg, const struct interval *i, struct err *err)
{
	struct sctop *x = arg;
	size_t nr, shown;
	struct row *rows = collect(i->data, &nr);

	if (!rows)
		return fail_mem(err);
	shown = x->report.opts.top ? MIN(nr, x->report.opts.top) : nr;
	if (x->report.opts.format == OUT_JSON)
		print_json(x, i, rows, shown);
	else if (x->report.opts.format == OUT_CSV)
		print_csv(x, i, rows, shown);
	else
		print_table(x, i, rows, nr, shown);
	x->nr_printed++;
	free(rows);
	if (x->report.session->file.sequential)
		fflush(stdout); /* somebody waits for it */
	return 0;
}

static int begin(struct callreport *r, struct err *err)
{
	struct sctop *x = (struct sctop *)r;

	(void)err;
	x->live = r->session->file.sequential && isatty(STDOUT_FILENO);
	if (r->opts.format == OUT_CSV)
		puts("start_ns,end_ns,syscall,nr,count");
	if (r->opts.format != OUT_JSON)
		return 0;
	callreport_json(r, r->session);
	printf(",\"interval_ns\":%" PRIu64 ",\"intervals\":[", x->intervals.ns);
	return 0;
}

static int done(struct callreport *r, struct err *err)
{
	return intervals_end(&((struct sctop *)r)->intervals, err);
}

static int sctop_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct sctop *x = (struct sctop *)consumer;

	(void)err;
	if (x->report.opts.format == OUT_JSON) {
		putchar(']');
		callreport_json_end(&x->report);
	}
	out_loss(stdout, x->report.opts.format, x->report.lost);
	if (!x->nr_printed)
		verdict_none_left(s, "system call");
	return 0;
}

static void release_counts(void *data)
{
	hash_release(data);
}

int sctop_check(struct report_opts *o, struct err *err)
{
	return grouped_check_top(o, err) || intervals_check(o, INTERVAL, err) ? -1 : 0;
}

struct consumer *sctop_create(const struct report_opts *o, struct err *err)
{
	struct sctop *x = calloc(1, sizeof(*x));

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	x->report.name = "sctop";
	x->report.version = SCHEMA;
	x->report.opts = *o;
	if (sctop_check(&x->report.opts, err)) {
		free(x);
		return NULL;
	}
	x->intervals = (struct intervals){
		.ns = x->report.opts.interval_ns,
		.size = sizeof(struct hash),
		.release = release_counts,
		.give = print_interval,
		.arg = x,
	};
	x->report.begin = begin;
	x->report.done = done;
	callreport_init(&x->report,
			&(struct pair_client){ .give = give, .arg = x, .settled = settled },
			WANT_ENTERS);
	x->report.consumer.finish = sctop_finish;
	x->report.consumer.free = sctop_destroy;
	return &x->report.consumer;
}

void sctop_destroy(struct consumer *consumer)
{
	struct sctop *x = (struct sctop *)consumer;

	callreport_release(&x->report); /* ends the thread, which uses the rest */
	intervals_release(&x->intervals);
	free(x);
}
