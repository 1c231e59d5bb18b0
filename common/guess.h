/* guess.h - formats for the tracepoints of a recording that describes none, before it is read. */
#ifndef COMMON_GUESS_H
#define COMMON_GUESS_H

#include "common/file.h"

/*
 * guess_formats() - where formats_missing(): look at the first samples of @file, not a pipe, and give
 * every event whose samples all look like those of raw_syscalls:sys_enter or sys_exit that format, by
 * the rules of formats.h. The others stay without.
 * *@nr: out: events that have a format now. Returns 0, or -1 with ERR_MEM.
 */
int guess_formats(struct perf_file *file, uint32_t *nr, struct err *err);

#endif
