#include "tests/unit/unit.h"

#include "common/formats.h"
#include "tests/unit/recbuild.h"

/* A recording by perf that did not end: attrs and records, no features. */
struct lost {
	struct perf_file file;
	struct event events[2];
	struct formats_seen seen[2];
	struct formats_kernel kernel;
	struct formats found;
	struct err err;
};

static void begin(struct lost *x)
{
	memset(x, 0, sizeof(*x));
	x->file.path = "lost.data";
	x->file.events = x->events;
	x->file.nr_events = 2;
	for (uint32_t i = 0; i < 2; i++) {
		x->events[i].idx = i;
		x->events[i].attr.type = PERF_TYPE_TRACEPOINT;
		x->events[i].attr.config = 443 - i;
	}
}

static void note(struct lost *x, uint32_t event, const void *raw, uint32_t size)
{
	struct sample s = { .raw = raw, .raw_size = size };

	formats_note(&x->seen[event], &x->events[event], &s);
}

/* A call of a 64-bit kernel: u16 type, u16, u32 tid, u64 nr, arguments or what it returned. */
static void call(struct lost *x, uint32_t event, int64_t nr, uint32_t size)
{
	uint64_t raw[16] = { x->events[event].attr.config, nr, 1, 2, 3 };

	note(x, event, raw, size);
}

static void find(struct lost *x)
{
	assert_int_equal(formats_find(&x->found, &x->file, x->seen, &x->kernel, &x->err), 0);
}

/* The tracepoint @id has been found to be @name, by @source, and its format can be parsed. */
static void assert_found(struct lost *x, uint64_t id, const char *name, enum formats_source source)
{
	struct tracing tracing;
	struct tp_table tps;
	struct buf out = { 0 };
	const struct tp_format *tp;

	assert_int_equal(formats_write(&out, &x->found, &x->err), 0);
	assert_int_equal(tracing_parse(&tracing, out.data, out.len, "x", 0, &x->err), 0);
	assert_int_equal(tp_table_init(&tps, &tracing, "x", &x->err), 0);
	tp = tp_find(&tps, id);
	assert_non_null(tp);
	assert_string_equal(tp->name, name);
	for (uint32_t i = 0; i < x->found.nr; i++)
		if (x->found.entries[i].id == id)
			assert_int_equal(x->found.entries[i].source, source);
	tp_table_release(&tps);
	tracing_release(&tracing);
	buf_release(&out);
}

static void test_formats_tells_enter_and_exit_by_their_records(void **state)
{
	struct lost x;

	(void)state;
	begin(&x);
	for (int64_t nr = -1; nr < 400; nr++) {
		call(&x, 0, nr, 68);
		call(&x, 1, nr, 28);
	}
	find(&x);
	assert_false(x.found.running_kernel);
	assert_found(&x, 443, "sys_enter", FORMAT_RECORDS);
	assert_found(&x, 442, "sys_exit", FORMAT_RECORDS);
	formats_release(&x.found);
}

static void test_formats_knows_those_of_a_32_bit_kernel(void **state)
{
	uint32_t raw[9] = { 443, 7, 4, 1, 2, 3, 4, 5, 6 }, left[5] = { 442, 7, 4, (uint32_t)-2 };
	struct lost x;

	(void)state;
	begin(&x);
	note(&x, 0, raw, 36);
	note(&x, 1, left, 20);
	find(&x);
	assert_true(x.found.long32);
	assert_found(&x, 443, "sys_enter", FORMAT_RECORDS);
	assert_found(&x, 442, "sys_exit", FORMAT_RECORDS);
	formats_release(&x.found);
}

/* irq:irq_handler_exit looks like a return of theirs; it was taken where no such kernel is. */
static void test_formats_tells_a_32_bit_kernel_by_its_addresses(void **state)
{
	uint32_t raw[5] = { 443, 7, 16, 1 };
	struct sample s = { .raw = (const char *)raw, .raw_size = sizeof(raw), .ip = UINT32_MAX };
	struct lost x;

	(void)state;
	begin(&x);
	formats_note(&x.seen[0], &x.events[0], &s);
	s.ip++;
	raw[0] = 442;
	formats_note(&x.seen[1], &x.events[1], &s);
	find(&x);
	assert_found(&x, 443, "sys_exit", FORMAT_RECORDS);
	assert_found(&x, 442, "id_442", FORMAT_NONE);
	formats_release(&x.found);
}

