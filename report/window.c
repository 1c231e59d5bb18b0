#include "report/window.h"
#include "report/slots.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 255 /* of the window, to find its middle */

#define OWN_SIZE (64u << 10) /* bytes of a chunk for what comes item by item */

/* Of a slot's items: are they in order? */
struct window_order {
	uint64_t newest_ns;
	bool unsorted; /* one is older than one in front of it */
	bool again;    /* see look_again() */
};

/* An item, or a half of one that is a whole call, of a slot whose items are not in order. */
struct window_stray {
	uint64_t time;
	size_t at; /* its number among them */
	struct happening *item;
	uint32_t slot;
	uint8_t kind;
};

static size_t window_max(const struct window *w)
{
	return w->max ? w->max : WINDOW_MAX;
}

static bool is_gone(const struct happening *h)
{
	return h->kind & TASK_GONE;
}

/* ---- chunks ---- */

void window_release(struct window *w)
{
	while (w->all) {
		struct chunk *next = w->all->next;

		free(w->all->items);
		free(w->all->slots);
		free(w->all);
		w->all = next;
	}
	free(w->waiting.at);
	free(w->due.at);
	free(w->strays);
	free(w->orders);
	free(w->unsorted);
	*w = (struct window){ 0 };
}

struct chunk *window_chunk(struct window *w)
{
	struct chunk *c = w->spare;

	if (c) {
		w->spare = c->next_spare;
	} else {
		c = calloc(1, sizeof(*c));
		if (!c)
			return NULL;
		c->next = w->all;
		w->all = c;
	}
	c->used = 0;
	c->nr_slots = 0;
	c->nr_runs = 1;
	return c;
}

void window_done(struct window *w, struct chunk *c)
{
	if (--c->nr_runs)
		return;
	c->next_spare = w->spare;
	w->spare = c;
}

/* Lets there be room for @size more bytes in the window's own chunk. */
static int grow_own(struct window *w, size_t size, struct err *err)
{
	if (w->own && w->own->nr_runs == 1) /* nothing of it waits */
		w->own->used = 0;
	if (w->own && w->own->room - w->own->used >= size)
		return 0;
	if (w->own)
		window_done(w, w->own);
	w->own = window_chunk(w);
	if (w->own && w->own->room < OWN_SIZE) {
		free(w->own->items); /* nothing is in it */
		w->own->items = malloc(OWN_SIZE);
		w->own->room = w->own->items ? OWN_SIZE : 0;
	}
	return w->own && w->own->room >= size ? 0 : fail_mem(err);
}

/* Whose @h is. */
static uint32_t slot_of(const struct chunk *c, const struct happening *h)
{
	return c->nr_slots ? c->slots[h->slot] : h->slot;
}

/* ---- runs ---- */

static int grow_runs(struct runs *r, struct err *err)
{
	const size_t room = MAX(2 * r->room, 64);
	struct run *more = reallocarray(r->at, room, sizeof(*more));

	if (!more)
		return fail_mem(err);
	r->at = more;
	r->room = room;
	return 0;
}

static int push_run(struct runs *r, const struct run *run, struct err *err)
{
	struct run *last = r->nr ? &r->at[r->nr - 1] : NULL;

	if (last && last->chunk == run->chunk && last->to == run->from) {
		last->to = run->to;
		last->nr += run->nr;
		last->first_ns = MIN(last->first_ns, run->first_ns);
		last->newest_ns = MAX(last->newest_ns, run->newest_ns);
		return 0;
	}
	if ((!r->at || r->nr == r->room) && grow_runs(r, err))
		return -1;
	r->at[r->nr++] = *run;
	run->chunk->nr_runs++;
	return 0;
}

/* Copies an item, which is of @slot, behind all that wait. */
static int append(struct window *w, const struct happening *h, uint32_t slot, const uint64_t *args,
		  struct err *err)
{
	const size_t size = happening_size(h, w->with_args);
	struct happening *to;
	struct run run = {
		.nr = 1,
		.first_ns = happening_start(h),
		.newest_ns = h->time,
	};

	if ((!w->own || w->own->room - w->own->used < size) && grow_own(w, size, err))
		return -1;
	run.chunk = w->own;
	run.from = w->own->used;
	run.to = run.from + size;
	to = (struct happening *)(w->own->items + run.from);
	*to = *h;
	to->slot = slot;
	if (size > sizeof(*h) && args)
		memcpy(to + 1, args, size - sizeof(*h));
	w->own->used = run.to;
	w->nr++;
	return push_run(&w->waiting, &run, err);
}

