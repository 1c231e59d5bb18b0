/* rpt_stats.h - what is in a recording, counted. */
#ifndef REPORT_RPT_STATS_H
#define REPORT_RPT_STATS_H

#include "report/report.h"

struct consumer *stats_create(const struct report_opts *o, struct err *err);
void stats_destroy(struct consumer *c);

#endif
