#include "report/rpt_summary.h"
#include "common/json.h"
#include "common/syscall.h"
#include "common/util.h"
#include "report/callstream.h"
#include "report/groups.h"
#include "report/session.h"
#include "report/verdict.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SCHEMA	   1 /* of the JSON form; grows when a key changes its meaning */
#define DEFAULT_BY "pid,tid,syscall"
#define INDENT	   2 /* of a level in the table */
#define LABEL_MIN  24

struct summary {
	struct consumer consumer;
	struct report_opts opts;
	struct callstream stream;
	struct nesting nesting; /* as it was asked for */
	struct groups groups;
	const struct session *first; /* of the files */
	struct tally all;
	uint64_t lost; /* of all files */
	bool partial;
	const char *arch;
	uint32_t columns; /* a set of these, of the table */
};

/* What there is of a group. */
enum column {
	COL_CALLS,
	COL_ERRORS,
	COL_TOTAL,
	COL_MIN,
	COL_AVG,
	COL_MAX,
	COL_STDDEV,
	COL_P50,
	COL_P90,
	COL_P99,
	COL_P999,
	COL_SHARE,
	COL_NR
};

/*
 * @name: in CSV and JSON, where times are in ns. @title, @width: of the table, where they are in the unit of
 * the title. @rank: what is left out first where the terminal is narrow.
 */
static const struct {
	const char *name, *title;
	int width, rank;
} columns[COL_NR] = {
	[COL_CALLS] = { "calls", "calls", 9, 0 },
	[COL_ERRORS] = { "errors", "errors", 7, 0 },
	[COL_TOTAL] = { "total_ns", "total ms", 11, 0 },
	[COL_MIN] = { "min_ns", "min us", 9, 3 },
	[COL_AVG] = { "avg_ns", "avg us", 9, 1 },
	[COL_MAX] = { "max_ns", "max us", 11, 2 },
	[COL_STDDEV] = { "stddev_ns", "stddev us", 10, 6 },
	[COL_P50] = { "p50_ns", "p50 us", 9, 4 },
	[COL_P90] = { "p90_ns", "p90 us", 9, 5 },
	[COL_P99] = { "p99_ns", "p99 us", 9, 4 },
	[COL_P999] = { "p999_ns", "p99.9 us", 10, 5 },
	[COL_SHARE] = { "share", "% wall", 7, 1 },
};

static int summary_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct summary *x = (struct summary *)consumer;

	if (!x->first) {
		x->first = s;
		x->arch = s->file.arch;
		groups_init(&x->groups, &x->nesting, s->host != NULL);
	}
	if (session_same_calls(x->first, s, err))
		return -1;
	if (callstream_start(&x->stream, s, err))
		return -1;
	return groups_start(&x->groups, s, &x->stream.pairs, err);
}

static int summary_add_block(struct consumer *consumer, struct session *s, struct block *b,
			     struct err *err)
{
	(void)s;
	return callstream_add(&((struct summary *)consumer)->stream, b, err);
}

static int summary_end(struct consumer *consumer, struct session *s, struct err *err)
{
	struct summary *x = (struct summary *)consumer;

	if (callstream_end(&x->stream, err) || groups_end(&x->groups, err))
		return -1;
	x->lost += session_lost(s, NULL);
	x->partial |= s->partial || s->nr_missing;
	s->tasks.full |= x->stream.slots.full; /* to be told */
	return 0;
}

/* ---- what there is of a group ---- */

static double value(const struct summary *x, const struct tally *t, enum column c)
{
	const struct hist *h = &t->times;

	switch (c) {
	case COL_CALLS:
		return tally_calls(t);
	case COL_ERRORS:
		return t->errors;
	case COL_TOTAL:
		return h->sum_ns;
	case COL_MIN:
		return h->min_ns;
	case COL_AVG:
		return hist_mean(h);
	case COL_MAX:
		return h->max_ns;
	case COL_STDDEV:
		return hist_deviation(h);
	case COL_P50:
		return hist_percentile(h, 0.5);
	case COL_P90:
		return hist_percentile(h, 0.9);
	case COL_P99:
		return hist_percentile(h, 0.99);
	case COL_P999:
		return hist_percentile(h, 0.999);
	default:
		return x->stream.wall_ns ? 100.0 * (double)h->sum_ns / (double)x->stream.wall_ns
					 : 0;
	}
}

static bool is_time(enum column c)
{
	return c >= COL_TOTAL && c <= COL_P999;
}

/* ---- order ---- */

struct order_arg {
	const struct summary *x;
	enum column by;
};

