#include "report/place.h"
#include "common/util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The folder of this program in @dir, which ends in no slash, and its @name in there. */
static int find_self(char dir[PATH_MAX], const char **name, struct err *err)
{
	ssize_t len = readlink("/proc/self/exe", dir, PATH_MAX - 1);
	char *slash;

	if (len < 0)
		return fail(err, ERR_SYS, "cannot read /proc/self/exe: %s", strerror(errno));
	dir[len] = 0;
	slash = strrchr(dir, '/');
	if (!slash)
		return fail(err, ERR_SYS, "/proc/self/exe is no path: %s", dir);
	*slash = 0;
	*name = slash + 1;
	return 0;
}

int place_plugin(char path[PLACE_ROOM], const char *file, struct err *err)
{
	char dir[PATH_MAX];
	const char *name, *slash;

	if (find_self(dir, &name, err))
		return -1;
	slash = strrchr(dir, '/');
	snprintf(path, PLACE_ROOM, "%s/%s/%s", dir,
		 slash && !strcmp(slash, "/bin") ? "../lib/recana" : "lib/recana", file);
	return !access(path, R_OK);
}

int place_rec(char path[PLACE_ROOM], struct err *err)
{
	char dir[PATH_MAX];
	const char *name;
	size_t len;

	if (find_self(dir, &name, err))
		return -1;
	len = strlen(name);
	len -= len >= 3 && !strcmp(name + len - 3, "ana") ? 3 : len;
	snprintf(path, PLACE_ROOM, "%s/%.*srec", dir, (int)len, name);
	if (access(path, X_OK))
		snprintf(path, PLACE_ROOM, "%.*srec", (int)len, name);
	return 0;
}
