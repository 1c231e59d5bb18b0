/*
 * statusline.h - one line on the terminal that is written again and again, and is gone in the end.
 *
 * A terminal that does not take it (it was stopped with Ctrl-S, or its connection hangs) does without.
 */
#ifndef COMMON_STATUSLINE_H
#define COMMON_STATUSLINE_H

#include <stddef.h>

/* The most that is shown, and all of a terminal that knows no width. */
#define STATUSLINE_MAX 79

struct statusline {
	int fd;	   /* the terminal, not blocking; -1: nothing is shown */
	int shown; /* characters on the line */
};

/* statusline_open() - on standard error, if that is a terminal. Nothing is shown yet. */
void statusline_open(struct statusline *l);

/* statusline_width() - how many characters may be shown. */
int statusline_width(const struct statusline *l);

/* statusline_show() - @text, which is not wider than that, in the place of what is shown. */
void statusline_show(struct statusline *l, const char *text);

/* statusline_close() - clear the line. Also for one whose fd is -1. */
void statusline_close(struct statusline *l);

/* statusline_number() - 1234567 -> "1.23M", into @text of @room bytes, which it returns. */
const char *statusline_number(double nr, char *text, size_t room);

#endif
