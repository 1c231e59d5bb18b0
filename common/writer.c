#include "common/writer.h"
#include "common/io.h"
#include "common/util.h"

#include <errno.h>
#include <stdlib.h>

#define HELD_MAX   (64u << 10)
#define STRING_PAD 64

void feature_add_str(struct buf *body, const char *text)
{
	uint32_t len = strlen(text) + 1, padded = ALIGN_UP(len, STRING_PAD);

	buf_add_u32(body, padded);
	buf_add(body, text, len);
	buf_add_zero(body, padded - len);
}

static int fail_write(const struct writer *w, struct err *err)
{
	const char *hint = errno == ENOSPC || errno == EDQUOT ? "; free some space or use -o" : "";

	return fail(err, ERR_IO, "cannot write %s: %s after %.3f MB%s", w->path, strerror(errno),
		    w->pos / 1048576.0, hint);
}

/* The ids of all events, then the table of attrs, each followed by where its ids are. */
static void add_attrs(struct writer *w, const struct writer_event *events, uint32_t nr)
{
	struct file_header *h = &w->header;
	uint64_t ids_off = sizeof(*h);

	for (uint32_t i = 0; i < nr; i++)
		buf_add(&w->front, events[i].ids, events[i].nr_ids * sizeof(uint64_t));
	h->attrs.offset = w->front.len;
	h->attr_size = events[0].attr->size + sizeof(struct file_section);
	h->attrs.size = nr * h->attr_size;
	for (uint32_t i = 0; i < nr; i++) {
		struct file_section ids = { ids_off, events[i].nr_ids * sizeof(uint64_t) };

		buf_add(&w->front, events[i].attr, events[i].attr->size);
		buf_add(&w->front, &ids, sizeof(ids));
		ids_off += ids.size;
	}
}

/* EVENT_DESC: the attr table once more, with names; readers of other projects want it. */
static void add_event_desc(struct buf *body, const struct writer_event *events, uint32_t nr)
{
	buf_add_u32(body, nr);
	buf_add_u32(body, events[0].attr->size);
	for (uint32_t i = 0; i < nr; i++) {
		buf_add(body, events[i].attr, events[i].attr->size);
		buf_add_u32(body, events[i].nr_ids);
		feature_add_str(body, events[i].name);
		buf_add(body, events[i].ids, events[i].nr_ids * sizeof(uint64_t));
	}
}

static void add_feature(struct writer *w, struct buf *table, unsigned bit, const void *body,
			size_t len)
{
	struct file_section s = { .offset = w->front.len, .size = len };

	buf_add(&w->front, body, len);
	buf_add_zero(&w->front, ALIGN_UP(len, 8) - len);
	buf_add(table, &s, sizeof(s));
	w->header.flags[bit / 64] |= 1ULL << (bit % 64);
}

/* All feature bodies by ascending bit, then the copy of their table. */
static int add_features(struct writer *w, const struct writer_event *events, uint32_t nr,
			const struct buf *bodies, struct err *err)
{
	static const uint64_t no_time[2];
	struct buf desc = { 0 }, table = { 0 };
	int failed;

	add_event_desc(&desc, events, nr);
	for (unsigned bit = 0; bit < FEATURE_MAX; bit++) {
		if (bit == FEATURE_SAMPLE_TIME) {
			w->sample_time_off = w->front.len;
			add_feature(w, &table, bit, no_time, sizeof(no_time));
		} else if (bit == FEATURE_EVENT_DESC) {
			add_feature(w, &table, bit, desc.data, desc.len);
		} else if (bodies[bit].len) {
			add_feature(w, &table, bit, bodies[bit].data, bodies[bit].len);
		}
		if (bodies[bit].failed)
			w->front.failed = 1;
	}
	w->table = (struct file_section){ w->front.len, table.len };
	buf_add(&w->front, table.data, table.len);
	failed = w->front.failed || desc.failed || table.failed;
	buf_release(&desc);
	buf_release(&table);
	return failed ? fail_mem(err) : 0;
}

int writer_begin(struct writer *w, int fd, const char *path, const struct writer_event *events,
		 uint32_t nr_events, const struct buf *bodies, struct err *err)
{
	*w = (struct writer){ .fd = fd, .path = path, .held = malloc(HELD_MAX) };
	if (!w->held)
		return fail_mem(err);
	w->header.magic = PERF_MAGIC;
	w->header.size = sizeof(w->header);
	buf_add_zero(&w->front, sizeof(w->header));
	add_attrs(w, events, nr_events);
	if (add_features(w, events, nr_events, bodies, err))
		return -1;
	w->header.data.offset = w->front.len;
	memcpy(w->front.data, &w->header, sizeof(w->header));
	return writer_push(w, w->front.data, w->front.len, err) || writer_flush(w, err) ? -1 : 0;
}

int writer_flush(struct writer *w, struct err *err)
{
	struct iovec iov = { w->held, w->nr_held };

	w->nr_held = 0;
	return io_writev(w->fd, &iov, 1, &w->pos) ? fail_write(w, err) : 0;
}

int writer_push(struct writer *w, const void *data, size_t len, struct err *err)
{
	struct iovec iov[2] = { { w->held, w->nr_held }, { (void *)data, len } };

	if (len <= HELD_MAX - w->nr_held) {
		memcpy(w->held + w->nr_held, data, len);
		w->nr_held += len;
		return 0;
	}
	w->nr_held = 0;
	return io_writev(w->fd, iov, 2, &w->pos) ? fail_write(w, err) : 0;
}

int writer_finish(struct writer *w, uint64_t first_ns, uint64_t last_ns, struct err *err)
{
	uint64_t times[2] = { first_ns, last_ns };

	if (writer_flush(w, err))
		return -1;
	w->header.data.size = w->pos - w->header.data.offset;
	if (writer_push(w, w->front.data + w->table.offset, w->table.size, err) ||
	    writer_flush(w, err))
		return -1;
	/*
	 * No fsync: the end of a recording shall not wait for the disk, and what a crash of the
	 * machine leaves is read as an unfinished one.
	 */
	if (io_pwrite(w->fd, times, sizeof(times), w->sample_time_off) ||
	    io_pwrite(w->fd, &w->header, sizeof(w->header), 0))
		return fail_write(w, err);
	return 0;
}

void writer_release(struct writer *w)
{
	buf_release(&w->front);
	free(w->held);
	*w = (struct writer){ .fd = -1 };
}
