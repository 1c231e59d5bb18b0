/*
 * source.h - the bytes of a recording that lie before its records, by their offset: of a file
 * from anywhere in it, of a pipe from what has come so far.
 *
 * What comes out of a pipe is kept. When the description of the recording is whole, what was read
 * too much is left in file->front, for the reader to begin with.
 */
#ifndef COMMON_SOURCE_H
#define COMMON_SOURCE_H

#include "common/file.h"

/* So much may lie in front of the records; 10,000 events on 1,000 CPUs with kallsyms are less. */
#define FRONT_MAX (128u << 20)

/*
 * source_open() - open f->path, "-" being standard input: path, fd, size and sequential are set;
 * of a directory, its file `data` is opened, and f->dir set.
 * Waits for the writer of a FIFO. Returns 0, or -1 with ERR_NOENT, ERR_PERM, ERR_IO, ERR_DATA (it
 * is empty), ERR_USAGE (a terminal), ERR_MEM, or as dir_enter().
 */
int source_open(struct perf_file *f, struct err *err);

/*
 * source_has() - are there @len bytes at @off? Of a pipe they are waited for, and f->size grows.
 * Returns 1, 0 when the source ends before, or -1 with ERR_IO, ERR_MEM, ERR_DATA (it is a pipe and
 * they lie behind FRONT_MAX).
 */
int source_has(struct perf_file *f, uint64_t off, uint64_t len, const char *what, struct err *err);

/*
 * source_read() - read exactly @len bytes at @off. @what: for the message.
 * Of a pipe only what source_has() has seen. Returns 0, or -1 with ERR_IO or ERR_TRUNC.
 */
int source_read(const struct perf_file *f, void *buf, size_t len, uint64_t off, const char *what,
		struct err *err);

/*
 * source_keep() - the data starts at @off: of a pipe, what came before that goes to f->head, where
 * source_read() finds it from now on.
 */
void source_keep(struct perf_file *f, uint64_t off);

#endif
