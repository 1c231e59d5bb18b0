#include "tests/unit/unit.h"

#include "common/buf.h"

UNIT_MALLOC_MAY_FAIL

static void test_buf_zeroed_is_empty_and_releasable(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
}

static void test_buf_add_keeps_bytes_in_order_while_it_grows(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		uint8_t piece[7] = { i, i >> 8, 1, 2, 3, 4, 5 };

		buf_add(&b, piece, 1 + i % 7);
		assert_true(b.len <= b.room);
	}
	for (uint32_t i = 0, at = 0; i < 5000; at += 1 + i % 7, i++) {
		assert_int_equal(b.data[at], i & 0xff);
		if (i % 7 == 6)
			assert_int_equal(b.data[at + 6], 5);
	}
	assert_false(b.failed);
	buf_release(&b);
}

static void test_buf_add_of_nothing_changes_nothing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add(&b, NULL, 0);
	buf_add_zero(&b, 0);
	assert_int_equal(b.len, 0);
	assert_false(b.failed);
	buf_release(&b);
}

static void test_buf_numbers_are_in_host_order_and_unpadded(void **state)
{
	struct buf b = { 0 };
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	(void)state;
	buf_add_u16(&b, 0x1234);
	buf_add_u32(&b, 0xdeadbeef);
	buf_add_u64(&b, 0x1122334455667788);
	assert_int_equal(b.len, 14);
	memcpy(&u16, b.data, 2);
	memcpy(&u32, b.data + 2, 4);
	memcpy(&u64, b.data + 6, 8);
	assert_int_equal(u16, 0x1234);
	assert_int_equal(u32, 0xdeadbeef);
	assert_true(u64 == 0x1122334455667788);
	buf_release(&b);
}

static void test_buf_add_zero_writes_zeros_over_old_memory(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add(&b, "garbage that was there before", 30);
	b.len = 1;
	buf_add_zero(&b, 29);
	assert_int_equal(b.len, 30);
	assert_int_equal(b.data[0], 'g');
	for (size_t i = 1; i < 30; i++)
		assert_int_equal(b.data[i], 0);
	buf_release(&b);
}

static void test_buf_printf_appends_without_nul(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_printf(&b, "%d-", 42);
	buf_printf(&b, "%s", "");
	buf_printf(&b, "%s", "end");
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "42-end", 6);
	buf_release(&b);
}

static void test_buf_printf_writes_texts_of_any_length(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int len = 0; len < 600; len += 17)
		buf_printf(&b, "%*d", len, 7);
	buf_printf(&b, "%100000d", 8);
	assert_int_equal(b.data[b.len - 1], '8');
	assert_int_equal(b.data[b.len - 2], ' ');
	assert_false(b.failed);
	buf_release(&b);
}

static void test_buf_without_memory_fails_once_and_does_nothing_later(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add(&b, "kept", 4);
	buf_add_zero(&b, SIZE_MAX / 4);
	assert_true(b.failed);
	assert_int_equal(b.len, 4);
	buf_add(&b, "x", 1);
	buf_add_u64(&b, 1);
	buf_add_zero(&b, 1);
	buf_printf(&b, "x");
	assert_true(b.failed);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "kept", 4);
	buf_release(&b);
	assert_false(b.failed);
}

static void test_buf_refuses_length_that_overflows(void **state)
{
	static const size_t lens[] = { SIZE_MAX, SIZE_MAX - 3, SIZE_MAX - 100, SIZE_MAX - 255 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		struct buf b = { 0 };

		buf_add(&b, "kept", 4);
		buf_add_zero(&b, lens[i]);
		assert_true(b.failed);
		assert_int_equal(b.len, 4);
		buf_release(&b);
	}
}

static void test_buf_can_be_used_again_after_release(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add(&b, "first", 5);
	buf_release(&b);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.room, 0);
	buf_add(&b, "second", 6);
	assert_memory_equal(b.data, "second", 6);
	buf_release(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf_zeroed_is_empty_and_releasable),
		cmocka_unit_test(test_buf_add_keeps_bytes_in_order_while_it_grows),
		cmocka_unit_test(test_buf_add_of_nothing_changes_nothing),
		cmocka_unit_test(test_buf_numbers_are_in_host_order_and_unpadded),
		cmocka_unit_test(test_buf_add_zero_writes_zeros_over_old_memory),
		cmocka_unit_test(test_buf_printf_appends_without_nul),
		cmocka_unit_test(test_buf_printf_writes_texts_of_any_length),
		cmocka_unit_test(test_buf_without_memory_fails_once_and_does_nothing_later),
		cmocka_unit_test(test_buf_refuses_length_that_overflows),
		cmocka_unit_test(test_buf_can_be_used_again_after_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
