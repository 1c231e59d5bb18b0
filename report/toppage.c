#include "report/toppage.h"
#include "common/util.h"
#include "report/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const help[] = {
	"c t e, 1 2 3   show calls, processes (tasks), errors; Tab: the next of them",
	"< >            sort by another column; or by its letter:",
	"  C calls/s   E errors/s   T time in calls   A avg   P p99   M max",
	"/              only calls and tasks whose names have what you type; Esc: all",
	"s              since the start, or the last interval",
	"z              start again: what was before is forgotten",
	"space          pause: look on at what is there; again: go on",
	"+ -            longer, shorter intervals",
	"arrows, page up, page down, home, end   move through the rows",
	"Ctrl-L         draw all again",
	"q, Ctrl-C      quit",
	"",
	"A call counts when it returns. % time: the time in calls; 100 is one thread all the",
	"time. in flight: calls that have not returned yet. lost: events that rec could not",
	"keep; calls that they were of are counted, but have no time.",
};

/* A line under construction: its text goes out with put_text(). */
struct line {
	const struct toppage *page;
	int row, column;
};

/* @text in @width columns, or in as many as it takes. */
static void put_text(struct line *l, const char *text, int width, enum top_look look)
{
	const int left = l->page->columns ? l->page->columns - l->column : FIT_WIDTH_MAX;
	char fit[FIT_ROOM(FIT_WIDTH_MAX)];

	if (left <= 0 || (l->page->rows && l->row >= l->page->rows))
		return;
	width = MIN(MIN(width, left), FIT_WIDTH_MAX);
	fit_text(fit, text, width);
	l->page->put(l->page->arg, l->row, l->column, fit, look);
	l->column += width;
}

