/*
 * collector.h - what one thread does: pass after pass over its own rings, from there to the file.
 *
 * After a pass over all rings of all collectors a FINISHED_ROUND is written. What a pass finds in a
 * ring that was looked at before is newer than the pass before the last: that is what readers
 * sort by. Whoever is the last to end its pass writes it; a pass counts when it began in the round.
 */
#ifndef RECORD_COLLECTOR_H
#define RECORD_COLLECTOR_H

#include "common/writer.h"
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

/* Of all collectors of a recording. Each member is changed by atomic operations only. */
struct rounds {
	uint32_t nr_collectors;
	uint32_t pending; /* collectors whose pass of this round has not ended */
	uint32_t number;  /* of this round */
	bool dirty;	  /* something was written since the last mark */
};

struct collector {
	const struct evlist *evlist; /* borrowed, as all of these */
	const struct limits *limits;
	struct rounds *rounds;
	struct ring *rings;	       /* its own */
	uint32_t first_ring, nr_rings; /* index of the first among all */
	struct lane lane;
	struct seam *seam;   /* where the last pass ends; NULL: at the last record. Borrowed */
	uint32_t round;	     /* the last one that a pass has ended in */
	uint64_t nr_wakeups; /* passes that found something */
	uint64_t busy_ns;    /* all passes, by the clock */
	uint64_t longest_ns; /* ... and the longest of them */
	uint64_t first_ns, last_ns; /* time of the first sample and of the last */
	uint64_t nr_samples;	    /* written; counted only where collector_counts() */
	uint64_t nr_lost_records; /* sum of the LOST records, on kernels that count no other way */
	bool triggered;		  /* the trigger's event has come */
	bool full;		  /* as much as was asked for: nothing more is written */
	uint64_t whole[(RECORD_SIZE_MAX + 1) / 8]; /* a record that wraps, put together */
};

/* collector_counts() - is every record looked at, so that nr_samples is what was written? */
bool collector_counts(const struct collector *c);

/*
 * collector_pass() - once over its rings. Returns 1 when there was something, 0 when all were empty,
 * or -1 with ERR_IO.
 */
int collector_pass(struct collector *c, struct err *err);

/*
 * collector_finish() - the last pass into a file, when no other collector runs and the events are off, or up
 * to c->seam; and a time that no sample is later than. Returns 0 or -1.
 */
int collector_finish(struct collector *c, struct err *err);

/* What write_lost() of drain.c writes at the end, for every event on every CPU. */
#define LOST_RECORD_SIZE (sizeof(struct record_lost_samples) + sizeof(struct record_trailer))

#endif
