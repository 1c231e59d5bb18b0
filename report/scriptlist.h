/*
 * scriptlist.h - the Python scripts that are installed, as `ana -l` shows them.
 *
 * They lie in one of
 *   $XDG_DATA_HOME/recana/scripts, by default ~/.local/share/recana/scripts: the user's own
 *   $PERF_EXEC_PATH/scripts/python, or, when that is not set, our own and perf's such folders
 * What one does is said by a line "# description: ..." and what words it takes by "# args: ...", in
 * bin/NAME-report or bin/NAME-record beside NAME.py, as perf has them, or in NAME.py itself. In the folders
 * of a tree of perf's kind what has neither is no script to be run, but a part of one.
 */
#ifndef REPORT_SCRIPTLIST_H
#define REPORT_SCRIPTLIST_H

#include <stdbool.h>
#include <stdio.h>

/* scriptlist_print() - all of them, under the name of their folder; nothing where there are none. */
void scriptlist_print(FILE *out);

/* scriptlist_folder() - those of @dir; @all: also those that say nothing of themselves. */
void scriptlist_folder(FILE *out, const char *dir, bool all);

#endif
