/*
 * verdict.h - what is to be told of recordings that were read, beside the report: on stderr.
 */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include "report/session.h"

/*
 * verdict_warn() - print to stderr what was not as it should be: an unfinished recording, samples
 * that could not be read, records that came too late.
 */
void verdict_warn(const struct session *s);

/*
 * verdict_none_left() - print to stderr, if there is a filter, that it left nothing: no @what of the file,
 * or of all files, of which @last is the last.
 */
void verdict_none_left(const struct session *last, const char *what);

/* verdict_name() - what is told of all files begins with this: the path of the only one, "all files". */
const char *verdict_name(const struct session *last);

/*
 * verdict_tell() - verdict_warn() of all. @rc: of session_run(), with @err. Returns it, or, when all records
 * were read and what describes them is damaged, -1 with that in @err.
 */
int verdict_tell(const struct session *all, uint32_t nr, int rc, struct err *err);

#endif
