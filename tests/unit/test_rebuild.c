#include "tests/unit/unit.h"

#include "common/rebuild.h"
#include "tests/unit/walk.h"

#include <sys/mman.h>
#include <zstd.h>

/* A broken file, and what was made of it. */
struct repair {
	struct rb_file b;
	struct perf_file file;
	struct salvage s;
	struct formats formats;
	struct err err;
	int fd;
	char path[64]; /* of the result */
	struct walk w; /* of the result */
};

/* An unfinished file of rec's with @nr calls. */
static void begin(struct repair *x, uint32_t nr)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	x->b.unfinished = true;
	for (uint32_t i = 0; i < nr; i++)
		rb_enter(&x->b, &(struct rb_values){ .tid = 7, .time = 1000 + i, .cpu = i % 3 }, i);
}

static void scan(struct repair *x)
{
	assert_int_equal(file_open(&x->file, rb_path(&x->b), &x->err), 0);
	assert_int_equal(salvage_scan(&x->s, &x->file, &x->err), 0);
	assert_int_equal(formats_find(&x->formats, &x->file, x->s.seen, &x->s.kernel, &x->err), 0);
}

/* The result is read without complaint, and has as many records as was said. */
static void run(struct repair *x)
{
	uint64_t bytes;

	scan(x);
	assert_false(salvage_is_whole(&x->s));
	x->fd = memfd_create("repaired", MFD_CLOEXEC);
	if (rebuild(&x->s, &x->formats, x->fd, "repaired", &bytes, &x->err))
		fail_test("%s", x->err.text);
	snprintf(x->path, sizeof(x->path), "/proc/self/fd/%d", x->fd);
	assert_int_equal(lseek(x->fd, 0, SEEK_END), bytes);
	walk_path(&x->w, x->path);
	if (x->w.rc)
		fail_test("%s", x->w.err.text);
	assert_false(x->w.partial);
	assert_int_equal(x->w.nr, x->s.nr_records);
}

static void end(struct repair *x)
{
	struct perf_file f;
	struct salvage s;

	assert_int_equal(file_open(&f, x->path, &x->err), 0);
	assert_int_equal(salvage_scan(&s, &f, &x->err), 0);
	assert_true(salvage_is_whole(&s));
	assert_int_equal(f.first_ns, x->s.first_ns);
	assert_int_equal(f.last_ns, x->s.last_ns);
	salvage_release(&s);
	file_close(&f);
	close(x->fd);
	walk_release(&x->w);
	formats_release(&x->formats);
	salvage_release(&x->s);
	file_close(&x->file);
	rb_release(&x->b);
}

/* The result's records are the first @nr of the file's, 112 bytes each. */
static void assert_kept(struct repair *x, uint32_t nr)
{
	assert_int_equal(x->w.nr, nr);
	assert_memory_equal(x->w.bytes.data, x->b.data.data, nr * 112);
}

static void test_rebuild_finishes_an_unfinished_file(void **state)
{
	struct repair x;
	struct perf_file f;

	(void)state;
	begin(&x, 100);
	run(&x);
	assert_kept(&x, 100);
	assert_int_equal(x.s.first_ns, 1000);
	assert_int_equal(x.s.last_ns, 1099);
	assert_int_equal(salvage_lost_bytes(&x.s), 0);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_string_equal(f.hostname, "box");
	assert_string_equal(f.events[1].name, "raw_syscalls:sys_exit");
	assert_int_equal(f.events[1].nr_ids, 2);
	file_close(&f);
	end(&x);
}

static void test_rebuild_leaves_out_half_a_record(void **state)
{
	(void)state;
	for (uint32_t cut = 1; cut < 112; cut++) {
		struct repair x;

		begin(&x, 10);
		x.b.data.len -= cut;
		run(&x);
		assert_kept(&x, 9);
		assert_true(x.s.partial);
		assert_int_equal(salvage_lost_bytes(&x.s), 112 - cut);
		end(&x);
	}
}

