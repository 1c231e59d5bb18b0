#include "tests/unit/unit.h"

#include "common/io.h"
#include "gen/python.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tp_table table;
static struct buf out;
static char dir[] = "/tmp/test_gen_python.XXXXXX";
static char path[sizeof(dir) + 16];

static void load(const struct tracing_format *formats, uint32_t nr)
{
	const struct tracing t = { .long_size = 8,
				   .formats = (struct tracing_format *)formats,
				   .nr_formats = nr };
	struct err err;

	if (tp_table_init(&table, &t, "x", &err))
		fail_test("%s", err.text);
}

/* One event sys:ev with @fields, "TYPE NAME" each, of 4 bytes; @print is its print fmt. */
static void load_event(const char *const *fields, size_t nr, const char *print)
{
	struct buf text = { 0 };
	struct tracing_format f;

	buf_printf(&text, "name: ev\nID: 7\nformat:\n\n");
	for (size_t i = 0; i < nr; i++)
		buf_printf(&text, "\tfield:%s;\toffset:8;\tsize:4;\tsigned:%d;\n", fields[i],
			   !strncmp(fields[i], "int ", 4));
	buf_printf(&text, "\nprint fmt: \"\"%s\n", print);
	f = (struct tracing_format){ "sys", (char *)text.data, text.len };
	load(&f, 1);
	buf_release(&text);
}

static const char *generate(void)
{
	buf_release(&out);
	assert_int_equal(gen_python(&out, &table, NULL), 0);
	buf_add(&out, "", 1);
	return (char *)out.data;
}

static int teardown(void **state)
{
	(void)state;
	tp_table_release(&table);
	buf_release(&out);
	unlink(path);
	return 0;
}

/* Blanks and new lines in a row become one blank: where lines are broken is a test of its own. */
static void squeeze(char *text)
{
	char *to = text;

	for (char *c = text; *c; c++)
		if (!strchr(" \n", *c))
			*to++ = *c;
		else if (to == text || to[-1] != ' ')
			*to++ = ' ';
	*to = 0;
}

static void assert_generates(const char *part)
{
	char *text, *expected = strdup(part);

	generate();
	text = (char *)out.data;
	squeeze(text);
	squeeze(expected);
	if (!strstr(text, expected))
		fail_test("%s\nis not in\n%s", expected, strstr(text, "def sys") ?: text);
	free(expected);
}

static void test_gen_without_tracepoints_gives_the_fixed_parts(void **state)
{
	const char *text = generate();

	(void)state;
	assert_contains(text, "def trace_begin():\n    print(\"in trace_begin\")\n");
	assert_contains(text, "def trace_end():\n    print(\"in trace_end\")\n");
	assert_contains(text, "def trace_unhandled(event_name, context, event_fields_dict, "
			      "perf_sample_dict):");
	assert_contains(text, "def print_header(event_name, cpu, secs, nsecs, pid, comm):");
	assert_contains(text, "def get_dict_as_string(");
	assert_contains(text, "from perf_trace_context import *\nfrom Core import *\n");
	assert_null(strstr(text, "HANDLERS"));
	assert_null(strstr(text, "def sys"));
}

static void test_gen_gives_perfs_parameters_and_a_line_of_values(void **state)
{
	static const char *const fields[] = { "int id", "unsigned long args[6]" };

	(void)state;
	load_event(fields, 2, "");
	assert_generates("def sys__ev(event_name, context, common_cpu, common_secs, common_nsecs, "
			 "common_pid,\n"
			 "        common_comm, common_callchain, id, args, perf_sample_dict):\n"
			 "    print_header(event_name, common_cpu, common_secs, common_nsecs,\n"
			 "                 common_pid, common_comm)\n"
			 "    print(\"id=%d, args=%s\" % (\n"
			 "          id, args))\n"
			 "    print_callchain(common_callchain)\n");
}

static void test_gen_shows_every_kind_of_field_as_perf_does(void **state)
{
	static const char *const fields[] = { "int i",
					      "unsigned u",
					      "char c[16]",
					      "void * p",
					      "__data_loc char[] d",
					      "__data_loc cpumask_t m",
					      "u64 l[4]",
					      "bool b" };

	(void)state;
	load_event(fields, ARRAY_LEN(fields), "");
	assert_generates("\"i=%d, u=%u, c=%s, p=%u, d=%s, m=%u, l=%s, b=%u\"");
}

static void test_gen_names_flags_and_symbols(void **state)
{
	static const char *const fields[] = { "int f", "int s", "int both", "int n" };

	(void)state;
	load_event(fields, 4,
		   ", __print_flags(REC->f, \"|\", { 1, \"A\" }), __print_symbolic(REC->s, { 1, "
		   "\"A\" }), __print_flags(REC->both, \"|\", { 1, \"A\" }), "
		   "__print_symbolic(REC->both, { 1, \"A\" })");
	assert_generates("f=%s, s=%s, both=%s, n=%d");
	assert_generates("flag_str(\"sys__ev\", \"f\", f), symbol_str(\"sys__ev\", \"s\", s)");
	assert_generates("flag_str(\"sys__ev\", \"both\", both)");
}

static void test_gen_makes_a_tuple_of_one_value(void **state)
{
	static const char *const fields[] = { "int x" };

	(void)state;
	load_event(fields, 1, "");
	assert_generates("    print(\"x=%d\" % (\n          x,))\n");
}

static void test_gen_prints_a_line_for_an_event_without_fields(void **state)
{
	(void)state;
	load_event(NULL, 0, "");
	assert_generates("common_callchain, perf_sample_dict):\n");
	assert_generates("    print()\n    print_callchain(common_callchain)\n");
}

