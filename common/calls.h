/* calls.h - lists of system calls as the user writes them. */
#ifndef COMMON_CALLS_H
#define COMMON_CALLS_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/* No architecture has a higher number (mips begins at 4000), but for x32, which has a bit set. */
#define CALLS_MAX 8192

struct calls {
	bool listed[CALLS_MAX]; /* by number */
	bool but;		/* all calls but these are meant */
};

/*
 * calls_parse() - @list: names, numbers and groups (%file %net %process %memory %desc), separated
 * by commas; behind '!' all calls but these. @arch: as of syscall_name(). @compat, which may be NULL, gets what the
 * names and groups mean for programs of syscall_compat_arch(); then names of its alone can be given, also as "i386:NAME".
 * Returns 0, or -1 with ERR_USAGE (an unknown name, with near ones) or ERR_MEM.
 */
int calls_parse(struct calls *c, struct calls *compat, const char *list, const char *arch,
		struct err *err);

/* calls_has() - does @c stand for the call @nr? */
static inline bool calls_has(const struct calls *c, int64_t nr)
{
	return (nr >= 0 && nr < CALLS_MAX && c->listed[nr]) != c->but;
}

/*
 * calls_filter() - the filter on the field `id` of raw_syscalls that @c stands for.
 * Returns malloc()ed text, or NULL with ERR_USAGE (more than the kernel takes) or ERR_MEM.
 */
char *calls_filter(const struct calls *c, struct err *err);

/* calls_few() - the numbers of the calls, into @nrs, if they are at most @max; else returns 0. */
uint32_t calls_few(const struct calls *c, int *nrs, uint32_t max);

#endif
