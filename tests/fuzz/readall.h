/*
 * readall.h - everything that can be done with a file: opened, read to the end, every sample decoded,
 * every field of its tracepoint loaded, all of it put in order.
 */
#ifndef TESTS_FUZZ_READALL_H
#define TESTS_FUZZ_READALL_H

#include "common/order.h"
#include "common/samplewalk.h"
#include "tests/fuzz/fuzz.h"

/* What is computed goes here, so that the compiler has to load it. */
static volatile uint64_t sink;

struct fuzz {
	struct perf_file file;
	struct order order;
	struct err err;
	uint32_t nr_records;
};

/* Reads each byte of [at, at + len): ASan knows whether they may be. */
static void touch(const void *at, uint64_t len)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < len; i++)
		sum += ((const uint8_t *)at)[i];
	sink += sum;
}

static void touch_fields(const struct tp_field *fields, uint32_t nr, const struct sample *s)
{
	for (uint32_t i = 0; i < nr; i++) {
		const struct tp_field *f = &fields[i];

		if (f->offset > s->raw_size || f->size > s->raw_size - f->offset)
			continue;
		sink += tp_field_u64(f, s->raw);
		touch((const char *)s->raw + f->offset, f->size);
	}
}

static void touch_part(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	(void)arg;
	sink += part;
	touch(at, bytes);
}

static void touch_sample(const struct event *ev, const struct perf_event_header *rec)
{
	struct sample s;

	touch(sample_raw(&ev->layout, rec, 16), sample_raw(&ev->layout, rec, 16) ? 16 : 0);
	sample_walk(&ev->attr, rec, false, touch_part, NULL);
	if (sample_parse(&s, &ev->layout, &ev->attr, rec))
		return;
	touch(s.raw, s.raw_size);
	touch(s.callchain, 8 * s.nr_callchain);
	if (!ev->tp)
		return;
	touch_fields(ev->tp->common, ev->tp->nr_common, &s);
	touch_fields(ev->tp->fields, ev->tp->nr_fields, &s);
}

static void take_ready(struct order *o)
{
	const struct order_entry *e;

	while ((e = order_ready(o))) {
		touch(e->rec, e->rec->size);
		sink += e->tag + e->time + order_off(e);
		order_take(o);
	}
}

static void touch_record(struct fuzz *z, const struct block *b, const struct perf_event_header *rec)
{
	const struct event *ev = file_event(&z->file, rec);
	struct order_entry e;

	touch(rec, rec->size);
	sink += block_off(b, rec);
	if (rec->type == RECORD_FINISHED_ROUND)
		order_round(&z->order);
	take_ready(&z->order);
	if (!ev || rec->type >= RECORD_USER_FIRST)
		return;
	if (rec->type == PERF_RECORD_SAMPLE)
		touch_sample(ev, rec);
	e = (struct order_entry){ .time = record_time(&ev->layout, rec),
				  .rec = rec,
				  .tag = ev->idx };
	while (order_make_room(&z->order, rec->size))
		take_ready(&z->order);
	order_push(&z->order, &e, block_off(b, rec), &z->err);
}

static void visit(void *arg, const char *text)
{
	(void)arg;
	touch(text, strlen(text));
}

static void visit_symbols(void *arg)
{
	(void)arg;
}

static void visit_value(void *arg, int is_flag, const char *value, const char *name)
{
	visit(arg, value);
	visit(arg, name);
	sink += is_flag;
}

/* What a script is told of the print formats. */
static void walk_prints(const struct tp_table *tps)
{
	static const struct tp_print_visitor visitor = { visit, visit, visit_symbols, visit_value };

	for (uint32_t i = 0; i < tps->nr; i++)
		tp_walk_print(&tps->formats[i], &visitor, NULL);
}

static void read_all(struct fuzz *z)
{
	struct block *b = NULL;
	struct reader r;

	if (reader_open(&r, &z->file, &z->err))
		return;
	order_init(&z->order);
	while (z->nr_records < READING_RECORDS_MAX && reader_next(&r, &b, &z->err) == 1) {
		const struct perf_event_header *rec;

		while ((rec = block_next(b))) {
			touch_record(z, b, rec);
			z->nr_records++;
		}
	}
	order_end(&z->order);
	take_ready(&z->order);
	order_release(&z->order);
	reader_close(&r);
}

/* Reads @fd, which it closes. */
static inline void read_path(int fd)
{
	struct fuzz z = { 0 };
	char path[32];

	if (!fuzz_open(&z.file, fd, path, &z.err)) {
		walk_prints(&z.file.tps);
		read_all(&z);
		file_close(&z.file);
	}
	sink += strlen(z.err.text);
	close(fd);
}

#endif
