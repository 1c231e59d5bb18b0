#include "common/reader.h"
#include "common/dir.h"
#include "common/inflate.h"
#include "common/io.h"
#include "common/swap.h"
#include "common/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

/* Behind a record of odd size the others are copied so that they are aligned, so many at once. */
#define WINDOW_BYTES 4096

/* The parts of a directory, and how far they are read. */
struct reader_parts {
	struct perf_file *whole; /* borrowed */
	struct perf_file part;	 /* the one that is being read */
	uint32_t next;
	bool threads;
	struct err damage; /* the first */
};

/* Frees what open_bytes() made. */
static void close_bytes(struct reader *r)
{
	inflate_free(r->inflate);
	unpack_free(r->unpack);
	ahead_free(r->ahead);
	free(r->window);
	r->inflate = NULL;
	r->unpack = NULL;
	r->ahead = NULL;
	r->window = NULL;
}

/* Starts at the first record of r->file. */
static int open_bytes(struct reader *r, struct err *err)
{
	struct perf_file *file = r->file;
	uint64_t pos = file->data.offset, end = pos + file->data.size;

	*r = (struct reader){
		.file = file,
		.pos = pos,
		.end = end,
		.parts = r->parts,
		.nr_compressed = { r->nr_compressed[0], r->nr_compressed[1] },
	};
	r->window = malloc(RECORD_SIZE_MAX + 1);
	r->ahead = file->sequential
			   ? ahead_pipe(file->fd, pos, end, file->front.data, file->front.len)
			   : ahead_new(file->fd, pos, end);
	if (!r->ahead || !r->window) {
		close_bytes(r);
		return fail_mem(err);
	}
	r->buf = r->window; /* nothing in it yet */
	posix_fadvise(file->fd, r->pos, file->data.size, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static void use_threads(struct reader *r)
{
	ahead_start(r->ahead);
	r->may_unpack = !r->file->swapped;
}

/* A part cannot be read, or not any further: the others are. */
static void note_damage(struct reader_parts *parts, const struct err *damage)
{
	if (!parts->damage.code)
		parts->damage = *damage;
}

/* Begins with the next part that can be opened. Returns false when there is none. */
static bool begin_part(struct reader *r)
{
	struct reader_parts *parts = r->parts;

	while (parts->next < parts->whole->dir->nr_parts) {
		struct err damage = { 0 };

		close_bytes(r);
		dir_part_close(&parts->part);
		r->file = &parts->part;
		if (!dir_part_open(r->file, parts->whole, parts->next++, &damage) &&
		    !open_bytes(r, &damage)) {
			if (parts->threads)
				use_threads(r);
			return true;
		}
		note_damage(parts, &damage);
	}
	return false;
}

static int open_parts(struct reader *r, struct err *err)
{
	struct reader_parts *parts = calloc(1, sizeof(*parts));

	if (!parts)
		return fail_mem(err);
	parts->whole = r->file;
	parts->part.fd = -1;
	r->parts = parts;
	if (begin_part(r))
		return 0;
	*err = parts->damage;
	return -1;
}

int reader_open(struct reader *r, struct perf_file *file, struct err *err)
{
	int rc;

	*r = (struct reader){ .file = file };
	rc = dir_has_parts(file) ? open_parts(r, err) : open_bytes(r, err);
	if (rc)
		reader_close(r);
	return rc;
}

void reader_close(struct reader *r)
{
	close_bytes(r);
	if (r->parts)
		dir_part_close(&r->parts->part);
	free(r->parts);
	*r = (struct reader){ 0 };
}

void reader_stop_at(struct reader *r, const volatile bool *stop)
{
	ahead_stop_at(r->ahead, stop);
}

void reader_save_memory(struct reader *r)
{
	ahead_save_memory(r->ahead);
}

void reader_read_ahead(struct reader *r)
{
	ahead_start(r->ahead);
}

void reader_use_threads(struct reader *r)
{
	if (r->parts)
		r->parts->threads = true;
	use_threads(r);
}

void reader_lend(struct reader *r, uint32_t nr)
{
	if (r->parts) {
		reader_use_threads(r);
		return;
	}
	r->may_unpack = !r->file->swapped;
	r->lends = true;
	ahead_lend(r->ahead, nr);
}

int reader_keep(struct reader *r)
{
	if (!r->lends || r->given != &r->block || r->block.start == r->window)
		return -1;
	return (int)ahead_keep(r->ahead);
}

void reader_return(struct reader *r, int kept)
{
	ahead_return(r->ahead, kept);
}

static bool is_compressed(const struct perf_event_header *rec)
{
	return rec->type == RECORD_COMPRESSED || rec->type == RECORD_COMPRESSED2;
}

/* Only these may have a size that is no multiple of 8. */
static bool may_be_odd(const struct perf_event_header *rec)
{
	return rec->type == RECORD_TRACING_DATA || rec->type == RECORD_FEATURE ||
	       rec->type == RECORD_COMPRESSED;
}

/* Can it come out of a compressed one? Not what has more behind it, or says how others are read. */
static bool may_inflate(const struct perf_event_header *rec)
{
	return rec->size % 8 == 0 && !is_compressed(rec) && rec->type != RECORD_AUXTRACE &&
	       rec->type != RECORD_TRACING_DATA && rec->type != RECORD_HEADER_ATTR;
}

/* Is its size not what the header's size says, or odd? Of a file of simpleperf. */
static bool is_wide(const struct perf_event_header *rec)
{
	return rec->type >= RECORD_SIMPLEPERF_FIRST && (rec->misc || rec->size % 8);
}

/* Bytes behind @rec that belong to it and are not records. */
static uint64_t payload_bytes(const struct perf_event_header *rec)
{
	if (rec->type == RECORD_AUXTRACE && rec->size >= 16)
		return load_u64(rec + 1);
	if (rec->type == RECORD_TRACING_DATA && rec->size >= 12)
		return load_u32(rec + 1);
	return 0;
}

const struct perf_event_header *block_next_special(struct block *b)
{
	const struct perf_event_header *rec = (const void *)b->at;

	if (is_compressed(rec) || (rec->size % 8 && !may_be_odd(rec)) ||
	    (b->may_be_wide && is_wide(rec)) || (b->inflated && !may_inflate(rec)))
		return NULL; /* reader_next() sees to it */
	b->payload = b->behind ? b->behind : payload_bytes(rec);
	b->payload_off = block_off(b, rec);
	b->at += rec->size;
	if (b->payload || rec->size % 8)
		b->end = b->at; /* the reader finds the next one, and aligns it */
	return rec;
}

/* Most records are like one of the last two: then where the next one is need not wait for the size of this one. */
void block_skip(struct block *b)
{
	struct perf_event_header one = { 0 }, other = { 0 };
	const struct perf_event_header *rec;
	ptrdiff_t room = PTRDIFF_MAX; /* for either of them */

	do {
		const char *at = b->at;

		while (b->end - at >= room) {
			const uint64_t header = load_u64(at);

			if (header == record_header(&one))
				at += one.size;
			else if (header == record_header(&other))
				at += other.size;
			else
				break;
		}
		b->at = at;
		rec = block_next(b);
		if (rec && rec->type < RECORD_USER_FIRST) {
			other = one.size ? one : *rec;
			one = *rec;
			room = MAX(one.size, other.size);
		}
	} while (rec);
}

/* Offset in the file of what is not yet given. */
static uint64_t reader_off(const struct reader *r)
{
	return r->pos - (r->have - r->used);
}

/* Can a record with this header be? @inflated: it came out of a compressed one. */
static int check_header(const struct perf_event_header *h, bool inflated, uint64_t off,
			const char *path, struct err *err)
{
	if (h->size < sizeof(*h))
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": record of type %u has size %u; only what "
			    "came before it was read",
			    path, off, h->type, h->size);
	if (h->size % 8 && !may_be_odd(h))
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": record of type %u has size %u, which is no "
			    "multiple of 8; only what came before it was read",
			    path, off, h->type, h->size);
	if (inflated && !may_inflate(h))
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": compressed record holds a record of type "
			    "%u; only what came before it was read",
			    path, off, h->type);
	return 0;
}

