#include "tests/unit/unit.h"

#include "tests/unit/report.h"

static const struct report_opts json = { .format = OUT_JSON };

static void begin(struct report_run *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
}

static void enter(struct report_run *x, uint64_t id, uint64_t time)
{
	rb_enter(&x->b, &(struct rb_values){ .tid = 7, .id = id, .time = time }, 1);
}

static void test_stats_counts_records_samples_bytes_and_times(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_comm(&x.b.data, &x.b.attrs[0], 7, 7, "sh", &(struct rb_values){ .time = 5 });
	enter(&x, RB_ID_ENTER, 3000);
	enter(&x, RB_ID_ENTER_CPU1, 2000);
	rb_exit(&x.b, &(struct rb_values){ .tid = 7, .time = 2500 }, 1, 0);
	rb_round(&x.b.data);
	report_run(&x, "stats", &json);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "\"records\":{\"COMM\":1,\"SAMPLE\":3,\"FINISHED_ROUND\":1}");
	assert_contains(x.out, "\"samples_by_event\":{\"raw_syscalls:sys_enter\":2,"
			       "\"raw_syscalls:sys_exit\":1}");
	assert_contains(x.out, "\"first_ns\":2000,\"last_ns\":3000");
	assert_contains(x.out, "\"complete\":true");
	assert_string_equal(x.said, "");
	report_end(&x);
}

static void test_stats_names_the_host_in_json(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	enter(&x, RB_ID_ENTER, 3000);
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\",\"hostname\":\"box\",\"lost\"");
	report_end(&x);
	begin(&x);
	buf_release(&x.b.features[FEATURE_HOSTNAME].body);
	x.b.features[FEATURE_HOSTNAME].present = false;
	enter(&x, RB_ID_ENTER, 3000);
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\",\"hostname\":null,\"lost\"");
	report_end(&x);
}

static void test_stats_tells_bytes(void **state)
{
	struct report_run x;
	char expected[64];

	(void)state;
	begin(&x);
	for (int i = 0; i < 1000; i++)
		enter(&x, i % 3 ? RB_ID_ENTER : RB_ID_ENTER_CPU1, 100 + i);
	rb_finish(&x.b);
	snprintf(expected, sizeof(expected), "\"bytes\":%zu,\"record_bytes\":%zu,", x.b.out.len,
		 x.b.data.len);
	report_run(&x, "stats", &json);
	assert_contains(x.out, expected);
	report_end(&x);
}

/* Kinds of samples that share a place in the report's cache, or alternate in it. */
static void test_stats_counts_many_kinds_that_alternate(void **state)
{
	struct perf_event_attr *attr;
	struct report_run x = { 0 };
	char raw[2048] = { 0 };

	(void)state;
	for (uint64_t i = 0; i < RB_EVENTS_MAX; i++) {
		attr = rb_event(&x.b, i, RB_SAMPLE_TYPE, (uint64_t[]){ 100 + i, 200 + i }, 2);
		attr->type = PERF_TYPE_RAW;
	}
	for (uint64_t i = 0; i < 20000; i++)
		rb_sample(&x.b.data, &x.b.attrs[0],
			  &(struct rb_values){ .id = (i % 3 ? 100 : 200) + i % RB_EVENTS_MAX,
					       .time = 5 + i,
					       .raw = raw,
					       .raw_len = i % 1000 });
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"SAMPLE\":20000");
	assert_contains(x.out, "\"#0\":2500,\"#1\":2500,\"#2\":2500,\"#3\":2500,\"#4\":2500,"
			       "\"#5\":2500,\"#6\":2500,\"#7\":2500}");
	assert_contains(x.out, "\"first_ns\":5,\"last_ns\":20004");
	report_end(&x);
}

static void test_stats_counts_unknown_types_by_number(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	enter(&x, 0, 100);
	rb_filler(&x.b.data, 63, 48);
	rb_filler(&x.b.data, 90, 16);
	rb_filler(&x.b.data, 32768, 24);
	rb_filler(&x.b.data, 32768, 8);
	rb_filler(&x.b.data, UINT32_MAX, 16);
	enter(&x, 0, 101);
	report_run(&x, "stats", &json);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "\"records\":{\"SAMPLE\":2,\"TYPE_63\":1,\"TYPE_90\":1,"
			       "\"TYPE_32768\":2,\"TYPE_4294967295\":1}");
	report_end(&x);
}

