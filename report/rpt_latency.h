/*
 * rpt_latency.h - the report latency: how the times of calls are distributed, which took longest, and which have not
 * come back.
 */
#ifndef REPORT_RPT_LATENCY_H
#define REPORT_RPT_LATENCY_H

#include "report/report.h"

int latency_check(struct report_opts *o, struct err *err); /* as report.check */

struct consumer *latency_create(const struct report_opts *o, struct err *err);
void latency_destroy(struct consumer *c);

#endif