/* Goes through the items of a run: *@at is the next one's place in bytes. */
static struct happening *next_item(const struct window *w, const struct run *r, size_t *at)
{
	struct happening *h = (struct happening *)(r->chunk->items + *at);

	if (*at >= r->to)
		return NULL;
	*at += happening_size(h, w->with_args);
	return h;
}

/* ---- order ---- */

/* Lets @slot be one of those whose order is known. */
static int grow_orders(struct window *w, uint32_t slot, struct err *err)
{
	const uint32_t nr = MAX(2 * w->nr_orders, slot + 64);
	void *more = reallocarray(w->orders, nr, sizeof(*w->orders));

	if (!more)
		return fail_mem(err);
	w->orders = more;
	more = reallocarray(w->unsorted, 2 * (size_t)nr, sizeof(*w->unsorted));
	if (!more)
		return fail_mem(err);
	w->unsorted = more;
	memset(w->orders + w->nr_orders, 0, (nr - w->nr_orders) * sizeof(*w->orders));
	w->nr_orders = nr;
	return 0;
}

static int reach_order(struct window *w, uint32_t slot, struct err *err)
{
	return unlikely(slot >= w->nr_orders) ? grow_orders(w, slot, err) : 0;
}

static void mark_unsorted(struct window *w, uint32_t slot)
{
	if (w->orders[slot].unsorted)
		return;
	w->orders[slot].unsorted = true;
	w->unsorted[w->nr_unsorted++] = slot;
}

static bool is_tie(const struct happening *h)
{
	return h->kind == TASK_BEGINS || h->kind == TASK_TIED;
}

/* Those of two slots are sorted together when both are not in order. */
static void note_order(struct window *w, const struct happening *h, uint32_t slot)
{
	struct window_order *order = &w->orders[slot];

	if (unlikely(happening_start(h) < order->newest_ns))
		mark_unsorted(w, slot);
	order->newest_ns = MAX(order->newest_ns, h->time);
	if (unlikely(is_tie(h))) {
		mark_unsorted(w, slot);
		mark_unsorted(w, (uint32_t)h->value);
	}
}

static void note_span(struct window *w, const struct span *s, uint32_t slot)
{
	struct window_order *order = &w->orders[slot];

	if (unlikely(s->unsorted || s->first_ns < order->newest_ns))
		mark_unsorted(w, slot);
	order->newest_ns = MAX(order->newest_ns, s->newest_ns);
}

static bool is_known(const struct window *w, uint32_t slot)
{
	return slot < w->nr_orders; /* NO_SLOT and others are none */
}

/* Has the run items of slots that are out of order? */
static bool has_unsorted(const struct window *w, const struct chunk *c)
{
	if (!c->nr_slots)
		return w->nr_unsorted;
	for (size_t i = 0; w->nr_unsorted && i < c->nr_slots; i++)
		if (is_known(w, c->slots[i]) && w->orders[c->slots[i]].unsorted)
			return true;
	return false;
}

static bool has_again(const struct window *w, const struct chunk *c)
{
	for (size_t i = 0; i < c->nr_slots; i++)
		if (is_known(w, c->slots[i]) && w->orders[c->slots[i]].again)
			return true;
	return !c->nr_slots;
}

static void look_at_run(struct window *w, const struct run *r)
{
	const struct happening *h;
	size_t at = r->from;

	while ((h = next_item(w, r, &at))) {
		const uint32_t slot = slot_of(r->chunk, h);

		if (is_known(w, slot) && w->orders[slot].again)
			note_order(w, h, slot);
	}
}

/* Of the slots that had items out of order, what is left may be in order. */
static void look_again(struct window *w)
{
	const uint32_t nr = w->nr_unsorted;

	if (!nr)
		return;
	for (uint32_t i = 0; i < nr; i++) {
		struct window_order *slot = &w->orders[w->unsorted[i]];

		slot->unsorted = false;
		slot->again = true;
		slot->newest_ns = 0;
	}
	for (size_t i = 0; i < w->waiting.nr; i++)
		if (has_again(w, w->waiting.at[i].chunk))
			look_at_run(w, &w->waiting.at[i]);
	for (uint32_t i = 0; i < nr; i++)
		w->orders[w->unsorted[i]].again = false;
	w->nr_unsorted -= nr;
	memmove(w->unsorted, w->unsorted + nr, w->nr_unsorted * sizeof(*w->unsorted));
}

/* ---- what is due ---- */

static int by_time(const void *a, const void *b)
{
	const struct window_stray *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (int)x->kind - (int)y->kind; /* an enter before its exit */
}

