/*
 * callfeed.h - samples in the order of time -> what happens to tasks (window.h) -> their calls (pair.h).
 *
 * For reports that show calls in the order in which they were made; callstream.h is faster for those that do not.
 */
#ifndef REPORT_CALLFEED_H
#define REPORT_CALLFEED_H

#include "common/hash.h"
#include "report/callsource.h"
#include "report/pair.h"
#include "report/tasknews.h"

struct feed_cpu;

/* Of one file. */
struct callfeed {
	struct pairs pairs;
	struct tasknews news;
	struct session *session; /* borrowed */
	struct call_source *sources;
	struct feed_cpu *cpus; /* by number */
	uint32_t nr_cpus;
	/* CPU and time of records that were read, behind which their ring lost something, until they are given */
	struct hash cuts;
	uint64_t last_ns; /* of what was given */
	bool ahead;	  /* losses are told when they are read */
};

/*
 * callfeed_start() - for the file of @s. What its filter asks of whole calls is the caller's business from then on:
 * *@w, as of filter_leave_calls(). Returns 0, or -1: as that, or as call_sources_new().
 * callfeed_release() is due in any case.
 */
int callfeed_start(struct callfeed *f, struct session *s, const struct pair_client *client,
		   struct filter_whole *w, struct err *err);
void callfeed_release(struct callfeed *f);

/*
 * callfeed_see_ahead() - as consumer.see_ahead(). Returns 0, or -1: ERR_MEM.
 *
 * callfeed_sample() - what happened by a sample as add_sample() gets it, unparsed; of an enter with @args, of
 * CALL_ARGS. Returns 1 with *@h set, 0 when it is no call or one of too many threads, or -1: ERR_MEM.
 * callfeed_record() - by any other record. As callfeed_sample().
 *
 * callfeed_end() - the calls that are open are given. As pairs_end().
 */
int callfeed_see_ahead(struct callfeed *f, const struct perf_event_header *rec,
		       const struct event *event, struct err *err);
int callfeed_sample(struct callfeed *f, const struct ordered_sample *os, struct happening *h,
		    uint64_t *args, struct err *err);
int callfeed_record(struct callfeed *f, const struct perf_event_header *rec, struct happening *h,
		    struct err *err);
int callfeed_end(struct callfeed *f, struct err *err);

#endif
