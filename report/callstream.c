#include "report/callstream.h"
#include "common/dir.h"

#include <stdlib.h>
#include <string.h>

#define CPUS_MAX \
	65536 /* more than any machine has; the last one stands for those above, and for none */

/* So much waits of what comes in the order of time (consumer.by_rounds). */
#define IN_ORDER 4096

/* Of what comes in the order of time, so many bytes of items are taken at once. */
#define TAKEN_MIN 16384

/* Fewer bytes of items are copied: to keep the memory they are in costs more. */
#define LENT_MIN 1024

/* Of those that a round has settled, at least so many are given behind a block. */
#define GIVEN_MIN 64

static int add_slot(void *arg, uint32_t pid, uint32_t tid, struct err *err)
{
	return pairs_add_slot(&((struct callstream *)arg)->pairs, pid, tid, err);
}

static int add_name(void *arg, const char *name, struct err *err)
{
	return pairs_add_name(&((struct callstream *)arg)->pairs, name, err);
}

void callstream_init(struct callstream *c, const struct pair_client *client, unsigned want)
{
	*c = (struct callstream){ .want = want, .first_ns = UINT64_MAX };
	c->news = (struct tasknews){ .add_slot = add_slot, .add_name = add_name, .arg = c };
	pairs_init(&c->pairs, client);
	c->pairs.halves = want & (WANT_ENTERS | WANT_EXITS);
	c->window = (struct window){ .take = pairs_take,
				     .arg = &c->pairs,
				     .with_args = want & WANT_ARGS };
}

void callstream_release(struct callstream *c)
{
	callscan_release(&c->scan);
	pairs_release(&c->pairs);
	window_release(&c->window);
	tasknews_release(&c->news);
	free(c->sources);
	free(c->cpu_ns);
	free(c->holes);
	*c = (struct callstream){ 0 };
}

/* ---- the files ---- */

/* What lies between two windows of --time was not lost, but nobody sees it either. */
static int add_windows(struct callstream *c, const struct filter *f, struct err *err)
{
	for (uint32_t i = 0; i + 1 < f->nr_windows; i++) {
		uint64_t start = f->windows[i].last, end = f->windows[i + 1].first;

		if (start < end && pairs_add_hole(&c->pairs, start, end, err))
			return -1;
	}
	return 0;
}

static struct callscan_of scan_of(const struct callstream *c)
{
	return (struct callscan_of){
		.session = c->session,
		.sources = c->sources,
		.want = c->want,
		.exec_nr = c->pairs.exec_nr,
		.execveat_nr = c->pairs.execveat_nr,
	};
}

int callstream_start(struct callstream *c, struct session *s, struct err *err)
{
	struct callscan_of of;

	c->session = s;
	if (filter_leave_calls(&s->filter, s->file.arch, &c->pairs.whole_calls, err))
		return -1;
	pairs_start(&c->pairs, s->file.arch, !s->filter.nr_windows);
	c->window.max = dir_has_parts(&s->file) ? IN_ORDER : 0;
	/* Of a stream, what happened is known as soon as that can be. */
	c->window.lazy = !s->file.sequential && !dir_has_parts(&s->file);
	free(c->sources);
	c->sources = call_sources_new(s, c->want, err);
	if (!c->sources)
		return -1;
	of = scan_of(c);
	callscan_start(&c->scan, &of);
	return add_windows(c, &s->filter, err);
}

struct callscan *callstream_scan_new(const struct callstream *c)
{
	const struct callscan_of of = scan_of(c);
	struct callscan *scan = calloc(1, sizeof(*scan));

	if (scan)
		callscan_start(scan, &of);
	return scan;
}

/* ---- items ---- */

static int grow_cpus(struct callstream *c, uint32_t cpu, struct err *err)
{
	uint32_t nr = MIN(MAX(cpu + 1, 2 * c->nr_cpus), CPUS_MAX);
	uint64_t *more = reallocarray(c->cpu_ns, nr, sizeof(*more));

	if (!more)
		return fail_mem(err);
	memset(more + c->nr_cpus, 0, (nr - c->nr_cpus) * sizeof(*more));
	c->cpu_ns = more;
	c->nr_cpus = nr;
	return 0;
}

/* The ring of @cpu had a record of that time. */
static inline int note_cpu(struct callstream *c, uint32_t cpu, uint64_t time, struct err *err)
{
	if (unlikely(cpu >= c->nr_cpus) && grow_cpus(c, cpu, err))
		return -1;
	c->cpu_ns[cpu] = MAX(c->cpu_ns[cpu], time);
	return 0;
}

