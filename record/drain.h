/*
 * drain.h - from the rings to the file, until somebody says stop.
 *
 * A pass goes over all rings, reads what lies there and releases it; then a FINISHED_ROUND is
 * written. What a pass finds in a ring that was looked at before is newer than the pass before
 * the last: that is what readers sort by.
 */
#ifndef RECORD_DRAIN_H
#define RECORD_DRAIN_H

#include "common/writer.h"
#include "record/command.h"
#include "record/control.h"
#include "record/evsel.h"
#include "record/ring.h"
#include "record/seam.h"

#include <stdbool.h>

/* When a recording begins and ends by itself. 0: not at all. */
struct limits {
	uint64_t delay_ns;    /* so long after the start the tracepoints are switched on */
	bool paused;	      /* ... or by SIGUSR1 */
	uint64_t duration_ns; /* from when they are on */
	uint64_t bytes;	      /* end before the file is larger */
	uint64_t events;      /* end with this sample */
};

struct drain {
	struct evlist *evlist; /* borrowed, as all of these */
	struct ring *rings;    /* by index of the CPU in the target */
	uint32_t nr_rings;
	struct writer *writer;
	struct command *command;
	struct control *control;
	int signal_fd;
	struct limits limits;
	/*
	 * Called between two passes; NULL: nobody wants to be. @asked: somebody (SIGUSR2, an order,
	 * the trigger) has asked for what is recorded so far. Returns 0, or -1, which ends the recording.
	 */
	int (*between)(void *arg, bool asked, struct err *err);
	void *between_arg;
	bool asked;
	uint64_t triggered_ns;	   /* CLOCK_MONOTONIC: when the trigger last asked */
	struct seam *seam;	   /* drain_finish() ends the file there; NULL: at the last event */
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC: when to switch on, when to end; 0: never */
	uint64_t nr_wakeups;	   /* passes that found something */
	uint64_t first_ns, last_ns; /* time of the first and the last sample */
	bool target_ended;	    /* no task of the target is left */
	bool time_over;		    /* as long as was asked for */
	bool full;		    /* as much as was asked for: nothing more is written */
	uint64_t nr_samples;	    /* written; counted only where drain_counts() */
	uint64_t nr_lost_records; /* sum of the LOST records, on kernels that count no other way */
	uint32_t nr_stops;	  /* signals that said stop */
	bool from_terminal;	  /* stopped by a Ctrl-C that the command has heard of, too */
	uint64_t whole[(RECORD_SIZE_MAX + 1) / 8]; /* a record that wraps, put together */
};

/*
 * rings_default_bytes() - the size of each of @nr_cpus rings when the user names none: large
 * enough to outlast a file system that makes a write wait, as long as memory allows.
 */
uint64_t rings_default_bytes(uint32_t nr_cpus);

/* rings_watermark() - bytes in a ring of @bytes that make us wake up. */
uint32_t rings_watermark(uint64_t bytes);

/*
 * rings_open() - a ring of @bytes for each CPU of @l, and all its events into that.
 * Returns 0, or -1 with ERR_PERM (more than may be locked) or ERR_MEM (more than there is), where
 * a smaller size may do, or ERR_SYS. *@rings is NULL then.
 */
int rings_open(struct ring **rings, struct evlist *l, uint64_t bytes, struct err *err);
void rings_close(struct ring *rings, uint32_t nr);

/* rings_fail_map() - say that rings of @bytes cannot be mapped, and @why (errno). Returns -1. */
int rings_fail_map(uint64_t bytes, int why, struct err *err);

/* drain_counts() - is every record looked at, so that nr_samples is what was written? */
bool drain_counts(const struct drain *d);

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
 * drain_lost() - write to @w the exact loss of each event since the file before.
 * Returns 0, or -1 with ERR_IO, or ERR_SYS when a count could not be read: then all else is done.
 */
int drain_lost(struct drain *d, struct writer *w, struct err *err);

/*
 * drain_finish() - the last pass into a file, when the events are off or up to the seam, and the exact
 * loss of each event since the file before.
 * Returns 0, or -1 with ERR_IO, or ERR_SYS when a count could not be read: then all else is done.
 */
int drain_finish(struct drain *d, struct err *err);

/* drain_next() - go on with another file. */
void drain_next(struct drain *d);

#endif