/* The data ends inside the record at @off. */
static int reader_ended(struct reader *r, uint64_t off, struct err *err)
{
	r->partial = true;
	r->stop_off = off;
	if (r->file->unfinished)
		return 0;
	return fail(err, ERR_TRUNC,
		    "%s: offset %#" PRIx64 ": the %s inside a record; only what came before it "
		    "was read",
		    r->file->path, off,
		    r->file->stream ? "stream ends"
		    : r->file->cut  ? "file was cut"
				    : "data ends");
}

/* Passes over the payload of the record at @off; it may be larger than the buffer. */
static int skip_payload(struct reader *r, uint64_t payload, uint64_t off, struct err *err)
{
	size_t left = r->have - r->used;

	if (payload <= left) {
		r->used += payload;
		return 0;
	}
	r->used = r->have;
	payload -= left;
	if (payload <= r->end - r->pos && ahead_skip(r->ahead, payload) == payload) {
		r->pos += payload;
		return 0;
	}
	r->pos = r->end;
	return reader_ended(r, off, err);
}

/* The header at @at, which may stand anywhere, in host byte order. */
static struct perf_event_header header_at(const struct reader *r, const char *at)
{
	struct perf_event_header h;

	memcpy(&h, at, sizeof(h));
	if (r->file->swapped)
		swap_header(&h);
	return h;
}

