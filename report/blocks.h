/*
 * blocks.h - the blocks of a recording, in the order of the file, for a consumer that takes them; of
 * each only what the filter leaves.
 */
#ifndef REPORT_BLOCKS_H
#define REPORT_BLOCKS_H

#include "report/consumer.h"

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
