#include "report/grouped.h"
#include "common/syscall.h"
#include "common/json.h"
#include "common/util.h"
#include "report/color.h"
#include "report/columns.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INDENT	    2 /* of a level in the table */
#define LABEL_MIN   24
#define COLUMNS_MAX 32 /* bits of a set */

/* ---- options ---- */

int grouped_check_top(struct report_opts *o, struct err *err)
{
	if (o->top_word && parse_count(o->top_word, &o->top))
		return fail(err, ERR_USAGE, "option --top: %s is no number from 1 on", o->top_word);
	return 0;
}

/* The length of its word in --sort. */
static size_t sort_len(const struct column *c)
{
	return strcspn(c->name, "_");
}

static int fail_sort(const char *word, const struct column *columns, struct err *err)
{
	char words[512] = "";
	size_t len = 0;

	for (const struct column *c = columns; c->name && len < sizeof(words); c++)
		len += snprintf(words + len, sizeof(words) - len, "%s%.*s",
				c == columns ? "" : ", ", (int)sort_len(c), c->name);
	return fail(err, ERR_USAGE, "option --sort: %s is none of %s", word, words);
}

static int check_sort(struct report_opts *o, const struct column *columns, struct err *err)
{
	for (int i = 0; columns[i].name; i++) {
		if (strlen(o->sort_word) == sort_len(&columns[i]) &&
		    !strncmp(o->sort_word, columns[i].name, sort_len(&columns[i]))) {
			o->sort = i;
			return 0;
		}
	}
	return fail_sort(o->sort_word, columns, err);
}

int grouped_check(struct report_opts *o, const struct column *columns, int sort, const char *by,
		  struct nesting *n, struct err *err)
{
	o->sort = sort;
	if (grouped_check_top(o, err) || (o->sort_word && check_sort(o, columns, err)))
		return -1;
	return nesting_parse(n, o->by ? o->by : by, err);
}

/* ---- the calls ---- */

void grouped_begin(struct grouped *g)
{
	const struct callreport *r = &g->report;

	if (r->session == r->first)
		groups_init(&g->groups, &g->nesting, r->session->host != NULL);
	groups_start(&g->groups, r);
}

static int begin(struct callreport *r, struct err *err)
{
	(void)err;
	grouped_begin((struct grouped *)r);
	return 0;
}

static int done(struct callreport *r, struct err *err)
{
	return groups_end(&((struct grouped *)r)->groups, err);
}

static int give_all(void *arg, const struct call *call, struct err *err)
{
	return groups_add(&((struct grouped *)arg)->groups, call, err);
}

void grouped_init(struct grouped *g,
		  int (*give)(void *arg, const struct call *call, struct err *err), unsigned want)
{
	g->report.begin = begin;
	g->report.done = done;
	g->report.consumer.silent = true;
	callreport_init(&g->report,
			&(struct pair_client){ .give = give ? give : give_all, .arg = g }, want);
}

void grouped_release(struct grouped *g)
{
	callreport_release(&g->report);
	groups_release(&g->groups);
	tally_release(&g->all);
}

int grouped_sum(struct grouped *g, struct err *err)
{
	for (size_t i = 0; i < g->groups.nr; i++)
		if (tally_merge(&g->all, &g->groups.leaves[i].tally))
			return fail_mem(err);
	return 0;
}

/* ---- order ---- */

/* The most first; of equal ones in the order of their keys, in which they are. */
static int by_value(const void *a, const void *b, void *arg)
{
	const struct grouped *g = arg;
	const struct group *first = a, *second = b;
	const struct column *c = &g->columns[g->report.opts.sort];
	double x = c->value(g, &first->tally), y = c->value(g, &second->tally);

	if (isnan(x) || isnan(y)) /* nothing is less than anything */
		x = isnan(x) ? -1 : 0, y = isnan(y) ? -1 : 0;
	if (x != y)
		return x < y ? 1 : -1;
	return first->key < second->key ? -1 : first->key > second->key;
}

struct group *grouped_split(struct grouped *g, size_t first, size_t nr_leaves, uint32_t level,
			    size_t *nr, size_t *shown)
{
	struct group *list = groups_split(&g->groups, first, nr_leaves, level, nr);

	*shown = 0;
	if (!list)
		return NULL;
	qsort_r(list, *nr, sizeof(*list), by_value, g);
	*shown = g->report.opts.top ? MIN(*nr, g->report.opts.top) : *nr;
	return list;
}

/* ---- the table ---- */

static int table_width(const struct column *columns, uint32_t set)
{
	int width = LABEL_MIN;

	for (int c = 0; columns[c].name; c++)
		width += set & 1u << c ? 1 + columns[c].width : 0;
	return width;
}

static uint32_t all_columns(const struct column *columns)
{
	int nr = 0;

	while (nr < COLUMNS_MAX && columns[nr].name)
		nr++;
	return nr == COLUMNS_MAX ? UINT32_MAX : (1u << nr) - 1;
}