static void test_gen_renames_what_python_would_not_take(void **state)
{
	static const char *const fields[] = { "int from",  "int context", "int pass",
					      "int from_", "int print",	  "int match" };

	(void)state;
	load_event(fields, ARRAY_LEN(fields), "");
	assert_generates("common_callchain, from__, context_, pass_, from_, print_,\n"
			 "        match, perf_sample_dict):");
	assert_generates("from=%d, context=%d, pass=%d, from_=%d, print=%d, ");
	assert_generates("          from__, context_, pass_, from_, print_, ");
}

static void test_gen_makes_a_function_name_of_a_system_with_a_dash(void **state)
{
	static const char text[] = "name: ev\nID: 1\nformat:\n\n\n";
	const struct tracing_format f = { "my-sys", text, strlen(text) };

	(void)state;
	load(&f, 1);
	assert_generates("def my_sys__ev(");
	assert_generates("globals()[\"my-sys__ev\"] = my_sys__ev\n");
}

static void test_gen_sorts_handlers_by_id(void **state)
{
	static const char b[] = "name: b\nID: 2\nformat:\n\n\n",
			  a[] = "name: a\nID: 1\nformat:\n\n\n";
	const struct tracing_format f[] = { { "x", b, strlen(b) }, { "y", a, strlen(a) } };
	const char *text;

	(void)state;
	load(f, 2);
	text = generate();
	assert_non_null(strstr(text, "def x__b("));
	assert_true(strstr(text, "def y__a(") < strstr(text, "def x__b("));
}

static void test_gen_keeps_lines_within_100_columns(void **state)
{
	const char *fields[60];
	char names[60][64];
	size_t column = 0;

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(names[i], sizeof(names[i]), "int field_number_%d_%.*s", i, i % 17,
			 "abcdefghijklmnopq");
		fields[i] = names[i];
	}
	load_event(fields, 60, ", __print_flags(REC->field_number_3_abc, \"|\", { 1, \"A\" })");
	for (const char *c = generate(); *c; c++) {
		column = *c == '\n' ? 0 : column + 1;
		assert_in_range(column, 0, 100);
	}
}

/* ---- files ---- */

static char *slurp(void)
{
	size_t len;
	char *text = io_slurp(path, 1 << 20, &len);

	assert_non_null(text);
	return text;
}

static void spill(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_gen_file_is_written_and_left_alone_when_it_is_the_same(void **state)
{
	struct stat before, after;
	struct err err;
	bool wrote;
	char *text;

	(void)state;
	load_event(NULL, 0, "");
	assert_int_equal(gen_python_file(path, &table, false, &wrote, &err), 0);
	assert_true(wrote);
	text = slurp();
	assert_string_equal(text, generate());
	free(text);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(gen_python_file(path, &table, false, &wrote, &err), 0);
	assert_false(wrote);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void test_gen_file_does_not_overwrite_a_file_that_differs(void **state)
{
	struct err err;
	bool wrote;
	char *text;

	(void)state;
	load_event(NULL, 0, "");
	spill("mine");
	assert_int_equal(gen_python_file(path, &table, false, &wrote, &err), -1);
	assert_int_equal(err_status(&err), 1);
	assert_contains(err.text, "-f");
	text = slurp();
	assert_string_equal(text, "mine");
	free(text);
}

static void test_gen_file_overwrites_by_force_and_keeps_the_mode(void **state)
{
	struct stat st;
	struct err err;
	bool wrote;
	char *text;

	(void)state;
	load_event(NULL, 0, "");
	spill("mine");
	assert_int_equal(chmod(path, 0750), 0);
	assert_int_equal(gen_python_file(path, &table, true, &wrote, &err), 0);
	assert_true(wrote);
	text = slurp();
	assert_string_equal(text, generate());
	free(text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
}

static void test_gen_file_keeps_a_link_a_link(void **state)
{
	char link[sizeof(path) + 8];
	struct stat st;
	struct err err;
	bool wrote;

	(void)state;
	snprintf(link, sizeof(link), "%s.link", path);
	spill("mine");
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(gen_python_file(link, &table, true, &wrote, &err), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	unlink(link);
}

static void test_gen_file_says_why_it_cannot_write(void **state)
{
	struct err err;
	bool wrote;

	(void)state;
	assert_int_equal(gen_python_file("/nonexistent/x.py", &table, false, &wrote, &err), -1);
	assert_contains(err.text, "cannot write /nonexistent/x.py: No such file");
	assert_int_equal(gen_python_file(dir, &table, true, &wrote, &err), -1);
	assert_contains(err.text, "Is a directory");
	assert_int_equal(gen_python_file("/dev/full", &table, true, &wrote, &err), -1);
	assert_contains(err.text, "No space left");
}

static int setup_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/x.py", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_gen_without_tracepoints_gives_the_fixed_parts),
		TEST(test_gen_gives_perfs_parameters_and_a_line_of_values),
		TEST(test_gen_shows_every_kind_of_field_as_perf_does),
		TEST(test_gen_names_flags_and_symbols),
		TEST(test_gen_makes_a_tuple_of_one_value),
		TEST(test_gen_prints_a_line_for_an_event_without_fields),
		TEST(test_gen_renames_what_python_would_not_take),
		TEST(test_gen_makes_a_function_name_of_a_system_with_a_dash),
		TEST(test_gen_sorts_handlers_by_id),
		TEST(test_gen_keeps_lines_within_100_columns),
		TEST(test_gen_file_is_written_and_left_alone_when_it_is_the_same),
		TEST(test_gen_file_does_not_overwrite_a_file_that_differs),
		TEST(test_gen_file_overwrites_by_force_and_keeps_the_mode),
		TEST(test_gen_file_keeps_a_link_a_link),
		TEST(test_gen_file_says_why_it_cannot_write),
	};

	return cmocka_run_group_tests(tests, setup_dir, remove_dir);
}
