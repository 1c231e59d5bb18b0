/*
 * tracetext.h - a system call as a line of text: as strace -f writes it, as CSV, or as an object of JSON.
 *
 * A call that others came between is two lines, one where it was entered and one where it was left. In CSV and
 * JSON, and where that was asked for, each call is one line.
 */
#ifndef REPORT_TRACETEXT_H
#define REPORT_TRACETEXT_H

#include "report/calltext.h"
#include "report/out.h"
#include "report/pair.h"
#include "report/session.h"

/* What lines look like. */
struct trace_how {
	enum out_format format;
	bool ns, wall; /* nine decimals; the date, too */
};

/* A call, or a half of one, of a task. */
struct trace_call {
	uint32_t pid, tid, cpu; /* cpu UINT32_MAX: the file does not say */
	const char *comm;	/* NULL: nobody said */
	int64_t nr;
	const uint64_t *args; /* CALL_ARGS; NULL: it was entered when nobody saw it */
	uint64_t start_ns;    /* with args */
	enum call_state state;
	bool in_flight;	 /* OPEN, when the recording ended */
	int64_t ret;	 /* of EXACT and LEFT */
	uint64_t end_ns; /* when it was left, or when it was known that it will not be */
	int64_t resumes; /* of restart_syscall: the number of the call that it goes on with; or -1 */
};

struct tracetext;

/* tracetext_new() - for the calls of @s. Both must live as long. NULL when memory ran out. */
struct tracetext *tracetext_new(const struct trace_how *how, const struct session *s);
void tracetext_free(struct tracetext *x);

/* tracetext_calls() - what is known of its calls. */
struct calltexts *tracetext_calls(struct tracetext *x);

/*
 * These append a line to @t, which has TRACE_LINE_MAX bytes of room. They return 0, or -1: ERR_MEM.
 *
 * trace_whole() - the call, entered and left.
 * trace_entered() - it was entered: "read(3, 0x7f00, 5 <unfinished ...>".
 * trace_left() - it was left: "<... read resumed>) = 5 <0.000040>".
 * trace_lost() - so many events of @cpu, UINT32_MAX where nobody knows which, were lost. CSV has no such line.
 */
#define TRACE_LINE_MAX (2 * CALL_TEXT_MAX)
int trace_whole(struct tracetext *x, struct text *t, const struct trace_call *call,
		struct err *err);
int trace_entered(struct tracetext *x, struct text *t, const struct trace_call *call,
		  struct err *err);
int trace_left(struct tracetext *x, struct text *t, const struct trace_call *call, struct err *err);
void trace_lost(struct tracetext *x, struct text *t, uint64_t lost, uint32_t cpu, uint64_t time);

/* trace_heading() - append the line in front of all: of CSV. */
void trace_heading(const struct trace_how *how, struct text *t);

#endif
