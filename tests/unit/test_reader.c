#include "tests/unit/unit.h"

#include "tests/unit/recbuild.h"
#include "tests/unit/walk.h"

#include <inttypes.h>
#include <time.h>

/* One event without features: what the reader does has nothing to do with them. */
static void begin(struct rb_file *b)
{
	*b = (struct rb_file){ 0 };
	rb_event(b, RB_CONFIG_ENTER, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_ENTER }, 1);
}

static void fill(struct rb_file *b, uint16_t size, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		rb_filler(&b->data, PERF_RECORD_SAMPLE, size);
}

/* All records of the walk are those of the file's data, in order, from the start up to @end. */
static void assert_walk_is_data(const struct walk *w, const struct rb_file *b, uint64_t end)
{
	uint64_t at = 0;

	assert_false(w->unaligned);
	for (size_t i = 0; i < w->nr; i++) {
		const unsigned char *rec = b->data.data + at;
		uint16_t size = load_u16(rec + offsetof(struct perf_event_header, size));

		assert_int_equal(w->records[i].off, b->header.data.offset + at);
		assert_int_equal(w->records[i].size, size);
		assert_memory_equal(w->bytes.data + w->records[i].at, rec, size);
		at += size;
	}
	assert_int_equal(at, end);
}

static void assert_reads_all(struct rb_file *b)
{
	struct walk w;

	walk_file(&w, b);
	if (w.rc)
		fail_test("%s", w.err.text);
	assert_false(w.partial);
	assert_walk_is_data(&w, b, b->data.len);
	walk_release(&w);
	rb_release(b);
}

/* The message names the file and the offset. */
static void assert_names_offset(const struct walk *w, const struct rb_file *b, uint64_t off)
{
	char text[32];

	assert_contains(w->err.text, b->path);
	snprintf(text, sizeof(text), "offset %#" PRIx64 ":", off);
	assert_contains(w->err.text, text);
}

static void assert_refused(struct rb_file *b, enum err_code code, uint64_t good_bytes,
			   size_t good_records)
{
	struct walk w;

	walk_file(&w, b);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, code);
	assert_int_equal(w.nr, good_records);
	assert_walk_is_data(&w, b, good_bytes);
	assert_names_offset(&w, b, b->header.data.offset + good_bytes);
	walk_release(&w);
	rb_release(b);
}

static void test_reader_gives_every_record_in_file_order(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	for (uint32_t i = 0; i < 20000; i++)
		rb_filler(&b.data, i % 3 ? PERF_RECORD_SAMPLE : PERF_RECORD_LOST,
			  8 + i * 7919 % 40 * 8);
	assert_reads_all(&b);
}

static void test_reader_gives_records_of_every_possible_size(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	for (uint32_t size = 8; size <= 65528; size += 488)
		rb_filler(&b.data, PERF_RECORD_SAMPLE, size);
	rb_filler(&b.data, PERF_RECORD_SAMPLE, 65528);
	assert_reads_all(&b);
}

static void test_reader_gives_records_across_the_end_of_its_buffer(void **state)
{
	static const uint16_t sizes[] = { 8, 16, 112, 65528 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint32_t step = sizes[i] > 1000 ? 2048 : 8;

		/* The record begins @before bytes before the end of what is read at once. */
		for (uint32_t before = 0; before <= sizes[i]; before += step) {
			struct rb_file b;
			uint32_t left = AHEAD_PIECE - before;

			begin(&b);
			fill(&b, 1024, left / 1024 - 1);
			rb_filler(&b.data, PERF_RECORD_LOST, left % 1024 + 1024);
			rb_filler(&b.data, PERF_RECORD_SAMPLE, sizes[i]);
			fill(&b, 40, 3);
			assert_reads_all(&b);
		}
	}
}

static void test_reader_gives_largest_records_back_to_back(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 65528, 40);
	assert_reads_all(&b);
}