/* What the thread @local of @scan is here: NO_SLOT when there are too many. */
static inline int find_slot(struct callstream *c, struct callscan *scan, uint32_t local,
			    uint32_t *slot, struct err *err)
{
	struct scan_thread *thread = &scan->threads[local];

	if (unlikely(thread->slot == SLOT_UNKNOWN) &&
	    tasknews_slot(&c->news, thread->pid, thread->tid, &thread->slot, err))
		return -1;
	*slot = thread->slot;
	return 0;
}

/* What happened without a time was made for the file, and is older than all. */
static int take_happening(struct callstream *c, const struct happening *h, const uint64_t *args,
			  struct err *err)
{
	return likely(h->time) ? window_add(&c->window, h, args, err)
			       : pairs_take(&c->pairs, h, args, err);
}

static int say_holes(struct callstream *c, struct err *err)
{
	for (size_t i = 0; i < c->nr_holes; i++)
		if (pairs_add_hole(&c->pairs, c->holes[i].start_ns, c->holes[i].end_ns, err))
			return -1;
	c->nr_holes = 0;
	return 0;
}

/* All that is due is given. What was lost is said then: so calls do not depend on where blocks end. */
static int give_due(struct callstream *c, struct err *err)
{
	return window_give(&c->window, SIZE_MAX, err) || say_holes(c, err) ? -1 : 0;
}

static int add_hole(struct callstream *c, uint64_t start_ns, uint64_t end_ns, struct err *err)
{
	if (!window_has_due(&c->window))
		return pairs_add_hole(&c->pairs, start_ns, end_ns, err);
	if (c->nr_holes == c->room_holes) {
		const size_t room = MAX(2 * c->room_holes, 64);
		struct pair_hole *more = reallocarray(c->holes, room, sizeof(*more));

		if (!more)
			return fail_mem(err);
		c->holes = more;
		c->room_holes = room;
	}
	c->holes[c->nr_holes++] = (struct pair_hole){ start_ns, end_ns };
	return 0;
}

/* Something was lost in front of @time in the ring of @cpu. Where nobody knows that, it is since what was given last. */
static int take_lost(struct callstream *c, uint32_t cpu, uint64_t time, struct err *err)
{
	uint64_t start_ns = cpu < c->nr_cpus ? c->cpu_ns[cpu] : 0;

	if (cpu == HAPPENING_NO_CPU)
		start_ns = c->window.due_ns;
	return start_ns < time ? add_hole(c, start_ns, time, err) : 0;
}

/* What tells of tasks and of losses. */
static int take_record(struct callstream *c, const struct perf_event_header *rec, struct err *err)
{
	const struct event *event = file_event(&c->session->file, rec);
	const struct sample_layout *l = event ? &event->layout : NULL;
	struct happening h = { .time = l ? record_time(l, rec) : 0, .cpu = HAPPENING_NO_CPU };
	int rc = tasknews_take(&c->news, rec, &h, err);

	session_note(c->session, rec);
	if (callscan_parts(rec))
		c->entered = 0;
	if (rc > 0)
		rc = take_happening(c, &h, NULL, err);
	if (rc || !l || !h.time || h.time == UINT64_MAX)
		return rc;
	if (l->tail_cpu)
		h.cpu = MIN(load_u32((const char *)rec + rec->size - l->tail_cpu),
			    HAPPENING_NO_CPU);
	if (rec->type == PERF_RECORD_LOST)
		rc = take_lost(c, h.cpu, h.time, err);
	return rc ? rc : note_cpu(c, h.cpu, h.time, err);
}

static int take_tie(struct callstream *c, struct callscan *scan, const struct scan_stop *stop,
		    struct err *err)
{
	struct happening h = { .kind = TASK_TIED, .cpu = HAPPENING_NO_CPU, .time = stop->time };
	uint32_t other;

	if (find_slot(c, scan, stop->thread[0], &h.slot, err) ||
	    find_slot(c, scan, stop->thread[1], &other, err))
		return -1;
	h.value = other;
	return h.slot == NO_SLOT || other == NO_SLOT ? 0 : take_happening(c, &h, NULL, err);
}

static int take_stop(struct callstream *c, struct callscan *scan, const struct scan_stop *stop,
		     struct err *err)
{
	switch (stop->kind) {
	case STOP_ROUND:
		return give_due(c, err) ? -1 : window_round(&c->window, err);
	case STOP_RECORD:
		return take_record(c,
				   (const struct perf_event_header *)(scan->records + stop->record),
				   err);
	default:
		return take_tie(c, scan, stop, err);
	}
}

