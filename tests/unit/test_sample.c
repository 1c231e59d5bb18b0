#include "tests/unit/unit.h"

#include "common/sample.h"
#include "tests/unit/recbuild.h"

#define BITS	 25 /* sample_type bits that sample.c knows */
#define ALL_BITS ((1ULL << BITS) - 1)

/* WEIGHT and WEIGHT_STRUCT are two forms of one field: the kernel refuses both at once. */
#define ALL_AT_ONCE (ALL_BITS & ~(uint64_t)PERF_SAMPLE_WEIGHT_STRUCT)

/* Before these, everything has a fixed size; RAW itself is among them. */
#define BEHIND_RAW                                                                   \
	(PERF_SAMPLE_BRANCH_STACK | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER | \
	 PERF_SAMPLE_WEIGHT_TYPE | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_TRANSACTION |  \
	 PERF_SAMPLE_REGS_INTR | PERF_SAMPLE_PHYS_ADDR | PERF_SAMPLE_CGROUP |        \
	 PERF_SAMPLE_DATA_PAGE_SIZE | PERF_SAMPLE_CODE_PAGE_SIZE | PERF_SAMPLE_AUX)

static const uint64_t callchain[] = { (uint64_t)-128, 0xffff1000, (uint64_t)-512, 0x4000 };
static const uint64_t branches[] = { 1, 2, 3, 4, 5, 6 };
static const uint64_t read_words[] = { 2, 3, 4, 5, 6, 7, 8, 9, 10 };
static const char raw[] = "the raw bytes: 27 of them..";
static const char stack[] = "sixteen bytes..";

/* Every field has a value of its own. */
static const struct rb_values values = {
	.misc = PERF_RECORD_MISC_USER,
	.pid = 0x101,
	.tid = 0x202,
	.cpu = 0x303,
	.id = 0x1111111111111111,
	.ip = 0x2222222222222222,
	.time = 0x3333333333333333,
	.addr = 0x4444444444444444,
	.stream_id = 0x5555555555555555,
	.period = 0x6666666666666666,
	.read = read_words,
	.nr_read = 1,
	.callchain = callchain,
	.nr_callchain = ARRAY_LEN(callchain),
	.raw = raw,
	.raw_len = 27,
	.branch = branches,
	.nr_branch = 2,
	.regs_user_abi = 2,
	.regs_intr_abi = 2,
	.stack = stack,
	.stack_len = 16,
	.weight = 0x77,
	.data_src = 0x88,
	.transaction = 0x99,
	.phys_addr = 0xaa,
	.cgroup = 0xbb,
	.data_page_size = 4096,
	.code_page_size = 8192,
	.aux = stack,
	.aux_len = 16,
};

struct parsed {
	struct perf_event_attr attr;
	struct sample_layout layout;
	struct sample sample;
	struct buf buf;
	struct perf_event_header *rec;
};

static struct perf_event_attr attr_of(uint64_t sample_type)
{
	return (struct perf_event_attr){ .sample_type = sample_type,
					 .sample_period = 77,
					 .sample_id_all = 1,
					 .sample_regs_user = 0xf0f,
					 .sample_regs_intr = 0x7 };
}

static void build(struct parsed *p, const struct perf_event_attr *attr, const struct rb_values *v)
{
	*p = (struct parsed){ .attr = *attr };
	sample_layout_init(&p->layout, attr);
	rb_sample(&p->buf, attr, v);
	p->rec = (void *)p->buf.data;
}

/* What only looks whether it can be parsed says the same. */
static int parse(struct parsed *p)
{
	int rc = sample_parse(&p->sample, &p->layout, &p->attr, p->rec);

	assert_int_equal(sample_is_whole(&p->layout, &p->attr, p->rec), !rc);
	if (!rc)
		assert_int_equal(sample_tid(&p->layout, p->rec), p->sample.tid);
	return rc;
}

