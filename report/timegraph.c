#include "report/timegraph.h"
#include "common/syscall.h"
#include "common/util.h"
#include "report/draw.h"
#include "report/out.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEFT_WIDTH  20 /* of the names */
#define RIGHT_WIDTH 16 /* of what stands behind a line */
#define COLUMNS_MIN 10
#define COLUMNS_MAX 512
#define FINER	    8 /* cells are so much finer than columns, that all columns have some */
#define NUMBERS_MAX \
	4096 /* different calls of a cell: no kernel has a thousand; further ones are not drawn */

uint32_t timegraph_columns(int width)
{
	return MIN(MAX(width - LEFT_WIDTH - RIGHT_WIDTH, COLUMNS_MIN), COLUMNS_MAX);
}

int timegraph_init(struct timegraph *g, uint64_t ns, uint32_t columns, struct err *err)
{
	*g = (struct timegraph){ .ns = ns, .columns = columns, .max = FINER * columns };
	g->cells = calloc(g->max, sizeof(*g->cells));
	return g->cells ? 0 : fail_mem(err);
}

static void cell_release(struct timecell *c)
{
	hist_release(&c->times);
	hash_release(&c->by_nr);
	*c = (struct timecell){ 0 };
}

void timegraph_release(struct timegraph *g)
{
	for (uint32_t i = 0; i < g->nr; i++)
		cell_release(&g->cells[i]);
	free(g->cells);
	*g = (struct timegraph){ 0 };
}

/* ---- collecting ---- */

/* Of numbers that are none there may be any number. Returns 0, or -1 when memory ran out. */
static int count_nr(struct timecell *c, int64_t nr, uint64_t times)
{
	uint64_t *count;

	if (c->by_nr.nr >= NUMBERS_MAX && !hash_get(&c->by_nr, nr))
		return 0;
	count = hash_put(&c->by_nr, nr);
	if (!count)
		return -1;
	*count += times;
	return 0;
}

static int cell_merge(struct timecell *c, struct timecell *from)
{
	int rc = hist_merge(&c->times, &from->times);

	c->calls += from->calls;
	c->errors += from->errors;
	for (uint32_t i = 0; i < from->by_nr.room && !rc; i++)
		if (from->by_nr.slots[i].used)
			rc = count_nr(c, (int64_t)from->by_nr.slots[i].key,
				      from->by_nr.slots[i].value);
	cell_release(from);
	return rc;
}

/* Cells become twice as long. */
static int halve(struct timegraph *g)
{
	const uint64_t first = g->first / 2;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < g->nr; i++) {
		uint32_t at = (g->first + i) / 2 - first;

		if (at != i) {
			if (cell_merge(&g->cells[at], &g->cells[i]))
				return -1;
		}
		nr = at + 1;
	}
	g->first = first;
	g->nr = nr;
	g->ns *= 2;
	return 0;
}

/* The cells begin with @number, which is in front of them; there is room. */
static void begin_at(struct timegraph *g, uint64_t number)
{
	const uint32_t more = g->first - number;

	memmove(g->cells + more, g->cells, g->nr * sizeof(*g->cells));
	memset(g->cells, 0, more * sizeof(*g->cells));
	g->first = number;
	g->nr += more;
}

/* The cell of @time. NULL when memory ran out. */
static struct timecell *cell_at(struct timegraph *g, uint64_t time)
{
	uint64_t number = time / g->ns;

	if (!g->nr) {
		g->first = number;
		g->nr = 1;
	}
	while (MAX(number, g->first + g->nr - 1) - MIN(number, g->first) >= g->max) {
		if (halve(g))
			return NULL;
		number = time / g->ns;
	}
	if (number < g->first)
		begin_at(g, number);
	g->nr = MAX(g->nr, (uint32_t)(number - g->first + 1));
	return &g->cells[number - g->first];
}

