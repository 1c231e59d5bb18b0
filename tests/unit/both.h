/* both.h - the same numbers and texts twice: in this machine's byte order, and in the other. */
#ifndef TESTS_UNIT_BOTH_H
#define TESTS_UNIT_BOTH_H

#include "common/buf.h"

#include <string.h>

struct both {
	struct buf out[2]; /* of this machine, of the other */
};

static inline void both_number(struct both *b, uint64_t v, int bytes)
{
	for (int other = 0; other < 2; other++)
		for (int i = 0; i < bytes; i++) {
			int place = other ? bytes - 1 - i : i;

			buf_add(&b->out[other], (const char *)&v + place, 1);
		}
}

static inline void both_u64(struct both *b, uint64_t v)
{
	both_number(b, v, 8);
}

static inline void both_u32(struct both *b, uint32_t v)
{
	both_number(b, v, 4);
}

static inline void both_bytes(struct both *b, const char *bytes, size_t len)
{
	buf_add(&b->out[0], bytes, len);
	buf_add(&b->out[1], bytes, len);
}

/* A string as features have them. */
static inline void both_str(struct both *b, const char *text)
{
	both_u32(b, strlen(text) + 1);
	both_bytes(b, text, strlen(text) + 1);
}

static inline void both_release(struct both *b)
{
	buf_release(&b->out[0]);
	buf_release(&b->out[1]);
}

#endif
