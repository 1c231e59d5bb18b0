/* ranges.h - lists of numbers as "0,2-3": CPUs, processes, threads. */
#ifndef COMMON_RANGES_H
#define COMMON_RANGES_H

#include <stdbool.h>
#include <stdint.h>

/* Ranges ascend, without overlaps. A zeroed struct is an empty list. */
struct ranges {
	struct range {
		uint32_t first, last; /* both belong to it */
	} * at;			      /* owned */
	uint32_t nr;
};

/*
 * ranges_parse() - @list: numbers and ranges up to @max, with commas between them; a newline may
 * end it. Returns 0, or -1 with errno EINVAL (no such list), ERANGE (above @max) or ENOMEM; then
 * there is nothing to release.
 */
int ranges_parse(struct ranges *r, const char *list, uint32_t max);

/* ranges_parse_open() - as ranges_parse(), but a range may be without an end, as "4-": up to @max. */
int ranges_parse_open(struct ranges *r, const char *list, uint32_t max);
void ranges_release(struct ranges *r);

/* ranges_has() - is @nr in one of them? */
static inline bool ranges_has(const struct ranges *r, uint32_t nr)
{
	uint32_t low = 0, high = r->nr;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (nr > r->at[mid].last)
			low = mid + 1;
		else if (nr < r->at[mid].first)
			high = mid;
		else
			return true;
	}
	return false;
}

#endif
