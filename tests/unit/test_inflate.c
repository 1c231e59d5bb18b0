#include "tests/unit/unit.h"

#include "common/inflate.h"
#include "tests/unit/recbuild.h"
#include "tests/unit/walk.h"

#include <fcntl.h>
#include <inttypes.h>
#include <zstd.h>

/* Makes compressed records of plain ones, in one frame that never ends (perf) or a frame each. */
struct packer {
	struct rb_file b;
	struct buf plain; /* the records that are to come out */
	ZSTD_CStream *stream;
	size_t nr_plain;
	bool begun; /* a frame that is not ended */
};

static void begin(struct packer *p)
{
	memset(p, 0, sizeof(*p));
	rb_event(&p->b, RB_CONFIG_ENTER, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_ENTER }, 1);
	p->stream = ZSTD_createCStream();
	ZSTD_initCStream(p->stream, 1);
}

static void end(struct packer *p)
{
	ZSTD_freeCStream(p->stream);
	buf_release(&p->plain);
	rb_release(&p->b);
}

static void fill(struct packer *p, uint32_t nr)
{
	while (nr--)
		rb_filler(&p->plain, PERF_RECORD_SAMPLE, 8 + p->nr_plain++ * 7919 % 25 * 8);
}

/* Compresses plain[from, to) into one record of @type. */
static void pack(struct packer *p, size_t from, size_t to, uint32_t type, ZSTD_EndDirective how)
{
	static char room[65527];
	uint64_t out_at = type == RECORD_COMPRESSED2 ? 8 : 0;
	ZSTD_inBuffer in = { p->plain.data + from, to - from, 0 };
	ZSTD_outBuffer out = { room, sizeof(room) - 16, out_at };
	size_t left;

	/* As rec does it: a frame that says how large its content is can be given to any thread. */
	if (how == ZSTD_e_end && from < to && !p->begun)
		ZSTD_CCtx_setPledgedSrcSize(p->stream, to - from);
	p->begun = how != ZSTD_e_end;
	do {
		left = ZSTD_compressStream2(p->stream, &out, &in, how);
		if (ZSTD_isError(left) || out.pos == out.size)
			abort(); /* the test wants too much in one record */
	} while (left);
	if (out_at) {
		uint64_t data_size = out.pos - 8;

		memcpy(room, &data_size, 8);
		while (out.pos % 8)
			room[out.pos++] = 0;
	}
	rb_record(&p->b.data, type, 0, room, out.pos);
}

/* All of plain, @piece bytes a record: most of them begin and end inside a plain record. */
static void pack_all(struct packer *p, size_t piece, uint32_t type, ZSTD_EndDirective how)
{
	for (size_t at = 0; at < p->plain.len; at += piece)
		pack(p, at, MIN(at + piece, p->plain.len), type, how);
}

static void assert_reads_plain(struct packer *p)
{
	struct walk w;

	walk_file(&w, &p->b);
	if (w.rc)
		fail_test("%s", w.err.text);
	assert_int_equal(w.nr, p->nr_plain);
	assert_int_equal(w.bytes.len, p->plain.len);
	assert_memory_equal(w.bytes.data, p->plain.data, p->plain.len);
	assert_false(w.unaligned);
	assert_false(w.partial);
	walk_release(&w);
	end(p);
}

static void test_inflate_reads_one_endless_frame(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill(&p, 20000);
	pack_all(&p, 5000, RECORD_COMPRESSED, ZSTD_e_flush);
	assert_reads_plain(&p);
}

static void test_inflate_reads_a_frame_for_each_record(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill(&p, 20000);
	pack_all(&p, 65536, RECORD_COMPRESSED, ZSTD_e_end);
	assert_reads_plain(&p);
}

static void test_inflate_reads_records_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 120; piece++) {
		struct packer p;

		begin(&p);
		fill(&p, 40);
		pack_all(&p, piece / 2 + 1, RECORD_COMPRESSED,
			 piece % 2 ? ZSTD_e_flush : ZSTD_e_end);
		assert_reads_plain(&p);
	}
}

