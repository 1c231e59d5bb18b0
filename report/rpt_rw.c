#include "report/rpt_rw.h"
#include "common/json.h"
#include "common/syscall.h"
#include "report/byinterval.h"
#include "report/color.h"
#include "report/grouped.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA	   1	/* of the JSON forms; grows when a key changes its meaning */
#define INTERVAL   "3s" /* of rwtop, as perf's script of that name */
#define TOP	   20
#define ROWS_MAX   (1u << 20) /* no file may make us remember more */
#define ERRORS_MAX 8192	      /* of a row; the kernel knows 4095, and 0 */
#define NOBODY	   UINT32_MAX

enum rw { READ, WRITE, RW_KINDS };

static const char *const rw_names[RW_KINDS] = { "read", "write" };

/* Of a task, or of a file descriptor. */
struct rw_row {
	uint32_t host; /* as callreport.host */
	uint32_t key;  /* tid or fd */
	uint32_t comm; /* index in pairs.comms; NOBODY: nobody said */
	uint64_t calls[RW_KINDS], requested[RW_KINDS], moved[RW_KINDS]; /* bytes */
	struct hash errors[RW_KINDS]; /* -ret, 0 or more -> how often */
};

/* A zeroed struct has none. */
struct rw_rows {
	struct rw_row *at;
	size_t nr, room;
	struct hash by_key; /* host << 32 | key -> index */
};

struct rw_report {
	struct byinterval by; /* of struct rw_rows */
	bool by_file;
	int64_t numbers[RW_KINDS]; /* of the calls */
	int64_t compat_numbers[RW_KINDS];
};

/* ---- the calls ---- */

static void release_rows(void *data)
{
	struct rw_rows *rows = data;

	for (size_t i = 0; i < rows->nr; i++)
		for (int k = 0; k < RW_KINDS; k++)
			hash_release(&rows->at[i].errors[k]);
	free(rows->at);
	hash_release(&rows->by_key);
}

static uint64_t row_key(uint32_t host, uint32_t key)
{
	return (uint64_t)host << 32 | key;
}

static struct rw_row *add_row(struct rw_rows *rows, uint32_t host, uint32_t key, struct err *err)
{
	uint64_t *at;

	if (rows->nr == ROWS_MAX) {
		fail(err, ERR_DATA, "more than %u different rows; choose tasks: --pid, --comm",
		     ROWS_MAX);
		return NULL;
	}
	if (rows->nr == rows->room) {
		size_t room = MAX(2 * rows->room, 64);
		void *more = reallocarray(rows->at, room, sizeof(*rows->at));

		if (!more) {
			fail_mem(err);
			return NULL;
		}
		rows->at = more;
		rows->room = room;
	}
	at = hash_put(&rows->by_key, row_key(host, key));
	if (!at) {
		fail_mem(err);
		return NULL;
	}
	*at = rows->nr;
	rows->at[rows->nr] = (struct rw_row){ .host = host, .key = key, .comm = NOBODY };
	return &rows->at[rows->nr++];
}

static struct rw_row *row_of(struct rw_rows *rows, uint32_t host, uint32_t key, struct err *err)
{
	const uint64_t *at = hash_get(&rows->by_key, row_key(host, key));

	return at ? &rows->at[*at] : add_row(rows, host, key, err);
}

static int add_error(struct hash *errors, int64_t ret, struct err *err)
{
	const uint64_t number = -(uint64_t)ret; /* of a file, ret may be the least number */
	uint64_t *count;

	if (errors->nr >= ERRORS_MAX && !hash_get(errors, number))
		return fail(err, ERR_DATA, "more than %d different errors: these are none",
			    ERRORS_MAX);
	count = hash_put(errors, number);
	if (!count)
		return fail_mem(err);
	++*count;
	return 0;
}

