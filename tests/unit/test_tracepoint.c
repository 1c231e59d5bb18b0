#include "tests/unit/unit.h"

#include "common/buf.h"
#include "common/io.h"
#include "common/tracepoint.h"

#include <glob.h>
#include <stdlib.h>

#define COMMON                                                                 \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

#define HEAD "name: ev\nID: 7\nformat:\n" COMMON

/* Fields of the kinds there are, to build print formats on. */
#define FIELDS                                             \
	"\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n"  \
	"\tfield:u64 b;\toffset:16;\tsize:8;\tsigned:0;\n" \
	"\tfield:__data_loc char[] name;\toffset:24;\tsize:4;\tsigned:1;\n\n"

static struct tp_table table;
static struct err err;

static int init(const struct tracing_format *formats, uint32_t nr)
{
	const struct tracing t = { .long_size = 8,
				   .page_size = 4096,
				   .formats = (struct tracing_format *)formats,
				   .nr_formats = nr };

	err = (struct err){ 0 };
	return tp_table_init(&table, &t, "x.data", &err);
}

/* Is one of them left out, as @err says then? */
static bool refuses(const struct tracing_format *formats, uint32_t nr)
{
	uint32_t nr_bad;

	assert_int_equal(init(formats, nr), 0);
	nr_bad = table.nr_bad;
	assert_int_equal(table.nr + nr_bad, nr);
	assert_int_equal(nr_bad != 0, table.bad != NULL);
	if (table.bad)
		fail(&err, ERR_DATA, "%s", table.bad);
	if (nr_bad)
		tp_table_release(&table);
	return nr_bad == 1;
}

/* On a copy without a NUL behind it, so that a read behind it is seen. */
static int init_text(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	const struct tracing_format f = { "sys", copy, len };
	int rc;

	memcpy(copy, text, len);
	rc = refuses(&f, 1) ? -1 : 0;
	free(copy);
	return rc;
}

static const struct tp_format *parse(const char *text)
{
	if (init_text(text, strlen(text)))
		fail_test("not parsed: %s\n%s", err.text, text);
	return table.formats;
}

static void assert_refused(const char *text, const char *why)
{
	if (!init_text(text, strlen(text)))
		fail_test("parsed: %s", text);
	assert_int_equal(err.code, ERR_DATA);
	assert_contains(err.text, why);
	assert_null(table.formats);
}

/* ---- what a walk tells ---- */

static void see_field(void *arg, const char *name)
{
	buf_printf(arg, "field %s; ", name);
}

static void see_flags(void *arg, const char *delim)
{
	buf_printf(arg, "flags '%s'; ", delim);
}

static void see_symbols(void *arg)
{
	buf_printf(arg, "symbols; ");
}

static void see_value(void *arg, int is_flag, const char *value, const char *name)
{
	buf_printf(arg, "%s %s=%s; ", is_flag ? "flag" : "symbol", value, name);
}

static const struct tp_print_visitor visitor = { see_field, see_flags, see_symbols, see_value };

/* @args: behind the format string. */
static void assert_walk(const char *args, const char *expected)
{
	struct buf text = { 0 }, seen = { 0 };

	buf_printf(&text, HEAD FIELDS "print fmt: \"%%d\", %s\n%c", args, 0);
	tp_walk_print(parse((char *)text.data), &visitor, &seen);
	buf_add(&seen, "", 1);
	assert_string_equal((char *)seen.data, expected);
	tp_table_release(&table);
	buf_release(&text);
	buf_release(&seen);
}

/* ---- fields ---- */

static void assert_field(const struct tp_field *f, const char *name, uint32_t offset, uint32_t size,
			 uint32_t flags)
{
	assert_string_equal(f->name, name);
	assert_int_equal(f->offset, offset);
	assert_int_equal(f->size, size);
	assert_int_equal(f->flags, flags);
}