static void test_inflate_reads_frames_behind_an_endless_one(void **state)
{
	struct packer p;
	size_t cut;

	(void)state;
	begin(&p);
	fill(&p, 3000);
	cut = p.plain.len / 5 + 3;
	pack(&p, 0, cut, RECORD_COMPRESSED, ZSTD_e_flush);
	pack(&p, cut, 2 * cut, RECORD_COMPRESSED, ZSTD_e_end);
	pack(&p, 2 * cut, 3 * cut, RECORD_COMPRESSED, ZSTD_e_end);
	pack(&p, 3 * cut, 4 * cut, RECORD_COMPRESSED, ZSTD_e_flush);
	pack(&p, 4 * cut, 4 * cut + 5, RECORD_COMPRESSED, ZSTD_e_end);
	pack(&p, 4 * cut + 5, p.plain.len, RECORD_COMPRESSED2, ZSTD_e_end);
	assert_reads_plain(&p);
}

static void test_inflate_reads_compressed2(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill(&p, 20000);
	pack_all(&p, 4001, RECORD_COMPRESSED2, ZSTD_e_flush);
	assert_reads_plain(&p);
}

static void test_inflate_reads_frames_behind_skippable_ones(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill(&p, 1000);
	rb_record(&p.b.data, RECORD_COMPRESSED, 0, "\x50\x2a\x4d\x18\x03\0\0\0pad", 11);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	assert_reads_plain(&p);
}

static void test_inflate_reads_two_frames_in_one_record(void **state)
{
	struct packer p;
	struct buf both = { 0 };

	(void)state;
	begin(&p);
	fill(&p, 500);
	pack(&p, 0, 4000, RECORD_COMPRESSED, ZSTD_e_end);
	buf_add(&both, p.b.data.data + 8, p.b.data.len - 8);
	p.b.data.len = 0;
	pack(&p, 4000, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	buf_add(&both, p.b.data.data + 8, p.b.data.len - 8);
	p.b.data.len = 0;
	rb_record(&p.b.data, RECORD_COMPRESSED, 0, both.data, both.len);
	buf_release(&both);
	assert_reads_plain(&p);
}

/*
 * zstd decodes blocks of 128 KiB: where the last one of a record does not fit into the reader's
 * buffer, all input is used up and there is still output to come.
 */
static void test_inflate_reads_a_last_block_larger_than_its_buffer(void **state)
{
	(void)state;
	for (size_t first = 8192; first < 300000; first += 20480) {
		struct packer p;
		struct buf both = { 0 };

		begin(&p);
		while (p.plain.len < first + 230000) {
			rb_filler(&p.plain, PERF_RECORD_SAMPLE, 1024);
			p.nr_plain++;
		}
		pack(&p, 0, first, RECORD_COMPRESSED, ZSTD_e_flush);
		buf_add(&both, p.b.data.data + 8, p.b.data.len - 8);
		p.b.data.len = 0;
		pack(&p, first, p.plain.len, RECORD_COMPRESSED, ZSTD_e_flush);
		buf_add(&both, p.b.data.data + 8, p.b.data.len - 8);
		p.b.data.len = 0;
		rb_record(&p.b.data, RECORD_COMPRESSED, 0, both.data, both.len);
		buf_release(&both);
		assert_reads_plain(&p);
	}
}

static void test_inflate_reads_empty_compressed_records(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill(&p, 100);
	rb_record(&p.b.data, RECORD_COMPRESSED, 0, NULL, 0);
	pack(&p, 0, 0, RECORD_COMPRESSED, ZSTD_e_end);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	rb_record(&p.b.data, RECORD_COMPRESSED, 0, NULL, 0);
	assert_reads_plain(&p);
}

static void assert_keeps_plain_between(ZSTD_EndDirective how)
{
	struct packer p;
	struct walk w;
	uint64_t offs[3];

	begin(&p);
	fill(&p, 300);
	offs[0] = p.b.data.len;
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, how);
	offs[1] = p.b.data.len;
	rb_round(&p.b.data);
	offs[2] = p.b.data.len;
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, how);
	walk_file(&w, &p.b);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 601);
	/* What was compressed has the offset of what it was in. */
	for (size_t i = 0; i < 601; i++)
		assert_int_equal(w.records[i].off, p.b.header.data.offset + offs[i < 300   ? 0
										 : i > 300 ? 2
											   : 1]);
	assert_int_equal(w.records[300].type, RECORD_FINISHED_ROUND);
	assert_int_equal(w.records[0].type, PERF_RECORD_SAMPLE);
	walk_release(&w);
	end(&p);
}

