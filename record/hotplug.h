/* hotplug.h - CPUs that come up while we record. */
#ifndef RECORD_HOTPLUG_H
#define RECORD_HOTPLUG_H

#include "record/target.h"

struct hotplug {
	int fd;			     /* a socket in which the kernel's words wait; -1: not open */
	const struct target *target; /* borrowed */
	bool *came;		     /* by index of the CPU; owned */
	bool pending;		     /* some of them are set */
};

/*
 * hotplug_open() - from now on no CPU comes up unheard, where the kernel says it at all. Before the
 * target is looked up. hotplug_close() is due, and takes one whose fd is -1, all else zeroed.
 */
void hotplug_open(struct hotplug *h);

/*
 * hotplug_begin() - the CPUs of @t are meant. Tasks keep their events on CPUs that are away: for a
 * target by task nothing is heard any more. Returns 0, or -1 with ERR_MEM.
 */
int hotplug_begin(struct hotplug *h, const struct target *t, struct err *err);
void hotplug_close(struct hotplug *h);

/* hotplug_read() - what has come: h->pending says whether there is something for hotplug_next(). */
void hotplug_read(struct hotplug *h);

/* hotplug_next() - the index of a CPU that has come up since it was last named, or -1. */
int hotplug_next(struct hotplug *h);

#endif
