#include "record/events.h"
#include "common/syscall.h"
#include "common/tracefs.h"
#include "common/util.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* More take too long to open: the kernel needs some 40 ms to switch a tracepoint on or off. */
#define SINGLE_MAX 4

static int add_spec(struct event_specs *s, const char *name, size_t len, const char *filter,
		    struct err *err)
{
	struct event_spec *specs = realloc(s->specs, (s->nr + 1) * sizeof(*specs));
	struct event_spec *spec;

	if (!specs)
		return fail_mem(err);
	s->specs = specs;
	spec = &specs[s->nr++];
	*spec = (struct event_spec){ .name = strndup(name, len) };
	if (filter)
		spec->filter = strdup(filter);
	return spec->name && (!filter || spec->filter) ? 0 : fail_mem(err);
}

/* One more condition: both must hold. */
static int add_filter(struct event_spec *spec, const char *expr, struct err *err)
{
	char *both = NULL;

	if (spec->filter && asprintf(&both, "(%s) && (%s)", spec->filter, expr) < 0)
		return fail_mem(err);
	if (!spec->filter)
		both = strdup(expr);
	if (!both)
		return fail_mem(err);
	free(spec->filter);
	spec->filter = both;
	return 0;
}

static int add_names(struct event_specs *s, const char *list, struct err *err)
{
	uint32_t before = s->nr;

	while (*list) {
		size_t len = strcspn(list, ","), blank = strspn(list, " "), end = len;

		while (end > blank && list[end - 1] == ' ')
			end--;
		if (end > blank && add_spec(s, list + blank, end - blank, NULL, err))
			return -1;
		list += len + (list[len] == ',');
	}
	if (s->nr == before)
		return fail(err, ERR_USAGE, "option -e needs a name, as " DEFAULT_EVENT);
	return 0;
}

static int add_default(struct event_specs *s, struct err *err)
{
	s->by_default = true;
	return add_names(s, DEFAULT_EVENT, err);
}

static int filter_calls(struct event_specs *s, struct err *err)
{
	char *filter = calls_filter(s->calls, err);
	bool any = false;
	int rc = filter ? 0 : -1;

	for (uint32_t i = 0; i < s->nr && !rc; i++) {
		struct event_spec *spec = &s->specs[i];

		if (strcmp(spec->name, "raw_syscalls:sys_enter") &&
		    strcmp(spec->name, "raw_syscalls:sys_exit"))
			continue;
		any = true;
		rc = add_filter(spec, filter, err);
	}
	free(filter);
	if (rc || any)
		return rc;
	return fail(
		err, ERR_USAGE,
		"option --syscalls: no event of raw_syscalls is recorded; add -e " DEFAULT_EVENT);
}

/*
 * An event for each of a few calls instead of one for all and a filter. Returns 1 when @s has
 * them now, 0 when a call has no event of its own, or -1.
 */
static int single_calls(struct event_specs *s, struct err *err)
{
	int nrs[SINGLE_MAX];
	uint32_t nr = calls_few(s->calls, nrs, SINGLE_MAX);
	struct event_specs to = { 0 };
	int rc = nr && s->by_default && s->nr == 1 && !s->specs[0].filter;

	for (uint32_t i = 0; i < nr && rc > 0; i++) {
		char call[SYSCALL_NAME_MAX], event[SYSCALL_NAME_MAX + 32];

		syscall_name(NULL, nrs[i], call);
		snprintf(event, sizeof(event), "syscalls:sys_enter_%s", call);
		rc = tracefs_has_event(event);
		if (rc && add_spec(&to, event, strlen(event), NULL, err))
			rc = -1;
	}
	if (rc <= 0) {
		events_release(&to);
		return rc;
	}
	events_release(s);
	*s = to;
	return 1;
}

int events_parse(struct event_specs *s, const struct opt_words *words, const char *syscalls,
		 struct err *err)
{
	uint32_t group = 0; /* the first event of the last -e */

	*s = (struct event_specs){ 0 };
	for (size_t i = 0; i < words->nr; i++) {
		if (words->at[i].letter) {
			if (s->by_default)
				return fail(err, ERR_USAGE,
					    "option --filter is for the -e before it, and there is "
					    "none; put it behind -e %s",
					    words->at[i].word);
			group = s->nr;
			if (add_names(s, words->at[i].word, err))
				return -1;
			continue;
		}
		if (!*words->at[i].word)
			return fail(err, ERR_USAGE, "option --filter is empty");
		if (!s->nr && add_default(s, err))
			return -1;
		for (uint32_t k = group; k < s->nr; k++)
			if (add_filter(&s->specs[k], words->at[i].word, err))
				return -1;
	}
	if (!s->nr && add_default(s, err))
		return -1;
	if (!syscalls)
		return 0;
	s->calls = malloc(sizeof(*s->calls));
	return s->calls ? calls_parse(s->calls, NULL, syscalls, NULL, err) : fail_mem(err);
}

void events_release(struct event_specs *s)
{
	for (uint32_t i = 0; i < s->nr; i++) {
		free(s->specs[i].name);
		free(s->specs[i].filter);
	}
	free(s->specs);
	free(s->calls);
	*s = (struct event_specs){ 0 };
}

static int add_match(struct event_specs *to, const struct event_spec *pattern, const char *name,
		     struct err *err)
{
	if (add_spec(to, name, strlen(name), pattern->filter, err))
		return -1;
	to->specs[to->nr - 1].by_pattern = true;
	return 0;
}

static int expand_pattern(struct event_specs *to, const struct event_spec *pattern,
			  char *const *names, size_t nr, struct err *err)
{
	uint32_t before = to->nr;

	for (size_t i = 0; i < nr; i++)
		if (!fnmatch(pattern->name, names[i], 0) && add_match(to, pattern, names[i], err))
			return -1;
	if (to->nr == before)
		return fail(err, ERR_NOENT, "no event is like %s; see: rec list", pattern->name);
	return 0;
}

int events_expand(struct event_specs *s, struct err *err)
{
	struct event_specs to = { 0 };
	char **names = NULL;
	size_t nr = 0;
	int rc = s->calls ? single_calls(s, err) : 0;

	if (rc)
		return rc < 0 ? -1 : 0;
	for (uint32_t i = 0; i < s->nr && !rc; i++) {
		const struct event_spec *spec = &s->specs[i];

		if (!strpbrk(spec->name, "*?[")) {
			rc = add_spec(&to, spec->name, strlen(spec->name), spec->filter, err);
			continue;
		}
		if (!names)
			rc = tracefs_event_names(&names, &nr, err);
		if (!rc)
			rc = expand_pattern(&to, spec, names, nr, err);
	}
	tracefs_names_free(names, nr);
	to.calls = s->calls;
	s->calls = NULL;
	events_release(s);
	*s = to;
	return !rc && s->calls ? filter_calls(s, err) : rc;
}

static bool is_wanted(const char *name, const char *pattern)
{
	if (!pattern)
		return true;
	return strpbrk(pattern, "*?[") ? !fnmatch(pattern, name, 0) : strstr(name, pattern) != NULL;
}

int events_list(const char *pattern, struct err *err)
{
	size_t nr, found = 0;
	char **names;

	if (tracefs_event_names(&names, &nr, err))
		return -1;
	for (size_t i = 0; i < nr; i++) {
		if (!is_wanted(names[i], pattern))
			continue;
		puts(names[i]);
		found++;
	}
	tracefs_names_free(names, nr);
	if (found)
		return 0;
	return fail(err, ERR_NOENT, "no event is like %s; rec list without a word lists all",
		    pattern ? pattern : "*");
}