/* The most first; of equal ones in the order of their keys, in which they are. */
static int by_value(const void *a, const void *b, void *arg)
{
	const struct order_arg *o = arg;
	const struct group *g = a, *h = b;
	double x = value(o->x, &g->tally, o->by), y = value(o->x, &h->tally, o->by);

	if (x != y)
		return x < y ? 1 : -1;
	return g->key < h->key ? -1 : g->key > h->key;
}

/*
 * The groups of a level, as they are printed: *@shown of *@nr. NULL when memory ran out.
 */
static struct group *split(struct summary *x, size_t first, size_t nr_leaves, uint32_t level,
			   size_t *nr, size_t *shown)
{
	struct order_arg arg = { x, (enum column)x->opts.sort };
	struct group *list = groups_split(&x->groups, first, nr_leaves, level, nr);

	*shown = 0;
	if (!list)
		return NULL;
	qsort_r(list, *nr, sizeof(*list), by_value, &arg);
	*shown = x->opts.top ? MIN(*nr, x->opts.top) : *nr;
	return list;
}

/* ---- the table ---- */

static int terminal_width(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

static int table_width(uint32_t set)
{
	int width = LABEL_MIN;

	for (int c = 0; c < COL_NR; c++)
		width += set & 1u << c ? 1 + columns[c].width : 0;
	return width;
}

/* All, or as many as a terminal has room for: those of the highest rank go first. */
static uint32_t choose_columns(void)
{
	uint32_t set = (1u << COL_NR) - 1;
	int width = terminal_width();

	for (int rank = 6; width && rank && table_width(set) > width; rank--)
		for (int c = 0; c < COL_NR; c++)
			if (columns[c].rank == rank)
				set &= ~(1u << c);
	return set;
}

static void print_value(const struct summary *x, const struct tally *t, enum column c)
{
	const bool none = is_time(c) && !t->times.nr;
	double v = value(x, t, c);

	if (none)
		printf(" %*s", columns[c].width, "-");
	else if (c == COL_TOTAL)
		printf(" %*.3f", columns[c].width, v / 1e6);
	else if (is_time(c))
		printf(" %*.3f", columns[c].width, v / 1e3);
	else if (c == COL_SHARE)
		printf(" %*.2f", columns[c].width, v);
	else
		printf(" %*.0f", columns[c].width, v);
}

/* How many columns of a terminal @text takes, as out_text() prints it; as if all characters were one wide. */
static int shown_width(const char *text)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&shown, &len);
	int width = 0;

	if (!out)
		return 0;
	out_text(out, text);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		width += (shown[i] & 0xc0) != 0x80;
	free(shown);
	return width;
}

static void print_row(const struct summary *x, const char *label, uint32_t depth,
		      const struct tally *t)
{
	int indent = INDENT * depth, width = indent + shown_width(label);

	printf("%*s", indent, "");
	out_text(stdout, label);
	printf("%*s", MAX(LABEL_MIN - width, 0), "");
	for (int c = 0; c < COL_NR; c++)
		if (x->columns & 1u << c)
			print_value(x, t, c);
	putchar('\n');
}

static void print_left_out(const struct summary *x, uint32_t level, uint32_t depth, size_t nr)
{
	if (nr)
		printf("%*s... and %zu more: %s\n", INDENT * depth, "", nr,
		       by_name(x->groups.nesting.by[level]));
}

/* Is the next level that of the threads of a process which has one only? It would say the same again. */
static bool is_one_thread(const struct summary *x, const struct group *g, uint32_t level)
{
	const struct nesting *n = &x->groups.nesting;
	const struct leaf *leaves = x->groups.leaves + g->first;

	if (n->by[level] != BY_PID || level + 1 == n->nr || n->by[level + 1] != BY_TID)
		return false;
	for (size_t i = 1; i < g->nr; i++)
		if (leaves[i].key[level + 1] != leaves[0].key[level + 1])
			return false;
	return true;
}

