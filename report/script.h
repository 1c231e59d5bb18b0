/*
 * script.h - runs a Python script on a session: finds it, and the engine that knows Python.
 *
 * ana itself does not need Python. The engine is a plug-in, lib/recana/python.so beside the
 * program or under its prefix; the modules that scripts import lie in the same folder, in the
 * tree that perf calls its exec path.
 */
#ifndef REPORT_SCRIPT_H
#define REPORT_SCRIPT_H

#include "report/session.h"

#include <limits.h>

/*
 * script_run() - run @script on @s and those behind it, @nr files, from trace_begin() to trace_end().
 * @script: a file, or the name of one in $PERF_EXEC_PATH/scripts/python. PERF_EXEC_PATH is set to
 *          the folder of the engine when the user has not set it.
 * @argv:   @argc words for the script; [0] is @script as typed.
 * @status: out: exit status: 0, the script's own choice, 1 after an exception (whose traceback
 *          has been printed), 141 when nobody reads stdout any more.
 * Returns 0 with *@status set, or -1 with @err filled:
 *   ERR_NOENT, ERR_PERM  no such script, or it cannot be read
 *   ERR_SYS              no engine, or Python does not start
 *   as session_run()     the file is damaged; trace_end() has been called then
 */
int script_run(struct session *s, uint32_t nr, const char *script, int argc, char **argv,
	       int *status, struct err *err);

/*
 * script_home() - the folder of the engine, which has the tree of modules and scripts in it.
 * Returns 0, or -1 with ERR_SYS.
 */
int script_home(char home[PATH_MAX], struct err *err);

#endif
