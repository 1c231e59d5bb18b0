#include "report/window.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 255 /* of the window, to find its middle */

#define TASK_NOTHING UINT8_MAX /* of what is due: it was given, or is kept */

/* Of a slot's items: are they in order? */
struct window_order {
	uint64_t newest_ns;
	bool unsorted; /* one is older than one in front of it */
	bool again;    /* see look_again() */
};

/* An item, or a half of one that is a whole call, of a slot whose items are not in order. */
struct window_stray {
	uint64_t time;
	size_t at; /* index in items */
	uint8_t kind;
};

void window_release(struct window *w)
{
	free(w->items);
	free(w->args);
	free(w->due);
	free(w->due_args);
	free(w->strays);
	free(w->orders);
	free(w->unsorted);
	*w = (struct window){ 0 };
}

static size_t window_max(const struct window *w)
{
	return w->max ? w->max : WINDOW_MAX;
}

static int by_time(const void *a, const void *b)
{
	const struct window_stray *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (int)x->kind - (int)y->kind; /* an enter before its exit */
}

static const uint64_t *args_of(const struct window *w, size_t due)
{
	return w->due_args ? w->due_args + CALL_ARGS * due : NULL;
}

/* Gives one half of a whole call, or all of an item that is none. */
static int take_as(struct window *w, size_t at, enum happening_kind kind, struct err *err)
{
	struct happening half = w->due[at];

	if (half.kind == TASK_CALLED) {
		half.kind = (uint8_t)kind;
		half.next = kind == TASK_LEAVES;
		half.time = kind == TASK_ENTERS ? half.start_ns : half.time;
	}
	return w->take(w->arg, &half, half.kind == TASK_ENTERS ? args_of(w, at) : NULL, err);
}

static void mark_unsorted(struct window *w, uint32_t slot)
{
	if (w->orders[slot].unsorted)
		return;
	w->orders[slot].unsorted = true;
	w->unsorted[w->nr_unsorted++] = slot;
}

/* When it began. */
static uint64_t start_of(const struct happening *h)
{
	return h->kind == TASK_CALLED ? h->start_ns : h->time;
}

static bool is_tie(const struct happening *h)
{
	return h->kind == TASK_BEGINS || h->kind == TASK_TIED;
}

