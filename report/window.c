#include "report/window.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 255 /* of the window, to find its middle */

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

static const uint64_t *args_of(const struct window *w, size_t item)
{
	return w->args ? w->args + CALL_ARGS * item : NULL;
}

/* Gives one half of a whole call, or all of an item that is none. */
static int take_as(struct window *w, size_t at, enum happening_kind kind, struct err *err)
{
	struct happening half = w->items[at];

	if (half.kind == TASK_CALLED) {
		half.kind = (uint8_t)kind;
		half.next = kind == TASK_LEAVES;
		half.time = kind == TASK_ENTERS ? half.start_ns : half.time;
	}
	return w->take(w->arg, &half, half.kind == TASK_ENTERS ? args_of(w, at) : NULL, err);
}

static void add_stray(struct window *w, size_t *nr_strays, uint64_t time, size_t at, uint8_t kind)
{
	w->strays[(*nr_strays)++] = (struct window_stray){ time, at, kind };
}

/* Something of the same task may belong between the halves. */
static void add_strays(struct window *w, size_t *nr_strays, size_t at)
{
	const struct happening *item = &w->items[at];

	if (item->kind == TASK_CALLED) {
		add_stray(w, nr_strays, item->start_ns, at, TASK_ENTERS);
		add_stray(w, nr_strays, item->time, at, TASK_LEAVES);
	} else {
		add_stray(w, nr_strays, item->time, at, item->kind);
	}
}

/* The call of @at is left later than @limit_ns. If it was entered before, that is given: what stays is the exit. */
static int split(struct window *w, uint64_t limit_ns, size_t at, size_t *nr_strays, struct err *err)
{
	struct happening *item = &w->items[at];

	if (item->kind != TASK_CALLED || item->start_ns > limit_ns)
		return 0;
	if (w->orders[item->slot].unsorted) {
		/* Of a stray the item is looked at once more, below: it has to be what it is until then. */
		add_stray(w, nr_strays, item->start_ns, at, TASK_ENTERS);
		return 0;
	}
	if (take_as(w, at, TASK_ENTERS, err))
		return -1;
	item->kind = TASK_LEAVES;
	item->next = true;
	return 0;
}

/* Those of slots that are in order; how many others there are in *@nr_strays. */
static int give_sorted(struct window *w, uint64_t limit_ns, size_t *nr_strays, struct err *err)
{
	*nr_strays = 0;
	for (size_t i = 0; i < w->nr; i++) {
		const struct happening *item = &w->items[i];

		if (unlikely(item->time > limit_ns)) {
			if (split(w, limit_ns, i, nr_strays, err))
				return -1;
		} else if (unlikely(w->orders[item->slot].unsorted)) {
			add_strays(w, nr_strays, i);
		} else if (w->take(w->arg, item, args_of(w, i), err)) {
			return -1;
		}
	}
	return 0;
}

/* The others. */
static int give_strays(struct window *w, uint64_t limit_ns, size_t nr_strays, struct err *err)
{
	if (nr_strays)
		qsort(w->strays, nr_strays, sizeof(*w->strays), by_time);
	for (size_t i = 0; i < nr_strays; i++) {
		const struct window_stray *stray = &w->strays[i];

		if (take_as(w, stray->at, stray->kind, err))
			return -1;
	}
	for (size_t i = 0; i < nr_strays; i++) {
		struct happening *item = &w->items[w->strays[i].at];

		if (item->kind != TASK_CALLED || item->time <= limit_ns)
			continue;
		item->kind = TASK_LEAVES;
		item->next = true;
	}
	return 0;
}

/* What is left in the window is the beginning of the next one. */
static void keep_later(struct window *w, uint64_t limit_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->nr; i++) {
		if (w->items[i].time <= limit_ns)
			continue;
		if (w->args)
			memmove(w->args + CALL_ARGS * kept, args_of(w, i),
				CALL_ARGS * sizeof(*w->args));
		w->items[kept++] = w->items[i];
	}
	w->nr = kept;
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

/* Gives what happened up to @limit_ns. */
static int settle(struct window *w, uint64_t limit_ns, struct err *err)
{
	size_t nr_strays;

	if (w->nr_unsorted && w->room_strays < 2 * w->room) {
		free(w->strays);
		w->room_strays = 2 * w->room; /* a call is two */
		w->strays = malloc(w->room_strays * sizeof(*w->strays));
		w->room_strays = w->strays ? w->room_strays : 0;
		if (!w->strays)
			return fail_mem(err);
	}
	if (give_sorted(w, limit_ns, &nr_strays, err) || give_strays(w, limit_ns, nr_strays, err))
		return -1;
	keep_later(w, limit_ns);
	look_again(w);
	w->settled_ns = MAX(w->settled_ns, limit_ns);
	return 0;
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
	w->nr_late += start_of(h) < w->settled_ns;
	w->newest_ns = MAX(w->newest_ns, h->time);
	return 0;
}

int window_end(struct window *w, struct err *err)
{
	if (settle(w, UINT64_MAX, err))
		return -1;
	if (w->nr_orders)
		memset(w->orders, 0, w->nr_orders * sizeof(*w->orders));
	w->newest_ns = w->limit_ns = w->settled_ns = 0;
	return 0;
}
