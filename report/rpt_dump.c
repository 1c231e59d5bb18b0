#include "report/rpt_dump.h"
#include "common/recordkind.h"
#include "report/dumptext.h"
#include "report/header_text.h"
#include "report/session.h"
#include "report/verdict.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#define HEX_COLUMNS 16

struct dump {
	struct consumer consumer;
	struct report_opts opts;
	const struct event
		*first; /* whose layout a record of no event has; where its id is, at least */
	uint64_t sample_types; /* those of all events */
	bool trailers;	       /* attr.sample_id_all */
	bool any;	       /* there was a sample */
	struct header_context context;
};

/* Of a pipe, what was read of the data so far goes behind what was read before. */
static int join_head(struct perf_file *f, struct err *err)
{
	struct buf whole = { 0 };

	buf_add(&whole, f->head.data + FILE_HEADER_SIZE_PIPE, f->head.len - FILE_HEADER_SIZE_PIPE);
	buf_add(&whole, f->front.data, f->front.len);
	buf_release(&f->front);
	f->front = whole;
	return whole.failed ? fail_mem(err) : 0;
}

/* The records that describe a stream are behind us, but they can be had again. */
static int begin_at_head(struct perf_file *f, struct err *err)
{
	if (!f->stream)
		return 0;
	if (!f->sequential)
		f->data.size += f->data.offset - FILE_HEADER_SIZE_PIPE;
	f->data.offset = FILE_HEADER_SIZE_PIPE;
	return f->sequential ? join_head(f, err) : 0;
}

static int dump_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct dump *d = (struct dump *)consumer;

	for (uint32_t i = 0; i < s->file.nr_events; i++)
		d->sample_types |= s->file.events[i].attr.sample_type;
	d->first = s->file.events;
	d->trailers = s->file.events[0].attr.sample_id_all;
	header_context_release(&d->context); /* of the file before */
	if (header_context_init(&d->context, &s->file, true, err))
		return -1;
	return begin_at_head(&s->file, err);
}

static uint32_t record_cpu(const struct sample_layout *l, const struct perf_event_header *rec)
{
	const char *at = (const char *)rec;

	if (rec->type == PERF_RECORD_SAMPLE)
		return l->cpu && rec->size >= l->fixed_size ? load_u32(at + l->cpu) : UINT32_MAX;
	if (!l->tail_cpu || rec->size < sizeof(*rec) + l->tail_size)
		return UINT32_MAX;
	return load_u32(at + rec->size - l->tail_cpu);
}

/* "CPU TIME ", as far as the events have them; zeros for records of user space, as perf does. */
static void print_stamp(const struct dump *d, const struct event *event,
			const struct perf_event_header *rec)
{
	const struct sample_layout *l = &event->layout;
	bool of_user = rec->type >= RECORD_USER_FIRST;
	bool timed = rec->type == PERF_RECORD_SAMPLE ? l->time : l->tail_time;

	if (rec->type != PERF_RECORD_SAMPLE && !d->trailers) {
		fputs("-1 -1 ", stdout);
		return;
	}
	if (d->sample_types & PERF_SAMPLE_CPU)
		printf("%" PRIu32 " ", of_user ? 0 : record_cpu(l, rec));
	if (d->sample_types & PERF_SAMPLE_TIME)
		printf("%" PRIu64 " ", timed || of_user ? record_time(l, rec) : UINT64_MAX);
}

static void print_hex(const struct perf_event_header *rec)
{
	const unsigned char *at = (const unsigned char *)rec;

	for (uint32_t line = 0; line < rec->size; line += HEX_COLUMNS) {
		uint32_t nr = MIN(HEX_COLUMNS, rec->size - line);

		printf(".  %04x: ", line);
		for (uint32_t i = 0; i < HEX_COLUMNS; i++)
			printf(i < nr ? " %02x" : "   ", i < nr ? at[line + i] : 0);
		fputs("  ", stdout);
		for (uint32_t i = 0; i < nr; i++)
			putchar(isprint(at[line + i]) ? at[line + i] : '.');
		putchar('\n');
	}
}

/* As ana header does: of a stream these records are what a file has behind its data. */
static void print_feature(const struct dump *d, const struct perf_event_header *rec, uint64_t off)
{
	const uint64_t bit = rec->size >= 16 ? load_u64(rec + 1) : FEATURE_MAX;
	struct feature_body b;
	struct buf body = { 0 };

	if (bit >= FEATURE_MAX || d->context.file->features[bit].offset != off + 16 ||
	    header_body(&d->context, bit, &body, &b, NULL))
		return buf_release(&body);
	if (b.wrong)
		printf("# %s\n", b.wrong);
	else
		header_text(stdout, &d->context, bit, &b);
	buf_release(&body);
}

static void print_body(const struct dump *d, struct session *s, const struct event *event,
		       const struct perf_event_header *rec)
{
	if (rec->type != PERF_RECORD_SAMPLE) {
		dump_record(stdout, event, rec);
	} else if (!event) {
		s->nr_unknown_ids++;
		printf(": id %" PRIu64 " is of no event\n", record_id(&d->first->layout, rec));
	} else if (dump_sample(stdout, &s->file, event, rec)) {
		s->nr_malformed++;
	}
}

static void print_record(struct dump *d, struct session *s, const struct perf_event_header *rec,
			 uint64_t off)
{
	const struct record_kind *kind = record_kind(rec->type);
	const struct event *event = NULL;

	if (rec->type < RECORD_USER_FIRST)
		event = file_event(&s->file, rec);
	print_stamp(d, event ? event : d->first, rec);
	printf("%#" PRIx64 " [%#x]: PERF_RECORD_%s", off, rec->size, kind ? kind->name : "UNKNOWN");
	if (kind)
		print_body(d, s, event, rec);
	else
		printf(": type %" PRIu32 " of %u bytes\n", rec->type, rec->size);
	if (rec->type == RECORD_FEATURE)
		print_feature(d, rec, off);
	if (d->opts.hex)
		print_hex(rec);
}

static int dump_add_block(struct consumer *consumer, struct session *s, struct block *b,
			  struct err *err)
{
	struct dump *d = (struct dump *)consumer;
	const struct perf_event_header *rec;

	(void)err;
	while ((rec = block_next(b))) {
		print_record(d, s, rec, block_off(b, rec));
		if (rec->type != PERF_RECORD_SAMPLE)
			session_note(s, rec);
		else
			d->any = true;
	}
	return 0;
}

static int dump_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	(void)err;
	if (!((const struct dump *)consumer)->any)
		verdict_none_left(s, "sample");
	return 0;
}

struct consumer *dump_create(const struct report_opts *o, struct err *err)
{
	struct dump *d = calloc(1, sizeof(*d));

	if (!d) {
		fail_mem(err);
		return NULL;
	}
	d->opts = *o;
	d->consumer.start = dump_start;
	d->consumer.add_block = dump_add_block;
	d->consumer.finish = dump_finish;
	return &d->consumer;
}

void dump_destroy(struct consumer *consumer)
{
	struct dump *d = (struct dump *)consumer;

	header_context_release(&d->context);
	free(d);
}
