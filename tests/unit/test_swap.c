/* The other byte order: what is built twice, number by number, is the same once it was turned. */
#include "tests/unit/unit.h"

#include "common/samplewalk.h"
#include "common/swap.h"
#include "tests/unit/both.h"
#include "tests/unit/recbuild.h"

#define BITS 25 /* of sample_type */

/* The header is put in front at the end, when the size is known. */
static void record(struct both *to, uint32_t type, uint16_t misc, struct both *body)
{
	both_number(to, type, 4);
	both_number(to, misc, 2);
	both_number(to, 8 + body->out[0].len, 2);
	buf_add(&to->out[0], body->out[0].data, body->out[0].len);
	buf_add(&to->out[1], body->out[1].data, body->out[1].len);
	buf_release(&body->out[0]);
	buf_release(&body->out[1]);
}

/* An event, and the file that it makes up. */
struct events {
	struct event event;
	struct perf_file file;
};

static void events_init(struct events *e, uint64_t sample_type)
{
	memset(e, 0, sizeof(*e));
	e->event.attr = (struct perf_event_attr){
		.sample_type = sample_type,
		.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_ID,
		.branch_sample_type = 1 << 17 | 1 << 19,
		.sample_regs_user = 0x5,
		.sample_regs_intr = 0x3,
		.sample_id_all = 1,
	};
	sample_layout_init(&e->event.layout, &e->event.attr);
	e->file = (struct perf_file){ .events = &e->event, .nr_events = 1, .swapped = true };
}

static void assert_turns(struct events *e, struct both *body, uint32_t type, uint16_t misc)
{
	struct both rec = { 0 };

	record(&rec, type, misc, body);
	swap_record(&e->file, (void *)rec.out[1].data);
	assert_int_equal(rec.out[0].len, rec.out[1].len);
	assert_memory_equal(rec.out[0].data, rec.out[1].data, rec.out[0].len);
	buf_release(&rec.out[0]);
	buf_release(&rec.out[1]);
}

static void add_words(struct both *b, uint64_t first, int nr)
{
	for (int i = 0; i < nr; i++)
		both_u64(b, first + i);
}

static void add_regs(struct both *b, uint64_t nr)
{
	both_u64(b, 2);
	add_words(b, 0x1122334455667788, nr);
}

/* Order: PERF_RECORD_SAMPLE in linux/perf_event.h. */
static void add_sample(struct both *b, uint64_t type)
{
	if (type & PERF_SAMPLE_IDENTIFIER)
		both_u64(b, 0x0102030405060708);
	if (type & PERF_SAMPLE_IP)
		both_u64(b, 0x1102030405060708);
	if (type & PERF_SAMPLE_TID)
		both_u32(b, 0x01020304), both_u32(b, 0x05060708);
	if (type & PERF_SAMPLE_TIME)
		both_u64(b, 0x2102030405060708);
	if (type & PERF_SAMPLE_ADDR)
		both_u64(b, 0x3102030405060708);
	if (type & PERF_SAMPLE_ID)
		both_u64(b, 0x0102030405060708);
	if (type & PERF_SAMPLE_STREAM_ID)
		both_u64(b, 0x4102030405060708);
	if (type & PERF_SAMPLE_CPU)
		both_u32(b, 3), both_u32(b, 0);
	if (type & PERF_SAMPLE_PERIOD)
		both_u64(b, 0x5102030405060708);
	if (type & PERF_SAMPLE_READ) {
		both_u64(b, 2);
		add_words(b, 0x6102030405060708, 4);
	}
	if (type & PERF_SAMPLE_CALLCHAIN) {
		both_u64(b, 3);
		add_words(b, 0x7102030405060708, 3);
	}
	if (type & PERF_SAMPLE_RAW) {
		both_u32(b, 12);
		both_bytes(b, "no format...", 12);
	}
}

