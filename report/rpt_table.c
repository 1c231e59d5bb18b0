#include "common/near.h"
#include "common/util.h"
#include "report/opts.h"
#include "report/report.h"
#include "report/rpt_dump.h"
#include "report/rpt_errors.h"
#include "report/rpt_events.h"
#include "report/rpt_futex.h"
#include "report/rpt_header.h"
#include "report/rpt_latency.h"
#include "report/rpt_print.h"
#include "report/rpt_rw.h"
#include "report/rpt_sctop.h"
#include "report/rpt_stats.h"
#include "report/rpt_summary.h"
#include "report/rpt_syscall_counts.h"
#include "report/rpt_timeline.h"
#include "report/rpt_top.h"
#include "report/rpt_trace.h"
#include "report/rpt_twins.h"

#include <unistd.h>

#define REPORTS_MAX 64

const struct report reports[] = {
	{ "syscall-counts", "system calls by number of calls",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM, syscall_counts_create,
	  syscall_counts_destroy, NULL },
	{ "syscall-counts-by-pid", "system calls of each task by number of calls",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_SORT, counts_by_pid_create,
	  twins_destroy, twins_check },
	{ "failed-syscalls", "system calls that failed, by name of the task",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_SORT, failed_create, twins_destroy,
	  twins_check },
	{ "failed-syscalls-by-pid", "system calls that failed, by task, call and error",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_SORT, failed_by_pid_create,
	  twins_destroy, twins_check },
	{ "sctop", "system calls by number of calls, by interval",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_TIMED | REPORT_TOP | REPORT_INTERVAL,
	  sctop_create, sctop_destroy, sctop_check },
	{ "futex-contention", "how long threads waited at which locks",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_SORT, futex_create, futex_destroy,
	  futex_check },
	{ "rw-by-pid", "calls of read and write by task, with bytes and errors",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_TOP, rw_by_pid_create, rw_destroy,
	  rw_check },
	{ "rw-by-file", "calls of read and write by file descriptor, with bytes",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_TOP, rw_by_file_create, rw_destroy,
	  rw_check },
	{ "rwtop", "calls of read and write by task, by interval",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_TIMED | REPORT_TOP | REPORT_INTERVAL,
	  rwtop_create, rw_destroy, rwtop_check },
	{ "summary", "calls, errors, times by process, thread and call",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_BY | REPORT_SORT, summary_create,
	  summary_destroy, summary_check },
	{ "latency", "how long calls took; the slowest, those in flight",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_BY | REPORT_SORT, latency_create,
	  latency_destroy, latency_check },
	{ "errors", "which calls failed, with what, when, and of whom",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_TIMED | REPORT_BY | REPORT_SORT,
	  errors_create, errors_destroy, errors_check },
	{ "timeline", "rates, errors, times by interval, or as a picture",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_SUM | REPORT_TIMED | REPORT_TOP |
		  REPORT_INTERVAL | REPORT_VIEW,
	  timeline_create, timeline_destroy, timeline_check },
	{ "top", "live, on a screen: calls, errors, times",
	  REPORT_FILTERS | REPORT_BY | REPORT_SORT | REPORT_LIVE, NULL, NULL, top_check },
	{ "print", "a line for each sample, as perf script prints it",
	  REPORT_FILTERS | REPORT_PRINT | REPORT_TIMES | REPORT_AS_ONE, print_create, print_destroy,
	  NULL },
	{ "trace", "a line for each system call, as strace -f -T writes it",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_TIMES | REPORT_TRACE | REPORT_AS_ONE,
	  trace_create, trace_destroy, NULL },
	{ "stats", "records by type, samples by event, loss, time span",
	  REPORT_FILTERS | REPORT_FORMAT | REPORT_EACH, stats_create, stats_destroy, NULL },
	{ "header", "what a recording says of its machine and of itself",
	  REPORT_FORMAT | REPORT_INFO | REPORT_EACH, header_create, header_destroy, NULL },
	{ "events", "the events of a recording, with all of their attrs",
	  REPORT_FORMAT | REPORT_EACH, events_create, events_destroy, NULL },
	{ "dump", "every record with its fields, in the order of the file",
	  REPORT_FILTERS | REPORT_HEX | REPORT_EACH, dump_create, dump_destroy, NULL },
	{ 0 },
};

const struct report *report_find(const char *name, struct err *err)
{
	const char *names[REPORTS_MAX + 2] = { HELP_WORD, REPAIR_WORD };
	char near[256];
	size_t nr = 2;

	for (const struct report *r = reports; r->name && nr < REPORTS_MAX; r++) {
		if (!strcmp(r->name, name))
			return r;
		names[nr++] = r->name;
	}
	if (!access(name, R_OK))
		fail(err, ERR_USAGE, "%s is a file; did you mean: ana %s %s?", name,
		     reports[0].name, name);
	else if (near_pick(near, sizeof(near), name, names, nr))
		fail(err, ERR_USAGE, "unknown report %s; did you mean %s?", name, near);
	else
		fail(err, ERR_USAGE, "unknown report %s; ana -l lists them", name);
	return NULL;
}
