/* output.h - the file that is recorded into: its name, its owner, and the one before it. */
#ifndef RECORD_OUTPUT_H
#define RECORD_OUTPUT_H

#include "common/err.h"

/*
 * output_open() - make @path, readable for its owner only.
 * A file of that name becomes PATH.old. Under sudo the new file belongs to the user who called.
 * A device (/dev/null) is written to as it is. Returns an fd, or -1 with ERR_PERM or ERR_IO.
 */
int output_open(const char *path, struct err *err);

#endif
