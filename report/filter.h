/*
 * filter.h - which samples of a recording a report or a script shall see.
 *
 * All that was asked for must hold. What a sample does not have (its thread, CPU, time) is not what
 * was asked for. Records that are no samples pass: they tell of tasks and of losses.
 */
#ifndef REPORT_FILTER_H
#define REPORT_FILTER_H

#include "common/calls.h"
#include "common/err.h"
#include "common/file.h"
#include "common/ranges.h"
#include "report/times.h"

#include <stdbool.h>

/* As the user wrote them; NULL: all. Borrowed. */
struct filter_words {
	const char *time, *pids, *tids, *cpus, *comms, *events, *syscalls;
};

/* What is asked of whole calls, for their halves may differ in it. A zeroed struct asks nothing. */
struct filter_whole {
	struct ranges cpus; /* where it was left */
	const char *comms;  /* the name of its task then, as filter_words.comms; NULL: all */
	struct calls *calls, *compat; /* its number; of another ABI. NULL: all */
};

struct filter {
	struct filter_words words;
	bool by_sample; /* something but names of tasks was asked for */
	struct ranges pids, tids, cpus;
	struct time_window *windows;
	uint32_t nr_windows;
	bool *events; /* by index; NULL: all */
	bool *late;   /* by index: see filter_by_member(); NULL: no event is */
	struct calls *calls,
		*compat; /* NULL: all; of tasks of another ABI, for filter_leave_calls() */
	const struct tp_field **call_nrs; /* with calls, by index of the event: see callnr.h */
};

/*
 * filter_check() - can the words be right, whatever is in the file? Returns 0, or -1: ERR_USAGE.
 */
int filter_check(const struct filter_words *words, struct err *err);

/*
 * filter_init() - compile @words for the recording @file, which must outlive the filter.
 * @whole: what the words of --time are of, see times_windows(); NULL: the file. Shares ("10%-20%") need
 * its first and last time: where it does not say them they are looked for in it, which a pipe does
 * not allow.
 * Returns 0, or -1 with ERR_USAGE, ERR_DATA (the file lacks what the filter needs), ERR_MEM or an
 * error of the reader; nothing is left to release then.
 */
int filter_init(struct filter *f, const struct filter_words *words, struct perf_file *file,
		const struct time_window *whole, struct err *err);
void filter_release(struct filter *f);

/*
 * filter_by_member() - from now on, filter_takes() and filter_takes_comm() leave samples that stand for
 * several counters (values.h) to the caller: it gets all of them, for how a counter has grown follows
 * from those before, and asks filter_takes_member() for each. Nothing changes for other events.
 * Returns 0, or -1 with ERR_MEM.
 */
int filter_by_member(struct filter *f, const struct perf_file *file, struct err *err);

/* filter_is_late() - are samples of @event left to filter_takes_member()? */
static inline bool filter_is_late(const struct filter *f, const struct event *event)
{
	return f->late && f->late[event->idx];
}

/*
 * filter_takes_member() - shall what the sample @rec of @event, by a task of the name @comm (NULL where
 * names do not matter), says of @member be seen?
 */
bool filter_takes_member(const struct filter *f, const struct event *event,
			 const struct event *member, const struct perf_event_header *rec,
			 const char *comm);

/*
 * filter_takes() - shall the sample @rec of @event be seen, whoever made it?
 * One that is too short to tell is not what was asked for, and makes *@nr_malformed one more.
 */
bool filter_takes(const struct filter *f, const struct event *event,
		  const struct perf_event_header *rec, uint64_t *nr_malformed);

/* filter_names_comm() - is @comm one of the names of tasks that were given? */
bool filter_names_comm(const struct filter *f, const char *comm);

/* filter_lists_comm() - is @comm one of @names, with commas between them? */
bool filter_lists_comm(const char *names, const char *comm);

/*
 * filter_leave_calls() - what samples are asked for, but is to be asked of whole calls, goes to *@w: from now on, the
 * filter asks for none of that; of numbers it takes those that may be meant, by whatever ABI, and all of execve, which
 * tells of that. filter_release_whole() is due for @w, which may be of a file before. Returns 0, or -1: ERR_MEM.
 */
int filter_leave_calls(struct filter *f, const char *arch, struct filter_whole *w, struct err *err);
void filter_release_whole(struct filter_whole *w);

/* filter_takes_whole() - is a call meant, left on @cpu (UINT32_MAX: nobody knows), @nr as call.nr? Of tasks pairs_are_wanted() asks. */
bool filter_takes_whole(const struct filter_whole *w, uint32_t cpu, int64_t nr);

/* filter_takes_comm() - shall the samples of tasks of the name @comm be seen? */
static inline bool filter_takes_comm(const struct filter *f, const char *comm)
{
	return !f->words.comms || filter_names_comm(f, comm);
}

#endif