static const uint64_t *args_of(const struct window *w, const struct happening *h)
{
	return happening_size(h, w->with_args) > sizeof(*h) ? (const uint64_t *)(h + 1) : NULL;
}

static int grow_strays(struct window *w, struct err *err)
{
	const size_t room = MAX(2 * w->room_strays, 1024);
	void *more = reallocarray(w->strays, room, sizeof(*w->strays));

	if (!more)
		return fail_mem(err);
	w->strays = more;
	w->room_strays = room;
	return 0;
}

/* Something of the same task may belong between the halves of a whole call. */
static int add_stray(struct window *w, struct happening *h, uint32_t slot, struct err *err)
{
	struct window_stray s = { h->time, w->nr_strays, h, slot, h->kind };

	if (w->room_strays - w->nr_strays < 2 && grow_strays(w, err))
		return -1;
	if (h->kind == TASK_CALLED) {
		s.kind = TASK_LEAVES;
		w->strays[w->nr_strays++] = s;
		s.kind = TASK_ENTERS;
		s.time = h->start_ns;
	}
	w->strays[w->nr_strays++] = s;
	return 0;
}

/* Gives one half of a whole call, or all of an item that is none. */
static int give_stray(struct window *w, const struct window_stray *s, struct err *err)
{
	struct happening half = *s->item;

	half.slot = s->slot;
	half.kind = s->kind;
	if (s->item->kind == TASK_CALLED) {
		half.next = s->kind == TASK_LEAVES;
		half.time = s->time;
	}
	return w->take(w->arg, &half, s->kind == TASK_ENTERS ? args_of(w, s->item) : NULL, err);
}

static int give_strays(struct window *w, struct err *err)
{
	if (w->nr_strays)
		qsort(w->strays, w->nr_strays, sizeof(*w->strays), by_time);
	for (size_t i = 0; i < w->nr_strays; i++)
		if (give_stray(w, &w->strays[i], err))
			return -1;
	for (size_t i = 0; i < w->nr_strays; i++)
		w->strays[i].item->kind |= TASK_GONE;
	w->nr_strays = 0;
	return 0;
}

/*
 * What is due is later than the limit: it waits. A call that was entered before is split: its enter is due.
 */
static int keep(struct window *w, uint64_t limit_ns, struct happening *h, uint32_t slot,
		struct err *err)
{
	const bool split = h->kind == TASK_CALLED && h->start_ns <= limit_ns;
	struct happening later = *h;

	if (split) {
		later.kind = TASK_LEAVES;
		later.next = true;
	}
	if (append(w, &later, slot, args_of(w, h), err))
		return -1;
	h->kind = split ? TASK_ENTERS : h->kind | TASK_GONE;
	h->time = split ? h->start_ns : h->time;
	return 0;
}

/* Of the run @r, some is later than the limit, or of slots that are not in order. */
static int divide_run(struct window *w, uint64_t limit_ns, const struct run *r, struct err *err)
{
	struct happening *h;
	size_t at = r->from;

	while ((h = next_item(w, r, &at))) {
		const uint32_t slot = slot_of(r->chunk, h);

		if (slot == NO_SLOT)
			continue;
		if (unlikely(h->time > limit_ns) && keep(w, limit_ns, h, slot, err))
			return -1;
		if (unlikely(w->orders[slot].unsorted) && !is_gone(h) && add_stray(w, h, slot, err))
			return -1;
	}
	return 0;
}

/* All that waited is due, but for what is later. Items whose slots are not in order become strays. */
static int divide(struct window *w, uint64_t limit_ns, struct err *err)
{
	size_t nr = 0;

	for (size_t i = 0; i < w->due.nr; i++) {
		const struct run r = w->due.at[i];

		if (r.first_ns > limit_ns) {
			if (push_run(&w->waiting, &r, err))
				return -1;
			w->nr += r.nr;
			window_done(w, r.chunk);
			continue;
		}
		w->due.at[nr++] = r;
		if ((r.newest_ns > limit_ns || has_unsorted(w, r.chunk)) &&
		    divide_run(w, limit_ns, &r, err))
			return -1;
	}
	w->due.nr = nr;
	return 0;
}

/* What waits, up to now, becomes what is due, which is empty. */
static void swap_due(struct window *w)
{
	const struct runs empty = w->due;

	w->due = w->waiting;
	w->due_run = 0;
	w->waiting = empty;
	w->waiting.nr = 0;
	w->nr = 0;
}

