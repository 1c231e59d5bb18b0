#include "common/resync.h"
#include "common/inflate.h"
#include "common/io.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define KERNEL_TYPES_END 32 /* Linux 6.19 is at 23 */
#define USER_TYPES_END	 96 /* perf 7.2 is at 87 */
#define WINDOW		 (1u << 20)
#define NEAR		 4096u
#define MARGIN		 (RESYNC_RECORDS * (RECORD_SIZE_MAX + 1u))

int resync_init(struct resync *r, const struct perf_file *file,
		bool (*good)(void *arg, const struct perf_event_header *rec), void *arg,
		struct err *err)
{
	*r = (struct resync){ .file = file, .good = good, .arg = arg };
	r->end = file->data.offset + file->data.size;
	r->bytes = malloc(WINDOW + MARGIN);
	r->record = malloc(RECORD_SIZE_MAX + 1);
	return r->bytes && r->record ? 0 : fail_mem(err);
}

void resync_release(struct resync *r)
{
	free(r->bytes);
	free(r->record);
	*r = (struct resync){ 0 };
}

/* Reads @room bytes from @off on. */
static bool read_piece(struct resync *r, uint64_t off, size_t room)
{
	ssize_t got = io_pread(r->file->fd, r->bytes, MIN(room, r->end - off), off);

	r->off = off;
	r->len = MAX(got, 0);
	return got > 0;
}

static bool is_of_user(const struct perf_event_header *h)
{
	switch (h->type) {
	case RECORD_FINISHED_ROUND:
		return h->size == sizeof(*h);
	case RECORD_COMPRESSED:
	case RECORD_FEATURE:
		return h->size > sizeof(*h);
	case RECORD_TRACING_DATA: /* what follows it is none */
	case RECORD_AUXTRACE:
		return false;
	default:
		return h->type < USER_TYPES_END && h->size % 8 == 0;
	}
}

/* Is there a record at @at of the piece? Returns its size, or 0. */
static uint32_t record_at(struct resync *r, size_t at)
{
	struct perf_event_header h;

	if (r->len - at < sizeof(h))
		return 0;
	memcpy(&h, r->bytes + at, sizeof(h));
	if (!h.type || h.size < sizeof(h) || h.size > r->len - at)
		return 0;
	if (h.type >= RECORD_USER_FIRST)
		return !h.misc && is_of_user(&h) ? h.size : 0;
	if (h.type >= KERNEL_TYPES_END || h.size % 8)
		return 0;
	memcpy(r->record, r->bytes + at, h.size);
	return r->good(r->arg, (const void *)r->record) ? h.size : 0;
}

static bool chain_at(struct resync *r, size_t at)
{
	for (int nr = 0; nr < RESYNC_RECORDS; nr++) {
		uint32_t size;

		if (nr && r->off + at == r->end)
			return true;
		size = record_at(r, at);
		if (!size)
			return false;
		at += size;
	}
	return true;
}

bool resync_holds(struct resync *r, uint64_t off)
{
	if (off >= r->end)
		return off == r->end;
	/* Most records are small. */
	return (read_piece(r, off, NEAR) && chain_at(r, 0)) ||
	       (r->len == NEAR && read_piece(r, off, MARGIN) && chain_at(r, 0));
}

/* Holes of the file are not read: where @off goes on behind the one that it may be in. */
static uint64_t pass_hole(const struct resync *r, uint64_t off, uint32_t step)
{
	off_t data = lseek(r->file->fd, off, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? r->end : off;
	if ((uint64_t)data <= off)
		return off;
	return MIN(off + ALIGN_UP(data - off, step), r->end);
}

/* The first of so many places from that of the piece on; @tries when there is none. */
static size_t try_places(struct resync *r, size_t tries, uint32_t step)
{
	size_t at = 0;

	while (at < tries && !chain_at(r, at))
		at += step;
	return at;
}

uint64_t resync_find(struct resync *r, uint64_t from, uint32_t step)
{
	size_t at;

	/* It may be behind the next record: a small piece, in which a chain may be cut. */
	if (from < r->end && read_piece(r, from, NEAR)) {
		at = try_places(r, r->len, step);
		if (at < r->len)
			return from + at;
	}
	while ((from = pass_hole(r, from, step)) < r->end && read_piece(r, from, WINDOW + MARGIN)) {
		size_t tries = MIN(r->len, WINDOW);

		at = try_places(r, tries, step);
		if (at < tries)
			return from + at;
		from += at;
	}
	return r->end;
}

/* The size of the compressed record at @off; 0 when there is none. *@starts: it begins a frame. */
static uint32_t compressed_at(const struct resync *r, uint64_t off, bool *starts)
{
	struct {
		struct perf_event_header header;
		char zstd[4];
	} front = { 0 };
	ssize_t got = io_pread(r->file->fd, &front, sizeof(front), off);

	*starts = inflate_starts(front.zstd, sizeof(front.zstd));
	if (got < (ssize_t)sizeof(front.header) || front.header.type != RECORD_COMPRESSED ||
	    front.header.size < sizeof(front.header) || front.header.size > r->end - off)
		return 0;
	return front.header.size;
}

uint64_t resync_skip_compressed(const struct resync *r, uint64_t off, uint64_t *nr, uint64_t *bytes)
{
	bool starts;
	uint32_t size = compressed_at(r, off, &starts);

	while (size) {
		++*nr;
		*bytes += size;
		off += size;
		size = compressed_at(r, off, &starts);
		if (starts)
			break;
	}
	return off;
}

bool resync_is_frame(const struct resync *r, uint64_t off)
{
	bool starts;

	return compressed_at(r, off, &starts) && starts;
}
