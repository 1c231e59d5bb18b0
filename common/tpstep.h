/*
 * tpstep.h - the conversions of a print fmt (tpconv.h) as steps: a text, and what is printed behind
 * it. Most arguments are numbers of the sample as they are; such a step is a few instructions.
 */
#ifndef COMMON_TPSTEP_H
#define COMMON_TPSTEP_H

#include "common/tpconv.h"

enum tpstep_kind {
	TPSTEP_TEXT, /* nothing is behind it */
	TPSTEP_HEX,  /* the field */
	TPSTEP_UNSIGNED,
	TPSTEP_SIGNED,
	TPSTEP_CONV, /* anything else: conv */
};

struct tpstep {
	const char *text;
	uint32_t len;
	uint32_t off;		   /* of the field in the raw bytes */
	uint8_t size;		   /* of it: what tpraw_number() takes */
	uint8_t shift;		   /* bits of 64 that are not printed */
	uint8_t kind;		   /* enum tpstep_kind */
	const struct tpconv *conv; /* NULL of a TEXT */
};

struct tpsteps {
	struct tpstep *list; /* owned */
	uint32_t nr;
};

/*
 * tpsteps_make() - of @convs, which must live as long.
 * Returns 0, or -1 when memory ran out; then nothing needs a release.
 */
int tpsteps_make(struct tpsteps *steps, const struct tpconvs *convs);
void tpsteps_release(struct tpsteps *steps);

/* Prints a conversion; those of the kind TPSTEP_CONV, and any when there is little room left. */
typedef void (*tpstep_other)(const struct tpraw *r, const struct tpconv *c);

void tpsteps_print(const struct tpsteps *steps, const struct tpraw *r, tpstep_other other);

#endif
