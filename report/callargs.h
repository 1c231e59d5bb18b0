/*
 * callargs.h - what the arguments of system calls are called, and of which types they are.
 *
 * The table is callargs.inc, which `make callargs` makes from what a kernel tells in tracefs.
 */
#ifndef REPORT_CALLARGS_H
#define REPORT_CALLARGS_H

#include "report/window.h"

struct callarg {
	const char *type, *name; /* as in the kernel: "const char *", "filename" */
};

struct callargs {
	const char *call;
	uint32_t nr;
	struct callarg at[CALL_ARGS];
};

/* All that are known, by the names of the calls; callargs_nr of them. */
extern const struct callargs callargs_all[];
extern const size_t callargs_nr;

/*
 * callargs_find() - those of the call @name on @arch, as of syscall_name(). NULL when they are not known, as on
 * architectures that pass them in another way.
 */
const struct callargs *callargs_find(const char *arch, const char *name);

#endif
