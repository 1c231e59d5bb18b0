/*
 * merge.h - the records of a directory's parts (dir.h) in the order of their times, in bounded memory.
 *
 * The parts have no rounds (order.h): perf queues all that there is and sorts it at the end. Here they
 * are read twice. The first pass notes for some places in each part the earliest time behind them;
 * what has no time is given then, in front of all that has one, as perf does. In the second pass the
 * parts are read side by side, and a record is given when nothing that is to come can be older.
 *
 * Of equal times the one comes first that perf queues first: it reads 2 MiB of a part (compressed ones
 * count as they are), then of the next, and so on in turns. Source: READER_MAX_SIZE in perf's
 * tools/perf/util/session.c.
 */
#ifndef COMMON_MERGE_H
#define COMMON_MERGE_H

#include "common/file.h"
#include "common/order.h"

/* Who wants the records. */
struct merge_client {
	/*
	 * Called for every record, part by part. Returns 1: it is to be given under *@time_ns (not
	 * UINT64_MAX), with *@tag (below 65536); 0: that was all; -1 with @err filled: the end.
	 * @again: in the second pass. Nothing is to be done then, but the same to be said.
	 */
	int (*look)(void *arg, const struct perf_event_header *rec, bool again, uint64_t *time_ns,
		    uint32_t *tag, struct err *err);
	order_give give;
	void *arg;
	const volatile bool *stop; /* when it is set, that is the end, and no error */
	size_t bytes_max;	   /* memory for records that wait; 0: ORDER_BYTES_MAX */
	uint32_t places_max;	   /* to note in each part; 0: enough */
};

/*
 * merge_parts() - give the records of @file, which dir_has_parts().
 * @damage: out: the error of the first part that could not be read to its end (of the others, and of
 * that one up to there, all was given), or ERR_NONE.
 * *@nr_late: out: records that were given behind a later one, as they did not fit into the memory.
 * Returns 0, or -1 with ERR_MEM or the client's error.
 */
int merge_parts(struct perf_file *file, const struct merge_client *client, struct err *damage,
		uint64_t *nr_late, struct err *err);

#endif
