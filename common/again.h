/*
 * again.h - records of a file that are read a second time, where they were the first time.
 *
 * Who holds millions of bytes of records for a while need not copy them: they lie in the page cache.
 * What is asked for comes in RUNS, each of which ascends in the file; every run has a window that
 * is moved along it.
 */
#ifndef COMMON_AGAIN_H
#define COMMON_AGAIN_H

#include "common/file.h"

#define AGAIN_RUNS   128	  /* at once */
#define AGAIN_WINDOW (128u << 10) /* bytes; more than a record */

/* Invariant: data has the bytes [off, off + have) of the file. */
struct again_run {
	char *data;	     /* AGAIN_WINDOW, or NULL: not yet used; owned */
	uint64_t off, end;   /* end: of the run, as far as it is known */
	uint32_t have, live; /* live: records that are still to be asked for */
};

/* A zeroed one has no runs; set file and nr_max. */
struct again {
	const struct perf_file *file; /* borrowed */
	uint32_t nr_max;	      /* runs at once; at most AGAIN_RUNS */
	struct again_run runs[AGAIN_RUNS];
};

/* again_run() - a run that nobody uses: its number, or AGAIN_RUNS. */
uint32_t again_run(struct again *a);

/* again_add() - the record at @off of @size bytes belongs to @run, behind what was added before. */
static inline void again_add(struct again *a, uint32_t run, uint64_t off, uint32_t size)
{
	a->runs[run].end = off + size;
	a->runs[run].live++;
}

/*
 * again_get() - the record at @off, which was added to @run; it lives until the next one of that run is
 * asked for. Returns NULL with ERR_IO, ERR_TRUNC, ERR_DATA (it has changed), ERR_MEM.
 */
const struct perf_event_header *again_get(struct again *a, uint32_t run, uint64_t off,
					  struct err *err);

/* again_done() - a record of @run has been asked for and is done with. */
static inline void again_done(struct again *a, uint32_t run)
{
	a->runs[run].live--;
}

void again_release(struct again *a);

#endif
