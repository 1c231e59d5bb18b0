#include "tests/unit/unit.h"

#include "common/tpeval.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define COMMON                                                                 \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

#define FIELDS                                                               \
	"\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n"                    \
	"\tfield:short s;\toffset:12;\tsize:2;\tsigned:1;\n"                 \
	"\tfield:u8 c;\toffset:14;\tsize:1;\tsigned:0;\n"                    \
	"\tfield:u8 d;\toffset:15;\tsize:1;\tsigned:0;\n"                    \
	"\tfield:u64 b;\toffset:16;\tsize:8;\tsigned:0;\n"                   \
	"\tfield:const char * p;\toffset:24;\tsize:8;\tsigned:0;\n"          \
	"\tfield:char comm[8];\toffset:32;\tsize:8;\tsigned:0;\n"            \
	"\tfield:unsigned long args[2];\toffset:40;\tsize:16;\tsigned:0;\n"  \
	"\tfield:u8 mac[6];\toffset:56;\tsize:6;\tsigned:0;\n"               \
	"\tfield:u8 ip[4];\toffset:62;\tsize:4;\tsigned:0;\n"                \
	"\tfield:u8 ip6[16];\toffset:66;\tsize:16;\tsigned:0;\n"             \
	"\tfield:u8 sa[28];\toffset:82;\tsize:28;\tsigned:0;\n"              \
	"\tfield:long n;\toffset:112;\tsize:8;\tsigned:1;\n"                 \
	"\tfield:__data_loc char[] name;\toffset:120;\tsize:4;\tsigned:1;\n" \
	"\tfield:__data_loc u8[] buf;\toffset:124;\tsize:4;\tsigned:0;\n"    \
	"\tfield:__rel_loc char[] rel;\toffset:128;\tsize:4;\tsigned:1;\n"   \
	"\tfield:__data_loc unsigned long[] mask;\toffset:132;\tsize:4;\tsigned:0;\n\n"

/* The raw bytes of those fields. */
struct raw {
	uint16_t type, pad;
	int32_t pid, a;
	int16_t s;
	uint8_t c, d;
	uint64_t b, p;
	char comm[8];
	uint64_t args[2];
	uint8_t mac[6], ip[4], ip6[16], sa[28], pad2[2];
	int64_t n;
	uint32_t name, buf, rel, mask;
	char data[64];
} __attribute__((packed));
static_assert(offsetof(struct raw, n) == 112, "as FIELDS says");

static struct raw raw;
static char printk[] = "0xffffffff82a07bc0 : \"rcu_sched\\n\"\n0x10 : plain\nnonsense\n";
static char text_buf[TPEVAL_TEXT_MAX + 64];

static const struct raw usual = {
	.a = -2,
	.s = -3,
	.c = 200,
	.d = 7,
	.b = 0x123456789abcdef0,
	.p = 0xffffffff82a07bc0,
	.comm = "bash",
	.args = { 11, 0xffffffffffffffff },
	.mac = { 1, 2, 3, 0xab, 0xcd, 0xef },
	.ip = { 10, 0, 200, 3 },
	.n = -5,
	.name = 6 << 16 | 136,
	.buf = 4 << 16 | 142,
	.rel = 4 << 16 | (146 - 132),
	.mask = 8 << 16 | 152,
	.data = "hello\0\x01\x02\xfe\xff"
		"rel\0\0\0\x0f\0\0\0\x80\0\0\1",
};

