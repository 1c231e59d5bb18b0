#include "report/pair.h"
#include "common/syscall.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLES_MAX 8192 /* more: old ones that follow each other are made one */
#define NOBODY	  UINT32_MAX
#define X32_BIT	  0x40000000 /* of a number: a program with addresses of 32 bits on x86_64 */
/* sys_exit of sigreturn has no number: the kernel has just put back the registers. */
#define NO_NUMBER (-1)

/* The task that has this tid now, and the call that it is in. */
struct pair_slot {
	uint32_t tid, pid;
	uint32_t task; /* index in tasks; NOBODY: none yet */
	bool ended;    /* ... and is no more */
	bool compat;   /* its calls have the numbers of another ABI */
	bool execs;    /* a program was executed; that has not been left */
	bool open;     /* it is in a call: */
	uint16_t cpu;  /* where that began */
	uint64_t start_ns;
	int64_t nr; /* as of call.nr */
	bool has_args;
	uint64_t args[CALL_ARGS];
};

void pairs_init(struct pairs *p, const struct pair_client *client)
{
	*p = (struct pairs){ .client = *client };
}

void pairs_release(struct pairs *p)
{
	free(p->comms.at);
	hash_release(&p->in_exec);
	hash_release(&p->compat);
	filter_release_whole(&p->whole_calls);
	free(p->tasks);
	free(p->slots);
	free(p->holes);
	*p = (struct pairs){ 0 };
}

void pairs_start(struct pairs *p, const char *arch, bool whole)
{
	p->whole = whole;
	p->exec_nr = syscall_number(arch, "execve");
	p->execveat_nr = syscall_number(arch, "execveat");
	p->compat_exec_nr = p->compat_execveat_nr = NO_CALL;
	if (syscall_compat_arch(arch)) {
		p->compat_exec_nr = syscall_plain(syscall_compat_number(arch, "execve"));
		p->compat_execveat_nr = syscall_plain(syscall_compat_number(arch, "execveat"));
	}
}

/* Makes @list, of *@room elements, one that has room for @nr + 1. Returns NULL when memory ran out. */
static void *grow(void *list, size_t *room, size_t nr, size_t size)
{
	void *more;

	if (nr < *room)
		return list;
	more = reallocarray(list, MAX(*room * 2, 64), size);
	if (more)
		*room = MAX(*room * 2, 64);
	return more;
}

/* ---- holes ---- */

/* Of the older half, two become one each, with all that is between them. */
static void join_holes(struct pairs *p)
{
	const size_t half = p->nr_holes / 4 * 2;
	size_t nr = 0;

	for (size_t i = 0; i < half; i += 2)
		p->holes[nr++] =
			(struct pair_hole){ MIN(p->holes[i].start_ns, p->holes[i + 1].start_ns),
					    p->holes[i + 1].end_ns };
	memmove(p->holes + nr, p->holes + half, (p->nr_holes - half) * sizeof(*p->holes));
	p->nr_holes -= half - nr;
}

/* They ascend by their ends; those of one ring come so, and those of others soon. */
int pairs_add_hole(struct pairs *p, uint64_t start_ns, uint64_t end_ns, struct err *err)
{
	const struct pair_hole hole = { start_ns, end_ns };
	size_t room = p->room_holes, at;
	struct pair_hole *more;

	if (p->nr_holes == HOLES_MAX)
		join_holes(p);
	more = grow(p->holes, &room, p->nr_holes, sizeof(*more));
	if (!more)
		return fail_mem(err);
	p->holes = more;
	p->room_holes = room;
	for (at = p->nr_holes++; at && more[at - 1].end_ns > hole.end_ns; at--)
		more[at] = more[at - 1];
	more[at] = hole;
	return 0;
}

/* ---- tasks ---- */

