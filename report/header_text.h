/* header_text.h - a feature as perf report --header-only prints it. */
#ifndef REPORT_HEADER_TEXT_H
#define REPORT_HEADER_TEXT_H

#include "common/btf.h"

#include <stdio.h>

/* What features need of each other, and what is asked for. */
struct header_context {
	const struct perf_file *file;
	uint32_t nr_cpus; /* NRCPUS; 0 when the file does not say */
	struct btfs btfs; /* BPF_BTF */
	bool info;	  /* of text: all of it; else of some only that they are there */
};

/* header_text() - print the feature @bit, whose body @b has passed feature_check(). */
void header_text(FILE *out, const struct header_context *c, unsigned bit, struct feature_body *b);

/* header_bits() - the numbers of the bits that are set, as "0-7,9". */
void header_bits(FILE *out, const struct feature_bits *bits);

#endif