static void add_sample_tail(struct both *b, uint64_t type)
{
	if (type & PERF_SAMPLE_BRANCH_STACK) {
		both_u64(b, 1);
		both_u64(b, 0x8102030405060708); /* hw_idx */
		add_words(b, 0x8202030405060708, 2);
		both_u64(b, 0); /* flags have a test of their own */
		both_u64(b, 0x8402030405060708);
	}
	if (type & PERF_SAMPLE_REGS_USER)
		add_regs(b, 2);
	if (type & PERF_SAMPLE_STACK_USER) {
		both_u64(b, 16);
		both_bytes(b, "sixteen bytes...", 16);
		both_u64(b, 8);
	}
	if (type & (PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT))
		both_u64(b, 0x9102030405060708);
	if (type & PERF_SAMPLE_DATA_SRC)
		both_u64(b, 0xa102030405060708);
	if (type & PERF_SAMPLE_TRANSACTION)
		both_u64(b, 0xb102030405060708);
	if (type & PERF_SAMPLE_REGS_INTR)
		add_regs(b, 2);
	if (type & PERF_SAMPLE_PHYS_ADDR)
		both_u64(b, 0xc102030405060708);
	if (type & PERF_SAMPLE_CGROUP)
		both_u64(b, 0xd102030405060708);
	if (type & PERF_SAMPLE_DATA_PAGE_SIZE)
		both_u64(b, 4096);
	if (type & PERF_SAMPLE_CODE_PAGE_SIZE)
		both_u64(b, 8192);
	if (type & PERF_SAMPLE_AUX) {
		both_u64(b, 8);
		both_bytes(b, "AUX data", 8);
	}
}

static void turn_sample(uint64_t type)
{
	struct both b = { 0 };
	struct events e;

	events_init(&e, type);
	add_sample(&b, type);
	add_sample_tail(&b, type);
	assert_turns(&e, &b, PERF_RECORD_SAMPLE, 2);
}

static void test_swap_record_turns_every_field_of_a_sample(void **state)
{
	uint64_t all = ((1ULL << BITS) - 1) & ~(uint64_t)PERF_SAMPLE_WEIGHT_STRUCT;

	(void)state;
	for (int bit = 0; bit < BITS; bit++) {
		turn_sample(1ULL << bit);
		turn_sample(all & ~(1ULL << bit));
	}
	turn_sample(all);
}

static void add_trailer(struct both *b)
{
	both_u32(b, 1), both_u32(b, 2);
	both_u64(b, 3);
	both_u32(b, 4), both_u32(b, 0);
	both_u64(b, 5);
}

/* A record by its numbers: "4 8" and so on; "z" is text of 8 bytes. */
static void turn_record(uint32_t type, uint16_t misc, const char *form)
{
	uint64_t trailer =
		PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER;
	struct both b = { 0 };
	struct events e;

	events_init(&e, trailer);
	for (; *form; form++) {
		if (*form == 'z')
			both_bytes(&b, "text..\0", 8);
		else
			both_number(&b, 0x0123456789abcdef, *form - '0');
	}
	if (type < RECORD_USER_FIRST)
		add_trailer(&b);
	assert_turns(&e, &b, type, misc);
}

static void test_swap_record_turns_every_kind_of_record(void **state)
{
	(void)state;
	turn_record(PERF_RECORD_MMAP, 0, "44888zz");
	turn_record(PERF_RECORD_LOST, 0, "88");
	turn_record(PERF_RECORD_COMM, 0, "44zz");
	turn_record(PERF_RECORD_EXIT, 0, "44448");
	turn_record(PERF_RECORD_THROTTLE, 0, "888");
	turn_record(PERF_RECORD_UNTHROTTLE, 0, "888");
	turn_record(PERF_RECORD_FORK, 0, "44448");
	turn_record(PERF_RECORD_READ, 0, "44888888");
	turn_record(PERF_RECORD_MMAP2, 0, "44888448844zz");
	turn_record(PERF_RECORD_MMAP2, 1 << 14, "44888zzz44zz");
	turn_record(PERF_RECORD_AUX, 0, "888");
	turn_record(PERF_RECORD_ITRACE_START, 0, "44");
	turn_record(PERF_RECORD_LOST_SAMPLES, 0, "8");
	turn_record(PERF_RECORD_SWITCH, 0, "");
	turn_record(PERF_RECORD_SWITCH_CPU_WIDE, 0, "44");
	turn_record(PERF_RECORD_NAMESPACES, 0, "448888888");
	turn_record(RECORD_KSYMBOL, 0, "8422zz");
	turn_record(RECORD_BPF_EVENT, 0, "224z");
	turn_record(RECORD_CGROUP, 0, "8zzz");
	turn_record(RECORD_TEXT_POKE, 0, "8221111z");
	turn_record(RECORD_AUX_OUTPUT_HW_ID, 0, "8");
	turn_record(RECORD_CALLCHAIN_DEFERRED, 0, "8888");
	turn_record(RECORD_EVENT_TYPE, 0, "8zzzzzzzz");
	turn_record(RECORD_TRACING_DATA, 0, "4");
	turn_record(RECORD_BUILD_ID, 0, "41111111111111111111111111zz");
	turn_record(RECORD_FINISHED_ROUND, 0, "");
	turn_record(RECORD_ID_INDEX, 0, "88888888888");
	turn_record(RECORD_AUXTRACE_INFO, 0, "44888");
	turn_record(RECORD_AUXTRACE, 0, "8884444");
	turn_record(RECORD_AUXTRACE_ERROR, 0, "44444488zzzzzzzz44");
	turn_record(RECORD_THREAD_MAP, 0, "88zz8zz");
	turn_record(RECORD_STAT_CONFIG, 0, "88888");
	turn_record(RECORD_STAT, 0, "844888");
	turn_record(RECORD_STAT_ROUND, 0, "88");
	turn_record(RECORD_TIME_CONV, 0, "888");
	turn_record(RECORD_TIME_CONV, 0, "8888811111111");
	turn_record(RECORD_FINISHED_INIT, 0, "");
	turn_record(RECORD_BPF_METADATA + 100, 0, "zzzz"); /* nobody knows it */
}