/* An enter or an exit. */
static int add_call(struct rw_report *x, enum rw kind, const struct call *call, struct err *err)
{
	const struct callreport *r = &x->by.report;
	const struct pair_task *task = &r->stream.pairs.tasks[call->task];
	struct rw_rows *rows = byinterval_at(&x->by, call->end_ns, err);
	struct rw_row *row;

	if (!rows)
		return -1;
	row = row_of(rows, r->host, x->by_file ? (uint32_t)call->args[0] : task->tid, err);
	if (!row)
		return -1;
	if (call->state == CALL_OPEN) {
		row->calls[kind]++;
		row->requested[kind] += call->args[2];
		row->comm = task->comm;
		return 0;
	}
	if (row->comm == NOBODY)
		row->comm = task->comm;
	if (call->ret <= 0)
		return add_error(&row->errors[kind], call->ret, err);
	row->moved[kind] += call->ret;
	return 0;
}

static int give(void *arg, const struct call *call, struct err *err)
{
	struct rw_report *x = arg;

	for (int kind = 0; kind < RW_KINDS; kind++)
		if (call->nr == x->numbers[kind] || call->nr == x->compat_numbers[kind])
			return add_call(x, kind, call, err);
	return 0;
}

/* ---- order ---- */

/* What rows are sorted by: bytes read; bytes that were to be written; of files always what was asked for. */
static uint64_t bytes_of(const struct rw_report *x, const struct rw_row *row, enum rw kind)
{
	return kind == READ && !x->by_file ? row->moved[kind] : row->requested[kind];
}

struct order_arg {
	const struct rw_report *x;
	enum rw kind;
};

static int by_host_and_key(const struct rw_row *a, const struct rw_row *b)
{
	const uint64_t x = row_key(a->host, a->key), y = row_key(b->host, b->key);

	return x < y ? -1 : x > y;
}

static int by_bytes(const void *a, const void *b, void *arg)
{
	const struct order_arg *o = arg;
	const struct rw_row *first = a, *second = b;
	uint64_t x = bytes_of(o->x, first, o->kind), y = bytes_of(o->x, second, o->kind);

	if (x == y) {
		x = first->calls[o->kind];
		y = second->calls[o->kind];
	}
	if (x != y)
		return x < y ? 1 : -1;
	return by_host_and_key(first, second);
}

/* Sorts those that have calls or errors of @kind to the front. Returns how many there are. */
static size_t sort_rows(const struct rw_report *x, struct rw_rows *rows, enum rw kind)
{
	struct order_arg arg = { x, kind };
	size_t nr = 0;

	for (size_t i = 0; i < rows->nr; i++) {
		struct rw_row row = rows->at[i];

		if (!row.calls[kind] && !row.moved[kind] && !row.errors[kind].nr)
			continue;
		rows->at[i] = rows->at[nr];
		rows->at[nr++] = row;
	}
	if (nr)
		qsort_r(rows->at, nr, sizeof(*rows->at), by_bytes, &arg);
	return nr;
}

static size_t shown_of(const struct rw_report *x, size_t nr)
{
	const uint64_t top = x->by.report.opts.top;

	return top ? MIN(nr, top) : nr;
}

static const char *comm_of(const struct rw_report *x, const struct rw_row *row)
{
	return row->comm == NOBODY ? "" : x->by.report.stream.pairs.comms.at[row->comm];
}

/* An error of a row, for the table of those. */
struct error_row {
	const struct rw_row *row;
	uint64_t number, count;
};

