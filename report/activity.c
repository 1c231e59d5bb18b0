#include "report/activity.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NOBODY	  UINT32_MAX
#define CELLS_MAX (4u << 20) /* 1 GB; no machine does as much in an interval */

void activity_release(struct activity *i)
{
	for (size_t k = 0; k < i->nr; k++)
		tally_release(&i->cells[k].tally);
	free(i->cells);
	free(i->processes);
	hash_release(&i->by_pid);
	hash_release(&i->by_key);
	*i = (struct activity){ 0 };
}

/* ---- processes ---- */

static struct activity_process *add_process(struct activity *i, uint32_t pid)
{
	if (!i->processes || i->nr_processes == i->room_processes) {
		uint32_t room = MAX(2 * i->room_processes, 32);
		void *more = reallocarray(i->processes, room, sizeof(*i->processes));

		if (!more)
			return NULL;
		i->processes = more;
		i->room_processes = room;
	}
	i->processes[i->nr_processes] = (struct activity_process){ .pid = pid };
	return &i->processes[i->nr_processes++];
}

static struct activity_process *find_process(struct activity *i, uint32_t pid, struct err *err)
{
	uint64_t *at = hash_put(&i->by_pid, pid);
	struct activity_process *process;

	if (at && *at)
		return &i->processes[*at - 1];
	process = at ? add_process(i, pid) : NULL;
	if (!process) {
		fail_mem(err);
		return NULL;
	}
	*at = i->nr_processes;
	return process;
}

/* A process is called what its first thread is, if that is known. */
static void name_process(struct activity_process *process, const char *comm, bool by_leader)
{
	if (!*comm || (process->by_leader && !by_leader))
		return;
	process->by_leader = by_leader;
	memset(process->comm, 0, sizeof(process->comm));
	memcpy(process->comm, comm, strnlen(comm, sizeof(process->comm) - 1));
}

/* ---- cells ---- */

static bool is_of(const struct cell *c, const struct cell *like)
{
	return c->nr == like->nr && c->process == like->process && c->error == like->error;
}

static uint64_t mix(const struct cell *like, uint64_t seed)
{
	uint64_t h = (seed ^ (uint64_t)like->nr) * 0x9e3779b97f4a7c15;

	h = (h ^ h >> 32 ^ ((uint64_t)like->process << 12 | like->error)) * 0x9e3779b97f4a7c15;
	return h ^ h >> 32;
}

static struct cell *add_cell(struct activity *i, const struct cell *like, uint64_t *first)
{
	struct cell *c;

	if (i->nr == i->room) {
		size_t room = MAX(2 * i->room, 64);
		void *more = reallocarray(i->cells, room, sizeof(*i->cells));

		if (!more)
			return NULL;
		i->cells = more;
		i->room = room;
	}
	c = &i->cells[i->nr++];
	*c = (struct cell){ like->nr, like->process, like->error, .next = *first - 1 };
	*first = i->nr;
	return c;
}

/* The cell of the calls that are as those of @like; it is added when it is new. NULL with @err filled. */
static struct cell *find_cell(struct activity *i, const struct cell *like, struct err *err)
{
	struct cell *c = NULL;
	uint64_t *first;

	if (!i->seed && getrandom(&i->seed, sizeof(i->seed), GRND_NONBLOCK) < 0)
		i->seed = (uintptr_t)i;
	first = hash_put(&i->by_key, mix(like, i->seed));
	for (uint32_t at = first ? *first - 1 : NOBODY; at != NOBODY; at = i->cells[at].next)
		if (is_of(&i->cells[at], like))
			return &i->cells[at];
	if (i->nr == CELLS_MAX)
		fail(err, ERR_DATA,
		     "more than %u different calls in an interval; try a shorter one: -d",
		     CELLS_MAX);
	else if (first)
		c = add_cell(i, like, first);
	if (!c && i->nr < CELLS_MAX)
		fail_mem(err);
	return c;
}

/* As find_cell(): the same few calls follow each other, most of the time. */
static struct cell *recent_cell(struct activity *i, const struct cell *like, struct err *err)
{
	uint32_t *recent = &i->recent[mix(like, 0) % CELLS_RECENT];
	struct cell *c = *recent ? &i->cells[*recent - 1] : NULL;

	if (c && is_of(c, like))
		return c;
	c = find_cell(i, like, err);
	if (c)
		*recent = c - i->cells + 1;
	return c;
}

/* ---- calls ---- */

static uint32_t error_of(const struct call *call)
{
	return call->state == CALL_EXACT && call_failed(call) ? -call->ret : 0;
}

int activity_add(struct activity *i, const struct pairs *p, const struct call *call,
		 struct err *err)
{
	const struct pair_task *task = &p->tasks[call->task];
	struct activity_process *process = find_process(i, task->pid, err);
	struct cell *c;

	if (!process)
		return -1;
	if (task->comm != NOBODY)
		name_process(process, p->comms.at[task->comm], task->tid == task->pid);
	c = recent_cell(i,
			&(struct cell){ .nr = call->nr,
					.process = process - i->processes,
					.error = error_of(call) },
			err);
	if (!c)
		return -1;
	c->tally.open += call->state == CALL_OPEN;
	c->tally.broken += call->state == CALL_BROKEN;
	c->tally.left += call->state == CALL_LEFT;
	c->tally.errors += c->error != 0;
	if (call->state == CALL_EXACT && hist_add(&c->tally.times, call->end_ns - call->start_ns))
		return fail_mem(err);
	return 0;
}

int activity_merge(struct activity *i, const struct activity *from, struct err *err)
{
	for (size_t k = 0; k < from->nr; k++) {
		const struct cell *other = &from->cells[k];
		const struct activity_process *named = &from->processes[other->process];
		struct activity_process *process = find_process(i, named->pid, err);
		struct cell *c;

		if (!process)
			return -1;
		name_process(process, named->comm, named->by_leader);
		c = find_cell(i,
			      &(struct cell){ .nr = other->nr,
					      .process = process - i->processes,
					      .error = other->error },
			      err);
		if (!c)
			return -1;
		if (tally_merge(&c->tally, &other->tally))
			return fail_mem(err);
	}
	i->length_ns += from->length_ns;
	i->end_ns = from->end_ns;
	i->nr_running = from->nr_running;
	i->nr_lost = from->nr_lost;
	return 0;
}
