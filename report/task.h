/*
 * task.h - the name of a task at a moment of the recording.
 *
 * Fed with COMM, FORK and EXIT records in time order, it gives the comm that perf script would
 * show: a child has its parent's until its own COMM; a task that nobody named is ":TID".
 */
#ifndef REPORT_TASK_H
#define REPORT_TASK_H

#include "common/abi.h"
#include "common/err.h"
#include "common/hash.h"
#include "report/names.h"

/* Tasks that ended are remembered (events of a dying task follow its EXIT), this many of them. */
#define TASKS_DEAD_MAX 65536

#define TASKS_RECENT 64

struct tasks {
	struct hash by_tid; /* tid -> comm id + flags; see task.c */
	struct names comms; /* by comm id */
	uint32_t *dead;	    /* ring of the tids that ended last */
	uint32_t nr_dead;   /* the next place is nr_dead % TASKS_DEAD_MAX */
	bool full;	    /* there were too many: some are not known */
	/* What was asked last, by the low bits of the tid: most samples are of the same few tasks. */
	struct {
		uint32_t tid, comm; /* comm id + 1; 0: not known */
	} recent[TASKS_RECENT];
};

/*
 * No machine has run so many tasks at once (Linux allows four times as many), and no file may make us
 * remember: further tasks are not known; of names see names.h.
 */
#define TASKS_MAX (1u << 20)

/* A zeroed struct knows nobody. tasks_release() frees what tasks_note() gathered. */
void tasks_release(struct tasks *t);

/*
 * tasks_note() - learn from @rec, a COMM, FORK or EXIT record; others are passed over, and so are
 * records too short for what they are. Returns 0, or -1 with ERR_MEM.
 */
int tasks_note(struct tasks *t, const struct perf_event_header *rec, struct err *err);

/*
 * tasks_comm() - the name of @tid now, and its number in *@comm_id: the same for equal names,
 * counted from 0. Lives as long as @t. NULL as tasks_note() -1.
 */
const char *tasks_comm(struct tasks *t, uint32_t tid, uint32_t *comm_id, struct err *err);

#endif
