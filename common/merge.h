/*
 * merge.h - the records of a directory's parts (dir.h) in the order of their times, in bounded memory.
 *
 * The parts have no rounds (order.h): perf queues all that there is and sorts it at the end. Here they
 * are read twice. The first pass notes for some places in each part the earliest time behind them, of
 * several parts at once; behind it what has no time is given, in front of all that has one, as perf
 * does. In the second pass the parts are read side by side, and a record is given when nothing that is
 * to come can be older.
 *
 * Of equal times the one comes first that perf queues first: it reads 2 MiB of a part (compressed ones
 * count as they are), then of the next, and so on in turns. Source: READER_MAX_SIZE in perf's
 * tools/perf/util/session.c.
 */
#ifndef COMMON_MERGE_H
#define COMMON_MERGE_H

#include "common/inorder.h"

struct merge;

/*
 * merge_new() - read the directory @source for the first time, and begin with the second.
 * @places_max: to note in each part; 0: enough.
 * source->damage is set to the error of the first part, in the directory's order, that could not be read
 * to its end; of the others, and of that one up to there, all is given.
 * Returns NULL with ERR_MEM or the client's error.
 */
struct merge *merge_new(struct inorder_source *source, const struct inorder_client *client,
			uint32_t places_max, struct err *err);

/* merge_free() - end it, and tell the source how it ended. @m may be NULL. */
void merge_free(struct merge *m);

/*
 * merge_next() - the next record. Returns 1 with *@e set, which lives until it is taken; 0 when there is
 * none, or it was stopped; -1 with ERR_MEM or the client's error.
 */
int merge_next(struct merge *m, const struct order_entry **e, struct err *err);

/* merge_take() - be done with the record that merge_next() gave. */
void merge_take(struct merge *m);

#endif
