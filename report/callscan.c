#include "report/callscan.h"
#include "common/abi.h"

#include <stdlib.h>
#include <string.h>

void callscan_start(struct callscan *c, const struct callscan_of *of)
{
	c->of = *of;
	c->id_off = of->session->file.nr_events > 1 ? of->session->file.events[0].layout.id : 0;
	memset(c->kinds, 0, sizeof(c->kinds));
	slots_clear(&c->locals);
	c->nr_threads = 0;
	callscan_begin(c);
}

void callscan_release(struct callscan *c)
{
	free(c->items);
	free(c->slots);
	free(c->spans);
	free(c->stops);
	free(c->cpus);
	free(c->records);
	free(c->threads);
	slots_clear(&c->locals);
	*c = (struct callscan){ 0 };
}

void callscan_begin(struct callscan *c)
{
	c->used = c->nr = 0;
	c->nr_slots = 0;
	c->nr_spans = 0;
	c->nr_stops = 0;
	c->nr_cpus = 0;
	c->used_records = 0;
	c->first_segment = ++c->segment;
	c->entered = 0;
	c->enter = 0;
	c->first_exit = SIZE_MAX;
	c->open = true;
	c->first_ns = UINT64_MAX;
	c->last_ns = 0;
	c->cpu_ns = 0;
}

/* @at with room for more than @nr of @size bytes. NULL when memory ran out. */
static void *grow(void *at, size_t *room, size_t nr, size_t size, struct err *err)
{
	const size_t more = MAX(2 * *room, nr + 64);
	void *grown = reallocarray(at, more, size);

	if (!grown)
		fail_mem(err);
	else
		*room = more;
	return grown;
}

/* ---- items and stops ---- */

/* Room for one more. NULL when memory ran out. */
static inline void *add_item(struct callscan *c, size_t size, struct err *err)
{
	char *at;

	if (unlikely(c->room - c->used < size)) {
		at = grow(c->items, &c->room, c->used + size, 1, err);
		if (!at)
			return NULL;
		c->items = at;
	}
	at = c->items + c->used;
	c->used += size;
	c->nr++;
	return at;
}

/* NULL when memory ran out. */
static struct scan_stop *add_stop(struct callscan *c, enum scan_stop_kind kind, struct err *err)
{
	struct scan_stop *stop = c->stops;

	if (c->nr_stops == c->room_stops) {
		stop = grow(c->stops, &c->room_stops, c->nr_stops, sizeof(*stop), err);
		if (!stop)
			return NULL;
		c->stops = stop;
	}
	stop += c->nr_stops++;
	*stop = (struct scan_stop){
		.kind = kind,
		.used = c->used,
		.nr = c->nr,
		.nr_spans = c->nr_spans,
		.nr_cpus = c->nr_cpus,
	};
	c->segment++;
	return stop;
}

/* What was found of a CPU is said, before a record that may ask for it, and at the end. */
static int say_cpu(struct callscan *c, struct err *err)
{
	if (!c->cpu_ns)
		return 0;
	if (c->nr_cpus == c->room_cpus) {
		void *more = grow(c->cpus, &c->room_cpus, c->nr_cpus, sizeof(*c->cpus), err);

		if (!more)
			return -1;
		c->cpus = more;
	}
	c->cpus[c->nr_cpus++] = (struct scan_cpu){ c->cpu, c->cpu_ns };
	c->cpu_ns = 0;
	return 0;
}

/* A call's event was in the ring of @cpu. They lie there in one piece. */
static inline int note_event(struct callscan *c, uint32_t cpu, uint64_t time, struct err *err)
{
	c->first_ns = MIN(c->first_ns, time);
	c->last_ns = MAX(c->last_ns, time);
	if (unlikely(c->cpu != cpu)) {
		if (say_cpu(c, err))
			return -1;
		c->cpu = cpu;
	}
	c->cpu_ns = MAX(c->cpu_ns, time);
	return 0;
}

/* ---- threads ---- */

