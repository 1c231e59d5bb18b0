#include "report/filter.h"
#include "common/near.h"
#include "common/syscall.h"
#include "common/util.h"
#include "report/callnr.h"
#include "report/values.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>

#define COMM_LEN_MAX 15 /* TASK_COMM_LEN without its NUL */
#define NEAR_MAX     4096

static int fail_list(const char *option, const char *list, const char *what, struct err *err)
{
	if (errno == ENOMEM)
		return fail_mem(err);
	return fail(err, ERR_USAGE, "option --%s: %s is no list of %s, as 0,2-3", option, list,
		    what);
}

static int parse_numbers(struct filter *f, struct err *err)
{
	const struct filter_words *w = &f->words;

	if (w->pids && ranges_parse_open(&f->pids, w->pids, INT32_MAX))
		return fail_list("pid", w->pids, "processes", err);
	if (w->tids && ranges_parse_open(&f->tids, w->tids, INT32_MAX))
		return fail_list("tid", w->tids, "threads", err);
	if (w->cpus && ranges_parse_open(&f->cpus, w->cpus, INT32_MAX))
		return fail_list("cpu", w->cpus, "CPUs", err);
	return 0;
}

/* The kernel keeps 15 bytes of a name: a longer one would match nothing, and nobody would know. */
static int check_comms(const char *list, struct err *err)
{
	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (len > COMM_LEN_MAX)
			return fail(err, ERR_USAGE,
				    "option --comm: %.*s: names of tasks have at most %d "
				    "characters, so that is %.*s",
				    (int)len, list, COMM_LEN_MAX, COMM_LEN_MAX, list);
		list += len + (list[len] == ',');
	}
	return 0;
}

/* @what: of which the list has to name one. */
static int check_named(const char *option, const char *list, const char *what, struct err *err)
{
	if (!list || list[strspn(list, ",")])
		return 0;
	return fail(err, ERR_USAGE, "option --%s names no %s", option, what);
}

int filter_check(const struct filter_words *words, struct err *err)
{
	struct filter f = { .words = *words };
	int rc = parse_numbers(&f, err);

	filter_release(&f);
	if (rc || check_named("comm", words->comms, "task", err) ||
	    check_named("event", words->events, "event", err) || check_comms(words->comms, err))
		return -1;
	return words->time ? times_check(words->time, err) : 0;
}

static int fail_no_event(const struct perf_file *file, const char *word, struct err *err)
{
	uint32_t nr = MIN(file->nr_events, NEAR_MAX);
	const char **names = calloc(nr, sizeof(*names));
	char near[256];

	if (!names)
		return fail_mem(err);
	for (uint32_t i = 0; i < nr; i++)
		names[i] = file->events[i].name;
	if (near_pick(near, sizeof(near), word, names, nr))
		fail(err, ERR_USAGE, "option --event: %s has no event %s; did you mean %s?",
		     file->path, word, near);
	else
		fail(err, ERR_USAGE,
		     "option --event: %s has no event %s; ana stats lists those it has", file->path,
		     word);
	free(names);
	return -1;
}

static int want_event(struct filter *f, const struct perf_file *file, const char *word,
		      struct err *err)
{
	bool any = false;

	for (uint32_t i = 0; i < file->nr_events; i++) {
		if (fnmatch(word, file->events[i].name, 0))
			continue;
		f->events[i] = any = true;
	}
	return any ? 0 : fail_no_event(file, word, err);
}

static int find_events(struct filter *f, const struct perf_file *file, struct err *err)
{
	char *list = strdup(f->words.events), *save = NULL;
	int rc = 0;

	f->events = calloc(file->nr_events, sizeof(*f->events));
	if (!list || !f->events)
		rc = fail_mem(err);
	for (char *word = rc ? NULL : strtok_r(list, ",", &save); word && !rc;
	     word = strtok_r(NULL, ",", &save))
		rc = want_event(f, file, word, err);
	free(list);
	return rc;
}

