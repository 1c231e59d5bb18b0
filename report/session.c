#include "report/session.h"
#include "common/dir.h"
#include "common/formats.h"
#include "common/guess.h"
#include "common/inorder.h"
#include "common/io.h"
#include "common/util.h"
#include "report/blocks.h"
#include "report/progress.h"
#include "report/several.h"
#include "report/tell.h"

#include <stdio.h>
#include <stdlib.h>

/* All but the filter. */
static int open_file(struct session *s, const char *path, struct err *err)
{
	int rc = 0;

	*s = (struct session){ 0 };
	if (file_open(&s->file, path, err))
		return -1;
	s->loss.by_event = calloc(s->file.nr_events, sizeof(uint64_t));
	if (!s->loss.by_event)
		rc = fail_mem(err);
	if (!rc && formats_missing(&s->file) && !s->file.sequential)
		rc = guess_formats(&s->file, &s->nr_guessed, err);
	if (rc)
		session_close(s);
	return rc;
}

int session_open(struct session *s, const char *path, const struct filter_words *filter,
		 struct err *err)
{
	return session_open_all(s, 1, &path, filter, false, err);
}

static void warn_of_clocks(const struct session *lacking)
{
	tell_warning("%s: does not say what the time of day was, so files of several hosts or "
		     "clocks are put in the order of times that need not fit; record with rec, or "
		     "perf record -k mono",
		     lacking->file.path);
}

/*
 * What --time means of each is that of all, where this can be said. Returns 1 with *@whole set, on the
 * clock that all share for shares; 0: each is for itself; or -1. @related: their times can be compared.
 */
static int find_whole(struct session *all, uint32_t nr, const char *time, bool related,
		      struct time_window *whole, struct err *err)
{
	if (!time || nr == 1)
		return 0;
	if (times_has_shares(time) && related)
		return several_span(all, nr, whole, err) ? -1 : 1;
	return times_is_wall(time) && several_day(all, nr, whole);
}

static int init_filters(struct session *all, uint32_t nr, const struct filter_words *words,
			bool related, struct err *err)
{
	struct time_window whole = { 0 };
	int found = find_whole(all, nr, words->time, related, &whole, err);

	if (found < 0)
		return -1;
	for (uint32_t i = 0; i < nr; i++) {
		struct session *s = &all[i];
		struct time_window own = whole;

		if (found && times_has_shares(words->time))
			own = (struct time_window){ several_to_own(s, whole.first),
						    several_to_own(s, whole.last) };
		if (filter_init(&s->filter, words, &s->file, found ? &own : NULL, err))
			return -1;
	}
	return 0;
}

/* What is known of each, and of all together; when that fails they are closed. */
static int relate(struct session *all, uint32_t nr, const struct filter_words *filter,
		  bool compares, struct err *err)
{
	const struct session *lacking = several_relate(all, nr);

	if (lacking && compares)
		warn_of_clocks(lacking);
	if (!init_filters(all, nr, filter, !lacking, err))
		return 0;
	session_close_all(all, nr);
	return -1;
}

int session_open_all(struct session *all, uint32_t nr, const char *const *paths,
		     const struct filter_words *filter, bool compares, struct err *err)
{
	if (nr > 1)
		io_allow_files(nr);
	for (uint32_t i = 0; i < nr; i++) {
		if (open_file(&all[i], paths[i], err)) {
			session_close_all(all, i);
			return -1;
		}
	}
	return relate(all, nr, filter, compares, err);
}

/* Returns how many; with none of them @err is that of the last one. */
static uint32_t open_some(struct session *all, uint32_t nr, const char *const *paths, int *status,
			  struct err *err)
{
	uint32_t nr_open = 0;
	bool failed = false;

	for (uint32_t i = 0; i < nr; i++) {
		if (failed) /* the last one is told at the end */
			tell_error(err);
		failed = open_file(&all[nr_open], paths[i], err);
		if (failed)
			*status = MAX(*status, err_status(err));
		nr_open += !failed;
	}
	if (failed && nr_open)
		tell_error(err);
	return nr_open;
}

int session_open_some(struct session *all, uint32_t *nr, const char *const *paths,
		      const struct filter_words *filter, bool compares, int *status,
		      struct err *err)
{
	uint32_t nr_open;

	if (*nr > 1)
		io_allow_files(*nr);
	nr_open = open_some(all, *nr, paths, status, err);
	for (uint32_t i = 0; i < nr_open; i++)
		all[i].nr_missing = *nr - nr_open;
	*nr = nr_open;
	return nr_open ? relate(all, nr_open, filter, compares, err) : -1;
}

void session_close(struct session *s)
{
	filter_release(&s->filter);
	free(s->loss.by_event);
	tasks_release(&s->tasks);
	file_close(&s->file);
	s->loss = (struct loss){ 0 };
}

