/*
 * timegraph.h - calls over time as a picture: sparklines of their rate, errors and times, and heat maps of calls
 * and of times. It has as many columns as there is room for, each of as many intervals as that takes.
 */
#ifndef REPORT_TIMEGRAPH_H
#define REPORT_TIMEGRAPH_H

#include "common/hash.h"
#include "report/hist.h"
#include "report/pair.h"

/* What returned in a piece of time. */
struct timecell {
	uint64_t calls, errors;
	struct hist times;
	struct hash by_nr; /* number of the call -> how often */
};

struct timegraph {
	uint64_t ns;		/* a cell's time; doubled when there are more than max */
	uint32_t columns, max;	/* of the picture; cells */
	struct timecell *cells; /* by number, from first on; room for max */
	uint64_t first;		/* number of cells[0]: its time / ns */
	uint32_t nr;
	uint64_t origin_ns;	    /* of cells[0]; set by timegraph_print() */
	uint64_t first_ns, last_ns; /* of all returns */
};

/*
 * timegraph_init() - of columns of @ns, or a multiple of that, at most @columns of them. Returns 0, or -1:
 * ERR_MEM. timegraph_release() is due.
 */
int timegraph_init(struct timegraph *g, uint64_t ns, uint32_t columns, struct err *err);
void timegraph_release(struct timegraph *g);

/* timegraph_add() - a call that returned at @end_ns, on the picture's clock. Returns 0, or -1: ERR_MEM. */
int timegraph_add(struct timegraph *g, const struct call *call, uint64_t end_ns, struct err *err);

/*
 * timegraph_print() - draw it, after the last call, with the @top calls made most. @arch: as of syscall_name(). Returns 0, or -1:
 * ERR_MEM.
 */
int timegraph_print(struct timegraph *g, const char *arch, size_t top, struct err *err);

/* timegraph_columns() - how many columns of time a picture of @width columns has. */
uint32_t timegraph_columns(int width);

#endif
