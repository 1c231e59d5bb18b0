#include "tests/unit/unit.h"

#include "tests/unit/report.h"

static const struct report_opts text = { .format = OUT_TABLE, .info = true };
static const struct report_opts json = { .format = OUT_JSON };

static void begin(struct report_run *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	rb_add_pair(rb_feature(&x->b, FEATURE_NRCPUS), 4, 2);
	rb_enter(&x->b, &(struct rb_values){ .tid = 7, .time = 100 }, 39);
}

static void add_numa(struct report_run *x, uint32_t nodes)
{
	struct buf *numa = rb_feature(&x->b, FEATURE_NUMA_TOPOLOGY);

	buf_add_u32(numa, nodes);
	buf_add_u32(numa, 0);
	rb_add_words(numa, (uint64_t[]){ 100, 50 }, 2);
	rb_str(numa, "0-3");
}

static void test_header_prints_features_of_files_and_streams(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		struct report_run x;

		begin(&x);
		add_numa(&x, 1);
		x.b.stream = form >= 2;
		x.b.of_rec = form == 1;
		x.piped = form % 2;
		report_run(&x, "header", &text);
		assert_int_equal(x.rc, 0);
		assert_string_equal(x.said, "");
		assert_contains(x.out, "# hostname : box\n# os release : 6.1.0-test\n");
		assert_contains(x.out, "# nrcpus online : 2\n# nrcpus avail : 4\n");
		assert_contains(x.out, "# node0 cpu list : 0-3\n");
		assert_contains(x.out,
				"# event : name = raw_syscalls:sys_enter, , id = { 1001, 1002 }, "
				"type = 2, size = 112, config = 0x1bb, ");
		report_end(&x);
	}
}

static void test_header_reads_no_records(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	buf_add_zero(&x.b.data, 64); /* damage that the header does not care for */
	report_run(&x, "header", &text);
	assert_int_equal(x.rc, 0);
	report_end(&x);
}

static void test_header_of_an_unfinished_recording_is_the_copy(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	x.b.unfinished = true;
	report_run(&x, "header", &text);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "# hostname : box\n");
	assert_contains(x.out, "# data size      : 0\n");
	assert_contains(x.said, "the recording was not finished");
	report_end(&x);
}

static void test_header_leaves_a_damaged_feature_out(void **state)
{
	static const struct report_opts *const forms[] = { &text, &json };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct report_run x;
		char expected[128];

		begin(&x);
		add_numa(&x, 4000000000u);
		rb_finish(&x.b);
		report_run(&x, "header", forms[i]);
		snprintf(expected, sizeof(expected),
			 ": offset %#lx: the feature NUMA_TOPOLOGY has no room for as many as it "
			 "says; it is left out",
			 (long)x.b.body_off[FEATURE_NUMA_TOPOLOGY]);
		assert_int_equal(x.rc, -1);
		assert_int_equal(x.err.code, ERR_DATA);
		assert_contains(x.err.text, expected);
		assert_string_equal(x.said, "");
		assert_contains(x.out, "box");
		assert_null(strstr(x.out, forms[i] == &text ? "node0" : "numa_nodes"));
		report_end(&x);
	}
}

/* main() prints the last. */
static void test_header_has_a_line_for_each_damage(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	buf_add_u32(rb_feature(&x.b, FEATURE_CPUDESC), 0);
	buf_add_u32(rb_feature(&x.b, FEATURE_TOTAL_MEM), 0);
	buf_add_u32(rb_feature(&x.b, FEATURE_CLOCKID), 0);
	report_run(&x, "header", &json);
	assert_int_equal(x.rc, -1);
	assert_contains(x.said, "the feature CPUDESC has a string of an impossible length");
	assert_contains(x.said, "the feature TOTAL_MEM ends too early");
	assert_contains(x.err.text, "the feature CLOCKID ends too early");
	assert_contains(x.out, "\"damaged_features\":[\"CPUDESC\",\"TOTAL_MEM\",\"CLOCKID\"]");
	report_end(&x);
}

static void test_header_says_when_the_table_lies(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	/* The second entry is HOSTNAME's. */
	rb_poke_u64(&x.b, x.b.table_off + 16, x.b.out.len + 1);
	report_run(&x, "header", &text);
	assert_int_equal(x.rc, -1);
	assert_contains(x.err.text, "has no place in the file for HOSTNAME; what");
	assert_null(strstr(x.out, "hostname"));
	assert_contains(x.out, "# os release : 6.1.0-test\n");
	report_end(&x);
}

