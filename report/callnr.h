/* callnr.h - where a sample has the number of the system call that it tells of. */
#ifndef REPORT_CALLNR_H
#define REPORT_CALLNR_H

#include "common/tracepoint.h"

/*
 * callnr_field() - of raw_syscalls:sys_enter and sys_exit, and of the events of single calls
 * (syscalls:sys_enter_openat). NULL when @tp is no event of a call, or has no number of 4 or 8
 * bytes. @tp may be NULL.
 */
const struct tp_field *callnr_field(const struct tp_format *tp);

/* callnr_get() - the number in @raw, in which the field lies. */
static inline int64_t callnr_get(const struct tp_field *field, const void *raw)
{
	uint64_t value = tp_field_u64(field, raw);

	return field->size == 4 ? (int32_t)value : (int64_t)value;
}

#endif
