/*
 * dumptext.h - what ana dump prints of a record behind its name.
 *
 * The text is that of perf 6.1's report -D where that shows something; see man page.
 */
#ifndef REPORT_DUMPTEXT_H
#define REPORT_DUMPTEXT_H

#include "common/file.h"

#include <stdio.h>

/*
 * dump_sample() - the fields of @rec, a sample of @event: the rest of its line, and lines below.
 * Returns 0, or -1 when the sample is shorter than it says; what there is was printed.
 */
int dump_sample(FILE *out, const struct perf_file *f, const struct event *event,
		const struct perf_event_header *rec);

/* dump_record() - the same of another record; @event: whose it is, NULL for one of user space. */
void dump_record(FILE *out, const struct event *event, const struct perf_event_header *rec);

/* dump_bytes() - [@at, @end) as text, up to a NUL, nothing raw in it. */
void dump_bytes(FILE *out, const char *at, const char *end);

#endif