int timegraph_add(struct timegraph *g, const struct call *call, uint64_t end_ns, struct err *err)
{
	const bool any = g->nr;
	struct timecell *c = cell_at(g, end_ns);

	if (!c)
		return fail_mem(err);
	g->first_ns = any ? MIN(g->first_ns, end_ns) : end_ns;
	g->last_ns = any ? MAX(g->last_ns, end_ns) : end_ns;
	c->calls++;
	c->errors += call_failed(call);
	if (count_nr(c, call->nr, 1) ||
	    (call->state == CALL_EXACT && hist_add(&c->times, call->end_ns - call->start_ns)))
		return fail_mem(err);
	return 0;
}

/* ---- drawing ---- */

struct picture {
	const struct timegraph *graph;
	struct timecell all;
	bool utf8;
};

/* How long a cell really is: the first and the last one may be cut. */
static double seconds(const struct timegraph *g, uint32_t i)
{
	uint64_t start = MAX(g->origin_ns + i * g->ns, g->first_ns);
	uint64_t end = MIN(g->origin_ns + (i + 1) * g->ns, g->last_ns);

	return MAX((double)(end - start), (double)g->ns / 100) / 1e9;
}

static double calls_of(const struct picture *p, uint32_t i)
{
	return p->graph->cells[i].calls / seconds(p->graph, i);
}

static double errors_of(const struct picture *p, uint32_t i)
{
	return p->graph->cells[i].errors / seconds(p->graph, i);
}

static double median_of(const struct picture *p, uint32_t i)
{
	return hist_percentile(&p->graph->cells[i].times, 0.5);
}

static double p99_of(const struct picture *p, uint32_t i)
{
	return hist_percentile(&p->graph->cells[i].times, 0.99);
}

static void print_label(const char *label)
{
	out_text(stdout, label);
	printf("%*s", MAX(LEFT_WIDTH - out_width(label), 1), "");
}

static void draw_line(const struct picture *p, const char *label,
		      double (*value)(const struct picture *p, uint32_t i), bool time)
{
	char room[32];
	double max = 0;

	for (uint32_t i = 0; i < p->graph->nr; i++)
		max = MAX(max, value(p, i));
	print_label(label);
	for (uint32_t i = 0; i < p->graph->nr; i++)
		draw_spark(stdout, value(p, i), max, p->utf8);
	printf("  max %s\n", time ? draw_time(max, room) : draw_number(max, "", room));
}

struct made {
	int64_t nr;
	uint64_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct made *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* The calls that were made, most first. NULL when memory ran out. */
static struct made *list_calls(const struct timecell *all, size_t *nr)
{
	struct made *list = calloc(all->by_nr.nr + 1, sizeof(*list));

	*nr = 0;
	for (uint32_t i = 0; list && i < all->by_nr.room; i++)
		if (all->by_nr.slots[i].used)
			list[(*nr)++] = (struct made){ (int64_t)all->by_nr.slots[i].key,
						       all->by_nr.slots[i].value };
	if (list)
		qsort(list, *nr, sizeof(*list), by_count);
	return list;
}

static double count_of(const struct timecell *c, int64_t nr)
{
	const uint64_t *count = hash_get(&c->by_nr, nr);

	return count ? *count : 0;
}

/* The most that there is in one cell. */
static double most_calls(const struct timegraph *g)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < g->nr; i++)
		for (uint32_t k = 0; k < g->cells[i].by_nr.room; k++)
			if (g->cells[i].by_nr.slots[k].used)
				most = MAX(most, g->cells[i].by_nr.slots[k].value);
	return most;
}

static int draw_calls(const struct picture *p, const char *arch, size_t top)
{
	const struct timegraph *g = p->graph;
	const double most = most_calls(g);
	size_t nr;
	struct made *list = list_calls(&p->all, &nr);
	char room[32];

	if (!list)
		return -1;
	printf("\ncalls x time, at most %s in a column\n", draw_number(most, "", room));
	for (size_t k = 0; k < MIN(nr, top); k++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(arch, list[k].nr, name);
		print_label(name);
		for (uint32_t i = 0; i < g->nr; i++)
			draw_heat(stdout, count_of(&g->cells[i], list[k].nr), most, p->utf8);
		printf("  %s\n", draw_number(list[k].count, "", room));
	}
	if (nr > top)
		printf("... and %zu more: syscall\n", nr - top);
	free(list);
	return 0;
}

