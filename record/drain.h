/*
 * drain.h - from the rings to the file, until somebody says stop: signals, the clock, limits.
 * The work itself is the collectors': the first one's is done here, the others' by a crew.
 */
#ifndef RECORD_DRAIN_H
#define RECORD_DRAIN_H

#include "common/writer.h"
#include "record/collector.h"
#include "record/command.h"
#include "record/crew.h"
#include "record/evsel.h"

#include <stdbool.h>

struct drain {
	struct evlist *evlist; /* borrowed, as all of these */
	struct ring *rings;    /* by index of the CPU in the target */
	uint32_t nr_rings;
	struct writer *writer;
	struct command *command;
	struct crew *crew; /* of nr_threads - 1; NULL: none */
	int crew_fd;	   /* as crew_new() gave it */
	int signal_fd;
	struct limits limits;
	uint32_t nr_threads;	 /* at least 1, at most a thread for each ring */
	int level;		 /* of zstd; 0: nothing is compressed */
	void (*tick)(void *arg); /* called after every pass, every 0.2 s at least; may be NULL */
	void *tick_arg;

	struct collector *collectors; /* owned; one for each thread, the main one's first */
	struct rounds rounds;
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC: when to switch on, when to end; 0: never */
	uint64_t on_ns, off_ns;	   /* when that was done; 0: not yet */
	bool target_ended;	   /* no task of the target is left */
	bool time_over;		   /* as long as was asked for */
	bool crew_failed;
	uint32_t nr_stops;  /* signals that said stop */
	bool from_terminal; /* stopped by a Ctrl-C that the command has heard of, too */

	/* The sums over all collectors, as they are when the recording is finished. */
	uint64_t nr_wakeups;	    /* passes that found something */
	uint64_t busy_ns;	    /* all passes, by the clock */
	uint64_t longest_ns;	    /* ... and the longest of them */
	uint64_t first_ns, last_ns; /* time of the first and the last sample */
	uint64_t nr_samples;	    /* written; counted only where drain_counts() */
	uint64_t nr_lost_records; /* sum of the LOST records, on kernels that count no other way */
};

/*
 * drain_init() - make the collectors. The members before them are the caller's to set, the writer
 * has begun. Returns 0, or -1 with ERR_MEM or ERR_IO; drain_release() is due in both cases.
 */
int drain_init(struct drain *d, struct err *err);
void drain_release(struct drain *d);

/* drain_counts() - is every record looked at, so that nr_samples is what was written? */
bool drain_counts(const struct drain *d);

/* drain_samples() - how many were written so far, where drain_counts(). */
uint64_t drain_samples(const struct drain *d);

/* drain_full() - is as much recorded as was asked for? */
bool drain_full(const struct drain *d);

/* drain_start() - switch the tracepoints on, now or when the limits say. Returns 0 or -1. */
int drain_start(struct drain *d, struct err *err);

/*
 * drain_run() - pass after pass until a signal, a limit, the end of the command, or that of all
 * tasks, or until nobody reads the stream that is written. Returns 0 or -1.
 */
int drain_run(struct drain *d, struct err *err);

/*
 * drain_wait() - wait until the pipe @fd, which is full, can be written; for writer->wait.
 * @arg: the struct drain. Returns 0, or -1 when a second signal says that nobody will read it.
 */
int drain_wait(void *arg, int fd);

/*
 * drain_finish() - the last pass, when the events are off, and the exact loss of each event.
 * Returns 0, or -1 with ERR_IO, or ERR_SYS when a count could not be read: then all else is done.
 */
int drain_finish(struct drain *d, struct err *err);

#endif
