/* tell.h - what ana says beside its result: a line on the standard error, with its name in front. */
#ifndef REPORT_TELL_H
#define REPORT_TELL_H

#include "common/err.h"

/* tell() - a line of that form of printf(), which has no newline. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* tell_warning() - the same of something that makes the result less than it could be. */
void tell_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* tell_error() - the same of something that failed. */
void tell_error(const struct err *err);

#endif
