/* out.h - how results are printed: the text forms that all reports share. */
#ifndef REPORT_OUT_H
#define REPORT_OUT_H

#include <stdint.h>
#include <stdio.h>

enum out_format {
	OUT_TABLE,
	OUT_CSV,  /* RFC 4180: a header line, comma, quotes where needed */
	OUT_JSON, /* one object */
};

/*
 * out_text() - @text of a recording for a terminal: control characters and what is no UTF-8 as \xNN.
 */
void out_text(FILE *out, const char *text);

/* out_width() - how many columns of a terminal that takes, as if all characters were one wide. */
int out_width(const char *text);

/* out_padded() - out_text(), and blanks up to @width columns. */
void out_padded(FILE *out, const char *text, int width);

/* out_columns() - how many the terminal has that is standard output; 0: it is none. */
int out_columns(void);

/* out_csv() - @text as a CSV field, its characters as out_text() has them: it may go to a terminal, too. */
void out_csv(FILE *out, const char *text);

/* out_grouped() - 1204 -> "1,204". @buf: 32 bytes. Returns @buf. */
const char *out_grouped(uint64_t nr, char *buf);

/*
 * out_loss() - the last line of a report when @lost is not zero. For a table it belongs to the
 * result, else it goes to stderr (JSON has it as a key).
 */
void out_loss(FILE *out, enum out_format format, uint64_t lost);

#endif