/* One record is enough to tell that it is another tracepoint. */
static void test_formats_does_not_guess(void **state)
{
	uint64_t other[9] = { 443 + 1, 3 }, text[9] = { 443, 0x6e6f7478655f6e61 };
	struct lost x;

	(void)state;
	for (int i = 0; i < 5; i++) {
		begin(&x);
		call(&x, 1, 3, 24); /* the size of neither */
		if (i)		    /* 0: no record at all */
			call(&x, 0, 3, 68);
		if (i == 1)
			call(&x, 0, 3, 76); /* another size */
		else if (i == 2)
			note(&x, 0, other, 68); /* another's type */
		else if (i == 3)
			note(&x, 0, text, 68); /* sched_switch has a name there */
		else if (i == 4)
			note(&x, 0, text, 4);
		find(&x);
		assert_found(&x, 443, "id_443", FORMAT_NONE);
		assert_found(&x, 442, "id_442", FORMAT_NONE);
		formats_release(&x.found);
	}
}

static void test_formats_takes_events_of_one_tracepoint_together(void **state)
{
	struct lost x;

	(void)state;
	begin(&x);
	x.events[1].attr.config = 443;
	call(&x, 0, 3, 68);
	find(&x);
	assert_int_equal(x.found.nr, 1);
	assert_found(&x, 443, "sys_enter", FORMAT_RECORDS);
	formats_release(&x.found);
	call(&x, 1, 3, 28);
	find(&x);
	assert_found(&x, 443, "id_443", FORMAT_NONE);
	formats_release(&x.found);
}

static void test_formats_looks_for_none_when_the_file_has_them(void **state)
{
	struct lost x;

	(void)state;
	begin(&x);
	x.file.tps.nr = 1;
	find(&x);
	assert_int_equal(x.found.nr, 0);
	begin(&x);
	x.events[0].attr.type = x.events[1].attr.type = PERF_TYPE_SOFTWARE;
	find(&x);
	assert_int_equal(x.found.nr, 0);
}

static void test_formats_leaves_out_ids_that_no_kernel_has(void **state)
{
	struct lost x;

	(void)state;
	begin(&x);
	x.events[0].attr.config = UINT64_MAX;
	call(&x, 1, 3, 28);
	find(&x);
	assert_int_equal(x.found.nr, 1);
	assert_found(&x, 442, "sys_exit", FORMAT_RECORDS);
	formats_release(&x.found);
}

static void test_formats_reads_where_the_kernel_was(void **state)
{
	struct {
		struct perf_event_header header;
		uint32_t pid, tid;
		uint64_t start, len, symbol;
		char name[32];
	} map = { { PERF_RECORD_MMAP, 1, sizeof(map) },
		  UINT32_MAX,
		  0,
		  0x1000,
		  0x500,
		  0x1040,
		  "[kernel.kallsyms]_text" };
	struct formats_kernel k = { 0 };

	(void)state;
	formats_note_kernel(&k, &map.header);
	assert_int_equal(k.start, 0x1040);
	assert_int_equal(k.end, 0x1500);
	assert_string_equal(k.symbol, "_text");

	memset(&k, 0, sizeof(k));
	map.pid = 1; /* a process that calls a file so */
	formats_note_kernel(&k, &map.header);
	map.pid = UINT32_MAX;
	memset(map.name, '_', sizeof(map.name)); /* no end */
	memcpy(map.name, "[kernel.kallsyms]", 17);
	formats_note_kernel(&k, &map.header);
	map.header.size = 48;
	formats_note_kernel(&k, &map.header);
	assert_int_equal(k.end, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats_tells_enter_and_exit_by_their_records),
		cmocka_unit_test(test_formats_knows_those_of_a_32_bit_kernel),
		cmocka_unit_test(test_formats_tells_a_32_bit_kernel_by_its_addresses),
		cmocka_unit_test(test_formats_does_not_guess),
		cmocka_unit_test(test_formats_takes_events_of_one_tracepoint_together),
		cmocka_unit_test(test_formats_looks_for_none_when_the_file_has_them),
		cmocka_unit_test(test_formats_leaves_out_ids_that_no_kernel_has),
		cmocka_unit_test(test_formats_reads_where_the_kernel_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
