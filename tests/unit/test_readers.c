#include "tests/unit/unit.h"

#include "common/readers.h"
#include "tests/unit/recbuild.h"
#include "tests/unit/walk.h"

#include <zstd.h>

#define KINDS 5
#define MANY  150 /* more than there are pieces for */

/* Files of each kind, and what a reader alone finds in them. */
struct fixture {
	struct rb_file b[KINDS];
	const char *path[KINDS];
	struct walk walk[KINDS];
};

static void add_samples(struct buf *out, const struct perf_event_attr *attr, uint32_t nr,
			uint32_t seed)
{
	static const char raw[900];

	for (uint32_t i = 0; i < nr; i++)
		rb_sample(out, attr,
			  &(struct rb_values){
				  .tid = seed,
				  .time = i * 13 + seed,
				  .raw = raw,
				  .raw_len = 12 + (i * 7919 + seed) % 100 * 8,
			  });
}

/* The records of @plain as perf record -z writes them: one stream, a few bytes in each record. */
static void add_stream(struct buf *out, const struct buf *plain, size_t step)
{
	static char body[RECORD_SIZE_MAX - 8];
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	for (size_t at = 0; at < plain->len; at += step) {
		ZSTD_inBuffer in = { (const char *)plain->data + at, MIN(step, plain->len - at),
				     0 };
		ZSTD_outBuffer o = { body, sizeof(body), 0 };

		assert_int_equal(ZSTD_compressStream2(zstd, &o, &in, ZSTD_e_flush), 0);
		rb_record(out, RECORD_COMPRESSED, 0, body, o.pos);
	}
	ZSTD_freeCCtx(zstd);
}

static void build(struct rb_file *b, uint32_t kind)
{
	uint64_t payload[2] = { 1000 };
	struct buf plain = { 0 };

	rb_raw_syscalls(b);
	switch (kind) {
	case 0:
		add_samples(&b->data, b->attrs, 2000, kind);
		break;
	case 1: /* many blocks in a piece */
	case 2: /* one piece for some of its blocks */
		add_samples(&plain, b->attrs, 3000, kind);
		add_stream(&b->data, &plain, kind == 1 ? 777 : 200000);
		break;
	case 3:
		for (int i = 0; i < 3; i++) {
			add_samples(&b->data, b->attrs, 500, kind);
			rb_record(&b->data, RECORD_AUXTRACE, 0, payload, sizeof(payload));
			for (int j = 0; j < 125; j++)
				buf_add_u64(&b->data, UINT64_MAX);
		}
		break;
	default: /* damaged at the end */
		add_samples(&b->data, b->attrs, 1500, kind);
		rb_record(&b->data, RECORD_COMPRESSED, 0, "this is no frame", 16);
	}
	buf_release(&plain);
	rb_finish(b);
}

static void begin(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	for (uint32_t i = 0; i < KINDS; i++) {
		build(&x->b[i], i);
		x->path[i] = rb_path(&x->b[i]);
		walk_path(&x->walk[i], x->path[i]);
		assert_in_range(x->walk[i].nr, 1000, 10000);
		assert_int_equal(x->walk[i].rc, i == 4 ? -1 : 0);
	}
}

static void end(struct fixture *x)
{
	for (uint32_t i = 0; i < KINDS; i++) {
		walk_release(&x->walk[i]);
		rb_release(&x->b[i]);
	}
}

/* One that is read. */
struct one {
	struct perf_file file;
	struct walk walk;
	bool open;
};

static void open_one(struct readers *rs, struct one *o, uint32_t i, const struct fixture *x)
{
	struct err err = { 0 };

	assert_int_equal(file_open(&o->file, x->path[i % KINDS], &err), 0);
	assert_int_equal(readers_open(rs, i, &o->file, &err), 0);
	o->open = true;
}

static void close_one(struct readers *rs, struct one *o, uint32_t i)
{
	readers_close(rs, i, NULL);
	file_close(&o->file);
	o->open = false;
}

