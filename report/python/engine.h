/* engine.h - the face of the Python plug-in, for report/script.c. */
#ifndef REPORT_PYTHON_ENGINE_H
#define REPORT_PYTHON_ENGINE_H

#include "report/session.h"

/* Grows with every change of what the two sides share: this struct, session.h and below. */
#define SCRIPT_ENGINE_ABI    2
#define SCRIPT_ENGINE_SYMBOL "recana_python_engine"

struct script_engine {
	uint32_t abi; /* SCRIPT_ENGINE_ABI; the only field that may be read of another one */
	const char *(*version)(void); /* of Python, constant */

	/*
	 * As script_run(), with @script a path that can be opened and PERF_EXEC_PATH set.
	 * Once in the life of a process.
	 */
	int (*run)(struct session *s, uint32_t nr, const char *script, int argc, char **argv,
		   int *status, struct err *err);
};

extern const struct script_engine recana_python_engine;

#endif
