#include "common/deflate.h"
#include "common/abi.h"
#include "common/util.h"

#include <stdlib.h>
#include <zstd.h>

/* Behind the chunk: the beginning of a record that does not fit into it, or a whole one. */
#define IN_BYTES (DEFLATE_CHUNK + RECORD_SIZE_MAX + 1)

#define SKIPPABLE_MAGIC 0x184D2A50u
#define SKIPPABLE_SIZE	8 /* u32 magic, u32 bytes that follow */

/* In front of the frame: header, skippable frame, and its up to 7 bytes. */
#define FRAME_OFF (sizeof(struct perf_event_header) + SKIPPABLE_SIZE + 8)

/* The most that a frame may take, so that with all in front of it the record still has a size. */
#define FRAME_MAX (RECORD_SIZE_MAX / 8 * 8 - FRAME_OFF)

#define COMPRESS_VERSION 0
#define COMPRESS_ZSTD	 1

struct deflate {
	ZSTD_CCtx *zstd;
	deflate_sink *sink;
	void *arg;
	char *in, *out;
	size_t nr_in; /* bytes of @in; it begins with a record */
	uint64_t total_in, total_out;
};

struct deflate *deflate_new(int level, deflate_sink *sink, void *arg)
{
	struct deflate *z = calloc(1, sizeof(*z));

	if (!z)
		return NULL;
	*z = (struct deflate){
		.zstd = ZSTD_createCCtx(),
		.sink = sink,
		.arg = arg,
		.in = malloc(IN_BYTES),
		.out = malloc(FRAME_OFF + FRAME_MAX),
	};
	if (!z->zstd || !z->in || !z->out) {
		deflate_free(z);
		return NULL;
	}
	ZSTD_CCtx_setParameter(z->zstd, ZSTD_c_compressionLevel, level);
	return z;
}

void deflate_free(struct deflate *z)
{
	if (!z)
		return;
	ZSTD_freeCCtx(z->zstd);
	free(z->in);
	free(z->out);
	free(z);
}

/* Bytes of the whole records in the first @max of @z->in: at least one, if that is whole. */
static size_t whole_records(const struct deflate *z, size_t max)
{
	const struct perf_event_header *rec;
	size_t at = 0;

	while (z->nr_in - at >= sizeof(*rec)) {
		rec = (const void *)(z->in + at);
		if (rec->size < sizeof(*rec) || rec->size > z->nr_in - at ||
		    (at && at + rec->size > max))
			break;
		at += rec->size;
	}
	return at;
}

/* Puts the header and what aligns in front of the frame of @len bytes. Returns the record's size. */
static size_t wrap_frame(struct deflate *z, size_t len, const char **rec)
{
	uint32_t pad = -len & 7, skippable[2] = { SKIPPABLE_MAGIC, pad };
	struct perf_event_header header = { .type = RECORD_COMPRESSED };
	char *at = z->out + FRAME_OFF;

	if (pad) {
		at -= pad;
		memset(at, 0, pad);
		at -= sizeof(skippable);
		memcpy(at, skippable, sizeof(skippable));
	}
	at -= sizeof(header);
	header.size = z->out + FRAME_OFF + len - at;
	*rec = memcpy(at, &header, sizeof(header));
	return header.size;
}

/* Gives the sink @len bytes of whole records, compressed. Returns how many it took, or -1. */
static ssize_t compress(struct deflate *z, size_t len, struct err *err)
{
	const char *rec;
	size_t got;

	for (;;) {
		size_t half = whole_records(z, len / 2);

		got = ZSTD_compress2(z->zstd, z->out + FRAME_OFF, FRAME_MAX, z->in, len);
		if (!ZSTD_isError(got))
			break;
		/* A single record that does not get smaller: as it is. */
		if (half >= len) {
			z->total_out += len;
			return z->sink(z->arg, z->in, len, err) ? -1 : (ssize_t)len;
		}
		len = half;
	}
	got = wrap_frame(z, got, &rec);
	z->total_out += got;
	return z->sink(z->arg, rec, got, err) ? -1 : (ssize_t)len;
}

/* Compresses what is there until less than @least is left. */
static int shrink(struct deflate *z, size_t least, struct err *err)
{
	while (z->nr_in && z->nr_in >= least) {
		size_t len = whole_records(z, DEFLATE_CHUNK);
		ssize_t taken = len ? compress(z, len, err) : 0;

		if (taken < 0)
			return -1;
		if (!taken)
			break;
		z->total_in += taken;
		z->nr_in -= taken;
		memmove(z->in, z->in + taken, z->nr_in);
	}
	return 0;
}

int deflate_push(struct deflate *z, const void *data, size_t len, struct err *err)
{
	while (len) {
		size_t part = MIN(len, IN_BYTES - z->nr_in);

		memcpy(z->in + z->nr_in, data, part);
		z->nr_in += part;
		data = (const char *)data + part;
		len -= part;
		if (shrink(z, IN_BYTES, err))
			return -1;
	}
	return 0;
}

int deflate_flush(struct deflate *z, struct err *err)
{
	return shrink(z, 0, err);
}

size_t deflate_held(const struct deflate *z)
{
	return z->nr_in;
}

void deflate_bytes(struct deflate *z, uint64_t *in, uint64_t *out)
{
	*in += z->total_in;
	*out += z->total_out;
	z->total_in = z->total_out = 0;
}

void deflate_feature(struct buf *body, int level)
{
	buf_add_u32(body, COMPRESS_VERSION);
	buf_add_u32(body, COMPRESS_ZSTD);
	buf_add_u32(body, level);
	buf_add_u32(body, 0);
	buf_add_u32(body, DEFLATE_CHUNK);
}