/* Items of a scan between two stops. */
struct segment {
	struct callscan *scan;
	struct run run;	  /* its chunk is where they are */
	size_t nr_before; /* items */
	const struct span *spans;
	size_t nr_spans;
	size_t nr_cpus; /* of the scan's, that were noted */
};

/* Says what the slots of the segment's items mean here, and when they were. */
static int find_slots(struct callstream *c, struct segment *s, struct err *err)
{
	s->run.first_ns = UINT64_MAX;
	s->run.newest_ns = 0;
	for (size_t i = 0; i < s->nr_spans; i++) {
		const struct span *span = &s->spans[i];

		if (find_slot(c, s->scan, span->thread, &s->run.chunk->slots[span->slot], err))
			return -1;
		s->run.first_ns = MIN(s->run.first_ns, span->first_ns);
		s->run.newest_ns = MAX(s->run.newest_ns, span->newest_ns);
	}
	return 0;
}

static bool has_item(const struct segment *s, size_t at)
{
	return at >= s->run.from && at < s->run.to;
}

/* The mark of an enter or exit, for comparing enters with exits of other blocks; 0: of none. */
static uint64_t mark_of(const struct segment *s, size_t at)
{
	const struct happening *h = (const struct happening *)(s->run.chunk->items + at);
	const uint32_t slot = s->run.chunk->slots[h->slot];

	return slot == NO_SLOT ? 0 : callscan_mark(slot, h->cpu);
}

/* Each is taken as it is: few of a block, those of a file without times, and those for which there is no room. */
static int take_each(struct callstream *c, const struct segment *s, struct err *err)
{
	for (size_t at = s->run.from; at < s->run.to;) {
		const struct happening *item = (const struct happening *)(s->run.chunk->items + at);
		const size_t size = happening_size(item, c->window.with_args);
		struct happening h = *item;

		h.slot = s->run.chunk->slots[item->slot];
		if (h.slot != NO_SLOT &&
		    take_happening(c, &h, size > sizeof(h) ? (const uint64_t *)(item + 1) : NULL,
				   err))
			return -1;
		at += size;
	}
	return 0;
}

/* @lent: the window may keep the chunk. */
static int take_segment(struct callstream *c, struct segment *s, bool lent, struct err *err)
{
	const struct callscan *scan = s->scan;

	if (find_slots(c, s, err))
		return -1;
	if (has_item(s, scan->first_exit)) {
		const uint64_t mark = mark_of(s, scan->first_exit);
		struct happening *h = (struct happening *)(s->run.chunk->items + scan->first_exit);

		h->next = mark && c->entered == mark && !c->session->filter.by_sample;
	}
	if (scan->entered && has_item(s, scan->enter))
		c->enters = mark_of(s, scan->enter);
	if (!lent || !s->run.first_ns || !window_has_room(&c->window, s->run.nr))
		return take_each(c, s, err);
	return window_add_run(&c->window, &s->run, s->spans, s->nr_spans, err);
}

/* The items up to @end, and what comes next. */
static int take_up_to(struct callstream *c, struct segment *s, const struct scan_stop *end,
		      bool lent, struct err *err)
{
	const size_t first_span = s->spans - s->scan->spans;

	for (; s->nr_cpus < end->nr_cpus; s->nr_cpus++) {
		const struct scan_cpu *cpu = &s->scan->cpus[s->nr_cpus];

		if (note_cpu(c, cpu->cpu, cpu->time, err))
			return -1;
	}
	s->run.to = end->used;
	s->run.nr = end->nr - s->nr_before;
	s->nr_spans = end->nr_spans - first_span;
	if (s->run.nr && take_segment(c, s, lent, err))
		return -1;
	s->run.from = end->used;
	s->nr_before = end->nr;
	s->spans = s->scan->spans + end->nr_spans;
	return 0;
}

static int take_items(struct callstream *c, struct callscan *scan, struct chunk *chunk, bool lent,
		      struct err *err)
{
	const struct scan_stop end = {
		.used = chunk->used,
		.nr = scan->nr,
		.nr_spans = scan->nr_spans,
		.nr_cpus = scan->nr_cpus,
	};
	struct segment s = { .scan = scan, .run = { .chunk = chunk }, .spans = scan->spans };

