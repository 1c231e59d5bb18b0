#include "tests/unit/unit.h"

#include "common/io.h"
#include "common/ksyms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct formats_kernel running;

/* @line: "T NAME" and the end of the line. */
static uint64_t find_in(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	return at ? strtoull(at - strlen("ffffffff81000000 "), NULL, 16) : 0;
}

/* Where the running kernel is. */
static int find_kernel(void **state)
{
	size_t len;
	char *text = io_slurp("/proc/kallsyms", 256u << 20, &len);

	(void)state;
	running = (struct formats_kernel){ 0 };
	if (text) {
		running.start = find_in(text, "T _text\n");
		running.end = find_in(text, "T _etext\n");
		snprintf(running.symbol, sizeof(running.symbol), "_text");
	}
	free(text);
	return 0;
}

static void need_kernel(void)
{
	if (!running.start || !running.end) {
		print_message("SKIP: the kernel's addresses may not be seen\n");
		skip();
	}
}

static void test_ksyms_finds_what_an_address_lies_in(void **state)
{
	const struct ksym *sym, *again;
	struct ksyms k;

	(void)state;
	need_kernel();
	assert_int_equal(ksyms_read(&k, &running), 0);
	assert_true(k.nr > 1000);
	for (uint32_t i = 0; i + 1 < k.nr; i++) {
		assert_true(k.list[i].start < k.list[i].end);
		assert_true(k.list[i].start < k.list[i + 1].start);
	}
	sym = ksyms_find(&k, running.start);
	assert_int_equal(sym->start, running.start);
	again = ksyms_find(&k, sym->end - 1);
	assert_ptr_equal(again, sym);
	assert_null(ksyms_find(&k, 0));
	assert_null(ksyms_find(&k, 4096));
	ksyms_release(&k);
}

static void test_ksyms_has_no_names_for_another_kernel(void **state)
{
	struct formats_kernel other;
	struct ksyms k;

	(void)state;
	need_kernel();
	other = running;
	other.start += 1 << 21; /* moved, as at another boot */
	assert_int_equal(ksyms_read(&k, &other), 0);
	assert_null(ksyms_find(&k, running.start));
	ksyms_release(&k);
	other = running;
	other.end += 4096; /* another build */
	assert_int_equal(ksyms_read(&k, &other), 0);
	assert_null(ksyms_find(&k, running.start));
	ksyms_release(&k);
}

static void test_ksyms_has_no_names_when_the_recording_tells_of_no_kernel(void **state)
{
	struct ksyms k;

	(void)state;
	assert_int_equal(ksyms_read(&k, &(struct formats_kernel){ 0 }), 0);
	assert_int_equal(k.nr, 0);
	assert_null(ksyms_find(&k, UINT64_MAX));
	ksyms_release(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ksyms_finds_what_an_address_lies_in),
		cmocka_unit_test(test_ksyms_has_no_names_for_another_kernel),
		cmocka_unit_test(test_ksyms_has_no_names_when_the_recording_tells_of_no_kernel),
	};

	return cmocka_run_group_tests(tests, find_kernel, NULL);
}
