/*
 * progress.h - a line on the terminal that tells how far a recording has been read.
 *
 * Those who read do nothing for it: a thread of its own sees five times a second what the kernel has counted
 * that this process read, by however many threads. It shows nothing in the first second.
 */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include "common/statusline.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *path;   /* borrowed */
	uint64_t total;	    /* bytes that will be read; 0: nobody knows */
	uint64_t begin_ns;  /* CLOCK_MONOTONIC */
	uint64_t begin_pos; /* what had been read then */
	struct statusline line;
	bool running; /* there is a thread; then all above is its own */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool end; /* with the lock */
};

/*
 * progress_begin() - if standard error is a terminal; else, or where that cannot be had, nothing is ever shown.
 * progress_end() is due before anything is printed.
 */
void progress_begin(struct progress *p, const char *path, uint64_t total);

/* progress_end() - clear the line. */
void progress_end(struct progress *p);

/*
 * progress_text() - the line: what @nr bytes of p->total and @elapsed_ns amount to, in at most @width columns.
 * Empty when there is no room for a number.
 */
void progress_text(const struct progress *p, uint64_t nr, uint64_t elapsed_ns, int width,
		   char text[STATUSLINE_MAX + 1]);

#endif
