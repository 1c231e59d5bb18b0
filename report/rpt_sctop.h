/* rpt_sctop.h - the report sctop: system calls by number of calls, an interval after the other. */
#ifndef REPORT_RPT_SCTOP_H
#define REPORT_RPT_SCTOP_H

#include "report/report.h"

int sctop_check(struct report_opts *o, struct err *err); /* as report.check */

struct consumer *sctop_create(const struct report_opts *o, struct err *err);
void sctop_destroy(struct consumer *c);

#endif
