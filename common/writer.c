#include "common/writer.h"
#include "common/io.h"
#include "common/util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#define HELD_MAX   (64u << 10)
#define STRING_PAD 64
#define PIECES_MAX 2

#define COMPRESSED_RATIO_OFF 12 /* in the body of COMPRESSED */

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
		if (bit == FEATURE_COMPRESSED && bodies[bit].len)
			w->ratio_off = w->front.len + COMPRESSED_RATIO_OFF;
		if (bit == FEATURE_SAMPLE_TIME) {
			w->sample_time_off = w->front.len;
			add_feature(w, &table, bit, no_time, sizeof(no_time));
		} else if (bit == FEATURE_EVENT_DESC) {
			add_feature(w, &table, bit, desc.data, desc.len);
		} else if (bodies[bit].data) {
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
	*w = (struct writer){ .fd = fd, .path = path };
	if (lane_init(&w->own, w, 0, err))
		return -1;
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
	*w = (struct writer){ .fd = fd, .path = path, .stream = true };
	if (lane_init(&w->own, w, 0, err))
		return -1;
	w->header.magic = PERF_MAGIC;
	w->header.size = FILE_HEADER_SIZE_PIPE;
	if (add_head(w, events, nr_events, bodies, err))
		return -1;
	w->header.data.offset = w->front.len;
	return writer_push(w, w->front.data, w->front.len, err) || writer_flush(w, err) ? -1 : 0;
}

int writer_begin_records(struct writer *w, int fd, const char *path, struct err *err)
{
	*w = (struct writer){ .fd = fd, .path = path };
	return lane_init(&w->own, w, 0, err);
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
	uint64_t done = 0;
	int rc;

	if (w->stream)
		return stream_out(w, iov, nr, err);
	rc = io_writev(w->fd, iov, nr, &done);
	__atomic_fetch_add(&w->pos, done, __ATOMIC_RELAXED);
	return rc ? fail_write(w, err) : 0;
}

/* A deflate_sink. */
static int push_compressed(void *arg, const void *data, size_t len, struct err *err)
{
	return lane_push(arg, data, len, err);
}

int lane_init(struct lane *l, struct writer *w, int level, struct err *err)
{
	*l = (struct lane){ .writer = w, .held = malloc(HELD_MAX) };
	if (level)
		l->deflate = deflate_new(level, push_compressed, l);
	return l->held && (!level || l->deflate) ? 0 : fail_mem(err);
}

void lane_release(struct lane *l)
{
	deflate_free(l->deflate);
	free(l->held);
	*l = (struct lane){ 0 };
}

/* All of them in one piece: between two calls another thread may write. */
static int push_pieces(struct lane *l, const struct iovec *pieces, int nr, struct err *err)
{
	struct iovec iov[1 + PIECES_MAX] = { { l->held, l->nr_held } };
	size_t len = 0;

	for (int i = 0; i < nr; i++) {
		iov[i + 1] = pieces[i];
		len += pieces[i].iov_len;
	}
	if (len > HELD_MAX - l->nr_held) {
		l->nr_held = 0;
		return put_out(l->writer, iov, nr + 1, err);
	}
	for (int i = 0; i < nr; i++) {
		memcpy(l->held + l->nr_held, pieces[i].iov_base, pieces[i].iov_len);
		l->nr_held += pieces[i].iov_len;
	}
	return 0;
}

int lane_push(struct lane *l, const void *data, size_t len, struct err *err)
{
	return push_pieces(l, &(struct iovec){ (void *)data, len }, 1, err);
}

int lane_push_records(struct lane *l, const struct iovec *pieces, int nr, struct err *err)
{
	int rc = 0;

	if (!l->deflate)
		return push_pieces(l, pieces, nr, err);
	for (int i = 0; i < nr && !rc; i++)
		rc = deflate_push(l->deflate, pieces[i].iov_base, pieces[i].iov_len, err);
	return rc;
}

int lane_deflate(struct lane *l, struct err *err)
{
	return l->deflate ? deflate_flush(l->deflate, err) : 0;
}

int lane_flush(struct lane *l, struct err *err)
{
	struct iovec iov;

	if (lane_deflate(l, err))
		return -1;
	iov = (struct iovec){ l->held, l->nr_held };
	l->nr_held = 0;
	return put_out(l->writer, &iov, 1, err);
}

int writer_flush(struct writer *w, struct err *err)
{
	w->own.writer = w; /* it may have been moved */
	return lane_flush(&w->own, err);
}

int writer_push(struct writer *w, const void *data, size_t len, struct err *err)
{
	w->own.writer = w;
	return lane_push(&w->own, data, len, err);
}

/*
 * What is appended stands in one piece, whoever else appends: file systems hold their inode's lock
 * for the whole of a write().
 */
static int set_append(struct writer *w, bool on, struct err *err)
{
	int flags = fcntl(w->fd, F_GETFL);

	if (flags < 0 || fcntl(w->fd, F_SETFL, on ? flags | O_APPEND : flags & ~O_APPEND))
		return fail(err, ERR_IO, "cannot write %s from several threads: %s", w->path,
			    strerror(errno));
	return 0;
}

int writer_share(struct writer *w, struct err *err)
{
	w->shared = true;
	return set_append(w, true, err);
}

/* What only the end knows, in its place in front of the data. */
static int finish_front(struct writer *w, const uint64_t times[2])
{
	uint32_t ratio = w->compressed ? (w->raw + w->compressed / 2) / w->compressed : 0;

	if (io_pwrite(w->fd, times, 2 * sizeof(*times), w->sample_time_off) ||
	    (w->ratio_off && io_pwrite(w->fd, &ratio, sizeof(ratio), w->ratio_off)))
		return -1;
	return io_pwrite(w->fd, &w->header, sizeof(w->header), 0);
}

/* Data of size 0 is what a killed recorder leaves. */
static int fill_empty(struct writer *w, struct err *err)
{
	static const struct perf_event_header mark = {
		.type = RECORD_FINISHED_ROUND,
		.size = sizeof(mark),
	};

	if (w->pos > w->header.data.offset)
		return 0;
	return writer_push(w, &mark, sizeof(mark), err) || writer_flush(w, err) ? -1 : 0;
}

int writer_finish(struct writer *w, uint64_t first_ns, uint64_t last_ns, struct err *err)
{
	uint64_t times[2] = { first_ns, last_ns };

	if (writer_flush(w, err))
		return -1;
	if (w->stream)
		return 0;
	if (fill_empty(w, err))
		return -1;
	w->header.data.size = w->pos - w->header.data.offset;
	if (writer_push(w, w->front.data + w->table.offset, w->table.size, err) ||
	    writer_flush(w, err))
		return -1;
	/* pwrite() to a file that is appended to appends, too. */
	if (w->shared && set_append(w, false, err))
		return -1;
	/*
	 * No fsync: the end of a recording shall not wait for the disk, and what a crash of the
	 * machine leaves is read as an unfinished one.
	 */
	return finish_front(w, times) ? fail_write(w, err) : 0;
}

void writer_release(struct writer *w)
{
	buf_release(&w->front);
	lane_release(&w->own);
	*w = (struct writer){ .fd = -1 };
}
