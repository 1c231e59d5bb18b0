#include "common/inflate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zstd.h>

/* A frame may ask for so much memory (a power of two) and no more: 128 MiB, zstd's own default. */
#define WINDOW_LOG_MAX 27

/*
 * zstd copies what it gives from a buffer of its own, which begins with a page but for a few bytes. Where
 * source and destination are at nearly the same place of their pages, a CPU may take 16 times as long
 * (AMD's with rep movsb); so ours begins in the middle of one.
 */
#define PAGE_BYTES 4096
#define OUT_SHIFT  (PAGE_BYTES / 2)
#define ROOM_BYTES ALIGN_UP(OUT_SHIFT + INFLATE_PIECE + RECORD_SIZE_MAX + 1, PAGE_BYTES)

struct inflate {
	ZSTD_DStream *stream;
	ZSTD_inBuffer in;
	struct block block;
	uint64_t given; /* bytes out of the record so far */
	bool full;	/* the last piece filled the buffer: zstd may hold more */
	bool open;	/* a frame has begun and not ended */
	bool was_open;	/* likewise, in front of the record that is used up */
	char *room;
	char *out; /* INFLATE_PIECE + one record; in @room */
};

struct inflate *inflate_new(void)
{
	struct inflate *z = calloc(1, sizeof(*z));

	if (!z)
		return NULL;
	z->stream = ZSTD_createDStream();
	z->room = aligned_alloc(PAGE_BYTES, ROOM_BYTES);
	if (!z->stream || !z->room) {
		inflate_free(z);
		return NULL;
	}
	z->out = z->room + OUT_SHIFT;
	ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	z->block = (struct block){ .start = z->out, .at = z->out, .end = z->out, .inflated = true };
	return z;
}

void inflate_free(struct inflate *z)
{
	if (!z)
		return;
	ZSTD_freeDStream(z->stream);
	free(z->room);
	free(z);
}

void inflate_feed(struct inflate *z, const char *zstd, size_t len, uint64_t off)
{
	z->in = (ZSTD_inBuffer){ .src = zstd, .size = len };
	z->given = 0;
	z->full = false;
	z->was_open = z->open;
	z->block.off = off;
}

static int damaged(struct inflate *z, const char *path, const char *how, struct err *err)
{
	z->open = z->was_open;
	return fail(err, ERR_DATA,
		    "%s: offset %#" PRIx64 ": compressed record: %s; only what came before it was "
		    "read",
		    path, z->block.off, how);
}

int inflate_next(struct inflate *z, struct block **block, const char *path, struct err *err)
{
	size_t left = z->block.end - z->block.at, rc;
	ZSTD_outBuffer out = { .dst = z->out, .pos = left };

	out.size = left + INFLATE_PIECE;
	memmove(z->out, z->block.at, left);
	z->block.at = z->block.start = z->out;
	z->block.end = z->out + left;
	while ((z->in.pos < z->in.size || z->full) && out.pos < out.size) {
		size_t in_before = z->in.pos, out_before = out.pos;

		rc = ZSTD_decompressStream(z->stream, &out, &z->in);
		if (ZSTD_isError(rc))
			return damaged(z, path, ZSTD_getErrorName(rc), err);
		z->full = out.pos == out.size;
		if (z->in.pos == in_before && out.pos == out_before)
			break;
		z->open = rc != 0;
	}
	if (out.pos == left)
		return 0;
	z->given += out.pos - left;
	if (z->given > INFLATE_RECORD_MAX)
		return damaged(z, path, "it expands to more than any recorder puts into one", err);
	z->block.end = z->out + out.pos;
	*block = &z->block;
	return 1;
}

void inflate_restart(struct inflate *z)
{
	ZSTD_DCtx_reset(z->stream, ZSTD_reset_session_only);
	z->in = (ZSTD_inBuffer){ 0 };
	z->full = z->open = false;
	inflate_set_left(z, NULL, 0);
}

bool inflate_is_open(const struct inflate *z)
{
	return z->open;
}

bool inflate_starts(const char *zstd, size_t len)
{
	uint32_t magic = len < sizeof(magic) ? 0 : load_u32(zstd);

	return magic == ZSTD_MAGICNUMBER || (magic & ~15u) == ZSTD_MAGIC_SKIPPABLE_START;
}

const char *inflate_left(const struct inflate *z, size_t *len)
{
	*len = z->block.end - z->block.at;
	return z->block.at;
}

void inflate_set_left(struct inflate *z, const char *left, size_t len)
{
	if (len)
		memcpy(z->out, left, len);
	z->block = (struct block){
		.start = z->out, .at = z->out, .end = z->out + len, .inflated = true
	};
}
