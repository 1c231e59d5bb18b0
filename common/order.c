#include "common/order.h"
#include "common/util.h"

#include <stdlib.h>

/* Records, one behind the other. @live of them are still queued. */
struct order_chunk {
	char *data; /* order.chunk_bytes */
	uint32_t used, live;
};

void order_init(struct order *o, order_give give, void *arg)
{
	*o = (struct order){
		.bytes_max = ORDER_BYTES_MAX, .chunk_bytes = ORDER_CHUNK, .give = give, .arg = arg
	};
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

/* Makes o->current a chunk with @size bytes of room: this one, one that is empty, or a new one. */
static int chunk_find(struct order *o, uint32_t size)
{
	if (o->nr_chunks && o->chunk_bytes - o->chunks[o->current].used >= size)
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

/* Gives entries[0..nr), which are sorted, and takes them out of the queue. */
static int entries_give(struct order *o, size_t nr, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < nr && !rc; i++) {
		struct order_entry *e = &o->entries[i];

		rc = o->give(o->arg, e->rec, e->tag, e->time, err);
		o->last_given_ns = e->time;
		o->chunks[e->chunk].live--;
	}
	o->nr -= i;
	if (o->nr)
		memmove(o->entries, o->entries + i, o->nr * sizeof(*o->entries));
	o->nr_sorted = o->nr;
	return rc;
}

/* What the queue takes: chunks count whole, one record can hold one. */
static size_t bytes_held(const struct order *o)
{
	size_t bytes = 2 * o->room * sizeof(*o->entries);

	for (uint32_t i = 0; i < o->nr_chunks; i++)
		bytes += o->chunks[i].live ? o->chunk_bytes : 0;
	return bytes;
}

/*
 * Too much is held and no round in sight: the older half goes, whatever may come later. Records
 * far in the future can keep chunks in use; when that is most of it, they go, too.
 */
static int give_half(struct order *o, struct err *err)
{
	entries_sort(o);
	if (entries_give(o, ALIGN_UP(o->nr, 2) / 2, err))
		return -1;
	if (bytes_held(o) <= o->bytes_max - o->bytes_max / 4)
		return 0;
	return entries_give(o, o->nr, err);
}

/* Chunks are counted when a new one is needed, not for every record. */
bool order_is_full(const struct order *o, uint32_t size)
{
	return o->nr_chunks && o->chunk_bytes - o->chunks[o->current].used < size &&
	       bytes_held(o) + o->chunk_bytes > o->bytes_max;
}

/* What was taken out makes room. */
static void close_up(struct order *o)
{
	o->nr -= o->first;
	o->nr_sorted -= o->first;
	memmove(o->entries, o->entries + o->first, o->nr * sizeof(*o->entries));
	o->first = 0;
}

int order_push(struct order *o, uint64_t time_ns, const struct perf_event_header *rec, uint32_t tag,
	       struct err *err)
{
	struct order_chunk *chunk;

	if (unlikely(o->first))
		close_up(o);
	if (o->nr && o->give && order_is_full(o, rec->size) && give_half(o, err))
		return -1;
	if ((o->nr == o->room && entries_grow(o)) || chunk_find(o, rec->size))
		return fail_mem(err);
	chunk = &o->chunks[o->current];
	o->entries[o->nr] = (struct order_entry){
		.time = time_ns,
		.rec = memcpy(chunk->data + chunk->used, rec, rec->size),
		.chunk = o->current,
		.tag = tag,
	};
	/* Odd sizes do not come here, but the next record's alignment must not hang on that. */
	chunk->used = MIN(ALIGN_UP(chunk->used + rec->size, 8u), o->chunk_bytes);
	chunk->live++;
	if (!o->nr++ || time_ns >= o->newest_ns)
		o->newest_ns = time_ns;
	if (time_ns < o->last_given_ns)
		o->nr_late++;
	return 0;
}

/* Number of the sorted entries whose time is not after @limit_ns. */
static size_t count_until(const struct order *o, uint64_t limit_ns)
{
	size_t low = 0, high = o->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->entries[mid].time <= limit_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int order_round(struct order *o, struct err *err)
{
	uint64_t limit_ns = o->limit_ns;

	o->limit_ns = o->newest_ns;
	if (!o->nr)
		return 0;
	entries_sort(o);
	return entries_give(o, count_until(o, limit_ns), err);
}

int order_flush(struct order *o, struct err *err)
{
	entries_sort(o);
	return entries_give(o, o->nr, err);
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

void order_take(struct order *o)
{
	o->chunks[o->entries[o->first++].chunk].live--;
	if (o->first == o->nr)
		o->first = o->nr = o->nr_sorted = 0;
}
