/*
 * ring.h - one CPU's mmap ring. Knows no files.
 *
 * Source: struct perf_event_mmap_page in linux/perf_event.h and perf_event_open(2). The kernel
 * moves head, we move tail; both run freely and are taken modulo the size:
 *
 *            tail            head
 *     |-------#################-----|      #: records to read; a record may wrap at the end,
 *     data                      data+size     its 8-byte header never does
 */
#ifndef RECORD_RING_H
#define RECORD_RING_H

#include "common/abi.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Invariant: tail <= head; head - tail <= size; size = mask + 1 is a power of two. */
struct ring {
	struct perf_event_mmap_page *page; /* the control page; NULL: not open */
	const char *data;		   /* where records are read */
	uint64_t mask;
	uint64_t tail;		 /* what the kernel may overwrite ends here */
	uint64_t last;		 /* where the last piece that was read began */
	bool sampled;		 /* the reader's: it has found a sample in here */
	char *copy;		 /* what @data is after ring_copy(), else NULL; owned */
	const char *kernel_data; /* what it was before */
	uint64_t copied;	 /* up to here; tail <= copied <= head, and a record ends here */
};

/* What lies in a ring at one moment: one piece, two when it wraps. */
struct ring_span {
	const void *part[2];
	size_t len[2]; /* bytes; 0: no such part */
	uint64_t head;
};

/* ring_open() - map @bytes (a power of two of pages) for event @fd. Returns 0 or -errno. */
int ring_open(struct ring *r, int fd, uint64_t bytes);
void ring_close(struct ring *r);

/*
 * ring_open_backward() - the same for an event with attr.write_backward. The kernel never waits for
 * us here, it overwrites the oldest records; head goes down, so the newest record comes first:
 *
 *              head                       tail
 *     ...------|newest|......|oldest whole|xx|---      |-- at most size --|
 *
 * Invariant: head <= tail, in the sense of free-running numbers that began at 0.
 */
int ring_open_backward(struct ring *r, int fd, uint64_t bytes);

/*
 * ring_backward_end() - of a backward ring: where the records end that begin at *@head and have
 * been written since r->tail; the last one may be overwritten in part, and then ends behind it.
 */
uint64_t ring_backward_end(const struct ring *r, uint64_t *head);

/*
 * ring_copy() - have its records read from a copy from now on, which can be changed: the kernel lets
 * nobody write to its own (perf_mmap_pfn_mkwrite() in kernel/events/core.c). What is there already is
 * in the copy as it is. Returns 0 or -errno.
 */
int ring_copy(struct ring *r);

/* ring_pull() - copy all there is. Returns the position from which on that is new. */
uint64_t ring_pull(struct ring *r);

/*
 * ring_peek() - look at all there is, or at all that was pulled where there is a copy; nothing in
 * one that is not open. Returns its bytes. Valid until ring_release().
 */
uint64_t ring_peek(const struct ring *r, struct ring_span *span);

/* ring_release() - the bytes of @span were used: the kernel may overwrite them. */
void ring_release(struct ring *r, const struct ring_span *span);

/*
 * ring_record() - the record at position *@pos, and move *@pos behind it; NULL at @end.
 * *@whole receives the record when it wraps; RECORD_SIZE_MAX + 1 bytes, 8-aligned.
 */
const struct perf_event_header *ring_record(const struct ring *r, uint64_t *pos, uint64_t end,
					    void *whole);

#endif
