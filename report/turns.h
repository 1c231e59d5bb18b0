/*
 * turns.h - blocks that several threads read and scan, each one block at a time, for a consumer which takes what they
 * found in the order of the blocks (consumer.scan).
 *
 * A thread reads a block and scans it: what it has read stays in the caches of its CPU. Then it lets be taken what is
 * ready and has its turn, which most often is what it found itself. While another one does that, it goes on with
 * the next block. Only one at a time reads, and one takes.
 */
#ifndef REPORT_TURNS_H
#define REPORT_TURNS_H

#include "report/consumer.h"

/* turns_gain() - does @c scan, and is there more than one CPU? */
bool turns_gain(const struct consumer *c);

/*
 * turns_run() - give @c all blocks of @r, of which none has been read; as blocks_give(). The other threads are started
 * when there turns out to be enough to do.
 */
int turns_run(struct session *s, struct consumer *c, struct reader *r, struct err *err);

#endif
