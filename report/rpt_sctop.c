#include "report/rpt_sctop.h"
#include "common/json.h"
#include "common/syscall.h"
#include "report/byinterval.h"
#include "report/color.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA	    1	       /* of the JSON form; grows when a key changes its meaning */
#define INTERVAL    "3s"       /* as perf's script of that name */
#define NUMBERS_MAX (1u << 20) /* different numbers in an interval: no kernel has a thousand */

/* Of an interval. */
struct counts {
	struct hash *by_nr; /* number of the call -> how often; by host */
	uint32_t nr;
};

struct row {
	uint32_t host;
	int64_t nr;
	uint64_t count;
};

/* Those of the host whose file is being read. */
static struct hash *counts_at(struct byinterval *b, uint64_t time_ns, struct err *err)
{
	struct counts *counts = byinterval_at(b, time_ns, err);
	const uint32_t host = b->report.host;
	struct hash *more;

	if (!counts)
		return NULL;
	if (likely(host < counts->nr))
		return &counts->by_nr[host];
	more = reallocarray(counts->by_nr, host + 1, sizeof(*more));
	if (!more) {
		fail_mem(err);
		return NULL;
	}
	memset(more + counts->nr, 0, (host + 1 - counts->nr) * sizeof(*more));
	counts->by_nr = more;
	counts->nr = host + 1;
	return &more[host];
}

static int give(void *arg, const struct call *call, struct err *err)
{
	struct hash *counts = counts_at(arg, call->start_ns, err);
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

/* Most calls first; of equal counts the earlier host, then the lower number. */
static int by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

static size_t collect_host(struct row *rows, const struct hash *counts, uint32_t host)
{
	size_t nr = 0;

	for (uint32_t i = 0; i < counts->room; i++)
		if (counts->slots[i].used)
			rows[nr++] = (struct row){ host, (int64_t)counts->slots[i].key,
						   counts->slots[i].value };
	return nr;
}

/* The rows of @counts. NULL when memory ran out. */
static struct row *collect(const struct counts *counts, size_t *nr)
{
	struct row *rows;
	size_t room = 1;

	for (uint32_t i = 0; i < counts->nr; i++)
		room += counts->by_nr[i].nr;
	rows = calloc(room, sizeof(*rows));
	*nr = 0;
	for (uint32_t i = 0; rows && i < counts->nr; i++)
		*nr += collect_host(rows + *nr, &counts->by_nr[i], i);
	if (rows)
		qsort(rows, *nr, sizeof(*rows), by_count);
	return rows;
}

static void print_table(const struct byinterval *b, const struct interval *i,
			const struct row *rows, size_t nr, size_t shown)
{
	const char *comms = b->report.opts.filter.comms;

	byinterval_begin_table(b);
	fputs("syscall events", stdout);
	if (comms) {
		fputs(" for ", stdout);
		out_text(stdout, comms);
	}
	printf(", %.6f to %.6f:\n\n%s", (double)i->start_ns / 1e9, (double)i->end_ns / 1e9,
	       color_on(stdout, COLOR_TITLE));
	callreport_host_title(&b->report);
	printf("%-40s  %10s%s\n", "event", "count", color_off(stdout));
	callreport_host_line(&b->report);
	puts("----------------------------------------  ----------");
	for (size_t k = 0; k < shown; k++) {
		char name[SYSCALL_NAME_MAX], text[SYSCALL_NAME_MAX + 8];
		bool known = !syscall_name(b->report.arch, rows[k].nr, name) &&
			     !syscall_is_compat(rows[k].nr);

		snprintf(text, sizeof(text), "%s%s", known ? "sys_" : "", name);
		callreport_host(&b->report, rows[k].host);
		printf("%-40s  %10" PRIu64 "\n", text, rows[k].count);
	}
	if (nr > shown)
		printf("... and %zu more: syscall\n", nr - shown);
}

static void print_csv(const struct byinterval *b, const struct interval *i, const struct row *rows,
		      size_t shown)
{
	for (size_t k = 0; k < shown; k++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(b->report.arch, rows[k].nr, name);
		byinterval_begin_row(b, i);
		callreport_host(&b->report, rows[k].host);
		out_csv(stdout, name);
		printf(",%" PRId64 ",%" PRIu64 "\n", syscall_plain(rows[k].nr), rows[k].count);
	}
}

static void print_json(const struct byinterval *b, const struct row *rows, size_t shown)
{
	fputs(",\"syscalls\":[", stdout);
	for (size_t k = 0; k < shown; k++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(b->report.arch, rows[k].nr, name);
		fputs(k ? ",{" : "{", stdout);
		callreport_host(&b->report, rows[k].host);
		fputs("\"name\":", stdout);
		json_string(stdout, name);
		printf(",\"nr\":%" PRId64 ",\"count\":%" PRIu64 "}", syscall_plain(rows[k].nr),
		       rows[k].count);
	}
	putchar(']');
}

static int print_interval(struct byinterval *b, const struct interval *i, struct err *err)
{
	static const struct counts nothing;
	const uint64_t top = b->report.opts.top;
	size_t nr, shown;
	struct row *rows = collect(i->data ? i->data : &nothing, &nr);

	if (!rows)
		return fail_mem(err);
	shown = top ? MIN(nr, top) : nr;
	if (b->report.opts.format == OUT_JSON)
		print_json(b, rows, shown);
	else if (b->report.opts.format == OUT_CSV)
		print_csv(b, i, rows, shown);
	else
		print_table(b, i, rows, nr, shown);
	free(rows);
	return 0;
}

static void release_counts(void *data)
{
	struct counts *counts = data;

	for (uint32_t i = 0; i < counts->nr; i++)
		hash_release(&counts->by_nr[i]);
	free(counts->by_nr);
}

int sctop_check(struct report_opts *o, struct err *err)
{
	return byinterval_check(o, INTERVAL, err);
}

struct consumer *sctop_create(const struct report_opts *o, struct err *err)
{
	struct byinterval *b = calloc(1, sizeof(*b));

	if (!b) {
		fail_mem(err);
		return NULL;
	}
	b->report.name = "sctop";
	b->report.version = SCHEMA;
	b->report.opts = *o;
	if (sctop_check(&b->report.opts, err)) {
		free(b);
		return NULL;
	}
	b->csv_head = "syscall,nr,count";
	b->what = "system call";
	b->intervals.size = sizeof(struct counts);
	b->intervals.release = release_counts;
	b->add = give;
	b->print = print_interval;
	byinterval_init(b, WANT_ENTERS);
	b->report.consumer.free = sctop_destroy;
	return &b->report.consumer;
}

void sctop_destroy(struct consumer *consumer)
{
	struct byinterval *b = (struct byinterval *)consumer;

	byinterval_release(b);
	free(b);
}
