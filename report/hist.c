#include "report/hist.h"

#include <math.h>
#include <stdlib.h>

/* Room for buckets comes in pieces of a power of two of the values. */
#define PIECE (1u << HIST_SUB_BITS)

static void note(struct hist *h, uint64_t ns)
{
	h->min_ns = h->nr ? MIN(h->min_ns, ns) : ns;
	h->max_ns = h->nr ? MAX(h->max_ns, ns) : ns;
	if (__builtin_add_overflow(h->sum_ns, ns, &h->sum_ns))
		h->sum_ns = UINT64_MAX;
	h->sum_squares += (double)ns * (double)ns;
	h->nr++;
}

/* Lets the buckets [from, to] be among those that there are. */
static int reach(struct hist *h, uint32_t from, uint32_t to)
{
	uint32_t first = from / PIECE * PIECE, end = (to / PIECE + 1) * PIECE;
	uint64_t *counts;

	if (h->room) {
		first = MIN(first, h->first);
		end = MAX(end, h->first + h->room);
	}
	counts = calloc(end - first, sizeof(*counts));
	if (!counts)
		return -1;
	for (uint32_t i = 0; i < h->room; i++)
		counts[h->first - first + i] = h->counts[i];
	if (!h->room)
		for (uint64_t i = 0; i < h->nr; i++)
			counts[hist_bucket(h->few[i]) - first]++;
	free(h->counts);
	h->counts = counts;
	h->first = first;
	h->room = end - first;
	return 0;
}

static bool has_bucket(const struct hist *h, uint32_t bucket)
{
	return bucket - h->first < h->room; /* also what is below */
}

static int add_few(struct hist *h, uint64_t ns)
{
	/* Room for 1, 2, 4, 8, 16. */
	if (!(h->nr & (h->nr - 1))) {
		uint64_t *more = realloc(h->few, MAX(h->nr * 2, 1) * sizeof(*more));

		if (!more)
			return -1;
		h->few = more;
	}
	h->few[h->nr] = ns;
	return 0;
}

int hist_add(struct hist *h, uint64_t ns)
{
	uint32_t bucket = hist_bucket(ns);

	if (!h->room && h->nr < HIST_FEW) {
		if (add_few(h, ns))
			return -1;
	} else {
		if (!has_bucket(h, bucket)) {
			uint32_t least = h->room ? bucket : hist_bucket(h->min_ns);
			uint32_t most = h->room ? bucket : hist_bucket(h->max_ns);

			if (reach(h, MIN(bucket, least), MAX(bucket, most)))
				return -1;
		}
		h->counts[bucket - h->first]++;
	}
	note(h, ns);
	return 0;
}

static int merge_few(struct hist *h, const struct hist *from)
{
	for (uint64_t i = 0; i < from->nr; i++)
		if (hist_add(h, from->few[i]))
			return -1;
	return 0;
}

int hist_merge(struct hist *h, const struct hist *from)
{
	uint32_t least, most;

	if (!from->room)
		return merge_few(h, from);
	least = hist_bucket(h->nr ? MIN(h->min_ns, from->min_ns) : from->min_ns);
	most = hist_bucket(h->nr ? MAX(h->max_ns, from->max_ns) : from->max_ns);
	if ((!has_bucket(h, least) || !has_bucket(h, most)) && reach(h, least, most))
		return -1;
	for (uint32_t i = 0; i < from->room; i++)
		if (from->counts[i])
			h->counts[from->first + i - h->first] += from->counts[i];
	h->min_ns = h->nr ? MIN(h->min_ns, from->min_ns) : from->min_ns;
	h->max_ns = h->nr ? MAX(h->max_ns, from->max_ns) : from->max_ns;
	if (__builtin_add_overflow(h->sum_ns, from->sum_ns, &h->sum_ns))
		h->sum_ns = UINT64_MAX;
	h->sum_squares += from->sum_squares;
	h->nr += from->nr;
	return 0;
}

void hist_release(struct hist *h)
{
	free(h->counts);
	*h = (struct hist){ 0 };
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The @rank-th least of the few, counted from 1. */
static uint64_t few_ranked(const struct hist *h, uint64_t rank)
{
	uint64_t sorted[HIST_FEW];

	memcpy(sorted, h->few, h->nr * sizeof(*sorted));
	qsort(sorted, h->nr, sizeof(*sorted), by_value);
	return sorted[rank - 1];
}

uint64_t hist_percentile(const struct hist *h, double share)
{
	uint64_t rank = MIN(MAX((uint64_t)ceil(share * (double)h->nr), 1), h->nr), seen = 0;
	uint32_t bucket = 0;
	uint64_t low, high;

	if (!h->nr)
		return 0;
	if (!h->room)
		return few_ranked(h, rank);
	for (uint32_t i = 0; seen < rank; i++) {
		seen += h->counts[i];
		bucket = h->first + i;
	}
	low = hist_bucket_ns(bucket);
	high = bucket + 1 < HIST_BUCKETS ? hist_bucket_ns(bucket + 1) - 1 : UINT64_MAX;
	return MIN(MAX(low + (high - low) / 2, h->min_ns), h->max_ns);
}

double hist_mean(const struct hist *h)
{
	return h->nr ? (double)h->sum_ns / (double)h->nr : 0;
}

double hist_deviation(const struct hist *h)
{
	double mean = hist_mean(h);
	double variance = h->nr ? h->sum_squares / (double)h->nr - mean * mean : 0;

	return variance > 0 ? sqrt(variance) : 0;
}

static uint32_t power_of(uint64_t ns)
{
	return ns ? 64 - __builtin_clzll(ns) : 0;
}

void hist_powers(const struct hist *h, uint64_t counts[HIST_POWERS])
{
	if (!h->room)
		for (uint64_t i = 0; i < h->nr; i++)
			counts[power_of(h->few[i])]++;
	for (uint32_t i = 0; i < h->room; i++)
		counts[power_of(hist_bucket_ns(h->first + i))] += h->counts[i];
}
