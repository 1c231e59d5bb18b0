#include "common/perfdata.h"
#include "common/file.h"
#include "common/inorder.h"
#include "common/reader.h"
#include "common/util.h"

#include <stdio.h>
#include <stdlib.h>

/* The public numbers are ours: nothing has to be translated. */
static_assert((int)PERFDATA_SIGNED == TP_SIGNED && (int)PERFDATA_ARRAY == TP_ARRAY &&
		      (int)PERFDATA_STRING == TP_STRING && (int)PERFDATA_DYNAMIC == TP_DYNAMIC &&
		      (int)PERFDATA_RELATIVE == TP_RELATIVE,
	      "perfdata.h");
static_assert(PERFDATA_ERROR_MAX >= sizeof(((struct err *)0)->text), "perfdata.h");

/* TP_* has more of them, which are how ana prints a field. */
#define FIELD_FLAGS \
	(PERFDATA_SIGNED | PERFDATA_ARRAY | PERFDATA_STRING | PERFDATA_DYNAMIC | PERFDATA_RELATIVE)

struct perfdata {
	struct perf_file file;
	struct perfdata_event *events;
	char *path;
	bool was_read;
	uint64_t nr_malformed;
};

/* A perfdata_read() under way. */
struct reading {
	struct perfdata *p;
	perfdata_fn *fn;
	void *arg;
	int answer; /* of the last call */
};

static int tell(char *error, const struct err *err)
{
	snprintf(error, PERFDATA_ERROR_MAX, "%s", err->text);
	return -1;
}

static int copy_fields(struct perfdata_event *ev, const struct tp_format *tp)
{
	uint32_t nr = tp->nr_common + tp->nr_fields;
	struct perfdata_field *fields = calloc(nr, sizeof(*fields));

	if (nr && !fields)
		return -1;
	for (uint32_t i = 0; i < nr; i++) {
		const struct tp_field *from =
			i < tp->nr_common ? &tp->common[i] : &tp->fields[i - tp->nr_common];

		fields[i] = (struct perfdata_field){ from->name, from->offset, from->size,
						     from->flags & FIELD_FLAGS };
	}
	ev->fields = fields;
	ev->nr_fields = nr;
	return 0;
}

static int copy_events(struct perfdata *p)
{
	p->events = calloc(p->file.nr_events, sizeof(*p->events));
	for (uint32_t i = 0; p->events && i < p->file.nr_events; i++) {
		const struct event *from = &p->file.events[i];

		p->events[i] = (struct perfdata_event){
			.name = from->name,
			.index = i,
			.type = from->attr.type,
			.config = from->attr.config,
			.sample_type = from->attr.sample_type,
		};
		if (from->tp && copy_fields(&p->events[i], from->tp))
			return -1;
	}
	return p->events ? 0 : -1;
}

struct perfdata *perfdata_open(const char *path, char *error)
{
	struct perfdata *p = calloc(1, sizeof(*p));
	struct err err = { 0 };

	if (!p || !(p->path = strdup(path))) {
		free(p);
		fail_mem(&err);
		tell(error, &err);
		return NULL;
	}
	if (file_open(&p->file, p->path, &err) || (copy_events(p) && fail_mem(&err))) {
		tell(error, &err);
		perfdata_close(p);
		return NULL;
	}
	return p;
}

void perfdata_close(struct perfdata *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; p->events && i < p->file.nr_events; i++)
		free((void *)p->events[i].fields);
	free(p->events);
	file_close(&p->file);
	free(p->path);
	free(p);
}

uint32_t perfdata_nr_events(const struct perfdata *p)
{
	return p->file.nr_events;
}

const struct perfdata_event *perfdata_event(const struct perfdata *p, uint32_t index)
{
	return index < p->file.nr_events ? &p->events[index] : NULL;
}

const struct perfdata_field *perfdata_field(const struct perfdata_event *event, const char *name)
{
	for (uint32_t i = 0; i < event->nr_fields; i++)
		if (!strcmp(event->fields[i].name, name))
			return &event->fields[i];
	return NULL;
}

uint64_t perfdata_u64(const struct perfdata_field *field, const struct perfdata_record *record)
{
	const struct tp_field tp = { .offset = field->offset, .size = field->size };
	unsigned unused = 64 - 8 * MIN(field->size, 8);
	uint64_t value;

	if (!record->raw || (uint64_t)field->offset + field->size > record->raw_size ||
	    !field->size || field->size > 8 || field->size & (field->size - 1))
		return PERFDATA_NONE;
	value = tp_field_u64(&tp, record->raw);
	if (field->flags & PERFDATA_SIGNED)
		value = (uint64_t)((int64_t)(value << unused) >> unused);
	return value;
}

int perfdata_unfinished(const struct perfdata *p)
{
	return p->file.unfinished;
}

uint64_t perfdata_malformed(const struct perfdata *p)
{
	return p->nr_malformed;
}

