/*
 * tpfield.h - the name, ID and fields in a tracepoint's format text.
 *
 * The shape of the text is that of f_show() in the kernel's kernel/trace/trace_events.c, which
 * has not changed since 2.6.32: "name:", "ID:", "format:", a line for each common field, an empty
 * line, a line for each field of its own, an empty line, "print fmt:".
 */
#ifndef COMMON_TPFIELD_H
#define COMMON_TPFIELD_H

#include "common/tracepoint.h"

#define TPFIELD_TEXT_MAX 65536 /* bytes of a format; the longest of kernel 6.18 has 5,523 */

/*
 * tpfield_parse() - fill id, name, common and fields of @tp.
 * @text: @len bytes; names are made strings of their own in it, so it must live as long as @tp.
 * @rest: out: offset of what is behind the fields.
 * Returns NULL, or what is wrong (a constant); tpfield_release() is for the caller in both cases.
 */
const char *tpfield_parse(struct tp_format *tp, char *text, uint32_t len, uint32_t *rest);
void tpfield_release(struct tp_format *tp);

#endif