#define assert_field(type, bit, got, sampled, otherwise) \
	assert_true((uint64_t)(got) ==                   \
		    ((type) & (bit) ? (uint64_t)(sampled) : (uint64_t)(otherwise)))

/* Everything in the parsed sample is what @v says, as far as @type has it. */
static void assert_sample(const struct parsed *p, const struct rb_values *v)
{
	const struct sample *s = &p->sample;
	uint64_t type = p->attr.sample_type;
	uint32_t raw_size = ALIGN_UP(v->raw_len + 4, 8) - 4;

	assert_int_equal(s->misc, v->misc);
	assert_field(type, PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_ID, s->id, v->id, 0);
	assert_field(type, PERF_SAMPLE_IP, s->ip, v->ip, 0);
	assert_field(type, PERF_SAMPLE_TID, s->pid, v->pid, UINT32_MAX);
	assert_field(type, PERF_SAMPLE_TID, s->tid, v->tid, UINT32_MAX);
	assert_field(type, PERF_SAMPLE_TIME, s->time, v->time, UINT64_MAX);
	assert_field(type, PERF_SAMPLE_ADDR, s->addr, v->addr, 0);
	assert_field(type, PERF_SAMPLE_STREAM_ID, s->stream_id, v->stream_id, 0);
	assert_field(type, PERF_SAMPLE_CPU, s->cpu, v->cpu, UINT32_MAX);
	assert_field(type, PERF_SAMPLE_PERIOD, s->period, v->period, p->attr.sample_period);
	assert_field(type, PERF_SAMPLE_CALLCHAIN, s->nr_callchain, v->nr_callchain, 0);
	assert_field(type, PERF_SAMPLE_RAW, s->raw_size, raw_size, 0);
	assert_true(!!s->callchain == !!(type & PERF_SAMPLE_CALLCHAIN));
	assert_true(!!s->raw == !!(type & PERF_SAMPLE_RAW));
	if (s->callchain)
		assert_memory_equal(s->callchain, v->callchain, 8 * v->nr_callchain);
	if (s->raw)
		assert_memory_equal(s->raw, v->raw, v->raw_len);
}

static void round_trip(uint64_t sample_type, const struct rb_values *v)
{
	struct perf_event_attr attr = attr_of(sample_type);
	struct parsed p;

	build(&p, &attr, v);
	assert_int_equal(parse(&p), 0);
	assert_sample(&p, v);
	assert_int_equal(record_time(&p.layout, p.rec),
			 sample_type & PERF_SAMPLE_TIME ? v->time : 0);
	assert_true(record_id(&p.layout, p.rec) == p.sample.id);
	buf_release(&p.buf);
}

static void test_sample_parse_knows_every_bit_of_the_kernel(void **state)
{
	(void)state;
	if (PERF_SAMPLE_MAX != 1ULL << BITS)
		fail_test("linux/perf_event.h has sample_type bits from %d on that sample.c does "
			  "not know: add them there, in recbuild.h and here",
			  BITS);
}

static void test_sample_parse_round_trips_each_bit_alone(void **state)
{
	(void)state;
	for (int bit = 0; bit < BITS; bit++)
		round_trip(1ULL << bit, &values);
}

static void test_sample_parse_round_trips_each_bit_missing(void **state)
{
	(void)state;
	for (int bit = 0; bit < BITS; bit++)
		round_trip(ALL_AT_ONCE & ~(1ULL << bit), &values);
}

static void test_sample_parse_round_trips_all_bits_together(void **state)
{
	(void)state;
	round_trip(ALL_AT_ONCE, &values);
	round_trip(0, &values);
}

static void test_sample_parse_round_trips_all_pairs_of_bits(void **state)
{
	(void)state;
	for (int a = 0; a < BITS; a++)
		for (int b = 0; b < a; b++)
			if (((1ULL << a | 1ULL << b) & PERF_SAMPLE_WEIGHT_TYPE) !=
			    PERF_SAMPLE_WEIGHT_TYPE)
				round_trip(1ULL << a | 1ULL << b, &values);
}

