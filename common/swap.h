/*
 * swap.h - a recording of the other byte order becomes one of this machine's.
 *
 * Everything behind the reader is in host byte order, raw bytes of tracepoints included. Bodies of
 * features stay as they are, for feature.h reads both orders; and what cannot be told from text: raw
 * bytes of events without a format, AUX data, stacks.
 *
 * Nothing here trusts the file: what is shorter than it says is turned as far as it is there, and
 * whoever looks at it next finds it too short.
 */
#ifndef COMMON_SWAP_H
#define COMMON_SWAP_H

#include "common/file.h"

/* swap_u64() - turn @nr u64 at @at, which needs no alignment. */
void swap_u64(void *at, size_t nr);

/*
 * swap_file_header() - all of it but the magic.
 * @big_endian: the recording machine was: of a 32-bit one, the map of features is in u32.
 */
void swap_file_header(struct file_header *h, bool big_endian);

void swap_header(struct perf_event_header *h);

/* swap_attr() - the first @bytes of an attr, bit fields included. Needs no alignment. */
void swap_attr(void *attr, size_t bytes);

/* swap_record() - a whole record of the data, whose header has been checked, and that header. */
void swap_record(const struct perf_file *f, struct perf_event_header *rec);

#endif
