#include "tests/unit/unit.h"

#include "common/abi.h"
#include "common/deflate.h"

#include <stdlib.h>
#include <zstd.h>

/* What came out: checked record by record, and unpacked again. */
struct unpacker {
	struct buf plain;
	uint32_t nr_records, nr_plain;
};

static void check_frame(const char *at, size_t len, struct buf *plain)
{
	static char room[DEFLATE_CHUNK + RECORD_SIZE_MAX];
	uint32_t magic;
	size_t got;

	memcpy(&magic, at, sizeof(magic));
	if ((magic & ~15u) == ZSTD_MAGIC_SKIPPABLE_START) {
		size_t skip = ZSTD_findFrameCompressedSize(at, len);

		assert_false(ZSTD_isError(skip));
		at += skip;
		len -= skip;
	}
	/* One frame, and it ends with the record. */
	assert_int_equal(ZSTD_findFrameCompressedSize(at, len), len);
	got = ZSTD_decompress(room, sizeof(room), at, len);
	assert_false(ZSTD_isError(got));
	assert_true(got <= DEFLATE_CHUNK);
	for (size_t pos = 0; pos < got;) {
		const struct perf_event_header *rec = (const void *)(room + pos);

		assert_true(rec->size >= sizeof(*rec) && rec->size <= got - pos);
		pos += rec->size;
	}
	buf_add(plain, room, got);
}

static int take(void *arg, const void *data, size_t len, struct err *err)
{
	struct perf_event_header h;
	struct unpacker *u = arg;

	(void)err;
	memcpy(&h, data, sizeof(h));
	assert_int_equal(h.size, len);
	assert_int_equal(h.size % 8, 0);
	u->nr_records++;
	if (h.type == RECORD_COMPRESSED) {
		check_frame((const char *)data + sizeof(h), len - sizeof(h), &u->plain);
		return 0;
	}
	u->nr_plain++;
	buf_add(&u->plain, data, len);
	return 0;
}

static uint32_t seed;

static uint32_t any(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 16;
}

/* @noise: of 100 bytes so many cannot be foreseen. */
static void add_record(struct buf *b, size_t size, unsigned noise)
{
	struct perf_event_header h = { .type = PERF_RECORD_SAMPLE, .size = size };

	buf_add(b, &h, sizeof(h));
	for (size_t i = sizeof(h); i < size; i++) {
		char byte = any() % 100 < noise ? any() : 'x';

		buf_add(b, &byte, 1);
	}
}

/* Pushes @b in pieces of up to @most bytes. */
static struct unpacker squeeze(const struct buf *b, size_t most, uint64_t *out)
{
	struct unpacker u = { 0 };
	struct deflate *z = deflate_new(1, take, &u);
	uint64_t in = 0;
	struct err err;

	*out = 0;
	for (size_t at = 0; at < b->len;) {
		size_t part = any() % most + 1;

		part = part < b->len - at ? part : b->len - at;
		assert_int_equal(deflate_push(z, b->data + at, part, &err), 0);
		at += part;
		assert_true(u.plain.len + deflate_held(z) == at);
	}
	assert_int_equal(deflate_flush(z, &err), 0);
	assert_int_equal(deflate_held(z), 0);
	deflate_bytes(z, &in, out);
	assert_int_equal(in, b->len);
	deflate_free(z);
	assert_int_equal(u.plain.len, b->len);
	assert_memory_equal(u.plain.data, b->data, b->len);
	return u;
}

static void test_deflate_gives_back_what_went_in(void **state)
{
	(void)state;
	for (unsigned noise = 0; noise <= 100; noise += 20) {
		struct buf b = { 0 };
		struct unpacker u;
		uint64_t out;

		for (int i = 0; i < 5000; i++)
			add_record(&b, 8 + any() % 60 * 8, noise);
		u = squeeze(&b, 100000, &out);
		assert_true(out < b.len || noise == 100);
		assert_int_equal(u.nr_plain, 0);
		buf_release(&u.plain);
		buf_release(&b);
	}
}

static void test_deflate_takes_records_of_the_largest_size(void **state)
{
	struct buf b = { 0 };
	struct unpacker u;
	uint64_t out;

	(void)state;
	for (int i = 0; i < 30; i++)
		add_record(&b, i % 3 ? 65528 : 8, i % 2 ? 100 : 0);
	u = squeeze(&b, 70000, &out);
	assert_true(u.nr_plain > 0); /* what does not get smaller stays as it is */
	assert_true(u.nr_plain < u.nr_records);
	buf_release(&u.plain);
	buf_release(&b);
}

static void test_deflate_fills_a_chunk_before_it_compresses(void **state)
{
	struct buf b = { 0 };
	struct unpacker u;
	uint64_t out;

	(void)state;
	for (int i = 0; i < 20000; i++)
		add_record(&b, 112, 5);
	u = squeeze(&b, 3000, &out);
	assert_true(u.nr_records <= b.len / DEFLATE_CHUNK + 1);
	buf_release(&u.plain);
	buf_release(&b);
}

static int refuse(void *arg, const void *data, size_t len, struct err *err)
{
	(void)arg, (void)data, (void)len;
	return fail(err, ERR_IO, "no space");
}

static void test_deflate_passes_the_failure_on(void **state)
{
	struct deflate *z = deflate_new(1, refuse, NULL);
	struct buf b = { 0 };
	struct err err = { 0 };

	(void)state;
	add_record(&b, 112, 5);
	assert_int_equal(deflate_push(z, b.data, b.len, &err), 0);
	assert_int_equal(deflate_flush(z, &err), -1);
	assert_string_equal(err.text, "no space");
	deflate_free(z);
	buf_release(&b);
}

static void test_deflate_feature_is_what_perf_reads(void **state)
{
	const uint32_t expected[] = { 0, 1, 7, 0, DEFLATE_CHUNK };
	struct buf b = { 0 };

	(void)state;
	deflate_feature(&b, 7);
	assert_int_equal(b.len, sizeof(expected));
	assert_memory_equal(b.data, expected, sizeof(expected));
	assert_int_equal(DEFLATE_CHUNK % 4096, 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deflate_gives_back_what_went_in),
		cmocka_unit_test(test_deflate_takes_records_of_the_largest_size),
		cmocka_unit_test(test_deflate_fills_a_chunk_before_it_compresses),
		cmocka_unit_test(test_deflate_passes_the_failure_on),
		cmocka_unit_test(test_deflate_feature_is_what_perf_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
