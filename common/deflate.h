/*
 * deflate.h - COMPRESSED records out of records: the other side of inflate.h.
 *
 * Every COMPRESSED record holds one complete zstd frame, and every frame whole records, so that
 * each can be read without the ones before it and by several threads at once. A skippable frame in
 * front of the frame makes the record's size a multiple of 8.
 */
#ifndef COMMON_DEFLATE_H
#define COMMON_DEFLATE_H

#include "common/buf.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

/* So much is compressed at once: what perf maps to read one record (mmap_len). */
#define DEFLATE_CHUNK (256u << 10)

/* zstd has more above 19, for which decompression needs more memory than ana gives it. */
#define DEFLATE_LEVEL_MAX     19
#define DEFLATE_LEVEL_DEFAULT (-1) /* on records half as fast again as 1, and 1 % larger */

struct deflate;

/* What a piece of the output is given to. Returns 0, or -1 with @err filled. */
typedef int deflate_sink(void *arg, const void *data, size_t len, struct err *err);

/* deflate_new() - @level: of zstd. Returns NULL when memory ran out. */
struct deflate *deflate_new(int level, deflate_sink *sink, void *arg);
void deflate_free(struct deflate *z);

/*
 * deflate_push() - append a piece of a row of records, cut anywhere; a chunk that is full goes to
 * the sink. The bytes may be reused when it returns. Returns 0 or the sink's -1.
 */
int deflate_push(struct deflate *z, const void *data, size_t len, struct err *err);

/* deflate_flush() - all whole records to the sink. Returns 0 or the sink's -1. */
int deflate_flush(struct deflate *z, struct err *err);

/* deflate_held() - bytes that were pushed and not given to the sink. */
size_t deflate_held(const struct deflate *z);

/* deflate_bytes() - what went in and came out since the last time; added to *@in and *@out. */
void deflate_bytes(struct deflate *z, uint64_t *in, uint64_t *out);

/* deflate_feature() - append the body of the feature COMPRESSED, its ratio still 0. */
void deflate_feature(struct buf *body, int level);

#endif
