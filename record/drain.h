/*
 * drain.h - from the rings to the file, until somebody says stop: signals, the clock, limits.
 * The work itself is the collectors': the first one's is done here, the others' by a crew.
 */
#ifndef RECORD_DRAIN_H
#define RECORD_DRAIN_H

#include "common/writer.h"
#include "record/collector.h"
#include "record/command.h"
#include "record/control.h"
#include "record/crew.h"
#include "record/evsel.h"
#include "record/hotplug.h"

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
	uint32_t nr_threads; /* at least 1, at most a thread for each ring */
	int level;	     /* of zstd; 0: nothing is compressed */
	struct control *control;
	struct hotplug *hotplug;
	/*
	 * Called between two passes, while no thread of the crew runs, when @due says so or @asked:
	 * somebody (SIGUSR2, an order, the trigger) has asked for what is recorded so far. Returns 0,
	 * or -1, which ends the recording.
	 */
	int (*between)(void *arg, bool asked, struct err *err);
	bool (*due)(void *arg);
	void *between_arg;
	struct seam *seam;	 /* drain_finish() ends the file there; NULL: at the last event */
	void (*tick)(void *arg); /* called after every pass, every 0.2 s at least; may be NULL */
	void *tick_arg;

	struct collector *collectors; /* owned; one for each thread, the main one's first */
	struct rounds rounds;
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC: when to switch on, when to end; 0: never */
	uint64_t on_ns, off_ns;	   /* when that was done; 0: not yet */
	bool target_ended;	   /* no task of the target is left */
	bool time_over;		   /* as long as was asked for */
	bool crew_failed;
	bool asked;
	bool rings_changed;    /* set by @between: some have other events */
	uint64_t triggered_ns; /* CLOCK_MONOTONIC: when the trigger last asked */
	uint32_t nr_stops;     /* signals that said stop */
	bool from_terminal;    /* stopped by a Ctrl-C that the command has heard of, too */

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

/* drain_pass() - once over all rings. Returns 1 when there was something, 0 when not, or -1. */
int drain_pass(struct drain *d, struct err *err);

/*
 * drain_lost() - write to @w the exact loss of each event since the last file that is whole.
 * Returns 0, or -1 with ERR_IO, or ERR_SYS when a count could not be read: then all else is done.
 */
int drain_lost(struct drain *d, struct writer *w, struct err *err);

/*
 * drain_finish() - the last pass into a file, when the events are off or up to the seam, and the exact
 * loss of each event since the file before.
 * Returns 0, or -1 with ERR_IO, or ERR_SYS when a count could not be read: then all else is done.
 */
int drain_finish(struct drain *d, struct err *err);

/* drain_next() - go on with another file: that of drain_lost() is whole. */
void drain_next(struct drain *d);

#endif
