/* spool.h - a recording out of a pipe, kept in a file without a name, to be read from anywhere. */
#ifndef COMMON_SPOOL_H
#define COMMON_SPOOL_H

#include "common/file.h"

/*
 * spool() - read f->fd, a pipe of which f->front has all that was read so far, to its end, and put it
 * all into a file in $TMPDIR (else /tmp) that nobody else can open and that is gone when it is
 * closed. From then on that is f->fd, and *@f no longer sequential.
 * Returns 0, or -1 with ERR_IO (a read failed, there is no such folder, no space in it).
 */
int spool(struct perf_file *f, struct err *err);

#endif
