/* self.h - the number by which tracepoints know us. */
#ifndef RECORD_SELF_H
#define RECORD_SELF_H

#include <sys/types.h>

/*
 * self_common_pid() - the value that the field common_pid has in events of the calling thread.
 * That is its tid in the root pid namespace, which nobody in a container can ask for; so one
 * call of our own is recorded and looked at. Falls back on gettid() when that cannot be done.
 */
pid_t self_common_pid(void);

#endif