static int by_count(const void *a, const void *b)
{
	const struct error_row *x = a, *y = b;
	const int order = by_host_and_key(x->row, y->row);

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (order)
		return order;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* The errors of @nr rows, most frequent first. NULL when memory ran out. */
static struct error_row *list_errors(const struct rw_row *rows, size_t nr, enum rw kind,
				     size_t *nr_errors)
{
	struct error_row *list;
	size_t room = 1;

	for (size_t i = 0; i < nr; i++)
		room += rows[i].errors[kind].nr;
	list = calloc(room, sizeof(*list));
	*nr_errors = 0;
	for (size_t i = 0; list && i < nr; i++) {
		const struct hash *errors = &rows[i].errors[kind];

		for (uint32_t k = 0; k < errors->room; k++)
			if (errors->slots[k].used)
				list[(*nr_errors)++] =
					(struct error_row){ &rows[i], errors->slots[k].key,
							    errors->slots[k].value };
	}
	if (list)
		qsort(list, *nr_errors, sizeof(*list), by_count);
	return list;
}

/* 0 is no error, but perf's scripts count it with them: the end of a file. */
static const char *error_name(uint64_t number, char room[32])
{
	const char *name = number && number <= INT32_MAX ? strerrorname_np((int)number) : NULL;

	if (name)
		return name;
	snprintf(room, 32, "%" PRIu64, number);
	return number ? room : "nothing";
}

/* ---- the tables ---- */

static void print_more(size_t nr, size_t shown, const char *what)
{
	if (nr > shown)
		printf("... and %zu more: %s\n", nr - shown, what);
}

static void table_by_pid(const struct rw_report *x, struct rw_rows *rows, enum rw kind)
{
	const size_t nr = sort_rows(x, rows, kind), shown = shown_of(x, nr);

	printf("%s counts by pid:\n\n%s", rw_names[kind], color_on(stdout, COLOR_TITLE));
	callreport_host_title(&x->by.report);
	printf("%6s  %-20s  %10s  %15s%s%s\n", "pid", "comm", kind == READ ? "# reads" : "# writes",
	       kind == READ ? "bytes_requested" : "bytes_written",
	       kind == READ ? "       bytes_read" : "", color_off(stdout));
	callreport_host_line(&x->by.report);
	printf("------  --------------------  ----------  ---------------%s\n",
	       kind == READ ? "  ---------------" : "");
	for (size_t i = 0; i < shown; i++) {
		const struct rw_row *row = &rows->at[i];

		callreport_host(&x->by.report, row->host);
		printf("%6" PRIu32 "  ", row->key);
		out_padded(stdout, comm_of(x, row), 20);
		printf("  %10" PRIu64 "  %15" PRIu64, row->calls[kind], row->requested[kind]);
		if (kind == READ)
			printf("  %15" PRIu64, row->moved[kind]);
		putchar('\n');
	}
	print_more(nr, shown, "pid");
}

static int table_errors(const struct rw_report *x, struct rw_rows *rows, enum rw kind)
{
	const size_t nr_rows = sort_rows(x, rows, kind);
	size_t nr;
	struct error_row *list = list_errors(rows->at, nr_rows, kind, &nr);
	const size_t shown = shown_of(x, nr);

	if (!list)
		return -1;
	printf("\nfailed %ss by pid:\n\n%s", rw_names[kind], color_on(stdout, COLOR_TITLE));
	callreport_host_title(&x->by.report);
	printf("%6s  %-20s  %-15s  %10s%s\n", "pid", "comm", "error", "# errors",
	       color_off(stdout));
	callreport_host_line(&x->by.report);
	puts("------  --------------------  ---------------  ----------");
	for (size_t i = 0; i < shown; i++) {
		char room[32];

		callreport_host(&x->by.report, list[i].row->host);
		printf("%6" PRIu32 "  ", list[i].row->key);
		out_padded(stdout, comm_of(x, list[i].row), 20);
		printf("  %-15s  %10" PRIu64 "\n", error_name(list[i].number, room), list[i].count);
	}
	print_more(nr, shown, "error");
	free(list);
	return 0;
}

static void table_by_file(const struct rw_report *x, struct rw_rows *rows, enum rw kind)
{
	const size_t nr = sort_rows(x, rows, kind), shown = shown_of(x, nr);
	const char *comms = x->by.report.opts.filter.comms;

	printf("file %s counts%s", rw_names[kind], comms ? " for " : "");
	out_text(stdout, comms ? comms : "");
	printf(":\n\n%s", color_on(stdout, COLOR_TITLE));
	callreport_host_title(&x->by.report);
	printf("%6s  %10s  %15s%s\n", "fd", kind == READ ? "# reads" : "# writes",
	       kind == READ ? "bytes_requested" : "bytes_written", color_off(stdout));
	callreport_host_line(&x->by.report);
	puts("------  ----------  ---------------");
	for (size_t i = 0; i < shown; i++) {
		callreport_host(&x->by.report, rows->at[i].host);
		printf("%6" PRId32 "  %10" PRIu64 "  %15" PRIu64 "\n", (int32_t)rows->at[i].key,
		       rows->at[i].calls[kind], rows->at[i].requested[kind]);
	}
	print_more(nr, shown, "fd");
}

static void print_interval_head(const struct rw_report *x, const struct interval *i)
{
	byinterval_begin_table(&x->by);
	printf("%.6f to %.6f\n\n", (double)i->start_ns / 1e9, (double)i->end_ns / 1e9);
}

static int print_tables(const struct rw_report *x, const struct interval *i, struct rw_rows *rows)
{
	if (!x->by.one)
		print_interval_head(x, i);
	for (int kind = 0; kind < RW_KINDS; kind++) {
		if (kind)
			putchar('\n');
		if (x->by_file)
			table_by_file(x, rows, kind);
		else
			table_by_pid(x, rows, kind);
		if (!x->by_file && x->by.one && table_errors(x, rows, kind))
			return -1;
	}
	return 0;
}

/* ---- CSV and JSON ---- */

static uint64_t failures(const struct hash *errors)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < errors->room; i++)
		sum += errors->slots[i].used && errors->slots[i].key ? errors->slots[i].value : 0;
	return sum;
}

