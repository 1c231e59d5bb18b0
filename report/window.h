/*
 * window.h - what happened to tasks, in the order in which it happened to each of them.
 *
 * It comes in the order of a file: ring behind ring, and the events of a task may lie in several. So it waits
 * until, by the file's rounds (order.h), nothing older can come. Tasks that stayed on their CPU need no
 * sorting then; only what belongs to the others is sorted. Between tasks there is no order, but for those that
 * depend on each other: a new task and its parent, which it has its name from, and those that are tied.
 *
 * ITEMS are what happened, each a struct happening, behind those of calls that are entered their arguments where they
 * are wanted. Most come as RUNS, in CHUNKS of memory that whoever found them has filled. A run waits, and goes, as a
 * whole: its items are looked at when they are given, and before only where a round ends among them or a task of theirs
 * was on several CPUs.
 */
#ifndef REPORT_WINDOW_H
#define REPORT_WINDOW_H

#include "common/err.h"
#include "common/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where no round comes, the older half of so many is given anyway. Each takes 40 bytes, 48 more with the
 * arguments of a call; of the memory of a chunk, three quarters may be empty.
 */
#define WINDOW_MAX (4u << 20)

#define CALL_ARGS 6

enum happening_kind {
	TASK_ENTERS, /* a system call */
	TASK_LEAVES, /* one */
	TASK_CALLED, /* entered one, and left it, with nothing in between */
	TASK_NAMED,
	TASK_BEGINS,
	TASK_ENDS,
	TASK_ABI,	/* its calls have the numbers of its kernel, or those of another ABI */
	TASK_TIED,	/* to another one: what happens to both is to be in order */
	TASK_GONE = 128 /* a bit: not to be given any more. The window's own */
};

/* happening.cpu where nobody knows it, or it has a higher number, as that of no machine. */
#define HAPPENING_NO_CPU UINT16_MAX

struct happening {
	uint64_t time;	   /* ns */
	uint64_t start_ns; /* CALLED: when it was entered; time: when it was left */
	int64_t nr;	   /* of the call */
	/* LEAVES, CALLED: what it returned; NAMED: number of the name; BEGINS: pid << 32 | slot of the parent;
	   ABI: 1: another one; TIED: slot of the other one */
	int64_t value;
	uint32_t slot; /* whose it is: a small number */
	uint16_t cpu;
	uint8_t kind; /* enum happening_kind */
	/* LEAVES: directly behind the ENTERS of the same slot, in the same ring; NAMED: by exec, which is left next */
	bool next;
};

/* happening_size() - bytes of an item, in memory where calls have arguments or do not. */
static inline size_t happening_size(const struct happening *h, bool with_args)
{
	const uint8_t kind = h->kind & ~TASK_GONE;
	const bool args = with_args && (kind == TASK_ENTERS || kind == TASK_CALLED);

	return sizeof(*h) + (args ? CALL_ARGS * sizeof(uint64_t) : 0);
}

/* happening_start() - when it began. */
static inline uint64_t happening_start(const struct happening *h)
{
	return h->kind == TASK_CALLED ? h->start_ns : h->time;
}

/* Items that lie in one piece of memory. A zeroed struct has none. */
struct chunk {
	char *items; /* owned, as is: */
	size_t used, room;
	uint32_t *slots; /* by the slot that an item tells: the window's; nr_slots 0: that is it */
	size_t nr_slots, room_slots;
	size_t nr_runs; /* of the window that are in it, and one while it is filled */
	struct chunk *next_spare, *next;
};

/* Items of a chunk, side by side. */
struct run {
	struct chunk *chunk;
	size_t from, to;	      /* bytes */
	size_t nr;		      /* items */
	uint64_t first_ns, newest_ns; /* the first of them began; the last one ended */
};

struct runs {
	struct run *at;
	size_t nr, room;
};

/* What one slot has of a run. */
struct span {
	uint32_t thread;	      /* whoever found it knows */
	uint32_t slot;		      /* as items have it: index in chunk.slots */
	uint64_t first_ns, newest_ns; /* as of a run */
	bool unsorted;		      /* an item began before one in front of it had ended */
};

struct window_stray;
struct window_order;

/* Who takes what happened, with the CALL_ARGS of the call if they are kept, else NULL. */
typedef int (*window_take)(void *arg, const struct happening *h, const uint64_t *args,
			   struct err *err);

/* A zeroed struct with @take and @arg is an empty one. */
struct window {
	window_take take;
	void *arg;
	bool with_args;
	size_t max;	     /* as WINDOW_MAX, where it is not 0 */
	bool lazy;	     /* what a round settles is given by window_give(), a part at a time */
	struct runs waiting; /* in the order in which they came */
	size_t nr;	     /* items of these */
	struct chunk *own;   /* what comes item by item is put there */
	struct chunk *all, *spare;   /* by next; by next_spare */
	struct window_stray *strays; /* items of slots that are unsorted */
	size_t nr_strays, room_strays;
	struct window_order *orders; /* by slot */
	uint32_t nr_orders;
	uint32_t *unsorted; /* slots with items that are not in order; room for all, twice */
	uint32_t nr_unsorted;
	uint64_t newest_ns, limit_ns; /* of the round; of the one before */
	uint64_t settled_ns;	      /* all up to it was given */
	uint64_t nr_late;	      /* came when later ones had been given, or were to be */
	/* What is to be given next, in its order: what is sorted and not later than due_ns. */
	struct runs due;
	size_t due_run; /* the run that is next */
	uint64_t due_ns;
};

void window_release(struct window *w);

/*
 * window_add() - @args: of TASK_ENTERS and TASK_CALLED, where they are kept (with_args); else NULL. Returns 0, or -1: ERR_MEM
 * or take()'s error.
 */
int window_add(struct window *w, const struct happening *h, const uint64_t *args, struct err *err);

/* window_has_room() - can a run of @nr items be added? Else they are to be added one by one. */
static inline bool window_has_room(const struct window *w, size_t nr)
{
	return nr <= (w->max ? w->max : WINDOW_MAX) - w->nr;
}

/*
 * window_chunk() - an empty one, to be filled: memory that it has, or that is put into it. NULL when memory ran out.
 * window_done() - one that it was in use for is over: it is filled, or a run of it was given.
 * window_add_run() - what is in it, with what each of the slots there has of that, whose chunk.slots are set: the
 * window's slots, or NO_SLOT (slots.h) where items are to be passed over. As window_add().
 */
struct chunk *window_chunk(struct window *w);
void window_done(struct window *w, struct chunk *c);
int window_add_run(struct window *w, const struct run *run, const struct span *spans,
		   size_t nr_spans, struct err *err);

/* window_give() - of what is settled, about @nr. As window_add(). */
int window_give(struct window *w, size_t nr, struct err *err);

/* window_has_due() - is something of that left? */
static inline bool window_has_due(const struct window *w)
{
	return w->due.nr;
}

/* window_round() - the file's round ends. window_end() - the file does: gives all. As window_add(). */
int window_round(struct window *w, struct err *err);
int window_end(struct window *w, struct err *err);

#endif