static void test_sample_parse_takes_empty_callchain_branches_registers_and_stack(void **state)
{
	struct rb_values v = values;

	(void)state;
	v.nr_callchain = v.nr_branch = v.stack_len = v.aux_len = v.raw_len = 0;
	v.regs_user_abi = v.regs_intr_abi = 0;
	round_trip(ALL_AT_ONCE, &v);
}

/* u64 in the READ block of a group of @nr, or of one event when @nr is 0. */
static uint32_t read_block_words(uint64_t format, uint32_t nr)
{
	uint32_t times = !!(format & PERF_FORMAT_TOTAL_TIME_ENABLED) +
			 !!(format & PERF_FORMAT_TOTAL_TIME_RUNNING);
	uint32_t each = 1 + !!(format & PERF_FORMAT_ID) + !!(format & PERF_FORMAT_LOST);

	return format & PERF_FORMAT_GROUP ? 1 + times + nr * each : times + each;
}

static void test_sample_parse_passes_over_every_read_format(void **state)
{
	(void)state;
	for (uint64_t format = 0; format < 32; format++) {
		for (uint32_t nr = 0; nr < 4; nr++) {
			uint64_t words[16] = { nr, 1, 2, 3, 4, 5 };
			struct perf_event_attr attr =
				attr_of(PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW);
			struct rb_values v = values;
			struct parsed p;

			attr.read_format = format;
			v.read = words;
			v.nr_read = read_block_words(format, nr);
			build(&p, &attr, &v);
			assert_int_equal(parse(&p), 0);
			assert_sample(&p, &v);
			buf_release(&p.buf);
		}
	}
}

static void test_sample_parse_finds_raw_behind_read_of_one_event(void **state)
{
	(void)state;
	for (uint64_t format = 0; format < 32; format++) {
		struct perf_event_attr attr =
			attr_of(PERF_SAMPLE_TID | PERF_SAMPLE_READ | PERF_SAMPLE_RAW);
		struct rb_values v = values;
		struct parsed p;

		attr.read_format = format;
		v.nr_read = read_block_words(format, read_words[0]);
		build(&p, &attr, &v);
		/* The place is fixed unless the group's size is in the way. */
		if (format & PERF_FORMAT_GROUP)
			assert_null(sample_raw(&p.layout, p.rec, 8));
		else
			assert_memory_equal(sample_raw(&p.layout, p.rec, 8), raw, 8);
		buf_release(&p.buf);
	}
}

/* Takes 8 bytes off the record's end, whatever field they belong to. */
static void refuses_shorter(uint64_t sample_type)
{
	struct perf_event_attr attr = attr_of(sample_type);
	struct parsed p;

	build(&p, &attr, &values);
	p.rec->size -= 8;
	if (parse(&p) != -1)
		fail_test("a record too short for sample_type %#llx was taken",
			  (unsigned long long)sample_type);
	buf_release(&p.buf);
}

static void test_sample_parse_refuses_record_shorter_than_its_type(void **state)
{
	(void)state;
	for (int bit = 0; bit < BITS; bit++)
		if (!(1ULL << bit & BEHIND_RAW))
			refuses_shorter(1ULL << bit);
	refuses_shorter(ALL_AT_ONCE & ~(uint64_t)BEHIND_RAW);
}

static void test_sample_parse_does_not_look_behind_raw(void **state)
{
	struct perf_event_attr attr = attr_of(ALL_AT_ONCE);
	struct buf head = { 0 };
	struct parsed p;

	(void)state;
	rb_sample_head(&head, ALL_AT_ONCE, &values);
	build(&p, &attr, &values);
	p.rec->size = sizeof(*p.rec) + head.len;
	assert_int_equal(parse(&p), 0);
	assert_sample(&p, &values);
	p.rec->size -= 8;
	assert_int_equal(parse(&p), -1);
	buf_release(&head);
	buf_release(&p.buf);
}

