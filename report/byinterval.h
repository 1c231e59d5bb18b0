/*
 * byinterval.h - a report of system calls by intervals (intervals.h), an interval after the other: what is alike in
 * all of them. Of one file each interval is printed when it is over; of several, whose times need not follow each
 * other, all are at the end. Times are those of the clock that these share.
 */
#ifndef REPORT_BYINTERVAL_H
#define REPORT_BYINTERVAL_H

#include "report/callreport.h"
#include "report/intervals.h"
#include "report/several.h"

/* The first part of such a report. */
struct byinterval {
	struct callreport report;   /* with name, version, opts */
	bool one;		    /* there is one interval of all, of which nobody speaks */
	const char *csv_head;	    /* columns behind start_ns and end_ns, and those of hosts */
	const char *what;	    /* is counted: "system call" */
	struct intervals intervals; /* with size and release */
	uint64_t nr_printed;
	bool live; /* each table in the place of the one before */
	/* As of pair_client: */
	int (*add)(void *arg, const struct call *call, struct err *err);
	/* A file begins. May be NULL. */
	void (*begin)(struct byinterval *b);
	/*
	 * Prints an interval in the form that was asked for; i->data may be NULL. In JSON: keys, each behind a
	 * comma. Returns 0, or -1 with @err filled.
	 */
	int (*print)(struct byinterval *b, const struct interval *i, struct err *err);
};

/* byinterval_check() - read --top and -I, by default @usual. As report.check. */
int byinterval_check(struct report_opts *o, const char *usual, struct err *err);

/*
 * byinterval_init() - @b, zeroed but for what is said to be set above and the functions, gets calls as @want says.
 * Sets all of the consumer but free; byinterval_release() is due.
 */
void byinterval_init(struct byinterval *b, unsigned want);
void byinterval_release(struct byinterval *b);

/* byinterval_at() - as intervals_at(); @time_ns: of the file that is being read. */
static inline void *byinterval_at(struct byinterval *b, uint64_t time_ns, struct err *err)
{
	return intervals_at(&b->intervals, several_to_common(b->report.session, time_ns), err);
}

/* These begin what print() prints: a table; a row of CSV. */
void byinterval_begin_table(const struct byinterval *b);
void byinterval_begin_row(const struct byinterval *b, const struct interval *i);

#endif
