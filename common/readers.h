/*
 * readers.h - the blocks of several readers, side by side, read ahead by other threads.
 *
 * A reader decompresses one part of a recording from its beginning on, one piece after the other; so
 * helpers each take a reader that nobody has, and that has few blocks waiting, and copy its next one. Who
 * needs a block that is not there yet reads it itself. Without helpers all is read so, and not copied.
 *
 * All functions are called by one thread, the consumer.
 */
#ifndef COMMON_READERS_H
#define COMMON_READERS_H

#include "common/reader.h"

struct readers;

/*
 * readers_new() - room for @nr readers, none of them open. With @threads helpers are started, one for
 * each CPU but the consumer's. Returns NULL when memory ran out.
 */
struct readers *readers_new(uint32_t nr, bool threads);
void readers_free(struct readers *rs);

/* readers_open() - open reader @i, as reader_open() does; @file must outlive it. */
int readers_open(struct readers *rs, uint32_t i, struct perf_file *file, struct err *err);

/*
 * readers_next() - the next block of reader @i, which is open, as reader_next() gives it; it lives until
 * the next call for that reader.
 */
int readers_next(struct readers *rs, uint32_t i, struct block **block, struct err *err);

/* readers_close() - close reader @i, if it is open. @nr_compressed: out: as the reader's; may be NULL. */
void readers_close(struct readers *rs, uint32_t i, uint64_t nr_compressed[2]);

#endif
