/*
 * ahead.h - a part of a file in order, read ahead by a second thread.
 *
 * The part is cut into PIECES of AHEAD_PIECE bytes, or AHEAD_PIECE_SMALL. Whoever has time takes the next one that
 * nobody has taken: the helper always, the consumer when the piece it needs is not there yet.
 * So one thread walks the records while the other copies from the page cache, both copy when the
 * walk is short, and without a helper the same code reads piece after piece.
 *
 * A pipe has no pieces: its bytes are given as they come, by one thread.
 *
 * All functions are called by one thread at a time, the consumer.
 */
#ifndef COMMON_AHEAD_H
#define COMMON_AHEAD_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes read at once: a quarter of a common L2 cache, where copy and walk meet. */
#define AHEAD_PIECE (256u << 10)

/* Where many files are read side by side, there is less memory for each. */
#define AHEAD_PIECE_SMALL (64u << 10)

/* So many bytes of the consumer's fit in front of a piece: less than a record. */
#define AHEAD_CARRY_MAX (64u << 10)

struct ahead;

/*
 * ahead_new() - read [pos, end) of @fd, which is borrowed. Returns NULL when memory ran out.
 */
struct ahead *ahead_new(int fd, uint64_t pos, uint64_t end);

/*
 * ahead_pipe() - the same of what cannot be read at an offset. @front: the first of these bytes,
 * @nr_front of them, borrowed; they have been read already.
 */
struct ahead *ahead_pipe(int fd, uint64_t pos, uint64_t end, const void *front, size_t nr_front);

/* ahead_stop_at() - end a pipe's part when *@stop is set, as for io_read(); borrowed. */
void ahead_stop_at(struct ahead *a, const volatile bool *stop);

/* ahead_save_memory() - take small pieces, before the first ahead_next(), and start no helper. */
void ahead_save_memory(struct ahead *a);

/*
 * ahead_lend() - let what ahead_next() gives be kept, @nr pieces at a time, at most AHEAD_LENT_MAX, with the one given
 * last. Before the first ahead_next(); then there is no helper.
 * ahead_keep() - keep the piece that was given last. Returns its number, for ahead_return(), which any thread may
 * call.
 */
#define AHEAD_LENT_MAX 16
void ahead_lend(struct ahead *a, uint32_t nr);
uint32_t ahead_keep(struct ahead *a);
void ahead_return(struct ahead *a, uint32_t slot);

/*
 * ahead_start() - start the helper, before the first ahead_next(). Without effect when the part
 * is too short to gain from it or is a pipe, when this process has one CPU, and when no thread can
 * be had.
 */
void ahead_start(struct ahead *a);
void ahead_free(struct ahead *a);

/*
 * ahead_next() - the next bytes of the part, with the @nr_carry bytes @carry (part of what was
 * given last) in front. *@data is the first of these; it lives until the next call, or while it is kept.
 * Returns how many bytes follow the carry, fewer than were there at ahead_new() when the file
 * shrank or the pipe was closed; 0 at the end; or -1 with errno.
 */
ssize_t ahead_next(struct ahead *a, const char *carry, size_t nr_carry, char **data);

/*
 * ahead_skip() - leave out the next @nr bytes, which must not go beyond the end.
 * What was given before is gone then. Returns how many they were: fewer when a pipe has no more.
 */
uint64_t ahead_skip(struct ahead *a, uint64_t nr);

#endif