static int give_run(struct window *w, const struct run *r, struct err *err)
{
	const struct happening *item;
	size_t at = r->from;

	while ((item = next_item(w, r, &at))) {
		struct happening h = *item;

		h.slot = slot_of(r->chunk, item);
		if (likely(!is_gone(&h) && h.slot != NO_SLOT) &&
		    w->take(w->arg, &h, args_of(w, item), err))
			return -1;
	}
	return 0;
}

int window_give(struct window *w, size_t nr, struct err *err)
{
	for (size_t given = 0; given < nr && w->due_run < w->due.nr; w->due_run++) {
		const struct run *r = &w->due.at[w->due_run];

		if (give_run(w, r, err))
			return -1;
		given += r->nr;
		window_done(w, r->chunk);
	}
	if (w->due_run == w->due.nr) {
		w->due_run = w->due.nr = 0;
		w->settled_ns = MAX(w->settled_ns, w->due_ns);
	}
	return 0;
}

/* What happened up to @limit_ns is due. */
static int settle(struct window *w, uint64_t limit_ns, struct err *err)
{
	if (window_give(w, SIZE_MAX, err))
		return -1;
	swap_due(w);
	w->due_ns = MAX(w->due_ns, limit_ns);
	if (divide(w, limit_ns, err) || give_strays(w, err))
		return -1;
	look_again(w);
	return w->lazy ? 0 : window_give(w, SIZE_MAX, err);
}

/* The time that about half of the window, which is not empty, is not above. */
static uint64_t middle(const struct window *w)
{
	struct window_stray some[SAMPLES] = { 0 };
	size_t nr = 0, i = 0;

	for (size_t k = 0; k < w->waiting.nr; k++) {
		const struct run *r = &w->waiting.at[k];
		const struct happening *h;
		size_t at = r->from;

		for (; (h = next_item(w, r, &at)); nr++)
			while (i < SAMPLES && nr == w->nr * i / SAMPLES)
				some[i++] = (struct window_stray){ .time = h->time };
	}
	qsort(some, i, sizeof(*some), by_time);
	return some[i / 2].time;
}

/* Everything older than what the round before this one had is there. */
int window_round(struct window *w, struct err *err)
{
	uint64_t limit_ns = w->limit_ns;

	w->limit_ns = w->newest_ns;
	return limit_ns ? settle(w, limit_ns, err) : 0;
}

/* ---- what comes ---- */

/* The window is full: the older half of it goes; all of it, when that is of one time, or nearly. */
static int make_room(struct window *w, struct err *err)
{
	if (settle(w, middle(w), err))
		return -1;
	return w->nr >= window_max(w) ? settle(w, UINT64_MAX, err) : 0;
}

int window_add(struct window *w, const struct happening *h, const uint64_t *args, struct err *err)
{
	if (unlikely(w->nr >= window_max(w)) && make_room(w, err))
		return -1;
	if (reach_order(w, h->slot, err) ||
	    (unlikely(is_tie(h)) && reach_order(w, (uint32_t)h->value, err)))
		return -1;
	if (append(w, h, h->slot, args, err))
		return -1;
	note_order(w, h, h->slot);
	w->nr_late += happening_start(h) < w->due_ns;
	w->newest_ns = MAX(w->newest_ns, h->time);
	return 0;
}

static uint64_t count_late(const struct window *w, const struct run *r)
{
	const struct happening *h;
	size_t at = r->from;
	uint64_t nr = 0;

	while ((h = next_item(w, r, &at)))
		nr += happening_start(h) < w->due_ns && slot_of(r->chunk, h) != NO_SLOT;
	return nr;
}

int window_add_run(struct window *w, const struct run *run, const struct span *spans,
		   size_t nr_spans, struct err *err)
{
	for (size_t i = 0; i < nr_spans; i++) {
		const uint32_t slot = run->chunk->slots[spans[i].slot];

		if (slot == NO_SLOT)
			continue;
		if (reach_order(w, slot, err))
			return -1;
		note_span(w, &spans[i], slot);
	}
	if (push_run(&w->waiting, run, err))
		return -1;
	w->nr += run->nr;
	if (unlikely(run->first_ns < w->due_ns))
		w->nr_late += count_late(w, run);
	w->newest_ns = MAX(w->newest_ns, run->newest_ns);
	return 0;
}

int window_end(struct window *w, struct err *err)
{
	if (settle(w, UINT64_MAX, err) || window_give(w, SIZE_MAX, err))
		return -1;
	if (w->nr_orders)
		memset(w->orders, 0, w->nr_orders * sizeof(*w->orders));
	w->newest_ns = w->limit_ns = w->settled_ns = w->due_ns = 0;
	return 0;
}
