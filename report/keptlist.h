/* keptlist.h - calls that a report remembers (slowest.h), as text: a line, or an object of JSON, each. */
#ifndef REPORT_KEPTLIST_H
#define REPORT_KEPTLIST_H

#include "report/callreport.h"
#include "report/calltext.h"
#include "report/slowest.h"

/* kept_text() - append "openat(AT_FDCWD, 0x7f00, O_RDONLY) = -1 ENOENT (No such file or directory)" to @t. */
#define KEPT_TEXT_MAX (2 * CALL_TEXT_MAX)
int kept_text(struct text *t, struct calltexts *texts, const struct kept_call *k);

/* kept_lines() - @nr calls as a table, with @title for their times. kept_json() - as the elements of an array. */
int kept_lines(const struct callreport *r, struct calltexts *texts, struct kept_call *const *list,
	       size_t nr, const char *title);
int kept_json(const struct callreport *r, struct calltexts *texts, struct kept_call *const *list,
	      size_t nr);

#endif