static void reads_nothing_behind(uint64_t sample_type)
{
	struct perf_event_attr attr = attr_of(sample_type);
	struct parsed p;

	build(&p, &attr, &values);
	/* Memory that ends where the record does: the sanitizer sees one byte too many. */
	for (uint32_t size = 8; size < p.buf.len; size += 8) {
		struct perf_event_header *rec = malloc(size);
		struct sample s;

		memcpy(rec, p.rec, size);
		rec->size = size;
		assert_int_equal(!sample_parse(&s, &p.layout, &attr, rec),
				 sample_is_whole(&p.layout, &attr, rec));
		record_id(&p.layout, rec);
		record_time(&p.layout, rec);
		sample_raw(&p.layout, rec, 8);
		free(rec);
	}
	buf_release(&p.buf);
}

static void test_sample_parse_never_reads_behind_a_record_cut_anywhere(void **state)
{
	(void)state;
	reads_nothing_behind(ALL_AT_ONCE);
	reads_nothing_behind(PERF_SAMPLE_TID | PERF_SAMPLE_RAW);
}

/* Overwrites the u64 (u32 for RAW) right behind the header: the count of the only field. */
static int parse_with_count(uint64_t sample_type, uint64_t read_format, uint64_t count)
{
	struct perf_event_attr attr = attr_of(sample_type);
	struct rb_values v = values;
	struct parsed p;
	int rc;

	attr.read_format = read_format;
	v.nr_read = 9;
	build(&p, &attr, &v);
	memcpy(p.rec + 1, &count, sample_type == PERF_SAMPLE_RAW ? 4 : 8);
	rc = parse(&p);
	buf_release(&p.buf);
	return rc;
}

static void test_sample_parse_refuses_counts_beyond_the_record(void **state)
{
	/* One more than there are, and products that overflow 64 and 32 bits. */
	static const uint64_t counts[] = { 0,	       1ULL << 29,	 1ULL << 60,
					   1ULL << 61, (1ULL << 61) + 1, UINT64_MAX / 8,
					   UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		uint64_t n = counts[i];

		assert_int_equal(parse_with_count(PERF_SAMPLE_CALLCHAIN, 0, n ? n : 5), -1);
		assert_int_equal(parse_with_count(PERF_SAMPLE_READ, PERF_FORMAT_GROUP, n ? n : 9),
				 -1);
		assert_int_equal(parse_with_count(PERF_SAMPLE_READ,
						  PERF_FORMAT_GROUP | PERF_FORMAT_ID, n ? n : 5),
				 -1);
	}
	assert_int_equal(parse_with_count(PERF_SAMPLE_RAW, 0, 36), -1);
	assert_int_equal(parse_with_count(PERF_SAMPLE_RAW, 0, UINT32_MAX), -1);
	assert_int_equal(parse_with_count(PERF_SAMPLE_RAW, 0, UINT32_MAX - 3), -1);
	assert_int_equal(parse_with_count(PERF_SAMPLE_CALLCHAIN, 0, 4), 0);
	assert_int_equal(parse_with_count(PERF_SAMPLE_READ, PERF_FORMAT_GROUP, 8), 0);
	assert_int_equal(parse_with_count(PERF_SAMPLE_RAW, 0, 28), 0);
}

static void test_sample_parse_refuses_sample_type_with_unknown_bits(void **state)
{
	(void)state;
	for (int bit = BITS; bit < 64; bit += 13) {
		struct perf_event_attr attr = attr_of(RB_SAMPLE_TYPE | 1ULL << bit);
		struct parsed p;

		build(&p, &attr, &values);
		assert_false(p.layout.parsable);
		assert_int_equal(parse(&p), -1);
		buf_release(&p.buf);
	}
}

