#include "tests/unit/unit.h"

#include "common/perfdata.h"
#include "tests/unit/recbuild.h"

static char error[PERFDATA_ERROR_MAX];

static int count(void *arg, const struct perfdata_record *record)
{
	*(int *)arg += record->type == PERF_RECORD_SAMPLE;
	return 0;
}

static struct perfdata *open_file(struct rb_file *b)
{
	struct perfdata *p = perfdata_open(rb_path(b), error);

	if (!p)
		fail_test("%s", error);
	return p;
}

static void test_perfdata_says_how_many_samples_it_passed_over(void **state)
{
	(void)state;
	for (unsigned flags = 0; flags <= PERFDATA_ORDERED; flags++) {
		struct rb_file b = { 0 };
		struct perfdata *p;
		int nr = 0;

		rb_raw_syscalls(&b);
		rb_enter(&b, &(struct rb_values){ .tid = 1, .time = 100 }, 1);
		rb_record(&b.data, PERF_RECORD_SAMPLE, 0, (uint64_t[]){ RB_ID_ENTER }, 8);
		/* It ends inside its raw bytes. */
		rb_record(&b.data, PERF_RECORD_SAMPLE, 0,
			  (uint64_t[]){ RB_ID_ENTER, 7, 101, 0, 64 }, 40);
		rb_enter(&b, &(struct rb_values){ .tid = 1, .time = 102, .id = 4711 }, 1);
		p = open_file(&b);
		assert_int_equal(perfdata_malformed(p), 0);
		assert_int_equal(perfdata_read(p, flags, count, &nr, error), 0);
		assert_int_equal(nr, 2);
		assert_int_equal(perfdata_malformed(p), 2);
		perfdata_close(p);
		rb_release(&b);
	}
}

static void test_perfdata_refuses_flags_that_it_does_not_know(void **state)
{
	struct rb_file b = { 0 };
	struct perfdata *p;
	int nr = 0;

	(void)state;
	rb_raw_syscalls(&b);
	rb_enter(&b, &(struct rb_values){ .tid = 1, .time = 100 }, 1);
	p = open_file(&b);
	assert_int_equal(perfdata_read(p, PERFDATA_ORDERED | 2, count, &nr, error), -1);
	assert_contains(error, "flags 0x3");
	assert_int_equal(nr, 0);
	assert_int_equal(perfdata_read(p, PERFDATA_ORDERED, count, &nr, error), 0);
	assert_int_equal(nr, 1); /* which can still be read */
	perfdata_close(p);
	rb_release(&b);
}

/* The type of "id" is a long, for which the library has a bit of its own. */
static void test_perfdata_tells_of_a_field_what_its_header_documents(void **state)
{
	struct rb_file b = { 0 };
	struct perfdata *p;

	(void)state;
	rb_raw_syscalls(&b);
	rb_round(&b.data); /* without a record it would be an unfinished one */
	p = open_file(&b);
	assert_int_equal(perfdata_field(perfdata_event(p, 0), "id")->flags, PERFDATA_SIGNED);
	assert_int_equal(perfdata_field(perfdata_event(p, 0), "args")->flags, PERFDATA_ARRAY);
	perfdata_close(p);
	rb_release(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perfdata_says_how_many_samples_it_passed_over),
		cmocka_unit_test(test_perfdata_refuses_flags_that_it_does_not_know),
		cmocka_unit_test(test_perfdata_tells_of_a_field_what_its_header_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
