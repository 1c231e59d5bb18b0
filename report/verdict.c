#include "report/tell.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#define GUESSED "; events that look like raw_syscalls are taken for these"

void verdict_warn(const struct session *s)
{
	const char *path = s->file.path;

	if (s->nr_guessed && !s->file.no_formats && !s->file.tps.bad)
		tell_warning("%s: does not describe its tracepoints%s", path, GUESSED);
	if (s->damage.code)
		tell_error(&s->damage);
	if (s->file.unfinished && s->zeros)
		tell_warning("%s: the recording was not finished (the machine went down); its last "
			     "%" PRIu64 " bytes are zeros, this is all before them",
			     path, s->zeros);
	else if (s->file.unfinished)
		tell_warning("%s: the recording was not finished (its recorder was "
			     "killed, found no space, or still runs); this is all that was "
			     "written%s",
			     path, s->cut_record ? ", the last record was cut" : "");
	if (s->nr_unknown_ids)
		tell_warning("%s: %" PRIu64 " samples belong to no known event and were "
			     "passed over",
			     path, s->nr_unknown_ids);
	if (s->nr_malformed)
		tell_warning("%s: %" PRIu64 " samples do not have the size they should have "
			     "and could not be read",
			     path, s->nr_malformed);
	if (s->tasks.full || s->tasks.comms.full)
		tell_warning("%s: has more tasks than ana remembers (%u); some have no name, or "
			     "?",
			     path, TASKS_MAX);
	if (s->nr_late)
		tell_warning("%s: %" PRIu64 " records came out of order", path, s->nr_late);
}

const char *verdict_name(const struct session *last)
{
	return last->idx ? "all files" : last->file.path;
}

void verdict_none_left(const struct session *last, const char *what)
{
	if (last->filter.by_sample || last->filter.words.comms)
		tell("%s: no %s is left by the filter", verdict_name(last), what);
}

static bool is_cut_behind(const struct perf_file *f)
{
	return f->table_lost && !f->sequential && !f->unfinished && !f->cut;
}

/* The first event whose samples have fields of a newer kernel; or NULL. */
static const struct event *first_unknown(const struct perf_file *f)
{
	for (uint32_t i = 0; i < f->nr_events; i++)
		if (!f->events[i].layout.parsable)
			return &f->events[i];
	return NULL;
}

/* Damage outside of the records: in what describes them. A report that lacks a format says so itself. */
static bool find_damage(const struct session *s, struct err *err)
{
	const struct perf_file *f = &s->file;
	const struct event *unknown = first_unknown(f);

	if (unknown)
		fail(err, ERR_DATA,
		     "%s: event %s: sample_type has bits that nobody knows (%#" PRIx64
		     "), so its samples cannot be read",
		     f->path, unknown->name,
		     (uint64_t)(unknown->attr.sample_type & ~SAMPLE_TYPE_KNOWN));
	else if (f->no_formats)
		fail(err, ERR_DATA, "%s; read without formats of tracepoints%s", f->no_formats,
		     s->nr_guessed ? GUESSED : "");
	else if (f->tps.nr_bad > 1)
		fail(err, ERR_DATA, "%s; read without this format and %u others", f->tps.bad,
		     f->tps.nr_bad - 1);
	else if (f->tps.nr_bad)
		fail(err, ERR_DATA, "%s; read without this format%s", f->tps.bad,
		     s->nr_guessed ? GUESSED : "");
	else if (is_cut_behind(f))
		fail(err, ERR_TRUNC,
		     "%s: offset %#" PRIx64 ": the file was cut behind its records; what describes "
		     "its machine and events is missing",
		     f->path, f->size);
	else
		return false;
	return true;
}

int verdict_tell(const struct session *all, uint32_t nr, int rc, struct err *err)
{
	for (uint32_t i = 0; i < nr; i++) {
		struct err damage;

		verdict_warn(&all[i]);
		if (!find_damage(&all[i], &damage))
			continue;
		if (rc)
			tell_error(&damage);
		else
			*err = damage;
		rc = -1;
	}
	return rc;
}
