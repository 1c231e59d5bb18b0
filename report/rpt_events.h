/* rpt_events.h - the events of a recording. */
#ifndef REPORT_RPT_EVENTS_H
#define REPORT_RPT_EVENTS_H

#include "common/attrfield.h"
#include "report/report.h"

struct consumer *events_create(const struct report_opts *o, struct err *err);
void events_destroy(struct consumer *c);

/*
 * attr_print() - the fields of @attr that are not 0, as perf prints them: each is @separator, its
 * name, @equals, its value; the first has @first in front of it, not @separator.
 */
void attr_print(FILE *out, const char attr[ATTR_BYTES], const char *first, const char *separator,
		const char *equals);

/* events_json() - all events of @f as a JSON array. */
void events_json(FILE *out, const struct perf_file *f);

#endif
