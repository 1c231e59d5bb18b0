/* realtime.h - a priority of our own, so that a busy machine does not keep us from the rings. */
#ifndef RECORD_REALTIME_H
#define RECORD_REALTIME_H

#include "common/err.h"

/*
 * realtime_set() - run this thread, and those that it starts from now on, with the real-time
 * priority @prio, 1..99, of SCHED_FIFO. So do processes that are forked: have forked before.
 * Returns 0, or -1 with ERR_PERM (the message names the right) or ERR_SYS.
 */
int realtime_set(int prio, struct err *err);

#endif
