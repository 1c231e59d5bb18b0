/*
 * compressed2.h - how long a COMPRESSED2 record is, also one whose sizes perf wrote wrong.
 *
 * perf 6.16 to 7.0 compresses what a ring gave into a few records at once, a PUSH, and afterwards
 * writes the size of all of them into the first: data_size = bytes of the push - 16, header.size
 * that rounded up to 8, of which only 16 bits are kept. That is right for a push of one record
 * below 64 KiB, which is followed by zeros up to a multiple of 8. For others:
 *
 *	u32 83, u16 0, u16 garbage (perhaps 0), u64 data_size; zstd, 65519 bytes at most
 *	u32 83, u16 0, u16 size, u64 garbage; zstd, size - 16 bytes
 *	... as many of these until the 16 + data_size bytes are used up; no zeros behind
 *
 * Source: tools/perf/builtin-record.c, record__pushfn() of these versions; perf 7.2 has it right.
 */
#ifndef COMMON_COMPRESSED2_H
#define COMMON_COMPRESSED2_H

#include "common/abi.h"

#include <stdbool.h>

#define COMPRESSED2_HEAD 16 /* bytes in front of the zstd: header, u64 data_size */

/* A zeroed struct: not in such a push. */
struct compressed2 {
	uint64_t left;	    /* bytes of the push that are still to come */
	uint64_t nr_mended; /* pushes with wrong sizes, so far */
};

/* Where things are in a record. Invariant: COMPRESSED2_HEAD + zstd <= size <= RECORD_SIZE_MAX. */
struct compressed2_size {
	uint32_t size; /* bytes of the record, header and all */
	uint32_t zstd; /* bytes of zstd behind COMPRESSED2_HEAD */
};

/*
 * compressed2_measure() - measure the record with the header @h and @data_size behind it.
 * @rest: bytes of data from the record on. Returns false when it cannot be what it says.
 */
bool compressed2_measure(const struct compressed2 *c, const struct perf_event_header *h,
			 uint64_t data_size, uint64_t rest, struct compressed2_size *out);

/* compressed2_pass() - the record that was measured so is used up. */
void compressed2_pass(struct compressed2 *c, const struct perf_event_header *h, uint64_t data_size,
		      const struct compressed2_size *size);

#endif
