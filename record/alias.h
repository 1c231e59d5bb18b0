/*
 * alias.h - ids of events that were opened when the file, or the stream, had told all ids already.
 *
 * A CPU that comes up while we record gets events of its own, with ids of their own, which readers
 * would not know. Their records are given the ids of the same events on that CPU before it went
 * down, or on another one: the id tells the event, the CPU is in the record.
 */
#ifndef RECORD_ALIAS_H
#define RECORD_ALIAS_H

#include "common/err.h"
#include "record/ring.h"

struct alias {
	uint64_t kernel, file; /* the id as the ring has it, and as it is written */
};

/* Of a CPU. Invariant: ascending by kernel. Zeroed: none. */
struct aliases {
	struct alias *pairs; /* owned */
	uint32_t nr;
};

/*
 * aliases_add() - from now on @kernel, an id younger than all that were added before, is written as
 * @file. Returns 0, or -1 with ERR_MEM.
 */
int aliases_add(struct aliases *a, uint64_t kernel, uint64_t file, struct err *err);
void aliases_release(struct aliases *a);

/* aliases_pull() - ring_pull(), and change the ids in what is new. @whole: as for ring_record(). */
void aliases_pull(const struct aliases *a, struct ring *r, void *whole);

/* aliases_apply() - change the ids in @rec. */
void aliases_apply(const struct aliases *a, struct perf_event_header *rec);

#endif
