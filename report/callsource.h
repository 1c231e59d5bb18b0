/* callsource.h - which events of a file tell of system calls, and where their samples have what is needed. */
#ifndef REPORT_CALLSOURCE_H
#define REPORT_CALLSOURCE_H

#include "report/session.h"

/* Where the raw bytes of an event's samples have what is needed. */
struct call_source {
	uint32_t nr, ret, args;	   /* offsets; args: of the first, each is a u64 */
	uint32_t need;		   /* bytes up to the end of all that; 0: it tells of no call */
	uint8_t nr_size, ret_size; /* 4 or 8 */
	uint8_t nr_args;	   /* up to CALL_ARGS */
	bool enter, exit;
};

/* What is wanted of a recording. Without ENTERS or EXITS: whole calls. */
enum callstream_want {
	WANT_ARGS = 1,	 /* with their arguments */
	WANT_ENTERS = 2, /* each alone: see pairs.halves */
	WANT_EXITS = 4,
};

/*
 * call_sources_new() - of all events of @s, by their index; free() is due. @want: bits of
 * enum callstream_want. NULL with @err filled: ERR_DATA, when it has no sys_enter and sys_exit, or these have no time
 * or no thread; ERR_USAGE, when the filter leaves out one that is wanted; ERR_MEM.
 */
struct call_source *call_sources_new(const struct session *s, unsigned want, struct err *err);

/* call_source_number() - a number of 4 or 8 bytes, with its sign. */
static inline int64_t call_source_number(const char *at, uint8_t size)
{
	return size == 4 ? (int32_t)load_u32(at) : (int64_t)load_u64(at);
}

#endif
