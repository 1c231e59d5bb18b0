/*
 * header_context.h - the bodies of a file's features, as who prints them needs them: whole, and with
 * what they need of each other.
 */
#ifndef REPORT_HEADER_CONTEXT_H
#define REPORT_HEADER_CONTEXT_H

#include "common/btf.h"
#include "common/file.h"

#define FEATURE_NAME_MAX 16 /* of one that has no name, with its NUL */

struct header_context {
	const struct perf_file *file; /* borrowed */
	uint32_t nr_cpus;	      /* NRCPUS; 0 when the file does not say */
	struct btfs btfs;	      /* BPF_BTF */
	struct buf btf_body;	      /* in which these have their names */
	bool info; /* of text: all of it; else of some only that they are there */
};

/* header_context_init() - returns 0, or -1 with ERR_MEM; @c is to be released in any case. */
int header_context_init(struct header_context *c, const struct perf_file *file, bool info,
			struct err *err);
void header_context_release(struct header_context *c);

/*
 * header_body() - read the body of the feature @bit into @body, which is to be released in any case,
 * and check it: @b->wrong is set when it is not as it has to be.
 * Returns 0, or -1 as file_read_feature().
 */
int header_body(const struct header_context *c, unsigned bit, struct buf *body,
		struct feature_body *b, struct err *err);

/* header_name() - the name of the feature @bit, or @buf with its number. */
const char *header_name(unsigned bit, char buf[FEATURE_NAME_MAX]);

#endif
