#include "report/toprows.h"
#include "common/syscall.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A task's name of 15 bytes, and a pid of 7 digits; what is enough for most; the least; the most. */
#define LABEL	    25
#define LABEL_MOST  18
#define LABEL_MIN   14
#define LABEL_MAX   40
#define RANK_NARROW 3 /* from here on labels become narrower before a column goes */

/* @title: with its unit. @width: with the blank in front. @rank: the highest go first where it is narrow. */
static const struct {
	const char *title;
	int width, rank;
} columns[TOP_COLUMNS] = {
	[TOP_CALLS] = { "calls/s", 10, 0 }, [TOP_ERRORS] = { "err/s", 8, 2 },
	[TOP_TIME] = { "% time", 7, 1 },    [TOP_AVG] = { "avg us", 10, 1 },
	[TOP_P50] = { "p50 us", 10, 4 },    [TOP_P99] = { "p99 us", 10, 3 },
	[TOP_MAX] = { "max us", 10, 2 },    [TOP_COUNT] = { "calls", 10, 5 },
};

/* ---- what there is of a row ---- */

double toprow_value(const struct toprows *r, const struct tally *t, enum top_column c)
{
	const double seconds = r->seconds > 0 ? r->seconds : 1;

	switch (c) {
	case TOP_CALLS:
		return tally_calls(t) / seconds;
	case TOP_ERRORS:
		return t->errors / seconds;
	case TOP_TIME:
		return t->times.sum_ns / seconds / 1e7;
	case TOP_AVG:
		return hist_mean(&t->times) / 1e3;
	case TOP_P50:
		return hist_percentile(&t->times, 0.5) / 1e3;
	case TOP_P99:
		return hist_percentile(&t->times, 0.99) / 1e3;
	case TOP_MAX:
		return t->times.max_ns / 1e3;
	default:
		return tally_calls(t);
	}
}

static bool is_time(enum top_column c)
{
	return c >= TOP_TIME && c <= TOP_MAX;
}

/* ---- rows ---- */

/* What is looked up once for cells that follow each other. */
struct naming {
	const struct activity *interval;
	const char *arch;
	int64_t nr;
	bool known;
	char call[SYSCALL_NAME_MAX]; /* of @nr, if @known */
};

static const char *call_name(struct naming *n, int64_t nr)
{
	if (!n->known || n->nr != nr)
		syscall_name(n->arch, nr, n->call);
	n->known = true;
	n->nr = nr;
	return n->call;
}

static void label_process(char to[TOP_LABEL_ROOM], const struct activity_process *p)
{
	if (*p->comm)
		snprintf(to, TOP_LABEL_ROOM, "%s (%" PRIu32 ")", p->comm, p->pid);
	else
		snprintf(to, TOP_LABEL_ROOM, ":%" PRIu32, p->pid);
}

static void label_error(char to[TOP_LABEL_ROOM], uint32_t error)
{
	const char *name = strerrorname_np(error);

	if (name)
		snprintf(to, TOP_LABEL_ROOM, "%s", name);
	else
		snprintf(to, TOP_LABEL_ROOM, "errno %" PRIu32, error);
}

static void label(char to[TOP_LABEL_ROOM], struct naming *n, const struct cell *c, enum top_by by)
{
	if (by == TOP_SYSCALL)
		snprintf(to, TOP_LABEL_ROOM, "%s", call_name(n, c->nr));
	else if (by == TOP_PROCESS)
		label_process(to, &n->interval->processes[c->process]);
	else
		label_error(to, c->error);
}

static bool is_wanted(struct naming *n, const struct cell *c, const struct topview *v)
{
	char text[TOP_LABEL_ROOM];

	if (v->by == TOP_ERROR && !c->error)
		return false;
	if (!*v->filter || strcasestr(call_name(n, c->nr), v->filter))
		return true;
	label_process(text, &n->interval->processes[c->process]);
	return strcasestr(text, v->filter);
}

static uint64_t key_of(const struct cell *c, enum top_by by)
{
	return by == TOP_SYSCALL ? (uint64_t)c->nr : by == TOP_PROCESS ? c->process : c->error;
}

static int by_key(const void *a, const void *b, void *arg)
{
	const enum top_by by = *(const enum top_by *)arg;
	const struct cell *const *x = a, *const *y = b;
	uint64_t k = key_of(*x, by), m = key_of(*y, by);

	return k != m ? (k < m ? -1 : 1) : ((*x)->nr > (*y)->nr) - ((*x)->nr < (*y)->nr);
}