/* Is the record @h, of which the block has @left bytes, one that block_next() may see? */
static bool may_turn(const struct perf_event_header *h, size_t left, bool inflated)
{
	if (h->size < sizeof(*h) || h->size > left || is_compressed(h))
		return false;
	return inflated ? may_inflate(h) : h->size % 8 == 0 || may_be_odd(h);
}

/*
 * Turns the whole records of the block into host byte order, which then ends behind them: what
 * follows, the beginning of a record or one that nobody may see, is looked at later.
 */
static void turn_block(const struct reader *r, struct block *b)
{
	char *at = (char *)b->at; /* in memory of the reader's own, or of inflate's */

	while (b->end - at >= (ptrdiff_t)sizeof(struct perf_event_header)) {
		struct perf_event_header h = header_at(r, at);

		if (!may_turn(&h, b->end - at, b->inflated) || (b->may_be_wide && is_wide(&h)))
			break;
		swap_record(r->file, (struct perf_event_header *)at);
		at += h.size;
		if (h.size % 8 || payload_bytes((void *)(at - h.size)))
			break;
	}
	b->end = at;
}

/* inflate's block keeps the beginning of a record for the next one: it must not be turned, or seen. */
static void turn_inflated(struct reader *r)
{
	r->turned_of = r->given;
	r->turned = *r->given;
	turn_block(r, &r->turned);
	r->given = &r->turned;
}

/* Takes account of how far the consumer walked through the block that it was given. */
static int settle_given(struct reader *r, struct err *err)
{
	struct perf_event_header h;
	struct block *b = r->given;

	r->given = NULL;
	if (!b)
		return 0;
	if (b == &r->turned) {
		b = r->turned_of;
		b->at = r->turned.at;
	}
	if (b == &r->block) {
		r->used += b->at - b->start;
		return b->payload ? skip_payload(r, b->payload, b->payload_off, err) : 0;
	}
	if (!b->inflated)
		return 0;
	if (b->end - b->at < (ptrdiff_t)sizeof(struct perf_event_header))
		return 0;
	h = header_at(r, b->at);
	return check_header(&h, true, b->off, r->file->path, err);
}

/* Gets the next bytes, behind the beginning of a record that is left of the former ones. */
static int reader_fill(struct reader *r, struct err *err)
{
	size_t left = r->have - r->used;
	ssize_t got = ahead_next(r->ahead, r->buf + r->used, left, &r->buf);

	r->used = 0;
	r->have = left;
	if (got < 0)
		return fail(err, ERR_IO, "%s: cannot read at offset %#" PRIx64 ": %s",
			    r->file->path, r->pos, strerror(errno));
	if (!got) { /* it shrank since it was opened; or is a stream, which ends of itself */
		r->end = r->pos;
		r->file->cut = !r->file->stream;
	}
	r->pos += got;
	r->have += got;
	return 0;
}

