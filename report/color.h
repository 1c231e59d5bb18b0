/*
 * color.h - colour, for people at a terminal: of titles, of what was lost or is damaged.
 *
 * What is printed is as wide with it as without. CSV, JSON and the lines of print and dump have none.
 */
#ifndef REPORT_COLOR_H
#define REPORT_COLOR_H

#include <stdio.h>

enum color {
	COLOR_TITLE, /* bold */
	COLOR_WARN,  /* yellow: what is printed is less than it could be */
	COLOR_BAD,   /* red: it failed; calls that did */
};

enum color_when {
	COLOR_AUTO, /* on a terminal that is not dumb, unless NO_COLOR is set: see no-color.org */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* The words of enum color_when, in its order; "auto always never". */
#define COLOR_WHEN "auto always never"

/* color_parse() - returns 0 with *@when set, or -1 when @word is none of them. */
int color_parse(enum color_when *when, const char *word);

/* color_choose() - said once, before anything is printed; before it nothing has a colour. */
void color_choose(enum color_when when);

/* color_on(), color_off() - what goes to @out, stdout or stderr, before and behind what has a colour; or "". */
const char *color_on(const FILE *out, enum color color);
const char *color_off(const FILE *out);

#endif