/* The cells that are wanted, sorted by what is the row's; *@nr of them. NULL: memory ran out. */
static const struct cell **choose(struct naming *n, const struct topview *v, size_t *nr)
{
	const struct activity *i = n->interval;
	const struct cell **list = calloc(i->nr + 1, sizeof(*list));
	enum top_by by = v->by;

	*nr = 0;
	for (size_t k = 0; list && k < i->nr; k++)
		if (is_wanted(n, &i->cells[k], v))
			list[(*nr)++] = &i->cells[k];
	if (list && *nr)
		qsort_r(list, *nr, sizeof(*list), by_key, &by);
	return list;
}

/* The most first; equal ones by their labels, so that they stay where they are. */
static int by_value(const void *a, const void *b)
{
	const struct toprow *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return strcmp(x->label, y->label);
}

static void sort(struct toprows *r, enum top_column by)
{
	for (size_t i = 0; i < r->nr; i++)
		r->rows[i].value = toprow_value(r, &r->rows[i].tally, by);
	if (r->nr)
		qsort(r->rows, r->nr, sizeof(*r->rows), by_value);
}

int toprows_make(struct toprows *r, const struct activity *i, const struct topview *v,
		 const char *arch, struct err *err)
{
	struct naming n = { .interval = i, .arch = arch };
	const struct cell **list;
	size_t nr;
	int rc = 0;

	*r = (struct toprows){ .seconds = i->length_ns / 1e9 };
	list = choose(&n, v, &nr);
	r->rows = list ? calloc(nr + 1, sizeof(*r->rows)) : NULL;
	for (size_t k = 0; r->rows && k < nr && !rc; k++) {
		if (!k || key_of(list[k], v->by) != key_of(list[k - 1], v->by))
			label(r->rows[r->nr++].label, &n, list[k], v->by);
		rc = tally_merge(&r->rows[r->nr - 1].tally, &list[k]->tally);
	}
	free(list);
	if (!r->rows || rc)
		return fail_mem(err);
	sort(r, v->sort);
	return 0;
}

void toprows_release(struct toprows *r)
{
	for (size_t i = 0; i < r->nr; i++)
		tally_release(&r->rows[i].tally);
	free(r->rows);
	*r = (struct toprows){ 0 };
}

/* ---- lines ---- */

static int values_width(uint32_t set)
{
	int width = 0;

	for (int c = 0; c < TOP_COLUMNS; c++)
		width += set & 1u << c ? columns[c].width : 0;
	return width;
}

void toplayout_init(struct toplayout *l, int width)
{
	l->set = (1u << TOP_COLUMNS) - 1;
	for (int rank = 5; width && rank; rank--) {
		int label = rank > RANK_NARROW ? LABEL : LABEL_MOST;

		for (int c = 0; c < TOP_COLUMNS && values_width(l->set) + label > width; c++)
			if (columns[c].rank == rank)
				l->set &= ~(1u << c);
	}
	l->label = width ? MAX(MIN(width - values_width(l->set), LABEL_MAX), LABEL_MIN) : LABEL;
}

int toplayout_column(const struct toplayout *l, enum top_column c, int *width)
{
	*width = l->set & 1u << c ? columns[c].width : 0;
	return l->label + values_width(l->set & ((1u << c) - 1));
}

void toprows_titles(char *to, const struct toplayout *l, enum top_by by)
{
	fit_text(to, top_by_title(by), l->label);
	to += strlen(to);
	for (int c = 0; c < TOP_COLUMNS; c++)
		if (l->set & 1u << c)
			to += sprintf(to, "%*s", columns[c].width, columns[c].title);
}

/* In @width columns, of which the first stays blank: as exact as there is room for. */
static int put_number(char *to, double value, int width, int decimals)
{
	char text[64];

	if (snprintf(text, sizeof(text), "%.*f", decimals, value) >= width &&
	    snprintf(text, sizeof(text), "%.0f", value) >= width)
		snprintf(text, sizeof(text), "%.1e", value);
	return sprintf(to, "%*s", width, text);
}

void toprows_line(char *to, const struct toplayout *l, const struct toprows *r,
		  const struct toprow *row)
{
	fit_text(to, row->label, l->label);
	to += strlen(to);
	for (int c = 0; c < TOP_COLUMNS; c++) {
		if (!(l->set & 1u << c))
			continue;
		if (is_time(c) && !row->tally.times.nr)
			to += sprintf(to, "%*s", columns[c].width, "-");
		else
			to += put_number(to, toprow_value(r, &row->tally, c), columns[c].width,
					 c != TOP_COUNT);
	}
}