static void test_reader_takes_data_at_an_odd_offset(void **state)
{
	struct rb_file b;
	struct walk w;

	(void)state;
	begin(&b);
	fill(&b, 104, 9000);
	rb_finish(&b);
	/* One byte more before the data; no features are behind it that could move. */
	buf_add(&b.out, "", 1);
	memmove(b.out.data + b.header.data.offset + 1, b.out.data + b.header.data.offset,
		b.data.len);
	b.header.data.offset++;
	memcpy(b.out.data, &b.header, sizeof(b.header));
	walk_file(&w, &b);
	assert_int_equal(w.rc, 0);
	assert_walk_is_data(&w, &b, b.data.len);
	walk_release(&w);
	rb_release(&b);
}

static void test_reader_passes_on_records_of_unknown_types(void **state)
{
	static const uint32_t types[] = { 0, 60, 63, 87, 200, 32768, UINT32_MAX };
	struct rb_file b;

	(void)state;
	begin(&b);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		rb_filler(&b.data, types[i], 48);
		fill(&b, 24, 1);
	}
	assert_reads_all(&b);
}

static void test_reader_refuses_record_smaller_than_its_header(void **state)
{
	(void)state;
	for (uint16_t size = 0; size < 8; size++) {
		struct rb_file b;

		begin(&b);
		fill(&b, 40, 3);
		rb_filler(&b.data, PERF_RECORD_SAMPLE, 40);
		((struct perf_event_header *)(b.data.data + 120))->size = size;
		fill(&b, 40, 3);
		assert_refused(&b, ERR_DATA, 120, 3);
	}
}

static void test_reader_refuses_odd_size_of_a_kernel_record(void **state)
{
	static const uint16_t sizes[] = { 9, 15, 41, 44, 47, 65535 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct rb_file b;

		begin(&b);
		fill(&b, 40, 2);
		rb_filler(&b.data, PERF_RECORD_SAMPLE, sizes[i]);
		fill(&b, 40, 2000);
		assert_refused(&b, ERR_DATA, 80, 2);
	}
}

static void test_reader_refuses_odd_size_of_a_round(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 40, 2);
	rb_filler(&b.data, RECORD_FINISHED_ROUND, 9);
	fill(&b, 40, 2);
	assert_refused(&b, ERR_DATA, 80, 2);
}

static void test_reader_refuses_damage_behind_many_buffers(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 1000, 3000);
	rb_filler(&b.data, PERF_RECORD_SAMPLE, 40);
	((struct perf_event_header *)(b.data.data + 3000000))->size = 0;
	fill(&b, 1000, 1000);
	assert_refused(&b, ERR_DATA, 3000000, 3000);
}

static void test_reader_refuses_record_larger_than_section(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 40, 3);
	rb_filler(&b.data, PERF_RECORD_SAMPLE, 40);
	((struct perf_event_header *)(b.data.data + 120))->size = 48;
	/* The features behind the data are no part of the last record. */
	rb_str(rb_feature(&b, FEATURE_HOSTNAME), "box");
	assert_refused(&b, ERR_TRUNC, 120, 3);
}

static void test_reader_refuses_data_that_ends_inside_a_header(void **state)
{
	(void)state;
	for (size_t len = 1; len < 8; len++) {
		struct rb_file b;

		begin(&b);
		fill(&b, 40, 3);
		buf_add(&b.data, "\x09\0\0\0\0\0\x28", len);
		rb_str(rb_feature(&b, FEATURE_HOSTNAME), "box");
		assert_refused(&b, ERR_TRUNC, 120, 3);
	}
}

/* Three records of different sizes, the last of them a large one. */
static uint64_t whole_bytes(uint64_t cut, size_t *nr)
{
	static const uint64_t ends[] = { 0, 24, 136, 1160 };
	size_t i = ARRAY_LEN(ends) - 1;

	while (ends[i] > cut)
		i--;
	*nr = i;
	return ends[i];
}

static void begin_cut(struct rb_file *b, bool unfinished, uint64_t cut)
{
	begin(b);
	b->unfinished = unfinished;
	fill(b, 24, 1);
	fill(b, 112, 1);
	fill(b, 1024, 1);
	rb_finish(b);
	b->out.len = b->header.data.offset + cut;
}

