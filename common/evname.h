/* evname.h - what perf calls the events that are no tracepoints. */
#ifndef COMMON_EVNAME_H
#define COMMON_EVNAME_H

#include <stdint.h>

/*
 * evname() - the name of a hardware or software event by attr.type and attr.config, or NULL.
 * Source: enum perf_hw_id and enum perf_sw_ids in linux/perf_event.h, names of perf-list(1).
 */
const char *evname(uint32_t type, uint64_t config);

#endif
