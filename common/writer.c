#include "common/writer.h"
#include "common/io.h"
#include "common/util.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define HELD_MAX   (64u << 10)
#define STRING_PAD 64

#define STREAM_ATTR_SIZE   136 /* perf_event_attr of kernel 6.3 */
#define RECORD_ALIGNED_MAX (RECORD_SIZE_MAX / 8 * 8)

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

/* Adds a record of a stream's head: @fixed, then @body, and zeros that align the next one. */
static void add_record(struct buf *out, uint32_t type, const void *fixed, size_t len,
		       const void *body, size_t body_len)
{
	struct perf_event_header header = {
		.type = type,
		.size = ALIGN_UP(sizeof(header) + len + body_len, 8),
	};

	buf_add(out, &header, sizeof(header));
	buf_add(out, fixed, len);
	buf_add(out, body, body_len);
	buf_add_zero(out, header.size - sizeof(header) - len - body_len);
}

/*
 * perf takes an attr of a stream for as large as its own, whatever its size says, and older ones
 * look for the ids behind that: so here it is as large as in any perf that does this.
 */
static void add_attr_records(struct buf *out, const struct writer_event *ev)
{
	const uint32_t most =
		(RECORD_ALIGNED_MAX - sizeof(struct perf_event_header) - STREAM_ATTR_SIZE) /
		sizeof(uint64_t);
	char attr[STREAM_ATTR_SIZE] = { 0 };
	uint32_t size = sizeof(attr), done = 0;

	memcpy(attr, ev->attr, MIN(ev->attr->size, size));
	memcpy(attr + offsetof(struct perf_event_attr, size), &size, sizeof(size));
	do {
		uint32_t nr = MIN(ev->nr_ids - done, most);

		add_record(out, RECORD_HEADER_ATTR, attr, size, ev->ids + done, nr * 8);
		done += nr;
	} while (done < ev->nr_ids);
}

/* Returns false when it does not fit. */
static bool add_feature_record(struct buf *out, uint64_t bit, const struct buf *body)
{
	if (body->len > RECORD_ALIGNED_MAX - sizeof(struct perf_event_header) - sizeof(bit))
		return false;
	add_record(out, RECORD_FEATURE, &bit, sizeof(bit), body->data, body->len);
	return true;
}

/* Its payload follows the record; perf wants it padded, and the zeros counted. */
static void add_tracing_record(struct buf *out, const struct buf *body)
{
	uint32_t fixed[2] = { ALIGN_UP(body->len, 8) };

	add_record(out, RECORD_TRACING_DATA, fixed, sizeof(fixed), NULL, 0);
	buf_add(out, body->data, body->len);
	buf_add_zero(out, fixed[0] - body->len);
}

static void add_name_records(struct buf *out, const struct writer_event *events, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t fixed[2] = { EVENT_UPDATE_NAME, events[i].nr_ids ? events[i].ids[0] : 0 };

		if (events[i].nr_ids)
			add_record(out, RECORD_EVENT_UPDATE, fixed, sizeof(fixed), events[i].name,
				   strlen(events[i].name) + 1);
	}
}

/*
 * SAMPLE_TIME is not known yet, and perf believes what it says. No FEATURE ends the features, as
 * perf does it: its number is the next feature of a newer perf, which takes it for a damaged one.
 */
static int add_head(struct writer *w, const struct writer_event *events, uint32_t nr,
		    const struct buf *bodies, struct err *err)
{
	struct buf desc = { 0 };
	bool named;
	int failed;

	buf_add(&w->front, &w->header, FILE_HEADER_SIZE_PIPE);
	for (uint32_t i = 0; i < nr; i++)
		add_attr_records(&w->front, &events[i]);
	for (unsigned bit = 0; bit < FEATURE_MAX; bit++) {
		if (bodies[bit].len && bit != FEATURE_TRACING_DATA)
			add_feature_record(&w->front, bit, &bodies[bit]);
		w->front.failed |= bodies[bit].failed;
	}
	add_event_desc(&desc, events, nr);
	named = add_feature_record(&w->front, FEATURE_EVENT_DESC, &desc);
	add_tracing_record(&w->front, &bodies[FEATURE_TRACING_DATA]);
	if (!named)
		add_name_records(&w->front, events, nr);
	failed = w->front.failed || desc.failed;
	buf_release(&desc);
	return failed ? fail_mem(err) : 0;
}

int writer_begin_stream(struct writer *w, int fd, const char *path,
			const struct writer_event *events, uint32_t nr_events,
			const struct buf *bodies, struct err *err)
{
	*w = (struct writer){ .fd = fd, .path = path, .stream = true, .held = malloc(HELD_MAX) };
	if (!w->held)
		return fail_mem(err);
	w->header.magic = PERF_MAGIC;
	w->header.size = FILE_HEADER_SIZE_PIPE;
	if (add_head(w, events, nr_events, bodies, err))
		return -1;
	w->header.data.offset = w->front.len;
	return writer_push(w, w->front.data, w->front.len, err) || writer_flush(w, err) ? -1 : 0;
}

int writer_begin_records(struct writer *w, int fd, const char *path, struct err *err)
{
	*w = (struct writer){ .fd = fd, .path = path, .held = malloc(HELD_MAX) };
	return w->held ? 0 : fail_mem(err);
}

/* Returns 0 when the stream can be written again, also to find out that it cannot. */
static int wait_for_reader(struct writer *w)
{
	struct pollfd full = { .fd = w->fd, .events = POLLOUT };

	if (w->wait)
		return w->wait(w->wait_arg, w->fd);
	return poll(&full, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

static int stream_out(struct writer *w, struct iovec *iov, int nr, struct err *err)
{
	while (!w->gone && io_writev(w->fd, iov, nr, &w->pos)) {
		if (errno != EAGAIN && errno != EPIPE)
			return fail_write(w, err);
		w->gone = errno == EPIPE || wait_for_reader(w);
	}
	return 0;
}

/* Writes the @nr pieces, all of them. */
static int put_out(struct writer *w, struct iovec *iov, int nr, struct err *err)
{
	if (w->stream)
		return stream_out(w, iov, nr, err);
	return io_writev(w->fd, iov, nr, &w->pos) ? fail_write(w, err) : 0;
}

int writer_flush(struct writer *w, struct err *err)
{
	struct iovec iov = { w->held, w->nr_held };

	w->nr_held = 0;
	return put_out(w, &iov, 1, err);
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
	return put_out(w, iov, 2, err);
}

int writer_finish(struct writer *w, uint64_t first_ns, uint64_t last_ns, struct err *err)
{
	uint64_t times[2] = { first_ns, last_ns };

	if (writer_flush(w, err))
		return -1;
	if (w->stream)
		return 0;
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
