/* unit.h - what every unit test includes first: cmocka wants its headers in this order. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#undef fail /* err.h has one */

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Ends the test as failed, with a message. */
#define fail_test(...)                     \
	do {                               \
		print_error(__VA_ARGS__);  \
		print_error("\n");         \
		_fail(__FILE__, __LINE__); \
	} while (0)

/* Fails when @part does not occur in @text; both are shown. */
#define assert_contains(text, part)                                              \
	do {                                                                     \
		if (!strstr(text, part))                                         \
			fail_test("\"%s\" does not contain \"%s\"", text, part); \
	} while (0)

/* Tests that ask for more memory than there is want NULL from ASan, too. */
#define UNIT_MALLOC_MAY_FAIL                          \
	const char *__asan_default_options(void);     \
	const char *__asan_default_options(void)      \
	{                                             \
		return "allocator_may_return_null=1"; \
	}

#endif
