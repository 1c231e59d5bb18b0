/*
 * tasknews.h - what records that are no samples tell of tasks: COMM, FORK, EXIT, and MMAP of a vdso, as what
 * happened (window.h).
 *
 * Threads and names get small numbers here; whoever pairs calls is told when there is one more.
 */
#ifndef REPORT_TASKNEWS_H
#define REPORT_TASKNEWS_H

#include "common/abi.h"
#include "report/names.h"
#include "report/slots.h"
#include "report/window.h"

struct tasknews {
	struct slots slots;
	struct names comms;
	/* There is one more slot, one more name: as pairs_add_slot(), pairs_add_name(). */
	int (*add_slot)(void *arg, uint32_t pid, uint32_t tid, struct err *err);
	int (*add_name)(void *arg, const char *name, struct err *err);
	void *arg;
};

/* tasknews_end() - a file ended: forgets its slots. tasknews_release() - all. */
void tasknews_end(struct tasknews *n);
void tasknews_release(struct tasknews *n);

/* tasknews_slot() - the slot of a thread; *@slot NO_SLOT when there are too many. Returns 0, or -1. */
static inline int tasknews_slot(struct tasknews *n, uint32_t pid, uint32_t tid, uint32_t *slot,
				struct err *err)
{
	const uint32_t nr = n->slots.nr;

	if (slots_get(&n->slots, tid, slot, err))
		return -1;
	return likely(n->slots.nr == nr) ? 0 : n->add_slot(n->arg, pid, tid, err);
}

/*
 * tasknews_take() - what @rec tells. Returns 1 with kind, slot and value of *@h set; 0 when it is nothing; or -1:
 * ERR_MEM, or the error of those that are told.
 */
int tasknews_take(struct tasknews *n, const struct perf_event_header *rec, struct happening *h,
		  struct err *err);

#endif
