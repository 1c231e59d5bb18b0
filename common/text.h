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

/* Most texts are short: a call of memcpy() costs more than they do. The halves may overlap. */
static inline void text_copy(char *to, const char *s, size_t len)
{
	if (len > 16) {
		memcpy(to, s, len);
	} else if (len >= 8) {
		uint64_t a = load_u64(s), b = load_u64(s + len - 8);

		memcpy(to, &a, sizeof(a));
		memcpy(to + len - 8, &b, sizeof(b));
	} else if (len >= 4) {
		uint32_t a = load_u32(s), b = load_u32(s + len - 4);

		memcpy(to, &a, sizeof(a));
		memcpy(to + len - 4, &b, sizeof(b));
	} else if (len) {
		to[0] = s[0];
		to[len / 2] = s[len / 2];
		to[len - 1] = s[len - 1];
	}
}

static inline void text_add(struct text *t, const char *s, size_t len)
{
	if (unlikely(len > (size_t)(t->end - t->at)))
		len = t->end - t->at;
	text_copy(t->at, s, len);
	t->at += len;
}

static inline void text_str(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

/* text_fill() - @c, @nr times; nothing when that is negative. */
static inline void text_fill(struct text *t, char c, int64_t nr)
{
	if (unlikely(nr > t->end - t->at))
		nr = t->end - t->at;
	for (; nr > 0; nr--)
		*t->at++ = c;
}

/* text_dec(), text_hex() - @v with @fill in front of it, up to @width characters. */
void text_dec_long(struct text *t, uint64_t v, int width, char fill);
void text_hex(struct text *t, uint64_t v, int width, char fill);

static inline void text_dec(struct text *t, uint64_t v, int width, char fill)
{
	if (v < 10 && width <= 1)
		text_char(t, '0' + v);
	else
		text_dec_long(t, v, width, fill);
}

/* text_digits() - the @nr last digits of @v, an even number. */
void text_digits(struct text *t, uint32_t v, unsigned nr);

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