static int add_thread(struct callscan *c, uint32_t pid, uint32_t tid, struct err *err)
{
	if (c->nr_threads == c->room_threads) {
		void *more =
			grow(c->threads, &c->room_threads, c->nr_threads, sizeof(*c->threads), err);

		if (!more)
			return -1;
		c->threads = more;
	}
	c->threads[c->nr_threads++] =
		(struct scan_thread){ .pid = pid, .tid = tid, .slot = SLOT_UNKNOWN };
	return 0;
}

/* The local number of a thread; NO_SLOT when there are too many. */
static inline int find_thread(struct callscan *c, uint32_t pid, uint32_t tid, uint32_t *local,
			      struct err *err)
{
	if (slots_get(&c->locals, tid, local, err))
		return -1;
	return likely(c->locals.nr == c->nr_threads) ? 0 : add_thread(c, pid, tid, err);
}

static int add_slot(struct callscan *c, struct err *err)
{
	if (c->nr_slots == c->room_slots) {
		void *more = grow(c->slots, &c->room_slots, c->nr_slots, sizeof(*c->slots), err);

		if (!more)
			return -1;
		c->slots = more;
	}
	c->slots[c->nr_slots++] = SLOT_UNKNOWN;
	return 0;
}

/* The thread @local has something of this segment. */
static int add_span(struct callscan *c, uint32_t local, struct err *err)
{
	struct scan_thread *t = &c->threads[local];

	if (t->segment < c->first_segment) {
		if (add_slot(c, err))
			return -1;
		t->number = c->nr_slots - 1;
	}
	if (c->nr_spans == c->room_spans) {
		void *more = grow(c->spans, &c->room_spans, c->nr_spans, sizeof(*c->spans), err);

		if (!more)
			return -1;
		c->spans = more;
	}
	t->segment = c->segment;
	t->span = c->nr_spans++;
	c->spans[t->span] =
		(struct span){ .thread = local, .slot = t->number, .first_ns = UINT64_MAX };
	return 0;
}

/* What the thread has of this segment. NULL when memory ran out. */
static inline struct span *span_of(struct callscan *c, uint32_t local, struct err *err)
{
	if (unlikely(c->threads[local].segment != c->segment) && add_span(c, local, err))
		return NULL;
	return &c->spans[c->threads[local].span];
}

static inline void note_span(struct span *s, uint64_t time)
{
	s->unsorted |= time < s->newest_ns;
	s->first_ns = MIN(s->first_ns, time);
	s->newest_ns = MAX(s->newest_ns, time);
}

/* ---- calls ---- */

/* Does an exit lie directly behind its enter? Only where nobody took out what was in between. */
static inline bool is_next(const struct callscan *c, uint32_t slot, uint32_t cpu)
{
	return c->entered == callscan_mark(slot, cpu) && !c->of.session->filter.by_sample;
}

/*
 * The exit @nr of what entered last: that becomes the whole call, if it is the last item. One of another number
 * is none of it, but for that of sigreturn, which pair.h knows.
 */
static inline bool complete(struct callscan *c, int64_t nr, int64_t ret, uint64_t time)
{
	struct happening *h = (struct happening *)(c->items + c->enter);

	if (c->nr_stops && c->stops[c->nr_stops - 1].used > c->enter)
		return false; /* the exit is not of the round that the enter is of, perhaps */
	if (c->enter + happening_size(h, c->of.want & WANT_ARGS) != c->used || h->nr != nr ||
	    h->time > time || c->of.want & (WANT_ENTERS | WANT_EXITS))
		return false;
	h->kind = TASK_CALLED;
	h->start_ns = h->time;
	h->time = time;
	h->value = ret;
	return true;
}

static void copy_args(const struct call_source *source, const char *raw, uint64_t args[CALL_ARGS])
{
	memset(args, 0, CALL_ARGS * sizeof(*args));
	memcpy(args, raw + source->args, source->nr_args * sizeof(*args));
}

