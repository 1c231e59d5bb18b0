#include "report/callsource.h"
#include "common/tracepoint.h"
#include "report/callnr.h"
#include "report/window.h"

#include <stdlib.h>
#include <string.h>

static void find_args(struct call_source *source, const struct tp_format *tp)
{
	const struct tp_field *args = tp_find_field(tp, "args");

	if (args && args->size == CALL_ARGS * sizeof(uint64_t)) {
		source->args = args->offset;
		source->nr_args = CALL_ARGS;
	} else if (strcmp(tp->system, "raw_syscalls") != 0) {
		/* Of an event of one call they are all fields behind the number, 8 bytes each. */
		source->args = ALIGN_UP(source->nr + source->nr_size, 8);
		for (uint32_t i = 0; i < tp->nr_fields && source->nr_args < CALL_ARGS; i++)
			source->nr_args += tp->fields[i].size == sizeof(uint64_t) &&
					   tp->fields[i].offset >= source->args;
	}
}

static bool is_named(const struct tp_format *tp, const char *start)
{
	return !strncmp(tp->name, start, strlen(start));
}

static void add_source(struct call_source *source, const struct event *event)
{
	const struct tp_field *nr = event->tp ? callnr_field(event->tp) : NULL, *ret;

	if (!nr)
		return;
	source->nr = nr->offset;
	source->nr_size = nr->size;
	ret = tp_find_field(event->tp, "ret");
	if (is_named(event->tp, "sys_exit") && ret && (ret->size == 4 || ret->size == 8)) {
		source->exit = true;
		source->ret = ret->offset;
		source->ret_size = ret->size;
		source->need = MAX(nr->offset + nr->size, ret->offset + ret->size);
	} else if (is_named(event->tp, "sys_enter")) {
		source->enter = true;
		find_args(source, event->tp);
		source->need = MAX(nr->offset + nr->size,
				   source->args + source->nr_args * (uint32_t)sizeof(uint64_t));
	}
}

static int check_event(const struct session *s, const struct event *event, struct err *err)
{
	if (!event->layout.time)
		return fail(err, ERR_DATA,
			    "%s: the samples of %s have no time; record with rec, or perf record "
			    "--timestamp",
			    s->file.path, event->name);
	if (!event->layout.tid)
		return fail(err, ERR_DATA, "%s: the samples of %s do not say whose they are",
			    s->file.path, event->name);
	return 0;
}

/* Whole calls are of both. */
static bool wants(unsigned want, enum callstream_want half)
{
	return want & half || !(want & (WANT_ENTERS | WANT_EXITS));
}

static bool is_wanted(unsigned want, const struct call_source *source)
{
	return (source->enter && wants(want, WANT_ENTERS)) ||
	       (source->exit && wants(want, WANT_EXITS));
}

/* Not all that is wanted is there. */
static int fail_missing(unsigned want, const struct session *s, bool enter, bool exit,
			struct err *err)
{
	const bool no_enter = wants(want, WANT_ENTERS) && !enter,
		   no_exit = wants(want, WANT_EXITS) && !exit;

	if (s->filter.events)
		return fail(err, ERR_USAGE,
			    "option --event: leaves out %s%s%s, which this report needs; "
			    "--syscalls and --pid choose calls",
			    no_enter ? "sys_enter" : "", no_enter && no_exit ? " and " : "",
			    no_exit ? "sys_exit" : "");
	return fail(err, ERR_DATA, "%s: has no %s events; record with rec%s%s", s->file.path,
		    no_exit && !no_enter ? "raw_syscalls:sys_exit" : "raw_syscalls:sys_enter",
		    wants(want, WANT_ENTERS) ? " -e raw_syscalls:sys_enter" : "",
		    wants(want, WANT_EXITS) ? " -e raw_syscalls:sys_exit" : "");
}

/* Fills @sources. Returns 0, or -1. */
static int find_sources(struct call_source *sources, const struct session *s, unsigned want,
			struct err *err)
{
	bool enter = false, exit = false;

	for (uint32_t i = 0; i < s->file.nr_events; i++) {
		struct call_source *source = &sources[i];

		if (s->filter.events && !s->filter.events[i])
			continue; /* --event: its samples will not come */
		add_source(source, &s->file.events[i]);
		if (!is_wanted(want, source))
			*source = (struct call_source){ 0 };
		enter |= source->enter;
		exit |= source->exit;
		if ((source->enter || source->exit) && check_event(s, &s->file.events[i], err))
			return -1;
	}
	if (wants(want, WANT_ENTERS) > enter || wants(want, WANT_EXITS) > exit)
		return fail_missing(want, s, enter, exit, err);
	return 0;
}

struct call_source *call_sources_new(const struct session *s, unsigned want, struct err *err)
{
	struct call_source *sources = calloc(s->file.nr_events, sizeof(*sources));

	if (!sources) {
		fail_mem(err);
		return NULL;
	}
	if (!find_sources(sources, s, want, err))
		return sources;
	free(sources);
	return NULL;
}