static void test_reader_gives_what_is_whole_of_a_file_cut_at_every_byte(void **state)
{
	(void)state;
	for (uint64_t cut = 0; cut < 1160; cut++) {
		struct rb_file b;
		size_t nr;
		uint64_t end = whole_bytes(cut, &nr);

		begin_cut(&b, false, cut);
		assert_refused(&b, ERR_TRUNC, end, nr);
	}
}

static void test_reader_takes_unfinished_file_cut_at_every_byte(void **state)
{
	(void)state;
	for (uint64_t cut = 0; cut <= 1160; cut++) {
		struct rb_file b;
		struct walk w;
		size_t nr;
		uint64_t end = whole_bytes(cut, &nr);

		begin_cut(&b, true, cut);
		walk_file(&w, &b);
		assert_int_equal(w.rc, 0);
		assert_int_equal(w.nr, nr);
		assert_walk_is_data(&w, &b, end);
		assert_int_equal(w.partial, cut > end);
		if (w.partial)
			assert_int_equal(w.stop_off, b.header.data.offset + end);
		walk_release(&w);
		rb_release(&b);
	}
}

static void test_reader_takes_large_unfinished_file(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	b.unfinished = true;
	fill(&b, 112, 20000);
	assert_reads_all(&b);
}

static void test_reader_refuses_impossible_size_in_unfinished_file_too(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	b.unfinished = true;
	fill(&b, 40, 3);
	buf_add_zero(&b.data, 64);
	buf_add(&b.data, "x", 1);
	assert_refused(&b, ERR_DATA, 120, 3);
}

/* A file system that did not get to write the last pages before the machine went down. */
static void test_reader_takes_zeros_for_the_end_of_an_unfinished_file(void **state)
{
	static const uint32_t zeros[] = { 8, 64, 4096, 1 << 20 };
	struct perf_file file;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(zeros); i++) {
		struct block *block = NULL;
		struct reader r;
		struct rb_file b;
		size_t nr = 0;

		begin(&b);
		b.unfinished = true;
		fill(&b, 40, 3);
		buf_add_zero(&b.data, zeros[i]);
		assert_int_equal(file_open(&file, rb_path(&b), &err), 0);
		assert_int_equal(reader_open(&r, &file, &err), 0);
		while (reader_next(&r, &block, &err) == 1)
			while (block_next(block))
				nr++;
		assert_int_equal(err.code, ERR_NONE);
		assert_int_equal(nr, 3);
		assert_int_equal(r.zeros, zeros[i]);
		assert_int_equal(r.stop_off, file.data.offset + 120);
		reader_close(&r);
		file_close(&file);
		rb_release(&b);
	}
}

static void test_reader_refuses_zeros_at_the_end_of_a_finished_file(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 40, 3);
	buf_add_zero(&b.data, 4096);
	assert_refused(&b, ERR_TRUNC, 120, 3);
}

static void test_reader_reports_a_file_that_shrinks_meanwhile(void **state)
{
	struct perf_file file;
	struct block *block = NULL;
	struct err err = { 0 };
	struct reader r;
	struct rb_file b;
	size_t nr = 0;
	int rc;

	(void)state;
	begin(&b);
	fill(&b, 1000, 2000);
	assert_int_equal(file_open(&file, rb_path(&b), &err), 0);
	assert_int_equal(reader_open(&r, &file, &err), 0);
	assert_int_equal(truncate(b.path, b.header.data.offset + 1000500), 0);
	while ((rc = reader_next(&r, &block, &err)) == 1)
		while (block_next(block))
			nr++;
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_TRUNC);
	assert_int_equal(nr, 1000);
	reader_close(&r);
	file_close(&file);
	rb_release(&b);
}

/* A record of type AUXTRACE with @payload bytes said to follow and @there that do. */
static void add_auxtrace(struct rb_file *b, uint64_t payload, uint64_t there)
{
	uint64_t body[5] = { payload };

	rb_record(&b->data, RECORD_AUXTRACE, 0, body, sizeof(body));
	for (uint64_t i = 0; i < there; i++)
		buf_add(&b->data, "\xff", 1); /* no record, if it were read as one */
}

