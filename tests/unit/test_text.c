#include "tests/unit/unit.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>

static char buf[512];

static struct text start(size_t room)
{
	memset(buf, '#', sizeof(buf));
	return (struct text){ buf, buf, buf + room };
}

static const char *end(struct text *t)
{
	assert_in_range((uintptr_t)t->at, (uintptr_t)t->start, (uintptr_t)t->end);
	assert_int_equal(*t->end, '#'); /* nothing was written behind it */
	*t->at = 0;
	return buf;
}

/* "%-#08.3lld" and the like, of @spec. */
static void make_format(char *out, const struct text_spec *s, unsigned bits)
{
	static const char *const sizes[] = { [8] = "hh", [16] = "h", [32] = "", [64] = "ll" };

	*out++ = '%';
	out += sprintf(out, "%s%s%s", s->left ? "-" : "", s->alt ? "#" : "", s->zero ? "0" : "");
	out += s->width ? sprintf(out, "%d", s->width) : 0;
	out += s->precision >= 0 ? sprintf(out, ".%d", s->precision) : 0;
	sprintf(out, "%s%c", sizes[bits], s->conv);
}

static void test_text_numbers_are_those_of_printf(void **state)
{
	static const uint64_t values[] = { 0,	      1,	  9,	     10,       127,
					   128,	      255,	  256,	     32767,    32768,
					   65535,     1000,	  99999,     100000,   -1,
					   INT32_MIN, UINT32_MAX, INT64_MIN, INT64_MAX };

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		struct text_spec s = { .conv = "diuxXo"[rand() % 6],
				       .alt = rand() % 2,
				       .zero = rand() % 2,
				       .left = rand() % 2,
				       .width = rand() % 3 ? 0 : rand() % 30,
				       .precision = rand() % 3 ? -1 : rand() % 26 };
		unsigned bits = 8u << rand() % 4;
		uint64_t v = i % 2 ? values[rand() % ARRAY_LEN(values)]
				   : (uint64_t)rand() << rand() % 33;
		struct text t = start(sizeof(buf) - 1);
		char format[32], expected[512];

		/* # means nothing for decimal numbers, and is no valid format then. */
		s.alt = s.alt && strchr("xXo", s.conv);
		make_format(format, &s, bits);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(expected, sizeof(expected), format, v);
#pragma GCC diagnostic pop
		text_number(&t, &s, v, bits);
		if (strcmp(end(&t), expected))
			fail_test("%s of %llx: '%s', not '%s'", format, (long long)v, buf,
				  expected);
	}
}

static void test_text_has_decimal_and_hexadecimal_numbers(void **state)
{
	static const uint64_t values[] = { 0, 7, 10, 99, 100, 101, 12345, UINT32_MAX, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct text t = start(400);
		char expected[200];

		text_dec(&t, values[i], 0, 0);
		text_char(&t, ' ');
		text_dec(&t, values[i], 8, '0');
		text_char(&t, ' ');
		text_hex(&t, values[i], 10, ' ');
		text_char(&t, ' ');
		text_digits(&t, values[i], 4);
		snprintf(expected, sizeof(expected), "%llu %08llu %10llx %04llu",
			 (long long)values[i], (long long)values[i], (long long)values[i],
			 (long long)(uint32_t)values[i] % 10000);
		assert_string_equal(end(&t), expected);
	}
}

/* Of every length, and with neighbours that begin with a letter or end one digit later. */
static void test_text_puts_the_digits_of_any_number(void **state)
{
	char hex[TEXT_DIGITS + 1], dec[TEXT_DIGITS + 1], expected[40];

	(void)state;
	srand(2);
	for (int i = 0; i < 100000; i++) {
		uint64_t v = ((uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ rand()) >> i % 64;

		if (i < 40)
			v = i < 20 ? (uint64_t)i : UINT64_MAX / (i - 19);
		*text_put_hex(hex, v) = 0;
		snprintf(expected, sizeof(expected), "%llx", (long long)v);
		assert_string_equal(hex, expected);
		text_put_hex8(hex, v);
		hex[8] = 0;
		snprintf(expected, sizeof(expected), "%08x", (uint32_t)v);
		assert_string_equal(hex, expected);
		*text_put_dec(dec, v) = 0;
		snprintf(expected, sizeof(expected), "%llu", (long long)v);
		assert_string_equal(dec, expected);
	}
}

static void test_text_strings_are_those_of_printf(void **state)
{
	struct text t = start(100);

	(void)state;
	text_string(&t, &(struct text_spec){ .conv = 's', .width = 6, .precision = -1 }, "abc", 3);
	text_string(&t,
		    &(struct text_spec){ .conv = 's', .width = 4, .left = true, .precision = 2 },
		    "abc", 3);
	text_string(&t, &(struct text_spec){ .conv = 's', .precision = 0 }, "abc", 3);
	text_right(&t, "12345678901234567890", 20, 3);
	text_right(&t, "x", 1, 3);
	assert_string_equal(end(&t), "   abcab  12345678901234567890  x");
}

static void test_text_leaves_out_what_does_not_fit(void **state)
{
	static const struct text_spec wide = { .conv = 'd', .width = 50, .precision = -1 };

	(void)state;
	for (size_t room = 0; room < 60; room++) {
		struct text t = start(room);

		text_str(&t, "0123456789");
		text_number(&t, &wide, 7, 32);
		text_dec(&t, UINT64_MAX, 30, ' ');
		text_hex(&t, UINT64_MAX, 30, ' ');
		text_digits(&t, 12345678, 8);
		text_byte(&t, 0xab, true);
		text_fill(&t, 'x', 1 << 30);
		assert_int_equal(t.at - t.start, room);
		end(&t);
	}
}

static void test_text_escapes_what_a_terminal_must_not_get(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "plain ~ \t", "plain ~ \t" },
		{ "\x1b[31m\n\x7f\r", "\\x1b[31m\\x0a\\x7f\\x0d" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7",
		  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7" },
		{ "\xc2\x9b"
		  "31m \xc2\xa0",
		  "\\xc2\\x9b"
		  "31m \xc2\xa0" }, /* a C1 control */
		{ "\xff \xc3 \xe2\x82", "\\xff \\xc3 \\xe2\\x82" },
		{ "\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80",
		  "\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text t = start(200);
		char *from;

		text_str(&t, "\x1b");
		from = t.at;
		text_str(&t, cases[i].in);
		text_escape(&t, from);
		assert_string_equal(end(&t) + 1, cases[i].out);
		assert_int_equal(buf[0], 0x1b); /* what is before it is not its business */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_numbers_are_those_of_printf),
		cmocka_unit_test(test_text_has_decimal_and_hexadecimal_numbers),
		cmocka_unit_test(test_text_puts_the_digits_of_any_number),
		cmocka_unit_test(test_text_strings_are_those_of_printf),
		cmocka_unit_test(test_text_leaves_out_what_does_not_fit),
		cmocka_unit_test(test_text_escapes_what_a_terminal_must_not_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
