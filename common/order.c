#include "common/order.h"
#include "common/util.h"

#include <stdlib.h>

#define OFF_SIZE sizeof(uint64_t)

void order_init(struct order *o)
{
	*o = (struct order){ .bytes_max = ORDER_BYTES_MAX, .chunk_bytes = ORDER_CHUNK };
}

void order_limit(struct order *o, size_t bytes)
{
	o->bytes_max = MAX(bytes, 4 * ORDER_CHUNK_MIN);
	if (!o->nr_chunks)
		o->chunk_bytes =
			MIN(ORDER_CHUNK, ALIGN_UP(o->bytes_max / 4, (size_t)ORDER_CHUNK_MIN));
}

void order_release(struct order *o)
{
	for (uint32_t i = 0; i < o->nr_chunks; i++)
		free(o->chunks[i].data);
	free(o->chunks);
	free(o->entries);
	free(o->spare);
	*o = (struct order){ 0 };
}

static int entries_grow(struct order *o)
{
	size_t room = o->room ? o->room * 2 : 4096;
	struct order_entry *entries, *spare;

	entries = realloc(o->entries, room * sizeof(*entries));
	if (!entries)
		return -1;
	o->entries = entries;
	spare = realloc(o->spare, room * sizeof(*spare));
	if (!spare)
		return -1;
	o->spare = spare;
	o->room = room;
	return 0;
}

static int chunk_add(struct order *o)
{
	struct order_chunk *chunks = realloc(o->chunks, (o->nr_chunks + 1) * sizeof(*chunks));

	if (!chunks)
		return -1;
	o->chunks = chunks;
	chunks[o->nr_chunks] = (struct order_chunk){ .data = malloc(o->chunk_bytes) };
	if (!chunks[o->nr_chunks].data)
		return -1;
	o->current = o->nr_chunks++;
	return 0;
}

/* Makes o->current a chunk with room for a record of @size bytes: this one, one that is empty, or a new one. */
static int chunk_find(struct order *o, uint32_t size)
{
	if (order_chunk_fits(o, size))
		return 0;
	for (uint32_t i = 0; i < o->nr_chunks; i++) {
		if (o->chunks[i].live)
			continue;
		o->chunks[i].used = 0;
		o->current = i;
		return 0;
	}
	return chunk_add(o);
}

/* Merges the neighbours [a, b) and [b, c) into @to. Of equals, the left one comes first. */
static void merge_runs(struct order_entry *to, const struct order_entry *from, size_t a, size_t b,
		       size_t c)
{
	size_t left = a, right = b, at = a;

	while (left < b && right < c)
		to[at++] = from[right].time < from[left].time ? from[right++] : from[left++];
	while (left < b)
		to[at++] = from[left++];
	while (right < c)
		to[at++] = from[right++];
}

static size_t run_end(const struct order_entry *e, size_t at, size_t nr)
{
	for (at++; at < nr && e[at - 1].time <= e[at].time; at++)
		;
	return at;
}

/* One pass: merges each two neighbouring runs of @from into @to. Returns the number of runs left. */
static size_t merge_pass(struct order_entry *to, const struct order_entry *from, size_t nr)
{
	size_t runs = 0;

	for (size_t a = 0, b, c; a < nr; a = c, runs++) {
		b = run_end(from, a, nr);
		c = b < nr ? run_end(from, b, nr) : nr;
		merge_runs(to, from, a, b, c);
	}
	return runs;
}

static void entries_sort(struct order *o)
{
	if (o->nr_sorted == o->nr || run_end(o->entries, 0, o->nr) == o->nr) {
		o->nr_sorted = o->nr;
		return;
	}
	for (size_t runs = 2; runs > 1;) {
		struct order_entry *sorted = o->spare;

		runs = merge_pass(sorted, o->entries, o->nr);
		o->spare = o->entries;
		o->entries = sorted;
	}
	o->nr_sorted = o->nr;
}

/* What the queue takes: chunks count whole, one record can hold one. */
static size_t bytes_held(const struct order *o)
{
	size_t bytes = 2 * o->room * sizeof(*o->entries);

	for (uint32_t i = 0; i < o->nr_chunks; i++)
		bytes += o->chunks[i].live ? o->chunk_bytes : 0;
	return bytes;
}

bool order_is_full(const struct order *o, uint32_t size)
{
	return o->nr_chunks && !order_chunk_fits(o, size) &&
	       bytes_held(o) + o->chunk_bytes > o->bytes_max;
}

/* What was taken out makes room. */
static void close_up(struct order *o)
{
	o->nr -= o->first;
	o->nr_sorted -= o->first;
	memmove(o->entries, o->entries + o->first, o->nr * sizeof(*o->entries));
	o->first = o->ready = 0;
}

bool order_halve(struct order *o, uint32_t size)
{
	if (o->halved) {
		o->halved = false;
		if (bytes_held(o) > o->bytes_max - o->bytes_max / 4)
			order_end(o);
	} else if (order_count(o) && order_is_full(o, size)) {
		entries_sort(o);
		o->ready = o->first + ALIGN_UP(order_count(o), 2) / 2;
		o->halved = true;
	}
	return o->first < o->ready;
}

int order_push(struct order *o, const struct order_entry *e, uint64_t off, struct err *err)
{
	uint32_t size = e->rec->size;
	struct order_chunk *chunk;
	char *at;

	if (unlikely(o->first))
		close_up(o);
	if ((o->nr == o->room && entries_grow(o)) || chunk_find(o, size))
		return fail_mem(err);
	chunk = &o->chunks[o->current];
	at = chunk->data + chunk->used;
	memcpy(at, &off, OFF_SIZE);
	o->entries[o->nr] = (struct order_entry){
		.time = e->time,
		.rec = memcpy(at + OFF_SIZE, e->rec, size),
		.chunk = o->current,
		.tag = e->tag,
		.turn = e->turn,
	};
	/* Odd sizes do not come here, but the next record's alignment must not hang on that. */
	chunk->used = MIN(ALIGN_UP(chunk->used + OFF_SIZE + size, 8u), o->chunk_bytes);
	chunk->live++;
	if (!o->nr++ || e->time >= o->newest_ns)
		o->newest_ns = e->time;
	if (e->time < o->last_given_ns)
		o->nr_late++;
	return 0;
}

/* Number of the sorted entries whose time is not after @limit_ns. */
static size_t count_until(const struct order *o, uint64_t limit_ns)
{
	size_t low = o->first, high = o->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->entries[mid].time <= limit_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void order_round(struct order *o)
{
	uint64_t limit_ns = o->limit_ns;

	o->limit_ns = o->newest_ns;
	if (!order_count(o))
		return;
	entries_sort(o);
	o->ready = count_until(o, limit_ns);
}

void order_end(struct order *o)
{
	entries_sort(o);
	o->ready = o->nr;
}

size_t order_count(const struct order *o)
{
	return o->nr - o->first;
}

const struct order_entry *order_nth(struct order *o, size_t n)
{
	if (n >= order_count(o))
		return NULL;
	entries_sort(o);
	return &o->entries[o->first + n];
}

const struct order_entry *order_first(struct order *o)
{
	return order_nth(o, 0);
}