/* A hostile file may have more types than memory shall be spent on. */
static void test_stats_bounds_the_number_of_types(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_filler(&x.b.data, 90, 8);
	for (uint32_t type = 1000; type < 1000 + 70000; type++)
		rb_filler(&x.b.data, type, 8);
	rb_filler(&x.b.data, 1000, 8);
	report_run(&x, "stats", &json);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "\"records\":{\"TYPE_90\":1,\"OTHER\":70001}");
	report_end(&x);
}

static void test_stats_counts_the_head_of_a_stream(void **state)
{
	(void)state;
	for (int piped = 0; piped < 2; piped++) {
		struct report_run x;
		char bytes[32];

		begin(&x);
		x.b.stream = true;
		x.piped = piped;
		enter(&x, 0, 100);
		report_run(&x, "stats", &json);
		assert_int_equal(x.rc, 0);
		/* HOSTNAME, OSRELEASE, ARCH, SAMPLE_TIME, EVENT_DESC, and the end mark */
		assert_contains(x.out, "\"records\":{\"SAMPLE\":1,\"HEADER_ATTR\":2,"
				       "\"HEADER_TRACING_DATA\":1,\"HEADER_FEATURE\":6}");
		snprintf(bytes, sizeof(bytes), "\"bytes\":%zu,", x.b.out.len);
		assert_contains(x.out, bytes);
		report_end(&x);
	}
}

static void test_stats_has_no_times_where_nobody_took_any(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	enter(&x, 0, 0);
	enter(&x, 0, UINT64_MAX);
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"SAMPLE\":2");
	assert_contains(x.out, "\"first_ns\":null,\"last_ns\":null");
	report_end(&x);
}

static void test_stats_takes_times_of_events_that_have_them(void **state)
{
	struct report_run x = { 0 };
	const uint64_t without = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID;

	(void)state;
	rb_event(&x.b, 1, without, (uint64_t[]){ 5 }, 1)->type = PERF_TYPE_RAW;
	rb_event(&x.b, 1, RB_SAMPLE_TYPE, (uint64_t[]){ 6 }, 1)->type = PERF_TYPE_RAW;
	rb_sample(&x.b.data, &x.b.attrs[0], &(struct rb_values){ .id = 5, .pid = 1, .tid = 2 });
	rb_sample(&x.b.data, &x.b.attrs[1], &(struct rb_values){ .id = 6, .time = 500 });
	rb_sample(&x.b.data, &x.b.attrs[0], &(struct rb_values){ .id = 5, .pid = 1, .tid = 2 });
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"#0\":2,\"#1\":1}");
	assert_contains(x.out, "\"first_ns\":500,\"last_ns\":500");
	report_end(&x);
}

static void test_stats_takes_no_0_for_a_time(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	enter(&x, 0, 0);
	enter(&x, 0, 77);
	enter(&x, 0, UINT64_MAX);
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"first_ns\":77,\"last_ns\":77");
	report_end(&x);
}

static void test_stats_adds_events_of_the_same_name(void **state)
{
	struct report_run x = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		rb_event(&x.b, i == 1 ? RB_CONFIG_EXIT : RB_CONFIG_ENTER, RB_SAMPLE_TYPE, &i, 1);
	for (uint64_t i = 0; i < 3; i++)
		x.b.ids[i][0] = 100 + i;
	rb_tracing(rb_feature(&x.b, FEATURE_TRACING_DATA));
	for (uint64_t i = 0; i < 9; i++)
		enter(&x, 100 + i % 3, 50);
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"samples_by_event\":{\"raw_syscalls:sys_enter\":6,"
			       "\"raw_syscalls:sys_exit\":3}");
	report_end(&x);
}

static void test_stats_counts_samples_of_unknown_events_and_short_ones(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	enter(&x, 4711, 50);
	rb_record(&x.b.data, PERF_RECORD_SAMPLE, 0, NULL, 0); /* no id: it is the first event's */
	rb_record(&x.b.data, PERF_RECORD_SAMPLE, 0, (uint64_t[]){ RB_ID_EXIT }, 8);
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"SAMPLE\":3");
	assert_contains(x.out, "\"raw_syscalls:sys_enter\":1,\"raw_syscalls:sys_exit\":1}");
	assert_contains(x.out, "\"first_ns\":null");
	assert_contains(x.said, "1 samples belong to no known event");
	report_end(&x);
}

