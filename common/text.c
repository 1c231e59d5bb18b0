#include "common/text.h"

#include <stdlib.h>

#define DIGITS_MAX 24 /* of a 64-bit number, in octal */

static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

/* Digits of @v in front of @end. Returns the first; none for 0. */
static char *digits(char *end, uint64_t v, unsigned base, const char *set)
{
	if (base == 10)
		for (; v; v /= 10)
			*--end = set[v % 10];
	else if (base == 16)
		for (; v; v >>= 4)
			*--end = set[v & 15];
	else
		for (; v; v >>= 3)
			*--end = set[v & 7];
	return end;
}

const char text_pairs[200] = "00010203040506070809101112131415161718192021222324"
			     "25262728293031323334353637383940414243444546474849"
			     "50515253545556575859606162636465666768697071727374"
			     "75767778798081828384858687888990919293949596979899";

static int nr_decimals(uint64_t v)
{
	int nr = 1;

	for (; v >= 10000; v /= 10000)
		nr += 4;
	return nr + (v >= 10) + (v >= 100) + (v >= 1000);
}

char *text_put_dec_long(char *to, uint64_t v)
{
	char *end = to + nr_decimals(v), *at = end;

	for (; v >= 100; v /= 100)
		memcpy(at -= 2, &text_pairs[v % 100 * 2], 2);
	if (v >= 10)
		memcpy(at - 2, &text_pairs[v * 2], 2);
	else
		at[-1] = '0' + v;
	return end;
}

/* Digits @s, with what fills up to @width. When that is too long, there is nothing but filling. */
static void add_digits(struct text *t, const char *s, int nr, int width, char fill)
{
	if (unlikely(MAX(nr, width) > t->end - t->at))
		return text_fill(t, fill, t->end - t->at);
	text_fill(t, fill, width - nr);
	text_add(t, s, nr);
}

void text_dec_long(struct text *t, uint64_t v, int width, char fill)
{
	char buf[TEXT_DIGITS];

	add_digits(t, buf, text_put_dec(buf, v) - buf, width, fill);
}

void text_hex(struct text *t, uint64_t v, int width, char fill)
{
	char buf[TEXT_DIGITS];

	add_digits(t, buf, text_put_hex(buf, v) - buf, width, fill);
}

void text_byte(struct text *t, uint8_t v, bool in_upper)
{
	const char *set = in_upper ? upper : lower;

	text_char(t, set[v >> 4]);
	text_char(t, set[v & 15]);
}

void text_right(struct text *t, const char *s, size_t len, int64_t width)
{
	text_fill(t, ' ', width - (int64_t)len);
	text_add(t, s, len);
}

static unsigned base_of(char conv)
{
	switch (conv) {
	case 'x':
	case 'X':
		return 16;
	case 'o':
		return 8;
	default:
		return 10;
	}
}

/* The sign, or what # puts in front of the digits. Returns its length. */
static int prefix(char out[2], const struct text_spec *spec, bool negative, uint64_t v)
{
	if (negative)
		return out[0] = '-', 1;
	if (!spec->alt || !v || base_of(spec->conv) != 16)
		return 0;
	out[0] = '0';
	out[1] = spec->conv;
	return 2;
}

void text_number(struct text *t, const struct text_spec *spec, uint64_t v, unsigned bits)
{
	const unsigned shift = 64 - bits;
	const bool has_sign = spec->conv == 'd' || spec->conv == 'i';
	const bool negative = has_sign && (int64_t)(v << shift) < 0;
	char buf[DIGITS_MAX], sign[2], *end = buf + sizeof(buf), *at;
	int64_t zeros, blanks;
	int nr_sign;

	v = has_sign ? (uint64_t)((int64_t)(v << shift) >> shift) : v << shift >> shift;
	if (negative)
		v = -v;
	at = digits(end, v, base_of(spec->conv), spec->conv == 'X' ? upper : lower);
	nr_sign = prefix(sign, spec, negative, v);
	zeros = (spec->precision < 0 ? 1 : spec->precision) - (end - at);
	if (spec->alt && spec->conv == 'o' && zeros < 1)
		zeros = 1;
	zeros = MAX(zeros, 0);
	blanks = spec->width - nr_sign - zeros - (end - at);
	if (spec->zero && !spec->left && spec->precision < 0 && blanks > 0) {
		zeros += blanks;
		blanks = 0;
	}
	if (!spec->left)
		text_fill(t, ' ', blanks);
	text_add(t, sign, nr_sign);
	text_fill(t, '0', zeros);
	text_add(t, at, end - at);
	if (spec->left)
		text_fill(t, ' ', blanks);
}

void text_string(struct text *t, const struct text_spec *spec, const char *s, size_t len)
{
	if (spec->precision >= 0)
		len = MIN(len, (size_t)spec->precision);
	if (!spec->left)
		text_fill(t, ' ', spec->width - (int64_t)len);
	text_add(t, s, len);
	if (spec->left)
		text_fill(t, ' ', spec->width - (int64_t)len);
}

/*
 * Bytes of the character at @s that a terminal may get as it is; 0: none. A tab may; the C1 controls
 * (U+0080 to U+009F), surrogates and longer forms than needed are not among them.
 */
static size_t shown(const unsigned char *s, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c;

	if (len == 1)
		return (s[0] >= ' ' && s[0] != 0x7f) || s[0] == '\t';
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > left)
		return 0;
	c = s[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c >= least[len] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? len : 0;
}

static bool all_shown(const char *at, const char *end)
{
	while (at < end) {
		size_t len = shown((const unsigned char *)at, end - at);

		if (!len)
			return false;
		at += len;
	}
	return true;
}

void text_escape(struct text *t, char *from)
{
	size_t len = t->at - from, at = 0;
	char *copy;

	if (all_shown(from, t->at))
		return;
	copy = malloc(len);
	t->at = from;
	if (!copy)
		return; /* rather nothing than what may do harm */
	memcpy(copy, from, len);
	while (at < len) {
		size_t n = shown((const unsigned char *)copy + at, len - at);

		if (n) {
			text_add(t, copy + at, n);
			at += n;
			continue;
		}
		text_add(t, "\\x", 2);
		text_byte(t, copy[at++], false);
	}
	free(copy);
}
