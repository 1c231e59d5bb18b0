/* rpt_errors.h - the report errors: which calls failed, with what, when, of whom; with an example of each. */
#ifndef REPORT_RPT_ERRORS_H
#define REPORT_RPT_ERRORS_H

#include "report/report.h"

int errors_check(struct report_opts *o, struct err *err); /* as report.check */

struct consumer *errors_create(const struct report_opts *o, struct err *err);
void errors_destroy(struct consumer *c);

#endif
