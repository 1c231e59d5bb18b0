#include "report/task.h"
#include "common/util.h"

#include <stdio.h>
#include <stdlib.h>

/* A task's value: its comm id + 1 (0: nobody named it), and whether it ended. */
#define TASK_DEAD    (1ULL << 32)
#define TASK_COMM(v) ((uint32_t)(v))
#define TID_IDLE     0
#define COMM_LEN_MAX 255

void tasks_release(struct tasks *t)
{
	names_release(&t->comms);
	free(t->dead);
	hash_release(&t->by_tid);
	*t = (struct tasks){ 0 };
}

/* Makes *@task that of @tid, which is added when there is room; else NULL. Returns 0, or -1 without memory. */
static int add_task(struct tasks *t, uint32_t tid, uint64_t **task)
{
	*task = hash_get(&t->by_tid, tid);
	if (!*task && t->by_tid.nr >= TASKS_MAX) {
		t->full = true;
		return 0;
	}
	if (!*task)
		*task = hash_put(&t->by_tid, tid);
	return *task ? 0 : -1;
}

static void forget_recent(struct tasks *t, uint32_t tid)
{
	t->recent[tid % TASKS_RECENT].comm = 0;
}

static int note_comm(struct tasks *t, const struct record_comm *rec)
{
	size_t room = rec->header.size - sizeof(*rec);
	int64_t id = names_id(&t->comms, rec->comm, strnlen(rec->comm, MIN(room, COMM_LEN_MAX)));
	uint64_t *task;

	if (id < 0 || add_task(t, rec->tid, &task))
		return -1;
	if (task)
		*task = id + 1;
	forget_recent(t, rec->tid);
	return 0;
}

static int note_fork(struct tasks *t, const struct record_task *rec)
{
	const uint64_t *parent = hash_get(&t->by_tid, rec->ptid);
	uint64_t comm = parent ? TASK_COMM(*parent) : 0;
	uint64_t *task;

	if (rec->tid == rec->ptid)
		return 0;
	if (add_task(t, rec->tid, &task))
		return -1;
	if (task)
		*task = comm;
	forget_recent(t, rec->tid);
	return 0;
}

/* The tid may be another task's by now: only one that has not come back to life is forgotten. */
static void forget_dead(struct tasks *t, uint32_t tid)
{
	const uint64_t *task = hash_get(&t->by_tid, tid);

	if (!task || !(*task & TASK_DEAD))
		return;
	hash_del(&t->by_tid, tid);
	forget_recent(t, tid);
}

static int note_exit(struct tasks *t, const struct record_task *rec)
{
	uint64_t *task = hash_get(&t->by_tid, rec->tid);
	uint32_t at = t->nr_dead % TASKS_DEAD_MAX;

	if (!task)
		return 0;
	*task |= TASK_DEAD;
	if (!t->dead)
		t->dead = malloc(TASKS_DEAD_MAX * sizeof(*t->dead));
	if (!t->dead)
		return -1;
	if (t->nr_dead >= TASKS_DEAD_MAX && t->dead[at] != rec->tid)
		forget_dead(t, t->dead[at]);
	t->dead[at] = rec->tid;
	/* Stays above the size once it has been there. */
	t->nr_dead = t->nr_dead + 1 == 2 * TASKS_DEAD_MAX ? TASKS_DEAD_MAX : t->nr_dead + 1;
	return 0;
}

int tasks_note(struct tasks *t, const struct perf_event_header *rec, struct err *err)
{
	int rc = 0;

	if (rec->type == PERF_RECORD_COMM && rec->size > sizeof(struct record_comm))
		rc = note_comm(t, (const void *)rec);
	else if (rec->type == PERF_RECORD_FORK && rec->size >= sizeof(struct record_task))
		rc = note_fork(t, (const void *)rec);
	else if (rec->type == PERF_RECORD_EXIT && rec->size >= sizeof(struct record_task))
		rc = note_exit(t, (const void *)rec);
	return rc ? fail_mem(err) : 0;
}

/* The number of the name of @tid, or -1. */
static int64_t find_comm(struct tasks *t, uint32_t tid)
{
	const uint64_t *task = hash_get(&t->by_tid, tid);
	char name[16] = "swapper";

	if (task && TASK_COMM(*task))
		return TASK_COMM(*task) - 1;
	if (tid != TID_IDLE)
		snprintf(name, sizeof(name), ":%d", (int)tid);
	return names_id(&t->comms, name, strlen(name));
}

const char *tasks_comm(struct tasks *t, uint32_t tid, uint32_t *id, struct err *err)
{
	const uint32_t at = tid % TASKS_RECENT;

	if (!t->recent[at].comm || t->recent[at].tid != tid) {
		int64_t found = find_comm(t, tid);

		if (found < 0) {
			fail_mem(err);
			return NULL;
		}
		t->recent[at].tid = tid;
		t->recent[at].comm = found + 1;
	}
	*id = t->recent[at].comm - 1;
	return t->comms.at[*id];
}
