/* output.h - the file that is recorded into: its name, its owner, and the one before it. */
#ifndef RECORD_OUTPUT_H
#define RECORD_OUTPUT_H

#include "common/err.h"

#include <stdbool.h>

/* output_is_stream() - is @path "-", standard output? What is recorded there is a stream. */
bool output_is_stream(const char *path);

/*
 * output_open() - make @path, readable for its owner only.
 * A file of that name becomes PATH.old. Under sudo the new file belongs to the user who called.
 * A device (/dev/null) is written to as it is, and so is standard output: SIGPIPE is ignored from
 * then on, and where it is a pipe the fd does not block. Returns an fd, or -1 with ERR_PERM or ERR_IO.
 */
int output_open(const char *path, struct err *err);

#endif
