/* rpt_print.h - a line for each sample, as perf script prints it. */
#ifndef REPORT_RPT_PRINT_H
#define REPORT_RPT_PRINT_H

#include "report/report.h"

struct consumer *print_create(const struct report_opts *o, struct err *err);
void print_destroy(struct consumer *c);

#endif