static int find_calls(struct filter *f, const struct perf_file *file, struct err *err)
{
	bool any = false;

	f->calls = malloc(sizeof(*f->calls));
	f->compat = malloc(sizeof(*f->compat));
	f->call_nrs = calloc(file->nr_events, sizeof(*f->call_nrs));
	if (!f->calls || !f->compat || !f->call_nrs)
		return fail_mem(err);
	if (calls_parse(f->calls, f->compat, f->words.syscalls, file->arch, err))
		return -1;
	for (uint32_t i = 0; i < file->nr_events; i++) {
		f->call_nrs[i] = callnr_field(file->events[i].tp);
		any |= f->call_nrs[i] != NULL;
	}
	return any ? 0
		   : fail(err, ERR_DATA, "%s: option --syscalls: no event of it is a system call",
			  file->path);
}

static int compile(struct filter *f, struct perf_file *file, const struct time_window *whole,
		   struct err *err)
{
	const struct filter_words *w = &f->words;

	if (parse_numbers(f, err) || (w->events && find_events(f, file, err)) ||
	    (w->syscalls && find_calls(f, file, err)))
		return -1;
	if (w->time && times_windows(w->time, file, whole, &f->windows, &f->nr_windows, err))
		return -1;
	f->by_sample = w->time || w->pids || w->tids || w->cpus || w->events || w->syscalls;
	return 0;
}

int filter_init(struct filter *f, const struct filter_words *words, struct perf_file *file,
		const struct time_window *whole, struct err *err)
{
	*f = (struct filter){ .words = *words };
	if (!compile(f, file, whole, err))
		return 0;
	filter_release(f);
	return -1;
}

int filter_by_member(struct filter *f, const struct perf_file *file, struct err *err)
{
	if (f->late || (!f->by_sample && !f->words.comms) || !values_in_file(file))
		return 0;
	f->late = calloc(file->nr_events, sizeof(*f->late));
	if (!f->late)
		return fail_mem(err);
	for (uint32_t i = 0; i < file->nr_events; i++)
		f->late[i] = values_has(&file->events[i]);
	return 0;
}

void filter_release(struct filter *f)
{
	ranges_release(&f->pids);
	ranges_release(&f->tids);
	ranges_release(&f->cpus);
	free(f->windows);
	free(f->events);
	free(f->late);
	free(f->calls);
	free(f->compat);
	free(f->call_nrs);
	*f = (struct filter){ 0 };
}

static bool in_windows(const struct filter *f, uint64_t time)
{
	for (uint32_t i = 0; i < f->nr_windows; i++)
		if (time >= f->windows[i].first && time <= f->windows[i].last)
			return true;
	return false;
}

static bool takes_call(const struct filter *f, const struct event *event,
		       const struct perf_event_header *rec, uint64_t *nr_malformed)
{
	const struct tp_field *nr = f->call_nrs[event->idx];
	uint32_t need = nr ? nr->offset + nr->size : 0;
	const void *raw = nr ? sample_raw(&event->layout, rec, need) : NULL;
	struct sample sample;

	if (!nr)
		return false;
	if (raw)
		return calls_has(f->calls, callnr_get(nr, raw));
	if (sample_parse(&sample, &event->layout, &event->attr, rec) || sample.raw_size < need) {
		*nr_malformed += event->layout.parsable;
		return false;
	}
	return calls_has(f->calls, callnr_get(nr, sample.raw));
}

/* Of a sample that is long enough for what is asked for here. */
static bool takes_fixed(const struct filter *f, const struct sample_layout *l, const char *at)
{
	if (f->pids.nr && !(l->tid && ranges_has(&f->pids, load_u32(at + l->tid))))
		return false;
	if (f->tids.nr && !(l->tid && ranges_has(&f->tids, load_u32(at + l->tid + 4))))
		return false;
	if (f->cpus.nr && !(l->cpu && ranges_has(&f->cpus, load_u32(at + l->cpu))))
		return false;
	return !f->windows || (l->time && in_windows(f, load_u64(at + l->time)));
}

