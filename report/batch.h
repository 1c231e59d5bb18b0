/*
 * batch.h - what a consumer is given, handed on to a thread of its own, in the same order.
 *
 * A consumer whose work for a sample takes as long as reading and ordering it does both at once.
 * Records are copied, for they live only as long as the call that gives them.
 */
#ifndef REPORT_BATCH_H
#define REPORT_BATCH_H

#include "report/consumer.h"

struct batches;

/*
 * The work, in the other thread: a sample as add_sample() gives it; or, when event is NULL, only rec:
 * a record that is none. Returns 0, or -1 with @err filled: then nothing more is given.
 */
typedef int (*batch_work)(void *arg, const struct ordered_sample *os, struct err *err);

/*
 * batches_new() - NULL when memory ran out: then the caller does the work itself. The thread is started when
 * there is enough to do, and another CPU (relay.h).
 */
struct batches *batches_new(batch_work work, void *arg);

/*
 * batches_push() - hand on @os, with a copy of its record, which is parsed there: os->sample need not be
 * set. Its comm must live until batches_end().
 * Returns 0, or -1 with the error of the work.
 */
int batches_push(struct batches *b, const struct ordered_sample *os, struct err *err);

/* batches_end() - wait until all is done. Returns 0, or -1 with the error of the work. */
int batches_end(struct batches *b, struct err *err);

/* batches_free() - end the thread, if it has to be in the middle of its work. @b may be NULL. */
void batches_free(struct batches *b);

#endif
