#include "report/screen.h"
#include "report/place.h"

#include <dlfcn.h>
#include <stddef.h>

const struct screen_engine *screen_load(struct err *err)
{
	const struct screen_engine *engine;
	char path[PLACE_ROOM];
	void *so;

	if (place_plugin(path, SCREEN_ENGINE_FILE, err) < 0)
		return NULL;
	so = dlopen(path, RTLD_NOW);
	engine = so ? dlsym(so, SCREEN_ENGINE_SYMBOL) : NULL;
	if (!so)
		fail(err, ERR_SYS,
		     "cannot load what draws the screen: %s; ana top --batch does without",
		     dlerror());
	else if (!engine || engine->abi != SCREEN_ENGINE_ABI)
		fail(err, ERR_SYS, "%s belongs to another version of ana; build or install again",
		     path);
	else
		return engine;
	return NULL;
}