static void test_tracepoint_has_the_fields_of_its_text(void **state)
{
	const struct tp_format *tp = parse(HEAD FIELDS "print fmt: \"\"\n");

	(void)state;
	assert_int_equal(table.nr, 1);
	assert_int_equal(tp->id, 7);
	assert_string_equal(tp->system, "sys");
	assert_string_equal(tp->name, "ev");
	assert_int_equal(tp->nr_common, 3);
	assert_int_equal(tp->nr_fields, 3);
	assert_field(&tp->common[0], "common_type", 0, 2, 0);
	assert_field(&tp->common[2], "common_pid", 4, 4, TP_SIGNED);
	assert_field(&tp->fields[0], "a", 8, 4, TP_SIGNED);
	assert_field(&tp->fields[1], "b", 16, 8, 0);
	assert_field(&tp->fields[2], "name", 24, 4, TP_SIGNED | TP_ARRAY | TP_STRING | TP_DYNAMIC);
	tp_table_release(&table);
}

/* Declarations as kernels write them, and what perf takes them for. */
static void test_tracepoint_knows_every_kind_of_declaration(void **state)
{
	static const struct {
		const char *decl, *name;
		uint32_t flags;
	} cases[] = {
		{ "unsigned long args[6]", "args", TP_ARRAY | TP_LONG },
		{ "char comm[16]", "comm", TP_ARRAY | TP_STRING },
		{ "u8 addr[28]", "addr", TP_ARRAY | TP_STRING },
		{ "__u8 x[sizeof(struct in6_addr)]", "x", TP_ARRAY | TP_STRING },
		{ "unsigned long caller[]", "caller", TP_ARRAY | TP_LONG },
		{ "const char * file", "file", TP_POINTER },
		{ "const char *const * argv", "argv", TP_POINTER },
		{ "void __seg_gs * p", "p", TP_POINTER },
		{ "__data_loc u64[] list", "list", TP_ARRAY | TP_DYNAMIC },
		{ "__data_loc cpumask_t mask", "mask", TP_DYNAMIC },
		{ "__rel_loc char[] s", "s", TP_ARRAY | TP_STRING | TP_DYNAMIC | TP_RELATIVE },
		{ "struct sockaddr __attribute__((user)) * sa", "sa", TP_POINTER },
		{ "enum zone_type z", "z", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = { 0 };

		buf_printf(&text, HEAD "\tfield:%s;\toffset:8;\tsize:4;\tsigned:0;\n\n%c",
			   cases[i].decl, 0);
		assert_field(&parse((char *)text.data)->fields[0], cases[i].name, 8, 4,
			     cases[i].flags);
		tp_table_release(&table);
		buf_release(&text);
	}
}

static void test_tracepoint_knows_the_size_of_an_element(void **state)
{
	static const struct {
		const char *decl;
		uint32_t size;
	} cases[] = {
		{ "unsigned long args[6]", 8 },
		{ "char comm[TASK_COMM_LEN]", 1 },
		{ "int x", 48 },
		{ "__data_loc u64[] list", 8 },
		{ "__data_loc char[] name", 1 },
		{ "__data_loc unsigned long[] mask", 0 },
		{ "__rel_loc u16[] ids", 2 },
		{ "u32 a[48]", 1 },
		{ "u32 a[99999999]", 0 },
		{ "u8 a[0]", 1 },
		{ "struct x a[ 2 * 4]", 12 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = { 0 };

		buf_printf(&text, HEAD "\tfield:%s;\toffset:8;\tsize:48;\tsigned:0;\n\n%c",
			   cases[i].decl, 0);
		if (parse((char *)text.data)->fields[0].elem_size != cases[i].size)
			fail_test("%s: %u", cases[i].decl, table.formats->fields[0].elem_size);
		tp_table_release(&table);
		buf_release(&text);
	}
}

static void test_tracepoint_takes_two_bytes_of_data_loc_for_a_string(void **state)
{
	(void)state;
	parse(HEAD "\tfield:__data_loc x y;\toffset:8;\tsize:2;\tsigned:0;\n\n");
	assert_field(&table.formats->fields[0], "y", 8, 2, TP_DYNAMIC | TP_STRING | TP_ARRAY);
	tp_table_release(&table);
}

static void test_tracepoint_takes_fields_without_sign_and_events_without_fields(void **state)
{
	(void)state;
	parse("name: a\nID: 1\nformat:\n\tfield:int x;\toffset:0;\tsize:4;\n\n\n");
	assert_int_equal(table.formats->nr_common, 1);
	assert_int_equal(table.formats->nr_fields, 0);
	tp_table_release(&table);
}

static void test_tracepoint_refuses_damaged_lines(void **state)
{
	(void)state;
	assert_refused("", "first line");
	assert_refused("name: \nID: 1\n", "first line");
	assert_refused("name: 1x\nID: 1\n", "first line");
	assert_refused("name: a b\nID: 1\n", "first line");
	assert_refused("name: a\nID: x\n", "second line");
	assert_refused("name: a\nID: 2147483648\n", "second line");
	assert_refused("name: a\nID: 99999999999999999999\n", "second line");
	assert_refused("name: a\nID: 1\nformat", "third line");
	assert_refused("name: a\nID: 1\nformat:\n", "field line");
	assert_refused("name: a\nID: 1\nformat:\n" COMMON, "field line");
}

static void test_tracepoint_refuses_damaged_fields(void **state)
{
	static const char *const fields[] = {
		"field:;\toffset:8;\tsize:4;\tsigned:1;",
		"field:int;\toffset:8;\tsize:4;\tsigned:1;",
		"field:int 4;\toffset:8;\tsize:4;\tsigned:1;",
		"field:int[4];\toffset:8;\tsize:4;\tsigned:1;",
		"field:int a[4;\toffset:8;\tsize:4;\tsigned:1;",
		"field:int a]4[;\toffset:8;\tsize:4;\tsigned:1;",
		"field:int \xe9;\toffset:8;\tsize:4;\tsigned:1;",
		"field:int a;\toffset:65536;\tsize:4;\tsigned:1;",
		"field:int a;\toffset:-1;\tsize:4;\tsigned:1;",
		"field:int a;\toffset:8;\tsize:4294967296;\tsigned:1;",
		"field:int a;\toffset:8;\tsize:;\tsigned:1;",
		"field:int a;\toffset:8;\tsize:4;\tsigned:1",
		"field:int a;\toffset:8;\tsize:4;\tsigned:1; more",
		"field:int a",
		"fields:int a;\toffset:8;\tsize:4;\tsigned:1;",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct buf text = { 0 };

		buf_printf(&text, HEAD "\t%s\n\nprint fmt: \"\"\n%c", fields[i], 0);
		assert_refused((char *)text.data, "field line");
		buf_release(&text);
	}
}

/* Declarations that kernels of other builds write. */
static void test_tracepoint_takes_attributes_and_two_dimensions(void **state)
{
	static const char text[] =
		HEAD "\tfield:u8 mac[6][4];\toffset:8;\tsize:24;\tsigned:0;\n"
		     "\tfield:const char __attribute__((btf_type_tag(\"user\"))) * name;"
		     "\toffset:32;\tsize:8;\tsigned:0;\n\n";

	(void)state;
	assert_int_equal(init_text(text, sizeof(text) - 1), 0);
	assert_string_equal(table.formats[0].fields[0].name, "mac");
	assert_true(table.formats[0].fields[0].flags & TP_ARRAY);
	assert_string_equal(table.formats[0].fields[1].name, "name");
	assert_true(table.formats[0].fields[1].flags & TP_POINTER);
	tp_table_release(&table);
}

static void test_tracepoint_refuses_two_fields_of_one_name(void **state)
{
	static const char text[] = HEAD "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n"
					"\tfield:int a;\toffset:12;\tsize:4;\tsigned:1;\n\n";

	(void)state;
	assert_int_equal(init_text(text, sizeof(text) - 1), -1);
	assert_contains(err.text, "two fields of one name");
}

static void test_tracepoint_refuses_nul_in_a_name(void **state)
{
	static const char text[] = HEAD "\tfield:int a\0b;\toffset:8;\tsize:4;\tsigned:1;\n\n";

	(void)state;
	assert_int_equal(init_text(text, sizeof(text) - 1), -1);
	assert_int_equal(err.code, ERR_DATA);
}

static void test_tracepoint_refuses_systems_that_are_no_name(void **state)
{
	static const char *const systems[] = { "", "1x", "a b", "a/b", "x\n", "\xc3\xa9", "-a" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
		const struct tracing_format f = { systems[i], HEAD FIELDS, strlen(HEAD FIELDS) };

		assert_true(refuses(&f, 1));
		assert_contains(err.text, "cannot be the name");
	}
}

static void test_tracepoint_takes_the_dash_of_a_probes_system(void **state)
{
	const struct tracing_format f = { "my-probes", HEAD FIELDS, strlen(HEAD FIELDS) };

	(void)state;
	assert_int_equal(init(&f, 1), 0);
	assert_string_equal(table.formats->system, "my-probes");
	tp_table_release(&table);
}

static void test_tracepoint_refuses_text_longer_than_64_KiB(void **state)
{
	char *text = calloc(1, 65537);
	const struct tracing_format f = { "sys", text, 65537 };

	(void)state;
	assert_true(refuses(&f, 1));
	assert_contains(err.text, "65537 bytes");
	free(text);
}

static void test_tracepoint_refuses_two_formats_of_one_id(void **state)
{
	const struct tracing_format f[] = {
		{ "sys", HEAD FIELDS, strlen(HEAD FIELDS) },
		{ "other", HEAD FIELDS, strlen(HEAD FIELDS) },
	};

	(void)state;
	assert_true(refuses(f, 2));
	assert_contains(err.text, "same ID 7");
}

/* Of a hundred formats of a recording one line of one can be damaged. */
static void test_tracepoint_of_a_bad_format_is_left_out_alone(void **state)
{
	static const char a[] = "name: a\nID: 10\nformat:\n" COMMON FIELDS,
			  b[] = "name: b\nID: 20\nformat:\n" COMMON
				"\tfield:int x;\toffset:8;\tsize:-6;\tsigned:1;\n",
			  c[] = "name: c\nID: 30\nformat:\n" COMMON FIELDS;
	const struct tracing_format f[] = {
		{ "sys", c, strlen(c) },
		{ "sys", b, strlen(b) },
		{ "s/s", a, strlen(a) },
		{ "sys", a, strlen(a) },
	};

	(void)state;
	assert_int_equal(init(f, 4), 0);
	assert_int_equal(table.nr, 2);
	assert_string_equal(tp_find(&table, 10)->name, "a");
	assert_string_equal(tp_find(&table, 30)->name, "c");
	assert_null(tp_find(&table, 20));
	assert_int_equal(table.nr_bad, 2);
	assert_contains(table.bad, "x.data: format of tracepoint sys:b: ");
	tp_table_release(&table);
}

/* ---- tables ---- */

static void test_tracepoints_are_sorted_and_found(void **state)
{
	static const char b[] = "name: b\nID: 20\nformat:\n\n\n",
			  a[] = "name: a\nID: 3\nformat:\n\n\n";
	const struct tracing_format f[] = {
		{ "x", b, strlen(b) },
		{ "y", a, strlen(a) },
		{ "sys", HEAD FIELDS, strlen(HEAD FIELDS) },
	};

	(void)state;
	assert_int_equal(init(f, 3), 0);
	assert_int_equal(table.formats[0].id, 3);
	assert_int_equal(table.formats[2].id, 20);
	assert_ptr_equal(tp_find(&table, 20), &table.formats[2]);
	assert_null(tp_find(&table, 21));
	assert_null(tp_find(&table, 20 + (1ULL << 32)));
	assert_string_equal(tp_find_field(&table.formats[1], "common_pid")->name, "common_pid");
	assert_string_equal(tp_find_field(&table.formats[1], "b")->name, "b");
	assert_null(tp_find_field(&table.formats[1], "c"));
	tp_table_release(&table);
}

static void test_empty_table_finds_nothing(void **state)
{
	(void)state;
	assert_int_equal(init(NULL, 0), 0);
	assert_null(tp_find(&table, 0));
	tp_table_release(&table);
	table = (struct tp_table){ 0 };
	assert_null(tp_find(&table, 1));
	tp_table_release(&table);
}

static void test_tracepoint_outlives_the_text(void **state)
{
	char *text = strdup(HEAD FIELDS "print fmt: \"\", REC->a"), *system = strdup("sys");
	const struct tracing_format f = { system, text, strlen(text) };
	struct buf seen = { 0 };

	(void)state;
	assert_int_equal(init(&f, 1), 0);
	memset(text, 'x', strlen(text));
	memset(system, 'x', strlen(system));
	free(text);
	free(system);
	assert_string_equal(table.formats->system, "sys");
	assert_string_equal(table.formats->fields[1].name, "b");
	tp_walk_print(table.formats, &visitor, &seen);
	assert_memory_equal(seen.data, "field a; ", 9);
	buf_release(&seen);
	tp_table_release(&table);
}

/* ---- print fmt ---- */

static void test_print_marks_the_first_field_of_flags_and_symbols(void **state)
{
	const struct tp_format *tp =
		parse(HEAD FIELDS "print fmt: \"%s %s\", __print_symbolic((REC->a >> 13) + REC->b, "
				  "{ 0, \"X\" }), __print_flags(REC->b, \"|\", { 1, \"Y\" })\n");

	(void)state;
	assert_int_equal(tp->fields[0].flags, TP_SIGNED | TP_SYMBOLIC);
	assert_int_equal(tp->fields[1].flags, TP_FLAGS);
	tp_table_release(&table);
}

static void test_print_keeps_marks_in_front_of_what_cannot_be_parsed(void **state)
{
	const struct tp_format *tp = parse(
		HEAD FIELDS "print fmt: \"%s\", __print_flags(REC->a, \"|\", { 1, \"Y\" }), "
			    "unknown_function(REC->b), __print_symbolic(REC->b, { 0, \"N\" })\n");
	struct buf seen = { 0 };

	(void)state;
	assert_int_equal(tp->fields[0].flags, TP_SIGNED | TP_FLAGS);
	assert_int_equal(tp->fields[1].flags, 0);
	tp_walk_print(tp, &visitor, &seen);
	buf_add(&seen, "", 1);
	assert_string_equal((char *)seen.data, "field a; flags '|'; flag 1=Y; ");
	buf_release(&seen);
	tp_table_release(&table);
}

/* libtraceevent's way, on which perf's generated scripts depend. */
static void test_print_lets_flags_without_field_mark_the_next_event(void **state)
{
	static const char first[] = "name: f\nID: 1\nformat:\n\n\nprint fmt: \"\", "
				    "__print_flags(1, \"|\", { 1, \"A\" })\n";
	static const char second[] = HEAD FIELDS "print fmt: \"\", REC->b\n";
	const struct tracing_format f[] = { { "x", first, strlen(first) },
					    { "y", second, strlen(second) } };

	(void)state;
	assert_int_equal(init(f, 2), 0);
	assert_int_equal(table.formats[1].fields[1].flags, TP_FLAGS);
	tp_table_release(&table);
}

static void test_print_walk_tells_values_and_names(void **state)
{
	(void)state;
	assert_walk("__print_flags(REC->a, \"|\", { 0x1, \"A\" }, { 2, \"B\" \"C\" })",
		    "field a; flags '|'; flag 0x1=A; flag 2=BC; ");
	assert_walk("__print_flags(REC->a, \"\", { 1, \"A\" })", "field a; flags ''; flag 1=A; ");
	assert_walk("__print_symbolic(REC->a, { HI_SOFTIRQ, \"HI\" }, { (1 << 4), \"Q\" })",
		    "field a; symbols; symbol HI_SOFTIRQ=HI; symbol 16=Q; ");
	assert_walk("__print_flags(REC->a, \"|\", { (unsigned long)1U, \"A\" })",
		    "field a; flags '|'; flag 1U=A; ");
}

static void test_print_walk_computes_values(void **state)
{
	static const struct {
		const char *value, *number;
	} cases[] = {
		{ "(1 << 3)", "8" },	  { "(1 << 3) | 1", "9" }, { "(u8)(255 + 2)", "257" },
		{ "(~0 & 0xf)", "15" },	  { "(3 > 2)", "1" },	   { "(1 == 2)", "0" },
		{ "-(1)", "-1" },	  { "(2 - 3)", "-1" },	   { "(1 && 0)", "0" },
		{ "((u8)257 + 0)", "1" }, { "(0x10 >> 2)", "4" },  { "(1 << 200)", "256" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf args = { 0 }, expected = { 0 };

		buf_printf(&args, "__print_symbolic(REC->a, { %s, \"X\" })%c", cases[i].value, 0);
		buf_printf(&expected, "field a; symbols; symbol %s=X; %c", cases[i].number, 0);
		assert_walk((char *)args.data, (char *)expected.data);
		buf_release(&args);
		buf_release(&expected);
	}
}

static void test_print_walk_tells_bare_atoms_as_flag_0(void **state)
{
	(void)state;
	assert_walk("REC->a, 20, \"R\", FOO", "field a; flag 0=20; flag 0=R; flag 0=FOO; ");
	assert_walk("REC->a ? \"x\" : \"\"", "field a; flag 0=x; flag 0=; ");
	assert_walk("REC->a & 'c'", "field a; flag 0=c; ");
	assert_walk("__print_array(__get_dynamic_array(name), 4, sizeof(u8)), REC->b",
		    "flag 0=4; flag 0=1; field b; ");
}

static void test_print_walk_folds_constants_that_are_not_in_brackets(void **state)
{
	(void)state;
	assert_walk("1 << 4", "flag 0=16; ");
	assert_walk("(1 << 4)", "flag 0=1; flag 0=4; ");
	assert_walk("REC->a & (1 | 2)", "field a; flag 0=3; ");
	assert_walk("8 - 4 - 2", "flag 0=6; ");
	assert_walk("2 * 3 + 1", "flag 0=7; ");
	assert_walk("1 + 2 * 3", "flag 0=7; ");
}

static void test_print_walk_never_divides_by_zero(void **state)
{
	(void)state;
	assert_walk("1 / 0", "flag 0=1; flag 0=0; ");
	assert_walk("1 % 0", "flag 0=1; flag 0=0; ");
	assert_walk("4096 / PAGE_SIZE", "flag 0=4096; flag 0=PAGE_SIZE; ");
	assert_walk("8 / 4 * 0", "flag 0=8; flag 0=0; ");
	assert_walk("8 / 2", "flag 0=4; ");
	assert_walk("__print_symbolic(REC->a, { 1 / 0, \"X\" })", "");
}

static void test_print_walk_ends_at_a_dynamic_array(void **state)
{
	(void)state;
	assert_walk("REC->a, __get_dynamic_array(name), REC->b", "field a; ");
	assert_walk("REC->a, __get_str(name), REC->b", "field a; field b; ");
	assert_walk("(char *)__get_dynamic_array(name), REC->b", "field b; ");
}

static void test_print_takes_what_kernels_write(void **state)
{
	(void)state;
	assert_walk("((unsigned int) ((REC->b) >> 20)), (void *)REC->b, (REC)->a",
		    "field b; flag 0=20; field b; field a; ");
	assert_walk("(const struct foo *)REC->b, !REC->a, -REC->a, ~REC->b",
		    "field b; field a; field a; field b; ");
	assert_walk("REC->a[0], REC->b[1 + 2]", "field a; flag 0=0; field b; flag 0=3; ");
	assert_walk("__builtin_expect(REC->a, 1), __print_hex(REC->b, 4)",
		    "field a; field b; flag 0=4; ");
	assert_walk("REC->a == 1 ? REC->b : REC->a ? 2 : 3",
		    "field a; flag 0=1; field b; field a; flag 0=2; flag 0=3; ");
}

static void test_print_of_unknown_field_is_told_but_marks_nothing(void **state)
{
	(void)state;
	assert_walk("__print_flags(REC->nothing, \"|\", { 1, \"A\" })",
		    "field nothing; flags '|'; flag 1=A; ");
}

static void test_print_that_cannot_be_parsed_keeps_the_fields(void **state)
{
	static const char *const prints[] = {
		"",
		"print",
		"print fmt:",
		"print fmt: ",
		"print fmt: \"",
		"print fmt: \"x",
		"print fmt: \"x\\\"",
		"print fmt: \"x\",",
		"print fmt: \"x\" 1",
		"print fmt: 1",
		"print fmt: \"\t\", REC->a",
		"print fmt: \"\xc2\xb5s\", REC->a",
		"print fmt: \"\", (",
		"print fmt: \"\", )",
		"print fmt: \"\", REC",
		"print fmt: \"\", REC->",
		"print fmt: \"\", REC->1 +",
		"print fmt: \"\", __print_flags(",
		"print fmt: \"\", __print_flags(REC->a",
		"print fmt: \"\", __print_symbolic(REC->a, { })",
		"print fmt: \"\", __print_symbolic(REC->a, { REC->b, \"x\" })",
		"print fmt: \"\", __get_str()",
		"print fmt: \"\", sizeof(struct x)",
		"print fmt: \"\", '",
		"print fmt: \"\", a ? b",
		"print fmt: \"\", ({ int x; })",
		"print fmt: \"\", REC->a[",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
		struct buf text = { 0 };

		buf_printf(&text, HEAD FIELDS "%s", prints[i]);
		assert_int_equal(init_text((char *)text.data, text.len), 0);
		assert_int_equal(table.formats->nr_fields, 3);
		tp_table_release(&table);
		buf_release(&text);
	}
}

/* Recursion is bounded: none of these may exhaust the stack, or take long. */
static void test_print_survives_64_KiB_of_anything(void **state)
{
	static const char *const parts[] = {
		"(",
		")",
		"!",
		"-",
		"~",
		"1+",
		"1*",
		"1?",
		"1?1:",
		"(u64)",
		"[",
		"REC->a[",
		"[1]",
		"a ",
		"\"a\" ",
		"'",
		"{",
		"1|1+1*",
		"__print_flags(",
		"__print_hex(1,",
		"__print_flags(REC->a, \"|\", { 1, \"x\" }), ",
		"1,",
		"\\",
		"sizeof(",
		"__builtin_expect(",
		"-(",
		"1-",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct buf text = { 0 };

		buf_printf(&text, HEAD FIELDS "print fmt: \"\", ");
		while (text.len + strlen(parts[i]) < 65536)
			buf_printf(&text, "%s", parts[i]);
		assert_int_equal(init_text((char *)text.data, text.len), 0);
		tp_table_release(&table);
		buf_release(&text);
	}
}

static void test_tracepoint_survives_a_text_cut_anywhere(void **state)
{
	static const char text[] =
		HEAD FIELDS "print fmt: \"%s %s\", __print_symbolic((REC->a >> 13) + REC->b, "
			    "{ 0, \"X\" }), __print_flags(REC->b, \"|\", { 1 << 2, \"Y\" })\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++)
		if (!init_text(text, len))
			tp_table_release(&table);
}

/* Every format of the running kernel; those that nobody can parse are known. */
static void test_tracepoint_takes_every_format_of_this_kernel(void **state)
{
	glob_t files;

	(void)state;
	if (glob("/sys/kernel/tracing/events/*/*/format", 0, NULL, &files)) {
		print_message("SKIP: tracefs cannot be read here\n");
		skip();
	}
	for (size_t i = 0; i < files.gl_pathc; i++) {
		size_t len;
		char *text = io_slurp(files.gl_pathv[i], 1 << 20, &len);

		if (!text)
			continue;
		if (init_text(text, len))
			fail_test("%s: %s", files.gl_pathv[i], err.text);
		tp_table_release(&table);
		free(text);
	}
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tracepoint_has_the_fields_of_its_text),
		cmocka_unit_test(test_tracepoint_knows_every_kind_of_declaration),
		cmocka_unit_test(test_tracepoint_knows_the_size_of_an_element),
		cmocka_unit_test(test_tracepoint_takes_two_bytes_of_data_loc_for_a_string),
		cmocka_unit_test(
			test_tracepoint_takes_fields_without_sign_and_events_without_fields),
		cmocka_unit_test(test_tracepoint_refuses_damaged_lines),
		cmocka_unit_test(test_tracepoint_refuses_damaged_fields),
		cmocka_unit_test(test_tracepoint_takes_attributes_and_two_dimensions),
		cmocka_unit_test(test_tracepoint_refuses_two_fields_of_one_name),
		cmocka_unit_test(test_tracepoint_refuses_nul_in_a_name),
		cmocka_unit_test(test_tracepoint_refuses_systems_that_are_no_name),
		cmocka_unit_test(test_tracepoint_takes_the_dash_of_a_probes_system),
		cmocka_unit_test(test_tracepoint_refuses_text_longer_than_64_KiB),
		cmocka_unit_test(test_tracepoint_refuses_two_formats_of_one_id),
		cmocka_unit_test(test_tracepoint_of_a_bad_format_is_left_out_alone),
		cmocka_unit_test(test_tracepoints_are_sorted_and_found),
		cmocka_unit_test(test_empty_table_finds_nothing),
		cmocka_unit_test(test_tracepoint_outlives_the_text),
		cmocka_unit_test(test_print_marks_the_first_field_of_flags_and_symbols),
		cmocka_unit_test(test_print_keeps_marks_in_front_of_what_cannot_be_parsed),
		cmocka_unit_test(test_print_lets_flags_without_field_mark_the_next_event),
		cmocka_unit_test(test_print_walk_tells_values_and_names),
		cmocka_unit_test(test_print_walk_computes_values),
		cmocka_unit_test(test_print_walk_tells_bare_atoms_as_flag_0),
		cmocka_unit_test(test_print_walk_folds_constants_that_are_not_in_brackets),
		cmocka_unit_test(test_print_walk_never_divides_by_zero),
		cmocka_unit_test(test_print_walk_ends_at_a_dynamic_array),
		cmocka_unit_test(test_print_takes_what_kernels_write),
		cmocka_unit_test(test_print_of_unknown_field_is_told_but_marks_nothing),
		cmocka_unit_test(test_print_that_cannot_be_parsed_keeps_the_fields),
		cmocka_unit_test(test_print_survives_64_KiB_of_anything),
		cmocka_unit_test(test_tracepoint_survives_a_text_cut_anywhere),
		cmocka_unit_test(test_tracepoint_takes_every_format_of_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
