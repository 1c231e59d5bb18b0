#include "common/order.h"
#include "common/util.h"

#include <stdlib.h>

void order_init(struct order *o)
{
	*o = (struct order){ .bytes_max = ORDER_BYTES_MAX, .chunk_bytes = ORDER_CHUNK };
}

void order_limit(struct order *o, size_t bytes)
{
	o->bytes_max = MAX(bytes, ORDER_LIMIT_MIN);
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

/* For how many entries there is to be room, when there is none. */
static size_t next_room(const struct order *o)
{
	return o->room ? o->room * 2 : MIN(MAX(o->bytes_max / 1024, 16), 4096);
}

static int entries_grow(struct order *o)
{
	size_t room = next_room(o);
	struct order_entry *entries;

	entries = realloc(o->entries, room * sizeof(*entries));
	if (!entries)
		return -1;
	o->entries = entries;
	free(o->spare); /* nothing of it is wanted */
	o->spare = malloc(room * sizeof(*o->spare));
	if (!o->spare)
		return -1;
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

/* The first of e[low..high), which ascend, that is later than @time. */
static size_t find_later(const struct order_entry *e, size_t low, size_t high, uint64_t time)
{
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (e[mid].time <= time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/*
 * Merges the neighbours e[a..b) and e[b..c). Of equals, the left one comes first. Only what has to move
 * to the right is copied to @spare before, for memory that is used for the first time costs most.
 */
static void merge_runs(struct order_entry *e, struct order_entry *spare, size_t a, size_t b,
		       size_t c)
{
	size_t at = find_later(e, a, b, e[b].time), nr = b - at, left = 0, right = b;

	memcpy(spare, e + at, nr * sizeof(*e));
	while (left < nr && right < c)
		e[at++] = e[right].time < spare[left].time ? e[right++] : spare[left++];
	memcpy(e + at, spare + left, (nr - left) * sizeof(*e));
}

static size_t run_end(const struct order_entry *e, size_t at, size_t nr)
{
	for (at++; at < nr && e[at - 1].time <= e[at].time; at++)
		;
	return at;
}

/* One pass: merges each two neighbouring runs. Returns the number of runs left. */
static size_t merge_pass(struct order_entry *e, struct order_entry *spare, size_t nr)
{
	size_t runs = 0;

	for (size_t a = 0, b, c; a < nr; a = c, runs++) {
		b = c = run_end(e, a, nr);
		if (b == nr)
			continue;
		c = run_end(e, b, nr);
		merge_runs(e, spare, a, b, c);
	}
	return runs;
}

static void entries_sort(struct order *o)
{
	if (o->nr_sorted != o->nr)
		while (merge_pass(o->entries, o->spare, o->nr) > 1)
			;
	o->nr_sorted = o->nr;
}

/* Of entries, and of as many spare ones. */
static size_t bytes_of(size_t room)
{
	return 2 * room * sizeof(struct order_entry);
}

/* What the queue takes: chunks count whole, one record can hold one. */
static size_t bytes_held(const struct order *o)
{
	size_t bytes = bytes_of(o->room);

	for (uint32_t i = 0; i < o->nr_chunks; i++)
		bytes += o->chunks[i].live ? o->chunk_bytes : 0;
	return bytes;
}

/* What it takes to queue one more record of @size bytes. */
static size_t bytes_needed(const struct order *o, uint32_t size)
{
	size_t bytes = order_chunk_fits(o, size) ? 0 : o->chunk_bytes;

	if (order_count(o) == o->room)
		bytes += bytes_of(next_room(o)) - bytes_of(o->room);
	return bytes;
}

bool order_is_full(const struct order *o, uint32_t size)
{
	size_t more = bytes_needed(o, size);

	return o->nr_chunks && more && bytes_held(o) + more > o->bytes_max;
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

/* The place for the next entry; NULL: memory ran out. */
static struct order_entry *next_entry(struct order *o)
{
	if (unlikely(o->first))
		close_up(o);
	if (unlikely(o->nr == o->room) && entries_grow(o))
		return NULL;
	return &o->entries[o->nr];
}

static void count_entry(struct order *o, uint64_t time)
{
	if (!o->nr++ || time >= o->newest_ns)
		o->newest_ns = time;
	if (time < o->last_given_ns)
		o->nr_late++;
}

int order_push(struct order *o, const struct order_entry *e, struct err *err)
{
	struct order_entry *entry = next_entry(o);
	uint32_t size = e->rec->size;
	struct order_chunk *chunk;

	if (!entry || chunk_find(o, size))
		return fail_mem(err);
	chunk = &o->chunks[o->current];
	*entry = *e;
	entry->chunk = o->current;
	entry->rec = memcpy(chunk->data + chunk->used, e->rec, size);
	/* Odd sizes do not come here, but the next record's alignment must not hang on that. */
	chunk->used = MIN(ALIGN_UP(chunk->used + size, 8u), o->chunk_bytes);
	chunk->live++;
	count_entry(o, e->time);
	return 0;
}

int order_note(struct order *o, const struct order_entry *e, uint32_t place, struct err *err)
{
	struct order_entry *entry = next_entry(o);

	if (!entry)
		return fail_mem(err);
	*entry = *e;
	entry->chunk = ORDER_NOTED | place;
	entry->rec = NULL;
	count_entry(o, e->time);
	return 0;
}

void order_round(struct order *o)
{
	uint64_t limit_ns = o->limit_ns;

	o->limit_ns = o->newest_ns;
	if (!order_count(o))
		return;
	entries_sort(o);
	o->ready = find_later(o->entries, o->first, o->nr, limit_ns);
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
