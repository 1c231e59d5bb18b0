/*
 * seeds.h - what the fuzzer starts from: a small file of each kind, and files that lie in one
 * place. They are made anew by each run of tests/fuzz/run.sh.
 */
#ifndef TESTS_SEEDS_H
#define TESTS_SEEDS_H

#include "common/deflate.h"
#include "tests/unit/recbuild.h"

#include <zstd.h>

static void seed_records(struct rb_file *b)
{
	static const struct rb_values none;

	rb_comm(&b->data, &b->attrs[0], 7, 7, "bash", &none);
	rb_task(&b->data, &b->attrs[0], PERF_RECORD_FORK, 8, 7, 8, 7, &none);
	for (uint32_t i = 0; i < 4; i++) {
		struct rb_values v = { .pid = 7, .tid = 7 + i % 2, .cpu = i % 2, .time = 100 - i };

		rb_enter(b, &v, i * 60);
		rb_exit(b, &v, i * 60, -i);
		rb_round(&b->data);
	}
	rb_lost(&b->data, &b->attrs[0], RB_ID_ENTER, 5, &none);
	rb_lost_samples(&b->data, &b->attrs[0], 5, &(struct rb_values){ .id = RB_ID_EXIT });
	rb_task(&b->data, &b->attrs[0], PERF_RECORD_EXIT, 8, 7, 8, 7, &none);
}

static void seed_plain(struct rb_file *b)
{
	rb_raw_syscalls(b);
	seed_records(b);
}

static void seed_stream(struct rb_file *b)
{
	static const char update[24] = { 2, [8] = (char)RB_ID_EXIT, RB_ID_EXIT >> 8, [16] = 'x' };

	seed_plain(b);
	b->data.len = 0;
	rb_record(&b->data, RECORD_EVENT_UPDATE, 0, update, sizeof(update));
	seed_records(b);
	b->stream = true;
}

/* Reads the same by name and through a pipe. */
static void seed_of_rec(struct rb_file *b)
{
	seed_plain(b);
	b->of_rec = true;
}

static void seed_unfinished(struct rb_file *b)
{
	seed_plain(b);
	b->unfinished = true;
}

/* Every bit of sample_type that has fields of variable length. */
static void seed_all_fields(struct rb_file *b)
{
	static const uint64_t words[] = { 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	struct rb_values v = { .read = words,
			       .nr_read = 8,
			       .callchain = words,
			       .nr_callchain = 3,
			       .raw = words,
			       .raw_len = 12,
			       .branch = words,
			       .nr_branch = 2,
			       .regs_user_abi = 1,
			       .stack = words,
			       .stack_len = 8,
			       .aux = words,
			       .aux_len = 16 };
	struct perf_event_attr *attr;

	rb_raw_syscalls(b);
	attr = rb_event(b, RB_CONFIG_EXIT, 0xffffff, (uint64_t[]){ 3001 }, 1);
	attr->read_format = PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED;
	attr->sample_regs_user = 7;
	v.id = 3001;
	rb_sample(&b->data, attr, &v);
	seed_records(b);
}

/* Records with bytes behind them, and records of odd sizes. */
static void seed_payloads(struct rb_file *b)
{
	rb_raw_syscalls(b);
	rb_record(&b->data, RECORD_AUXTRACE, 0, (uint64_t[]){ 21, 0, 0, 0, 0 }, 40);
	buf_add_zero(&b->data, 21);
	rb_record(&b->data, RECORD_TRACING_DATA, 0, (uint32_t[]){ 5 }, 4);
	buf_add_zero(&b->data, 5);
	rb_filler(&b->data, RECORD_FEATURE, 29);
	seed_records(b);
	rb_filler(&b->data, 200, 32);
}

/* Records of a size that only simpleperf knows. */
static void seed_simpleperf(struct rb_file *b)
{
	const struct perf_event_header wide = { RECORD_SIMPLEPERF_FIRST + 1, .misc = 1,
						.size = 20 };

	seed_payloads(b);
	rb_str(rb_feature(b, FEATURE_SIMPLEPERF_FIRST), "files");
	buf_add(&b->data, &wide, sizeof(wide));
	buf_add_zero(&b->data, 65536 + 20 - sizeof(wide));
	rb_filler(&b->data, RECORD_SIMPLEPERF_FIRST + 6, 28);
	seed_records(b);
}

/* The payload behind the last record was not written to its end. */
static void seed_unfinished_payload(struct rb_file *b)
{
	seed_payloads(b);
	rb_record(&b->data, RECORD_AUXTRACE, 0, (uint64_t[]){ 1000, 0, 0, 0, 0 }, 40);
	buf_add_zero(&b->data, 500);
	b->unfinished = true;
}

static void seed_compress(struct rb_file *b, uint32_t type)
{
	char room[4096];
	size_t len, at = type == RECORD_COMPRESSED2 ? 8 : 0;
	uint64_t data_size;

	rb_raw_syscalls(b);
	seed_records(b);
	len = ZSTD_compress(room + at, sizeof(room) - 16, b->data.data, b->data.len, 1);
	if (ZSTD_isError(len))
		abort();
	data_size = len;
	if (at) {
		memcpy(room, &data_size, 8);
		memset(room + at + len, 0, 8);
		len = ALIGN_UP(at + len, 8);
	}
	b->data.len = 0;
	rb_record(&b->data, type, 0, room, len);
	rb_record(&b->data, type, 0, room, len);
}

static void seed_compressed(struct rb_file *b)
{
	seed_compress(b, RECORD_COMPRESSED);
}

static void seed_compressed2(struct rb_file *b)
{
	seed_compress(b, RECORD_COMPRESSED2);
}

static int seed_take(void *arg, const void *data, size_t len, struct err *err)
{
	(void)err;
	buf_add(arg, data, len);
	return 0;
}

/* rec -z: a frame a record, records between that are not compressed. */
static void seed_rec_z(struct rb_file *b)
{
	struct buf plain;
	struct deflate *z;
	struct err err;

	seed_of_rec(b);
	deflate_feature(rb_feature(b, FEATURE_COMPRESSED), 1);
	plain = b->data;
	b->data = (struct buf){ 0 };
	z = deflate_new(1, seed_take, &b->data);
	for (int i = 0; i < 6; i++) {
		if (deflate_push(z, plain.data, plain.len, &err) || deflate_flush(z, &err))
			abort();
		rb_round(&b->data);
		if (i % 2)
			rb_filler(&b->data, PERF_RECORD_SAMPLE, 64);
	}
	deflate_free(z);
	buf_release(&plain);
}

/*
 * The records in pieces of @piece bytes, cut wherever that is: each ends a frame, or only what
 * can be read of one that goes on.
 */
static void seed_pieces(struct buf *out, const struct buf *plain, size_t piece,
			ZSTD_EndDirective how)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	char room[4096];

	for (size_t at = 0; at < plain->len; at += piece) {
		ZSTD_inBuffer in = { plain->data + at, MIN(piece, plain->len - at), 0 };
		ZSTD_outBuffer to = { room, sizeof(room), 0 };

		if (ZSTD_compressStream2(zstd, &to, &in, how))
			abort();
		rb_record(out, RECORD_COMPRESSED, 0, room, to.pos);
		if (at / piece % 3 == 2)
			rb_round(out);
	}
	ZSTD_freeCCtx(zstd);
}

