/*
 * snapshot.h - the flight recorder: rings that nobody empties, and files of what they hold last.
 *
 * The tracepoints write backward into rings that overwrite their oldest records. The side band
 * has forward rings, which are emptied into memory: the names of tasks as they were at some
 * moment, and all that happened to tasks since. When that gets long, /proc is read again; what
 * is from before the last reading but one is forgotten:
 *
 *        names  | side band           names | side band
 *        older: ######################### newer: ########      --> time
 *                    ^ so far back every task of an event in the rings has its right name
 *
 * A file has the older names, the side band, and the rings, merged by time.
 */
#ifndef RECORD_SNAPSHOT_H
#define RECORD_SNAPSHOT_H

#include "record/evsel.h"
#include "record/kept.h"
#include "record/ring.h"

#include <stdbool.h>

struct snapshot {
	struct evlist *evlist; /* borrowed */
	struct ring *rings;    /* backward, by index of the CPU; NULL: not open; owned */
	uint64_t ring_bytes;
	struct kept older, newer;
	uint64_t older_names, newer_names; /* bytes of the names in front; 0: there is none */
};

/* What was written. */
struct snapshot_sum {
	uint64_t nr_samples;
	uint64_t first_ns, last_ns;
};

/* snapshot_sideband_bytes() - the size of the forward rings beside backward ones of @ring_bytes. */
uint64_t snapshot_sideband_bytes(uint64_t ring_bytes);

/*
 * snapshot_open() - the backward rings, of @ring_bytes each. Returns 0, or -1 as rings_open().
 * snapshot_release() is due in both cases, and takes one that is zeroed.
 */
int snapshot_open(struct snapshot *s, struct evlist *l, uint64_t ring_bytes, struct err *err);
void snapshot_release(struct snapshot *s);

/* snapshot_add() - the same for CPU index @idx alone, which has no ring. Returns 0 or -1. */
int snapshot_add(struct snapshot *s, uint32_t idx, struct err *err);

/* snapshot_begin() - the names of all tasks; then the side band goes to s->newer.writer. */
int snapshot_begin(struct snapshot *s, struct err *err);

/* snapshot_trim() - forget of the side band what is old, when it is much. Returns 0 or -1. */
int snapshot_trim(struct snapshot *s, struct err *err);

/* snapshot_pause() - the kernel writes into the backward rings no more, or again. */
void snapshot_pause(const struct snapshot *s, bool paused);

/*
 * snapshot_write() - all that is in the paused rings and is in no whole file yet.
 * Returns 0 with *@sum filled, or -1.
 */
int snapshot_write(struct snapshot *s, struct lane *l, struct snapshot_sum *sum, struct err *err);

/* snapshot_next() - the file is whole: the next one has only what is newer. */
void snapshot_next(struct snapshot *s);

#endif
