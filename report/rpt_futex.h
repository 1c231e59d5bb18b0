/*
 * rpt_futex.h - the report futex-contention: how long each thread waited at each lock, as perf's script of that
 * name tells it.
 */
#ifndef REPORT_RPT_FUTEX_H
#define REPORT_RPT_FUTEX_H

#include "report/report.h"

int futex_check(struct report_opts *o, struct err *err); /* as report.check */

struct consumer *futex_create(const struct report_opts *o, struct err *err);
void futex_destroy(struct consumer *c);

#endif
