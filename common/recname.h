/* recname.h - what the types of records are called. */
#ifndef COMMON_RECNAME_H
#define COMMON_RECNAME_H

#include <stdint.h>

/*
 * record_name() - the name of the PERF_RECORD_ constant of @type, without that; NULL for a type
 * that we do not know.
 * Source: enum perf_event_type in linux/perf_event.h (below 64), enum perf_user_event_type in
 * tools/lib/perf/include/perf/event.h of the kernel (from 64 on), as of 7.2.
 */
const char *record_name(uint32_t type);

#endif