/* Samples, AUXTRACE with its payload, samples: the payload is passed over. */
static void passes_over(uint64_t payload, uint32_t records_before)
{
	struct rb_file b;
	struct walk w;
	uint64_t behind;

	begin(&b);
	fill(&b, 1024, records_before);
	add_auxtrace(&b, payload, payload);
	behind = b.data.len;
	fill(&b, 112, 9000);
	walk_file(&w, &b);
	if (w.rc)
		fail_test("payload of %" PRIu64 " bytes: %s", payload, w.err.text);
	assert_int_equal(w.nr, records_before + 1 + 9000);
	assert_false(w.unaligned);
	for (size_t i = 0; i < 9000; i++) {
		const struct walk_record *rec = &w.records[records_before + 1 + i];

		assert_int_equal(rec->off, b.header.data.offset + behind + 112 * i);
		assert_memory_equal(w.bytes.data + rec->at, b.data.data + behind + 112 * i, 112);
	}
	walk_release(&w);
	rb_release(&b);
}

static void test_reader_passes_over_auxtrace_payload_of_any_size(void **state)
{
	static const uint64_t payloads[] = { 0,
					     1,
					     7,
					     8,
					     4096,
					     100001,
					     AHEAD_PIECE - 1080,
					     AHEAD_PIECE,
					     AHEAD_PIECE + 1,
					     3 * AHEAD_PIECE + 5 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
		passes_over(payloads[i], 0);
		passes_over(payloads[i], 1);
		passes_over(payloads[i], AHEAD_PIECE / 1024);
	}
}

/* A record as simpleperf writes it: @size bytes, whose upper half stands where misc is. */
static void add_simpleperf(struct rb_file *b, uint32_t type, uint64_t size, uint64_t there)
{
	struct perf_event_header h = { .type = type, .misc = size >> 16, .size = size };

	buf_add(&b->data, &h, sizeof(h));
	for (uint64_t i = sizeof(h); i < there; i++)
		buf_add(&b->data, "\xff", 1); /* no record, if it were read as one */
}

/* KERNEL_SYMBOL holds all of kallsyms behind a u32, TRACING_DATA the formats; others are small. */
static void test_reader_passes_over_records_of_simpleperf_of_any_size(void **state)
{
	static const uint64_t sizes[] = { 24,	  20,	    65535,   65536, 65540, 65544,
					  100012, 1u << 20, 3333332, 8,	    12 };
	uint64_t offs[ARRAY_LEN(sizes)];
	struct rb_file b;
	struct walk w;

	(void)state;
	begin(&b);
	rb_str(rb_feature(&b, 129), "meta info");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		offs[i] = b.data.len;
		add_simpleperf(&b, 32769 + i, sizes[i], sizes[i]);
		fill(&b, 112, 9);
	}
	walk_file(&w, &b);
	if (w.rc)
		fail_test("%s", w.err.text);
	assert_int_equal(w.nr, 10 * ARRAY_LEN(sizes));
	assert_false(w.unaligned);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const struct walk_record *rec = &w.records[10 * i];

		assert_int_equal(rec->type, 32769 + i);
		assert_int_equal(rec->off, b.header.data.offset + offs[i]);
		assert_int_equal(rec[1].type, PERF_RECORD_SAMPLE);
		assert_int_equal(rec[1].off, rec->off + sizes[i]);
	}
	walk_release(&w);
	rb_release(&b);
}

static void test_reader_refuses_records_of_simpleperf_beyond_the_data(void **state)
{
	static const uint64_t sizes[] = { 5, 97, UINT32_MAX, 1u << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct rb_file b;

		begin(&b);
		rb_str(rb_feature(&b, 128), "files");
		fill(&b, 112, 3);
		add_simpleperf(&b, 32777, sizes[i], 96);
		assert_refused(&b, sizes[i] < 8 ? ERR_DATA : ERR_TRUNC, 336, 3);
	}
}

/* Of any other file such a size is damage. */
static void test_reader_takes_no_wide_records_from_others(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 112, 3);
	add_simpleperf(&b, 32777, 100, 100);
	fill(&b, 112, 3);
	assert_refused(&b, ERR_DATA, 336, 3);
}

