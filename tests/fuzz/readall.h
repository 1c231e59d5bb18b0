/*
 * readall.h - everything that can be done with a file: opened, read to the end, every sample decoded,
 * every field of its tracepoint loaded, all of it put in order.
 */
#ifndef TESTS_FUZZ_READALL_H
#define TESTS_FUZZ_READALL_H

#include "common/inorder.h"
#include "common/samplewalk.h"
#include "tests/fuzz/fuzz.h"

/* What is computed goes here, so that the compiler has to load it. */
static volatile uint64_t sink;

struct fuzz {
	struct perf_file file;
	struct err err;
	uint32_t nr_records, nr_timed;
	bool stop;
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

/* A record in the order of the file; it is due again in the order of the times. */
static int look(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		uint64_t *time_ns, uint16_t *tag, struct err *err)
{
	struct fuzz *z = arg;
	const struct event *ev = file_event(&z->file, rec);

	(void)ask;
	(void)err;
	touch(rec, rec->size);
	sink += off;
	z->stop = ++z->nr_records >= READING_RECORDS_MAX;
	if (!ev || rec->type >= RECORD_USER_FIRST)
		return 0;
	if (rec->type == PERF_RECORD_SAMPLE)
		touch_sample(ev, rec);
	*time_ns = MIN(record_time(&ev->layout, rec), UINT64_MAX - 1);
	*tag = ev->idx;
	z->nr_timed++;
	return 1;
}

static int give(void *arg, const struct order_entry *e, struct err *err)
{
	struct fuzz *z = arg;

	(void)err;
	touch(e->rec, e->rec->size);
	sink += e->tag + e->time + e->off;
	z->nr_timed--;
	return 0;
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
	struct inorder_client client = { .look = look, .give = give, .stop = &z->stop };
	struct inorder_source source = { .file = &z->file, .arg = z };

	if (inorder_read(&source, 1, &client, &z->err) || (!z->stop && z->nr_timed))
		abort();
	sink += strlen(source.damage.text);
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
