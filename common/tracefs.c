#include "common/tracefs.h"
#include "common/io.h"
#include "common/near.h"
#include "common/rights.h"
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
	struct rights rights;

	tracefs_set_loglevel(TEP_LOG_NONE);
	*dir = tracefs_tracing_dir();
	if (*dir && !access(*dir, F_OK))
		return 0;
	rights_look(&rights);
	return rights_fail_mount(&rights, err);
}

static int fail_read(const char *path, const char *dir, struct err *err)
{
	struct rights rights;

	if (errno == EACCES || errno == EPERM) {
		rights_look(&rights);
		return rights_fail_tracefs(&rights, path, dir, err);
	}
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
		fail_read(path, dir, err);
	return text;
}

/* All events as "system:name"; freed with tracefs_names_free(). */
static char **list_names(size_t *nr)
{
	char **systems = tracefs_event_systems(NULL), **names = NULL;

	*nr = 0;
	for (char **s = systems; s && *s; s++) {
		char **events;

		if (!strcmp(*s, "ftrace"))
			continue; /* what the tracer itself writes: no events for others */
		events = tracefs_system_events(NULL, *s);
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

bool tracefs_has_event(const char *name)
{
	const char *dir, *colon = strchr(name, ':');
	char path[4096];

	if (!colon || tracefs_find(&dir, &(struct err){ 0 }))
		return false;
	snprintf(path, sizeof(path), "%s/events/%.*s/%s/id", dir, (int)(colon - name), name,
		 colon + 1);
	return !access(path, F_OK);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tracefs_event_names(char ***names, size_t *nr, struct err *err)
{
	const char *dir;

	*names = NULL;
	*nr = 0;
	if (tracefs_find(&dir, err))
		return -1;
	*names = list_names(nr);
	if (!*nr) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/events", dir);
		errno = EACCES;
		return fail_read(path, dir, err);
	}
	qsort(*names, *nr, sizeof(**names), by_name);
	return 0;
}

void tracefs_names_free(char **names, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(names[i]);
	free(names);
}

/* "id, args": the fields that a filter may name. */
static void add_fields(const struct tracefs_event *ev, char *text, size_t room)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event;
	struct tep_format_field **fields;
	size_t len = strlen(text);

	/* The formats are this kernel's, so libtraceevent can be trusted with them. */
	if (tep && !tep_parse_event(tep, ev->format, ev->format_len, ev->system) &&
	    (event = tep_find_event_by_name(tep, ev->system, ev->name))) {
		fields = tep_event_fields(event);
		for (int i = 0; fields && fields[i] && len < room; i++)
			len += snprintf(text + len, room - len, "%s%s",
					i ? ", " : "; its fields: ", fields[i]->name);
		free(fields);
	}
	tep_free(tep);
}

void tracefs_filter_error(const struct tracefs_event *ev, const char *filter, int why, char *text,
			  size_t room)
{
	struct tracefs_instance *instance;
	char name[64], *log = NULL, *at;

	snprintf(name, sizeof(name), "recana.%d", (int)getpid());
	instance = tracefs_instance_create(name);
	if (instance) {
		tracefs_event_file_write(instance, ev->system, ev->name, "filter", filter);
		log = tracefs_error_last(instance);
		tracefs_instance_destroy(instance);
		tracefs_instance_free(instance);
	}
	/* "[  12.3] event filter parse error: error: Field not found\n  Command: ..." */
	if (log) /* the filter's text has its own say below */
		log[strcspn(log, "\n")] = 0;
	at = log ? strstr(log, "error: ") : NULL;
	while (at && strstr(at + 1, "error: "))
		at = strstr(at + 1, "error: ");
	snprintf(text, room, "%s", at ? at + 7 : strerror(why));
	free(log);
	add_fields(ev, text, room);
}

static int fail_unknown(const char *word, struct err *err)
{
	char near[256];
	size_t nr;
	char **names = list_names(&nr);
	int found = near_pick(near, sizeof(near), word, (const char *const *)names, nr);

	tracefs_names_free(names, nr);
	if (found)
		return fail(err, ERR_NOENT, "unknown event %s; did you mean %s?", word, near);
	return fail(err, ERR_NOENT,
		    "unknown event %s; rec records tracepoints, which rec list shows", word);
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

uint64_t tracefs_event_id(const char *name)
{
	size_t system = strcspn(name, ":"), len;
	char path[4096], *text;
	uint64_t id = UINT64_MAX;

	if (!name[system])
		return id;
	snprintf(path, sizeof(path), "events/%.*s/%s/id", (int)system, name, name + system + 1);
	text = tracefs_slurp(path, &len, &(struct err){ 0 });
	if (text && *text >= '0' && *text <= '9')
		id = strtoull(text, NULL, 10);
	free(text);
	return id;
}
