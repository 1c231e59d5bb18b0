/*
 * unpack.h - compressed records that are complete frames, decompressed by several threads and given
 * in their order. The other ones are inflate.h's.
 *
 * What is queued is copied: the reader's buffer is free at once. Whoever has time takes the next
 * frame that nobody has taken: the helpers always, the consumer when the one it needs is not there
 * yet. Plain records between the frames go through the queue, too, to keep their place.
 *
 * All functions are called by one thread, the consumer.
 */
#ifndef COMMON_UNPACK_H
#define COMMON_UNPACK_H

#include "common/reader.h"

struct unpack;

/*
 * unpack_new() - start the helpers, one for each CPU but the consumer's. NULL where there is one
 * CPU only, or when no thread or no memory can be had: then inflate.h does it.
 */
struct unpack *unpack_new(void);
void unpack_free(struct unpack *u);

/* unpack_takes() - is @body, @len bytes, one complete frame of a known size that is not too large? */
bool unpack_takes(const char *body, size_t len);

/* unpack_full() - is there no room in the queue? */
bool unpack_full(const struct unpack *u);

/* unpack_empty() - is nothing in it? */
bool unpack_empty(const struct unpack *u);

/*
 * unpack_frame() - queue the frame @body, which unpack_takes(); of the record at file offset @off.
 * unpack_plain() - queue the record @rec, in which there is room. Both return 0, or -1 with ERR_MEM.
 */
int unpack_frame(struct unpack *u, const char *body, size_t len, uint64_t off, struct err *err);
int unpack_plain(struct unpack *u, const char *rec, size_t len, uint64_t off, struct err *err);

/*
 * unpack_next() - the next block of the queue, which must not be empty, after the former was walked
 * to its end. What was left of a record goes in front of the next frame's.
 * Returns 1 with *@block set, or -1 with ERR_DATA or ERR_MEM.
 */
int unpack_next(struct unpack *u, struct block **block, const char *path, struct err *err);

/* unpack_off() - where in the file the record lies that unpack_next() gave last, or failed at. */
uint64_t unpack_off(const struct unpack *u);

/*
 * unpack_left() - what is left of a record whose rest has not come, *@len bytes. Asked for when the
 * last block was walked to its end.
 */
const char *unpack_left(struct unpack *u, size_t *len);

/* unpack_set_left() - begin with that: @len bytes, less than a record has at most. */
void unpack_set_left(struct unpack *u, const char *left, size_t len);

#endif