static void test_inflate_keeps_plain_records_between_in_their_place(void **state)
{
	(void)state;
	assert_keeps_plain_between(ZSTD_e_flush);
	assert_keeps_plain_between(ZSTD_e_end);
}

/* A record that is not compressed, of any kind that may stand between others. */
static void add_between(struct packer *p, unsigned *dice)
{
	uint64_t payload = rand_r(dice) % (3 * AHEAD_PIECE);

	switch (rand_r(dice) % 5) {
	case 0:
		rb_record(&p->b.data, RECORD_AUXTRACE, 0, (uint64_t[]){ payload, 0, 0, 0, 0 }, 40);
		buf_add_zero(&p->b.data, payload);
		break;
	case 1:
		rb_filler(&p->b.data, RECORD_FEATURE, 9 + rand_r(dice) % 1000);
		break;
	case 2:
		rb_filler(&p->b.data, PERF_RECORD_SAMPLE, 65528);
		break;
	default:
		rb_round(&p->b.data);
	}
}

/* Large enough for all that reads ahead. walk_file() compares what one and several threads give. */
static void test_inflate_reads_all_kinds_mixed_in_a_large_file(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed < 4; seed++) {
		unsigned dice = seed;
		struct packer p;
		struct walk w;
		size_t nr_between = 0;

		begin(&p);
		while (p.plain.len < 20 * AHEAD_PIECE) {
			size_t at = p.plain.len + 8;

			fill(&p, 1);
			for (; at < p.plain.len; at++)
				p.plain.data[at] = rand_r(&dice); /* does not get smaller */
		}
		for (size_t at = 0, end; at < p.plain.len; at = end) {
			end = MIN(at + 1 + rand_r(&dice) % 60000, p.plain.len);
			pack(&p, at, end,
			     rand_r(&dice) % 10 ? RECORD_COMPRESSED : RECORD_COMPRESSED2,
			     rand_r(&dice) % 5 ? ZSTD_e_end : ZSTD_e_flush);
			for (; rand_r(&dice) % 3 == 0; nr_between++)
				add_between(&p, &dice);
		}
		walk_file(&w, &p.b);
		if (w.rc)
			fail_test("%s", w.err.text);
		assert_int_equal(w.nr, p.nr_plain + nr_between);
		walk_release(&w);
		end(&p);
	}
}

/* Who leaves out the record that failed has to know what the ones before it need. */
static void test_inflate_that_failed_tells_whether_a_frame_was_open_before(void **state)
{
	/* A skippable frame of 20 bytes, of which the first record has 4. */
	static const uint32_t begun[] = { 0x184d2a50, 20, 0 };
	static const char rest[24] = { 0 };
	struct inflate *z = inflate_new();
	struct block *b;
	struct err err;

	(void)state;
	assert_non_null(z);
	for (int with = 1; with >= 0; with--) {
		inflate_restart(z);
		if (with) {
			inflate_feed(z, (const char *)begun, sizeof(begun), 8);
			assert_int_equal(inflate_next(z, &b, "x", &err), 0);
			assert_true(inflate_is_open(z));
		}
		inflate_feed(z, rest, sizeof(rest), 100);
		assert_int_equal(inflate_next(z, &b, "x", &err), -1);
		assert_int_equal(inflate_is_open(z), with);
	}
	inflate_free(z);
}

