/*
 * window.h - what happened to tasks, in the order in which it happened to each of them.
 *
 * It comes in the order of a file: ring behind ring, and the events of a task may lie in several. So it waits
 * until, by the file's rounds (order.h), nothing older can come. Tasks that stayed on their CPU need no
 * sorting then; only what belongs to the others is sorted. Between tasks there is no order, but for those that
 * depend on each other: a new task and its parent, which it has its name from, and those that are tied.
 */
#ifndef REPORT_WINDOW_H
#define REPORT_WINDOW_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where no round comes, the older half of so many is given anyway. Each takes 40 bytes, 48 more with the
 * arguments of a call.
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
	TASK_ABI, /* its calls have the numbers of its kernel, or those of another ABI */
	TASK_TIED /* to another one: what happens to both is to be in order */
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
	size_t max; /* as WINDOW_MAX, where it is not 0 */
	bool lazy;  /* what a round settles is given by window_give(), a part at a time */
	struct happening *items;
	uint64_t *args; /* of items[i]: args[CALL_ARGS * i] */
	size_t nr, room;
	struct window_stray *strays; /* items of slots that are unsorted; room_strays */
	size_t nr_strays, room_strays;
	struct window_order *orders; /* by slot */
	uint32_t nr_orders;
	uint32_t *unsorted; /* slots with items that are not in order; room for all, twice */
	uint32_t nr_unsorted;
	uint64_t newest_ns, limit_ns; /* of the round; of the one before */
	uint64_t settled_ns;	      /* all up to it was given */
	uint64_t nr_late;	      /* came when later ones had been given, or were to be */
	/* What is to be given next, in its order: what is sorted and not later than due_ns. */
	struct happening *due;
	uint64_t *due_args; /* as args */
	size_t nr_given, nr_due, room_due;
	uint64_t due_ns;
};

void window_release(struct window *w);

/*
 * window_add() - @args: of TASK_ENTERS and TASK_CALLED, where they are kept (with_args); else NULL. Returns 0, or -1: ERR_MEM
 * or take()'s error.
 */
int window_add(struct window *w, const struct happening *h, const uint64_t *args, struct err *err);

/* window_give() - of what is settled, up to @nr. As window_add(). */
int window_give(struct window *w, size_t nr, struct err *err);

/* window_has_due() - is something of that left? */
static inline bool window_has_due(const struct window *w)
{
	return w->nr_due;
}

/* window_round() - the file's round ends. window_end() - the file does: gives all. As window_add(). */
int window_round(struct window *w, struct err *err);
int window_end(struct window *w, struct err *err);

#endif
