/* target.h - the CPUs to record. */
#ifndef RECORD_TARGET_H
#define RECORD_TARGET_H

#include "common/err.h"

#include <stdint.h>

/* Invariant: cpus ascend, each is online, nr_cpus > 0. */
struct target {
	uint32_t *cpus; /* kernel CPU numbers; owned */
	uint32_t nr_cpus;
};

/*
 * target_init() - @list: as "0,2-3", NULL for all that are online.
 * Returns 0, or -1 with ERR_USAGE (not a list), ERR_NOENT (no such CPU, or it is offline),
 * ERR_IO, ERR_MEM.
 */
int target_init(struct target *t, const char *list, struct err *err);
void target_release(struct target *t);

#endif
