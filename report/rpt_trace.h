/* rpt_trace.h - a line for each system call, as strace writes it. */
#ifndef REPORT_RPT_TRACE_H
#define REPORT_RPT_TRACE_H

#include "report/report.h"

struct consumer *trace_create(const struct report_opts *o, struct err *err);
void trace_destroy(struct consumer *c);

#endif
