/*
 * tpeval.h - the text of a tracepoint's samples, by its print fmt.
 *
 * The print fmt is parsed once (tptree.h) and its format string cut into conversions once; a
 * sample then costs the evaluation of its arguments. The text is that of perf 6.1 to the byte,
 * its oddities included: "[FAILED TO PARSE] field=value ..." for what it cannot parse, numbers
 * of fewer than 8 bytes without a sign in expressions, a field that once was not printable is
 * no string any more.
 *
 * Nothing outside of a sample's raw bytes is read, whatever the format or the bytes say: a number
 * that lies outside is 0, a string that does is empty.
 */
#ifndef COMMON_TPEVAL_H
#define COMMON_TPEVAL_H

#include "common/err.h"
#include "common/text.h"
#include "common/tpnumber.h"

/* The longest text of one sample that is not cut. */
#define TPEVAL_TEXT_MAX (1u << 20)

struct tp_evals;
struct tp_eval;

/*
 * tp_evals_new() - what the formats of @table have in common; it must live as long.
 * Returns NULL when memory ran out.
 */
struct tp_evals *tp_evals_new(const struct tp_table *table);
void tp_evals_free(struct tp_evals *all);

/* tp_evals_resolve() - have the names of functions (%pS, %ps) looked up with @resolve(@arg, ...). */
void tp_evals_resolve(struct tp_evals *all, tp_resolve resolve, void *arg);

/*
 * tp_evals_get() - the compiled print fmt of @tp, a format of the table; compiled at the first call.
 * Returns NULL when memory ran out. Lives as long as @all.
 */
struct tp_eval *tp_evals_get(struct tp_evals *all, const struct tp_format *tp);

/*
 * tp_eval_print() - append the text of a sample with the @size raw bytes @raw to @out. It may
 * change @e: see above.
 */
void tp_eval_print(struct tp_eval *e, const void *raw, uint32_t size, struct text *out);

#endif