static void test_rebuild_leaves_out_one_record_of_a_wrong_size(void **state)
{
	(void)state;
	for (uint32_t size = 0; size < 8; size++) {
		struct repair x;

		begin(&x, 100);
		x.b.data.data[50 * 112 + 6] = size;
		run(&x);
		assert_int_equal(x.w.nr, 99);
		assert_memory_equal(x.w.bytes.data, x.b.data.data, 50 * 112);
		assert_memory_equal(x.w.bytes.data + 50 * 112, x.b.data.data + 51 * 112, 49 * 112);
		assert_contains(x.s.damage.text, "has size");
		assert_int_equal(salvage_lost_bytes(&x.s), 0);
		assert_int_equal(x.s.nr_torn, 1);
		assert_int_equal(x.s.torn_bytes, 112);
		assert_int_equal(x.s.torn_off, x.b.header.data.offset + 50 * 112);
		end(&x);
	}
}

/* A size that can be, but is none of its kind: the next records are found all the same. */
static void test_rebuild_goes_on_behind_any_size(void **state)
{
	(void)state;
	for (uint32_t size = 8; size < 3000; size += 56) {
		struct repair x;

		begin(&x, 100);
		x.b.data.data[50 * 112 + 6] = size & 0xff;
		x.b.data.data[50 * 112 + 7] = size >> 8;
		if (size == 112)
			x.b.data.data[50 * 112] = 0;
		run(&x);
		/* What the record swallows is lost, and one more at most. */
		assert_in_range(x.w.nr, 100 - MAX(size / 112, 1) - 2, 99 + (size < 112));
		end(&x);
	}
}

/* Bytes that are none, of any number: not aligned any more behind them. */
static void test_rebuild_goes_on_behind_garbage(void **state)
{
	(void)state;
	for (uint32_t len = 1; len < 200; len += 13) {
		struct buf all = { 0 };
		struct repair x;

		begin(&x, 100);
		buf_add(&all, x.b.data.data, 30 * 112);
		for (uint32_t i = 0; i < len; i++)
			buf_add(&all, &(uint8_t){ i ? (i * 37 + len) : 0 }, 1);
		buf_add(&all, x.b.data.data + 30 * 112, 70 * 112);
		buf_release(&x.b.data);
		x.b.data = all;
		memset(x.b.data.data + 30 * 112, 0, MIN(len, 8)); /* no header */
		run(&x);
		if (len % 8 == 0)
			assert_int_equal(x.w.nr, 100);
		else
			assert_in_range(x.w.nr, 30, 100);
		assert_memory_equal(x.w.bytes.data, x.b.data.data, 30 * 112);
		end(&x);
	}
}

/* Many pages of holes between the records, as of a file system that lost some. */
static void test_rebuild_goes_on_behind_holes(void **state)
{
	struct repair x;

	(void)state;
	begin(&x, 5000);
	for (uint32_t page = 10; page < 130; page += 20)
		memset(x.b.data.data + page * 4096, 0, 4096 * 3);
	run(&x);
	assert_in_range(x.w.nr, 5000 - 6 * (3 * 4096 / 112 + 3), 5000 - 6 * (3 * 4096 / 112));
	assert_int_equal(x.s.nr_torn, 6);
	assert_int_equal(salvage_lost_bytes(&x.s), 0);
	end(&x);
}

/* Whole records, but of another recording: their time cannot be. */
static void test_rebuild_takes_no_records_of_another_time(void **state)
{
	struct buf all = { 0 };
	struct repair x;

	(void)state;
	begin(&x, 100);
	buf_add(&all, x.b.data.data, 50 * 112);
	buf_add_zero(&all, 8);
	for (int i = 0; i < 10; i++) {
		uint64_t record[14];

		memcpy(record, x.b.data.data, 112);
		record[3] = 1ull << 62;
		buf_add(&all, record, 112);
	}
	buf_add(&all, x.b.data.data + 50 * 112, 50 * 112);
	buf_release(&x.b.data);
	x.b.data = all;
	run(&x);
	assert_int_equal(x.w.nr, 100);
	assert_int_equal(x.s.torn_bytes, 8 + 10 * 112);
	end(&x);
}

