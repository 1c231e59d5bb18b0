/* meta.h - the feature bodies: what the file says of this machine and of the recording. */
#ifndef RECORD_META_H
#define RECORD_META_H

#include "common/buf.h"
#include "common/err.h"
#include "record/evsel.h"

/*
 * meta_collect() - fill bodies[bit] for all that is known when the recording starts.
 * @bodies: FEATURE_MAX zeroed buffers, owned by the caller. @argv: our own, NULL-terminated.
 * What cannot be found out is left empty, but TRACING_DATA must be there.
 * Returns 0, or -1 with ERR_IO, ERR_PERM, ERR_MEM.
 */
int meta_collect(struct buf *bodies, const struct evlist *l, char *const *argv, struct err *err);

#endif