/* What the print fmt @fmt makes of @size bytes of raw. Valid until the next call. */
static const char *print_sized(const char *fmt, uint32_t size)
{
	static struct tp_table table;
	size_t room = strlen(fmt) + sizeof(COMMON FIELDS) + 100;
	char *format = malloc(room), *copy = malloc(size ? size : 1);
	struct tracing_format f = { "sys", format, 0 };
	struct tracing t = { .long_size = 8,
			     .formats = &f,
			     .nr_formats = 1,
			     .printk = printk,
			     .printk_len = strlen(printk) };
	struct text text = { text_buf, text_buf, text_buf + sizeof(text_buf) - 1 };
	struct tp_evals *evals;
	struct tp_eval *e;
	struct err err = { 0 };

	f.text_len = snprintf(format, room,
			      "name: ev\nID: 7\nformat:\n" COMMON FIELDS "print fmt: %s\n", fmt);
	if (tp_table_init(&table, &t, "x.data", &err))
		fail_test("%s", err.text);
	evals = tp_evals_new(&table);
	e = tp_evals_get(evals, &table.formats[0]);
	assert_non_null(e);
	/* Of its own size, so that a read behind it is seen. */
	memcpy(copy, &raw, size);
	tp_eval_print(e, copy, size, &text);
	*text.at = 0;
	tp_evals_free(evals);
	tp_table_release(&table);
	free(format);
	free(copy);
	return text_buf;
}

static const char *print(const char *fmt)
{
	return print_sized(fmt, sizeof(raw));
}

static int set_raw(void **state)
{
	(void)state;
	raw = usual;
	return 0;
}

struct pair {
	const char *fmt, *text;
};

static void assert_pairs(const struct pair *pairs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(print(pairs[i].fmt), pairs[i].text))
			fail_test("%s\ngives    %s\nexpected %s", pairs[i].fmt, text_buf,
				  pairs[i].text);
}

#define assert_all(pairs) assert_pairs(pairs, ARRAY_LEN(pairs))