/* Two good records by chance are not enough. */
static void test_rebuild_is_not_misled_by_what_looks_like_a_record(void **state)
{
	struct repair x;
	uint64_t words[14];

	(void)state;
	begin(&x, 100);
	/* Inside the damaged record stand three rounds, and a sample of another time behind them. */
	memset(x.b.data.data + 50 * 112, 0, 112);
	for (int i = 0; i < 3; i++)
		memcpy(x.b.data.data + 50 * 112 + 16 + 8 * i, "\x44\0\0\0\0\0\x08\0", 8);
	memcpy(words, x.b.data.data, 112);
	words[3] = 1ull << 62;
	memcpy(x.b.data.data + 50 * 112 + 40, words, 72);
	x.b.data.data[50 * 112 + 40 + 6] = 72;
	run(&x);
	assert_int_equal(x.w.nr, 99);
	end(&x);
}

static void test_rebuild_leaves_out_records_that_perf_refuses(void **state)
{
	struct repair x;

	(void)state;
	begin(&x, 100);
	x.b.data.data[20 * 112] = 200;	  /* no such type */
	x.b.data.data[21 * 112 + 8] = 99; /* no such event */
	x.b.data.data[21 * 112 + 9] = 99;
	x.b.data.data[22 * 112 + 44] = 0; /* raw data larger than the record */
	memset(x.b.data.data + 22 * 112 + 40, 255, 4);
	x.b.data.data[60 * 112] = 0;
	x.b.data.data[98 * 112] = 63; /* no such type of the kernel's */
	run(&x);
	assert_int_equal(x.w.nr, 95);
	assert_int_equal(x.s.nr_dropped, 5);
	assert_int_equal(x.s.dropped_bytes, 5 * 112);
	assert_int_equal(x.s.nr_bad, 3);
	assert_int_equal(salvage_lost_bytes(&x.s), 0);
	assert_memory_equal(x.w.bytes.data + 20 * 112, x.b.data.data + 23 * 112, 37 * 112);
	assert_memory_equal(x.w.bytes.data + 57 * 112, x.b.data.data + 61 * 112, 37 * 112);
	end(&x);
}

/* All of it: what is behind its header has no size that perf knows. */
static void test_rebuild_leaves_out_wide_records_of_simpleperf(void **state)
{
	const uint64_t size = 70004;
	struct perf_event_header h = { .type = 32769, .misc = size >> 16, .size = (uint16_t)size };
	struct repair x;

	(void)state;
	begin(&x, 50);
	rb_str(rb_feature(&x.b, FEATURE_SIMPLEPERF_FIRST), "files");
	buf_add(&x.b.data, &h, sizeof(h));
	for (uint64_t i = sizeof(h); i < size; i++)
		buf_add(&x.b.data, "\xff", 1);
	buf_add(&x.b.data, x.b.data.data, 30 * 112);
	run(&x);
	assert_int_equal(x.w.nr, 80);
	assert_int_equal(x.s.nr_dropped, 1);
	assert_int_equal(x.s.dropped_bytes, size);
	assert_int_equal(salvage_lost_bytes(&x.s), 0);
	end(&x);
}

