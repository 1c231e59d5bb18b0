/*
 * text.h - text that is put together in memory, fast, and can never be too long.
 *
 * What does not fit is left out: the owner makes the room for the longest line that shall be
 * possible, and empties the text between two lines.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include "common/util.h"

#include <endian.h>
#include <stdbool.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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
		/* cppcheck-suppress pointerOutOfBoundsCond ; there are len bytes */
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

/*
 * text_put_hex(), text_put_dec() - the digits of @v at @to, where TEXT_DIGITS bytes are free: more than
 * there are digits may be overwritten. They return what is behind the last digit.
 */
#define TEXT_DIGITS 20
char *text_put_dec_long(char *to, uint64_t v);

extern const char text_pairs[200]; /* "00" to "99" */

/* The eight hexadecimal digits of @v at @to. */
static inline void text_put_hex8(char *to, uint32_t v)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t x = v, letters;

	/* A byte for each digit, the last one lowest. */
	x = (x | x << 16) & 0x0000ffff0000ffff;
	x = (x | x << 8) & 0x00ff00ff00ff00ff;
	x = (x | x << 4) & 0x0f0f0f0f0f0f0f0f;
	letters = (x + 6 * ones) >> 4 & ones;
	x = htobe64(x + '0' * ones + letters * ('a' - '9' - 1));
	memcpy(to, &x, sizeof(x));
}

/* All sixteen: a third of the work where there is an instruction for as many bytes. */
static inline void text_put_hex16(char *to, uint64_t v)
{
#ifdef __SSE2__
	const __m128i low = _mm_set1_epi8(15), bytes = _mm_cvtsi64_si128(htobe64(v));
	const __m128i x = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi64(bytes, 4), low),
					    _mm_and_si128(bytes, low));
	const __m128i letters =
		_mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8(9)), _mm_set1_epi8('a' - '9' - 1));

	_mm_storeu_si128((__m128i *)to, _mm_add_epi8(_mm_add_epi8(x, _mm_set1_epi8('0')), letters));
#else
	text_put_hex8(to, v >> 32);
	text_put_hex8(to + 8, v);
#endif
}

static inline char *text_put_hex(char *to, uint64_t v)
{
	unsigned nr = (67 - __builtin_clzll(v | 1)) / 4;

	text_put_hex16(to, v << (64 - 4 * nr));
	return to + nr;
}

static inline char *text_put_dec(char *to, uint64_t v)
{
	if (v >= 100)
		return text_put_dec_long(to, v);
	if (v >= 10)
		return (char *)memcpy(to, &text_pairs[2 * v], 2) + 2;
	*to = '0' + v;
	return to + 1;
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
static inline void text_digits(struct text *t, uint32_t v, unsigned nr)
{
	if (unlikely(nr > (size_t)(t->end - t->at)))
		return;
	for (unsigned at = nr; at >= 2; v /= 100) {
		at -= 2;
		memcpy(t->at + at, &text_pairs[v % 100 * 2], 2);
	}
	t->at += nr;
}

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