static void test_tpeval_prints_numbers_as_printf_does(void **state)
{
	static const struct pair pairs[] = {
		{ "\"%d %u %x %i\", REC->a, REC->a, REC->a, REC->a", "-2 4294967294 fffffffe -2" },
		{ "\"%ld %lu\", REC->a, REC->b", "4294967294 1311768467463790320" },
		{ "\"%hd %hu %hhd %hhx\", REC->s, REC->s, REC->c, REC->c", "-3 65533 -56 c8" },
		{ "\"%5d|%-5d|%05d|%+d\", REC->d, REC->d, REC->d, REC->d",
		  "    7|7    |00007|>+<d" },
		{ "\"%#x %#X %#o %#x\", REC->c, REC->c, REC->c, 0", "0xc8 0XC8 0310 0" },
		{ "\"%.3d|%6.3d|%-6.3d|%06.3d\", REC->d, REC->d, REC->d, REC->d",
		  "007|   007|007   |   007" },
		{ "\"%*d|%.*d\", 4, REC->d, 4, REC->d", "   7|0007" },
		{ "\"%zu %zd\", REC->n, REC->n", "4294967291 4294967291" },
		{ "\"%llx %Lx\", REC->b, REC->b", "123456789abcdef0 123456789abcdef0" },
		{ "\"%05d %8x\", REC->a, REC->a", "-0002 fffffffe" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_prints_the_text_around_conversions(void **state)
{
	static const struct pair pairs[] = {
		{ "\"\"", "" },
		{ "\"plain\"", "plain" },
		{ "\"100%% \\\"x\\\" \\\\ a\\tb\\n\"", "100% \"x\" \\ a\tb\n" },
		{ "\"a\" \"b\" \" c\"", "ab c" },
		{ "\"%c%k\", REC->d", ">c<>k<" },
		{ "\"x %\"", "x " },
		{ "\"%d)\", REC->d)", "7)" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_prints_strings(void **state)
{
	static const struct pair pairs[] = {
		{ "\"%s %s\", REC->comm, __get_str(name)", "bash hello" },
		{ "\"%8s|%-8s|%.2s|%*s|%.*s\", REC->comm, REC->comm, REC->comm, 6, REC->comm, 3, "
		  "REC->comm",
		  "    bash|bash    |ba|  bash|bas" },
		{ "\"%s\", __get_rel_str(rel)", "rel" },
		{ "\"%s %s\", REC->p, REC->b", "rcu_sched 123456789abcdef0" },
		{ "\"%s %s\", REC->d ? \"yes\" : \"no\", REC->args[0] == 12 ? \"yes\" : \"no\"",
		  "yes no" },
		{ "\"%s|%s\", (char *)REC->comm, __get_str(nobody)", "|" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_prints_flags_and_symbols(void **state)
{
	static const struct pair pairs[] = {
		{ "\"%s\", __print_flags(REC->d, \"|\", { 1, \"A\" }, { 2, \"B\" }, { 8, \"C\" })",
		  "A|B|0x4" },
		{ "\"%s\", __print_flags(REC->d & 3, \"\", { 1, \"A\" }, { 1 << 1, \"B\" })",
		  "AB" },
		{ "\"%s|\", __print_flags(0, \"|\", { 0, \"NONE\" }, { 1, \"A\" })", "|" },
		{ "\"%s\", __print_flags(0, \"|\", { -1, \"ALL\" })", "ALL" },
		{ "\"%s\", __print_flags(REC->c, \"|\", )", "0xc8" },
		{ "\"%s %s\", __print_symbolic(REC->d, { 6, \"six\" }, { 7, \"seven\" }), "
		  "__print_symbolic(REC->d, { 1, \"one\" })",
		  "seven 0x7" },
		/* Numbers have no sign, so this one is never found: as in perf. */
		{ "\"%s\", __print_symbolic(REC->a, { -2, \"minus two\" })", "0xfffffffe" },
		{ "\"%s\", __print_symbolic(REC->n, { -1, \"one\" })", "0xfffffffffffffffb" },
		{ "\"%s\", __print_symbolic((REC->c >> 3) & 0xf, { (1 | 8), \"x\" })", "x" },
		{ "\"%s\", __print_symbolic(REC->d, { HRTIMER_RESTART, \"r\" }, { SCHED_SOFTIRQ, "
		  "\"sched\" }, )",
		  "sched" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_prints_arrays_and_bytes(void **state)
{
	static const struct pair pairs[] = {
		{ "\"%s\", __print_hex(__get_dynamic_array(buf), __get_dynamic_array_len(buf))",
		  "01 02 fe ff" },
		{ "\"%s\", __print_hex_str(REC->mac, 6)", "010203abcdef" },
		{ "\"%s\", __print_array(REC->args, 2, 8)", "11 18446744073709551615" },
		{ "\"%s\", __print_array(__get_dynamic_array(buf), 4, 1)", "1 2 254 255" },
		{ "\"%s\", __print_array(REC->mac, 3, 3)", "BAD SIZE:3 0x1 2 3" },
		{ "\"%s\", __get_bitmask(mask)", "01000080,0000000f" },
		{ "\"%20s|\", __get_bitmask(mask)", "   01000080,0000000f|" },
		{ "\"%*ph %*phC %phN\", 3, __get_dynamic_array(buf), 2, __get_dynamic_array(buf), "
		  "__get_dynamic_array(buf)",
		  "01 02 fe 01:02 01" },
		{ "\"%lx %lx\", REC->args[0], REC->args[1]", "b ffffffffffffffff" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_prints_addresses(void **state)
{
	static const struct pair pairs[] = {
		{ "\"%p %p %pS %ps\", REC->p, 0, REC->b, REC->b",
		  "0xffffffff82a07bc0 (nil) 0x123456789abcdef0 0x123456789abcdef0" },
		{ "\"%pM %pm %pMF %pMR\", REC->mac, REC->mac, REC->mac, REC->mac",
		  "01:02:03:ab:cd:ef 010203abcdef 01-02-03-ab-cd-ef ef:cd:ab:03:02:01" },
		{ "\"%pI4 %pi4 %pI4l %pM\", REC->ip, REC->ip, REC->ip, REC->ip",
		  "10.0.200.3 010.000.200.003 3.200.0.10 INVALIDMAC" },
		{ "\"%pM %pI4\", REC->a + 1, REC->mac", "ARG TYPE NOT FIELD BUT 11 INVALIDIPv4" },
		{ "\"%pK\", REC->d", "0x7K" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_prints_ipv6_and_uuids(void **state)
{
	static const uint8_t ip[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff, 1, 2, 3, 4 };
	static const struct pair pairs[] = {
		{ "\"%pI6 %pi6\", REC->ip6, REC->ip6",
		  "2001:0db8:0000:0000:0000:0000:0000:0001 20010db8000000000000000000000001" },
		{ "\"%pI6c\", REC->ip6", "2001:db8::1" },
		{ "\"%pU\", REC->ip6", "20010db8-0000-0000-0000-000000000001" },
		{ "\"%pUL\", REC->ip6", "B80D0120-0000-0000-0000-000000000001" },
	};

	(void)state;
	memcpy(raw.ip6, ip, 16);
	assert_all(pairs);
	memcpy(raw.ip6, mapped, 16);
	assert_string_equal(print("\"%pI6c\", REC->ip6"), "::ffff:1.2.3.4");
	memset(raw.ip6, 0, 16);
	assert_string_equal(print("\"%pI6c\", REC->ip6"), "::");
}

static void test_tpeval_prints_socket_addresses(void **state)
{
	static const uint8_t v4[16] = { 2, 0, 0, 80, 127, 0, 0, 1 };
	static const uint8_t v6[28] = { 10, 0, 1, 0xbb, [23] = 1 };

	(void)state;
	memcpy(raw.sa, v4, sizeof(v4));
	assert_string_equal(print("\"%pIS %pISp\", REC->sa, REC->sa"), "127.0.0.1 127.0.0.1:80");
	memcpy(raw.sa, v6, sizeof(v6));
	assert_string_equal(print("\"%pISpc\", REC->sa"), "[::1]:443");
	raw.sa[0] = 1;
	assert_string_equal(print("\"<%pISpc>\", REC->sa"), "<>");
}

/* The trees of libtraceevent, not those of C: what perf prints follows from them. */
static void test_tpeval_groups_operators_as_perf_does(void **state)
{
	static const struct pair pairs[] = {
		{ "\"%d\", 8 - 4 - 2", "6" },
		{ "\"%d\", 2 * (3 + 4)", "10" },
		{ "\"%d\", 2 + 3 * 4", "14" },
		{ "\"%d\", 1 ? 2 : 3 + 4", "6" },
		{ "\"%d\", 0 ? 2 : 1 ? 3 : 4", "3" },
		{ "\"%d\", 6 ^ 3", "0" },
		{ "\"%d %d\", 7 / 0, 7 % 0", "0 0" },
		{ "\"%d %d %d\", !REC->d, ~REC->d, -REC->d", "0 -8 -7" },
		{ "\"%d\", (u8)REC->a", "254" },
		{ "\"%d %d\", (s8)REC->c, (char)REC->c", "200 200" },
		{ "\"%u:%u\", ((unsigned int) ((REC->b) >> 20)), ((unsigned int) ((REC->b) & ((1U "
		  "<< "
		  "20) - 1)))",
		  "1164413355:843504" },
		{ "\"%d\", __builtin_expect(!!(REC->d), 1)", "1" },
	};

	(void)state;
	assert_all(pairs);
}

static void test_tpeval_shows_the_fields_of_what_perf_cannot_parse(void **state)
{
	static const char *const bad[] = {
		"\"%d\", sizeof(REC->a)",
		"\"%d\", __get_cpumask(mask)",
		"\"%d\", unknown(1)",
		"\"%d %d\", REC->a",
		"\"%d\", REC->a +",
		"\"%d\", (REC)->a",
		"\"%d\", REC->args[REC->a + 1]",
		"\"%d\", __get_dynamic_array(buf)[0]",
		"\"%llld\", REC->a",
		"\"%0000000000000000000000000000000000d\", REC->a",
		"\"%*d\", REC->a",
		"no string",
		"\"%d\" REC->a",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (strncmp(print(bad[i]), "[FAILED TO PARSE] a=-2 s=-3 c=200 d=7 ", 38))
			fail_test("%s gives %s", bad[i], text_buf);
	assert_contains(text_buf, " p=0xffffffff82a07bc0 comm=bash args=ARRAY[0b, 00, ");
	assert_contains(text_buf,
			" n=-5 name=hello buf=ARRAY[01, 02, fe, ff] rel=rel mask=ARRAY[0f");
}

static void test_tpeval_reads_nothing_outside_of_the_raw_bytes(void **state)
{
	static const char all[] =
		"\"%d %llu %s %s %s %s %s %pM %pI4 %pI6c %pISpc %pU %*ph %d %lx %s\", REC->a, "
		"REC->b, REC->p, REC->comm, __get_str(name), __get_rel_str(rel), "
		"__get_bitmask(mask), REC->mac, REC->ip, REC->ip6, REC->sa, REC->ip6, REC->a, "
		"__get_dynamic_array(buf), __get_dynamic_array_len(buf), REC->args[REC->b], "
		"__print_hex(__get_dynamic_array(buf), REC->b)";

	(void)state;
	for (uint32_t size = 0; size <= sizeof(raw); size++)
		print_sized(all, size);
	for (unsigned seed = 0; seed < 3000; seed++) {
		srand(seed);
		for (size_t i = 0; i < sizeof(raw); i++)
			((unsigned char *)&raw)[i] = rand();
		print_sized(all, sizeof(raw) - seed % 16);
		print_sized("\"%s\", __print_array(REC->args, REC->b, REC->d)", sizeof(raw));
		print_sized("bad", sizeof(raw) - seed % 16);
	}
}

/* Not in C's stack, not in time, not in text: whatever somebody writes into a format. */
static void assert_bounded(const char *front, const char *unit, const char *middle,
			   const char *back)
{
	size_t nr = 60000 / strlen(unit), nr_back = strlen(back) ? 60000 / strlen(unit) / 2 : 0;
	char *fmt = malloc(70000), *at = fmt;

	nr = nr_back ? MIN(nr / 2, 25000 / strlen(back)) : nr;
	at = stpcpy(at, front);
	for (size_t i = 0; i < nr; i++)
		at = stpcpy(at, unit);
	at = stpcpy(at, middle);
	for (size_t i = 0; nr_back && i < nr; i++)
		at = stpcpy(at, back);
	print(fmt);
	assert_true(strlen(text_buf) <= TPEVAL_TEXT_MAX);
	free(fmt);
}

static void test_tpeval_is_bounded_whatever_a_format_says(void **state)
{
	(void)state;
	assert_bounded("\"%d\", ", "(", "1", ")");
	assert_bounded("\"%d\", ", "!", "1", "");
	assert_bounded("\"%d\", ", "1 + ", "1", "");
	assert_bounded("\"%d\", ", "1 ? ", "1", "");
	assert_bounded("\"%d\", ", "1 ? 2 : ", "1", "");
	assert_bounded("\"%d\", ", "1 ? ", "1", " : 2");
	assert_bounded("\"%d\", ", "(int)", "1", "");
	assert_bounded("\"%d\", 1", "[1", "", "");
	assert_bounded("\"%d\", ", "REC->args[", "1", "]");
	assert_bounded("\"%s\", ", "__print_flags(", "1", "");
	assert_bounded("\"%s\", ", "__print_hex(", "1", ", 1)");
	assert_bounded("\"%s\", __print_symbolic(1, ", "{ 2, \"x\" }, ", ")", "");
	assert_bounded("\"%s\", __print_symbolic(1, { ", "1 + ", "1, \"x\" })", "");
	assert_bounded("", "\"a\" ", "", "");
	assert_bounded("\"", "%1000000000d", "\", 1", "");
	assert_bounded("\"", "\\", "", "");
	assert_bounded("\"%d\", ", "STA_PR_FMT ", "", "");
	assert_bounded("", "STA_PR_FMT ", "", "");
	assert_bounded("\"%d\", ", "a ", "", "");
	assert_bounded("\"%d\", 'x", "y", "", "");
	assert_bounded("\"", "%s", "\", __get_str(name)", "");
}

static void test_tpeval_cuts_a_text_that_never_ends(void **state)
{
	char fmt[60000] = "\"", *at = fmt + 1;

	(void)state;
	for (int i = 0; i < 100; i++)
		at = stpcpy(at, "%60000d");
	at = stpcpy(at, "\"");
	for (int i = 0; i < 100; i++)
		at = stpcpy(at, ", 1");
	assert_int_equal(strlen(print(fmt)), TPEVAL_TEXT_MAX);
}

/* What fits is there, up to the last byte; what is quick with room to spare is slow without. */
static void test_tpeval_writes_nothing_behind_the_room_that_there_is(void **state)
{
	static char fmt[] =
		"name: ev\nID: 7\nformat:\n" COMMON FIELDS
		"print fmt: \"%d: a text of more than sixteen bytes %s %lx, %u %pI4\", REC->a, "
		"__get_str(name), REC->b, REC->c, REC->ip\n";
	static const char whole[] =
		"-2: a text of more than sixteen bytes hello 123456789abcdef0, 200 10.0.200.3";
	struct tracing_format f = { "sys", fmt, sizeof(fmt) - 1 };
	struct tracing t = { .long_size = 8, .formats = &f, .nr_formats = 1 };
	struct tp_table table;
	struct tp_evals *evals;

	(void)state;
	assert_int_equal(tp_table_init(&table, &t, "x", NULL), 0);
	evals = tp_evals_new(&table);
	for (size_t room = 0; room < sizeof(whole) + 50; room++) {
		char *buf = malloc(MAX(room, 1));
		struct text text = { buf, buf, buf + room };

		tp_eval_print(tp_evals_get(evals, table.formats), &raw, sizeof(raw), &text);
		assert_in_range(text.at - buf, 0, room);
		assert_memory_equal(buf, whole, MIN(room, strlen("-2: a text of more than sixt")));
		if (room >= strlen(whole)) {
			assert_int_equal(text.at - buf, strlen(whole));
			assert_memory_equal(buf, whole, strlen(whole));
		}
		free(buf);
	}
	tp_evals_free(evals);
	tp_table_release(&table);
}

static void test_tpeval_remembers_that_a_field_was_no_text(void **state)
{
	static const char format[] = "name: ev\nID: 7\nformat:\n" COMMON FIELDS "print fmt: bad\n";
	const struct tracing_format f = { "sys", format, strlen(format) };
	const struct tracing t = { .long_size = 8,
				   .formats = (struct tracing_format *)&f,
				   .nr_formats = 1 };
	struct text text = { text_buf, text_buf, text_buf + sizeof(text_buf) - 1 };
	struct tp_table table;
	struct tp_evals *evals;

	(void)state;
	assert_int_equal(tp_table_init(&table, &t, "x", NULL), 0);
	evals = tp_evals_new(&table);
	raw.comm[0] = 1;
	tp_eval_print(tp_evals_get(evals, table.formats), &raw, sizeof(raw), &text);
	raw.comm[0] = 'b';
	text.at = text.start;
	tp_eval_print(tp_evals_get(evals, table.formats), &raw, sizeof(raw), &text);
	*text.at = 0;
	assert_contains(text_buf, " comm=ARRAY[62, 61, 73, 68, 00, 00, 00, 00] ");
	assert_contains(text_buf, " name=hello ");
	tp_evals_free(evals);
	tp_table_release(&table);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_raw)
	const struct CMUnitTest tests[] = {
		TEST(test_tpeval_prints_numbers_as_printf_does),
		TEST(test_tpeval_prints_the_text_around_conversions),
		TEST(test_tpeval_prints_strings),
		TEST(test_tpeval_prints_flags_and_symbols),
		TEST(test_tpeval_prints_arrays_and_bytes),
		TEST(test_tpeval_prints_addresses),
		TEST(test_tpeval_prints_ipv6_and_uuids),
		TEST(test_tpeval_prints_socket_addresses),
		TEST(test_tpeval_groups_operators_as_perf_does),
		TEST(test_tpeval_shows_the_fields_of_what_perf_cannot_parse),
		TEST(test_tpeval_reads_nothing_outside_of_the_raw_bytes),
		TEST(test_tpeval_is_bounded_whatever_a_format_says),
		TEST(test_tpeval_cuts_a_text_that_never_ends),
		TEST(test_tpeval_writes_nothing_behind_the_room_that_there_is),
		TEST(test_tpeval_remembers_that_a_field_was_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