void session_close_all(struct session *all, uint32_t nr)
{
	while (nr--)
		session_close(&all[nr]);
}

void session_note(struct session *s, const struct perf_event_header *rec)
{
	if (rec->type == PERF_RECORD_LOST && rec->size >= sizeof(struct record_lost)) {
		s->loss.lost_records += ((const struct record_lost *)rec)->lost;
	} else if (rec->type == PERF_RECORD_LOST_SAMPLES &&
		   rec->size >= sizeof(struct record_lost_samples) &&
		   !(rec->misc & MISC_LOST_SAMPLES_BPF)) {
		const struct event *event = file_event(&s->file, rec);

		s->loss.exact = true;
		*(event ? &s->loss.by_event[event->idx] : &s->loss.unknown) +=
			((const struct record_lost_samples *)rec)->lost;
	}
}

static void add_loss(struct loss *sum, const struct loss *part, uint32_t nr_events)
{
	sum->lost_records += part->lost_records;
	sum->unknown += part->unknown;
	sum->exact |= part->exact;
	for (uint32_t i = 0; i < nr_events; i++)
		sum->by_event[i] += part->by_event[i];
}

int session_split(struct session *part, const struct session *s, struct err *err)
{
	*part = (struct session){
		.file = s->file,
		.idx = s->idx,
		.host = s->host,
		.shift_ns = s->shift_ns,
		.filter = s->filter,
	};
	part->loss.by_event = calloc(s->file.nr_events, sizeof(uint64_t));
	return part->loss.by_event ? 0 : fail_mem(err);
}

void session_join(struct session *s, struct session *part)
{
	if (part->loss.by_event)
		add_loss(&s->loss, &part->loss, s->file.nr_events);
	s->nr_unknown_ids += part->nr_unknown_ids;
	s->nr_malformed += part->nr_malformed;
	session_forget(part);
}

void session_forget(struct session *part)
{
	free(part->loss.by_event);
	*part = (struct session){ 0 };
}

uint64_t session_lost(const struct session *s, const struct event *event)
{
	uint64_t sum = s->loss.unknown;

	if (!s->loss.exact)
		return s->loss.lost_records;
	for (uint32_t i = 0; i < s->file.nr_events; i++)
		if (!event || s->file.events[i].tp == event->tp)
			sum += s->loss.by_event[i];
	return sum;
}

/* The ordered way: what the merger's callback needs. */
struct ordered {
	struct session *session;
	struct consumer *consumer;
	bool *stop;  /* of all files */
	uint64_t id; /* of the event that was looked up last */
	const struct event *event;
};

/* As file_event(). What lay in a ring lies in one piece, so most records have the id of the last. */
static const struct event *find_event(struct ordered *o, const struct perf_event_header *rec)
{
	const struct perf_file *file = &o->session->file;
	uint64_t id = record_id(&file->events[0].layout, rec);

	if (unlikely(!o->event || id != o->id)) {
		o->event = file_event(file, rec);
		o->id = id;
	}
	return o->event;
}

/* A block of one record, for a consumer of blocks that has to be fed in order. */
static int give_alone(struct ordered *o, const struct perf_event_header *rec, uint64_t off,
		      struct err *err)
{
	const char *at = (const char *)rec;
	struct block b = { .start = at, .at = at, .end = at + rec->size, .off = off };

	return o->consumer->add_block(o->consumer, o->session, &b, err);
}

/* Returns false when it is not whole. */
static bool parse_sample(const struct consumer *c, struct sample *s, const struct event *event,
			 const struct perf_event_header *rec)
{
	if (c->unparsed)
		return sample_is_whole(&event->layout, &event->attr, rec);
	return !sample_parse(s, &event->layout, &event->attr, rec);
}

static int give_sample(struct ordered *o, const struct perf_event_header *rec, uint64_t off,
		       const struct event *event, struct err *err)
{
	struct ordered_sample os; /* not zeroed: that takes longer than what is done here */
	int rc;

	os.session = o->session;
	os.rec = rec;
	os.event = event;
	if (!parse_sample(o->consumer, &os.sample, event, rec)) {
		o->session->nr_malformed += event->layout.parsable;
		return 0;
	}
	os.comm = tasks_comm(&o->session->tasks, sample_tid(&event->layout, rec), &os.comm_id, err);
	if (!os.comm)
		return -1;
	if (!filter_takes_comm(&o->session->filter, os.comm) &&
	    !filter_is_late(&o->session->filter, event))
		return 0;
	if (!o->consumer->add_sample)
		return give_alone(o, rec, off, err);
	rc = o->consumer->add_sample(o->consumer, o->session, &os, err);
	*o->stop |= o->session->stop;
	return rc;
}

