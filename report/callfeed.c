#include "report/callfeed.h"
#include "common/dir.h"
#include "report/callnr.h"

#include <stdlib.h>

#define CPUS_MAX 65536 /* the last one stands for those above, and for none */

/* What was found of a CPU's ring. */
struct feed_cpu {
	uint64_t read_ns;  /* of the last record that was read */
	uint64_t given_ns; /* of the last one that was given */
	uint32_t entered;  /* that one is an enter: its slot; else NO_SLOT */
};

/* What lies between two windows of --time was not lost, but nobody sees it either. */
static int add_windows(struct callfeed *f, const struct filter *filter, struct err *err)
{
	for (uint32_t i = 0; i + 1 < filter->nr_windows; i++) {
		uint64_t start = filter->windows[i].last, end = filter->windows[i + 1].first;

		if (start < end && pairs_add_hole(&f->pairs, start, end, err))
			return -1;
	}
	return 0;
}

static int add_slot(void *arg, uint32_t pid, uint32_t tid, struct err *err)
{
	return pairs_add_slot(&((struct callfeed *)arg)->pairs, pid, tid, err);
}

static int add_name(void *arg, const char *name, struct err *err)
{
	return pairs_add_name(&((struct callfeed *)arg)->pairs, name, err);
}

int callfeed_start(struct callfeed *f, struct session *s, const struct pair_client *client,
		   struct filter_whole *w, struct err *err)
{
	*f = (struct callfeed){ .session = s, .ahead = !dir_has_parts(&s->file) };
	f->news = (struct tasknews){ .add_slot = add_slot, .add_name = add_name, .arg = f };
	pairs_init(&f->pairs, client);
	if (filter_leave_calls(&s->filter, s->file.arch, w, err))
		return -1;
	pairs_start(&f->pairs, s->file.arch, !s->filter.nr_windows);
	f->sources = call_sources_new(s, 0, err);
	return f->sources ? add_windows(f, &s->filter, err) : -1;
}

void callfeed_release(struct callfeed *f)
{
	pairs_release(&f->pairs);
	tasknews_release(&f->news);
	free(f->sources);
	free(f->cpus);
	hash_release(&f->cuts);
	*f = (struct callfeed){ 0 };
}

/* ---- CPUs ---- */

static int grow_cpus(struct callfeed *f, uint32_t cpu, struct err *err)
{
	uint32_t nr = MIN(MAX(cpu + 1, 2 * f->nr_cpus), CPUS_MAX);
	struct feed_cpu *more = reallocarray(f->cpus, nr, sizeof(*more));

	if (!more)
		return fail_mem(err);
	for (uint32_t i = f->nr_cpus; i < nr; i++)
		more[i] = (struct feed_cpu){ .entered = NO_SLOT };
	f->cpus = more;
	f->nr_cpus = nr;
	return 0;
}

/* NULL when memory ran out. */
static struct feed_cpu *cpu_at(struct callfeed *f, uint32_t cpu, struct err *err)
{
	cpu = MIN(cpu, HAPPENING_NO_CPU);
	if (unlikely(cpu >= f->nr_cpus) && grow_cpus(f, cpu, err))
		return NULL;
	return &f->cpus[cpu];
}

static uint32_t record_cpu(const struct sample_layout *l, const struct perf_event_header *rec)
{
	if (rec->type == PERF_RECORD_SAMPLE)
		return l->cpu && rec->size >= l->fixed_size ? load_u32((const char *)rec + l->cpu)
							    : UINT32_MAX;
	return l->tail_cpu && rec->size >= sizeof(*rec) + l->tail_size
		       ? load_u32((const char *)rec + rec->size - l->tail_cpu)
		       : UINT32_MAX;
}

static uint64_t cut_key(uint32_t cpu, uint64_t time)
{
	return time ^ (uint64_t)cpu << 48;
}

/*
 * The record @rec is given. What comes next from its CPU does not lie beside it, if something was lost in between:
 * the LOST record need not tell that in time, as the kernel takes the time of the record behind it first.
 */
static void pass_cut(struct callfeed *f, const struct sample_layout *l,
		     const struct perf_event_header *rec)
{
	const uint32_t cpu = record_cpu(l, rec);
	const uint64_t key = cut_key(cpu, record_time(l, rec));

	if (cpu >= f->nr_cpus || !hash_get(&f->cuts, key))
		return;
	hash_del(&f->cuts, key);
	f->cpus[cpu].entered = NO_SLOT;
}

/*
 * A LOST record may lie far behind what comes next in the order of time: it is written when there is room again.
 * So it is looked for when it is read.
 */
