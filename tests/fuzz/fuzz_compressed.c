/*
 * fuzz_compressed.c - any records, compressed in each of the ways that there are, in pieces of any size:
 * frames, a frame that never ends, COMPRESSED2 as it should be and as perf 6.16 to 7.0 wrote it; all of them in
 * turns, and with a few bytes of it damaged. One thread and several read the same of it; of what is not
 * damaged they read what went in.
 *
 * The first two bytes of an input: how often it is damaged, and where the dice begin; the rest: records.
 */
#include "tests/fuzz/dice.h"

#define FUZZ_SEEDS compressed_seeds
#include "tests/fuzz/fuzz.h"

#define ZSTD_MAX    (RECORD_SIZE_MAX - 16)
#define GARBAGE	    0xfeedfacedeadbeef
#define DAMAGES_MAX 4u

/* ---- what is put into the file ---- */

struct packer {
	struct dice d;
	ZSTD_CCtx *zstd;
	bool open; /* a frame has begun and did not end */
	struct buf data;
};

/* How much of @left is next: often little, rarely much. */
static size_t dice_piece(struct dice *d, size_t left)
{
	size_t len = (size_t)dice_noise(d) << dice_noise(d) % 9;

	return MIN(left, len + 1);
}

/* The next @len bytes of the records become bytes of a zstd stream. */
static void squeeze(struct packer *p, const void *plain, size_t len, ZSTD_EndDirective how,
		    struct buf *out)
{
	ZSTD_inBuffer in = { plain, len, 0 };
	char room[8192];
	size_t left;

	do {
		ZSTD_outBuffer to = { room, sizeof(room), 0 };

		left = ZSTD_compressStream2(p->zstd, &to, &in, how);
		if (ZSTD_isError(left))
			abort();
		buf_add(out, room, to.pos);
	} while (left);
	p->open = how != ZSTD_e_end;
}

static void add_compressed(struct packer *p, const struct buf *zstd)
{
	for (size_t at = 0; at < zstd->len;) {
		size_t len = dice_piece(&p->d, zstd->len - at);

		rb_record(&p->data, RECORD_COMPRESSED, 0, zstd->data + at, len);
		at += len;
	}
}

static void add_compressed2(struct packer *p, const void *zstd, size_t len)
{
	struct buf body = { 0 };

	buf_add_u64(&body, len);
	buf_add(&body, zstd, len);
	buf_add_zero(&body, ALIGN_UP(len, 8) - len);
	rb_record(&p->data, RECORD_COMPRESSED2, 0, body.data, body.len);
	buf_release(&body);
}

static void add_right(struct packer *p, const struct buf *zstd)
{
	for (size_t at = 0; at < zstd->len;) {
		size_t len = dice_piece(&p->d, zstd->len - at);

		add_compressed2(p, zstd->data + at, len);
		at += len;
	}
}

/* A push: see common/compressed2.h. */
static void add_push(struct packer *p, const struct buf *zstd)
{
	size_t first = p->data.len, total, size;

	for (size_t at = 0; at < zstd->len;) {
		size_t len = MIN(zstd->len - at, ZSTD_MAX);
		struct perf_event_header h = { RECORD_COMPRESSED2, 0, 16 + len };

		buf_add(&p->data, &h, sizeof(h));
		buf_add_u64(&p->data, GARBAGE);
		buf_add(&p->data, zstd->data + at, len);
		at += len;
	}
	total = p->data.len - first;
	size = ALIGN_UP(total, 8);
	memcpy(p->data.data + first + 6, &(uint16_t){ size }, 2);
	memcpy(p->data.data + first + 8, &(uint64_t){ total - 16 }, 8);
	if (size <= UINT16_MAX)
		buf_add_zero(&p->data, size - total);
}