/*
 * A compressed record of @size bytes is at the front, its zstd behind the first @head of them. It
 * stays in the buffer until it is used up.
 */
static int start_inflating(struct reader *r, size_t head, size_t zstd, size_t size, struct err *err)
{
	const char *left;
	size_t len;

	if (!r->inflate)
		r->inflate = inflate_new();
	if (!r->inflate)
		return fail_mem(err);
	if (r->unpack) {
		left = unpack_left(r->unpack, &len);
		if (len)
			inflate_set_left(r->inflate, left, len);
		unpack_set_left(r->unpack, NULL, 0);
	}
	if (!inflate_is_open(r->inflate))
		r->frame_off = reader_off(r);
	inflate_feed(r->inflate, r->buf + r->used + head, zstd, reader_off(r));
	r->used += size;
	r->nr_compressed[head == COMPRESSED2_HEAD]++;
	r->inflating = true;
	return 0;
}

/* A COMPRESSED2 record is at the front. As reader_front(), and never 1. */
static int front_compressed2(struct reader *r, const struct perf_event_header *h, struct err *err)
{
	uint64_t off = reader_off(r), data_size = 0;
	size_t left = r->have - r->used;
	struct compressed2_size s;
	bool whole = left >= COMPRESSED2_HEAD;

	if (!whole && (!h->size || h->size >= COMPRESSED2_HEAD))
		return 0;
	if (whole)
		data_size = file_u64(r->file, r->buf + r->used + sizeof(*h));
	if (!whole || !compressed2_measure(&r->push, h, data_size, r->end - off, &s))
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": COMPRESSED2 record of %u bytes says it holds "
			    "%" PRIu64 "; only what came before it was read",
			    r->file->path, off, h->size, data_size);
	if (s.size > left)
		return 0;
	if (start_inflating(r, COMPRESSED2_HEAD, s.zstd, s.size, err))
		return -1;
	compressed2_pass(&r->push, h, data_size, &s);
	return 0;
}

/* Gives what is in the buffer, or a copy of some of it when it does not stand aligned. */
static void give_block(struct reader *r, const struct perf_event_header *h)
{
	const char *at = r->buf + r->used;
	size_t len = r->have - r->used;

	if ((uintptr_t)at % 8) {
		len = MIN(len, MAX(WINDOW_BYTES, (size_t)h->size));
		at = memcpy(r->window, at, len);
	}
	r->block = (struct block){
		.start = at,
		.at = at,
		.end = at + len,
		.off = reader_off(r),
		.may_be_wide = file_by_simpleperf(r->file),
	};
	if (r->file->swapped)
		turn_block(r, &r->block);
	r->given = &r->block;
}

/*
 * The record at the front is_wide(): it is given as a header without misc, of which the rest is what is
 * behind. Returns 1, or -1 on damage; 0 where an unfinished file ends in it.
 */
static int give_wide(struct reader *r, const struct perf_event_header *h, struct err *err)
{
	uint64_t size = (uint64_t)h->misc << 16 | h->size, off = reader_off(r);
	struct perf_event_header header = { .type = h->type, .size = sizeof(header) };

	if (size < sizeof(header))
		return check_header(h, false, off, r->file->path, err);
	if (size > r->end - off) {
		if (r->file->unfinished) {
			r->used = r->have;
			r->pos = r->end;
		}
		return reader_ended(r, off, err);
	}
	r->block = (struct block){
		.start = memcpy(r->window, &header, sizeof(header)),
		.at = r->window,
		.end = r->window + sizeof(header),
		.off = off,
		.behind = size - sizeof(header),
	};
	r->given = &r->block;
	return 1;
}

/*
 * A file system that was cut off keeps the size of a file and may have nothing to put there.
 * Passes over what is left of the data if it is nothing but zeros.
 */
static bool pass_zeros(struct reader *r, const struct perf_event_header *h)
{
	if (h->type || h->misc || h->size || r->file->sequential ||
	    !io_is_zero(r->file->fd, r->stop_off, r->end))
		return false;
	r->zeros = r->end - r->stop_off;
	r->used = r->have;
	r->pos = r->end;
	return true;
}

