/*
 * rpt_twins.h - the reports syscall-counts-by-pid, failed-syscalls and failed-syscalls-by-pid: events of system
 * calls, counted, in the tables of perf's scripts of these names.
 */
#ifndef REPORT_RPT_TWINS_H
#define REPORT_RPT_TWINS_H

#include "report/report.h"

/* twins_check() - of any of them: as report.check. */
int twins_check(struct report_opts *o, struct err *err);

struct consumer *counts_by_pid_create(const struct report_opts *o, struct err *err);
struct consumer *failed_create(const struct report_opts *o, struct err *err);
struct consumer *failed_by_pid_create(const struct report_opts *o, struct err *err);
void twins_destroy(struct consumer *c);

#endif