/* The last page that reached the disk ends at each place inside a record; or the next ones did. */
/* What follows the raw bytes is no report's business, but perf reads it. */
static void test_rebuild_leaves_out_samples_that_lie_behind_their_raw_bytes(void **state)
{
	static const char stack[16] = "of the program";
	struct perf_event_attr *attr;
	struct rb_values v = { .id = 3001, .time = 1002, .stack = stack, .stack_len = 16 };
	struct repair x;
	uint64_t size_at;

	(void)state;
	begin(&x, 2);
	attr = rb_event(&x.b, RB_CONFIG_EXIT, RB_SAMPLE_TYPE | PERF_SAMPLE_STACK_USER,
			(uint64_t[]){ 3001 }, 1);
	v.raw = (char[24]){ RB_CONFIG_EXIT & 0xff, RB_CONFIG_EXIT >> 8 };
	v.raw_len = 24;
	rb_sample(&x.b.data, attr, &v);
	rb_sample(&x.b.data, attr, &v);
	/* Of the last one: u64 size, 16 bytes, u64 bytes in use. */
	size_at = x.b.data.len - 32;
	assert_int_equal(load_u64(x.b.data.data + size_at), 16);
	x.b.data.data[size_at] = 24;
	run(&x);
	assert_int_equal(x.s.nr_dropped, 1);
	assert_int_equal(x.w.nr, 3);
	end(&x);
}

static void test_rebuild_leaves_out_a_record_that_is_half_zeros(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2 * 112 / 8; i++) {
		bool hole = i % 2;
		struct repair x;
		uint64_t off, page, last;

		begin(&x, 200);
		for (uint32_t move = 0; move < i / 2; move++)
			rb_round(&x.b.data);
		for (uint32_t nr = 0; nr < 200; nr++)
			rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 2000 + nr }, nr);
		rb_finish(&x.b);
		off = x.b.header.data.offset + 200 * 112 + i / 2 * 8;
		page = (off + 100 * 112) / 4096 * 4096;
		last = (page - off) / 112;
		memset(x.b.out.data + page, 0, hole ? 4096 : x.b.out.len - page);
		run(&x);
		assert_int_equal(x.s.nr_dropped, 0);
		if (hole) { /* what is behind it is kept, too */
			last += 200 - ALIGN_UP(page + 4096 - off, 112) / 112;
			assert_int_equal(x.s.half, 0);
			assert_int_equal(x.s.torn_off,
					 page - (page - off) % 112); /* where it begins */
		} else {
			assert_int_equal(x.s.half > 0, (page - off) % 112 != 0);
		}
		assert_int_equal(x.s.nr_samples, 200 + last);
		assert_int_equal(x.w.nr, 200 + i / 2 + last);
		end(&x);
	}
}

static void test_rebuild_keeps_a_whole_record_in_front_of_zeros(void **state)
{
	struct repair x;

	(void)state;
	begin(&x, 200);
	buf_add_zero(&x.b.data, 10000);
	run(&x);
	assert_kept(&x, 200);
	assert_int_equal(x.s.zeros, 10000);
	assert_int_equal(x.s.half, 0);
	end(&x);
}

/* Compresses the records into one frame that never ends, @piece bytes a record, as perf does. */
static void compress(struct repair *x, size_t piece)
{
	ZSTD_CStream *stream = ZSTD_createCStream();
	struct buf out = { 0 };
	static char room[60000];

	ZSTD_initCStream(stream, 1);
	for (size_t at = 0; at < x->b.data.len; at += piece) {
		ZSTD_inBuffer from = { x->b.data.data + at, MIN(piece, x->b.data.len - at), 0 };
		ZSTD_outBuffer to = { room, sizeof(room), 0 };

		if (ZSTD_compressStream2(stream, &to, &from, ZSTD_e_flush))
			abort();
		rb_record(&out, RECORD_COMPRESSED, 0, room, to.pos);
	}
	ZSTD_freeCStream(stream);
	buf_release(&x->b.data);
	x->b.data = out;
}

/* Cut behind any of the compressed records: most end inside a record, which nobody completes. */
static void test_rebuild_keeps_what_can_be_decompressed(void **state)
{
	(void)state;
	for (size_t piece = 100; piece < 1200; piece += 53) {
		struct buf plain = { 0 };
		struct repair x;

		begin(&x, 100);
		buf_add(&plain, x.b.data.data, x.b.data.len - 50);
		x.b.data.len -= 50;
		compress(&x, piece);
		run(&x);
		assert_int_equal(x.w.nr, 99);
		assert_true(x.s.inflate);
		assert_memory_equal(x.w.bytes.data, plain.data, 99 * 112);
		buf_release(&plain);
		end(&x);
	}
}