/*
 * Looks at the front of the buffer. Returns 1 when a block was given, 0 when more bytes are
 * needed or, with r->inflating, when the record was compressed; -1 on damage.
 */
static int reader_front(struct reader *r, struct err *err)
{
	size_t left = r->have - r->used;
	struct perf_event_header h;

	if (!r->zeros && !r->partial)
		r->stop_off = reader_off(r);
	if (left < sizeof(h))
		return 0;
	h = header_at(r, r->buf + r->used);
	if (pass_zeros(r, &h))
		return 0;
	if (h.type == RECORD_COMPRESSED2)
		return front_compressed2(r, &h, err);
	if (r->push.left)
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": %" PRIu64 " bytes of the COMPRESSED2 records "
			    "before are missing; only what came before it was read",
			    r->file->path, reader_off(r), r->push.left);
	if (is_wide(&h) && file_by_simpleperf(r->file))
		return give_wide(r, &h, err);
	if (check_header(&h, false, reader_off(r), r->file->path, err))
		return -1;
	if (h.size > left)
		return 0;
	if (is_compressed(&h))
		return start_inflating(r, sizeof(h), h.size - sizeof(h), h.size, err);
	give_block(r, &h);
	return 1;
}

enum queued { QUEUED_ALL, QUEUED_NEEDS_BYTES, QUEUED_STOPS };

/*
 * Can the record @h at the front go through the queue? Plain ones only behind others: alone they
 * are given from the buffer, many at once.
 */
static bool may_queue(struct reader *r, const struct perf_event_header *h)
{
	const char *body = r->buf + r->used + sizeof(*h);

	if (h->type == RECORD_COMPRESSED)
		return (r->may_unpack || r->unpack) &&
		       !(r->inflate && inflate_is_open(r->inflate)) &&
		       unpack_takes(body, h->size - sizeof(*h));
	return r->unpack && !unpack_empty(r->unpack) && !is_compressed(h) && h->size % 8 == 0 &&
	       h->type != RECORD_AUXTRACE && h->type != RECORD_TRACING_DATA &&
	       h->type < RECORD_SIMPLEPERF_FIRST;
}

static int queue_record(struct reader *r, const struct perf_event_header *h, struct err *err)
{
	const char *at = r->buf + r->used, *left;
	uint64_t off = reader_off(r);
	size_t len;
	int rc;

	if (h->type != RECORD_COMPRESSED) {
		rc = unpack_plain(r->unpack, at, h->size, off, err);
	} else {
		left = r->inflate ? inflate_left(r->inflate, &len) : NULL;
		if (left && len) {
			unpack_set_left(r->unpack, left, len);
			inflate_set_left(r->inflate, left, 0);
		}
		rc = unpack_frame(r->unpack, at + sizeof(*h), h->size - sizeof(*h), off, err);
		r->nr_compressed[0]++;
	}
	r->used += h->size;
	return rc;
}

/* Queues what lies in the buffer. Returns an enum queued, or -1. */
static int queue_more(struct reader *r, struct err *err)
{
	for (;;) {
		size_t left = r->have - r->used;
		struct perf_event_header h;

		if (r->unpack && unpack_full(r->unpack))
			return QUEUED_ALL;
		if (left < sizeof(h))
			return QUEUED_NEEDS_BYTES;
		memcpy(&h, r->buf + r->used, sizeof(h));
		if (h.size < sizeof(h))
			return QUEUED_STOPS;
		if (h.size > left)
			return QUEUED_NEEDS_BYTES;
		if (!may_queue(r, &h))
			return QUEUED_STOPS;
		if (!r->unpack)
			r->unpack = unpack_new();
		r->may_unpack = false; /* there is one now, or there will be none */
		if (!r->unpack)
			return QUEUED_STOPS;
		if (queue_record(r, &h, err))
			return -1;
	}
}

/*
 * The next block of the queue, which is filled first as far as the bytes reach; more of them are
 * waited for in a file only, where they are there. Returns 1, 0 when it is empty, or -1.
 */
