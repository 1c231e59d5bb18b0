/*
 * tpunit.h - the numbers in a tracepoint's field: how many bytes each has.
 *
 * Only the byte order depends on that, so it is not kept but found in the format's text.
 */
#ifndef COMMON_TPUNIT_H
#define COMMON_TPUNIT_H

#include "common/tracepoint.h"

/*
 * tp_field_unit() - bytes of a number in @f, a field of a tp_table; of a TP_DYNAMIC one, in what it
 * refers to. 1: there are none, it is text, or nobody knows.
 * @long_size: bytes of a long on the recorded machine.
 */
uint32_t tp_field_unit(const struct tp_field *f, uint32_t long_size);

#endif
