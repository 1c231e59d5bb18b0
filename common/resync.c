#include "common/resync.h"
#include "common/inflate.h"
#include "common/io.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define KERNEL_TYPES_END 32 /* Linux 6.19 is at 23 */
#define USER_TYPES_END	 96 /* perf 7.2 is at 87 */
#define WINDOW		 (1u << 20)
#define MARGIN		 (RESYNC_RECORDS * (RECORD_SIZE_MAX + 1u))

/* A piece of the file: @len bytes from @off on. */
struct window {
	uint64_t off;
	size_t len;
	char *bytes;	  /* WINDOW + MARGIN */
	uint64_t *record; /* room for one, aligned */
};

static bool window_init(struct window *w)
{
	*w = (struct window){ .bytes = malloc(WINDOW + MARGIN),
			      .record = malloc(RECORD_SIZE_MAX + 1) };
	return w->bytes && w->record;
}

static void window_release(struct window *w)
{
	free(w->bytes);
	free(w->record);
}

static bool window_read(struct window *w, const struct resync *r, uint64_t off, size_t room)
{
	ssize_t got = io_pread(r->file->fd, w->bytes, MIN(room, r->end - off), off);

	w->off = off;
	w->len = MAX(got, 0);
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

/* Is there a record at @at of the window? Returns its size, or 0. */
static uint32_t record_at(const struct resync *r, struct window *w, size_t at)
{
	struct perf_event_header h;

	if (w->len - at < sizeof(h))
		return 0;
	memcpy(&h, w->bytes + at, sizeof(h));
	if (!h.type || h.size < sizeof(h) || h.size > w->len - at)
		return 0;
	if (h.type >= RECORD_USER_FIRST)
		return !h.misc && is_of_user(&h) ? h.size : 0;
	if (h.type >= KERNEL_TYPES_END || h.size % 8)
		return 0;
	memcpy(w->record, w->bytes + at, h.size);
	return r->good(r->arg, (const void *)w->record) ? h.size : 0;
}

static bool chain_at(const struct resync *r, struct window *w, size_t at)
{
	for (int nr = 0; nr < RESYNC_RECORDS; nr++) {
		uint32_t size;

		if (nr && w->off + at == r->end)
			return true;
		size = record_at(r, w, at);
		if (!size)
			return false;
		at += size;
	}
	return true;
}

bool resync_holds(const struct resync *r, uint64_t off)
{
	struct window w;
	bool holds = off == r->end;

	if (!holds && window_init(&w)) {
		holds = window_read(&w, r, off, MARGIN) && chain_at(r, &w, 0);
		window_release(&w);
	} else if (!holds) {
		window_release(&w);
	}
	return holds;
}

/* Holes of the file are not read: where @off goes on behind the one that it may be in. */
static uint64_t pass_hole(const struct resync *r, uint64_t off)
{
	off_t data = lseek(r->file->fd, off, SEEK_DATA);

	if (data < 0)
		return errno == ENXIO ? r->end : off;
	if ((uint64_t)data <= off)
		return off;
	return MIN(off + ALIGN_UP(data - off, r->step), r->end);
}

static uint64_t find(const struct resync *r, struct window *w, uint64_t from)
{
	while ((from = pass_hole(r, from)) < r->end && window_read(w, r, from, WINDOW + MARGIN)) {
		size_t tries = MIN(w->len, WINDOW);

		for (size_t at = 0; at < tries; at += r->step)
			if (chain_at(r, w, at))
				return from + at;
		from += ALIGN_UP(tries, r->step);
	}
	return r->end;
}

uint64_t resync_find(const struct resync *r, uint64_t from)
{
	struct window w;
	uint64_t found = r->end;

	if (window_init(&w))
		found = find(r, &w, from);
	window_release(&w);
	return found;
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
