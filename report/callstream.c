#include "report/callstream.h"
#include "common/dir.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX \
	65536 /* more than any machine has; the last one stands for those above, and for none */

/* So much waits of what comes in the order of time (consumer.by_rounds). */
#define IN_ORDER 4096

/* What the second thread is told beside what happens to tasks. */
enum told_kind {
	TOLD_SLOT = TASK_TIED + 1, /* one more: value: pid << 32 | tid */
	TOLD_NAME,		   /* one more: value: a pointer to it */
	TOLD_HOLE,		   /* of the ring of cpu, up to time; value: from when on */
	TOLD_ROUND
};

/* ---- the second thread ---- */

/* Where nobody knows the CPU, it is since what was given last. */
static int take_hole(struct callstream *c, const struct happening *h, struct err *err)
{
	uint64_t start_ns = h->cpu == HAPPENING_NO_CPU ? c->window.settled_ns : (uint64_t)h->value;

	return start_ns < h->time ? pairs_add_hole(&c->pairs, start_ns, h->time, err) : 0;
}

static int take_name(struct callstream *c, const struct happening *h, struct err *err)
{
	const char *name;

	static_assert(sizeof(name) <= sizeof(h->value), "it has room");
	memcpy(&name, &h->value, sizeof(name));
	return pairs_add_name(&c->pairs, name, err);
}

/* What happened without a time was made for the file, and is older than all. */
static int take(struct callstream *c, const struct happening *h, const uint64_t *args,
		struct err *err)
{
	switch (h->kind) {
	case TOLD_SLOT:
		return pairs_add_slot(&c->pairs, (uint64_t)h->value >> 32, h->value, err);
	case TOLD_NAME:
		return take_name(c, h, err);
	case TOLD_HOLE:
		return take_hole(c, h, err);
	case TOLD_ROUND:
		return window_round(&c->window, err);
	default:
		return likely(h->time) ? window_add(&c->window, h, args, err)
				       : pairs_take(&c->pairs, h, args, err);
	}
}

static int take_items(void *arg, const void *items, size_t bytes, struct err *err)
{
	struct callstream *c = arg;
	const struct pair_client *client = &c->pairs.client;
	const uint64_t settled_ns = c->window.settled_ns;
	const bool with_args = c->window.with_args;
	const char *at = items, *end = at + bytes;

	while (at < end) {
		const struct happening *h = (const struct happening *)at;
		const uint64_t *args = NULL;

		at += sizeof(*h);
		if (with_args && (h->kind == TASK_ENTERS || h->kind == TASK_CALLED)) {
			args = (const uint64_t *)at;
			at += CALL_ARGS * sizeof(*args);
		}
		if (take(c, h, args, err))
			return -1;
	}
	if (!client->settled || c->window.settled_ns == settled_ns)
		return 0;
	return client->settled(client->arg, c->window.settled_ns, err);
}

/* ---- what it is told ---- */

static int tell(struct callstream *c, const struct happening *h, struct err *err)
{
	struct happening *item = relay_room(c->relay, sizeof(*item), err);

	c->enter_end = NULL;
	if (!item)
		return -1;
	*item = *h;
	return 0;
}

static int tell_more(struct callstream *c, enum told_kind kind, int64_t value, struct err *err)
{
	return tell(c, &(struct happening){ .kind = (uint8_t)kind, .value = value }, err);
}

static int tell_slot(void *arg, uint32_t pid, uint32_t tid, struct err *err)
{
	return tell_more(arg, TOLD_SLOT, (int64_t)((uint64_t)pid << 32 | tid), err);
}

static int tell_name(void *arg, const char *name, struct err *err)
{
	int64_t value = 0;

	memcpy(&value, &name, sizeof(name));
	return tell_more(arg, TOLD_NAME, value, err);
}

void callstream_init(struct callstream *c, const struct pair_client *client, unsigned want)
{
	*c = (struct callstream){ .want = want, .first_ns = UINT64_MAX };
	c->news = (struct tasknews){ .add_slot = tell_slot, .add_name = tell_name, .arg = c };
	pairs_init(&c->pairs, client);
	c->pairs.halves = want & (WANT_ENTERS | WANT_EXITS);
	c->window = (struct window){ .take = pairs_take,
				     .arg = &c->pairs,
				     .with_args = want & WANT_ARGS };
}