static void test_record_id_and_time_are_found_in_every_trailer(void **state)
{
	static const uint64_t bits[] = { PERF_SAMPLE_TID,    PERF_SAMPLE_TIME,
					 PERF_SAMPLE_ID,     PERF_SAMPLE_STREAM_ID,
					 PERF_SAMPLE_CPU,    PERF_SAMPLE_IDENTIFIER,
					 PERF_SAMPLE_IP,     PERF_SAMPLE_ADDR,
					 PERF_SAMPLE_PERIOD, PERF_SAMPLE_RAW };

	(void)state;
	for (uint32_t set = 0; set < 1u << ARRAY_LEN(bits); set++) {
		struct perf_event_attr attr = attr_of(0);
		struct sample_layout layout;
		struct buf out = { 0 };
		uint64_t type = 0;

		for (size_t i = 0; i < ARRAY_LEN(bits); i++)
			type |= set >> i & 1 ? bits[i] : 0;
		attr.sample_type = type;
		sample_layout_init(&layout, &attr);
		rb_comm(&out, &attr, 7, 8, "a comm", &values);
		assert_true(record_time(&layout, (void *)out.data) ==
			    (type & PERF_SAMPLE_TIME ? values.time : 0));
		assert_true(record_id(&layout, (void *)out.data) ==
			    (type & (PERF_SAMPLE_ID | PERF_SAMPLE_IDENTIFIER) ? values.id : 0));
		buf_release(&out);
	}
}

static void test_sample_layout_tells_where_tid_and_cpu_of_a_trailer_are(void **state)
{
	struct perf_event_attr attr = attr_of(RB_SAMPLE_TYPE);
	struct sample_layout layout;
	struct buf out = { 0 };
	const char *end;

	(void)state;
	sample_layout_init(&layout, &attr);
	rb_lost(&out, &attr, 1, 2, &values);
	end = (const char *)out.data + out.len;
	assert_int_equal(layout.tail_size, 32);
	assert_int_equal(load_u32(end - layout.tail_tid), values.pid);
	assert_int_equal(load_u32(end - layout.tail_tid + 4), values.tid);
	assert_int_equal(load_u32(end - layout.tail_cpu), values.cpu);
	buf_release(&out);
}

static void test_records_without_sample_id_all_have_no_trailer(void **state)
{
	struct perf_event_attr attr = attr_of(RB_SAMPLE_TYPE);
	struct sample_layout layout;
	struct buf out = { 0 };

	(void)state;
	attr.sample_id_all = 0;
	sample_layout_init(&layout, &attr);
	rb_comm(&out, &attr, 7, 8, "a rather long comm", &values);
	assert_int_equal(layout.tail_size, 0);
	assert_int_equal(record_time(&layout, (void *)out.data), 0);
	assert_int_equal(record_id(&layout, (void *)out.data), 0);
	buf_release(&out);
}

static void test_user_records_have_neither_id_nor_time(void **state)
{
	struct perf_event_attr attr = attr_of(RB_SAMPLE_TYPE);
	struct sample_layout layout;
	struct buf out = { 0 };

	(void)state;
	sample_layout_init(&layout, &attr);
	rb_filler(&out, RECORD_USER_FIRST, 128);
	assert_int_equal(record_time(&layout, (void *)out.data), 0);
	assert_int_equal(record_id(&layout, (void *)out.data), 0);
	buf_release(&out);
}

static void test_record_shorter_than_its_trailer_has_neither_id_nor_time(void **state)
{
	struct perf_event_attr attr = attr_of(RB_SAMPLE_TYPE);
	struct sample_layout layout;

	(void)state;
	sample_layout_init(&layout, &attr);
	for (uint32_t size = 8; size < 8u + layout.tail_size; size += 8) {
		struct perf_event_header *rec = malloc(size);

		memset(rec, 0xff, size);
		*rec = (struct perf_event_header){ .type = PERF_RECORD_COMM, .size = size };
		assert_int_equal(record_time(&layout, rec), 0);
		assert_int_equal(record_id(&layout, rec), 0);
		free(rec);
	}
}