/* Also where the raw bytes have no fixed place: behind a call chain. */
static void test_stats_tells_of_samples_that_are_cut(void **state)
{
	const uint64_t chain[] = { 1, 2, 3 };
	struct report_run x = { 0 };

	(void)state;
	for (int with_chain = 0; with_chain < 2; with_chain++) {
		struct rb_values v = { .time = 5, .raw = "12345678", .raw_len = 8 };

		v.callchain = chain;
		v.nr_callchain = 3;
		rb_event(&x.b, 1, RB_SAMPLE_TYPE | (with_chain ? PERF_SAMPLE_CALLCHAIN : 0),
			 (uint64_t[]){ 0 }, 1)
			->type = PERF_TYPE_RAW;
		for (int i = 0; i < 8; i++) {
			rb_sample(&x.b.data, &x.b.attrs[0], &v);
			/* The raw bytes and their size are last: too many, or so many that cannot be. */
			if (i % 3 == 1)
				*(uint32_t *)(x.b.data.data + x.b.data.len - 16) = i == 1 ? 20 : 8;
		}
		report_run(&x, "stats", &json);
		assert_contains(x.out, "\"SAMPLE\":8}");
		assert_contains(x.said, "3 samples do not have the size");
		report_end(&x);
	}
}

static void test_stats_prints_what_came_before_damage(void **state)
{
	static const enum out_format formats[] = { OUT_TABLE, OUT_CSV, OUT_JSON };
	static const char *const partial[] = { "\nThis is not all", "total,complete,0\n",
					       "\"complete\":false" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct report_run x;

		begin(&x);
		enter(&x, 0, 100);
		enter(&x, 0, 101);
		rb_filler(&x.b.data, PERF_RECORD_SAMPLE, 7);
		report_run(&x, "stats", &(struct report_opts){ .format = formats[i] });
		assert_int_equal(x.rc, -1);
		assert_int_equal(x.err.code, ERR_DATA);
		assert_contains(x.out, partial[i]);
		assert_contains(x.out, "raw_syscalls:sys_enter");
		report_end(&x);
	}
}

static void test_stats_tells_loss_by_the_exact_account(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_lost(&x.b.data, &x.b.attrs[0], RB_ID_EXIT, 10, &(struct rb_values){ .time = 5 });
	rb_lost_samples(&x.b.data, &x.b.attrs[0], 12, &(struct rb_values){ .id = RB_ID_ENTER });
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"lost\":12,");
	assert_contains(x.out, "\"records\":{\"LOST\":1,\"LOST_SAMPLES\":1}");
	report_end(&x);
}

static void test_stats_tells_loss_of_an_unknown_event(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_lost(&x.b.data, &x.b.attrs[0], RB_ID_EXIT, 7, &(struct rb_values){ .time = 5 });
	rb_lost_samples(&x.b.data, &x.b.attrs[0], 7, &(struct rb_values){ .id = 899 });
	report_run(&x, "stats", &json);
	assert_contains(x.out, "\"lost\":7,");
	report_end(&x);
}

static void test_stats_escapes_names(void **state)
{
	struct report_run x = { 0 };

	(void)state;
	rb_event(&x.b, 1, RB_SAMPLE_TYPE, (uint64_t[]){ 5 }, 1)->type = PERF_TYPE_RAW;
	rb_round(&x.b.data);
	rb_event_desc(&x.b, (const char *[]){ "a\x1b[31m\xc2\x9b\xff,\"" });
	report_run(&x, "stats", &(struct report_opts){ .format = OUT_TABLE });
	assert_contains(x.out, "\na\\x1b[31m\\xc2\\x9b\\xff,\"");
	report_end(&x);
}

/* A group of two: each sample has the counters of both. */
static void group(struct report_run *x)
{
	const uint64_t type = RB_SAMPLE_TYPE | PERF_SAMPLE_READ, ids[] = { 100, 200 };
	static const uint64_t counters[][2] = { { 1, 5 }, { 2, 5 }, { 3, 6 }, { 3, 7 } };

	memset(x, 0, sizeof(*x));
	for (int i = 0; i < 2; i++)
		rb_event(&x->b, i, type, &ids[i], 1)->read_format =
			PERF_FORMAT_GROUP | PERF_FORMAT_ID;
	for (uint64_t i = 0; i < ARRAY_SIZE(counters); i++) {
		const uint64_t read[] = { 2, counters[i][0], 100, counters[i][1], 200 };

		rb_sample(&x->b.data, &x->b.attrs[0],
			  &(struct rb_values){ .id = 100,
					       .pid = 7,
					       .tid = 7,
					       .time = 1000 + i,
					       .read = read,
					       .nr_read = ARRAY_SIZE(read) });
	}
}