/* From the longest to the shortest. */
static int draw_times(const struct picture *p)
{
	const struct timegraph *g = p->graph;
	uint64_t sum[HIST_POWERS] = { 0 }, most = 0;
	uint64_t(*cells)[HIST_POWERS] = calloc(g->nr + 1, sizeof(*cells));
	int low = 0, high = HIST_POWERS - 1;
	char from[32], to[32];

	if (!cells)
		return -1;
	hist_powers(&p->all.times, sum);
	for (uint32_t i = 0; i < g->nr; i++) {
		hist_powers(&g->cells[i].times, cells[i]);
		for (int k = 0; k < HIST_POWERS; k++)
			most = MAX(most, cells[i][k]);
	}
	while (low < high && !sum[low])
		low++;
	while (high > low && !sum[high])
		high--;
	printf("\nlatency x time, at most %s in a column\n", draw_number(most, "", from));
	for (int k = high; k >= low; k--) {
		char label[80];

		snprintf(label, sizeof(label), "%s to %s", draw_time(k ? ldexp(1, k - 1) : 0, from),
			 draw_time(ldexp(1, k), to));
		print_label(label);
		for (uint32_t i = 0; i < g->nr; i++)
			draw_heat(stdout, cells[i][k], most, p->utf8);
		printf("  %s\n", draw_number(sum[k], "", from));
	}
	free(cells);
	return 0;
}

static void draw_axis(const struct timegraph *g)
{
	char from[32], to[32];
	int width = MAX((int)g->nr, 1), len;

	len = snprintf(from, sizeof(from), "%.3f", (double)g->first_ns / 1e9);
	snprintf(to, sizeof(to), "%.3f s", (double)g->last_ns / 1e9);
	printf("%*s%s%*s\n", LEFT_WIDTH, "", from, MAX(width - len, (int)strlen(to) + 1), to);
}

static void draw_lines(const struct picture *p)
{
	const struct timegraph *g = p->graph;
	char calls[32], span[32], column[32];

	printf("%s calls returned in %s; a column is %s\n\n", out_grouped(p->all.calls, calls),
	       draw_time((double)(g->last_ns - g->first_ns), span),
	       draw_time((double)g->ns, column));
	draw_line(p, "calls/s", calls_of, false);
	draw_line(p, "errors/s", errors_of, false);
	draw_line(p, "latency, median", median_of, true);
	draw_line(p, "latency, 99 %", p99_of, true);
	draw_axis(g);
}

/* Adds all cells. Returns 0, or -1 when memory ran out. */
static int add_up(struct timecell *all, const struct timegraph *g)
{
	for (uint32_t i = 0; i < g->nr; i++) {
		const struct timecell *c = &g->cells[i];

		all->calls += c->calls;
		all->errors += c->errors;
		if (hist_merge(&all->times, &c->times))
			return -1;
		for (uint32_t k = 0; k < c->by_nr.room; k++)
			if (c->by_nr.slots[k].used &&
			    count_nr(all, (int64_t)c->by_nr.slots[k].key, c->by_nr.slots[k].value))
				return -1;
	}
	return 0;
}

/* Cells become columns: as few of them one as that takes. */
static int fit(struct timegraph *g)
{
	const uint32_t each = (g->nr + g->columns - 1) / g->columns;

	g->origin_ns = g->first * g->ns;
	for (uint32_t i = 1; i < g->nr; i++)
		if (i / each != i && cell_merge(&g->cells[i / each], &g->cells[i]))
			return -1;
	g->nr = (g->nr + each - 1) / each;
	g->ns *= each;
	return 0;
}

int timegraph_print(struct timegraph *g, const char *arch, size_t top, struct err *err)
{
	struct picture p = { .graph = g, .utf8 = draw_has_utf8() };
	int rc = 0;

	if (!g->nr)
		return 0;
	rc = fit(g) || add_up(&p.all, g) ? -1 : 0;
	if (!rc) {
		draw_lines(&p);
		rc = draw_calls(&p, arch, top) || draw_times(&p) ? -1 : 0;
		draw_axis(g);
	}
	cell_release(&p.all);
	return rc ? fail_mem(err) : 0;
}
