#include "common/buf.h"
#include "common/util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns the place of @len new bytes, NULL when there is no memory. */
static void *buf_grow(struct buf *b, size_t len)
{
	void *at;

	if (b->failed)
		return NULL;
	if (len > SIZE_MAX / 4 - b->len) {
		b->failed = 1;
		return NULL;
	}
	if (len > b->room - b->len) {
		size_t room = MAX(b->room * 2, ALIGN_UP(b->len + len, 256));
		void *data = realloc(b->data, room);

		if (!data) {
			b->failed = 1;
			return NULL;
		}
		b->data = data;
		b->room = room;
	}
	at = b->data + b->len;
	b->len += len;
	return at;
}

void buf_reserve(struct buf *b, size_t len)
{
	if (buf_grow(b, len))
		b->len -= len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	void *at = len ? buf_grow(b, len) : NULL;

	if (at)
		memcpy(at, data, len);
}

void buf_add_u16(struct buf *b, uint16_t v)
{
	buf_add(b, &v, sizeof(v));
}

void buf_add_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof(v));
}

void buf_add_zero(struct buf *b, size_t len)
{
	void *at = len ? buf_grow(b, len) : NULL;

	if (at)
		memset(at, 0, len);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;
	char *at;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0) {
		b->failed = 1;
		return;
	}
	at = buf_grow(b, (size_t)len + 1);
	if (!at)
		return;
	va_start(ap, fmt);
	vsnprintf(at, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len--; /* the NUL is room, not content */
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
