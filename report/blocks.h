/*
 * blocks.h - the blocks of a recording, in the order of the file, for a consumer that takes them; of
 * each only what the filter leaves.
 */
#ifndef REPORT_BLOCKS_H
#define REPORT_BLOCKS_H

#include "report/consumer.h"

/*
 * blocks_parts() - give @take, with @arg, what the filter of @s leaves of @b, piece by piece. @nr_malformed: as
 * filter_takes(). Returns 0, or what @take did.
 */
typedef int (*blocks_take)(void *arg, struct block *part, struct err *err);
int blocks_parts(const struct session *s, struct block *b, uint64_t *nr_malformed, blocks_take take,
		 void *arg, struct err *err);

/*
 * blocks_give() - give @c all blocks of @r. Returns 0; -1 with the reader's error, or, with s->failed,
 * that of @c.
 */
int blocks_give(struct session *s, struct consumer *c, struct reader *r, struct err *err);

/*
 * blocks_run() - give @c all blocks of the file of @s, and see how the reading ended. *@read_end: offset
 * in the file behind what was read; it stays as it is where there are several.
 * Returns as blocks_give().
 */
int blocks_run(struct session *s, struct consumer *c, uint64_t *read_end, struct err *err);

#endif