/* What stands at the end of a record that is no sample. */
static void read_trailer(struct perfdata_record *out, const struct sample_layout *l,
			 const struct perf_event_header *rec)
{
	const char *end = (const char *)rec + rec->size;

	if (rec->size < sizeof(*rec) + l->tail_size)
		return;
	if (l->tail_time)
		out->time = load_u64(end - l->tail_time);
	if (l->tail_tid) {
		out->pid = load_u32(end - l->tail_tid);
		out->tid = load_u32(end - l->tail_tid + 4);
	}
	if (l->tail_cpu)
		out->cpu = load_u32(end - l->tail_cpu);
}

/* Returns -1 when the sample is too short. */
static int read_sample(struct perfdata_record *out, const struct event *event,
		       const struct perf_event_header *rec)
{
	const struct sample_layout *l = &event->layout;
	struct sample s;

	if (sample_parse(&s, l, &event->attr, rec))
		return -1;
	out->time = s.time;
	out->pid = s.pid;
	out->tid = s.tid;
	out->cpu = s.cpu;
	out->ip = l->ip ? s.ip : PERFDATA_NONE;
	out->addr = l->addr ? s.addr : PERFDATA_NONE;
	out->period = s.period;
	out->raw = s.raw;
	out->raw_size = s.raw_size;
	out->callchain = s.callchain;
	out->nr_callchain = s.nr_callchain;
	return 0;
}

/* Returns what the caller's function does. */
static int give(struct reading *r, const struct event *event, const struct perf_event_header *rec,
		uint64_t off)
{
	struct perfdata_record out = {
		.type = rec->type,
		.misc = rec->misc,
		.size = rec->size,
		.bytes = rec,
		.offset = off,
		.event = event ? &r->p->events[event->idx] : NULL,
		.time = PERFDATA_NONE,
		.pid = PERFDATA_NONE32,
		.tid = PERFDATA_NONE32,
		.cpu = PERFDATA_NONE32,
		.ip = PERFDATA_NONE,
		.addr = PERFDATA_NONE,
		.period = PERFDATA_NONE,
	};

	if (event && rec->type == PERF_RECORD_SAMPLE && read_sample(&out, event, rec)) {
		r->p->nr_malformed++;
		return 0;
	}
	if (event && rec->type != PERF_RECORD_SAMPLE)
		read_trailer(&out, &event->layout, rec);
	r->answer = r->fn(r->arg, &out);
	return r->answer;
}

static const struct event *event_of(const struct reading *r, const struct perf_event_header *rec)
{
	return rec->type < RECORD_USER_FIRST ? file_event(&r->p->file, rec) : NULL;
}

/* Both of an inorder_client. The tag is the event's index. */
static int give_ordered(void *arg, const struct order_entry *e, struct err *err)
{
	struct reading *r = arg;

	(void)err;
	return give(r, &r->p->file.events[e->tag], e->rec, e->off) ? -1 : 0;
}

/* Time 0 is "before everything"; such records do not wait. */
static int look(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		uint64_t *time_ns, uint16_t *tag, struct err *err)
{
	struct reading *r = arg;
	const struct event *event = event_of(r, rec);

	(void)err;
	*time_ns = event ? record_time(&event->layout, rec) : 0;
	if (*time_ns && *time_ns != UINT64_MAX) {
		*tag = event->idx;
		return 1;
	}
	if (ask)
		return INORDER_ACTS;
	return give(r, event, rec, off) ? -1 : 0;
}

static int read_ordered(struct reading *r, struct err *err)
{
	const struct inorder_client client = { .look = look, .give = give_ordered };
	struct inorder_source source = { .file = &r->p->file, .arg = r };

	if (inorder_read(&source, 1, &client, err))
		return -1;
	if (source.damage.code)
		*err = source.damage;
	return source.damage.code ? -1 : 0;
}

static int read_block(struct reading *r, struct block *b)
{
	const struct perf_event_header *rec;

	while ((rec = block_next(b)))
		if (give(r, event_of(r, rec), rec, block_off(b, rec)))
			return -1;
	return 0;
}

/* Returns 0, or -1 when the reading ended early: @r->answer or @err says why. */
static int read_blocks(struct reading *r, struct err *err)
{
	struct reader reader;
	struct block *b;
	int rc;

	if (reader_open(&reader, &r->p->file, err))
		return -1;
	while ((rc = reader_next(&reader, &b, err)) > 0 && !(rc = read_block(r, b)))
		;
	reader_close(&reader);
	return rc;
}

int perfdata_read(struct perfdata *p, unsigned flags, perfdata_fn *fn, void *arg, char *error)
{
	struct reading r = { .p = p, .fn = fn, .arg = arg };
	struct err err = { 0 };
	int rc;

	if (flags & ~(unsigned)PERFDATA_ORDERED) {
		fail(&err, ERR_USAGE, "%s: cannot be read with flags %#x: only %#x is known",
		     p->path, flags, PERFDATA_ORDERED);
		return tell(error, &err);
	}
	if (p->was_read)
		return 0;
	p->was_read = true;
	rc = flags & PERFDATA_ORDERED ? read_ordered(&r, &err) : read_blocks(&r, &err);
	if (r.answer)
		return r.answer;
	return rc ? tell(error, &err) : 0;
}
