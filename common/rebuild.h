/* rebuild.h - a whole file out of what was salvaged of another. */
#ifndef COMMON_REBUILD_H
#define COMMON_REBUILD_H

#include "common/salvage.h"

/*
 * rebuild() - write it: header, attrs, ids, the features that the file has and those that follow
 * from its records, the records.
 * @f: what was missing of its formats, as formats_find() gives it.
 * @fd: an empty file. @path: its name, for messages. *@bytes: out: its size.
 * Returns 0, or -1 with ERR_IO, ERR_MEM, or ERR_DATA (a feature cannot be, nothing was salvaged).
 */
int rebuild(const struct salvage *s, const struct formats *f, int fd, const char *path,
	    uint64_t *bytes, struct err *err);

#endif