int pairs_add_slot(struct pairs *p, uint32_t pid, uint32_t tid, struct err *err)
{
	size_t room = p->room_slots;
	void *slots = grow(p->slots, &room, p->nr_slots, sizeof(*p->slots));

	if (!slots)
		return fail_mem(err);
	p->slots = slots;
	p->room_slots = room;
	p->slots[p->nr_slots++] = (struct pair_slot){ .tid = tid, .pid = pid, .task = NOBODY };
	return 0;
}

int pairs_add_name(struct pairs *p, const char *name, struct err *err)
{
	void *more = grow(p->comms.at, &p->comms.room, p->comms.nr, sizeof(*p->comms.at));

	if (!more)
		return fail_mem(err);
	p->comms.at = more;
	p->comms.at[p->comms.nr++] = name;
	return 0;
}

/* A new task has the tid of @slot. */
static int add_task(struct pairs *p, struct pair_slot *slot, uint32_t comm, struct err *err)
{
	size_t room = p->room_tasks;
	struct pair_task *more = grow(p->tasks, &room, p->nr_tasks, sizeof(*p->tasks));

	if (!more)
		return fail_mem(err);
	p->tasks = more;
	p->room_tasks = room;
	slot->task = p->nr_tasks;
	p->tasks[p->nr_tasks++] = (struct pair_task){ slot->pid, slot->tid, comm };
	return 0;
}

uint32_t pairs_task(const struct pairs *p, uint32_t slot)
{
	return p->slots[slot].task;
}

const char *pairs_comm(const struct pairs *p, uint32_t task, char room[PAIR_COMM_ROOM])
{
	const struct pair_task *t = &p->tasks[task];

	if (t->comm != NOBODY)
		return p->comms.at[t->comm];
	snprintf(room, PAIR_COMM_ROOM, ":%" PRIu32, t->tid);
	return room;
}

/* ---- the ABI ---- */

/* From now on, of a task and of threads of its process that are not known yet. */
static int set_abi(struct pairs *p, struct pair_slot *slot, bool compat, struct err *err)
{
	slot->compat = compat;
	if (!compat)
		hash_del(&p->compat, slot->pid);
	else if (!hash_put(&p->compat, slot->pid))
		return fail_mem(err);
	return 0;
}

/* Numbers of x32 tell it themselves, and the one that is none stays so. */
static int64_t number(const struct pair_slot *slot, int64_t nr)
{
	return unlikely(slot->compat) && nr >= 0 && nr < X32_BIT ? SYSCALL_COMPAT | nr : nr;
}

int64_t pairs_number(const struct pairs *p, const struct happening *h)
{
	return number(&p->slots[h->slot], h->nr);
}

static bool is_exec(const struct pairs *p, int64_t nr)
{
	if (unlikely(syscall_is_compat(nr)))
		return syscall_plain(nr) == p->compat_exec_nr ||
		       syscall_plain(nr) == p->compat_execveat_nr;
	return nr == p->exec_nr || nr == p->execveat_nr;
}

/*
 * Whichever call executed a program, execveat or that of another ABI: the kernel makes its exit that of the execve of
 * the new program's ABI. Source: set_personality_64bit(), set_personality_ia32() in arch/x86/kernel/process_64.c.
 */
static bool leaves_exec(const struct pairs *p, const struct pair_slot *slot,
			const struct happening *item)
{
	return (item->nr == p->exec_nr || item->nr == p->compat_exec_nr) && !item->value &&
	       slot->open && is_exec(p, slot->nr);
}

/* ---- pairs ---- */

/* Was something lost, on any CPU, between these times? */
static bool is_over_hole(const struct pairs *p, uint64_t start_ns, uint64_t end_ns)
{
	size_t low = 0, high = p->nr_holes;

	while (low < high) { /* the first that ends behind @start_ns */
		size_t mid = low + (high - low) / 2;

		if (p->holes[mid].end_ns > start_ns)
			high = mid;
		else
			low = mid + 1;
	}
	/* Those that are later than both are in the window: few. */
	for (; low < p->nr_holes; low++)
		if (p->holes[low].start_ns < end_ns)
			return true;
	return false;
}

