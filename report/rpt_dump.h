/* rpt_dump.h - ana dump: every record with its fields, as perf report -D. */
#ifndef REPORT_RPT_DUMP_H
#define REPORT_RPT_DUMP_H

#include "report/report.h"

struct consumer *dump_create(const struct report_opts *o, struct err *err);
void dump_destroy(struct consumer *c);

#endif