/* All, or as many as a terminal has room for: those of the highest rank go first. */
static uint32_t choose_columns(const struct column *columns)
{
	uint32_t set = all_columns(columns);
	int width = out_columns(), rank = 0;

	for (int c = 0; columns[c].name; c++)
		rank = MAX(rank, columns[c].rank);
	for (; width && rank && table_width(columns, set) > width; rank--)
		for (int c = 0; columns[c].name; c++)
			if (columns[c].rank == rank)
				set &= ~(1u << c);
	return set;
}

static void print_value(const struct grouped *g, const struct tally *t, const struct column *c)
{
	double v = c->value(g, t);
	const bool failed = c->value == column_errors && v > 0;

	fputs(failed ? color_on(stdout, COLOR_BAD) : "", stdout);
	if (isnan(v))
		printf(" %*s", c->width, "-");
	else if (c->kind == COLUMN_TIME)
		printf(" %*.3f", c->width, v / (c->in_ms ? 1e6 : 1e3));
	else if (c->kind == COLUMN_WHEN)
		printf(" %*.6f", c->width, v / 1e9);
	else
		printf(" %*.*f", c->width, c->kind == COLUMN_SHARE ? 2 : 0, v);
	fputs(failed ? color_off(stdout) : "", stdout);
}

static void print_row(const struct grouped *g, uint32_t set, const char *label, uint32_t depth,
		      const struct tally *t)
{
	int indent = INDENT * depth, width = indent + out_width(label);

	printf("%*s", indent, "");
	out_text(stdout, label);
	printf("%*s", MAX(LABEL_MIN - width, 0), "");
	for (int c = 0; g->columns[c].name; c++)
		if (set & 1u << c)
			print_value(g, t, &g->columns[c]);
	putchar('\n');
}

static void print_left_out(const struct grouped *g, uint32_t level, uint32_t depth, size_t nr)
{
	if (nr)
		printf("%*s... and %zu more: %s\n", INDENT * depth, "", nr,
		       by_name(g->groups.nesting.by[level]));
}

/* Is the next level that of the threads of a process which has one only? It would say the same again. */
static bool is_one_thread(const struct grouped *g, const struct group *group, uint32_t level)
{
	const struct nesting *n = &g->groups.nesting;
	const struct leaf *leaves = g->groups.leaves + group->first;

	if (n->by[level] != BY_PID || level + 1 == n->nr || n->by[level + 1] != BY_TID)
		return false;
	for (size_t i = 1; i < group->nr; i++)
		if (leaves[i].key[level + 1] != leaves[0].key[level + 1])
			return false;
	return true;
}

/* @depth: how far it is indented. */
static int table_level(struct grouped *g, uint32_t set, size_t first, size_t nr_leaves,
		       uint32_t level, uint32_t depth)
{
	size_t nr, shown;
	struct group *list = grouped_split(g, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		char label[LABEL_ROOM];
		uint32_t next = level + 1 + is_one_thread(g, &list[i], level);

		groups_label(&g->groups, g->groups.nesting.by[level], list[i].key, g->report.arch,
			     label);
		print_row(g, set, label, depth, &list[i].tally);
		if (g->table_more && next >= g->groups.nesting.nr)
			g->table_more(g, &g->groups.leaves[list[i].first],
				      INDENT * (int)(depth + 1));
		if (next < g->groups.nesting.nr)
			rc = table_level(g, set, list[i].first, list[i].nr, next, depth + 1);
	}
	if (!rc)
		print_left_out(g, level, depth, nr - shown);
	groups_free(list, list ? nr : 0);
	return rc;
}

static void print_titles(const struct grouped *g, uint32_t set)
{
	const struct nesting *n = &g->groups.nesting;
	int width = 0;

	fputs(color_on(stdout, COLOR_TITLE), stdout);
	for (uint32_t i = 0; i < n->nr; i++)
		width += printf("%s%s", i ? "/" : "", by_name(n->by[i]));
	printf("%*s", MAX(LABEL_MIN - width, 0), "");
	for (int c = 0; g->columns[c].name; c++)
		if (set & 1u << c)
			printf(" %*s", g->columns[c].width, g->columns[c].title);
	puts(color_off(stdout));
	for (int i = 0; i < table_width(g->columns, set); i++)
		putchar('-');
	putchar('\n');
}

int grouped_table(struct grouped *g)
{
	uint32_t set = choose_columns(g->columns);

	print_titles(g, set);
	if (table_level(g, set, 0, g->groups.nr, 0, 0))
		return -1;
	print_row(g, set, "all", 0, &g->all);
	if (set != all_columns(g->columns))
		puts("\nThis terminal is too narrow for all columns; | cat shows them.");
	return 0;
}

/* ---- CSV and JSON ---- */

/* The group of calls that have nothing of the kind. */
static bool is_none(enum by by, uint64_t key)
{
	return (by == BY_CPU && key == UINT32_MAX) || (by == BY_ERRNO && !key);
}