/* Those of two slots are sorted together when both are not in order. */
static void note_order(struct window *w, const struct happening *h)
{
	struct window_order *order = &w->orders[h->slot];

	if (unlikely(start_of(h) < order->newest_ns))
		mark_unsorted(w, h->slot);
	order->newest_ns = MAX(order->newest_ns, h->time);
	if (unlikely(is_tie(h))) {
		mark_unsorted(w, h->slot);
		mark_unsorted(w, (uint32_t)h->value);
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
	for (size_t i = 0; i < w->nr; i++)
		if (w->orders[w->items[i].slot].again)
			note_order(w, &w->items[i]);
	for (uint32_t i = 0; i < nr; i++)
		w->orders[w->unsorted[i]].again = false;
	w->nr_unsorted -= nr;
	memmove(w->unsorted, w->unsorted + nr, w->nr_unsorted * sizeof(*w->unsorted));
}

/* ---- what is due ---- */

static void add_stray(struct window *w, uint64_t time, size_t at, uint8_t kind)
{
	w->strays[w->nr_strays++] = (struct window_stray){ time, at, kind };
}

/* Something of the same task may belong between the halves. */
static void add_strays(struct window *w, size_t at)
{
	const struct happening *item = &w->due[at];

	if (item->kind == TASK_CALLED) {
		add_stray(w, item->start_ns, at, TASK_ENTERS);
		add_stray(w, item->time, at, TASK_LEAVES);
	} else {
		add_stray(w, item->time, at, item->kind);
	}
}

/*
 * What is due at @at is later than the limit: it begins the next window. A call that was entered before is split: its
 * enter stays.
 */
static void keep(struct window *w, uint64_t limit_ns, size_t at)
{
	struct happening *item = &w->due[at], *later = &w->items[w->nr];

	*later = *item;
	if (w->with_args)
		memcpy(w->args + CALL_ARGS * w->nr, args_of(w, at), CALL_ARGS * sizeof(*w->args));
	w->nr++;
	if (item->kind != TASK_CALLED || item->start_ns > limit_ns) {
		item->kind = TASK_NOTHING;
		return;
	}
	later->kind = TASK_LEAVES;
	later->next = true;
	item->kind = TASK_ENTERS;
	item->time = item->start_ns;
}

/* All that waits is due, but for what is later. Those whose slots are not in order become strays. */
static void divide(struct window *w, uint64_t limit_ns)
{
	w->nr_strays = 0;
	for (size_t i = 0; i < w->nr_due; i++) {
		const struct happening *item = &w->due[i];

		if (unlikely(item->time > limit_ns))
			keep(w, limit_ns, i);
		if (unlikely(w->orders[item->slot].unsorted) && item->kind != TASK_NOTHING)
			add_strays(w, i);
	}
}

static int give_strays(struct window *w, struct err *err)
{
	if (w->nr_strays)
		qsort(w->strays, w->nr_strays, sizeof(*w->strays), by_time);
	for (size_t i = 0; i < w->nr_strays; i++)
		if (take_as(w, w->strays[i].at, w->strays[i].kind, err))
			return -1;
	for (size_t i = 0; i < w->nr_strays; i++)
		w->due[w->strays[i].at].kind = TASK_NOTHING;
	return 0;
}

/* Makes one that is empty, with its arguments, have as much room as items have. */
static int grow_due(struct window *w, struct err *err)
{
	if (w->room_due >= w->room)
		return 0;
	free(w->due);
	free(w->due_args);
	w->due = malloc(w->room * sizeof(*w->due));
	w->due_args = w->with_args ? malloc(w->room * CALL_ARGS * sizeof(*w->args)) : NULL;
	w->room_due = w->due && (w->due_args || !w->with_args) ? w->room : 0;
	return w->room_due ? 0 : fail_mem(err);
}

static int grow_strays(struct window *w, struct err *err)
{
	if (!w->nr_unsorted || w->room_strays >= 2 * w->room)
		return 0;
	free(w->strays);
	w->room_strays = 2 * w->room; /* a call is two */
	w->strays = malloc(w->room_strays * sizeof(*w->strays));
	w->room_strays = w->strays ? w->room_strays : 0;
	return w->strays ? 0 : fail_mem(err);
}

/* What waits, up to now, becomes what is due, which is empty. */
static void swap_due(struct window *w)
{
	struct happening *items = w->items;
	uint64_t *args = w->args;
	size_t room = w->room;

	w->nr_due = w->nr;
	w->items = w->due;
	w->args = w->due_args;
	w->room = w->room_due;
	w->nr = 0;
	w->due = items;
	w->due_args = args;
	w->room_due = room;
}

int window_give(struct window *w, size_t nr, struct err *err)
{
	const size_t end = w->nr_given + MIN(nr, w->nr_due - w->nr_given);

	for (; w->nr_given < end; w->nr_given++) {
		const struct happening *item = &w->due[w->nr_given];

		if (likely(item->kind != TASK_NOTHING) &&
		    w->take(w->arg, item, args_of(w, w->nr_given), err))
			return -1;
	}
	if (w->nr_given == w->nr_due) {
		w->nr_given = w->nr_due = 0;
		w->settled_ns = MAX(w->settled_ns, w->due_ns);
	}
	return 0;
}

/* What happened up to @limit_ns is due. */
static int settle(struct window *w, uint64_t limit_ns, struct err *err)
{
	if (window_give(w, SIZE_MAX, err) || grow_due(w, err) || grow_strays(w, err))
		return -1;
	swap_due(w);
	divide(w, limit_ns);
	w->due_ns = MAX(w->due_ns, limit_ns);
	if (give_strays(w, err))
		return -1;
	look_again(w);
	return w->lazy ? 0 : window_give(w, SIZE_MAX, err);
}

/* The time that about half of the window, which is not empty, is not above. */
static uint64_t middle(const struct window *w)
{
	struct window_stray some[SAMPLES];

	for (size_t i = 0; i < SAMPLES; i++)
		some[i] = (struct window_stray){ .time = w->items[w->nr * i / SAMPLES].time };
	qsort(some, SAMPLES, sizeof(*some), by_time);
	return some[SAMPLES / 2].time;
}

/* Everything older than what the round before this one had is there. */
int window_round(struct window *w, struct err *err)
{
	uint64_t limit_ns = w->limit_ns;

	w->limit_ns = w->newest_ns;
	return limit_ns ? settle(w, limit_ns, err) : 0;
}

static int grow_items(struct window *w, struct err *err)
{
	const size_t room = MAX(2 * w->room, 1024);
	void *more = reallocarray(w->items, room, sizeof(*w->items));

	if (!more)
		return fail_mem(err);
	w->items = more;
	if (w->with_args) {
		more = reallocarray(w->args, room, CALL_ARGS * sizeof(*w->args));
		if (!more)
			return fail_mem(err);
		w->args = more;
	}
	w->room = room;
	return 0;
}

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

/* The window is full: the older half of it goes; all of it, when that is of one time, or nearly. */
static int make_room(struct window *w, struct err *err)
{
	if (w->nr >= window_max(w) && settle(w, middle(w), err))
		return -1;
	if (w->nr >= window_max(w) && settle(w, UINT64_MAX, err))
		return -1;
	return w->items && w->nr < w->room ? 0 : grow_items(w, err);
}

int window_add(struct window *w, const struct happening *h, const uint64_t *args, struct err *err)
{
	if (unlikely(w->nr == w->room || w->nr >= window_max(w)) && make_room(w, err))
		return -1;
	if (unlikely(h->slot >= w->nr_orders) && grow_orders(w, h->slot, err))
		return -1;
	if (unlikely(is_tie(h)) && (uint32_t)h->value >= w->nr_orders &&
	    grow_orders(w, (uint32_t)h->value, err))
		return -1;
	if (args)
		memcpy(w->args + CALL_ARGS * w->nr, args, CALL_ARGS * sizeof(*args));
	w->items[w->nr++] = *h;
	note_order(w, h);
	w->nr_late += start_of(h) < w->due_ns;
	w->newest_ns = MAX(w->newest_ns, h->time);
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
