#include "common/tracefs.h"
#include "common/io.h"
#include "common/near.h"
#include "common/util.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tracefs.h>
#include <unistd.h>

#define TRACEFS_FILE_MAX (16u << 20)

int tracefs_find(const char **dir, struct err *err)
{
	tracefs_set_loglevel(TEP_LOG_NONE);
	*dir = tracefs_tracing_dir();
	if (*dir && !access(*dir, F_OK))
		return 0;
	if (geteuid())
		return fail(err, ERR_PERM,
			    "tracefs is not mounted and mounting it is for root; "
			    "use sudo, or once: sudo mount -t tracefs nodev "
			    "/sys/kernel/tracing");
	return fail(err, ERR_NOENT,
		    "tracefs is not mounted and cannot be (kernel without "
		    "CONFIG_TRACING, or a container); try: mount -t tracefs nodev "
		    "/sys/kernel/tracing");
}

static int fail_read(const char *path, struct err *err)
{
	if (errno == EACCES || errno == EPERM)
		return fail(err, ERR_PERM,
			    "cannot read %s: %s; tracefs is for root: use sudo, or once: sudo "
			    "setcap cap_perfmon,cap_ipc_lock,cap_dac_read_search+ep REC",
			    path, strerror(errno));
	return fail(err, errno == ENOENT ? ERR_NOENT : ERR_IO, "cannot read %s: %s", path,
		    strerror(errno));
}

char *tracefs_slurp(const char *name, size_t *len, struct err *err)
{
	const char *dir;
	char path[4096], *text;

	if (tracefs_find(&dir, err))
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	text = io_slurp(path, TRACEFS_FILE_MAX, len);
	if (!text)
		fail_read(path, err);
	return text;
}

/* All events as "system:name"; NULL-terminated, freed with free_names(). */
static char **list_names(size_t *nr)
{
	char **systems = tracefs_event_systems(NULL), **names = NULL;

	*nr = 0;
	for (char **s = systems; s && *s; s++) {
		char **events = tracefs_system_events(NULL, *s);

		for (char **e = events; e && *e; e++) {
			char **more = realloc(names, (*nr + 1) * sizeof(*names));

			if (!more)
				break;
			names = more;
			if (asprintf(&names[*nr], "%s:%s", *s, *e) >= 0)
				(*nr)++;
		}
		tracefs_list_free(events);
	}
	tracefs_list_free(systems);
	return names;
}

static int fail_unknown(const char *word, struct err *err)
{
	char near[256];
	size_t nr;
	char **names = list_names(&nr);
	int found = near_pick(near, sizeof(near), word, (const char *const *)names, nr);

	for (size_t i = 0; i < nr; i++)
		free(names[i]);
	free(names);
	if (found)
		return fail(err, ERR_NOENT, "unknown event %s; did you mean %s?", word, near);
	if (strpbrk(word, "*?["))
		return fail(err, ERR_NOENT, "unknown event %s; this version takes no patterns",
			    word);
	return fail(err, ERR_NOENT,
		    "unknown event %s; rec records tracepoints, and they are listed in "
		    "/sys/kernel/tracing/available_events",
		    word);
}

static bool is_name(const char *s)
{
	return *s && !strchr(s, '/') && !strchr(s, ':') && *s != '.';
}

static int read_id(struct tracefs_event *ev, struct err *err)
{
	char name[512], *text;
	size_t len;

	snprintf(name, sizeof(name), "events/%s/%s/id", ev->system, ev->name);
	text = tracefs_slurp(name, &len, err);
	if (!text)
		return -1;
	ev->id = strtoull(text, NULL, 10);
	free(text);
	snprintf(name, sizeof(name), "events/%s/%s/format", ev->system, ev->name);
	ev->format = tracefs_slurp(name, &ev->format_len, err);
	return ev->format ? 0 : -1;
}

int tracefs_event_read(struct tracefs_event *ev, const char *word, struct err *err)
{
	const char *colon = strchr(word, ':'), *dir;

	*ev = (struct tracefs_event){ 0 };
	if (tracefs_find(&dir, err))
		return -1;
	if (!colon)
		return fail_unknown(word, err);
	ev->system = strndup(word, colon - word);
	ev->name = strdup(colon + 1);
	if (!ev->system || !ev->name) {
		fail_mem(err);
		goto fail;
	}
	if (!is_name(ev->system) || !is_name(ev->name)) {
		fail(err, ERR_USAGE,
		     "event %s is not of the form SYSTEM:NAME, as "
		     "raw_syscalls:sys_enter",
		     word);
		goto fail;
	}
	err->code = ERR_NONE;
	if (!read_id(ev, err))
		return 0;
	if (err->code == ERR_NOENT)
		fail_unknown(word, err);
fail:
	tracefs_event_release(ev);
	return -1;
}

void tracefs_event_release(struct tracefs_event *ev)
{
	free(ev->system);
	free(ev->name);
	free(ev->format);
	*ev = (struct tracefs_event){ 0 };
}
