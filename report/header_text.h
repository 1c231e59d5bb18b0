/* header_text.h - a feature as perf report --header-only prints it. */
#ifndef REPORT_HEADER_TEXT_H
#define REPORT_HEADER_TEXT_H

#include "report/header_context.h"

#include <stdio.h>

/* header_text() - print the feature @bit, whose body @b has passed feature_check(). */
void header_text(FILE *out, const struct header_context *c, unsigned bit, struct feature_body *b);

/* header_bits() - the numbers of the bits that are set, as "0-7,9". */
void header_bits(FILE *out, const struct feature_bits *bits);

#endif
