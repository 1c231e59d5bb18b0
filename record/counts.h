/* counts.h - what the events saw so far: the kernel's own counts, by event and CPU. */
#ifndef RECORD_COUNTS_H
#define RECORD_COUNTS_H

#include "record/drain.h"

/* A zeroed struct is one that nothing was read into yet. */
struct counts {
	struct evsel_counts *table; /* a row of evlist->nr for each CPU index; owned */
	uint64_t samples;	    /* all that are in the file, or in the rings still */
	uint64_t lost;		    /* all records that found no room */
	uint64_t counted;	    /* all that happened, of the events to be recorded */
};

/*
 * counts_read() - read all counts of @d's events, as they are now; a second call reads them anew.
 * A system call for each fd, so that many events or tasks take their time.
 * Returns 0, or -1 with ERR_SYS or ERR_MEM; counts_release() is due in both cases.
 */
int counts_read(struct counts *c, const struct drain *d, struct err *err);
void counts_release(struct counts *c);

/* counts_of() - what event number @event saw on CPU index @idx. */
const struct evsel_counts *counts_of(const struct counts *c, const struct evlist *l, uint32_t idx,
				     uint32_t event);

/* counts_lost() - the records that were lost on CPU index @idx, of all events. */
uint64_t counts_lost(const struct counts *c, const struct evlist *l, uint32_t idx);

#endif