/* All but the event. */
static bool takes_sample(const struct filter *f, const struct event *event,
			 const struct perf_event_header *rec, uint64_t *nr_malformed)
{
	if (rec->size < event->layout.fixed_size) {
		(*nr_malformed)++;
		return false;
	}
	return takes_fixed(f, &event->layout, (const char *)rec) &&
	       (!f->calls || takes_call(f, event, rec, nr_malformed));
}

bool filter_takes(const struct filter *f, const struct event *event,
		  const struct perf_event_header *rec, uint64_t *nr_malformed)
{
	if (filter_is_late(f, event))
		return true;
	return (!f->events || f->events[event->idx]) && takes_sample(f, event, rec, nr_malformed);
}

bool filter_takes_member(const struct filter *f, const struct event *event,
			 const struct event *member, const struct perf_event_header *rec,
			 const char *comm)
{
	uint64_t nr_malformed = 0; /* it has been parsed */

	return (!f->events || f->events[member->idx]) &&
	       takes_sample(f, event, rec, &nr_malformed) && (!comm || filter_takes_comm(f, comm));
}

bool filter_lists_comm(const char *names, const char *comm)
{
	const char *at = names;
	size_t len = strlen(comm);

	for (; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, comm, len) && (at[len] == ',' || !at[len]))
			return true;
	}
	return false;
}

bool filter_names_comm(const struct filter *f, const char *comm)
{
	return filter_lists_comm(f->words.comms, comm);
}

void filter_release_whole(struct filter_whole *w)
{
	ranges_release(&w->cpus);
	free(w->calls);
	free(w->compat);
	*w = (struct filter_whole){ 0 };
}

static void add_exec(bool wanted[CALLS_MAX], int64_t nr)
{
	nr = syscall_plain(nr);
	if (nr >= 0 && nr < CALLS_MAX)
		wanted[nr] = true;
}

/* The numbers that may be meant, and execve's. NULL: memory ran out. */
static struct calls *either(const struct calls *calls, const struct calls *compat, const char *arch)
{
	static const char *const execs[] = { "execve", "execveat" };
	struct calls *c = calloc(1, sizeof(*c));
	bool wanted[CALLS_MAX];

	if (!c)
		return NULL;
	for (int nr = 0; nr < CALLS_MAX; nr++)
		wanted[nr] = calls_has(calls, nr) || calls_has(compat, nr);
	for (size_t i = 0; i < ARRAY_SIZE(execs); i++) {
		add_exec(wanted, syscall_number(arch, execs[i]));
		add_exec(wanted, syscall_compat_number(arch, execs[i]));
	}
	c->but = calls->but;
	for (int nr = 0; nr < CALLS_MAX; nr++)
		c->listed[nr] = wanted[nr] != c->but;
	return c;
}

int filter_leave_calls(struct filter *f, const char *arch, struct filter_whole *w, struct err *err)
{
	filter_release_whole(w);
	w->cpus = f->cpus;
	w->comms = f->words.comms;
	f->cpus = (struct ranges){ 0 };
	f->words.comms = NULL;
	if (!f->calls || !syscall_compat_arch(arch))
		return 0;
	w->calls = f->calls;
	w->compat = f->compat;
	f->compat = NULL;
	f->calls = either(w->calls, w->compat, arch);
	return f->calls ? 0 : fail_mem(err);
}

bool filter_takes_whole(const struct filter_whole *w, uint32_t cpu, int64_t nr)
{
	const struct calls *calls = syscall_is_compat(nr) ? w->compat : w->calls;

	return (!w->cpus.nr || ranges_has(&w->cpus, cpu)) &&
	       (!calls || calls_has(calls, syscall_plain(nr)));
}
