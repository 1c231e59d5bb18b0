/* buf.h - bytes that grow: feature bodies, synthesized records, generated text. */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <stddef.h>
#include <stdint.h>

/*
 * Invariant: len <= room. A zeroed struct is an empty buffer. When memory runs out @failed is
 * set and every later call does nothing, so that a long sequence is checked once, at its end.
 */
struct buf {
	unsigned char *data; /* owned; freed by buf_release() */
	size_t len, room;    /* bytes */
	int failed;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_u16(struct buf *b, uint16_t v);
void buf_add_u32(struct buf *b, uint32_t v);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_add_zero(struct buf *b, size_t len);
void buf_reserve(struct buf *b, size_t len); /* room for so many more, so that data is not NULL */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_release(struct buf *b);

#endif