static void test_header_topology_needs_the_number_of_cpus(void **state)
{
	(void)state;
	for (int lies = 0; lies < 2; lies++) {
		struct report_run x;
		struct buf *body;

		begin(&x);
		body = rb_feature(&x.b, FEATURE_CPU_TOPOLOGY);
		buf_add_u32(body, 1);
		rb_str(body, "0-3");
		buf_add_u32(body, 0);
		for (uint32_t cpu = 0; cpu < 4; cpu++)
			rb_add_pair(body, cpu, 0);
		if (lies)
			memcpy(x.b.features[FEATURE_NRCPUS].body.data, &(uint32_t){ 1 << 20 }, 4);
		report_run(&x, "header", &text);
		assert_int_equal(x.rc, lies ? -1 : 0);
		if (lies)
			assert_contains(x.err.text, "CPU_TOPOLOGY");
		else
			assert_contains(x.out, "# CPU 3: Core ID 3, Socket ID 0\n");
		report_end(&x);
	}
}

static void test_header_topology_without_the_number_of_cpus_has_its_lists(void **state)
{
	struct report_run x;
	struct buf *body;

	(void)state;
	begin(&x);
	x.b.features[FEATURE_NRCPUS].present = false;
	buf_release(&x.b.features[FEATURE_NRCPUS].body);
	body = rb_feature(&x.b, FEATURE_CPU_TOPOLOGY);
	buf_add_u32(body, 1);
	rb_str(body, "0-3");
	buf_add_u32(body, 0);
	for (uint32_t cpu = 0; cpu < 4; cpu++)
		rb_add_pair(body, cpu, 0);
	report_run(&x, "header", &text);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "# sibling sockets : 0-3\n");
	assert_null(strstr(x.out, "# CPU 0:"));
	report_end(&x);
}

static void test_header_shows_details_when_asked_to(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	add_numa(&x, 1);
	report_run(&x, "header", &(struct report_opts){ .format = OUT_TABLE });
	assert_contains(x.out, "# NUMA_TOPOLOGY info available, use -I to display\n");
	assert_null(strstr(x.out, "node0"));
	report_end(&x);
}

static void test_header_knows_flags_without_a_body(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_feature(&x.b, FEATURE_BRANCH_STACK);
	rb_feature(&x.b, FEATURE_STAT);
	report_run(&x, "header", &text);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "# contains samples with branch stack\n");
	assert_contains(x.out, "# contains stat data\n");
	report_end(&x);
}

static void test_header_prints_names_escaped(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	buf_release(&x.b.features[FEATURE_HOSTNAME].body);
	rb_str(rb_feature(&x.b, FEATURE_HOSTNAME), "a\x1b]0;b\x07\xc3\xa4\xff");
	report_run(&x, "header", &text);
	assert_contains(x.out, "# hostname : a\\x1b]0;b\\x07\xc3\xa4\\xff\n");
	report_end(&x);
}

static void test_header_says_what_it_does_not_know(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	rb_str(rb_feature(&x.b, (enum feature)60), "from the future");
	report_run(&x, "header", &json);
	assert_int_equal(x.rc, 0);
	assert_contains(x.out, "\"EVENT_DESC\",\"SAMPLE_TIME\",\"#60\"]");
	report_end(&x);
}

static void test_header_has_no_csv(void **state)
{
	struct report_run x;

	(void)state;
	begin(&x);
	report_run(&x, "header", &(struct report_opts){ .format = OUT_CSV });
	assert_int_equal(x.rc, -1);
	assert_int_equal(x.err.code, ERR_USAGE);
	report_end(&x);
}

static void test_events_has_fields_of_new_kernels(void **state)
{
	struct report_run x = { 0 };
	struct perf_event_attr *attr;

	(void)state;
	attr = rb_event(&x.b, 5, RB_SAMPLE_TYPE, (uint64_t[]){ 7 }, 1);
	attr->type = PERF_TYPE_RAW;
	attr->size = 112;
	memcpy((char *)attr + 44, "\x40", 1); /* defer_callchain: bit 38 */
	report_run(&x, "events", &(struct report_opts){ .format = OUT_TABLE });
	assert_int_equal(x.rc, 0);
	assert_contains(x.out,
			"#0: type: 4, size: 112, config: 0x5, { sample_period, sample_freq }: 1, ");
	assert_contains(x.out, ", sample_id_all: 1, defer_callchain: 1\n");
	report_end(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_prints_features_of_files_and_streams),
		cmocka_unit_test(test_header_reads_no_records),
		cmocka_unit_test(test_header_of_an_unfinished_recording_is_the_copy),
		cmocka_unit_test(test_header_leaves_a_damaged_feature_out),
		cmocka_unit_test(test_header_has_a_line_for_each_damage),
		cmocka_unit_test(test_header_says_when_the_table_lies),
		cmocka_unit_test(test_header_topology_needs_the_number_of_cpus),
		cmocka_unit_test(test_header_topology_without_the_number_of_cpus_has_its_lists),
		cmocka_unit_test(test_header_shows_details_when_asked_to),
		cmocka_unit_test(test_header_knows_flags_without_a_body),
		cmocka_unit_test(test_header_prints_names_escaped),
		cmocka_unit_test(test_header_says_what_it_does_not_know),
		cmocka_unit_test(test_header_has_no_csv),
		cmocka_unit_test(test_events_has_fields_of_new_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
