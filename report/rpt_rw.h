/*
 * rpt_rw.h - the reports rw-by-pid, rw-by-file and rwtop: calls of read and write and their bytes, by task or by
 * file descriptor, in the tables of perf's scripts of these names.
 */
#ifndef REPORT_RPT_RW_H
#define REPORT_RPT_RW_H

#include "report/report.h"

int rw_check(struct report_opts *o, struct err *err);	 /* of the first two: as report.check */
int rwtop_check(struct report_opts *o, struct err *err); /* of rwtop */

struct consumer *rw_by_pid_create(const struct report_opts *o, struct err *err);
struct consumer *rw_by_file_create(const struct report_opts *o, struct err *err);
struct consumer *rwtop_create(const struct report_opts *o, struct err *err);
void rw_destroy(struct consumer *c);

#endif
