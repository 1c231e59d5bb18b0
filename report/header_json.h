/* header_json.h - a feature as keys of a JSON object. */
#ifndef REPORT_HEADER_JSON_H
#define REPORT_HEADER_JSON_H

#include "report/header_text.h"

#include <stdio.h>

/*
 * header_json() - print what the feature @bit, whose body @b has passed feature_check(), says: a
 * comma and a key each. EVENT_DESC and TRACING_DATA are not said so.
 */
void header_json(FILE *out, const struct header_context *c, unsigned bit, struct feature_body *b);

#endif