	for (size_t i = 0; i < scan->nr_stops; i++) {
		const struct scan_stop *stop = &scan->stops[i];

		if (take_up_to(c, &s, stop, lent, err) || take_stop(c, scan, stop, err))
			return -1;
	}
	return take_up_to(c, &s, &end, lent, err);
}

/* The chunk and the scan have each other's memory. */
static void swap_memory(struct callscan *scan, struct chunk *chunk)
{
	const struct chunk had = *chunk;

	chunk->items = scan->items;
	chunk->used = scan->used;
	chunk->room = scan->room;
	chunk->slots = scan->slots;
	chunk->nr_slots = scan->nr_slots;
	chunk->room_slots = scan->room_slots;
	scan->items = had.items;
	scan->used = had.used;
	scan->room = had.room;
	scan->slots = had.slots;
	scan->nr_slots = had.nr_slots;
	scan->room_slots = had.room_slots;
}

/* What is little is copied. */
static int take_few(struct callstream *c, struct callscan *scan, struct err *err)
{
	struct chunk borrowed = {
		.items = scan->items,
		.used = scan->used,
		.slots = scan->slots,
		.nr_slots = scan->nr_slots,
	};

	return take_items(c, scan, &borrowed, false, err);
}

/* The window keeps the memory, which is full of items, and gives the scan other one for it. */
static int take_many(struct callstream *c, struct callscan *scan, struct err *err)
{
	struct chunk *chunk = window_chunk(&c->window);
	int rc;

	if (!chunk)
		return fail_mem(err);
	swap_memory(scan, chunk);
	rc = take_items(c, scan, chunk, true, err);
	window_done(&c->window, chunk);
	return rc;
}

static int take_found(struct callstream *c, struct callscan *scan, struct err *err)
{
	return scan->used < LENT_MIN || scan->used < scan->room / 4 ? take_few(c, scan, err)
								    : take_many(c, scan, err);
}

int callstream_take(struct callstream *c, struct callscan *scan, struct err *err)
{
	const struct pair_client *client = &c->pairs.client;
	const uint64_t settled_ns = c->window.settled_ns;

	/* A round lets many items go. Little by little, as others wait for their turn meanwhile, and in caches. */
	if (take_found(c, scan, err) ||
	    (c->window.lazy && window_give(&c->window, GIVEN_MIN + 2 * scan->nr, err)) ||
	    (!window_has_due(&c->window) && say_holes(c, err)))
		return -1;
	if (!scan->open)
		c->entered = scan->entered ? c->enters : 0;
	c->first_ns = MIN(c->first_ns, scan->first_ns);
	c->last_ns = MAX(c->last_ns, scan->last_ns);
	if (!client->settled || c->window.settled_ns == settled_ns)
		return 0;
	return client->settled(client->arg, c->window.settled_ns, err);
}

static int take_begun(struct callstream *c, struct err *err)
{
	const bool begun = c->begun;

	c->begun = false;
	return begun ? callstream_take(c, &c->scan, err) : 0;
}

int callstream_add(struct callstream *c, struct block *b, struct err *err)
{
	if (!c->begun)
		callscan_begin(&c->scan);
	c->begun = true;
	if (callscan_add(&c->scan, c->session, b, err))
		return -1;
	/* What comes in the order of time comes a few records at a time. */
	return c->window.max == IN_ORDER && c->scan.used < TAKEN_MIN ? 0 : take_begun(c, err);
}

int callstream_end(struct callstream *c, struct err *err)
{
	if (take_begun(c, err) || give_due(c, err) || window_end(&c->window, err) ||
	    pairs_end(&c->pairs, c->last_ns, err))
		return -1;
	c->session->nr_late += c->window.nr_late;
	c->window.nr_late = 0;
	tasknews_end(&c->news);
	c->entered = 0;
	c->nr_cpus = 0;
	c->wall_ns += c->last_ns > c->first_ns ? c->last_ns - c->first_ns : 0;
	c->first_ns = UINT64_MAX;
	c->last_ns = 0;
	return 0;
}

int callstream_forget(struct callstream *c, struct err *err)
{
	const struct callscan_of of = scan_of(c);
	uint32_t slot;

	if (take_begun(c, err) || give_due(c, err) || window_end(&c->window, err) ||
	    pairs_forget(&c->pairs, err))
		return -1;
	slots_clear(&c->news.slots);
	callscan_start(&c->scan, &of);
	c->entered = 0;
	for (uint32_t i = 0; i < c->pairs.nr_slots; i++)
		if (slots_find(&c->news.slots, pairs_tid(&c->pairs, i), &slot, err))
			return -1;
	return 0;
}