bool pairs_are_wanted(const struct pairs *p, const struct filter_whole *w, uint32_t task,
		      uint32_t cpu, int64_t nr)
{
	char room[PAIR_COMM_ROOM];

	if (unlikely(w->calls || w->cpus.nr) && !filter_takes_whole(w, cpu, nr))
		return false;
	return likely(!w->comms) || filter_lists_comm(w->comms, pairs_comm(p, task, room));
}

static int give(struct pairs *p, const struct call *call, struct err *err)
{
	if (!pairs_are_wanted(p, &p->whole_calls, call->task, call->cpu, call->nr))
		return 0;
	return p->client.give(p->client.arg, call, err);
}

static uint32_t cpu_of(uint16_t cpu)
{
	return cpu == HAPPENING_NO_CPU ? UINT32_MAX : cpu;
}

/* The call that the task of @slot is in ends with less than a pair, at @end_ns. */
static int give_unfinished(struct pairs *p, struct pair_slot *slot, enum call_state state,
			   uint64_t end_ns, struct err *err)
{
	struct call call = {
		.state = state,
		.in_flight = p->ends,
		.task = slot->task,
		.cpu = cpu_of(slot->cpu),
		.nr = slot->nr,
		.start_ns = slot->start_ns,
		.end_ns = end_ns,
		.args = slot->has_args ? slot->args : NULL,
	};

	slot->open = false;
	return give(p, &call, err);
}

/* An event alone. */
static int give_half(struct pairs *p, const struct pair_slot *slot, const struct happening *item,
		     const uint64_t *args, struct err *err)
{
	const bool left = item->kind == TASK_LEAVES;
	const struct call call = {
		.state = left ? CALL_LEFT : CALL_OPEN,
		.task = slot->task,
		.cpu = cpu_of(item->cpu),
		.nr = number(slot, item->nr),
		.ret = left ? item->value : 0,
		.start_ns = left ? 0 : item->time,
		.end_ns = item->time,
		.args = args,
	};

	return give(p, &call, err);
}

/* A thread of @pid is in execve. */
static int note_exec(struct pairs *p, uint32_t pid, uint32_t slot, struct err *err)
{
	uint64_t *in_exec = hash_put(&p->in_exec, pid);

	if (!in_exec)
		return fail_mem(err);
	*in_exec = slot;
	return 0;
}

static int enter(struct pairs *p, struct pair_slot *slot, const struct happening *item,
		 const uint64_t *args, struct err *err)
{
	if (slot->open && give_unfinished(p, slot, CALL_BROKEN, item->time, err))
		return -1;
	slot->open = true;
	slot->execs = false;
	slot->nr = number(slot, item->nr);
	slot->start_ns = item->time;
	slot->cpu = item->cpu;
	slot->has_args = args != NULL;
	if (args)
		memcpy(slot->args, args, sizeof(slot->args));
	if (is_exec(p, slot->nr))
		return note_exec(p, slot->pid, item->slot, err);
	return 0;
}

/* exec by a thread: it goes on as the first thread of its process, whose own call is never left. */
static int take_over_exec(struct pairs *p, struct pair_slot *slot, const struct happening *item,
			  struct err *err)
{
	const uint64_t *at = hash_get(&p->in_exec, slot->pid);
	struct pair_slot *from = at ? &p->slots[*at] : NULL;

	if (!from || from == slot || slot->tid != slot->pid || !from->open ||
	    from->pid != slot->pid ||
	    (syscall_plain(from->nr) != item->nr && !leaves_exec(p, from, item)))
		return 0;
	if (slot->open && give_unfinished(p, slot, CALL_OPEN, from->start_ns, err))
		return -1;
	slot->open = true;
	slot->nr = from->nr;
	slot->start_ns = from->start_ns;
	slot->cpu = from->cpu;
	slot->has_args = from->has_args;
	memcpy(slot->args, from->args, sizeof(slot->args));
	from->open = false;
	return 0;
}