static void csv_row(const struct rw_report *x, const struct interval *i, const struct rw_row *row,
		    enum rw kind)
{
	byinterval_begin_row(&x->by, i);
	callreport_host(&x->by.report, row->host);
	printf("%s,%" PRId32 ",", rw_names[kind], (int32_t)row->key);
	if (!x->by_file) {
		out_csv(stdout, comm_of(x, row));
		putchar(',');
	}
	printf("%" PRIu64 ",%" PRIu64, row->calls[kind], row->requested[kind]);
	if (!x->by_file)
		printf(",%" PRIu64 ",%" PRIu64, row->moved[kind], failures(&row->errors[kind]));
	putchar('\n');
}

static void print_csv(const struct rw_report *x, const struct interval *i, struct rw_rows *rows)
{
	for (int kind = 0; kind < RW_KINDS; kind++) {
		const size_t shown = shown_of(x, sort_rows(x, rows, kind));

		for (size_t k = 0; k < shown; k++)
			csv_row(x, i, &rows->at[k], kind);
	}
}

/* In the order of the table of errors. */
static int json_errors(const struct rw_row *row, enum rw kind)
{
	size_t nr;
	struct error_row *list = list_errors(row, 1, kind, &nr);

	if (!list)
		return -1;
	fputs(",\"errors\":{", stdout);
	for (size_t i = 0; i < nr; i++) {
		char room[32];

		fputs(i ? "," : "", stdout);
		json_string(stdout, list[i].number ? error_name(list[i].number, room) : "0");
		printf(":%" PRIu64, list[i].count);
	}
	putchar('}');
	free(list);
	return 0;
}

