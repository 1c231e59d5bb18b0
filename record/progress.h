/*
 * progress.h - one line on the terminal that tells how the recording goes.
 *
 * It costs the recording nothing that grows with the events: twice a second the kernel's counts
 * are read, on the way from one pass to the next.
 */
#ifndef RECORD_PROGRESS_H
#define RECORD_PROGRESS_H

#include "common/statusline.h"
#include "record/counts.h"

struct progress {
	const struct drain *drain; /* borrowed, as the next */
	const uint64_t *written;   /* bytes of the files that are whole */
	struct statusline line;
	struct counts counts;	   /* as last read */
	uint64_t read_ns, next_ns; /* when that was, and when to do it again; CLOCK_MONOTONIC */
};

/*
 * progress_begin() - show the progress of @d, if standard error is a terminal. Nothing is shown yet.
 * @written: beside the file that @d writes.
 * progress_end() is due, before anything else is printed.
 */
void progress_begin(struct progress *p, const struct drain *d, const uint64_t *written);

/* progress_tick() - for drain->tick; @arg: the struct progress. */
void progress_tick(void *arg);

/* progress_end() - clear the line. */
void progress_end(struct progress *p);

#endif
