/*
 * draw.h - numbers as pictures of characters: bars, sparklines, heat maps. Of blocks where the locale has UTF-8,
 * else of ASCII.
 */
#ifndef REPORT_DRAW_H
#define REPORT_DRAW_H

#include <stdbool.h>
#include <stdio.h>

/* draw_has_utf8() - does the locale of the environment have UTF-8? */
bool draw_has_utf8(void);

/* draw_bar() - a bar of @value / @max (0 to 1) of @width columns, and blanks behind it up to that width. */
void draw_bar(FILE *out, double value, double max, int width, bool utf8);

/* draw_spark() - one column, as high as @value / @max; a blank for 0, something for anything more. */
void draw_spark(FILE *out, double value, double max, bool utf8);

/*
 * draw_heat() - one column, as dark as the logarithm of @value is of that of @max; a blank for 0, something for
 * anything more.
 */
void draw_heat(FILE *out, double value, double max, bool utf8);

/* draw_number() - "1.08 M", "532 k", "20"; with a @unit behind it, which may be "". @room: 32 bytes. */
const char *draw_number(double value, const char *unit, char room[32]);

/* draw_time() - "297 ns", "1.05 ms", "2.1 s". @room: 32 bytes. */
const char *draw_time(double ns, char room[32]);

#endif