static void test_inflate_gives_a_bomb_in_pieces(void **state)
{
	struct packer p;
	struct walk w;

	(void)state;
	begin(&p);
	/* The same record over and over: 64 MB in some KB. */
	for (uint32_t i = 0; i < 1000; i++)
		rb_filler(&p.plain, PERF_RECORD_SAMPLE, 65528);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	walk_file(&w, &p.b);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 1000);
	assert_in_range(w.max_block, 1, 1 << 20);
	walk_release(&w);
	end(&p);
}

/* What follows is refused with ERR_DATA, and the message names the compressed record. */
static void assert_refused_at(struct packer *p, uint64_t off, size_t nr_before)
{
	struct walk w;
	char text[32];

	walk_file(&w, &p->b);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, ERR_DATA);
	assert_int_equal(w.nr, nr_before);
	assert_contains(w.err.text, p->b.path);
	snprintf(text, sizeof(text), "offset %#" PRIx64 ":", p->b.header.data.offset + off);
	assert_contains(w.err.text, text);
	walk_release(&w);
	end(p);
}

static void test_inflate_stops_a_bomb(void **state)
{
	const uint32_t nr_max = INFLATE_RECORD_MAX / 65528;
	struct packer p;
	struct walk w;

	(void)state;
	begin(&p);
	for (uint32_t i = 0; i < 2 * nr_max; i++)
		rb_filler(&p.plain, PERF_RECORD_SAMPLE, 65528);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	walk_file(&w, &p.b);
	assert_int_equal(w.err.code, ERR_DATA);
	assert_contains(w.err.text, "expands to more than");
	assert_in_range(w.nr, nr_max - 8, nr_max);
	walk_release(&w);
	end(&p);
}

static void test_inflate_refuses_what_is_not_compressed(void **state)
{
	struct packer p;
	uint64_t off;

	(void)state;
	begin(&p);
	fill(&p, 10);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	off = p.b.data.len;
	rb_record(&p.b.data, RECORD_COMPRESSED, 0, "this is no frame of zstd", 24);
	assert_refused_at(&p, off, 10);
}

static void test_inflate_refuses_a_frame_that_is_damaged(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill(&p, 2000);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	memset(p.b.data.data + 8 + 6, 0xff, 40);
	assert_refused_at(&p, 0, 0);
}

/* A frame inside another is none: the one that has not ended goes on, whoever reads it. */
static void test_inflate_refuses_a_frame_inside_another(void **state)
{
	struct packer p;
	struct rb_file other;
	uint64_t off;

	(void)state;
	begin(&p);
	fill(&p, 100);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_flush);
	off = p.b.data.len;
	other = p.b;
	p.b.data = (struct buf){ 0 };
	ZSTD_CCtx_reset(p.stream, ZSTD_reset_session_only);
	p.begun = false;
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	buf_add(&other.data, p.b.data.data, p.b.data.len);
	buf_release(&p.b.data);
	p.b = other;
	assert_refused_at(&p, off, 100);
}

/* Several threads have to give as much of it as one, and say the same: walk_file() compares. */
static void test_inflate_refuses_a_large_frame_that_is_damaged(void **state)
{
	(void)state;
	for (size_t bytes = 100000; bytes < 1000000; bytes += 50000) {
		struct packer p;
		struct walk w;

		begin(&p);
		while (p.plain.len < bytes) {
			rb_filler(&p.plain, PERF_RECORD_SAMPLE, 1024);
			p.nr_plain++;
		}
		pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
		memset(p.b.data.data + p.b.data.len - 6, 0xff, 6);
		walk_file(&w, &p.b);
		assert_int_equal(w.rc, -1);
		assert_int_equal(w.err.code, ERR_DATA);
		walk_release(&w);
		end(&p);
	}
}

static void test_inflate_refuses_a_frame_of_another_size_than_it_says(void **state)
{
	static const int lies[] = { -1, 1, 100 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct packer p;

		begin(&p);
		fill(&p, 20);
		pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
		/* Behind the record's header, magic and descriptor: u16 of the size less 256. */
		assert_int_equal(p.b.data.data[12] >> 5, 3);
		assert_int_equal(load_u16(p.b.data.data + 13) + 256, p.plain.len);
		p.b.data.data[13] += lies[i];
		assert_refused_at(&p, 0, 0);
	}
}

