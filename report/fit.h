/* fit.h - any text in a given number of columns of a terminal. */
#ifndef REPORT_FIT_H
#define REPORT_FIT_H

#include <stddef.h>

#define FIT_WIDTH_MAX 1024

/* Bytes that @width columns may take: 4 for a character of UTF-8, and the NUL. */
#define FIT_ROOM(width) (4 * (width) + 1)

/*
 * fit_text() - @text in exactly @width (0 to FIT_WIDTH_MAX) columns, with blanks behind it; when it is longer, a ~ stands
 * where it was cut. Control characters, and what the locale (LC_CTYPE) cannot print or shows without
 * a width of its own, become \xNN: @to is safe for a terminal. @to: FIT_ROOM(width) bytes.
 */
void fit_text(char *to, const char *text, int width);

#endif