static void refuses_payload(uint64_t payload, uint64_t there, uint32_t records_before)
{
	struct rb_file b;
	struct walk w;

	begin(&b);
	fill(&b, 1024, records_before);
	add_auxtrace(&b, payload, there);
	rb_str(rb_feature(&b, FEATURE_HOSTNAME), "box");
	walk_file(&w, &b);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, ERR_TRUNC);
	assert_int_equal(w.nr, records_before + 1);
	assert_names_offset(&w, &b, b.header.data.offset + 1024 * records_before);
	walk_release(&w);
	rb_release(&b);
}

static void test_reader_refuses_auxtrace_payload_beyond_the_data(void **state)
{
	(void)state;
	refuses_payload(1, 0, 1);
	refuses_payload(1001, 1000, 1);
	refuses_payload(UINT64_MAX, 1000, 1);
	refuses_payload(UINT64_MAX - 1000, 5000, 0);
	refuses_payload(1ULL << 62, 2 * AHEAD_PIECE, 400);
}

static void test_reader_calls_unfinished_file_partial_when_a_payload_is_cut(void **state)
{
	struct rb_file b;
	struct walk w;

	(void)state;
	begin(&b);
	b.unfinished = true;
	fill(&b, 24, 1);
	add_auxtrace(&b, 1000, 999);
	walk_file(&w, &b);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 2);
	assert_true(w.partial);
	assert_int_equal(w.stop_off, b.header.data.offset + 24);
	walk_release(&w);
	rb_release(&b);
}

static void test_reader_passes_over_tracing_data_in_both_forms(void **state)
{
	(void)state;
	for (uint32_t size = 12; size <= 16; size += 4) {
		struct rb_file b;
		struct walk w;

		begin(&b);
		fill(&b, 24, 1);
		rb_record(&b.data, RECORD_TRACING_DATA, 0, (uint32_t[]){ 1000, 0 }, size - 8);
		for (uint32_t i = 0; i < 1000; i++)
			buf_add(&b.data, "\xff", 1);
		fill(&b, 1024, 600);
		walk_file(&w, &b);
		assert_int_equal(w.rc, 0);
		assert_int_equal(w.nr, 602);
		assert_int_equal(w.records[1].type, RECORD_TRACING_DATA);
		assert_int_equal(w.records[2].off, b.header.data.offset + 24 + size + 1000);
		assert_false(w.unaligned);
		walk_release(&w);
		rb_release(&b);
	}
}

static void test_reader_takes_odd_sizes_where_perf_writes_them(void **state)
{
	(void)state;
	for (uint16_t size = 9; size < 24; size++) {
		struct rb_file b;

		begin(&b);
		rb_filler(&b.data, RECORD_FEATURE, size);
		fill(&b, 65528, 2); /* not aligned, and larger than what is aligned at once */
		fill(&b, 24, 3);
		for (int i = 0; i < 9; i++) {
			rb_filler(&b.data, RECORD_FEATURE, size);
			fill(&b, 1024, 100 * (i % 3));
		}
		fill(&b, 65528, 30); /* more than a buffer behind an odd one */
		assert_reads_all(&b);
	}
}

static void test_reader_refuses_odd_record_cut_by_the_end(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	fill(&b, 24, 1);
	rb_filler(&b.data, RECORD_FEATURE, 37);
	b.data.len--;
	rb_str(rb_feature(&b, FEATURE_HOSTNAME), "box");
	assert_refused(&b, ERR_TRUNC, 24, 1);
}

/* CPU time to read 400,000 records of @size. */
static clock_t time_to_read(uint16_t size)
{
	struct rb_file b;
	struct walk w;
	clock_t start;

	begin(&b);
	for (int i = 0; i < 400000; i++)
		rb_filler(&b.data, RECORD_FEATURE, size);
	rb_path(&b);
	start = clock();
	walk_path(&w, b.path);
	start = clock() - start;
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 400000);
	walk_release(&w);
	rb_release(&b);
	return start;
}

static void test_reader_is_not_slowed_down_by_odd_records(void **state)
{
	clock_t even = time_to_read(16), odd = time_to_read(17);

	(void)state;
	/* It was some hundred times when each record moved all that is behind it. */
	if (odd > 25 * even + CLOCKS_PER_SEC / 5)
		fail_test("records of 16 bytes took %ld us, of 17 bytes %ld us", (long)even,
			  (long)odd);
}