static int add_enter(struct callscan *c, const struct call_source *source, uint32_t slot,
		     uint32_t cpu, uint64_t time, const char *raw, struct err *err)
{
	const size_t args_size = c->of.want & WANT_ARGS ? CALL_ARGS * sizeof(uint64_t) : 0;
	struct happening *h = add_item(c, sizeof(*h) + args_size, err);

	if (!h)
		return -1;
	*h = (struct happening){
		.time = time,
		.nr = call_source_number(raw + source->nr, source->nr_size),
		.slot = slot,
		.cpu = cpu,
		.kind = TASK_ENTERS,
	};
	if (args_size)
		copy_args(source, raw, (uint64_t *)(h + 1));
	c->entered = callscan_mark(slot, cpu);
	c->enter = (char *)h - c->items;
	c->open = false;
	return 0;
}

static int add_exit(struct callscan *c, const struct call_source *source, uint32_t slot,
		    uint32_t cpu, uint64_t time, const char *raw, struct err *err)
{
	const int64_t nr = call_source_number(raw + source->nr, source->nr_size);
	const int64_t ret = call_source_number(raw + source->ret, source->ret_size);
	const bool next = is_next(c, slot, cpu), first = c->open;
	struct happening *h;

	c->entered = 0;
	c->open = false;
	if (next && complete(c, nr, ret, time))
		return 0;
	h = add_item(c, sizeof(*h), err);
	if (!h)
		return -1;
	*h = (struct happening){
		.time = time,
		.nr = nr,
		.value = ret,
		.slot = slot,
		.cpu = cpu,
		.kind = TASK_LEAVES,
		.next = next,
	};
	if (first)
		c->first_exit = (char *)h - c->items;
	return 0;
}

/* exec by a thread, which goes on as the first one of its process: what happens to both depends on it. */
static int tie_exec(struct callscan *c, uint32_t local, uint32_t pid, uint64_t time,
		    struct err *err)
{
	struct scan_stop *stop;
	uint32_t first;

	if (find_thread(c, pid, pid, &first, err))
		return -1;
	if (first == NO_SLOT)
		return 0;
	stop = add_stop(c, STOP_TIE, err);
	if (!stop)
		return -1;
	stop->time = time;
	stop->thread[0] = local;
	stop->thread[1] = first;
	return 0;
}

static bool is_exec(const struct callscan *c, const struct call_source *source, const char *raw)
{
	const int64_t nr = call_source_number(raw + source->nr, source->nr_size);

	return source->enter && (nr == c->of.exec_nr || nr == c->of.execveat_nr);
}

/* A sample of a call, with the bytes @raw. */
static inline int add_event(struct callscan *c, const struct call_source *source, uint32_t pid,
			    uint32_t tid, uint32_t cpu, uint64_t time, const char *raw,
			    struct err *err)
{
	struct span *span;
	uint32_t local;

	cpu = MIN(cpu, HAPPENING_NO_CPU);
	if (find_thread(c, pid, tid, &local, err))
		return -1;
	if (unlikely(local == NO_SLOT))
		return 0;
	if (note_event(c, cpu, time, err))
		return -1;
	span = span_of(c, local, err);
	if (!span)
		return -1;
	note_span(span, time);
	if (source->enter ? add_enter(c, source, span->slot, cpu, time, raw, err)
			  : add_exit(c, source, span->slot, cpu, time, raw, err))
		return -1;
	return unlikely(pid != tid) && is_exec(c, source, raw) ? tie_exec(c, local, pid, time, err)
							       : 0;
}

/* ---- records ---- */

/* Where the kind of the sample at @at is, or would be; there are id_off + 8 bytes of it. */
static struct call_kind *kind_at(struct callscan *c, const char *at)
{
	uint64_t key = load_u64(at) ^ (c->id_off ? load_u64(at + c->id_off) : 0);

	return &c->kinds[key * 0x9e3779b97f4a7c15 >> (64 - __builtin_ctz(CALL_KINDS))];
}

