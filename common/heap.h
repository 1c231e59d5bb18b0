/*
 * heap.h - of several things, the one that comes first.
 *
 * An array of pointers of which [0] comes before all others; the comparison is compiled into the user.
 */
#ifndef COMMON_HEAP_H
#define COMMON_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* Does @a come before @b? No two are equal. */
typedef bool heap_before(const void *a, const void *b);

/* heap_sink() - heap[at] may have come to be behind others: put it right. */
static inline __attribute__((always_inline)) void heap_sink(void **heap, uint32_t nr, uint32_t at,
							    heap_before *before)
{
	void *moved = heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < nr && before(heap[child + 1], heap[child]))
			child++;
		if (child >= nr || before(moved, heap[child]))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

/* heap_make() - put @nr pointers, in any order, right. */
static inline __attribute__((always_inline)) void heap_make(void **heap, uint32_t nr,
							    heap_before *before)
{
	for (uint32_t i = nr / 2; i--;)
		heap_sink(heap, nr, i, before);
}

#endif
