/*
 * inflate.h - the records inside COMPRESSED and COMPRESSED2 records.
 *
 * All compressed records of a file are one stream: perf starts one zstd frame and never ends it,
 * rec makes a frame a record; a record may begin in one and end in the next.
 */
#ifndef COMMON_INFLATE_H
#define COMMON_INFLATE_H

#include "common/reader.h"

/* Output comes in pieces of so many bytes at most. */
#define INFLATE_PIECE (256u << 10)

/*
 * More than this out of one record is a bomb: a thousand times as much as it can hold, where recordings
 * get smaller by 5 to 50 times. What the header says of it (mmap_len) may be damaged, and is not asked.
 */
#define INFLATE_RECORD_MAX (64u << 20)

struct inflate;

/* inflate_new() - NULL when memory ran out. */
struct inflate *inflate_new(void);
void inflate_free(struct inflate *z);

/*
 * inflate_feed() - a compressed record is next, at file offset @off: its @len bytes of zstd, which
 * must live until inflate_next() returned 0.
 */
void inflate_feed(struct inflate *z, const char *zstd, size_t len, uint64_t off);

/*
 * inflate_next() - the next block, after the former was walked to its end.
 * Returns 1 with *@block set, 0 when the record is used up, -1 with ERR_DATA. A piece has
 * the same size at most, whatever the frame says of itself.
 */
int inflate_next(struct inflate *z, struct block **block, const char *path, struct err *err);

/* inflate_restart() - give up the frame that is open, and half a record. */
void inflate_restart(struct inflate *z);

/*
 * inflate_is_open() - has a frame begun that did not end with the record? The next one goes on with it. Of a
 * record that failed: with the one before.
 */
bool inflate_is_open(const struct inflate *z);

/*
 * inflate_starts() - does a frame, or a skippable one, begin with these bytes? Then nothing of the records
 * before is needed for it.
 */
bool inflate_starts(const char *zstd, size_t len);

/* inflate_left() - what is left of a record whose rest has not come, *@len bytes. */
const char *inflate_left(const struct inflate *z, size_t *len);

/* inflate_set_left() - begin with that: @len bytes, less than a record has at most. */
void inflate_set_left(struct inflate *z, const char *left, size_t len);

#endif
