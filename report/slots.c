#include "report/slots.h"

int slots_find(struct slots *s, uint32_t tid, uint32_t *slot, struct err *err)
{
	uint64_t *at = hash_get(&s->by_tid, tid);

	if (!at && s->nr == SLOTS_MAX) {
		s->full = true;
		*slot = NO_SLOT;
		return 0;
	}
	if (!at) {
		at = hash_put(&s->by_tid, tid);
		if (!at)
			return fail_mem(err);
		*at = s->nr++;
	}
	s->last_tid = tid;
	*slot = s->last = *at;
	return 0;
}

void slots_clear(struct slots *s)
{
	hash_release(&s->by_tid);
	s->nr = 0;
}
