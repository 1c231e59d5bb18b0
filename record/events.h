/* events.h - the events that the command line names: -e, --filter and --syscalls, taken apart. */
#ifndef RECORD_EVENTS_H
#define RECORD_EVENTS_H

#include "common/err.h"
#include "common/optparse.h"
#include "common/calls.h"

#include <stdbool.h>
#include <stdint.h>

#define DEFAULT_EVENT "raw_syscalls:sys_enter"

struct event_spec {
	char *name; /* "system:event", or a pattern of such names */
	bool by_pattern;
	char *filter; /* what the kernel shall look at before it records one; NULL: nothing */
};

struct event_specs {
	struct event_spec *specs;
	uint32_t nr;
	bool by_default;     /* no -e was given */
	struct calls *calls; /* --syscalls; NULL: all */
};

/*
 * events_parse() - @words: of -e (comma lists), and of --filter (letter 0), which is for the -e
 * before it. DEFAULT_EVENT is meant where no -e is at all. @syscalls: of --syscalls, NULL without.
 * Returns 0, or -1 with ERR_USAGE or ERR_MEM. events_release() is due in both cases.
 */
int events_parse(struct event_specs *s, const struct opt_words *words, const char *syscalls,
		 struct err *err);

/*
 * events_expand() - put the events of this machine in the place of patterns, and what --syscalls
 * stands for into the filters of raw_syscalls. A few calls become events of their own, as
 * syscalls:sys_enter_openat, unless -e was given: what is filtered out costs every other call 200
 * ns here, an event for another call 30.
 * Returns 0, or -1 with ERR_NOENT (nothing is like a pattern), ERR_USAGE (--syscalls, and no event
 * of raw_syscalls), ERR_PERM (no tracefs), ERR_MEM.
 */
int events_expand(struct event_specs *s, struct err *err);
void events_release(struct event_specs *s);

/* events_list() - print the names that are like @pattern, or have it in them; NULL: all. */
int events_list(const char *pattern, struct err *err);

#endif