/* @depth: how far it is indented. */
static int table_level(struct summary *x, size_t first, size_t nr_leaves, uint32_t level,
		       uint32_t depth)
{
	size_t nr, shown;
	struct group *list = split(x, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		char label[LABEL_ROOM];
		uint32_t next = level + 1 + is_one_thread(x, &list[i], level);

		groups_label(&x->groups, x->groups.nesting.by[level], list[i].key, x->arch, label);
		print_row(x, label, depth, &list[i].tally);
		if (next < x->groups.nesting.nr)
			rc = table_level(x, list[i].first, list[i].nr, next, depth + 1);
	}
	if (!rc)
		print_left_out(x, level, depth, nr - shown);
	groups_free(list, list ? nr : 0);
	return rc;
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

static void print_titles(const struct summary *x)
{
	const struct nesting *n = &x->groups.nesting;
	int width = 0;

	for (uint32_t i = 0; i < n->nr; i++)
		width += printf("%s%s", i ? "/" : "", by_name(n->by[i]));
	printf("%*s", MAX(LABEL_MIN - width, 0), "");
	for (int c = 0; c < COL_NR; c++)
		if (x->columns & 1u << c)
			printf(" %*s", columns[c].width, columns[c].title);
	putchar('\n');
	for (int i = 0; i < table_width(x->columns); i++)
		putchar('-');
	putchar('\n');
}

static int print_table(struct summary *x)
{
	x->columns = choose_columns();
	print_titles(x);
	if (table_level(x, 0, x->groups.nr, 0, 0))
		return -1;
	print_row(x, "all", 0, &x->all);
	print_apart(&x->all);
	if (x->columns != (1u << COL_NR) - 1)
		puts("\nThis terminal is too narrow for all columns; | cat shows them.");
	return 0;
}

/* ---- CSV and JSON ---- */

/* The group of calls that have nothing of the kind. */
static bool is_none(enum by by, uint64_t key)
{
	return (by == BY_CPU && key == UINT32_MAX) || (by == BY_ERRNO && !key);
}

static void json_key(const struct summary *x, enum by by, uint64_t key)
{
	const struct thread_name *t =
		by == BY_PID || by == BY_TID ? groups_thread(&x->groups, by, key) : NULL;
	char label[LABEL_ROOM];

	groups_label(&x->groups, by, key, x->arch, label);
	printf("\"%s\":", by_name(by));
	if (by == BY_PID || by == BY_TID)
		printf("%" PRIu32, t && by == BY_TID ? t->tid : (uint32_t)key);
	else if (is_none(by, key))
		fputs("null", stdout);
	else if (by == BY_CPU)
		printf("%" PRIu64, key);
	else
		json_string(stdout, label);
	if (by == BY_SYSCALL)
		printf(",\"nr\":%" PRId64, (int64_t)key);
	if (t && t->comm != UINT32_MAX) {
		printf(",\"comm_of_%s\":", by_name(by));
		json_string(stdout, x->stream.pairs.comms.at[t->comm]);
	}
}

static void json_tally(const struct summary *x, const struct tally *t)
{
	for (int c = 0; c < COL_NR; c++) {
		printf("%s\"%s\":", c ? "," : "", columns[c].name);
		if (is_time(c) && !t->times.nr)
			fputs("null", stdout);
		else
			printf(c == COL_SHARE ? "%.4f" : "%.0f", value(x, t, c));
	}
	printf(",\"timed\":%" PRIu64 ",\"open\":%" PRIu64 ",\"broken\":%" PRIu64
	       ",\"left_only\":%" PRIu64 ",\"births\":%" PRIu64,
	       t->times.nr, t->open, t->broken, t->left, t->born);
}

static int json_level(struct summary *x, size_t first, size_t nr_leaves, uint32_t level)
{
	size_t nr, shown;
	struct group *list = split(x, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	printf("\"groups\":[");
	for (size_t i = 0; i < shown && !rc; i++) {
		printf(i ? ",{" : "{");
		json_key(x, x->groups.nesting.by[level], list[i].key);
		putchar(',');
		json_tally(x, &list[i].tally);
		if (level + 1 < x->groups.nesting.nr) {
			putchar(',');
			rc = json_level(x, list[i].first, list[i].nr, level + 1);
		}
		putchar('}');
	}
	putchar(']');
	groups_free(list, list ? nr : 0);
	return rc;
}

static int print_json(struct summary *x, const struct session *last)
{
	const struct nesting *n = &x->groups.nesting;
	int rc;

	printf("{\"report\":\"summary\",\"version\":%d,\"files\":[", SCHEMA);
	for (const struct session *s = x->first; s <= last; s++) {
		fputs(s > x->first ? "," : "", stdout);
		json_string(stdout, s->file.path);
	}
	printf("],\"by\":[");
	for (uint32_t i = 0; i < n->nr; i++)
		printf("%s\"%s\"", i ? "," : "", by_name(n->by[i]));
	printf("],\"wall_ns\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"complete\":%s,\"all\":{",
	       x->stream.wall_ns, x->lost, x->partial ? "false" : "true");
	json_tally(x, &x->all);
	printf("},");
	rc = json_level(x, 0, x->groups.nr, 0);
	printf("}\n");
	return rc;
}

static void csv_key(const struct summary *x, enum by by, uint64_t key)
{
	const struct thread_name *t = by == BY_TID ? groups_thread(&x->groups, by, key) : NULL;
	char label[LABEL_ROOM];

	if (by == BY_PID || by == BY_TID) {
		printf("%" PRIu32, t ? t->tid : (uint32_t)key);
	} else if (by == BY_CPU && !is_none(by, key)) {
		printf("%" PRIu64, key);
	} else if (!is_none(by, key)) {
		groups_label(&x->groups, by, key, x->arch, label);
		out_csv(stdout, label);
	}
	putchar(',');
}

/* A line for each leaf, in the order of the table. */
static int csv_level(struct summary *x, size_t first, size_t nr_leaves, uint32_t level)
{
	const struct nesting *n = &x->groups.nesting;
	size_t nr, shown;
	struct group *list = split(x, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		if (level + 1 < n->nr) {
			rc = csv_level(x, list[i].first, list[i].nr, level + 1);
			continue;
		}
		for (uint32_t k = 0; k < n->nr; k++)
			csv_key(x, n->by[k], x->groups.leaves[list[i].first].key[k]);
		for (int c = 0; c < COL_NR; c++) {
			fputs(c ? "," : "", stdout);
			if (!is_time(c) || list[i].tally.times.nr)
				printf(c == COL_SHARE ? "%.4f" : "%.0f",
				       value(x, &list[i].tally, c));
		}
		putchar('\n');
	}
	groups_free(list, list ? nr : 0);
	return rc;
}

static int print_csv(struct summary *x)
{
	const struct nesting *n = &x->groups.nesting;

	for (uint32_t i = 0; i < n->nr; i++)
		printf("%s,", by_name(n->by[i]));
	for (int c = 0; c < COL_NR; c++)
		printf("%s%s", columns[c].name, c + 1 < COL_NR ? "," : "\n");
	return csv_level(x, 0, x->groups.nr, 0);
}

static int summary_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct summary *x = (struct summary *)consumer;
	int rc = 0;

	for (size_t i = 0; i < x->groups.nr && !rc; i++)
		rc = tally_merge(&x->all, &x->groups.leaves[i].tally);
	if (!rc)
		rc = x->opts.format == OUT_JSON	 ? print_json(x, s)
		     : x->opts.format == OUT_CSV ? print_csv(x)
						 : print_table(x);
	if (rc)
		return fail_mem(err);
	out_loss(stdout, x->opts.format, x->lost);
	if (!x->groups.nr)
		verdict_none_left(s, "system call");
	return 0;
}

int summary_check(struct report_opts *o, struct err *err)
{
	struct nesting n;
	char *end = NULL;

	if (o->top_word) {
		o->top = strtoul(o->top_word, &end, 10);
		if (*end || !o->top || !isdigit((unsigned char)*o->top_word))
			return fail(err, ERR_USAGE, "option --top: %s is no number from 1 on",
				    o->top_word);
	}
	o->sort = COL_TOTAL;
	for (int c = 0; o->sort_word && c < COL_NR; c++) {
		size_t len = strcspn(columns[c].name, "_");

		if (strlen(o->sort_word) == len && !strncmp(o->sort_word, columns[c].name, len)) {
			o->sort = c;
			break;
		}
		if (c + 1 == COL_NR)
			return fail(err, ERR_USAGE,
				    "option --sort: %s is none of calls, errors, total, min, avg, "
				    "max, stddev, p50, p90, p99, p999, share",
				    o->sort_word);
	}
	return nesting_parse(&n, o->by ? o->by : DEFAULT_BY, err);
}

struct consumer *summary_create(const struct report_opts *o, struct err *err)
{
	struct summary *x = calloc(1, sizeof(*x));

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	x->opts = *o;
	if (summary_check(&x->opts, err) ||
	    nesting_parse(&x->nesting, o->by ? o->by : DEFAULT_BY, err)) {
		free(x);
		return NULL;
	}
	callstream_init(&x->stream, &(struct pair_client){ .give = groups_add, .arg = &x->groups },
			0);
	x->consumer.by_rounds = true;
	x->consumer.start = summary_start;
	x->consumer.add_block = summary_add_block;
	x->consumer.end = summary_end;
	x->consumer.finish = summary_finish;
	x->consumer.free = summary_destroy;
	return &x->consumer;
}

void summary_destroy(struct consumer *consumer)
{
	struct summary *x = (struct summary *)consumer;

	callstream_release(&x->stream);
	groups_release(&x->groups);
	tally_release(&x->all);
	free(x);
}
