/* header_json.h - a feature as keys of a JSON object. */
#ifndef REPORT_HEADER_JSON_H
#define REPORT_HEADER_JSON_H

#include "common/feature.h"

#include <stdio.h>

/*
 * header_json() - print what the feature @bit, whose body @b has passed feature_check(), says: a
 * comma and a key each. @nr_cpus: NRCPUS of the file. EVENT_DESC and TRACING_DATA are not said so.
 */
void header_json(FILE *out, unsigned bit, struct feature_body *b, uint32_t nr_cpus);

#endif