/* A call whose halves lie side by side, and nothing can be missing between them. */
static int called(struct pairs *p, struct pair_slot *slot, const struct happening *item,
		  const uint64_t *args, struct err *err)
{
	const struct call call = {
		.state = CALL_EXACT,
		.task = slot->task,
		.cpu = cpu_of(item->cpu),
		.nr = number(slot, item->nr),
		.ret = item->value,
		.start_ns = item->start_ns,
		.end_ns = item->time,
		.args = args,
	};

	slot->execs = false;
	if (unlikely(slot->open) && give_unfinished(p, slot, CALL_BROKEN, item->start_ns, err))
		return -1;
	return give(p, &call, err);
}

/* May something be missing between enter and exit? @next: they lie side by side. */
static bool is_torn(const struct pairs *p, uint64_t start_ns, uint64_t end_ns, bool next)
{
	if (likely(!p->nr_holes) || (next && end_ns - start_ns <= PAIR_SIDE_NS))
		return false;
	return is_over_hole(p, start_ns, end_ns);
}

static bool belongs(const struct pairs *p, const struct pair_slot *slot,
		    const struct happening *item)
{
	return slot->open && slot->start_ns <= item->time &&
	       (syscall_plain(slot->nr) == item->nr || item->nr == NO_NUMBER ||
		leaves_exec(p, slot, item));
}

/* A task left a call: was it execve, and what are the numbers of its calls from now on? */
static int learn_abi(struct pairs *p, struct pair_slot *slot, const struct happening *item,
		     struct err *err)
{
	const bool left_exec = slot->execs || leaves_exec(p, slot, item);

	slot->execs = false;
	if (likely(!left_exec || p->compat_exec_nr == NO_CALL))
		return 0;
	if (item->nr == p->exec_nr || item->nr == p->compat_exec_nr)
		return set_abi(p, slot, item->nr == p->compat_exec_nr, err);
	return 0;
}

static int leave(struct pairs *p, struct pair_slot *slot, const struct happening *item,
		 struct err *err)
{
	struct call call = {
		.state = CALL_LEFT,
		.cpu = cpu_of(item->cpu),
		.ret = item->value,
		.end_ns = item->time,
	};

	if (!belongs(p, slot, item) && (is_exec(p, item->nr) || item->nr == p->compat_exec_nr) &&
	    take_over_exec(p, slot, item, err))
		return -1;
	if (learn_abi(p, slot, item, err))
		return -1;
	call.nr = number(slot, item->nr);
	if (!belongs(p, slot, item)) {
		if (slot->open && give_unfinished(p, slot, CALL_BROKEN, item->time, err))
			return -1;
	} else if (is_torn(p, slot->start_ns, item->time, item->next)) {
		if (give_unfinished(p, slot, CALL_BROKEN, item->time, err))
			return -1;
	} else {
		call.state = CALL_EXACT;
		call.nr = slot->nr;
		call.start_ns = slot->start_ns;
		call.args = slot->has_args ? slot->args : NULL;
		slot->open = false;
	}
	call.task = slot->task;
	return give(p, &call, err);
}

/* A call that is none: its halves. */
static int take_halves(struct pairs *p, struct pair_slot *slot, const struct happening *item,
		       const uint64_t *args, struct err *err)
{
	struct happening half = *item;

	half.kind = TASK_ENTERS;
	half.time = item->start_ns;
	if (enter(p, slot, &half, args, err))
		return -1;
	half.kind = TASK_LEAVES;
	half.time = item->time;
	half.next = true;
	return leave(p, slot, &half, err);
}

/* A task began, with the tid of @item. */
static int begin_task(struct pairs *p, struct pair_slot *slot, const struct happening *item,
		      struct err *err)
{
	const struct pair_slot *parent = &p->slots[(uint32_t)item->value];
	uint32_t comm = parent->task == NOBODY ? NOBODY : p->tasks[parent->task].comm;

