#include "tests/unit/unit.h"

#include "tests/unit/report.h"

#define S 1000000000ull

/* A file that says what the time of day was, with one sample of the type @sample_type. */
static void begin(struct report_run *x, uint64_t sample_type)
{
	struct buf *clock = rb_feature(&x->b, FEATURE_CLOCK_DATA);

	rb_add_pair(clock, 1, 1);
	buf_add_u64(clock, 86400 * S);
	buf_add_u64(clock, 5 * S);
	rb_event(&x->b, 1, sample_type, (uint64_t[]){ 0 }, 1)->type = PERF_TYPE_RAW;
	rb_event_desc(&x->b, (const char *[]){ "cycles" });
	rb_sample(&x->b.data, &x->b.attrs[0], &(struct rb_values){ .tid = 7, .time = 6 * S });
	rb_round(&x->b.data);
}

static void print(struct report_run *x, uint64_t sample_type, const char *fields, bool wall)
{
	struct report_opts o = { .wall = wall };

	if (fields) {
		o.fields.at = calloc(1, sizeof(*o.fields.at));
		o.fields.at->word = fields;
		o.fields.nr = 1;
	}
	*x = (struct report_run){ 0 };
	begin(x, sample_type);
	report_run(x, "print", &o);
	free(o.fields.at);
}

static void test_print_tells_the_time_of_day(void **state)
{
	struct report_run x;

	(void)state;
	print(&x, PERF_SAMPLE_TID | PERF_SAMPLE_TIME, "tid,tod", false);
	assert_string_equal(x.out, "    7 1970-01-02 00:00:01.000000 \n");
	report_end(&x);
	print(&x, PERF_SAMPLE_TID | PERF_SAMPLE_TIME, "tid,time", true);
	assert_string_equal(x.out, "    7 1970-01-02 00:00:01.000000: \n");
	report_end(&x);
}

static void test_print_invents_no_time_of_day_for_samples_without_a_time(void **state)
{
	struct report_run x;

	(void)state;
	print(&x, PERF_SAMPLE_TID, "tid,tod", false);
	assert_int_equal(x.rc, -1);
	assert_int_equal(x.err.code, ERR_DATA);
	assert_contains(x.err.text, "samples of cycles have no time, so tod cannot be printed");
	assert_string_equal(x.out, "");
	report_end(&x);
	print(&x, PERF_SAMPLE_TID, NULL, true);
	assert_int_equal(x.rc, -1);
	assert_int_equal(x.err.code, ERR_DATA);
	assert_contains(x.err.text, ": option --wall: its samples have no time");
	report_end(&x);
	/* Who wants no time lacks none. */
	print(&x, PERF_SAMPLE_TID, "tid", true);
	assert_string_equal(x.out, "    7 \n");
	report_end(&x);
}

static int in_utc(void **state)
{
	(void)state;
	return setenv("TZ", "UTC", 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print_tells_the_time_of_day),
		cmocka_unit_test(test_print_invents_no_time_of_day_for_samples_without_a_time),
	};

	return cmocka_run_group_tests(tests, in_utc, NULL);
}