/* Not one more of a known kind. */
static int add_sample(struct callscan *c, struct session *s, const struct perf_event_header *rec,
		      struct err *err)
{
	const struct event *event = file_event(&s->file, rec);
	const struct call_source *source = event ? &c->of.sources[event->idx] : NULL;
	const struct sample_layout *l = event ? &event->layout : NULL;
	struct sample sample;

	if (!event) {
		s->nr_unknown_ids++;
		return 0;
	}
	if (!source->need) {
		s->nr_malformed += sample_is_cut(l, &event->attr, rec);
		return 0;
	}
	if (sample_parse(&sample, l, &event->attr, rec) || sample.raw_size < source->need) {
		s->nr_malformed += l->parsable;
		return 0;
	}
	if (sample_raw(l, rec, source->need))
		*kind_at(c, (const char *)rec) = (struct call_kind){
			.header = record_header(rec),
			.id = load_u64((const char *)rec + c->id_off),
			.raw_size = sample.raw_size,
			.size = rec->size,
			.raw = l->raw,
			.tid = l->tid,
			.time = l->time,
			.cpu = l->cpu,
			.source = *source,
		};
	return add_event(c, source, sample.pid, sample.tid, sample.cpu, sample.time, sample.raw,
			 err);
}

/* The hot path: samples of kinds that are known. *@at moves behind them. */
static int add_known(struct callscan *c, const char **at, const char *end, struct err *err)
{
	const uint32_t id_off = c->id_off;

	while (end - *at >= (ptrdiff_t)(id_off + sizeof(uint64_t))) {
		const char *r = *at;
		const struct call_kind *kind = kind_at(c, r);

		/* Zeros are no record, and like a kind that is not in use. */
		if (!kind->header || load_u64(r) != kind->header ||
		    load_u64(r + id_off) != kind->id || end - r < kind->size ||
		    load_u32(r + kind->raw) != kind->raw_size)
			break;
		if (add_event(c, &kind->source, load_u32(r + kind->tid),
			      load_u32(r + kind->tid + 4),
			      kind->cpu ? load_u32(r + kind->cpu) : UINT32_MAX,
			      load_u64(r + kind->time), r + kind->raw + 4, err))
			return -1;
		*at += kind->size;
	}
	return 0;
}

/* What the whole of the file has to be known for. */
static int add_other(struct callscan *c, const struct perf_event_header *rec, struct err *err)
{
	const size_t size = ALIGN_UP((size_t)rec->size, 8u);
	struct scan_stop *stop;

	if (say_cpu(c, err))
		return -1;
	if (c->room_records - c->used_records < size) {
		void *more = grow(c->records, &c->room_records, c->used_records + size, 1, err);

		if (!more)
			return -1;
		c->records = more;
	}
	stop = add_stop(c, STOP_RECORD, err);
	if (!stop)
		return -1;
	stop->record = c->used_records;
	memcpy(c->records + c->used_records, rec, rec->size);
	c->used_records += size;
	if (callscan_parts(rec)) {
		c->entered = 0;
		c->open = false;
	}
	return 0;
}

static int add_record(struct callscan *c, struct session *s, const struct perf_event_header *rec,
		      struct err *err)
{
	if (rec->type == PERF_RECORD_SAMPLE)
		return add_sample(c, s, rec, err);
	if (rec->type == RECORD_FINISHED_ROUND)
		return add_stop(c, STOP_ROUND, err) ? 0 : -1;
	return rec->type < RECORD_USER_FIRST ? add_other(c, rec, err) : 0;
}

int callscan_add(struct callscan *c, struct session *s, struct block *b, struct err *err)
{
	const struct perf_event_header *rec;

	do {
		const char *at = b->at;

		if (add_known(c, &at, b->end, err))
			return -1;
		b->at = at;
		rec = block_next(b);
		if (rec && add_record(c, s, rec, err))
			return -1;
	} while (rec);
	return say_cpu(c, err);
}
