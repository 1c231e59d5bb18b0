/*
 * text.h - text that is put together in memory, fast, and can never be too long.
 *
 * What does not fit is left out: the owner makes the room for the longest line that shall be
 * possible, and empties the text between two lines.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include "common/util.h"

#include <stdbool.h>

/* Invariant: start <= at <= end. The memory is the caller's. */
struct text {
	char *start, *at, *end;
};

/* A conversion of printf: %[#0-][width][.precision]conv. */
struct text_spec {
	char conv;	   /* d i u x X o s */
	bool alt;	   /* # */
	bool zero;	   /* 0 */
	bool left;	   /* - */
	int32_t width;	   /* characters; 0: none */
	int32_t precision; /* -1: none */
};

static inline void text_char(struct text *t, char c)
{
	if (likely(t->at < t->end))
		*t->at++ = c;
}

static inline void text_add(struct text *t, const char *s, size_t len)
{
	if (unlikely(len > (size_t)(t->end - t->at)))
		len = t->end - t->at;
	memcpy(t->at, s, len);
	t->at += len;
}

static inline void text_str(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

/* text_fill() - @c, @nr times; nothing when that is negative. */
void text_fill(struct text *t, char c, int64_t nr);

void text_dec(struct text *t, uint64_t v);
void text_hex(struct text *t, uint64_t v);

/* text_byte() - two digits, lower case, or upper with @upper. */
void text_byte(struct text *t, uint8_t v, bool upper);

/* text_right() - @s with blanks in front, up to @width characters. */
void text_right(struct text *t, const char *s, size_t len, int64_t width);

/*
 * text_number() - @v as printf() would print it: of the @bits lowest (8, 16, 32 or 64), signed
 * when the conversion is.
 */
void text_number(struct text *t, const struct text_spec *spec, uint64_t v, unsigned bits);

/* text_string() - @s as %s would be printed. */
void text_string(struct text *t, const struct text_spec *spec, const char *s, size_t len);

/*
 * text_escape() - make what was added since @from safe for a terminal: bytes that are no
 * printable UTF-8 become \xNN. @from is an earlier value of t->at.
 */
void text_escape(struct text *t, char *from);

#endif
