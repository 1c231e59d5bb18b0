#include "tests/unit/unit.h"

#include "common/samplewalk.h"
#include "tests/unit/recbuild.h"

#define BITS	    25 /* of sample_type */
#define ALL_AT_ONCE (((1ULL << BITS) - 1) & ~(uint64_t)PERF_SAMPLE_WEIGHT_STRUCT)
#define HW_INDEX    (1ULL << 17)
#define COUNTERS    (1ULL << 19)

static const uint64_t words[] = { 2, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };

static const struct rb_values values = {
	.pid = 1,
	.tid = 2,
	.cpu = 3,
	.id = 4,
	.read = words,
	.nr_read = 1,
	.callchain = words,
	.nr_callchain = 3,
	.raw = words,
	.raw_len = 27,
	.branch = words,
	.nr_branch = 2,
	.regs_user_abi = 2,
	.regs_intr_abi = 1,
	.stack = words,
	.stack_len = 16,
	.weight = 7,
	.aux = words,
	.aux_len = 16,
};

/* What the walk said: each part begins where the one before ended. */
struct seen {
	const char *next;
	uint32_t nr[NR_SAMPLE_PARTS]; /* visits */
	uint64_t last[NR_SAMPLE_PARTS];
	bool gap;
};

static void see(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	struct seen *seen = arg;

	seen->gap |= at != seen->next;
	seen->next = at + bytes;
	seen->nr[part]++;
	if (bytes >= 8)
		seen->last[part] = load_u64(at);
}

struct built {
	struct perf_event_attr attr;
	struct buf buf;
	struct perf_event_header *rec;
	struct seen seen;
};

static void build(struct built *b, uint64_t type, const struct rb_values *v)
{
	b->buf = (struct buf){ 0 };
	b->attr.sample_type = type;
	b->attr.sample_regs_user = 0xf0f;
	b->attr.sample_regs_intr = 0x7;
	rb_sample(&b->buf, &b->attr, v);
	b->rec = (void *)b->buf.data;
}

static int walk(struct built *b)
{
	b->seen = (struct seen){ .next = (char *)(b->rec + 1) };
	return sample_walk(&b->attr, b->rec, false, see, &b->seen);
}

/* It ends where the sample does, leaves nothing out, and sees that one that is cut is too short. */
static void assert_walks(struct built *b)
{
	uint16_t size = b->rec->size;

	assert_int_equal(walk(b), size);
	assert_ptr_equal(b->seen.next, (char *)b->rec + size);
	assert_false(b->seen.gap);
	for (b->rec->size = sizeof(*b->rec); b->rec->size < size; b->rec->size++) {
		assert_int_equal(walk(b), -1);
		assert_true(b->seen.next <= (char *)b->rec + b->rec->size);
		assert_int_equal(sample_walk(&b->attr, b->rec, false, NULL, NULL), -1);
	}
	buf_release(&b->buf);
}

static void test_sample_walk_passes_each_bit_alone_and_missing(void **state)
{
	struct built b = { 0 };

	(void)state;
	for (int bit = 0; bit < BITS; bit++) {
		build(&b, 1ULL << bit, &values);
		assert_walks(&b);
		build(&b, ALL_AT_ONCE & ~(1ULL << bit), &values);
		assert_walks(&b);
	}
	build(&b, ALL_AT_ONCE, &values);
	assert_walks(&b);
}

static void test_sample_walk_passes_empty_parts_without_a_visit(void **state)
{
	struct rb_values v = values;
	struct built b = { 0 };

	(void)state;
	v.nr_callchain = v.nr_branch = v.stack_len = v.aux_len = 0;
	v.regs_user_abi = v.regs_intr_abi = 0;
	build(&b, ALL_AT_ONCE, &v);
	assert_int_equal(walk(&b), b.rec->size);
	assert_int_equal(b.seen.nr[PART_CALLCHAIN_NR], 1);
	assert_int_equal(b.seen.nr[PART_CALLCHAIN], 0);
	assert_int_equal(b.seen.nr[PART_BRANCHES], 0);
	assert_int_equal(b.seen.nr[PART_REGS_USER], 0);
	assert_int_equal(b.seen.nr[PART_STACK_DYN_SIZE], 0);
	assert_int_equal(b.seen.nr[PART_AUX], 0);
	assert_walks(&b);
}

static void test_sample_walk_passes_every_read_format(void **state)
{
	(void)state;
	for (uint64_t format = 0; format < 32; format++) {
		uint32_t times = !!(format & 1) + !!(format & 2),
			 each = 1 + !!(format & 4) + !!(format & 16);
		bool group = format & PERF_FORMAT_GROUP;
		struct rb_values v = values;
		struct built b = { .attr.read_format = format };

		v.nr_read = group ? 1 + times + 2 * each : times + each;
		build(&b, PERF_SAMPLE_READ | PERF_SAMPLE_RAW, &v);
		assert_int_equal(walk(&b), b.rec->size);
		assert_int_equal(b.seen.nr[PART_READ_NR], group);
		assert_int_equal(b.seen.nr[PART_READ_VALUE], group ? 2 : 1);
		assert_int_equal(b.seen.nr[PART_READ_LOST], format & 16 ? (group ? 2 : 1) : 0);
		assert_int_equal(b.seen.nr[PART_READ_ENABLED], format & 1);
		if (format == (PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_LOST)) {
			/* words: nr 2, value 11, id 12, lost 13, value 14, id 15, lost 16 */
			assert_int_equal(b.seen.last[PART_READ_VALUE], 14);
			assert_int_equal(b.seen.last[PART_READ_ID], 15);
			assert_int_equal(b.seen.last[PART_READ_LOST], 16);
		}
		assert_walks(&b);
	}
}

