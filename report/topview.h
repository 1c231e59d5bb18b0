/*
 * topview.h - what the reader of `ana top` has chosen to see, and what a key changes of it.
 */
#ifndef REPORT_TOPVIEW_H
#define REPORT_TOPVIEW_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum top_by { TOP_SYSCALL, TOP_PROCESS, TOP_ERROR, TOP_BYS };

/* What there is of a row. */
enum top_column {
	TOP_CALLS,  /* a second */
	TOP_ERRORS, /* a second */
	TOP_TIME,   /* in calls, as a share of the time: 100 % is one thread all the time */
	TOP_AVG,
	TOP_P50,
	TOP_P99,
	TOP_MAX,
	TOP_COUNT, /* of calls */
	TOP_COLUMNS
};

/* Keys that are no character. What is below 256 is a byte of what was typed. */
enum top_key {
	TOP_KEY_NONE = -1,
	TOP_KEY_UP = 256,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_LEFT,
	TOP_KEY_RIGHT,
	TOP_KEY_BACKSPACE,
	TOP_KEY_OTHER, /* without a meaning */
};

#define TOP_FILTER_ROOM 64
#define TOP_DELAY_MIN	100000000ull /* ns */
#define TOP_DELAY_MAX	3600000000000ull

struct topview {
	enum top_by by;
	enum top_column sort; /* the most first */
	char filter
		[TOP_FILTER_ROOM]; /* rows have calls or tasks with that in their names; "": all */
	bool typing;		   /* ... it is being typed */
	bool total;		   /* since the start, not the last interval */
	bool paused, help;
	size_t first;	   /* row that is shown first; the screen knows the last */
	uint64_t delay_ns; /* of an interval */
	/* What is to be done, by whom it is: */
	bool quit, restart, suspend, redraw;
};

/*
 * topview_init() - as the words of --by, --sort and -d say; each may be NULL. Returns 0, or -1: ERR_USAGE.
 */
int topview_init(struct topview *v, const char *by, const char *sort, const char *delay,
		 struct err *err);

/* topview_key() - @key was pressed. @page: rows that are shown at once. */
void topview_key(struct topview *v, int key, size_t page);

/* top_by_title() - "process", for people. top_column_word() - the word of --sort. */
const char *top_by_title(enum top_by by);
const char *top_column_word(enum top_column c);

#endif
