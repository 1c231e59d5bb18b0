/*
 * ksyms.h - the functions of the running kernel, by address.
 *
 * A recording has addresses of the kernel that was recorded; the running one's names are those only
 * if it is the same, at the same place (kernels are moved at each boot). Of several names at one
 * address the last one of /proc/kallsyms is taken, as perf does.
 */
#ifndef COMMON_KSYMS_H
#define COMMON_KSYMS_H

#include "common/formats.h"

struct ksym {
	uint64_t start, end; /* addresses */
	const char *name;    /* len bytes */
	uint32_t len;
};

/* A zeroed one knows nothing. */
struct ksyms {
	char *text;	   /* of /proc/kallsyms; owned */
	struct ksym *list; /* ascending, not overlapping; owned */
	uint32_t nr;
};

/*
 * ksyms_read() - read the names if @kernel is the one that runs, and if they may be seen; else none.
 * Returns 0, or -1 when memory ran out.
 */
int ksyms_read(struct ksyms *k, const struct formats_kernel *kernel);
void ksyms_release(struct ksyms *k);

/* ksyms_find() - the function or variable at @addr, or NULL. */
const struct ksym *ksyms_find(const struct ksyms *k, uint64_t addr);

#endif