/* ASCII. */
static void __attribute__((format(printf, 3, 4)))
put(struct line *l, enum top_look look, const char *format, ...)
{
	char text[256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_text(l, text, MIN(len, (int)sizeof(text) - 1), look);
}

size_t toppage_fit(const struct toppage *p)
{
	return p->rows ? (size_t)MAX(p->rows - TOP_HEAD_ROWS, 0) : SIZE_MAX;
}

/* ---- the head ---- */

static void put_state(struct line *l, const struct topview *v, const struct tophead *head)
{
	if (head->error)
		put(l, TOP_ALARM, "  ENDED: an error");
	else if (head->ended)
		put(l, TOP_STRONG, "  ENDED");
	else if (v->paused)
		put(l, TOP_STRONG, "  PAUSED");
}

/* Of the length of an interval in seconds: two digits at least. */
static int decimals(uint64_t ns)
{
	int nr = 0;

	for (uint64_t unit = 10000000000; unit > 10 && ns < unit; unit /= 10)
		nr++;
	return nr > 1 ? nr : 2 * nr;
}

static void put_first(const struct toppage *p, const struct topview *v, const struct tophead *head,
		      const struct activity *i)
{
	struct line l = { p, 0, 0 };

	put(&l, TOP_STRONG, "%s", head->when);
	put(&l, TOP_PLAIN, "  %s %.*f s, by %s, sorted by %s", v->total ? "all" : "last",
	    decimals(i->length_ns), i->length_ns / 1e9, top_by_title(v->by),
	    top_column_word(v->sort));
	if (p->columns)
		put(&l, TOP_PLAIN, ", every %g s", v->delay_ns / 1e9);
	put_state(&l, v, head);
}

/* Which of the @nr rows are seen, if that can be told. */
static void put_place(struct line *l, const struct topview *v, size_t nr)
{
	const size_t fit = toppage_fit(l->page);
	char text[80];
	int len = snprintf(text, sizeof(text), "  %zu-%zu of %zu", v->first + 1,
			   MIN(v->first + fit, nr), nr);

	if (nr > fit && l->column + len <= l->page->columns)
		put_text(l, text, len, TOP_PLAIN);
}

static void put_sums(const struct toppage *p, const struct topview *v, const struct activity *i,
		     const struct toprows *r)
{
	const double seconds = i->length_ns ? i->length_ns / 1e9 : 1;
	uint64_t calls = 0, errors = 0;
	struct line l = { p, 1, 0 };
	char lost[32];

	for (size_t k = 0; k < i->nr; k++) {
		calls += tally_calls(&i->cells[k].tally);
		errors += i->cells[k].tally.errors;
	}
	put(&l, TOP_PLAIN,
	    "calls/s %.*f  errors/s %.*f  processes %" PRIu32 "  in flight %" PRIu64 "  ",
	    calls < 1000 * seconds, calls / seconds, errors < 1000 * seconds, errors / seconds,
	    i->nr_processes, i->nr_running);
	put(&l, i->nr_lost ? TOP_ALARM : TOP_PLAIN, "lost %s", out_grouped(i->nr_lost, lost));
	put_place(&l, v, r->nr);
}

static void put_filter(const struct toppage *p, const struct topview *v, const struct tophead *head)
{
	struct line l = { p, 2, 0 };

	if (head->error && p->columns) {
		put_text(&l, head->error, FIT_WIDTH_MAX, TOP_ALARM);
	} else if (v->typing || *v->filter) {
		put(&l, TOP_STRONG, "filter: ");
		put_text(&l, v->filter, MIN((int)strlen(v->filter), 60), TOP_STRONG);
		put(&l, TOP_PLAIN, v->typing ? "_" : p->columns ? "  (Esc: all)" : "");
	} else if (p->columns) {
		put(&l, TOP_PLAIN,
		    "q quit  c/t/e by call, task, error  < > sort  / filter  "
		    "space pause  ? help");
	}
}

static void put_titles(const struct toppage *p, const struct topview *v, const struct toplayout *l)
{
	struct line line = { p, 3, 0 };
	char text[TOP_LINE_ROOM];
	int width, at = toplayout_column(l, v->sort, &width);

	toprows_titles(text, l, v->by);
	put_text(&line, text, p->columns ? p->columns : (int)strlen(text), TOP_TITLE);
	if (width) {
		text[at + width] = 0;
		line.column = at;
		put_text(&line, text + at, width, TOP_TITLE_SORTED);
	}
}

/* ---- pages ---- */

static void draw_help(const struct toppage *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(help); i++)
		put(&(struct line){ p, i + 1, 2 }, TOP_PLAIN, "%s", help[i]);
	put(&(struct line){ p, ARRAY_SIZE(help) + 2, 2 }, TOP_STRONG, "Any key goes back.");
}

static void put_row(const struct toppage *p, int row, const char *text)
{
	struct line l = { p, row, 0 };

	put_text(&l, text, p->columns ? p->columns : (int)strlen(text), TOP_PLAIN);
}

static void draw_rows(const struct toppage *p, const struct toplayout *l, const struct topview *v,
		      const struct toprows *r)
{
	const size_t nr = MIN(r->nr - v->first, toppage_fit(p));

	for (size_t i = 0; i < nr; i++) {
		char text[TOP_LINE_ROOM];

		toprows_line(text, l, r, &r->rows[v->first + i]);
		put_row(p, TOP_HEAD_ROWS + i, text);
	}
	if (!r->nr && *v->filter)
		put_row(p, TOP_HEAD_ROWS, "nothing has that in its name");
}

void toppage_draw(const struct toppage *p, struct topview *v, const struct tophead *head,
		  const struct activity *i, const struct toprows *r)
{
	const size_t last = r->nr > toppage_fit(p) ? r->nr - toppage_fit(p) : 0;
	struct toplayout l;

	v->first = MIN(v->first, last);
	if (v->help) {
		draw_help(p);
		return;
	}
	toplayout_init(&l, p->columns);
	put_first(p, v, head, i);
	put_sums(p, v, i, r);
	put_filter(p, v, head);
	put_titles(p, v, &l);
	draw_rows(p, &l, v, r);
}
