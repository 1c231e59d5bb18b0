#include "record/ring.h"
#include "common/util.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t head_of(const struct ring *r)
{
	/* Acquire: what the kernel wrote before it moved head is read after it. */
	return __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
}

static int ring_map(struct ring *r, int fd, uint64_t bytes, int prot)
{
	size_t page = sysconf(_SC_PAGESIZE);
	/* Populated: the first pass over the ring shall not pay for page faults. */
	void *at = mmap(NULL, page + bytes, prot, MAP_SHARED | MAP_POPULATE, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	*r = (struct ring){ .page = at, .data = (char *)at + page, .mask = bytes - 1 };
	return 0;
}

int ring_open(struct ring *r, int fd, uint64_t bytes)
{
	return ring_map(r, fd, bytes, PROT_READ | PROT_WRITE);
}

int ring_open_backward(struct ring *r, int fd, uint64_t bytes)
{
	/* That we cannot write is how the kernel knows that it may overwrite. */
	return ring_map(r, fd, bytes, PROT_READ);
}

uint64_t ring_backward_end(const struct ring *r, uint64_t *head)
{
	*head = r->page ? head_of(r) : r->tail;
	return *head + MIN(r->tail - *head, r->mask + 1);
}

void ring_close(struct ring *r)
{
	if (r->page)
		munmap(r->page, sysconf(_SC_PAGESIZE) + r->mask + 1);
	free(r->copy);
	*r = (struct ring){ 0 };
}

/* At most the size of the ring is between r->copied and @head. */
static void pull_to(struct ring *r, uint64_t head)
{
	uint64_t from = r->copied, len = head - from;
	uint64_t at = from & r->mask, first = MIN(len, r->mask + 1 - at);

	memcpy(r->copy + at, r->kernel_data + at, first);
	memcpy(r->copy, r->kernel_data, len - first);
	r->copied = head;
}

int ring_copy(struct ring *r)
{
	uint64_t size = r->mask + 1, head = head_of(r);

	if (r->copy)
		return 0;
	r->copy = malloc(size);
	if (!r->copy)
		return -ENOMEM;
	r->kernel_data = r->data;
	r->data = r->copy;
	/* The last piece may be looked at again, as far as it is not overwritten. */
	r->copied = MAX(r->last, head - MIN(head, size));
	pull_to(r, head);
	return 0;
}

uint64_t ring_pull(struct ring *r)
{
	uint64_t from = r->copied;

	pull_to(r, head_of(r));
	return from;
}

uint64_t ring_peek(const struct ring *r, struct ring_span *span)
{
	uint64_t head, len, at, first;

	if (!r->page) {
		*span = (struct ring_span){ .head = r->tail };
		return 0;
	}
	head = r->copy ? r->copied : head_of(r);
	len = head - r->tail;
	at = r->tail & r->mask;
	first = MIN(len, r->mask + 1 - at);
	*span = (struct ring_span){ .part = { r->data + at, r->data },
				    .len = { first, len - first },
				    .head = head };
	return len;
}

void ring_release(struct ring *r, const struct ring_span *span)
{
	if (span->head != r->tail)
		r->last = r->tail;
	r->tail = span->head;
	/* Release: the kernel may overwrite the span once it sees this store. */
	__atomic_store_n(&r->page->data_tail, r->tail, __ATOMIC_RELEASE);
}

const struct perf_event_header *ring_record(const struct ring *r, uint64_t *pos, uint64_t end,
					    void *whole)
{
	uint64_t at = *pos & r->mask;
	const struct perf_event_header *rec = (const void *)(r->data + at);

	if (end - *pos < sizeof(*rec) || end - *pos < rec->size || rec->size < sizeof(*rec))
		return NULL;
	*pos += rec->size;
	if (rec->size <= r->mask + 1 - at)
		return rec;
	memcpy(whole, rec, r->mask + 1 - at);
	memcpy((char *)whole + (r->mask + 1 - at), r->data, rec->size - (r->mask + 1 - at));
	return whole;
}
