/* calls.h - lists of system calls as the user writes them. */
#ifndef RECORD_CALLS_H
#define RECORD_CALLS_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

#define CALLS_MAX 1024 /* no architecture has a higher number, but for x32, which has a bit set */

struct calls {
	bool listed[CALLS_MAX]; /* by number */
	bool but;		/* all calls but these are meant */
};

/*
 * calls_parse() - @list: names, numbers and groups (%file %net %process %memory %desc), separated
 * by commas; behind '!' all calls but these.
 * Returns 0, or -1 with ERR_USAGE (an unknown name, with near ones) or ERR_MEM.
 */
int calls_parse(struct calls *c, const char *list, struct err *err);

/*
 * calls_filter() - the filter on the field `id` of raw_syscalls that @c stands for.
 * Returns malloc()ed text, or NULL with ERR_USAGE (more than the kernel takes) or ERR_MEM.
 */
char *calls_filter(const struct calls *c, struct err *err);

/* calls_few() - the numbers of the calls, into @nrs, if they are at most @max; else returns 0. */
uint32_t calls_few(const struct calls *c, int *nrs, uint32_t max);

#endif
