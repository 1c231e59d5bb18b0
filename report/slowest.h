/* slowest.h - of many calls, those that took longest. */
#ifndef REPORT_SLOWEST_H
#define REPORT_SLOWEST_H

#include "report/callreport.h"

/* A call that is remembered. */
struct kept_call {
	uint64_t ns; /* how long it took, or has taken */
	struct call call;
	uint32_t host;		  /* as callreport.host */
	uint32_t comm;		  /* of its task then; index in pairs.comms, or UINT32_MAX */
	uint64_t args[CALL_ARGS]; /* call.args points here, or is NULL */
};

/* The first of those that are equal is kept. */
struct slowest {
	uint32_t max, nr;
	void **heap; /* struct kept_call: the one that goes first is [0] */
	uint64_t nr_seen;
};

/* slowest_init() - keep @max of them. Returns 0, or -1: ERR_MEM. slowest_release() is due. */
int slowest_init(struct slowest *s, uint32_t max, struct err *err);
void slowest_release(struct slowest *s);

/* slowest_add() - @call, of @r's tasks, took @ns. Returns 0, or -1: ERR_MEM. */
int slowest_add(struct slowest *s, const struct call *call, const struct callreport *r, uint64_t ns,
		struct err *err);

/* slowest_sort() - the slowest first: the array of s->nr of them, which takes no more afterwards. */
struct kept_call **slowest_sort(struct slowest *s);

/* kept_set() - remember @call. */
void kept_set(struct kept_call *k, const struct call *call, const struct callreport *r,
	      uint64_t ns);

#endif