static void test_inflate_refuses_a_window_beyond_its_memory(void **state)
{
	/* Magic; descriptor without content size; window 2^28 bytes; a raw block of 8 bytes. */
	static const char frame[] = "\x28\xb5\x2f\xfd\x00\x90\x41\0\0\x09\0\0\0\0\0\x08";
	struct packer p;

	(void)state;
	begin(&p);
	rb_record(&p.b.data, RECORD_COMPRESSED, 0, frame, 17);
	assert_refused_at(&p, 0, 0);
}

static void test_inflate_refuses_impossible_record_inside(void **state)
{
	(void)state;
	for (int size = 0; size < 18; size += size == 7 ? 2 : 1) { /* 0 to 7, 9 to 17 but for 16 */
		struct packer p;
		struct perf_event_header bad = { .type = PERF_RECORD_SAMPLE, .size = size };

		if (size == 16)
			continue;
		begin(&p);
		fill(&p, 10);
		buf_add(&p.plain, &bad, sizeof(bad));
		buf_add_zero(&p.plain, 64);
		pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
		assert_refused_at(&p, 0, 10);
	}
}

static void test_inflate_refuses_what_may_not_be_compressed(void **state)
{
	static const uint32_t types[] = { RECORD_COMPRESSED, RECORD_COMPRESSED2, RECORD_AUXTRACE,
					  RECORD_TRACING_DATA, RECORD_HEADER_ATTR };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct packer p;

		begin(&p);
		fill(&p, 10);
		rb_record(&p.plain, types[i], 0, (uint64_t[]){ 40, 0 }, 16);
		fill(&p, 10);
		pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
		assert_refused_at(&p, 0, 10);
	}
}

/*
 * A push as perf 6.16 to 7.0 writes it: plain[from, to) in as many records as it takes, each with
 * @max bytes of zstd at most; then the sizes of all of them go into the first one.
 */
static void push_damaged(struct packer *p, size_t from, size_t to, size_t max)
{
	static char room[4 << 20];
	ZSTD_inBuffer in = { p->plain.data + from, to - from, 0 };
	size_t start = p->b.data.len, bytes, at = 0;
	ZSTD_outBuffer out = { room, sizeof(room), 0 };
	uint64_t data_size;
	uint16_t size;

	if (ZSTD_compressStream2(p->stream, &out, &in, ZSTD_e_flush))
		abort();
	do {
		size_t len = MIN(out.pos - at, max);
		struct perf_event_header h = { .type = RECORD_COMPRESSED2, .size = 16 + len };

		buf_add(&p->b.data, &h, sizeof(h));
		buf_add_u64(&p->b.data, at * 0x9e3779b97f4a7c15); /* never written */
		buf_add(&p->b.data, room + at, len);
		at += len;
	} while (at < out.pos);
	bytes = p->b.data.len - start;
	data_size = bytes - 16;
	size = ALIGN_UP(bytes, 8);
	memcpy(p->b.data.data + start + 6, &size, 2);
	memcpy(p->b.data.data + start + 8, &data_size, 8);
	/* Then it adds header.size - bytes zeros, which fails when that is below 0. */
	if (bytes <= 65528)
		buf_add_zero(&p->b.data, ALIGN_UP(bytes, 8) - bytes);
}

/* Records whose contents do not get smaller. */
static void fill_noise(struct packer *p, size_t bytes, unsigned seed)
{
	for (size_t end = p->plain.len + bytes; p->plain.len < end;) {
		size_t at = p->plain.len + 8;

		fill(p, 1);
		for (; at < p->plain.len; at++)
			p->plain.data[at] = rand_r(&seed);
	}
}

