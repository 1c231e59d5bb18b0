/* dice.h - the bytes of an input decide what happens; when they are used up, their number does. */
#ifndef TESTS_FUZZ_DICE_H
#define TESTS_FUZZ_DICE_H

#include "common/util.h"

#include <stdint.h>
#include <string.h>

struct dice {
	const uint8_t *at;
	size_t left;
	uint32_t state; /* of what is told by none of them */
};

/* The next two bytes; zeros when there are none. */
static inline uint32_t dice_u16(struct dice *d)
{
	uint8_t two[2] = { 0 };
	size_t len = MIN(d->left, sizeof(two));

	if (len)
		memcpy(two, d->at, len);
	d->at += len;
	d->left -= len;
	return two[0] | two[1] << 8;
}

static inline uint8_t dice_noise(struct dice *d)
{
	d->state = d->state * 1664525 + 1013904223;
	return d->state >> 24;
}

#endif