static void test_rebuild_keeps_compressed_records_as_they_are(void **state)
{
	struct repair x;

	(void)state;
	begin(&x, 1000);
	compress(&x, 112 * 10);
	buf_add(&x.b.data, "\x51\0\0\0\0\0\x40\0begin", 13); /* half a compressed record */
	run(&x);
	assert_int_equal(x.w.nr, 1000);
	assert_false(x.s.inflate);
	assert_int_equal(x.s.nr_compressed, 100);
	assert_int_equal(x.s.inflated_max, 1120);
	assert_int_equal(salvage_lost_bytes(&x.s), 13);
	end(&x);
}

/* As rec compresses: a frame a record, whole records in each. */
static void compress_frames(struct repair *x, size_t piece)
{
	static char room[60000];
	struct buf out = { 0 };

	for (size_t at = 0; at < x->b.data.len; at += piece) {
		size_t len = ZSTD_compress(room, sizeof(room), x->b.data.data + at,
					   MIN(piece, x->b.data.len - at), 1);

		rb_record(&out, RECORD_COMPRESSED, 0, room, len);
	}
	buf_release(&x->b.data);
	x->b.data = out;
}

/* The offset of the @nr-th record. */
static size_t record_off(const struct repair *x, uint32_t nr)
{
	size_t at = 0;

	while (nr--)
		at += load_u16(x->b.data.data + at + 6);
	return at;
}

static void test_rebuild_leaves_out_one_frame_that_is_damaged(void **state)
{
	(void)state;
	for (uint32_t nr = 0; nr < 10; nr++) {
		struct repair x;
		size_t off;

		begin(&x, 100);
		compress_frames(&x, 10 * 112);
		off = record_off(&x, nr);
		/* Header, magic, descriptor, u16 of the content's size: a kind of block that is none. */
		assert_int_equal(x.b.data.data[off + 12] >> 5, 3);
		x.b.data.data[off + 15] |= 6;
		run(&x);
		assert_int_equal(x.w.nr, 90);
		assert_int_equal(x.s.nr_broken, 1);
		assert_int_equal(x.s.broken_bytes, load_u16(x.b.data.data + off + 6));
		assert_int_equal(x.s.nr_torn, 0);
		assert_int_equal(salvage_lost_bytes(&x.s), 0);
		assert_false(x.s.inflate); /* the others are kept as they are */
		end(&x);
	}
}

/* The frame's record has a wrong size: the next frames are found by what they begin with. */
/* Changed anywhere: it may give some records, or not end. */
static void test_rebuild_takes_a_frame_that_is_changed_anywhere(void **state)
{
	(void)state;
	for (uint32_t bit = 0; bit < 50 * 8; bit += 3) {
		struct repair x;
		size_t off;

		begin(&x, 100);
		compress_frames(&x, 10 * 112);
		off = record_off(&x, 5) + 8 + bit / 8;
		if (off >= record_off(&x, 6)) {
			rb_release(&x.b);
			break;
		}
		x.b.data.data[off] ^= 1 << bit % 8;
		scan(&x);
		if (salvage_is_whole(&x.s)) { /* other contents, all of them possible */
			formats_release(&x.formats);
			salvage_release(&x.s);
			file_close(&x.file);
			rb_release(&x.b);
			continue;
		}
		formats_release(&x.formats);
		salvage_release(&x.s);
		file_close(&x.file);
		unlink(x.b.path);
		run(&x);
		/* What a wrong size inside it swallows is that of others. */
		assert_in_range(x.w.nr, 50, 100);
		end(&x);
	}
}

