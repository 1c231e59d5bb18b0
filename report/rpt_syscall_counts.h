/* rpt_syscall_counts.h - how often each system call was made. */
#ifndef REPORT_RPT_SYSCALL_COUNTS_H
#define REPORT_RPT_SYSCALL_COUNTS_H

#include "report/report.h"

struct consumer *syscall_counts_create(const struct report_opts *o, struct err *err);
void syscall_counts_destroy(struct consumer *c);

#endif
