/*
 * report.h - a built-in report, and the table of them.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "common/err.h"
#include "common/optparse.h"
#include "report/consumer.h"
#include "report/filter.h"
#include "report/out.h"

/* What the command line says to a report. */
struct report_opts {
	enum out_format format;
	struct filter_words filter; /* what the session gives is of that already */
	bool hex;		    /* -x: the bytes of records, too */
	bool info;		    /* -I: the header with all details */
	struct opt_words fields;    /* -F of print, as typed; owned by the command line's owner */
	bool ns, wall;		    /* of print, trace: nanoseconds, time of day or date */
	bool whole;		    /* of trace: each call in one line */
	/* --by, --sort, --top of summary, as typed; NULL: as it thinks best. */
	const char *by, *sort_word, *top_word;
	int sort;		   /* what these mean: see grouped_check() */
	uint64_t top;		   /* so many groups of each level; 0: all */
	const char *interval_word; /* -I as typed; NULL: as the report thinks best */
	uint64_t interval_ns;	   /* what that means: see intervals_check() */
	const char *view;	   /* --view of timeline as typed; NULL: as it thinks best */
	/* Of top: -d and -n as typed; -n as a number, 0: no end; -b. */
	const char *delay, *iterations_word;
	uint64_t iterations;
	bool batch;
};

/* The options that a report takes beside -i: bits of report.options. */
enum report_option {
	REPORT_SUM = 1 << 20,	   /* several files make one report */
	REPORT_EACH = 1 << 21,	   /* several files make as many */
	REPORT_AS_ONE = 1 << 22,   /* several files are read in one order */
	REPORT_TIMED = 1 << 24,	   /* with REPORT_SUM: it compares times of several files */
	REPORT_FILTERS = 1 << 4,   /* which samples count: --time, --pid and so on */
	REPORT_FORMAT = 1 << 5,	   /* --format */
	REPORT_HEX = 1 << 10,	   /* -x */
	REPORT_INFO = 1 << 6,	   /* -I */
	REPORT_PRINT = 1 << 9,	   /* -F */
	REPORT_TIMES = 1 << 17,	   /* --ns --wall */
	REPORT_TRACE = 1 << 18,	   /* --whole */
	REPORT_BY = 1 << 11,	   /* --by */
	REPORT_SORT = 1 << 12,	   /* --sort --top */
	REPORT_TOP = 1 << 13,	   /* --top alone */
	REPORT_INTERVAL = 1 << 14, /* -I INTERVAL */
	REPORT_VIEW = 1 << 15,	   /* --view */
	REPORT_LIVE = 1 << 23,	   /* -b -d -n; see rpt_top.h */
};

struct report {
	const char *name;
	const char *summary; /* one line */
	unsigned options;    /* enum report_option */
	/* Makes the consumer that is the report; NULL with @err filled when memory ran out. Not of REPORT_LIVE. */
	struct consumer *(*create)(const struct report_opts *o, struct err *err);
	void (*destroy)(struct consumer *c);
	/* Checks and completes what was said to it. Returns 0, or -1: ERR_USAGE. NULL: all is well. */
	int (*check)(struct report_opts *o, struct err *err);
};

/* All reports; ends with a row without a name. */
extern const struct report reports[];

/* report_find() - the report of that name, or NULL with ERR_USAGE and near names. */
const struct report *report_find(const char *name, struct err *err);

#endif
