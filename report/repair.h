/* repair.h - ana repair: makes a whole file of a recording that was killed, cut or damaged. */
#ifndef REPORT_REPAIR_H
#define REPORT_REPAIR_H

#include "common/err.h"

#include <stdbool.h>

/*
 * repair() - repair @input into @output (NULL: @input with ".repaired" behind it), and print what
 * was done. The file is there when it is whole and on the disk, or not at all; @input is not
 * changed, and when nothing is wrong with it, nothing is written.
 * @force: replace a file that is there.
 * Returns 0, or -1 with the errors of file_open(), ERR_USAGE (a pipe, no name for what comes from
 * standard input, @output is @input), ERR_IO (@output exists or cannot be written), ERR_DATA (there
 * is nothing to keep).
 */
int repair(const char *input, const char *output, bool force, struct err *err);

#endif
