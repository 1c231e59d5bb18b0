/*
 * gen/python.h - a Python script with a handler for each event of a recording.
 */
#ifndef GEN_PYTHON_H
#define GEN_PYTHON_H

#include "common/buf.h"
#include "common/err.h"
#include "common/tracepoint.h"

#include <stdbool.h>

/*
 * gen_python() - append the script for the tracepoints of @tps to @out.
 *
 * The text is gen/template.py with a handler for each tracepoint, ascending by id, where its
 * marker is. Names and parameters of the handlers are those of `perf script -g python`, so the
 * script runs under perf too; a parameter that Python would not take (a keyword, one that is
 * there already) gets a "_" behind it. Returns 0, or -1 with ERR_MEM.
 */
int gen_python(struct buf *out, const struct tp_table *tps, struct err *err);

/*
 * gen_python_file() - the same into the file @path; "-" is stdout.
 * @force: overwrite a file that differs from what is generated; otherwise that is an error.
 * @wrote: out: false when the file was there already, with the same text.
 * The file is complete or not there: it is written under another name first.
 * Returns 0, or -1 with ERR_IO, ERR_PERM, ERR_MEM.
 */
int gen_python_file(const char *path, const struct tp_table *tps, bool force, bool *wrote,
		    struct err *err);

#endif
