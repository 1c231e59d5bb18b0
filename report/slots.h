/* slots.h - threads by small numbers, their SLOTS, in the order in which they are seen in a file. */
#ifndef REPORT_SLOTS_H
#define REPORT_SLOTS_H

#include "common/err.h"
#include "common/hash.h"
#include "common/util.h"

#include <stdbool.h>
#include <stdint.h>

/* No file may make us remember more. */
#define SLOTS_MAX (1u << 20)
#define NO_SLOT	  UINT32_MAX

/* A zeroed struct knows none. */
struct slots {
	struct hash by_tid;
	uint32_t nr;
	uint32_t last, last_tid; /* what was asked for last; where nr */
	bool full;		 /* there were more than SLOTS_MAX */
};

/* slots_find() - as slots_get(). */
int slots_find(struct slots *s, uint32_t tid, uint32_t *slot, struct err *err);

/*
 * slots_get() - the slot of @tid, a new one if need be: nr has grown then; NO_SLOT where there are too many.
 * Returns 0, or -1: ERR_MEM.
 */
static inline int slots_get(struct slots *s, uint32_t tid, uint32_t *slot, struct err *err)
{
	if (likely(s->nr && s->last_tid == tid)) {
		*slot = s->last;
		return 0;
	}
	return slots_find(s, tid, slot, err);
}

/* slots_clear() - forgets all. */
void slots_clear(struct slots *s);

#endif
