#include "tests/unit/unit.h"

#include "report/fields.h"
#include "report/raretext.h"
#include "tests/unit/report.h"

#define SAMPLED (PERF_SAMPLE_TID | PERF_SAMPLE_TIME)

static char line[4096];

static struct text empty_line(void)
{
	return (struct text){ .start = line, .at = line, .end = line + sizeof(line) - 1 };
}

/* What was appended. */
static const char *done(struct text *t)
{
	*t->at = 0;
	return t->start;
}

/* As of -F @text; at is to be freed. */
static struct opt_words one_word(const char *text)
{
	struct opt_words words = { .nr = 1 };

	words.at = calloc(1, sizeof(*words.at));
	words.at->word = text;
	return words;
}

/* A software event with the sample @v; printed with the fields @words. */
static void print(struct report_run *x, uint64_t sample_type, const struct rb_values *v,
		  uint32_t cut, const char *words)
{
	const struct report_opts o = { .fields = one_word(words) };
	struct perf_event_attr *attr;
	struct buf rec = { 0 };

	memset(x, 0, sizeof(*x));
	attr = rb_event(&x->b, PERF_COUNT_SW_CPU_CLOCK, sample_type, (uint64_t[]){ 1 }, 1);
	attr->type = PERF_TYPE_SOFTWARE;
	attr->sample_regs_user = attr->sample_regs_intr = 1 << 7 | 1 << 24;
	rb_sample(&rec, attr, v);
	((struct perf_event_header *)rec.data)->size -= cut;
	buf_add(&x->b.data, rec.data, rec.len - cut);
	buf_release(&rec);
	report_run(x, "print", &o);
	free(o.fields.at);
	assert_int_equal(x->rc, 0);
}

static void test_print_shows_registers_by_name_and_those_without(void **state)
{
	struct report_run x;
	const struct rb_values v = { .tid = 7, .time = 5, .regs_user_abi = 2 };

	(void)state;
	print(&x, SAMPLED | PERF_SAMPLE_REGS_USER, &v, 0, "uregs");
	assert_non_null(strstr(x.out, " ABI:2 "));
	assert_non_null(strstr(x.out, ":0x1007 unknown:0x1018 \n"));
	assert_string_equal(x.said, "");
	report_end(&x);
}

static void test_print_shows_no_registers_where_there_were_none(void **state)
{
	struct report_run x;
	const struct rb_values v = { .tid = 7, .time = 5 };

	(void)state;
	print(&x, SAMPLED | PERF_SAMPLE_REGS_USER, &v, 0, "uregs");
	assert_string_equal(x.out, "\n");
	report_end(&x);
}

/* The front of the sample is as good as ever. */
static void test_print_tells_samples_that_end_before_what_they_should_have(void **state)
{
	struct report_run x;
	const struct rb_values v = { .tid = 7, .time = 5, .weight = 9, .phys_addr = 8 };

	(void)state;
	print(&x, SAMPLED | PERF_SAMPLE_WEIGHT | PERF_SAMPLE_PHYS_ADDR, &v, 8,
	      "tid,weight,phys_addr");
	assert_string_equal(x.out, "    7                9               0\n");
	assert_contains(x.said, ": 1 samples are shorter than they should be; what they lack is "
				"shown as 0, or not\n");
	report_end(&x);
}

static void test_print_refuses_a_field_that_was_not_sampled(void **state)
{
	struct print_fields f;
	const struct opt_words words = one_word("comm,ins_lat");
	struct rb_file b = { 0 };
	struct perf_file file;
	struct err err;

	(void)state;
	rb_event(&b, 1, SAMPLED | PERF_SAMPLE_WEIGHT, (uint64_t[]){ 1 }, 1);
	rb_finish(&b);
	assert_int_equal(file_open(&file, rb_path(&b), &err), 0);
	assert_int_equal(print_fields_parse(&f, &words, &err), 0);
	assert_int_equal(print_fields_fit(&f, &file, false, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_contains(err.text, "have no latency, so ins_lat cannot be printed");
	free(words.at);
	file_close(&file);
	rb_release(&b);
}

static void test_bpf_output_reaches_no_terminal_as_it_is(void **state)
{
	struct rare_text r = { .terminal = true };
	struct text t = empty_line();

	(void)state;
	rare_add_bpf(&r, &t, "a\xff", 3);
	assert_string_equal(done(&t),
			    "\n      BPF output: 0000: 61 ff 00                 a\\xff.     \n"
			    "      BPF string: \"a\\xff\"\n");
}

static void test_data_source_is_padded_to_the_longest_so_far(void **state)
{
	struct rare_text r = { 0 };
	const uint64_t sources[] = { 0x60, 0 };
	size_t len[ARRAY_SIZE(sources)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		struct text t = empty_line();

		rare_add_access(&r, &t, &(struct rare){ .data_src = sources[i] }, FIELD_DATA_SRC);
		len[i] = strlen(done(&t));
	}
	assert_int_equal(len[1], len[0]);
}

/* More than perf's buffer holds it does not show. */
static void test_data_source_of_all_bits_is_cut(void **state)
{
	struct rare_text r = { 0 };
	struct text t = empty_line();

	(void)state;
	rare_add_access(&r, &t, &(struct rare){ .data_src = UINT64_MAX }, FIELD_DATA_SRC);
	assert_int_equal(strlen(done(&t)), 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print_shows_registers_by_name_and_those_without),
		cmocka_unit_test(test_print_shows_no_registers_where_there_were_none),
		cmocka_unit_test(test_print_tells_samples_that_end_before_what_they_should_have),
		cmocka_unit_test(test_print_refuses_a_field_that_was_not_sampled),
		cmocka_unit_test(test_bpf_output_reaches_no_terminal_as_it_is),
		cmocka_unit_test(test_data_source_is_padded_to_the_longest_so_far),
		cmocka_unit_test(test_data_source_of_all_bits_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