/* Pushes of all sizes: of one record, of several, of those whose size is just too large for 16 bits. */
static void test_inflate_reads_compressed2_with_the_sizes_of_perf_6_16(void **state)
{
	struct packer p;

	(void)state;
	begin(&p);
	fill_noise(&p, 1 << 20, 1);
	for (size_t at = 0, nr = 0; at < p.plain.len; nr++) {
		size_t to = MIN(at + (nr % 4 ? 65400 + nr * 3 : 3000 + nr * 10000), p.plain.len);

		push_damaged(&p, at, to, 65519);
		at = to;
	}
	assert_reads_plain(&p);
}

static void test_inflate_reads_compressed2_whose_size_is_0(void **state)
{
	(void)state;
	for (size_t bytes = 65480; bytes < 65530; bytes++) {
		struct packer p;

		begin(&p);
		fill_noise(&p, 70000, bytes);
		push_damaged(&p, 0, bytes, 65519);
		push_damaged(&p, bytes, p.plain.len, 65519);
		assert_reads_plain(&p);
	}
}

/* What comes behind such a push is not aligned. */
static void test_inflate_reads_plain_records_behind_damaged_compressed2(void **state)
{
	struct packer p;
	struct walk w;

	(void)state;
	begin(&p);
	fill_noise(&p, 200000, 1);
	push_damaged(&p, 0, 100001, 65519);
	rb_filler(&p.b.data, PERF_RECORD_SAMPLE, 1000);
	rb_round(&p.b.data);
	push_damaged(&p, 100001, p.plain.len, 65519);
	rb_round(&p.b.data);
	walk_file(&w, &p.b);
	if (w.rc)
		fail_test("%s", w.err.text);
	assert_int_equal(w.nr, p.nr_plain + 3);
	assert_false(w.unaligned);
	walk_release(&w);
	end(&p);
}

/* The second record of a push, its size included, is not what it has to be. */
static void test_inflate_refuses_a_push_that_is_not_whole(void **state)
{
	static const struct {
		uint32_t off; /* in the second record */
		uint8_t value;
	} lies[] = { { 0, 81 }, { 0, 9 }, { 6, 15 }, { 7, 255 }, { 7, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct packer p;
		struct walk w;

		begin(&p);
		fill_noise(&p, 100000, 1);
		push_damaged(&p, 0, p.plain.len, 65519);
		p.b.data.data[65535 + lies[i].off] = lies[i].value;
		if (lies[i].off == 6)
			p.b.data.data[65535 + 7] = 0;
		for (int nr = 0; nr < 3; nr++)
			rb_round(&p.b.data);
		walk_file(&w, &p.b);
		assert_int_equal(w.rc, -1);
		assert_contains(w.err.text, "COMPRESSED2");
		assert_true(w.nr < p.nr_plain);
		assert_memory_equal(w.bytes.data, p.plain.data, w.bytes.len);
		walk_release(&w);
		end(&p);
	}
}

/* The bytes have to be there. */
static void test_inflate_refuses_a_push_beyond_the_data(void **state)
{
	(void)state;
	for (size_t cut = 1; cut < 100000; cut = cut * 3 + 7) {
		struct packer p;
		struct walk w;

		begin(&p);
		fill(&p, 10);
		pack(&p, 0, p.plain.len, RECORD_COMPRESSED2, ZSTD_e_end);
		fill_noise(&p, 100000, 1);
		push_damaged(&p, 0, p.plain.len, 65519);
		p.b.data.len -= cut;
		walk_file(&w, &p.b);
		assert_int_equal(w.rc, -1);
		assert_int_equal(w.err.code, ERR_DATA);
		assert_contains(w.err.text, "COMPRESSED2");
		assert_int_equal(w.nr, 10);
		walk_release(&w);
		end(&p);
	}
}

static void refuses_compressed2(const void *payload, size_t len, bool behind)
{
	struct packer p;
	struct walk w;

	begin(&p);
	rb_record(&p.b.data, RECORD_COMPRESSED2, 0, payload, len);
	for (int i = 0; behind && i < 100000 / 8; i++)
		rb_round(&p.b.data); /* the bytes are there, but the size is none that perf makes */
	walk_file(&w, &p.b);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, ERR_DATA);
	assert_contains(w.err.text, "COMPRESSED2"); /* it is not zstd that complains */
	walk_release(&w);
	end(&p);
}

