/*
 * rpt_summary.h - the report summary: calls, errors and times of system calls by process, thread and call, or
 * by what else --by says. What perf trace -s and strace -c -w -f tell, in one.
 */
#ifndef REPORT_RPT_SUMMARY_H
#define REPORT_RPT_SUMMARY_H

#include "report/report.h"

/* summary_check() - does it take these options? Returns 0 with o->sort set, or -1: ERR_USAGE. */
int summary_check(struct report_opts *o, struct err *err);

struct consumer *summary_create(const struct report_opts *o, struct err *err);
void summary_destroy(struct consumer *c);

#endif
