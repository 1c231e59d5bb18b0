/* header_text.h - a feature as perf report --header-only prints it. */
#ifndef REPORT_HEADER_TEXT_H
#define REPORT_HEADER_TEXT_H

#include "common/feature.h"

#include <stdio.h>

/*
 * header_text() - print the feature @bit, whose body @b has passed feature_check().
 * @nr_cpus: NRCPUS of the file. @info: all of it; else of some only that they are there.
 */
void header_text(FILE *out, const struct perf_file *f, unsigned bit, struct feature_body *b,
		 uint32_t nr_cpus, bool info);

#endif