static void test_rebuild_finds_the_next_frame_behind_a_wrong_size(void **state)
{
	static const uint16_t sizes[] = { 0, 7, 9, 100, 3000, 65535 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct repair x;

		begin(&x, 2000);
		compress_frames(&x, 10 * 112);
		memcpy(x.b.data.data + record_off(&x, 50) + 6, &sizes[i], 2);
		run(&x);
		assert_int_equal(x.w.nr, 1990);
		assert_false(x.s.inflate);
		end(&x);
	}
}

/* One endless frame: what follows the damage needs what was lost. Plain records do not. */
static void test_rebuild_keeps_plain_records_behind_a_damaged_stream(void **state)
{
	struct repair x;
	uint64_t left;

	(void)state;
	begin(&x, 200);
	compress(&x, 10 * 112 + 50);
	left = x.b.data.len;
	rb_round(&x.b.data);
	for (uint32_t i = 0; i < 5; i++)
		rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 5000 + i }, i);
	memset(x.b.data.data + record_off(&x, 10) + 10, 0xff, 20);
	run(&x);
	assert_in_range(x.w.nr, 90 + 6, 110 + 6);
	assert_true(x.s.inflate);
	assert_in_range(x.s.nr_broken, 5, 10);
	assert_in_range(x.s.broken_bytes, 1, left);
	assert_int_equal(x.s.nr_torn, 0);
	assert_int_equal(x.s.last_ns, 5004);
	end(&x);
}

static void test_rebuild_keeps_features_that_have_no_body(void **state)
{
	struct repair x;
	struct perf_file f;

	(void)state;
	begin(&x, 10);
	rb_feature(&x.b, 15); /* BRANCH_STACK */
	run(&x);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_true(f.flags[0] >> 15 & 1);
	assert_false(f.flags[0] >> 19 & 1);
	file_close(&f);
	end(&x);
}

static void test_rebuild_makes_formats_anew_that_are_damaged(void **state)
{
	struct repair x;
	struct perf_file f;

	(void)state;
	for (int calls = 0; calls < 2; calls++) {
		begin(&x, 10);
		x.b.unfinished = false;
		x.b.features[FEATURE_TRACING_DATA].body.data[3] = 0;
		if (!calls) /* no tracepoints, so no formats */
			x.b.attrs[0].type = x.b.attrs[1].type = PERF_TYPE_SOFTWARE;
		run(&x);
		assert_int_equal(file_open(&f, x.path, &x.err), 0);
		assert_null(f.no_formats);
		assert_int_equal(f.tps.nr, calls ? 2 : 0);
		file_close(&f);
		end(&x);
	}
}

/* A bad record among compressed ones cannot be cut out of them. */
static void test_rebuild_decompresses_where_a_record_is_bad(void **state)
{
	struct repair x;

	(void)state;
	begin(&x, 100);
	x.b.data.data[55 * 112] = 200;
	compress(&x, 112 * 10);
	run(&x);
	assert_int_equal(x.w.nr, 99);
	assert_int_equal(x.s.nr_dropped, 1);
	assert_true(x.s.inflate);
	end(&x);
}

static void test_rebuild_makes_a_file_of_a_stream(void **state)
{
	struct repair x;
	struct perf_file f;

	(void)state;
	begin(&x, 10);
	x.b.unfinished = false;
	x.b.stream = true;
	x.b.data.len -= 30;
	run(&x);
	assert_kept(&x, 9);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_false(f.stream);
	assert_string_equal(f.arch, "x86_64");
	assert_int_equal(f.tps.nr, 2);
	file_close(&f);
	end(&x);
}