int callfeed_see_ahead(struct callfeed *f, const struct perf_event_header *rec,
		       const struct event *event, struct err *err)
{
	const uint64_t time = record_time(&event->layout, rec);
	const uint32_t nr = record_cpu(&event->layout, rec);
	struct feed_cpu *cpu;
	uint64_t start;

	if (!f->ahead || !time || time == UINT64_MAX)
		return 0;
	cpu = cpu_at(f, nr, err);
	if (!cpu)
		return -1;
	start = nr < HAPPENING_NO_CPU ? cpu->read_ns : f->last_ns;
	cpu->read_ns = MAX(cpu->read_ns, time);
	if (likely(rec->type != PERF_RECORD_LOST) || start >= time)
		return 0;
	/* Where samples are left out, no two lie side by side. */
	if (nr < HAPPENING_NO_CPU && !f->session->filter.by_sample &&
	    !hash_put(&f->cuts, cut_key(nr, start)))
		return fail_mem(err);
	return pairs_add_hole(&f->pairs, start, time, err);
}

/* The record @rec of @cpu is given. */
static int note_lost(struct callfeed *f, const struct perf_event_header *rec, struct feed_cpu *cpu,
		     uint64_t time, struct err *err)
{
	if (rec->type != PERF_RECORD_LOST || f->ahead || cpu->given_ns >= time)
		return 0;
	return pairs_add_hole(&f->pairs, cpu->given_ns, time, err);
}

/* ---- records ---- */

int callfeed_record(struct callfeed *f, const struct perf_event_header *rec, struct happening *h,
		    struct err *err)
{
	const struct event *event = file_event(&f->session->file, rec);
	const uint64_t time = event ? record_time(&event->layout, rec) : 0;
	struct feed_cpu *cpu = event ? cpu_at(f, record_cpu(&event->layout, rec), err) : NULL;

	if (event && !cpu)
		return -1;
	*h = (struct happening){ .time = time, .cpu = HAPPENING_NO_CPU };
	if (cpu && unlikely(f->cuts.nr))
		pass_cut(f, &event->layout, rec);
	if (cpu && time && time != UINT64_MAX) {
		if (note_lost(f, rec, cpu, time, err))
			return -1;
		cpu->given_ns = MAX(cpu->given_ns, time);
		cpu->entered = NO_SLOT;
	}
	return tasknews_take(&f->news, rec, h, err);
}

/* ---- samples ---- */

/* Where the raw bytes of a call are, and whose it is. False: it is not whole. */
static bool find_raw(const struct ordered_sample *os, const struct call_source *source,
		     struct sample *s)
{
	const struct sample_layout *l = &os->event->layout;
	const char *rec = (const char *)os->rec;

	s->raw = sample_raw(l, os->rec, source->need);
	if (unlikely(!s->raw))
		return !sample_parse(s, l, &os->event->attr, os->rec) && s->raw &&
		       s->raw_size >= source->need;
	s->pid = load_u32(rec + l->tid);
	s->tid = load_u32(rec + l->tid + 4);
	s->time = load_u64(rec + l->time);
	s->cpu = l->cpu ? load_u32(rec + l->cpu) : UINT32_MAX;
	return true;
}

/* Does an exit lie directly behind its enter? Only where nobody took out what was in between. */
static bool is_next(const struct callfeed *f, const struct feed_cpu *cpu, const struct happening *h)
{
	return cpu->entered == h->slot && h->cpu != HAPPENING_NO_CPU &&
	       !f->session->filter.by_sample;
}

static int take_sample(struct callfeed *f, const struct ordered_sample *os, struct happening *h,
		       uint64_t *args, struct err *err)
{
	const struct call_source *source = &f->sources[os->event->idx];
	struct feed_cpu *cpu;
	struct sample s;
	const char *raw;

	if (!source->need)
		return 0;
	if (!find_raw(os, source, &s)) {
		f->session->nr_malformed += os->event->layout.parsable;
		return 0;
	}
	raw = s.raw;
	*h = (struct happening){
		.time = s.time,
		.nr = call_source_number(raw + source->nr, source->nr_size),
		.cpu = MIN(s.cpu, HAPPENING_NO_CPU),
		.kind = source->enter ? TASK_ENTERS : TASK_LEAVES,
	};
	cpu = cpu_at(f, h->cpu, err);
	if (!cpu || tasknews_slot(&f->news, s.pid, s.tid, &h->slot, err))
		return -1;
	if (source->enter) {
		memset(args, 0, CALL_ARGS * sizeof(*args));
		memcpy(args, raw + source->args, source->nr_args * sizeof(*args));
	} else {
		h->value = call_source_number(raw + source->ret, source->ret_size);
		h->next = is_next(f, cpu, h);
	}
	cpu->entered = source->enter ? h->slot : NO_SLOT;
	cpu->given_ns = MAX(cpu->given_ns, s.time);
	f->last_ns = MAX(f->last_ns, s.time);
	return h->slot != NO_SLOT;
}

int callfeed_sample(struct callfeed *f, const struct ordered_sample *os, struct happening *h,
		    uint64_t *args, struct err *err)
{
	int rc = take_sample(f, os, h, args, err);

	if (unlikely(f->cuts.nr))
		pass_cut(f, &os->event->layout, os->rec);
	return rc;
}

int callfeed_end(struct callfeed *f, struct err *err)
{
	f->session->tasks.full |= f->news.slots.full;
	return pairs_end(&f->pairs, f->last_ns, err);
}
