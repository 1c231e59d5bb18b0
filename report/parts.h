/*
 * parts.h - the parts of a directory (dir.h), read by several threads for an aggregate (consumer.h).
 *
 * Each thread has an aggregate and a session of its own and takes the next part that nobody has taken,
 * the largest first; in the end all are merged. So parts that can only be decompressed from their
 * beginning on, as those of perf record --threads -z, are so on all CPUs.
 */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "report/consumer.h"

#include <stdbool.h>

/* parts_gain() - is @c an aggregate, and are there parts, bytes and CPUs enough to gain from threads? */
bool parts_gain(const struct session *s, const struct consumer *c);

/*
 * parts_run() - give @c all parts of the directory of @s, and see how the reading ended: as
 * reader_next() tells it of one part after the other. Returns as blocks_give().
 */
int parts_run(struct session *s, struct consumer *c, struct err *err);

#endif
