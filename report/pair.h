/*
 * pair.h - what happened to tasks -> their system calls.
 *
 * It takes what happened to each task in its order (window.h). A pair of enter and exit is no call when
 * something may be missing between them. Records that were lost leave a HOLE: from the record in front, in the
 * same ring, to the LOST record. An exit that lies directly behind its enter in one ring is that call's if that took
 * no longer than PAIR_SIDE_NS; any other pair must not reach over a hole of any CPU, as its task may have been there.
 */
#ifndef REPORT_PAIR_H
#define REPORT_PAIR_H

#include "common/hash.h"
#include "report/filter.h"
#include "report/window.h"

enum call_state {
	CALL_EXACT,  /* entered and left, and nothing in between was lost */
	CALL_OPEN,   /* never left: the recording ended, or its task did: see in_flight */
	CALL_LEFT,   /* only that it was left was seen, as of one that began before the recording */
	CALL_BROKEN, /* entered; whether and how it was left is lost */
	CALL_STATES
};

/* A task that made calls, or had a name. One tid may be that of several, one after the other. */
struct pair_task {
	uint32_t pid, tid;
	uint32_t comm; /* its name now: index in pairs.comms; UINT32_MAX: nobody said */
};

struct call {
	enum call_state state;
	bool in_flight;	   /* OPEN: when the recording ended; its task lived, as far as is known */
	uint32_t task;	   /* index in pairs.tasks */
	uint32_t cpu;	   /* of its last event; UINT32_MAX: the file does not say */
	int64_t nr;	   /* with SYSCALL_COMPAT, where its task is known to be of another ABI */
	int64_t ret;	   /* of EXACT and LEFT */
	uint64_t start_ns; /* not of LEFT */
	uint64_t end_ns;   /* of OPEN: of the task or the recording; not of BROKEN */
	const uint64_t
		*args; /* CALL_ARGS, zeros where there are fewer; NULL: not wanted, or LEFT */
};

/* No number of a call is that. */
#define NO_CALL INT64_MIN

/* In so little time no task leaves a CPU, makes calls on another one, and comes back. */
#define PAIR_SIDE_NS 5000

#define ERRNO_MAX 4095

/* call_failed() - one that returned: with an error? */
static inline bool call_failed(const struct call *call)
{
	return call->ret < 0 && call->ret >= -ERRNO_MAX;
}

struct pair_client {
	/* Takes a call. Those of a task come in their order. Returns 0, or -1 with @err filled. */
	int (*give)(void *arg, const struct call *call, struct err *err);
	void *arg;
	/*
	 * All that happened up to @ns was given, but for calls that go on: these end later. As give(). May be
	 * NULL. Called by callstream.h.
	 */
	int (*settled)(void *arg, uint64_t ns, struct err *err);
};

struct pair_slot;

/* Something is missing between these times. */
struct pair_hole {
	uint64_t start_ns, end_ns;
};

/* By number; the strings are not its own. */
struct pair_names {
	const char **at;
	size_t nr, room;
};

struct pairs {
	struct pair_client client;
	/* No pairs are made: each enter is given as OPEN with its own time as the end, each exit as LEFT. */
	bool halves;
	bool ends;		 /* the file does: what is open is in flight */
	bool whole;		 /* as of pairs_start() */
	struct pair_task *tasks; /* in the order in which they were seen, of all files */
	uint32_t nr_tasks, room_tasks;
	struct pair_names comms;	 /* of all files */
	struct filter_whole whole_calls; /* which are given */
	/* Of the file that is being read: */
	struct pair_slot *slots;
	uint32_t nr_slots, room_slots;
	struct pair_hole *holes; /* their ends ascend */
	size_t nr_holes, room_holes;
	struct hash in_exec; /* pid -> slot of the thread that is in execve */
	int64_t exec_nr, execveat_nr;
	int64_t compat_exec_nr,
		compat_execveat_nr; /* plain; of another ABI; NO_CALL: there is none */
	struct hash
		compat; /* pids of processes that are of it, for threads that nobody saw begin */
};

/* pairs_init() - @client is copied. pairs_release() is due. */
void pairs_init(struct pairs *p, const struct pair_client *client);
void pairs_release(struct pairs *p);

/*
 * pairs_start() - a file of that architecture, as of syscall_name(), begins. @whole: of a task whose events come, all
 * do: the next that a task leaves behind exec is exec.
 */
void pairs_start(struct pairs *p, const char *arch, bool whole);

/*
 * pairs_add_slot() - happening.slot may be one more from now on: the number of those that there were.
 * pairs_add_name() - as may be the number of a name. @name is borrowed.
 * Both return 0, or -1: ERR_MEM.
 */
int pairs_add_slot(struct pairs *p, uint32_t pid, uint32_t tid, struct err *err);
int pairs_add_name(struct pairs *p, const char *name, struct err *err);

/* pairs_are_wanted() - does @w ask for calls @nr, as call.nr, of @task on @cpu (UINT32_MAX: nobody knows)? */
bool pairs_are_wanted(const struct pairs *p, const struct filter_whole *w, uint32_t task,
		      uint32_t cpu, int64_t nr);

/* pairs_take() - as window_take, with @arg the pairs. */
int pairs_take(void *arg, const struct happening *h, const uint64_t *args, struct err *err);

/*
 * pairs_add_hole() - something is missing between these times. Said before what happened behind it is taken.
 * Returns 0, or -1: ERR_MEM.
 */
int pairs_add_hole(struct pairs *p, uint64_t start_ns, uint64_t end_ns, struct err *err);

/* pairs_end() - the file ended at @end_ns, and with it the calls that are open. As pairs_take(). */
int pairs_end(struct pairs *p, uint64_t end_ns, struct err *err);

/* pairs_task() - the task that has @slot now: index in tasks; UINT32_MAX: none yet. */
uint32_t pairs_task(const struct pairs *p, uint32_t slot);

/*
 * pairs_forget() - forget tasks that ended: slots and tasks get other numbers, in the same order. pairs_tid() - whose
 * a slot is. Returns 0, or -1: ERR_MEM, and nothing is forgotten but what is of no use to anybody.
 */
int pairs_forget(struct pairs *p, struct err *err);
uint32_t pairs_tid(const struct pairs *p, uint32_t slot);

/* pairs_number() - of the call that @h, an ENTERS that was taken, tells of: as of call.nr. */
int64_t pairs_number(const struct pairs *p, const struct happening *h);

/* pairs_running() - how many calls are open: they were entered, and not left yet. */
uint32_t pairs_running(const struct pairs *p);

/* pairs_comm() - the name of a task now; ":TID", written to @room, when nobody said. */
#define PAIR_COMM_ROOM 16
const char *pairs_comm(const struct pairs *p, uint32_t task, char room[PAIR_COMM_ROOM]);

#endif