static int json_row(const struct rw_report *x, const struct rw_row *row, enum rw kind)
{
	putchar('{');
	callreport_host(&x->by.report, row->host);
	printf("\"%s\":%" PRId32, x->by_file ? "fd" : "tid", (int32_t)row->key);
	if (!x->by_file) {
		fputs(",\"comm\":", stdout);
		if (row->comm == NOBODY)
			fputs("null", stdout);
		else
			json_string(stdout, comm_of(x, row));
	}
	printf(",\"calls\":%" PRIu64 ",\"bytes_requested\":%" PRIu64, row->calls[kind],
	       row->requested[kind]);
	if (!x->by_file) {
		printf(",\"bytes_moved\":%" PRIu64, row->moved[kind]);
		if (json_errors(row, kind))
			return -1;
	}
	putchar('}');
	return 0;
}

static int print_json(const struct rw_report *x, struct rw_rows *rows)
{
	for (int kind = 0; kind < RW_KINDS; kind++) {
		const size_t shown = shown_of(x, sort_rows(x, rows, kind));

		printf(",\"%ss\":[", rw_names[kind]);
		for (size_t k = 0; k < shown; k++) {
			fputs(k ? "," : "", stdout);
			if (json_row(x, &rows->at[k], kind))
				return -1;
		}
		putchar(']');
	}
	return 0;
}

static int print_rows(struct byinterval *b, const struct interval *i, struct err *err)
{
	const struct rw_report *x = (struct rw_report *)b;
	struct rw_rows none = { 0 };
	struct rw_rows *rows = i->data ? i->data : &none;
	int rc = 0;

	if (b->report.opts.format == OUT_JSON)
		rc = print_json(x, rows);
	else if (b->report.opts.format == OUT_CSV)
		print_csv(x, i, rows);
	else
		rc = print_tables(x, i, rows);
	return rc ? fail_mem(err) : 0;
}

static void begin(struct byinterval *b)
{
	struct rw_report *x = (struct rw_report *)b;

	for (int kind = 0; kind < RW_KINDS; kind++) {
		x->numbers[kind] = syscall_number(b->report.arch, rw_names[kind]);
		x->compat_numbers[kind] = syscall_compat_number(b->report.arch, rw_names[kind]);
	}
}

/* ---- start ---- */

int rw_check(struct report_opts *o, struct err *err)
{
	return grouped_check_top(o, err);
}

int rwtop_check(struct report_opts *o, struct err *err)
{
	o->top = TOP;
	return byinterval_check(o, INTERVAL, err);
}

static struct consumer *create(const char *name, const struct report_opts *o, bool by_file,
			       bool by_interval, struct err *err)
{
	struct rw_report *x = calloc(1, sizeof(*x));

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	x->by.report.name = name;
	x->by.report.version = SCHEMA;
	x->by.report.opts = *o;
	x->by_file = by_file;
	if ((by_interval ? rwtop_check : rw_check)(&x->by.report.opts, err)) {
		free(x);
		return NULL;
	}
	x->by.one = !by_interval;
	x->by.csv_head = by_file ? "call,fd,calls,bytes_requested"
				 : "call,tid,comm,calls,bytes_requested,bytes_moved,failed";
	x->by.what = "read or write";
	x->by.intervals.size = sizeof(struct rw_rows);
	x->by.intervals.release = release_rows;
	x->by.begin = begin;
	x->by.add = give;
	x->by.print = print_rows;
	byinterval_init(&x->by, WANT_ARGS | WANT_ENTERS | (by_file ? 0 : WANT_EXITS));
	x->by.report.consumer.free = rw_destroy;
	return &x->by.report.consumer;
}

struct consumer *rw_by_pid_create(const struct report_opts *o, struct err *err)
{
	return create("rw-by-pid", o, false, false, err);
}

struct consumer *rw_by_file_create(const struct report_opts *o, struct err *err)
{
	return create("rw-by-file", o, true, false, err);
}

struct consumer *rwtop_create(const struct report_opts *o, struct err *err)
{
	return create("rwtop", o, false, true, err);
}

void rw_destroy(struct consumer *consumer)
{
	struct rw_report *x = (struct rw_report *)consumer;

	byinterval_release(&x->by);
	free(x);
}