static int give_record(struct ordered *o, const struct perf_event_header *rec, uint64_t off,
		       const struct event *event, struct err *err)
{
	if (rec->type == PERF_RECORD_SAMPLE)
		return give_sample(o, rec, off, event, err);
	if (o->consumer->add_sample)
		session_note(o->session, rec);
	else if (give_alone(o, rec, off, err))
		return -1;
	if (o->consumer->see_record)
		o->consumer->see_record(o->consumer, o->session, rec);
	return tasks_note(&o->session->tasks, rec, err);
}

static int give(void *arg, const struct order_entry *e, struct err *err)
{
	struct ordered *o = arg;

	return give_record(o, e->rec, e->off, &o->session->file.events[e->tag], err);
}

/*
 * What becomes of a record on the ordered way: returns 1 when it is to be given under its time, 0
 * when all is done that was to be done; or -1. @ask: see inorder.h; several threads do.
 */
static int look(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		uint64_t *time_ns, uint16_t *event_idx, struct err *err)
{
	struct ordered *o = arg;
	struct session *s = o->session;
	const struct event *event;
	uint64_t nr_malformed = 0;

	if (rec->type >= RECORD_USER_FIRST)
		return o->consumer->add_sample ? 0
		       : ask		       ? INORDER_ACTS
					       : give_alone(o, rec, off, err);
	event = ask ? file_event(&s->file, rec) : find_event(o, rec); /* which one thread may use */
	if (!event) {
		if (ask)
			return INORDER_ACTS;
		s->nr_unknown_ids += rec->type == PERF_RECORD_SAMPLE;
		session_note(s, rec);
		return 0;
	}
	if (o->consumer->see_ahead && !ask)
		o->consumer->see_ahead(o->consumer, s, rec, event);
	if (s->filter.by_sample && rec->type == PERF_RECORD_SAMPLE &&
	    !filter_takes(&s->filter, event, rec, &nr_malformed)) {
		if (ask)
			return nr_malformed ? INORDER_ACTS : 0;
		s->nr_malformed += nr_malformed;
		return 0;
	}
	*event_idx = event->idx;
	*time_ns = record_time(&event->layout, rec);
	if (*time_ns && *time_ns != UINT64_MAX) {
		if (s->shift_ns)
			*time_ns = several_to_common(s, *time_ns);
		return 1;
	}
	/* Time 0 is "before everything"; such records do not wait. */
	return ask ? INORDER_ACTS : give_record(o, rec, off, event, err);
}

/* What finish() is to know of how the reading ended. */
static void settle(struct session *s, uint64_t read_end, int rc)
{
	s->partial = rc || s->stop || s->file.unfinished;
	s->bytes = s->file.sequential	     ? read_end
		   : dir_has_parts(&s->file) ? dir_bytes(&s->file)
					     : s->file.size;
}

/*
 * Takes account of how the reading of a file ended: @rc of all, @read of this one. Returns 0, or -1
 * with its damage in @err.
 */
static int settle_ordered(struct ordered *o, const struct inorder_source *read, int rc,
			  struct err *err)
{
	struct session *s = o->session;

	s->stop |= *o->stop;
	s->failed = rc;
	if (!rc && read->damage.code && !s->stop) {
		*err = read->damage;
		rc = -1;
	}
	s->nr_late = read->nr_late;
	s->cut_record = read->cut_record;
	s->zeros = read->zeros;
	memcpy(s->nr_compressed, read->nr_compressed, sizeof(s->nr_compressed));
	settle(s, read->read_end, rc);
	return rc;
}

static void begin_ordered(struct ordered *o, struct inorder_source *source, struct session *s,
			  struct consumer *c, bool *stop)
{
	*o = (struct ordered){ .session = s, .consumer = c, .stop = stop };
	*source = (struct inorder_source){ .file = &s->file, .arg = o };
	if (s->file.first_ns)
		source->first_ns = several_to_common(s, s->file.first_ns);
}

/*
 * As one, in the order of time. Returns 0, or -1: with the first damage in @err, others in their
 * sessions; or, with failed of the first session, that was the end.
 */
