/*
 * fuzz_deflate.c - records made of any bytes, compressed as rec -z does it: every record that comes
 * out is one that perf and ana read, and what is read of a file of them is what went in.
 */
#include "common/deflate.h"
#include "tests/fuzz/dice.h"
#include "tests/fuzz/fuzz.h"

#define PLAIN_MAX (400u << 10) /* more than a chunk, and the record that ends it */

/* A record: so much noise in 256 bytes, or what is left of the input. */
static void add_record(struct dice *d, struct buf *plain)
{
	static char body[RECORD_SIZE_MAX];
	uint32_t size = dice_u16(d), kind = dice_u16(d), noise = kind & 0xff;
	size_t len = (kind & 0x100 ? size % 8191 : size % 64) * 8, copied = 0;

	if (kind & 0x200) {
		copied = MIN(len, d->left);
		memcpy(body, d->at, copied);
	}
	memset(body + copied, 'x', len - copied);
	for (size_t i = copied; noise && i < len; i += 256 / noise)
		body[i] = dice_noise(d);
	rb_record(plain, PERF_RECORD_SAMPLE, kind >> 10, body, len);
}

/* The frame has a size, all of it lies here, and it holds whole records. */
static void check_frame(const char *at, size_t len, struct buf *plain)
{
	static char room[DEFLATE_CHUNK];
	size_t got, skip = 0;

	if (load_u32(at) == ZSTD_MAGIC_SKIPPABLE_START)
		skip = 8 + load_u32(at + 4);
	if (skip >= 16 || ZSTD_findFrameCompressedSize(at + skip, len - skip) != len - skip)
		abort();
	got = ZSTD_decompress(room, sizeof(room), at + skip, len - skip);
	if (ZSTD_isError(got) || got < sizeof(struct perf_event_header) ||
	    got != ZSTD_getFrameContentSize(at + skip, len - skip))
		abort();
	for (size_t pos = 0; pos < got;) {
		const struct perf_event_header *rec = (const void *)(room + pos);

		if (got - pos < sizeof(*rec) || rec->size < sizeof(*rec) || rec->size > got - pos)
			abort();
		pos += rec->size;
	}
	buf_add(plain, room, got);
}

struct unpacker {
	struct buf data, plain;
};

static int take(void *arg, const void *data, size_t len, struct err *err)
{
	struct perf_event_header h;
	struct unpacker *u = arg;

	(void)err;
	memcpy(&h, data, sizeof(h));
	if (h.size != len || len % 8)
		abort();
	buf_add(&u->data, data, len);
	if (h.type == RECORD_COMPRESSED)
		check_frame((const char *)data + sizeof(h), len - sizeof(h), &u->plain);
	else
		buf_add(&u->plain, data, len);
	return 0;
}

static void squeeze(struct dice *d, const struct buf *plain, struct unpacker *u)
{
	struct deflate *z = deflate_new(1 + dice_noise(d) % 3, take, u);
	uint32_t most = 1 + (dice_noise(d) << dice_noise(d) % 12);
	uint64_t in = 0, out = 0;
	struct err err;

	for (size_t at = 0; at < plain->len;) {
		size_t part = 1 + (dice_noise(d) << 16 | dice_noise(d) << 8 | dice_noise(d)) % most;

		part = MIN(part, plain->len - at);
		if (deflate_push(z, plain->data + at, part, &err))
			abort();
		at += part;
		if (u->plain.len + deflate_held(z) != at)
			abort();
		if (dice_noise(d) < 2 && deflate_flush(z, &err))
			abort();
	}
	if (deflate_flush(z, &err) || deflate_held(z))
		abort();
	deflate_bytes(z, &in, &out);
	if (in != plain->len || out != u->data.len)
		abort();
	deflate_free(z);
}

static void check_readings(struct buf *plain, const struct buf *data)
{
	struct reading g[2], expected = { 0 };
	struct rb_file b = { 0 };

	rb_event(&b, RB_CONFIG_ENTER, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_ENTER }, 1);
	buf_add(&b.data, data->data, data->len);
	rb_finish(&b);
	for (size_t at = 0; at < plain->len;) {
		const struct perf_event_header *rec = (const void *)(plain->data + at);

		reading_add(&expected, rec, 0);
		at += rec->size;
	}
	for (int threads = 0; threads < 2; threads++) {
		g[threads] = reading_of(fuzz_file(b.out.data, b.out.len), threads);
		if (g[threads].rc || g[threads].nr != expected.nr ||
		    g[threads].hash != expected.hash) {
			fprintf(stderr, "threads %d: %llu records of %llu, %s\n", threads,
				(long long)g[threads].nr, (long long)expected.nr,
				g[threads].err.text);
			abort();
		}
	}
	readings_compare(&g[0], &g[1]);
	rb_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dice d = { data, size, size };
	struct unpacker u = { 0 };
	struct buf plain = { 0 };

	while (d.left && plain.len < PLAIN_MAX)
		add_record(&d, &plain);
	if (plain.len) {
		squeeze(&d, &plain, &u);
		if (u.plain.len != plain.len || memcmp(u.plain.data, plain.data, plain.len))
			abort();
		check_readings(&plain, &u.data);
	}
	buf_release(&plain);
	buf_release(&u.data);
	buf_release(&u.plain);
	return 0;
}
