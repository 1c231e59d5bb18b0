/* rings.h - a ring for each CPU: how large, and whose events go there. */
#ifndef RECORD_RINGS_H
#define RECORD_RINGS_H

#include "record/evsel.h"
#include "record/ring.h"

/*
 * rings_default_bytes() - the size of each of @nr_cpus rings when the user names none: large
 * enough to outlast a file system that makes a write wait, as long as memory allows.
 */
uint64_t rings_default_bytes(uint32_t nr_cpus);

/* rings_watermark() - bytes in a ring of @bytes that make us wake up. */
uint32_t rings_watermark(uint64_t bytes);

/*
 * rings_open() - a ring of @bytes for each CPU of @l that has events, and all of them into that.
 * Returns 0, or -1 with ERR_PERM (more than may be locked) or ERR_MEM (more than there is), where
 * a smaller size may do, or ERR_SYS. *@rings is NULL then.
 */
int rings_open(struct ring **rings, struct evlist *l, uint64_t bytes, struct err *err);

/* rings_add() - the same for CPU index @idx alone, which has none in @rings. Returns 0 or -1. */
int rings_add(struct ring *rings, struct evlist *l, uint32_t idx, uint64_t bytes, struct err *err);

/* rings_fail_map() - say that rings of @bytes cannot be mapped, and @why (errno). Returns -1. */
int rings_fail_map(uint64_t bytes, int why, struct err *err);
void rings_close(struct ring *rings, uint32_t nr);

#endif