/* With them the u32 in front is a multiple of 8, or what follows would not be aligned. */
static void test_sample_parse_refuses_raw_bytes_of_a_size_that_the_kernel_never_writes(void **state)
{
	(void)state;
	for (uint32_t size = 0; size <= 28; size++)
		assert_int_equal(parse_with_count(PERF_SAMPLE_RAW, 0, size),
				 size % 8 == 4 ? 0 : -1);
}

static void test_sample_raw_gives_raw_bytes_when_there_are_enough(void **state)
{
	struct perf_event_attr attr = attr_of(RB_SAMPLE_TYPE);
	struct parsed p;

	(void)state;
	build(&p, &attr, &values);
	assert_memory_equal(sample_raw(&p.layout, p.rec, 28), raw, 27);
	assert_non_null(sample_raw(&p.layout, p.rec, 0));
	assert_null(sample_raw(&p.layout, p.rec, 29));
	/* The size says more than the record has. */
	memset((char *)p.rec + p.layout.raw, 0xff, 4);
	assert_null(sample_raw(&p.layout, p.rec, 29));
	/* The record has more than the size says. */
	*((char *)p.rec + p.layout.raw) = 4;
	memset((char *)p.rec + p.layout.raw + 1, 0, 3);
	assert_null(sample_raw(&p.layout, p.rec, 8));
	assert_non_null(sample_raw(&p.layout, p.rec, 4));
	/* It says what cannot be. */
	*((char *)p.rec + p.layout.raw) = 16;
	assert_null(sample_raw(&p.layout, p.rec, 8));
	buf_release(&p.buf);
}

static void test_sample_raw_is_null_where_its_place_is_not_fixed(void **state)
{
	static const uint64_t types[] = { PERF_SAMPLE_TID,
					  PERF_SAMPLE_RAW | PERF_SAMPLE_CALLCHAIN };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct perf_event_attr attr = attr_of(types[i]);
		struct parsed p;

		build(&p, &attr, &values);
		assert_null(sample_raw(&p.layout, p.rec, 0));
		buf_release(&p.buf);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_parse_knows_every_bit_of_the_kernel),
		cmocka_unit_test(test_sample_parse_round_trips_each_bit_alone),
		cmocka_unit_test(test_sample_parse_round_trips_each_bit_missing),
		cmocka_unit_test(test_sample_parse_round_trips_all_bits_together),
		cmocka_unit_test(test_sample_parse_round_trips_all_pairs_of_bits),
		cmocka_unit_test(
			test_sample_parse_takes_empty_callchain_branches_registers_and_stack),
		cmocka_unit_test(test_sample_parse_passes_over_every_read_format),
		cmocka_unit_test(test_sample_parse_finds_raw_behind_read_of_one_event),
		cmocka_unit_test(test_sample_parse_refuses_record_shorter_than_its_type),
		cmocka_unit_test(test_sample_parse_does_not_look_behind_raw),
		cmocka_unit_test(test_sample_parse_never_reads_behind_a_record_cut_anywhere),
		cmocka_unit_test(test_sample_parse_refuses_counts_beyond_the_record),
		cmocka_unit_test(test_sample_parse_refuses_sample_type_with_unknown_bits),
		cmocka_unit_test(test_record_id_and_time_are_found_in_every_trailer),
		cmocka_unit_test(test_sample_layout_tells_where_tid_and_cpu_of_a_trailer_are),
		cmocka_unit_test(test_records_without_sample_id_all_have_no_trailer),
		cmocka_unit_test(test_user_records_have_neither_id_nor_time),
		cmocka_unit_test(test_record_shorter_than_its_trailer_has_neither_id_nor_time),
		cmocka_unit_test(
			test_sample_parse_refuses_raw_bytes_of_a_size_that_the_kernel_never_writes),
		cmocka_unit_test(test_sample_raw_gives_raw_bytes_when_there_are_enough),
		cmocka_unit_test(test_sample_raw_is_null_where_its_place_is_not_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
