/* tracefs.h - what this machine can trace. The only user of libtracefs. */
#ifndef COMMON_TRACEFS_H
#define COMMON_TRACEFS_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A tracepoint of this machine. Strings are owned; free with tracefs_event_release(). */
struct tracefs_event {
	char *system, *name;
	uint64_t id;  /* attr.config; of this boot */
	char *format; /* the text of its format file, NUL behind format_len bytes */
	size_t format_len;
};

/*
 * tracefs_find() - where tracefs is mounted; mounts it when it is not and the right is there.
 * Returns 0 with *@dir set (lives as long as the program), or -1 with ERR_NOENT or ERR_PERM.
 */
int tracefs_find(const char **dir, struct err *err);

/*
 * tracefs_event_read() - look up @word, "system:name".
 * Returns 0, or -1 with ERR_USAGE (not of that form), ERR_NOENT (no such event; the message has
 * near names), ERR_PERM, ERR_IO, ERR_MEM.
 */
int tracefs_event_read(struct tracefs_event *ev, const char *word, struct err *err);
void tracefs_event_release(struct tracefs_event *ev);

/* tracefs_has_event() - is there an event @name, "system:name"? */
bool tracefs_has_event(const char *name);

/* tracefs_event_id() - the id of the event @name, or UINT64_MAX. */
uint64_t tracefs_event_id(const char *name);

/*
 * tracefs_event_names() - all events that can be recorded, as "system:name", in order; freed with
 * tracefs_names_free(). Returns 0, or -1 as tracefs_find(), or with ERR_PERM or ERR_MEM.
 */
int tracefs_event_names(char ***names, size_t *nr, struct err *err);
void tracefs_names_free(char **names, size_t nr);

/*
 * tracefs_filter_error() - why the kernel refuses @filter for @ev: its own words, or what the errno
 * @why says when it has none, and the event's fields, into @text. Asks in an instance of its own, so
 * that nobody else's tracing is touched.
 */
void tracefs_filter_error(const struct tracefs_event *ev, const char *filter, int why, char *text,
			  size_t room);

/*
 * tracefs_slurp() - the text of a file below tracefs, as "events/header_page".
 * Returns malloc()ed bytes with a NUL behind *@len, or NULL with @err filled.
 */
char *tracefs_slurp(const char *name, size_t *len, struct err *err);

#endif