static void test_inflate_refuses_compressed2_that_lies(void **state)
{
	static const uint64_t lies[] = { 9, 1000, UINT64_MAX - 7, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		refuses_compressed2((uint64_t[]){ lies[i], 0 }, 16, false);
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		refuses_compressed2((uint64_t[]){ lies[i], 0 }, 16, true);
	refuses_compressed2((uint64_t[]){ 65536 + 9, 0 }, 16, true);
	refuses_compressed2(NULL, 0, false);
	refuses_compressed2(NULL, 0, true);
}

static void test_inflate_refuses_half_a_record_at_the_end(void **state)
{
	(void)state;
	for (int unfinished = 0; unfinished < 2; unfinished++) {
		struct packer p;
		struct walk w;

		begin(&p);
		p.b.unfinished = unfinished;
		fill(&p, 10);
		rb_filler(&p.plain, PERF_RECORD_SAMPLE, 400);
		p.plain.len -= 8;
		pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
		walk_file(&w, &p.b);
		assert_int_equal(w.rc, unfinished ? 0 : -1);
		if (!unfinished)
			assert_int_equal(w.err.code, ERR_TRUNC);
		assert_true(w.partial);
		assert_int_equal(w.nr, 10);
		walk_release(&w);
		end(&p);
	}
}

static void test_inflate_reads_what_is_there_of_a_cut_file(void **state)
{
	struct packer p;
	struct walk w;

	(void)state;
	begin(&p);
	fill(&p, 5000);
	pack_all(&p, 3000, RECORD_COMPRESSED, ZSTD_e_flush);
	rb_finish(&p.b);
	p.b.out.len = p.b.header.data.offset + p.b.data.len - 5;
	walk_file(&w, &p.b);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, ERR_TRUNC);
	assert_in_range(w.nr, 4000, 4999);
	assert_memory_equal(w.bytes.data, p.plain.data, w.bytes.len);
	walk_release(&w);
	end(&p);
}

/* What was read before a read failed is given, also what waits for a thread to decompress it. */
static void test_inflate_gives_what_was_read_before_a_read_failed(void **state)
{
	(void)state;
	for (int threads = 0; threads < 2; threads++) {
		struct perf_file file;
		struct err err = { 0 };
		struct packer p;
		struct reader r;
		struct block *block;
		size_t nr = 0;
		int rc, fd;

		begin(&p);
		while (p.b.data.len < AHEAD_PIECE + 100000) {
			fill(&p, 1);
			pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
			p.plain.len = 0;
		}
		assert_int_equal(file_open(&file, rb_path(&p.b), &err), 0);
		assert_int_equal(reader_open(&r, &file, &err), 0);
		if (threads)
			reader_use_threads(&r);
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		do {
			rc = reader_next(&r, &block, &err);
			while (rc == 1 && block_next(block))
				nr++;
			dup2(fd, file.fd); /* from now on it cannot be read */
		} while (rc == 1);
		assert_int_equal(err.code, ERR_IO);
		assert_int_equal(reader_next(&r, &block, &err), -1);
		rc = 0;
		for (size_t at = 0; at < AHEAD_PIECE; rc++)
			at += load_u16(p.b.data.data + at + 6);
		assert_int_equal(nr, rc - 1);
		close(fd);
		reader_close(&r);
		file_close(&file);
		end(&p);
	}
}

/* reader_next() sets *block; what it was before is of no meaning. */
static void test_inflate_does_not_need_the_pointer_it_gave(void **state)
{
	struct perf_file file;
	struct err err = { 0 };
	struct packer p;
	struct reader r;
	size_t nr = 0;
	int rc;

	(void)state;
	begin(&p);
	fill(&p, 5000);
	pack_all(&p, 3000, RECORD_COMPRESSED, ZSTD_e_flush);
	assert_int_equal(file_open(&file, rb_path(&p.b), &err), 0);
	assert_int_equal(reader_open(&r, &file, &err), 0);
	do {
		struct block *fresh = NULL;

		rc = reader_next(&r, &fresh, &err);
		while (rc == 1 && block_next(fresh))
			nr++;
	} while (rc == 1);
	assert_int_equal(rc, 0);
	assert_int_equal(nr, p.nr_plain);
	reader_close(&r);
	file_close(&file);
	end(&p);
}