	if (slot->open && give_unfinished(p, slot, CALL_OPEN, item->time, err))
		return -1;
	slot->pid = (uint64_t)item->value >> 32;
	slot->compat = parent->compat;
	return add_task(p, slot, comm, err);
}

int pairs_take(void *arg, const struct happening *h, const uint64_t *args, struct err *err)
{
	struct pairs *p = arg;
	struct pair_slot *slot = &p->slots[h->slot];

	slot->ended = h->kind == TASK_ENDS;
	if (h->kind == TASK_BEGINS)
		return begin_task(p, slot, h, err);
	if (slot->task == NOBODY) {
		slot->compat = hash_get(&p->compat, slot->pid);
		if (add_task(p, slot, NOBODY, err))
			return -1;
	}
	switch ((enum happening_kind)h->kind) {
	case TASK_ENTERS:
		return p->halves ? give_half(p, slot, h, args, err) : enter(p, slot, h, args, err);
	case TASK_CALLED:
		if (unlikely(is_torn(p, h->start_ns, h->time, true)))
			return take_halves(p, slot, h, args, err);
		return called(p, slot, h, args, err);
	case TASK_LEAVES:
		if (!p->halves)
			return leave(p, slot, h, err);
		return learn_abi(p, slot, h, err) ? -1 : give_half(p, slot, h, NULL, err);
	case TASK_NAMED:
		p->tasks[slot->task].comm = h->value;
		slot->execs = h->next && p->whole;
		return 0;
	case TASK_ABI:
		return p->compat_exec_nr == NO_CALL ? 0 : set_abi(p, slot, h->value, err);
	case TASK_TIED:
		return 0;
	default:
		if (slot->compat && slot->tid == slot->pid)
			hash_del(&p->compat, slot->pid);
		return slot->open ? give_unfinished(p, slot, CALL_OPEN, h->time, err) : 0;
	}
}

/* Moves the slots of those that have not ended to the front, and their tasks to @tasks. */
static void keep_living(struct pairs *p, struct pair_task *tasks)
{
	uint32_t nr_slots = 0, nr_tasks = 0;

	for (uint32_t i = 0; i < p->nr_slots; i++) {
		struct pair_slot slot = p->slots[i];

		if (slot.ended)
			continue;
		if (slot.task != NOBODY) {
			tasks[nr_tasks] = p->tasks[slot.task];
			slot.task = nr_tasks++;
		}
		p->slots[nr_slots++] = slot;
	}
	p->nr_slots = nr_slots;
	p->nr_tasks = nr_tasks;
}

int pairs_forget(struct pairs *p, struct err *err)
{
	const uint32_t room = p->nr_slots + 1;
	struct pair_task *tasks = calloc(room, sizeof(*tasks));

	if (!tasks)
		return fail_mem(err);
	keep_living(p, tasks);
	free(p->tasks);
	p->tasks = tasks;
	p->room_tasks = room;
	hash_release(&p->in_exec);
	for (uint32_t i = 0; i < p->nr_slots; i++) {
		const struct pair_slot *slot = &p->slots[i];

		if (slot->open && is_exec(p, slot->nr) && note_exec(p, slot->pid, i, err))
			return -1;
	}
	return 0;
}

uint32_t pairs_tid(const struct pairs *p, uint32_t slot)
{
	return p->slots[slot].tid;
}

uint32_t pairs_running(const struct pairs *p)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < p->nr_slots; i++)
		nr += p->slots[i].open;
	return nr;
}

int pairs_end(struct pairs *p, uint64_t end_ns, struct err *err)
{
	p->ends = true;
	for (uint32_t i = 0; i < p->nr_slots; i++)
		if (p->slots[i].open && give_unfinished(p, &p->slots[i], CALL_OPEN, end_ns, err))
			return -1;
	p->ends = false;
	p->nr_slots = 0;
	hash_release(&p->in_exec);
	hash_release(&p->compat);
	p->nr_holes = 0;
	return 0;
}