/* A sample of nothing but branches: nr, perhaps the index of the hardware, more words. */
static int walk_branches(uint64_t branch_type, const uint64_t *body, uint32_t nr, struct seen *seen)
{
	struct perf_event_attr attr = { .sample_type =
						PERF_SAMPLE_BRANCH_STACK | PERF_SAMPLE_TRANSACTION,
					.branch_sample_type = branch_type };
	struct buf out = { 0 };
	int rc;

	rb_record(&out, PERF_RECORD_SAMPLE, 0, body, 8ull * nr);
	*seen = (struct seen){ .next = (char *)out.data + 8 };
	rc = sample_walk(&attr, (void *)out.data, false, see, seen);
	assert_true(rc < 0 || rc == (int)out.len);
	buf_release(&out);
	return rc;
}

static void test_sample_walk_tells_whether_an_empty_branch_stack_has_an_index(void **state)
{
	struct seen seen;

	(void)state;
	assert_true(walk_branches(HW_INDEX, (uint64_t[]){ 0, 77 }, 2, &seen) > 0);
	assert_int_equal(seen.nr[PART_BRANCH_HW_IDX], 0);
	assert_int_equal(seen.last[PART_TRANSACTION], 77);
	assert_true(walk_branches(HW_INDEX, (uint64_t[]){ 0, 5, 77 }, 3, &seen) > 0);
	assert_int_equal(seen.last[PART_BRANCH_HW_IDX], 5);
	assert_int_equal(seen.last[PART_TRANSACTION], 77);
	assert_true(walk_branches(HW_INDEX, (uint64_t[]){ 1, 5, 1, 2, 3, 77 }, 6, &seen) > 0);
	assert_int_equal(seen.nr[PART_BRANCHES], 1);
	assert_true(walk_branches(COUNTERS, (uint64_t[]){ 1, 1, 2, 3, 9, 77 }, 6, &seen) > 0);
	assert_int_equal(seen.last[PART_BRANCH_COUNTERS], 9);
	assert_int_equal(walk_branches(HW_INDEX, (uint64_t[]){ 1, 1, 2, 3, 77 }, 5, &seen), -1);
}

/* Each count in turn says more than there is, up to where a sum would overflow. */
static void test_sample_walk_refuses_counts_beyond_the_sample(void **state)
{
	static const uint64_t bits[] = { PERF_SAMPLE_READ, PERF_SAMPLE_CALLCHAIN,
					 PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_STACK_USER,
					 PERF_SAMPLE_AUX };
	static const uint64_t lies[] = { 100, 1ULL << 32, 1ULL << 60, 1ULL << 61, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		for (size_t lie = 0; lie < ARRAY_LEN(lies); lie++) {
			struct built b = { .attr.read_format = PERF_FORMAT_GROUP };
			struct rb_values v = values;

			v.nr_read = 3;
			build(&b, bits[i], &v);
			memcpy(b.rec + 1, &lies[lie], 8);
			assert_int_equal(walk(&b), -1);
			buf_release(&b.buf);
		}
}

static void test_sample_walk_refuses_unknown_sample_type_bits(void **state)
{
	struct built b = { 0 };

	(void)state;
	build(&b, PERF_SAMPLE_TID | 1ULL << BITS, &values);
	assert_int_equal(walk(&b), -1);
	assert_int_equal(b.seen.nr[PART_TID], 0);
	buf_release(&b.buf);
}

static void test_trailer_walk_passes_the_trailer_and_nothing_else(void **state)
{
	struct perf_event_attr attr = { .sample_id_all = 1 };
	struct seen seen;

	(void)state;
	for (uint64_t type = 0; type < 1 << 17; type++) {
		struct buf out = { 0 };
		int bytes;

		if (type &
		    ~(uint64_t)(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID |
				PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER))
			continue;
		attr.sample_type = type;
		rb_lost_samples(&out, &attr, 5, &values);
		seen = (struct seen){ .next = (char *)out.data + 16 };
		bytes = trailer_walk(&attr, (void *)out.data, see, &seen);
		assert_int_equal(bytes, out.len - 16);
		assert_false(seen.gap);
		assert_ptr_equal(seen.next, out.data + out.len);
		if (type & PERF_SAMPLE_IDENTIFIER)
			assert_int_equal(seen.last[PART_IDENTIFIER], values.id);
		((struct perf_event_header *)out.data)->size = 8 + bytes - 8;
		if (bytes)
			assert_int_equal(trailer_walk(&attr, (void *)out.data, NULL, NULL), -1);
		buf_release(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_walk_passes_each_bit_alone_and_missing),
		cmocka_unit_test(test_sample_walk_passes_empty_parts_without_a_visit),
		cmocka_unit_test(test_sample_walk_passes_every_read_format),
		cmocka_unit_test(test_sample_walk_tells_whether_an_empty_branch_stack_has_an_index),
		cmocka_unit_test(test_sample_walk_refuses_counts_beyond_the_sample),
		cmocka_unit_test(test_sample_walk_refuses_unknown_sample_type_bits),
		cmocka_unit_test(test_trailer_walk_passes_the_trailer_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