static void test_reader_gives_nothing_of_an_empty_unfinished_file(void **state)
{
	struct rb_file b;
	struct walk w;

	(void)state;
	begin(&b);
	b.unfinished = true;
	walk_file(&w, &b);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 0);
	assert_false(w.partial);
	walk_release(&w);
	rb_release(&b);
}

static void test_reader_stays_at_the_end_and_at_an_error(void **state)
{
	(void)state;
	for (int damaged = 0; damaged < 2; damaged++) {
		struct perf_file file;
		struct block *block = NULL;
		struct err err = { 0 };
		struct reader r;
		struct rb_file b;

		begin(&b);
		fill(&b, 40, 2);
		buf_add_zero(&b.data, 40 * damaged);
		assert_int_equal(file_open(&file, rb_path(&b), &err), 0);
		assert_int_equal(reader_open(&r, &file, &err), 0);
		assert_int_equal(reader_next(&r, &block, &err), 1);
		while (block_next(block))
			;
		for (int again = 0; again < 3; again++)
			assert_int_equal(reader_next(&r, &block, &err), -damaged);
		reader_close(&r);
		file_close(&file);
		rb_release(&b);
	}
}

static void test_reader_close_takes_a_zeroed_reader(void **state)
{
	struct reader r = { 0 };

	(void)state;
	reader_close(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_gives_every_record_in_file_order),
		cmocka_unit_test(test_reader_gives_records_of_every_possible_size),
		cmocka_unit_test(test_reader_gives_records_across_the_end_of_its_buffer),
		cmocka_unit_test(test_reader_gives_largest_records_back_to_back),
		cmocka_unit_test(test_reader_takes_data_at_an_odd_offset),
		cmocka_unit_test(test_reader_passes_on_records_of_unknown_types),
		cmocka_unit_test(test_reader_refuses_record_smaller_than_its_header),
		cmocka_unit_test(test_reader_refuses_odd_size_of_a_kernel_record),
		cmocka_unit_test(test_reader_refuses_odd_size_of_a_round),
		cmocka_unit_test(test_reader_refuses_damage_behind_many_buffers),
		cmocka_unit_test(test_reader_refuses_record_larger_than_section),
		cmocka_unit_test(test_reader_refuses_data_that_ends_inside_a_header),
		cmocka_unit_test(test_reader_gives_what_is_whole_of_a_file_cut_at_every_byte),
		cmocka_unit_test(test_reader_takes_unfinished_file_cut_at_every_byte),
		cmocka_unit_test(test_reader_takes_large_unfinished_file),
		cmocka_unit_test(test_reader_refuses_impossible_size_in_unfinished_file_too),
		cmocka_unit_test(test_reader_takes_zeros_for_the_end_of_an_unfinished_file),
		cmocka_unit_test(test_reader_refuses_zeros_at_the_end_of_a_finished_file),
		cmocka_unit_test(test_reader_reports_a_file_that_shrinks_meanwhile),
		cmocka_unit_test(test_reader_passes_over_auxtrace_payload_of_any_size),
		cmocka_unit_test(test_reader_passes_over_records_of_simpleperf_of_any_size),
		cmocka_unit_test(test_reader_refuses_records_of_simpleperf_beyond_the_data),
		cmocka_unit_test(test_reader_takes_no_wide_records_from_others),
		cmocka_unit_test(test_reader_refuses_auxtrace_payload_beyond_the_data),
		cmocka_unit_test(test_reader_calls_unfinished_file_partial_when_a_payload_is_cut),
		cmocka_unit_test(test_reader_passes_over_tracing_data_in_both_forms),
		cmocka_unit_test(test_reader_takes_odd_sizes_where_perf_writes_them),
		cmocka_unit_test(test_reader_refuses_odd_record_cut_by_the_end),
		cmocka_unit_test(test_reader_is_not_slowed_down_by_odd_records),
		cmocka_unit_test(test_reader_gives_nothing_of_an_empty_unfinished_file),
		cmocka_unit_test(test_reader_stays_at_the_end_and_at_an_error),
		cmocka_unit_test(test_reader_close_takes_a_zeroed_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