/* All of @plain, cut anywhere. */
static void pack(struct packer *p, const struct buf *plain)
{
	static void (*const adds[])(struct packer * p, const struct buf *zstd) = { add_compressed,
										   add_right,
										   add_push };
	size_t at = 0;

	while (at < plain->len) {
		size_t len = dice_piece(&p->d, plain->len - at);
		ZSTD_EndDirective how = dice_noise(&p->d) % 2 ? ZSTD_e_end : ZSTD_e_flush;
		struct buf zstd = { 0 };

		squeeze(p, plain->data + at, len, how, &zstd);
		at += len;
		if (!p->open && dice_noise(&p->d) % 8 == 0)
			buf_add(&zstd, "\x50\x2a\x4d\x18\x02\0\0\0xx", 10); /* a skippable frame */
		if (zstd.len)
			adds[dice_noise(&p->d) % 3](p, &zstd);
		buf_release(&zstd);
	}
}

/* ---- and what is read of it ---- */

/* Records of the input as they are, but for sizes that cannot be, and types that take it apart. */
static void take_records(struct buf *plain, const uint8_t *data, size_t size)
{
	while (size >= sizeof(struct perf_event_header)) {
		struct perf_event_header h;
		size_t len;

		memcpy(&h, data, sizeof(h));
		len = MIN(MAX(h.size / 8 * 8, sizeof(h)), size / 8 * 8);
		rb_record(plain, h.type % 64 ? h.type % 64 : (uint32_t)RECORD_FINISHED_ROUND,
			  h.misc, data + sizeof(h), len - sizeof(h));
		data += len;
		size -= len;
	}
}

static void expect(const struct buf *plain, const struct reading *g)
{
	struct reading e = { 0 };

	for (size_t at = 0; at < plain->len;) {
		const struct perf_event_header *rec = (const void *)(plain->data + at);

		if (!reading_add(&e, rec, 0))
			return;
		at += rec->size;
	}
	if (g->rc || g->nr != e.nr || g->hash != e.hash) {
		fprintf(stderr, "%llu records of %llu: %s\n", (long long)g->nr, (long long)e.nr,
			g->err.text);
		abort();
	}
}

static void check(const struct packer *p, const struct buf *plain, bool damaged)
{
	struct reading one, several;
	struct rb_file b = { 0 };

	rb_raw_syscalls(&b);
	buf_add(&b.data, p->data.data, p->data.len);
	rb_finish(&b);
	one = reading_of(fuzz_file(b.out.data, b.out.len), false);
	several = reading_of(fuzz_file(b.out.data, b.out.len), true);
	readings_compare(&one, &several);
	if (!damaged)
		expect(plain, &one);
	rb_release(&b);
}

static void damage(struct packer *p, uint32_t times)
{
	while (times-- && p->data.len) {
		uint32_t at = dice_noise(&p->d) << 16 | dice_noise(&p->d) << 8 | dice_noise(&p->d);

		p->data.data[at % p->data.len] ^= 1 << dice_noise(&p->d) % 8;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ZSTD_CCtx *zstd;
	struct packer p = { 0 };
	struct buf plain = { 0 };
	uint32_t times;

	if (size < 2)
		return 0;
	if (!zstd) { /* once: that is slow */
		zstd = ZSTD_createCCtx();
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, 1);
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, 15);
	}
	ZSTD_CCtx_reset(zstd, ZSTD_reset_session_only);
	p.zstd = zstd;
	times = data[0] % 4 ? 0 : data[0] / 4 % DAMAGES_MAX + 1;
	p.d.state = data[1];
	take_records(&plain, data + 2, size - 2);
	if (plain.len) { /* a file without data is one that was not finished */
		pack(&p, &plain);
		damage(&p, times);
		check(&p, &plain, times);
	}
	buf_release(&p.data);
	buf_release(&plain);
	return 0;
}

/* ---- seeds ---- */

static void compressed_seeds(const char *dir)
{
	static const char text[9000] = "x";

	for (uint8_t i = 0; i < 8; i++) {
		struct rb_file b = { 0 };
		char name[16];

		seed_plain(&b);
		for (uint8_t n = 0; n < i; n++)
			rb_record(&b.data, PERF_RECORD_SAMPLE, 0, text,
				  sizeof(text) / 9 * n / 8 * 8);
		snprintf(name, sizeof(name), "records-%d", i);
		fuzz_seed(dir, name, (uint8_t[]){ i, i * 31 }, 2, b.data.data, b.data.len);
		rb_release(&b);
	}
}
