/*
 * rpt_timeline.h - the report timeline: how many calls returned, how many failed, and how long they took, an
 * interval after the other; in columns, or as a picture (timegraph.h).
 */
#ifndef REPORT_RPT_TIMELINE_H
#define REPORT_RPT_TIMELINE_H

#include "report/report.h"

int timeline_check(struct report_opts *o, struct err *err); /* as report.check */

struct consumer *timeline_create(const struct report_opts *o, struct err *err);
void timeline_destroy(struct consumer *c);

#endif