static void test_swap_record_turns_sets_of_cpus_by_their_kind(void **state)
{
	struct events e;
	struct both b = { 0 };

	(void)state;
	events_init(&e, PERF_SAMPLE_TID);
	both_number(&b, 0, 2), both_number(&b, 3, 2), both_number(&b, 0, 2), both_number(&b, 1, 2),
		both_number(&b, 7, 2), both_number(&b, 0, 6);
	assert_turns(&e, &b, RECORD_CPU_MAP, 0);
	b = (struct both){ 0 };
	both_number(&b, 1, 2), both_number(&b, 2, 2), both_number(&b, 4, 2),
		both_u32(&b, 0x80000001), both_u32(&b, 0x12345678);
	assert_turns(&e, &b, RECORD_CPU_MAP, 0);
	b = (struct both){ 0 };
	both_number(&b, 1, 2), both_number(&b, 1, 2), both_number(&b, 8, 2), both_u32(&b, 0),
		both_u64(&b, 0x8000000100000003);
	assert_turns(&e, &b, RECORD_CPU_MAP, 0);
	b = (struct both){ 0 };
	both_number(&b, 2, 2), both_number(&b, 1, 1), both_number(&b, 0, 1),
		both_number(&b, 258, 2), both_number(&b, 513, 2);
	assert_turns(&e, &b, RECORD_CPU_MAP, 0);
	b = (struct both){ 0 };
	both_u64(&b, EVENT_UPDATE_CPUS), both_u64(&b, 77);
	both_number(&b, 0, 2), both_number(&b, 1, 2), both_number(&b, 259, 2),
		both_number(&b, 0, 2);
	assert_turns(&e, &b, RECORD_EVENT_UPDATE, 0);
	b = (struct both){ 0 };
	both_u64(&b, EVENT_UPDATE_SCALE), both_u64(&b, 77), both_u64(&b, 0x3ff8000000000000);
	assert_turns(&e, &b, RECORD_EVENT_UPDATE, 0);
	b = (struct both){ 0 };
	both_u64(&b, EVENT_UPDATE_NAME), both_u64(&b, 77), both_bytes(&b, "cycles:u", 8);
	assert_turns(&e, &b, RECORD_EVENT_UPDATE, 0);
}