/* As perf -z does it: a frame that never ends. */
static void seed_perf_z(struct rb_file *b)
{
	struct buf plain;

	seed_plain(b);
	plain = b->data;
	b->data = (struct buf){ 0 };
	seed_pieces(&b->data, &plain, 150, ZSTD_e_flush);
	buf_release(&plain);
}

/* Frames of which each ends inside a record, and one that never ends, in both orders. */
static void seed_mixed(struct rb_file *b)
{
	struct buf plain;

	seed_plain(b);
	plain = b->data;
	b->data = (struct buf){ 0 };
	seed_pieces(&b->data, &plain, 150, ZSTD_e_end);
	rb_filler(&b->data, RECORD_FEATURE, 29);
	seed_pieces(&b->data, &plain, 150, ZSTD_e_flush);
	seed_pieces(&b->data, &plain, 150, ZSTD_e_end);
	buf_release(&plain);
}

/* One event, and none of the ids that nobody then looks at. */
static void seed_single(struct rb_file *b)
{
	rb_event(b, RB_CONFIG_ENTER,
		 PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW, NULL,
		 0);
	rb_tracing(rb_feature(b, FEATURE_TRACING_DATA));
	rb_enter(b, &(struct rb_values){ .tid = 7, .time = 5 }, 0);
}

struct seed_lie {
	const char *name;
	uint64_t off; /* of the u64 in the header that lies */
	uint64_t value;
};

static const struct seed_lie seed_lies[] = {
	{ "header_size", 8, 72 },
	{ "header_pipe", 8, 16 },
	{ "attr_size_0", 16, 0 },
	{ "attrs_size", 32, UINT64_MAX },
	{ "data_off", 40, 1 << 20 },
	{ "data_size_0", 48, 0 },
	{ "data_size_max", 48, UINT64_MAX },
	{ "all_features", 72, UINT64_MAX },
};

static void seed_write(const char *dir, const char *name, struct rb_file *b)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(b->out.data, 1, b->out.len, f) != b->out.len || fclose(f)) {
		perror(path);
		exit(1);
	}
	rb_release(b);
}

/* Writes all seeds into the folder @dir, which exists. */
static inline void seeds_write(const char *dir)
{
	static const struct {
		const char *name;
		void (*make)(struct rb_file *b);
	} seeds[] = {
		{ "plain", seed_plain },
		{ "unfinished", seed_unfinished },
		{ "all_fields", seed_all_fields },
		{ "payloads", seed_payloads },
		{ "simpleperf", seed_simpleperf },
		{ "compressed", seed_compressed },
		{ "compressed2", seed_compressed2 },
		{ "single", seed_single },
		{ "stream", seed_stream },
		{ "of_rec", seed_of_rec },
		{ "rec_z", seed_rec_z },
		{ "perf_z", seed_perf_z },
		{ "mixed", seed_mixed },
		{ "unfinished_payload", seed_unfinished_payload },
	};
	struct rb_file b = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(seeds); i++) {
		seeds[i].make(&b);
		rb_finish(&b);
		seed_write(dir, seeds[i].name, &b);
	}
	for (size_t i = 0; i < ARRAY_SIZE(seed_lies); i++) {
		seed_plain(&b);
		rb_finish(&b);
		rb_poke_u64(&b, seed_lies[i].off, seed_lies[i].value);
		seed_write(dir, seed_lies[i].name, &b);
	}
}

#endif
