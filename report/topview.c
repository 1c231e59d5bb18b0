#include "report/topview.h"
#include "common/optparse.h"
#include "common/util.h"

#include <string.h>

#define CTRL(c) ((c)&0x1f)
#define ESCAPE	27

static const struct {
	const char *word, *title;
} bys[TOP_BYS] = {
	[TOP_SYSCALL] = { "syscall", "call" },
	[TOP_PROCESS] = { "pid", "process" },
	[TOP_ERROR] = { "errno", "error" },
};

/* @key: 0: none. */
static const struct {
	const char *word;
	char key;
} columns[TOP_COLUMNS] = {
	[TOP_CALLS] = { "calls", 'C' }, [TOP_ERRORS] = { "errors", 'E' },
	[TOP_TIME] = { "total", 'T' },	[TOP_AVG] = { "avg", 'A' },
	[TOP_P50] = { "p50", 0 },	[TOP_P99] = { "p99", 'P' },
	[TOP_MAX] = { "max", 'M' },	[TOP_COUNT] = { "count", 0 },
};

static const uint64_t delays_ms[] = { 100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000 };

const char *top_by_title(enum top_by by)
{
	return bys[by].title;
}

const char *top_column_word(enum top_column c)
{
	return columns[c].word;
}

/* ---- the words of the command line ---- */

static int find_by(struct topview *v, const char *word, struct err *err)
{
	for (int i = 0; i < TOP_BYS; i++) {
		if (!strcmp(bys[i].word, word)) {
			v->by = i;
			return 0;
		}
	}
	return fail(err, ERR_USAGE, "option --by: top shows one of syscall, pid, errno; not %s",
		    word);
}

static int find_sort(struct topview *v, const char *word, struct err *err)
{
	for (int i = 0; i < TOP_COLUMNS; i++) {
		if (!strcmp(columns[i].word, word)) {
			v->sort = i;
			return 0;
		}
	}
	return fail(err, ERR_USAGE,
		    "option --sort: %s is none of calls, errors, total, avg, p50, p99, max, count",
		    word);
}

static int find_delay(struct topview *v, const char *word, struct err *err)
{
	if (parse_time(word, 1000000000, &v->delay_ns) || v->delay_ns < TOP_DELAY_MIN ||
	    v->delay_ns > TOP_DELAY_MAX)
		return fail(err, ERR_USAGE,
			    "option -d: %s is no time from 100ms to 3600s: seconds, or as 500ms",
			    word);
	return 0;
}

int topview_init(struct topview *v, const char *by, const char *sort, const char *delay,
		 struct err *err)
{
	*v = (struct topview){ .delay_ns = 1000000000 };
	if ((by && find_by(v, by, err)) || (sort && find_sort(v, sort, err)) ||
	    (delay && find_delay(v, delay, err)))
		return -1;
	return 0;
}

/* ---- keys ---- */

/* A character of UTF-8 may be several bytes. */
static void rub_out(char *text)
{
	size_t len = strlen(text);

	while (len && ((unsigned char)text[--len] & 0xc0) == 0x80)
		;
	text[len] = 0;
}

/* The filter is applied while it is typed. */
static void type(struct topview *v, int key)
{
	size_t len = strlen(v->filter);

	v->first = 0;
	if (key == ESCAPE || key == CTRL('c'))
		v->filter[0] = 0;
	if (key == ESCAPE || key == CTRL('c') || key == '\n' || key == '\r')
		v->typing = false;
	else if (key == TOP_KEY_BACKSPACE || key == 127 || key == CTRL('h'))
		rub_out(v->filter);
	else if (key == CTRL('u'))
		v->filter[0] = 0;
	else if (key >= ' ' && key < 256 && len + 1 < sizeof(v->filter))
		v->filter[len] = key, v->filter[len + 1] = 0;
}

static void show_by(struct topview *v, enum top_by by)
{
	v->by = by;
	v->first = 0;
}

/* @step: 1 is the next column, -1 the one before. */
static void move_sort(struct topview *v, int step)
{
	v->sort = (v->sort + TOP_COLUMNS + step) % TOP_COLUMNS;
	v->first = 0;
}

static void sort_by(struct topview *v, int key)
{
	for (int i = 0; i < TOP_COLUMNS; i++) {
		if (columns[i].key && columns[i].key == key) {
			v->sort = i;
			v->first = 0;
		}
	}
}

static void slower(struct topview *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(delays_ms); i++) {
		if (delays_ms[i] * 1000000 > v->delay_ns) {
			v->delay_ns = delays_ms[i] * 1000000;
			return;
		}
	}
}

static void faster(struct topview *v)
{
	for (size_t i = ARRAY_SIZE(delays_ms); i--;) {
		if (delays_ms[i] * 1000000 < v->delay_ns) {
			v->delay_ns = delays_ms[i] * 1000000;
			return;
		}
	}
}

/* Returns whether it was a key that moves through the rows. */
static bool scroll(struct topview *v, int key, size_t page)
{
	const size_t up = key == TOP_KEY_UP ? 1 : page;

	switch (key) {
	case TOP_KEY_UP:
	case TOP_KEY_PAGE_UP:
		v->first -= MIN(v->first, up);
		return true;
	case TOP_KEY_DOWN:
		v->first++;
		return true;
	case TOP_KEY_PAGE_DOWN:
		v->first += page;
		return true;
	case TOP_KEY_HOME:
		v->first = 0;
		return true;
	case TOP_KEY_END:
		v->first = SIZE_MAX / 2;
		return true;
	default:
		return false;
	}
}

static void command(struct topview *v, int key)
{
	switch (key) {
	case 'q':
	case CTRL('c'):
		v->quit = true;
		break;
	case 'c':
	case '1':
		show_by(v, TOP_SYSCALL);
		break;
	case 't':
	case 'p':
	case '2':
		show_by(v, TOP_PROCESS);
		break;
	case 'e':
	case '3':
		show_by(v, TOP_ERROR);
		break;
	case '\t':
		show_by(v, (v->by + 1) % TOP_BYS);
		break;
	case '<':
	case TOP_KEY_LEFT:
		move_sort(v, -1);
		break;
	case '>':
	case TOP_KEY_RIGHT:
		move_sort(v, 1);
		break;
	case '/':
	case 'f':
		v->typing = true;
		break;
	case ESCAPE:
		v->filter[0] = 0;
		v->first = 0;
		break;
	case ' ':
		v->paused = !v->paused;
		break;
	case '+':
	case '=':
		slower(v);
		break;
	case '-':
		faster(v);
		break;
	case 's':
		v->total = !v->total;
		v->first = 0;
		break;
	case 'z':
		v->restart = true;
		break;
	case 'h':
	case '?':
		v->help = true;
		break;
	case CTRL('l'):
		v->redraw = true;
		break;
	case CTRL('z'):
		v->suspend = true;
		break;
	default:
		sort_by(v, key);
	}
}

void topview_key(struct topview *v, int key, size_t page)
{
	if (v->help) { /* any key leaves it */
		v->help = false;
		v->quit = key == CTRL('c');
	} else if (v->typing) {
		type(v, key);
	} else if (!scroll(v, key, page)) {
		command(v, key);
	}
}