/* A big-endian machine fills the word of the flags from its highest bit on. */
static void test_swap_record_mirrors_the_flags_of_branches(void **state)
{
	static const struct {
		uint64_t host, other; /* numbers that each machine reads */
	} flags[] = {
		{ 1, 1ULL << 63 },		     /* mispredicted */
		{ 2, 1ULL << 62 },		     /* predicted */
		{ 0x1234ULL << 4, 0x1234ULL << 44 }, /* cycles */
		{ 0x5ULL << 20, 0x5ULL << 40 },	     /* type */
		{ 0x7ULL << 30, 0x7ULL << 31 },	     /* priv */
		{ 1 | 0x40ULL << 4, 1ULL << 63 | 0x40ULL << 44 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		uint64_t body[] = { 1, 10, 20, flags[i].other };
		struct events e;
		struct buf out = { 0 };

		events_init(&e, PERF_SAMPLE_BRANCH_STACK);
		e.event.attr.branch_sample_type = 0;
		swap_u64(body, 4);
		rb_record(&out, PERF_RECORD_SAMPLE, 0, body, sizeof(body));
		swap_header((void *)out.data);
		swap_record(&e.file, (void *)out.data);
		if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
			assert_true(load_u64(out.data + 32) == flags[i].host);
		buf_release(&out);
	}
}

static void test_swap_attr_mirrors_its_bit_fields(void **state)
{
	static const struct {
		struct perf_event_attr attr;
		uint64_t other; /* the word of bit fields, as a big-endian machine reads it */
	} attrs[] = {
		{ { .disabled = 1 }, 1ULL << 63 },
		{ { .sample_id_all = 1 }, 1ULL << (63 - 18) },
		{ { .precise_ip = 1 }, 1ULL << 47 },
		{ { .precise_ip = 2 }, 1ULL << 48 },
		{ { .comm_exec = 1, .freq = 1 }, 1ULL << (63 - 24) | 1ULL << (63 - 10) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		struct perf_event_attr a = { 0 };
		uint64_t word = attrs[i].other;

		if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
			continue;
		swap_u64(&word, 1);
		memcpy((char *)&a + 40, &word, 8);
		swap_attr(&a, sizeof(a));
		assert_memory_equal(&a, &attrs[i].attr, sizeof(a));
	}
}

static void test_swap_attr_turns_every_field_and_nothing_behind_its_size(void **state)
{
	struct both b = { 0 };

	(void)state;
	both_u32(&b, 2), both_u32(&b, 144);
	add_words(&b, 0x0102030405060708, 4);
	both_bytes(&b, "\0\0\0\0\0\0\0\0", 8);
	both_u32(&b, 0x01020304), both_u32(&b, 0x05060708);
	add_words(&b, 0x1102030405060708, 4);
	both_u32(&b, 0x21020304), both_u32(&b, 0x25060708);
	both_u64(&b, 0x3102030405060708);
	both_u32(&b, 0x41020304), both_number(&b, 0x5102, 2), both_number(&b, 0x6102, 2);
	both_u32(&b, 0x71020304), both_u32(&b, 0x75060708);
	add_words(&b, 0x8102030405060708, 3);
	assert_int_equal(b.out[0].len, 144);
	for (size_t size = 64; size <= 144; size += 8) {
		char attr[144];

		memcpy(attr, b.out[1].data, sizeof(attr));
		swap_attr(attr, size);
		assert_memory_equal(attr, b.out[0].data, size);
		assert_memory_equal(attr + size, b.out[1].data + size, sizeof(attr) - size);
	}
	buf_release(&b.out[0]);
	buf_release(&b.out[1]);
}

static void test_swap_file_header_finds_the_features_of_a_32_bit_machine(void **state)
{
	struct file_header h = { .size = 104, .flags = { 1ULL << (32 + FEATURE_HOSTNAME) } };

	(void)state;
	swap_u64(&h.size, (sizeof(h) - 8) / 8);
	swap_file_header(&h, true);
	assert_int_equal(h.size, 104);
	assert_true(h.flags[0] == 1ULL << FEATURE_HOSTNAME);
	h.flags[0] = 1ULL << FEATURE_HOSTNAME | 1ULL << 33;
	swap_u64(&h.size, (sizeof(h) - 8) / 8);
	swap_file_header(&h, true);
	assert_true(h.flags[0] == (1ULL << FEATURE_HOSTNAME | 1ULL << 33));
}

/* Cut anywhere, with any header: nothing outside of the record is touched (ASan looks). */
static void test_swap_record_stays_inside_of_records_that_lie(void **state)
{
	struct events e;

	(void)state;
	events_init(&e, ((1ULL << BITS) - 1));
	for (uint32_t type = 0; type < 128; type++)
		for (uint16_t size = 8; size < 200; size += 8)
			for (int fill = 0; fill < 2; fill++) {
				char *rec = malloc(size);
				struct perf_event_header h = { .type = type, .size = size };

				memset(rec, fill ? 0xff : 1, size);
				swap_header(&h);
				memcpy(rec, &h, sizeof(h));
				swap_record(&e.file, (void *)rec);
				assert_int_equal(((struct perf_event_header *)rec)->size, size);
				free(rec);
			}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_swap_record_turns_every_field_of_a_sample),
		cmocka_unit_test(test_swap_record_turns_every_kind_of_record),
		cmocka_unit_test(test_swap_record_turns_sets_of_cpus_by_their_kind),
		cmocka_unit_test(test_swap_record_mirrors_the_flags_of_branches),
		cmocka_unit_test(test_swap_attr_mirrors_its_bit_fields),
		cmocka_unit_test(test_swap_attr_turns_every_field_and_nothing_behind_its_size),
		cmocka_unit_test(test_swap_file_header_finds_the_features_of_a_32_bit_machine),
		cmocka_unit_test(test_swap_record_stays_inside_of_records_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