static int next_unpacked(struct reader *r, struct err *err)
{
	int rc = QUEUED_NEEDS_BYTES;

	if (!r->unpack && !r->may_unpack)
		return 0;
	while (rc == QUEUED_NEEDS_BYTES) {
		rc = queue_more(r, err);
		if (rc < 0)
			return -1;
		if (rc != QUEUED_NEEDS_BYTES || !r->unpack || unpack_empty(r->unpack) ||
		    r->file->sequential || r->pos == r->end)
			break;
		/* If that fails, it does so again when all that is queued was given. */
		if (reader_fill(r, NULL))
			break;
	}
	if (!r->unpack || unpack_empty(r->unpack))
		return 0;
	rc = unpack_next(r->unpack, &r->given, r->file->path, err);
	r->stop_off = unpack_off(r->unpack);
	return rc;
}

/* The next block out of the compressed record. Returns 1, 0 when there is none, or -1. */
static int next_inflated(struct reader *r, struct err *err)
{
	int rc = inflate_next(r->inflate, &r->given, r->file->path, err);

	if (rc <= 0)
		r->inflating = false;
	else if (r->file->swapped)
		turn_inflated(r);
	return rc;
}

/* Is half a record left of what was compressed? */
static bool record_left(struct reader *r)
{
	size_t inflate = 0, unpack = 0;

	if (r->inflate)
		inflate_left(r->inflate, &inflate);
	if (r->unpack)
		unpack_left(r->unpack, &unpack);
	return inflate || unpack;
}

/*
 * All data is read. What is left over is half a record. The rest of a file that comes through a
 * pipe is taken, too, lest its sender fail.
 */
static int reader_end(struct reader *r, struct err *err)
{
	if (r->file->behind)
		ahead_skip(r->ahead, r->file->behind);
	r->file->behind = 0;
	if (r->used < r->have || r->push.left || record_left(r))
		return reader_ended(r, r->stop_off, err);
	if (r->zeros && !r->file->unfinished)
		return fail(err, ERR_TRUNC,
			    "%s: offset %#" PRIx64 ": the data ends in %" PRIu64 " bytes of zeros, "
			    "as when the machine went down; only what came before it was read",
			    r->file->path, r->stop_off, r->zeros);
	if (r->file->cut && !r->file->unfinished)
		return fail(err, ERR_TRUNC,
			    "%s: offset %#" PRIx64 ": the file was cut here, before the end of "
			    "its data; only what came before it was read",
			    r->file->path, r->stop_off);
	return 0;
}

static int next_of_file(struct reader *r, struct block **block, struct err *err)
{
	int rc = settle_given(r, err);

	while (!rc) {
		if (r->inflating) {
			rc = next_inflated(r, err);
			continue;
		}
		rc = next_unpacked(r, err);
		if (rc)
			break;
		rc = reader_front(r, err);
		if (rc || r->inflating)
			continue;
		if (r->pos == r->end)
			return reader_end(r, err);
		rc = reader_fill(r, err);
	}
	*block = r->given;
	return rc;
}

/* The next block of this part or of those behind it; at the end what was wrong with any. */
static int next_of_parts(struct reader *r, struct block **block, struct err *err)
{
	struct reader_parts *parts = r->parts;

	while (r->ahead) {
		struct err damage = { 0 };
		int rc = next_of_file(r, block, &damage);

		if (rc > 0)
			return rc;
		if (rc < 0)
			note_damage(parts, &damage);
		if (!begin_part(r))
			break;
	}
	*block = NULL;
	if (parts->damage.code && err)
		*err = parts->damage;
	return parts->damage.code ? -1 : 0;
}

int reader_next(struct reader *r, struct block **block, struct err *err)
{
	return r->parts ? next_of_parts(r, block, err) : next_of_file(r, block, err);
}

void reader_go_on(struct reader *r, uint64_t off)
{
	/* What it failed at is still in the buffer. */
	if (off <= r->pos) {
		r->used = r->have - (r->pos - off);
	} else {
		r->used = r->have;
		ahead_skip(r->ahead, off - r->pos);
		r->pos = off;
	}
	if (r->inflate)
		inflate_restart(r->inflate);
	r->inflating = false;
	r->given = NULL;
	r->push.left = 0;
	r->partial = false;
	r->stop_off = off;
}
