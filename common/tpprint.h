/*
 * tpprint.h - the print fmt of a tracepoint, as far as scripts are told about it.
 *
 * A print fmt is C: a format string, then expressions with REC->FIELD, __print_flags(),
 * __print_symbolic() and other helpers. perf walks the arguments as libtraceevent parses them and
 * tells its scripts which numbers have names. libtraceevent itself trusts the text: it writes to
 * NULL, divides by zero and recurses without limit when somebody else than a kernel wrote it. So
 * this is a parser of our own, which gives the same walk for what kernels write.
 */
#ifndef COMMON_TPPRINT_H
#define COMMON_TPPRINT_H

#include "common/tracepoint.h"

#include <stdbool.h>

struct tp_print;

/*
 * A __print_flags() or __print_symbolic() that has not met a field yet: it marks the next one,
 * in whatever format that comes. So the formats of a file are parsed with one of these, in order.
 */
struct tp_marks {
	bool flags, symbolic;
};

/*
 * tp_print_parse() - parse @text, @len bytes behind "print fmt:".
 * @tp: its fields get TP_FLAGS and TP_SYMBOLIC.
 * An argument that cannot be parsed ends the parsing; what came before is kept, as in perf.
 * Returns an object to be freed with tp_print_free(), or NULL when memory ran out.
 */
struct tp_print *tp_print_parse(struct tp_format *tp, const char *text, size_t len,
				struct tp_marks *marks);
void tp_print_free(struct tp_print *print);

/* tp_print_walk() - tp_walk_print() of what was parsed. */
void tp_print_walk(const struct tp_print *print, const struct tp_print_visitor *v, void *arg);

#endif
