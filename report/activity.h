/*
 * activity.h - what the tasks of a machine did in an interval of time: their calls, by process, kind of call
 * and error. Two of them make one. It points to nothing of the recording that it is of.
 */
#ifndef REPORT_ACTIVITY_H
#define REPORT_ACTIVITY_H

#include "common/hash.h"
#include "report/groups.h"
#include "report/pair.h"

/* The kernel's names have 15 bytes; of longer ones, which only a file can have, the beginning is kept. */
#define PROCESS_COMM 32

struct activity_process {
	uint32_t pid;
	bool by_leader;		 /* comm is the name of its first thread */
	char comm[PROCESS_COMM]; /* the last one; empty: nobody said. Any bytes */
};

/* Calls that have all of these in common. */
struct cell {
	int64_t nr;
	uint32_t process; /* index in activity.processes */
	uint32_t error;	  /* what they failed with; 0: they did not */
	uint32_t next;	  /* cell with the same hash; UINT32_MAX: none */
	struct tally tally;
};

#define CELLS_RECENT 256 /* a power of two */

/* A zeroed struct is one in which nothing happened. */
struct activity {
	struct cell *cells;
	size_t nr, room;
	struct activity_process *processes; /* that made calls */
	uint32_t nr_processes, room_processes;
	uint64_t length_ns;
	uint64_t end_ns;	       /* on the clock of the events; 0: not known */
	uint64_t nr_running;	       /* calls that had been entered at its end, and not left */
	uint64_t nr_lost;	       /* events, since the beginning of the recording */
	struct hash by_pid;	       /* pid -> index + 1 in processes */
	struct hash by_key;	       /* hash of what a cell's calls have in common -> cell + 1 */
	uint64_t seed;		       /* of that */
	uint32_t recent[CELLS_RECENT]; /* cell + 1, by a mix of what it is of; 0: none */
};

void activity_release(struct activity *i);

/* activity_add() - @call of a task of @p has ended in it. Returns 0, or -1: ERR_MEM. */
int activity_add(struct activity *i, const struct pairs *p, const struct call *call,
		 struct err *err);

/*
 * activity_merge() - @i is as long as both, and has the calls of both; of what is true at a moment, what @from
 * says, which is the later one. Returns 0, or -1: ERR_MEM, and @i has some of it.
 */
int activity_merge(struct activity *i, const struct activity *from, struct err *err);

#endif
