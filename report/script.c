#include "report/script.h"
#include "report/place.h"
#include "report/python/engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Our folder: that of the engine. */
int script_home(char home[PATH_MAX], struct err *err)
{
	char path[PLACE_ROOM];
	int found = place_plugin(path, "python.so", err);

	if (found < 0)
		return -1;
	if (found && realpath(path, home)) {
		*strrchr(home, '/') = 0;
		return 0;
	}
	if (WITH_PYTHON)
		return fail(err, ERR_SYS,
			    "cannot find the Python engine %s; run ana where it was built, or "
			    "install it with make install",
			    path);
	return fail(err, ERR_SYS,
		    "this ana was built without Python: install python3-dev (Debian, Ubuntu) or "
		    "python3-devel (Fedora), then build again");
}

/* Scripts find their modules through it; set by the user, it is perf's own tree, or another. */
static int set_exec_path(const char *home, struct err *err)
{
	const char *user = getenv("PERF_EXEC_PATH");

	if ((!user || !*user) && setenv("PERF_EXEC_PATH", home, 1))
		return fail_mem(err);
	return 0;
}

static int find_script(const char *script, char path[PATH_MAX], struct err *err)
{
	int len = snprintf(path, PATH_MAX, "%s", script), missing;

	if (len < PATH_MAX && !access(path, R_OK))
		return 0;
	missing = errno;
	if (!strchr(script, '/')) {
		len = snprintf(path, PATH_MAX, "%s/scripts/python/%s", getenv("PERF_EXEC_PATH"),
			       script);
		if (len < PATH_MAX && !access(path, R_OK))
			return 0;
	}
	return fail(err, missing == ENOENT ? ERR_NOENT : ERR_PERM, "cannot read the script %s: %s",
		    script, strerror(missing));
}

/* RTLD_GLOBAL: Python's own extension modules look for libpython's symbols there. */
static const struct script_engine *load_engine(const char *home, struct err *err)
{
	const struct script_engine *engine;
	char path[PATH_MAX + 16];
	void *so;

	snprintf(path, sizeof(path), "%s/python.so", home);
	so = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	if (!so) {
		fail(err, ERR_SYS, "cannot load the Python engine: %s", dlerror());
		return NULL;
	}
	engine = dlsym(so, SCRIPT_ENGINE_SYMBOL);
	if (!engine || engine->abi != SCRIPT_ENGINE_ABI) {
		fail(err, ERR_SYS, "%s belongs to another version of ana; build or install again",
		     path);
		return NULL;
	}
	return engine;
}

/* The engine stays loaded: Python cannot be taken out of a process. */
int script_run(struct session *s, uint32_t nr, const char *script, int argc, char **argv,
	       int *status, struct err *err)
{
	const struct script_engine *engine;
	char home[PATH_MAX], path[PATH_MAX];

	if (script_home(home, err) || set_exec_path(home, err) || find_script(script, path, err))
		return -1;
	engine = load_engine(home, err);
	return engine ? engine->run(s, nr, path, argc, argv, status, err) : -1;
}
