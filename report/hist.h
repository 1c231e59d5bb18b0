/*
 * hist.h - how long many things took: sum, extremes, and any percentile within 0.8 %.
 *
 * Values, in ns, are counted in buckets: 64 for each power of two, those below 64 exact. Buckets exist from
 * the least to the largest value there is, so one that is of calls of some us takes half a KB. The first few
 * values are kept as they are, as most tasks make most calls a few times only.
 */
#ifndef REPORT_HIST_H
#define REPORT_HIST_H

#include "common/util.h"

#include <stdbool.h>
#include <stdint.h>

#define HIST_SUB_BITS 6
#define HIST_FEW      16 /* values kept as they are */
/* Buckets of all values: 2^6 below 2^6, and as many for each of the 58 powers above. */
#define HIST_BUCKETS ((64u - HIST_SUB_BITS + 1) << HIST_SUB_BITS)

/* A zeroed struct is empty. Invariant: nr == 0, or min_ns <= max_ns. */
struct hist {
	uint64_t nr;
	uint64_t sum_ns; /* stays at its largest when it would be more */
	uint64_t min_ns, max_ns;
	double sum_squares;   /* of ns */
	uint32_t first, room; /* counts[] are of the buckets [first, first + room) */
	union {
		uint64_t *few;	  /* room 0: the @nr values, or NULL */
		uint64_t *counts; /* else */
	};
};

/* hist_add() - returns 0, or -1 when memory ran out: then it is as it was. */
int hist_add(struct hist *h, uint64_t ns);

/* hist_merge() - all of @from, too. As hist_add(), but @h may have some of it. */
int hist_merge(struct hist *h, const struct hist *from);

void hist_release(struct hist *h);

/*
 * hist_percentile() - the least value that @share (0 to 1) of all are not above, within 0.8 %: the middle
 * of its bucket, and never beyond the extremes. 0 of an empty one.
 */
uint64_t hist_percentile(const struct hist *h, double share);

/* hist_mean(), hist_deviation() - in ns; the latter of all values, not of a sample of them. */
double hist_mean(const struct hist *h);
double hist_deviation(const struct hist *h);

/*
 * hist_powers() - how many there are of each power of two: counts[0] of 0, counts[n] from 2^(n-1) up to 2^n. Adds
 * to what is in @counts.
 */
#define HIST_POWERS 65
void hist_powers(const struct hist *h, uint64_t counts[HIST_POWERS]);

/* hist_bucket() - of @ns; hist_bucket_ns() - the least value of a bucket. */
static inline uint32_t hist_bucket(uint64_t ns)
{
	uint32_t shift;

	if (ns >> HIST_SUB_BITS == 0)
		return ns;
	shift = 63 - HIST_SUB_BITS - __builtin_clzll(ns);
	return ((shift + 1) << HIST_SUB_BITS) +
	       (uint32_t)((ns >> shift) & ((1u << HIST_SUB_BITS) - 1));
}

static inline uint64_t hist_bucket_ns(uint32_t bucket)
{
	uint32_t shift = bucket >> HIST_SUB_BITS;
	uint64_t sub = bucket & ((1u << HIST_SUB_BITS) - 1);

	return shift ? (sub | 1u << HIST_SUB_BITS) << (shift - 1) : sub;
}

#endif