static void test_rebuild_finds_formats_by_the_records(void **state)
{
	struct repair x;
	struct perf_file f;

	(void)state;
	begin(&x, 10);
	rb_exit(&x.b, &(struct rb_values){ .tid = 7, .time = 2000, .cpu = 5 }, 39, 7);
	for (unsigned bit = 0; bit < FEATURE_MAX; bit++)
		x.b.features[bit].present = false;
	run(&x);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_string_equal(f.events[0].name, "raw_syscalls:sys_enter");
	assert_string_equal(f.events[1].name, "raw_syscalls:sys_exit");
	assert_non_null(f.events[1].tp);
	assert_int_equal(f.features[FEATURE_NRCPUS].size, 8);
	assert_int_equal(x.s.nr_cpus, 6);
	file_close(&f);
	end(&x);
}

static void test_rebuild_refuses_a_file_without_records(void **state)
{
	struct repair x;
	uint64_t bytes;

	(void)state;
	begin(&x, 0);
	buf_add_zero(&x.b.data, 100);
	scan(&x);
	x.fd = memfd_create("repaired", MFD_CLOEXEC);
	assert_int_equal(rebuild(&x.s, &x.formats, x.fd, "repaired", &bytes, &x.err), -1);
	assert_int_equal(x.err.code, ERR_DATA);
	assert_contains(x.err.text, "no whole record");
	close(x.fd);
	formats_release(&x.formats);
	salvage_release(&x.s);
	file_close(&x.file);
	rb_release(&x.b);
}

static void test_rebuild_is_not_needed_for_a_whole_file(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct repair x;

		begin(&x, 10);
		x.b.unfinished = false;
		x.b.of_rec = kind == 1;
		x.b.stream = kind == 2;
		scan(&x);
		assert_true(salvage_is_whole(&x.s));
		formats_release(&x.formats);
		salvage_release(&x.s);
		file_close(&x.file);
		rb_release(&x.b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rebuild_finishes_an_unfinished_file),
		cmocka_unit_test(test_rebuild_leaves_out_half_a_record),
		cmocka_unit_test(test_rebuild_leaves_out_one_record_of_a_wrong_size),
		cmocka_unit_test(test_rebuild_goes_on_behind_any_size),
		cmocka_unit_test(test_rebuild_goes_on_behind_garbage),
		cmocka_unit_test(test_rebuild_goes_on_behind_holes),
		cmocka_unit_test(test_rebuild_takes_no_records_of_another_time),
		cmocka_unit_test(test_rebuild_is_not_misled_by_what_looks_like_a_record),
		cmocka_unit_test(test_rebuild_leaves_out_one_frame_that_is_damaged),
		cmocka_unit_test(test_rebuild_takes_a_frame_that_is_changed_anywhere),
		cmocka_unit_test(test_rebuild_finds_the_next_frame_behind_a_wrong_size),
		cmocka_unit_test(test_rebuild_keeps_plain_records_behind_a_damaged_stream),
		cmocka_unit_test(test_rebuild_keeps_features_that_have_no_body),
		cmocka_unit_test(test_rebuild_makes_formats_anew_that_are_damaged),
		cmocka_unit_test(test_rebuild_leaves_out_records_that_perf_refuses),
		cmocka_unit_test(test_rebuild_leaves_out_wide_records_of_simpleperf),
		cmocka_unit_test(test_rebuild_leaves_out_samples_that_lie_behind_their_raw_bytes),
		cmocka_unit_test(test_rebuild_leaves_out_a_record_that_is_half_zeros),
		cmocka_unit_test(test_rebuild_keeps_a_whole_record_in_front_of_zeros),
		cmocka_unit_test(test_rebuild_keeps_what_can_be_decompressed),
		cmocka_unit_test(test_rebuild_keeps_compressed_records_as_they_are),
		cmocka_unit_test(test_rebuild_decompresses_where_a_record_is_bad),
		cmocka_unit_test(test_rebuild_makes_a_file_of_a_stream),
		cmocka_unit_test(test_rebuild_finds_formats_by_the_records),
		cmocka_unit_test(test_rebuild_refuses_a_file_without_records),
		cmocka_unit_test(test_rebuild_is_not_needed_for_a_whole_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
