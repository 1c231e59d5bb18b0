/* rpt_header.h - what a recording says of its machine and of itself. */
#ifndef REPORT_RPT_HEADER_H
#define REPORT_RPT_HEADER_H

#include "report/report.h"

struct consumer *header_create(const struct report_opts *o, struct err *err);
void header_destroy(struct consumer *c);

#endif