static void test_inflate_damage_is_found_with_a_fresh_pointer_too(void **state)
{
	struct perf_file file;
	struct err err = { 0 };
	struct packer p;
	struct reader r;
	int rc, nr = 0;

	(void)state;
	begin(&p);
	fill(&p, 10);
	buf_add_zero(&p.plain, 64);
	pack(&p, 0, p.plain.len, RECORD_COMPRESSED, ZSTD_e_end);
	assert_int_equal(file_open(&file, rb_path(&p.b), &err), 0);
	assert_int_equal(reader_open(&r, &file, &err), 0);
	do {
		struct block *fresh = NULL;

		rc = reader_next(&r, &fresh, &err);
		while (rc == 1 && block_next(fresh))
			nr++;
	} while (rc == 1);
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_int_equal(nr, 10);
	reader_close(&r);
	file_close(&file);
	end(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inflate_reads_one_endless_frame),
		cmocka_unit_test(test_inflate_reads_a_frame_for_each_record),
		cmocka_unit_test(test_inflate_reads_records_cut_at_every_byte),
		cmocka_unit_test(test_inflate_reads_frames_behind_an_endless_one),
		cmocka_unit_test(test_inflate_reads_compressed2),
		cmocka_unit_test(test_inflate_reads_frames_behind_skippable_ones),
		cmocka_unit_test(test_inflate_reads_two_frames_in_one_record),
		cmocka_unit_test(test_inflate_reads_a_last_block_larger_than_its_buffer),
		cmocka_unit_test(test_inflate_reads_empty_compressed_records),
		cmocka_unit_test(test_inflate_keeps_plain_records_between_in_their_place),
		cmocka_unit_test(test_inflate_reads_all_kinds_mixed_in_a_large_file),
		cmocka_unit_test(test_inflate_that_failed_tells_whether_a_frame_was_open_before),
		cmocka_unit_test(test_inflate_gives_a_bomb_in_pieces),
		cmocka_unit_test(test_inflate_stops_a_bomb),
		cmocka_unit_test(test_inflate_refuses_what_is_not_compressed),
		cmocka_unit_test(test_inflate_refuses_a_frame_that_is_damaged),
		cmocka_unit_test(test_inflate_refuses_a_frame_inside_another),
		cmocka_unit_test(test_inflate_refuses_a_large_frame_that_is_damaged),
		cmocka_unit_test(test_inflate_refuses_a_frame_of_another_size_than_it_says),
		cmocka_unit_test(test_inflate_refuses_a_window_beyond_its_memory),
		cmocka_unit_test(test_inflate_refuses_impossible_record_inside),
		cmocka_unit_test(test_inflate_refuses_what_may_not_be_compressed),
		cmocka_unit_test(test_inflate_reads_compressed2_with_the_sizes_of_perf_6_16),
		cmocka_unit_test(test_inflate_reads_compressed2_whose_size_is_0),
		cmocka_unit_test(test_inflate_reads_plain_records_behind_damaged_compressed2),
		cmocka_unit_test(test_inflate_refuses_a_push_that_is_not_whole),
		cmocka_unit_test(test_inflate_refuses_a_push_beyond_the_data),
		cmocka_unit_test(test_inflate_refuses_compressed2_that_lies),
		cmocka_unit_test(test_inflate_refuses_half_a_record_at_the_end),
		cmocka_unit_test(test_inflate_reads_what_is_there_of_a_cut_file),
		cmocka_unit_test(test_inflate_gives_what_was_read_before_a_read_failed),
		cmocka_unit_test(test_inflate_does_not_need_the_pointer_it_gave),
		cmocka_unit_test(test_inflate_damage_is_found_with_a_fresh_pointer_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
