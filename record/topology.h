/* topology.h - which CPUs share a core, a die, a socket. */
#ifndef RECORD_TOPOLOGY_H
#define RECORD_TOPOLOGY_H

#include "common/buf.h"

#include <stdint.h>

/*
 * topology_describe() - the body of CPU_TOPOLOGY for CPUs 0 to @nr_cpus - 1, the first number of
 * NRCPUS: readers count by that. Nothing is filled where the kernel does not tell.
 */
void topology_describe(struct buf *body, uint32_t nr_cpus);

#endif