/* Reads the next block. */
static void step(struct readers *rs, struct one *o, uint32_t i)
{
	const struct perf_event_header *rec;
	struct block *b;

	o->walk.rc = readers_next(rs, i, &b, &o->walk.err);
	if (o->walk.rc <= 0) {
		close_one(rs, o, i);
		return;
	}
	while ((rec = block_next(b)))
		walk_add(&o->walk, b, rec);
}

static void assert_same(const struct walk *a, const struct walk *b)
{
	assert_int_equal(a->rc, b->rc);
	assert_string_equal(a->err.text, b->err.text);
	assert_int_equal(a->nr, b->nr);
	assert_int_equal(a->bytes.len, b->bytes.len);
	assert_memory_equal(a->bytes.data, b->bytes.data, a->bytes.len);
	assert_false(b->unaligned);
	for (size_t i = 0; i < a->nr; i++)
		assert_int_equal(a->records[i].off, b->records[i].off);
}

/* Reads @nr at a time side by side, in an order that is no order. */
static void assert_reads(const struct fixture *x, uint32_t nr, bool threads)
{
	struct one *all = calloc(nr, sizeof(*all));
	struct readers *rs = readers_new(nr, threads);
	uint32_t left = nr, seed = 1;

	assert_non_null(rs);
	for (uint32_t i = 0; i < nr; i++)
		open_one(rs, &all[i], i, x);
	while (left) {
		uint32_t i = (seed = seed * 1103515245 + 12345) / 65536 % nr;

		if (!all[i].open)
			continue;
		step(rs, &all[i], i);
		left -= !all[i].open;
	}
	readers_free(rs);
	for (uint32_t i = 0; i < nr; i++) {
		assert_same(&x->walk[i % KINDS], &all[i].walk);
		walk_release(&all[i].walk);
	}
	free(all);
}

static void test_readers_give_what_each_gives_alone(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	for (uint32_t nr = 1; nr <= KINDS; nr++)
		assert_reads(&x, nr, false);
	for (uint32_t nr = 1; nr <= KINDS; nr++)
		assert_reads(&x, nr, true);
	end(&x);
}

static void test_readers_may_be_more_than_there_is_memory_to_read_ahead(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_reads(&x, MANY, true);
	end(&x);
}

/* One behind the other, as the first pass over a directory has them, or given up in the middle. */
static void test_readers_can_be_closed_anywhere_and_opened_again(void **state)
{
	struct readers *rs = readers_new(KINDS, true);
	struct fixture x;

	(void)state;
	begin(&x);
	for (uint32_t steps = 0; steps < 12; steps++) {
		for (uint32_t i = 0; i < KINDS; i++) {
			struct one o = { 0 };

			open_one(rs, &o, i, &x);
			for (uint32_t n = 0; o.open && (n < steps || steps == 11); n++)
				step(rs, &o, i);
			if (o.open)
				close_one(rs, &o, i);
			else
				assert_same(&x.walk[i], &o.walk);
			walk_release(&o.walk);
		}
	}
	readers_free(rs);
	readers_free(NULL);
	end(&x);
}

static void test_readers_count_what_was_compressed(void **state)
{
	struct readers *rs = readers_new(2, true);
	struct fixture x;
	struct one o = { 0 };
	struct err err = { 0 };
	uint64_t nr[2] = { 0 };
	struct block *b;

	(void)state;
	begin(&x);
	open_one(rs, &o, 1, &x);
	while (readers_next(rs, 1, &b, &err) > 0)
		while (block_next(b))
			;
	readers_close(rs, 1, nr);
	assert_true(nr[0] > 1000);
	assert_int_equal(nr[1], 0);
	file_close(&o.file);
	readers_free(rs);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers_give_what_each_gives_alone),
		cmocka_unit_test(test_readers_may_be_more_than_there_is_memory_to_read_ahead),
		cmocka_unit_test(test_readers_can_be_closed_anywhere_and_opened_again),
		cmocka_unit_test(test_readers_count_what_was_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
