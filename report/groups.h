/*
 * groups.h - system calls by any of: call, process, thread, name of the task, CPU, host, error; nested.
 *
 * A LEAF is what has the same of all that is asked for. Everything above, e.g. a process of the threads that
 * are leaves, is their sum, made when it is printed.
 */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "common/hash.h"
#include "report/callreport.h"
#include "report/hist.h"

/* BY_LOCK: by the first argument, of calls that have them; not a word of --by. */
enum by { BY_SYSCALL, BY_PID, BY_TID, BY_COMM, BY_CPU, BY_HOST, BY_ERRNO, BY_LOCK, BY_KINDS };

/* What the groups are, from the outermost; each once. */
struct nesting {
	enum by by[BY_KINDS];
	uint32_t nr; /* 1 or more */
};

/* by_name() - the word of --by for it. */
const char *by_name(enum by by);

/* nesting_parse() - @list as "pid,syscall". Returns 0, or -1: ERR_USAGE. */
int nesting_parse(struct nesting *n, const char *list, struct err *err);

/* Of calls. */
struct tally {
	struct hist times;	     /* of those that were seen whole: their number is times.nr */
	uint64_t errors;	     /* of these */
	uint64_t open, broken, left; /* enum call_state */
	uint64_t born;		     /* of those left: a new task's first return */
	uint64_t first_ns,
		last_ns; /* of their ends, on the clock of all files; where groups.with_when, and last_ns is not 0 */
};

/* tally_calls() - those that were begun: as many as there were sys_enter events. */
static inline uint64_t tally_calls(const struct tally *t)
{
	return t->times.nr + t->open + t->broken;
}

/* tally_merge() - returns 0, or -1 when memory ran out. */
int tally_merge(struct tally *t, const struct tally *from);
void tally_release(struct tally *t);

struct leaf {
	uint64_t key[BY_KINDS]; /* of the nesting's levels */
	struct tally tally;
	uint32_t next; /* leaf with the same hash; UINT32_MAX: none */
	uint32_t own;  /* the report's; 0 at first */
};

#define GROUPS_RECENT_BITS 10

/* What a call's leaf depends on, too, where it is asked for; else 0. */
struct recent_rest {
	uint64_t lock;
	uint32_t cpu, error;
};

/* What calls that have all that in common are counted in. */
struct recent_leaf {
	uint32_t task, comm;
	int64_t nr;
	struct recent_rest rest;
	uint32_t leaf; /* + 1; 0: not in use */
};

/* A thread, whatever file its calls are in. */
struct thread_name {
	uint32_t host, pid, tid;
	uint32_t comm; /* the last one that is known: number in pairs.comms; UINT32_MAX: none is */
};

struct groups {
	struct nesting nesting;
	struct leaf *leaves;
	size_t nr, room;
	struct hash by_key; /* hash of the key -> leaf + 1 */
	bool with_when;	    /* first_ns and last_ns are wanted */
	bool with_left;	    /* errors of calls of which only the end was seen are errors, too */
	bool by_cpu, by_errno, by_lock;			    /* is in the nesting */
	struct recent_leaf recent[1 << GROUPS_RECENT_BITS]; /* by a hash of that */
	uint64_t seed;
	const struct callreport *report; /* borrowed, as is: */
	const struct pairs *pairs;	 /* borrowed: of their tasks and names */
	uint32_t *threads; /* by its tasks: number + 1 in thread_names; 0: not asked yet */
	size_t nr_threads;
	struct thread_name *thread_names;
	size_t nr_names, room_names;
	struct hash by_thread; /* a mix of host, pid and tid -> number */
	struct hash by_pid;    /* host << 32 | pid -> number of its first thread, or of any */
	int64_t births[8];     /* the numbers of fork, vfork, clone, clone3; of another ABI */
};

/*
 * groups_init() - a zeroed struct for @n; @hosts: by host first, if that is not in @n. groups_release() is due.
 */
void groups_init(struct groups *g, const struct nesting *n, bool hosts);
void groups_release(struct groups *g);

/* groups_start() - the calls of the file that @r is given now follow. */
void groups_start(struct groups *g, const struct callreport *r);

/* groups_end() - the file's calls have been given: what its tasks are called is remembered. */
int groups_end(struct groups *g, struct err *err);

/* groups_add() - as pair_client.give(), with @arg the groups. */
int groups_add(void *arg, const struct call *call, struct err *err);

/* groups_leaf() - what @call is counted in; lives until the next call. NULL with @err filled: ERR_MEM, ERR_DATA.
 * groups_count() - count it there. As groups_add(), which does both. */
struct leaf *groups_leaf(struct groups *g, const struct call *call, struct err *err);
int groups_count(struct groups *g, struct leaf *leaf, const struct call *call, struct err *err);

/* A group: the leaves [first, first + nr) are its, and all have @key on its level. */
struct group {
	uint64_t key;
	size_t first, nr;
	struct tally tally;
};

/*
 * groups_split() - the leaves [first, first + nr), which are alike on all levels above @level, by that one.
 * They are sorted by it. Returns the groups, *@nr_groups of them, each to be released; NULL without memory.
 */
struct group *groups_split(struct groups *g, size_t first, size_t nr, uint32_t level,
			   size_t *nr_groups);
void groups_free(struct group *groups, size_t nr);

/*
 * groups_label() - what the key @key of a level @by is, for people: "openat", "nginx (812)", "CPU 3",
 * "ENOENT"; written to @room. Bytes of the file are in it as they are.
 */
#define LABEL_ROOM 320
void groups_label(const struct groups *g, enum by by, uint64_t key, const char *arch,
		  char room[LABEL_ROOM]);

/* groups_thread() - of a key of BY_TID, or the first thread of that of BY_PID. NULL: nobody knows. */
const struct thread_name *groups_thread(const struct groups *g, enum by by, uint64_t key);

#endif