void callstream_release(struct callstream *c)
{
	relay_free(c->relay); /* it works on the rest */
	pairs_release(&c->pairs);
	window_release(&c->window);
	tasknews_release(&c->news);
	free(c->sources);
	free(c->cpu_ns);
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

int callstream_start(struct callstream *c, struct session *s, struct err *err)
{
	c->relay = c->relay ? c->relay : relay_new(take_items, c);
	if (!c->relay)
		return fail_mem(err);
	c->session = s;
	c->id_off = s->file.nr_events > 1 ? s->file.events[0].layout.id : 0;
	memset(c->kinds, 0, sizeof(c->kinds));
	filter_leave_calls(&s->filter, &c->pairs.cpus, &c->pairs.names);
	pairs_start(&c->pairs, s->file.arch);
	c->window.max = dir_has_parts(&s->file) ? IN_ORDER : 0;
	free(c->sources);
	c->sources = call_sources_new(s, c->want, err);
	return c->sources ? add_windows(c, &s->filter, err) : -1;
}

/* ---- records ---- */

static uint32_t known_cpu(uint32_t cpu)
{
	return MIN(cpu, HAPPENING_NO_CPU);
}

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

/* An enter, for callstream.entered. */
static inline uint64_t enter_mark(uint32_t slot, uint32_t cpu)
{
	return 1ULL << 63 | (uint64_t)cpu << 32 | slot;
}

/* Does an exit lie directly behind its enter? Only where nobody took out what was in between. */
static inline bool is_next(const struct callstream *c, uint32_t slot, uint32_t cpu)
{
	return c->entered == enter_mark(slot, cpu) && !c->session->filter.by_sample;
}

/*
 * The exit @nr of what entered last: that becomes the whole call, while it is in the relay. One of another number
 * is none of it, but for that of sigreturn, which pair.h knows.
 */
static inline bool complete(struct callstream *c, int64_t nr, int64_t ret, uint64_t time)
{
	struct happening *h = c->enter;

	if (!c->enter_end || c->relay->at != c->enter_end || h->nr != nr || h->time > time ||
	    c->pairs.halves)
		return false;
	h->kind = TASK_CALLED;
	h->start_ns = h->time;
	h->time = time;
	h->value = ret;
	return true;
}

/* exec by a thread, which goes on as the first one of its process: what happens to both depends on it. */
static int tie_exec(struct callstream *c, uint32_t slot, uint32_t pid, uint64_t time,
		    struct err *err)
{
	struct happening h = {
		.kind = TASK_TIED, .slot = slot, .cpu = HAPPENING_NO_CPU, .time = time
	};
	uint32_t first;

	if (tasknews_slot(&c->news, pid, pid, &first, err))
		return -1;
	h.value = first;
	return first == NO_SLOT ? 0 : tell(c, &h, err);
}

static void copy_args(const struct call_source *source, const char *raw, uint64_t args[CALL_ARGS])
{
	memset(args, 0, CALL_ARGS * sizeof(*args));
	memcpy(args, raw + source->args, source->nr_args * sizeof(*args));
}

static int add_enter(struct callstream *c, const struct call_source *source, uint32_t slot,
		     uint32_t cpu, uint64_t time, const char *raw, struct err *err)
{
	const size_t args_size = c->want & WANT_ARGS ? CALL_ARGS * sizeof(uint64_t) : 0;
	struct happening *h = relay_room(c->relay, sizeof(*h) + args_size, err);

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
	c->entered = enter_mark(slot, cpu);
	c->enter = h;
	c->enter_end = c->relay->at;
	return 0;
}

static int add_exit(struct callstream *c, const struct call_source *source, uint32_t slot,
		    uint32_t cpu, uint64_t time, const char *raw, struct err *err)
{
	const int64_t nr = call_source_number(raw + source->nr, source->nr_size);
	const int64_t ret = call_source_number(raw + source->ret, source->ret_size);
	const bool next = is_next(c, slot, cpu);
	struct happening *h;

	c->entered = 0;
	if (next && complete(c, nr, ret, time))
		return 0;
	h = relay_room(c->relay, sizeof(*h), err);
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
	return 0;
}

static bool is_exec(const struct callstream *c, const struct call_source *source, const char *raw)
{
	const int64_t nr = call_source_number(raw + source->nr, source->nr_size);

	return source->enter && (nr == c->pairs.exec_nr || nr == c->pairs.execveat_nr);
}

/* A sample of a call, with the bytes @raw. */
static inline int add_event(struct callstream *c, const struct call_source *source, uint32_t pid,
			    uint32_t tid, uint32_t cpu, uint64_t time, const char *raw,
			    struct err *err)
{
	uint32_t slot;

	cpu = known_cpu(cpu);
	if (tasknews_slot(&c->news, pid, tid, &slot, err))
		return -1;
	if (unlikely(slot == NO_SLOT))
		return 0;
	if (source->enter ? add_enter(c, source, slot, cpu, time, raw, err)
			  : add_exit(c, source, slot, cpu, time, raw, err))
		return -1;
	if (unlikely(pid != tid) && is_exec(c, source, raw) && tie_exec(c, slot, pid, time, err))
		return -1;
	c->first_ns = MIN(c->first_ns, time);
	c->last_ns = MAX(c->last_ns, time);
	return note_cpu(c, cpu, time, err);
}

/* Where the kind of the sample at @at is, or would be; there are id_off + 8 bytes of it. */
static struct call_kind *kind_at(struct callstream *c, const char *at)
{
	uint64_t key = load_u64(at) ^ (c->id_off ? load_u64(at + c->id_off) : 0);

	return &c->kinds[key * 0x9e3779b97f4a7c15 >> (64 - __builtin_ctz(CALL_KINDS))];
}

/* Not one more of a known kind. */
static int add_sample(struct callstream *c, const struct perf_event_header *rec, struct err *err)
{
	struct session *s = c->session;
	const struct event *event = file_event(&s->file, rec);
	const struct call_source *source = event ? &c->sources[event->idx] : NULL;
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
static int add_known(struct callstream *c, const char **at, const char *end, struct err *err)
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

/* Something was lost in front of @time in the ring of @cpu. */
static int add_lost(struct callstream *c, uint32_t cpu, uint64_t time, struct err *err)
{
	const struct happening h = {
		.kind = TOLD_HOLE,
		.time = time,
		.cpu = cpu,
		.value = cpu < c->nr_cpus ? (int64_t)c->cpu_ns[cpu] : 0,
	};

	return tell(c, &h, err);
}

/* What tells of tasks and of losses. */
static int add_other(struct callstream *c, const struct perf_event_header *rec, struct err *err)
{
	const struct event *event = file_event(&c->session->file, rec);
	const struct sample_layout *l = event ? &event->layout : NULL;
	struct happening h = { .time = l ? record_time(l, rec) : 0, .cpu = HAPPENING_NO_CPU };
	int rc = tasknews_take(&c->news, rec, &h, err);

	session_note(c->session, rec);
	if (rc > 0) {
		rc = tell(c, &h, err);
		c->entered = 0;
	}
	if (rc || !l || !h.time || h.time == UINT64_MAX)
		return rc;
	if (l->tail_cpu)
		h.cpu = known_cpu(load_u32((const char *)rec + rec->size - l->tail_cpu));
	if (rec->type == PERF_RECORD_LOST) {
		c->entered = 0;
		rc = add_lost(c, h.cpu, h.time, err);
	}
	return rc ? rc : note_cpu(c, h.cpu, h.time, err);
}

static int end_round(struct callstream *c, struct err *err)
{
	if (tell_more(c, TOLD_ROUND, 0, err))
		return -1;
	/* Of a stream, what happened is known as soon as that can be. */
	return c->session->file.sequential ? relay_flush(c->relay, err) : 0;
}

static int add_record(struct callstream *c, const struct perf_event_header *rec, struct err *err)
{
	if (rec->type == PERF_RECORD_SAMPLE)
		return add_sample(c, rec, err);
	if (rec->type == RECORD_FINISHED_ROUND)
		return end_round(c, err);
	return rec->type < RECORD_USER_FIRST ? add_other(c, rec, err) : 0;
}

int callstream_add(struct callstream *c, struct block *b, struct err *err)
{
	const struct perf_event_header *rec;

	do {
		const char *at = b->at;

		if (add_known(c, &at, b->end, err))
			return -1;
		b->at = at;
		rec = block_next(b);
		if (rec && add_record(c, rec, err))
			return -1;
	} while (rec);
	return 0;
}

int callstream_end(struct callstream *c, struct err *err)
{
	if (relay_end(c->relay, err) || window_end(&c->window, err) ||
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
	uint32_t slot;

	if (window_end(&c->window, err) || pairs_forget(&c->pairs, err))
		return -1;
	slots_clear(&c->news.slots);
	c->entered = 0;
	for (uint32_t i = 0; i < c->pairs.nr_slots; i++)
		if (slots_find(&c->news.slots, pairs_tid(&c->pairs, i), &slot, err))
			return -1;
	return 0;
}
