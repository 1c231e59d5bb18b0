/* hotplug.h - CPUs that come up while we record: nobody has events on them. */
#ifndef RECORD_HOTPLUG_H
#define RECORD_HOTPLUG_H

#include "record/target.h"

/*
 * hotplug_open() - let the kernel's words about CPUs wait in a socket from now on. It costs nothing
 * until they are read. Returns its fd, or -1 where that cannot be had.
 */
int hotplug_open(void);

/*
 * hotplug_tell() - read them, and say on stderr which CPUs of @t came up. An event of a CPU that
 * goes away is never active again (perf_event_exit_cpu_context() in kernel/events/core.c), also
 * when the CPU comes back. @fd: may be -1.
 */
void hotplug_tell(int fd, const struct target *t);

#endif
