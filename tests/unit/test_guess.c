#include "tests/unit/unit.h"

#include "common/guess.h"
#include "tests/unit/recbuild.h"

struct fixture {
	struct rb_file b;
	struct perf_file f;
	struct err err;
	uint32_t nr;
};

/* sys_enter, sys_exit and a third event, none of them described. */
static void begin(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	rb_event(&x->b, 300, RB_SAMPLE_TYPE, (uint64_t[]){ 3001 }, 1);
	for (unsigned bit = 0; bit < FEATURE_MAX; bit++)
		x->b.features[bit].present = false;
}

static void other(struct fixture *x, uint32_t raw_len)
{
	uint16_t raw[64] = { 300 };

	rb_sample(&x->b.data, &x->b.attrs[2],
		  &(struct rb_values){
			  .tid = 7, .time = 10, .id = 3001, .raw = raw, .raw_len = raw_len });
}

static void run(struct fixture *x)
{
	assert_int_equal(file_open(&x->f, rb_path(&x->b), &x->err), 0);
	assert_int_equal(x->f.tps.nr, 0);
	assert_int_equal(guess_formats(&x->f, &x->nr, &x->err), 0);
}

static void end(struct fixture *x)
{
	file_close(&x->f);
	rb_release(&x->b);
}

static void test_guess_knows_system_calls_by_their_records(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 5 }, 39);
	rb_exit(&x.b, &(struct rb_values){ .tid = 7, .time = 6 }, 39, 0);
	run(&x);
	assert_int_equal(x.nr, 2);
	assert_string_equal(x.f.events[0].name, "raw_syscalls:sys_enter");
	assert_string_equal(x.f.events[1].name, "raw_syscalls:sys_exit");
	assert_non_null(tp_find_field(x.f.events[0].tp, "args"));
	assert_non_null(tp_find_field(x.f.events[1].tp, "ret"));
	assert_null(x.f.events[2].tp);
	end(&x);
}

/* Of the table without an entry nothing is left over, which is for ASan to see. */
static void test_guess_replaces_formats_that_are_none(void **state)
{
	const struct tracing none = { .long_size = sizeof(long),
				      .page_size = 4096,
				      .header_page = "" };
	struct fixture x;

	(void)state;
	begin(&x);
	rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 5 }, 39);
	x.b.features[FEATURE_TRACING_DATA].body.len = 0;
	tracing_write(rb_feature(&x.b, FEATURE_TRACING_DATA), &none);
	run(&x);
	assert_null(x.f.no_formats);
	assert_int_equal(x.nr, 1);
	assert_string_equal(x.f.events[0].name, "raw_syscalls:sys_enter");
	end(&x);
}

static void test_guess_leaves_what_looks_different(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 5 }, 39);
	other(&x, 36);
	other(&x, 52);
	run(&x);
	assert_int_equal(x.nr, 1); /* of sys_exit there is no sample */
	assert_null(x.f.events[1].tp);
	assert_null(x.f.events[2].tp);
	assert_string_equal(x.f.events[2].name, "#2");
	assert_int_equal(x.f.tps.nr, 1);
	end(&x);
	/* One that has the size, but the number of no call. */
	begin(&x);
	for (int64_t nr = 0; nr < 3; nr++)
		rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 5 }, nr ? nr : -5);
	run(&x);
	assert_int_equal(x.nr, 0);
	assert_int_equal(x.f.tps.nr, 0);
	end(&x);
}

static void test_guess_takes_a_file_without_samples(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_round(&x.b.data);
	run(&x);
	assert_int_equal(x.nr, 0);
	end(&x);
	begin(&x);
	buf_add_zero(&x.b.data, 64); /* damage is told by whoever reads it */
	run(&x);
	assert_int_equal(x.nr, 0);
	end(&x);
}

/* What perf writes in front of the first sample can be long. */
static void test_guess_looks_behind_what_is_in_front(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	for (int i = 0; i < 20000; i++)
		rb_comm(&x.b.data, &x.b.attrs[0], i, i, "name", &(struct rb_values){ 0 });
	rb_enter(&x.b, &(struct rb_values){ .tid = 7, .time = 5 }, 39);
	run(&x);
	assert_int_equal(x.nr, 1);
	end(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guess_knows_system_calls_by_their_records),
		cmocka_unit_test(test_guess_replaces_formats_that_are_none),
		cmocka_unit_test(test_guess_leaves_what_looks_different),
		cmocka_unit_test(test_guess_takes_a_file_without_samples),
		cmocka_unit_test(test_guess_looks_behind_what_is_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
