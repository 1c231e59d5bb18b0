/* tpconv.h - the format string of a print fmt, cut into texts and conversions with their arguments. */
#ifndef COMMON_TPCONV_H
#define COMMON_TPCONV_H

#include "common/tpnumber.h"

enum tpconv_kind {
	TPCONV_TEXT,
	TPCONV_NUMBER,
	TPCONV_STRING,
	TPCONV_POINTER,
};

struct tpconv {
	enum tpconv_kind kind;
	enum { TPCONV_STAR_UNUSED, TPCONV_STAR_WIDTH, TPCONV_STAR_PRECISION } star_is;
	const char *text; /* TEXT; POINTER: what is behind the p */
	uint32_t len;	  /* bytes of it */
	uint8_t bits;	  /* NUMBER: of it that are printed: 8, 16, 32 or 64 */
	bool is_size; /* NUMBER: with a z; the upper half of its 64 bits is lost on perf's way */
	bool plain;   /* NUMBER, STRING: neither flags nor width nor precision */
	bool direct;  /* NUMBER: the argument is a field: size bytes at off, no more to compute */
	uint32_t off, size;
	struct text_spec spec;
	const struct tparg *arg, *star; /* star: NULL without a "*" */
	int32_t star_value;		/* at evaluation */
};

/* So many bytes may be read of each TEXT, however short it is. */
#define TPCONV_TEXT_PAD 16

struct tpconvs {
	struct tpconv *list; /* owned */
	uint32_t nr;
	char *text; /* of TEXTs; owned */
};

/*
 * tpconvs_parse() - cut @tree's format; it must live as long as @convs.
 * @failed: out: set when perf could not print it (an argument is missing, a conversion is of more
 * than 31 characters or of an impossible size).
 * Returns 0, or -1 when memory ran out. tpconvs_release() is for the caller in all cases.
 */
int tpconvs_parse(struct tpconvs *convs, const struct tptree *tree, bool *failed);
void tpconvs_release(struct tpconvs *convs);

/* tpconv_number() - print @v as the NUMBER @c. */
void tpconv_number(const struct tpraw *r, const struct tpconv *c, uint64_t v);

#endif
