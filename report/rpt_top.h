/*
 * rpt_top.h - the report top: what the tasks of a machine do now, an interval after the other, on a terminal or
 * as text; of a stream, or of rec, which it starts itself.
 */
#ifndef REPORT_RPT_TOP_H
#define REPORT_RPT_TOP_H

#include "report/report.h"

/* top_check() - does it take these options? Returns 0 with what they mean set, or -1: ERR_USAGE. */
int top_check(struct report_opts *o, struct err *err);

/*
 * top_run() - @nr inputs: one, or none for a rec that it starts. Returns 0, or -1 with @err filled. *@status: what ana
 * is to end with at least.
 */
int top_run(const struct report_opts *o, const char *const *inputs, uint32_t nr, int *status,
	    struct err *err);

#endif