static void check_group(const char *events, const char *time, const char *expected)
{
	const struct report_opts o = {
		.format = OUT_JSON, .filter = { .events = (char *)events, .time = (char *)time }
	};
	struct report_run x;

	group(&x);
	report_run(&x, "stats", &o);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, expected);
	report_end(&x);
}

static void test_stats_counts_a_group_for_each_member_that_has_grown(void **state)
{
	(void)state;
	check_group(NULL, NULL, "\"SAMPLE\":4},\"samples_by_event\":{\"#0\":3,\"#1\":3}");
}

static void test_stats_filters_a_group_by_member(void **state)
{
	(void)state;
	check_group("#1", NULL, "\"SAMPLE\":3},\"samples_by_event\":{\"#0\":0,\"#1\":3}");
	check_group("#0", NULL, "\"SAMPLE\":4},\"samples_by_event\":{\"#0\":3,\"#1\":0}");
}

/* Not everything that a counter has counted so far. */
static void test_stats_sees_growth_across_what_is_filtered_out(void **state)
{
	(void)state;
	check_group(NULL, "0.000001001,0.000001001",
		    "\"SAMPLE\":1},\"samples_by_event\":{\"#0\":1,\"#1\":0}");
}

/* With a filter, which sees the sample first, and without; and the next ones of its size are whole. */
static void test_stats_tells_of_samples_of_a_group_that_are_cut(void **state)
{
	const struct report_opts filtered = { .format = OUT_JSON, .filter = { .events = "#1" } };
	struct report_run x;

	(void)state;
	for (int by_event = 0; by_event < 2; by_event++) {
		struct perf_event_header *rec;

		group(&x);
		rec = (struct perf_event_header *)x.b.data.data;
		*(uint64_t *)((char *)rec + rec->size - 6 * 8) = 200; /* counters, it says */
		report_run(&x, "stats", by_event ? &filtered : &json);
		assert_contains(x.out,
				by_event
					? "\"SAMPLE\":3},\"samples_by_event\":{\"#0\":0,\"#1\":3}"
					: "\"SAMPLE\":4},\"samples_by_event\":{\"#0\":3,\"#1\":3}");
		assert_contains(x.said, "1 samples do not have the size");
		report_end(&x);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stats_counts_records_samples_bytes_and_times),
		cmocka_unit_test(test_stats_names_the_host_in_json),
		cmocka_unit_test(test_stats_tells_bytes),
		cmocka_unit_test(test_stats_counts_many_kinds_that_alternate),
		cmocka_unit_test(test_stats_counts_unknown_types_by_number),
		cmocka_unit_test(test_stats_bounds_the_number_of_types),
		cmocka_unit_test(test_stats_counts_the_head_of_a_stream),
		cmocka_unit_test(test_stats_has_no_times_where_nobody_took_any),
		cmocka_unit_test(test_stats_takes_times_of_events_that_have_them),
		cmocka_unit_test(test_stats_takes_no_0_for_a_time),
		cmocka_unit_test(test_stats_adds_events_of_the_same_name),
		cmocka_unit_test(test_stats_counts_samples_of_unknown_events_and_short_ones),
		cmocka_unit_test(test_stats_tells_of_samples_that_are_cut),
		cmocka_unit_test(test_stats_prints_what_came_before_damage),
		cmocka_unit_test(test_stats_tells_loss_by_the_exact_account),
		cmocka_unit_test(test_stats_tells_loss_of_an_unknown_event),
		cmocka_unit_test(test_stats_escapes_names),
		cmocka_unit_test(test_stats_counts_a_group_for_each_member_that_has_grown),
		cmocka_unit_test(test_stats_filters_a_group_by_member),
		cmocka_unit_test(test_stats_sees_growth_across_what_is_filtered_out),
		cmocka_unit_test(test_stats_tells_of_samples_of_a_group_that_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