static int run_ordered(struct session *all, uint32_t nr, struct consumer *c, struct err *err)
{
	const struct inorder_client client = {
		.look = look,
		.give = give,
		.stop = &all->stop,
		/* Scripts, which may fork, ask for samples; and several files have enough to read. */
		.threads = c->add_block || (c->no_fork && nr == 1),
	};
	struct inorder_source *sources = calloc(nr, sizeof(*sources));
	struct ordered *o = calloc(nr, sizeof(*o));
	struct err failure = { 0 };
	int failed = sources && o ? 0 : fail_mem(&failure), rc = 0;

	for (uint32_t i = 0; !failed && i < nr; i++)
		begin_ordered(&o[i], &sources[i], &all[i], c, &all->stop);
	if (!failed)
		failed = inorder_read(sources, nr, &client, &failure);
	for (uint32_t i = 0; o && sources && i < nr; i++)
		if (settle_ordered(&o[i], &sources[i], failed, rc ? &all[i].damage : err))
			rc = -1;
	all->failed = failed;
	if (failed)
		*err = failure;
	free(sources);
	free(o);
	return rc;
}

static bool needs_order(const struct session *s, const struct consumer *c)
{
	return c->add_sample || s->filter.words.comms || (c->by_rounds && dir_has_parts(&s->file));
}

/* How many bytes will be read; 0: nobody knows. */
static uint64_t bytes_to_read(const struct session *s, const struct consumer *c)
{
	if (s->file.sequential)
		return 0;
	if (dir_has_parts(&s->file)) /* in order they are read twice: see inorder.h */
		return dir_bytes(&s->file) * (needs_order(s, c) ? 2 : 1);
	return s->file.size;
}

/* Feeds a file to @c. Returns 0, or -1: it is damaged, or, with s->failed, that was the end. */
static int read_file(struct session *s, struct consumer *c, struct err *err)
{
	uint64_t read_end = 0;
	int rc;

	if (!c->add_block && !c->add_sample) {
		s->partial = s->file.unfinished;
		return 0;
	}
	if (needs_order(s, c))
		return run_ordered(s, 1, c, err);
	rc = blocks_run(s, c, &read_end, err);
	settle(s, read_end, rc);
	return rc;
}

static int read_shown(struct session *s, struct consumer *c, struct err *err)
{
	struct progress progress;
	int rc;

	if (!c->silent)
		return read_file(s, c, err);
	progress_begin(&progress, s->file.path, bytes_to_read(s, c));
	rc = read_file(s, c, err);
	progress_end(&progress);
	return rc;
}

/* What a consumer said of its end, when there is other damage to be told: a line of its own. */
static void tell_late(const struct err *late)
{
	if (late->code)
		tell_error(late);
}

/* @rc: of the files before. Returns what it is now: -1 when one of them was damaged. */
static int run_file(struct session *s, struct consumer *c, int rc, struct err *err)
{
	struct err *damage = rc ? &s->damage : err, late = { 0 };

	if (c->start && c->start(c, s, err)) {
		s->failed = true;
		return -1;
	}
	if (read_shown(s, c, damage))
		rc = -1;
	if (s->failed && damage != err)
		*err = *damage;
	if (!s->failed && c->end)
		s->failed = c->end(c, s, rc ? &late : err);
	tell_late(&late);
	return s->failed ? -1 : rc;
}

/* All files in one order. */
static int run_as_one(struct session *all, uint32_t nr, struct consumer *c, struct err *err)
{
	struct err late = { 0 };
	int rc = 0;

	for (uint32_t i = 0; c->start && i < nr; i++) {
		if (c->start(c, &all[i], err)) {
			all[i].failed = true;
			return -1;
		}
	}
	rc = run_ordered(all, nr, c, err);
	for (uint32_t i = 0; c->end && !all->failed && i < nr; i++)
		all->failed = c->end(c, &all[i], rc ? &late : err);
	tell_late(&late);
	return all->failed ? -1 : rc;
}

static int run_each(struct session *all, uint32_t nr, struct consumer *c, struct err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < nr; i++) {
		rc = run_file(&all[i], c, rc, err);
		if (all[i].failed)
			return -1;
	}
	return rc;
}

static bool any_failed(const struct session *all, uint32_t nr)
{
	while (nr--)
		if (all[nr].failed)
			return true;
	return false;
}

int session_run(struct session *all, uint32_t nr, struct consumer *c, struct err *err)
{
	struct err late = { 0 };
	int rc = c->as_one && nr > 1 ? run_as_one(all, nr, c, err) : run_each(all, nr, c, err);

	if (any_failed(all, nr))
		return -1;
	if (c->finish && c->finish(c, &all[nr - 1], rc ? &late : err))
		rc = -1;
	tell_late(&late);
	return rc;
}

static const char *arch_of(const struct session *s)
{
	return s->file.arch ? s->file.arch : "this machine";
}

int session_same_calls(const struct session *first, const struct session *s, struct err *err)
{
	if (!strcmp(arch_of(first), arch_of(s)))
		return 0;
	return fail(err, ERR_DATA,
		    "%s is of %s and %s of %s, which have other numbers for their calls; one "
		    "report for each",
		    first->file.path, arch_of(first), s->file.path, arch_of(s));
}