static void json_key(const struct grouped *g, enum by by, uint64_t key)
{
	const struct thread_name *t =
		by == BY_PID || by == BY_TID ? groups_thread(&g->groups, by, key) : NULL;
	char label[LABEL_ROOM];

	groups_label(&g->groups, by, key, g->report.arch, label);
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
		printf(",\"nr\":%" PRId64, syscall_plain((int64_t)key));
	if (t && t->comm != UINT32_MAX) {
		printf(",\"comm_of_%s\":", by_name(by));
		json_string(stdout, g->report.stream.pairs.comms.at[t->comm]);
	}
}

/* A value, "%.0f" but for shares; @none where there is none. */
static void print_number(const struct grouped *g, const struct tally *t, const struct column *c,
			 const char *none)
{
	double v = c->value(g, t);

	if (isnan(v))
		fputs(none, stdout);
	else
		printf(c->kind == COLUMN_SHARE ? "%.4f" : "%.0f", v);
}

static void json_tally(const struct grouped *g, const struct tally *t, const struct leaf *leaf)
{
	for (int c = 0; g->columns[c].name; c++) {
		printf("%s\"%s\":", c ? "," : "", g->columns[c].name);
		print_number(g, t, &g->columns[c], "null");
	}
	if (g->json_more)
		g->json_more(g, t, leaf);
}

static int json_level(struct grouped *g, size_t first, size_t nr_leaves, uint32_t level)
{
	size_t nr, shown;
	struct group *list = grouped_split(g, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	printf("\"groups\":[");
	for (size_t i = 0; i < shown && !rc; i++) {
		const bool innermost = level + 1 == g->groups.nesting.nr;

		printf(i ? ",{" : "{");
		json_key(g, g->groups.nesting.by[level], list[i].key);
		putchar(',');
		json_tally(g, &list[i].tally, innermost ? &g->groups.leaves[list[i].first] : NULL);
		if (!innermost) {
			putchar(',');
			rc = json_level(g, list[i].first, list[i].nr, level + 1);
		}
		putchar('}');
	}
	putchar(']');
	groups_free(list, list ? nr : 0);
	return rc;
}

int grouped_json_open(struct grouped *g, const struct session *last)
{
	const struct nesting *n = &g->groups.nesting;

	callreport_json(&g->report, last);
	printf(",\"by\":[");
	for (uint32_t i = 0; i < n->nr; i++)
		printf("%s\"%s\"", i ? "," : "", by_name(n->by[i]));
	printf("],\"wall_ns\":%" PRIu64 ",\"all\":{", g->report.stream.wall_ns);
	json_tally(g, &g->all, NULL);
	printf("},");
	return json_level(g, 0, g->groups.nr, 0);
}

int grouped_json(struct grouped *g, const struct session *last)
{
	int rc = grouped_json_open(g, last);

	callreport_json_end(&g->report);
	return rc;
}

static void csv_key(const struct grouped *g, enum by by, uint64_t key)
{
	const struct thread_name *t = by == BY_TID ? groups_thread(&g->groups, by, key) : NULL;
	char label[LABEL_ROOM];

	if (by == BY_PID || by == BY_TID) {
		printf("%" PRIu32, t ? t->tid : (uint32_t)key);
	} else if (by == BY_CPU && !is_none(by, key)) {
		printf("%" PRIu64, key);
	} else if (!is_none(by, key)) {
		groups_label(&g->groups, by, key, g->report.arch, label);
		out_csv(stdout, label);
	}
	putchar(',');
}

static void csv_leaf(const struct grouped *g, const struct group *group)
{
	const struct nesting *n = &g->groups.nesting;

	for (uint32_t k = 0; k < n->nr; k++)
		csv_key(g, n->by[k], g->groups.leaves[group->first].key[k]);
	for (int c = 0; g->columns[c].name; c++) {
		fputs(c ? "," : "", stdout);
		print_number(g, &group->tally, &g->columns[c], "");
	}
	if (g->csv_more) {
		putchar(',');
		g->csv_more(g, &g->groups.leaves[group->first]);
	}
	putchar('\n');
}

/* A line for each leaf, in the order of the table. */
static int csv_level(struct grouped *g, size_t first, size_t nr_leaves, uint32_t level)
{
	size_t nr, shown;
	struct group *list = grouped_split(g, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		if (level + 1 < g->groups.nesting.nr)
			rc = csv_level(g, list[i].first, list[i].nr, level + 1);
		else
			csv_leaf(g, &list[i]);
	}
	groups_free(list, list ? nr : 0);
	return rc;
}

int grouped_csv(struct grouped *g)
{
	const struct nesting *n = &g->groups.nesting;

	for (uint32_t i = 0; i < n->nr; i++)
		printf("%s,", by_name(n->by[i]));
	for (int c = 0; g->columns[c].name; c++)
		printf("%s%s", c ? "," : "", g->columns[c].name);
	if (g->csv_more)
		printf(",%s", g->csv_title);
	putchar('\n');
	return csv_level(g, 0, g->groups.nr, 0);
}

int grouped_print(struct grouped *g, const struct session *last, struct err *err)
{
	int rc = g->report.opts.format == OUT_JSON  ? grouped_json(g, last)
		 : g->report.opts.format == OUT_CSV ? grouped_csv(g)
						    : grouped_table(g);

	return rc ? fail_mem(err) : 0;
}
