/*
 * trigger.h - what a flight recorder waits for: a system call that fails in a certain way. The
 * kernel looks for it, with a filter, so nobody reads the rings for that.
 */
#ifndef RECORD_TRIGGER_H
#define RECORD_TRIGGER_H

#include "common/err.h"

#define TRIGGER_EVENT "raw_syscalls:sys_exit"

/*
 * trigger_filter() - the filter of TRIGGER_EVENT for @words: "errno=LIST", with names and numbers.
 * Returns malloc()ed text, or NULL with ERR_USAGE or ERR_MEM.
 */
char *trigger_filter(const char *words, struct err *err);

#endif
