#include "tests/unit/unit.h"

#include "common/ahead.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LARGE (40 * (uint64_t)AHEAD_PIECE + 12345) /* worth a helper */

/* A file whose 8-byte words tell where they are. */
static int words_file(uint64_t bytes)
{
	FILE *file = tmpfile();
	int fd;

	if (!file)
		fail_test("no temporary file");
	for (uint64_t i = 0; i * 8 < bytes; i++)
		fwrite(&i, sizeof(i), 1, file);
	fflush(file);
	fd = dup(fileno(file));
	fclose(file);
	if (fd < 0 || ftruncate(fd, bytes))
		fail_test("no temporary file");
	return fd;
}

/* Are these bytes what the file has from @off on? */
static void assert_bytes(const char *data, size_t nr, uint64_t off)
{
	for (size_t i = 0; i < nr; i++) {
		uint64_t word = (off + i) / 8;

		if (data[i] != ((const char *)&word)[(off + i) % 8])
			fail_test("wrong byte for offset %zu", (size_t)(off + i));
	}
}

static struct ahead *open_part(int fd, uint64_t pos, uint64_t end, int helped)
{
	struct ahead *a = ahead_new(fd, pos, end);

	assert_non_null(a);
	if (helped)
		ahead_start(a);
	return a;
}

/* Reads [pos, end), @carry bytes of each piece once more with the next. */
static void reads_all(uint64_t pos, uint64_t end, size_t carry, int helped)
{
	int fd = words_file(LARGE);
	struct ahead *a = open_part(fd, pos, end, helped);
	size_t nr_carry = 0;
	char *data = NULL;
	ssize_t got;

	for (;;) {
		got = ahead_next(a, data, nr_carry, &data);
		assert_true(got >= 0);
		assert_bytes(data, nr_carry + got, pos - nr_carry);
		if (!got)
			break;
		pos += got;
		data += nr_carry + got;
		nr_carry = (size_t)got < carry ? (size_t)got : carry;
		data -= nr_carry;
	}
	assert_int_equal(pos, end);
	ahead_free(a);
	close(fd);
}

static void test_ahead_gives_all_bytes_in_order_behind_the_carry(void **state)
{
	static const size_t carries[] = { 0, 1, 8, 4096, AHEAD_CARRY_MAX };

	(void)state;
	for (int helped = 0; helped < 2; helped++) {
		for (size_t i = 0; i < ARRAY_LEN(carries); i++)
			reads_all(1001, LARGE, carries[i], helped);
		reads_all(0, 20 * AHEAD_PIECE, 8, helped);
		reads_all(5, 5, 0, helped);
		reads_all(5, 6, 0, helped);
		reads_all(16, AHEAD_PIECE + 17, 8, helped);
	}
}

static void test_ahead_leaves_out_what_is_skipped(void **state)
{
	int fd = words_file(LARGE);

	(void)state;
	for (unsigned seed = 0; seed < 200; seed++) {
		struct ahead *a = open_part(fd, seed, LARGE, seed % 2);
		unsigned dice = seed;
		uint64_t pos = seed;
		char *data;

		while (pos < LARGE) {
			uint64_t skip = rand_r(&dice) % ((20u * AHEAD_PIECE) >> dice % 12);
			ssize_t got = ahead_next(a, NULL, 0, &data);

			assert_true(got > 0);
			assert_bytes(data, got, pos);
			pos += got;
			skip = skip < LARGE - pos ? skip : LARGE - pos;
			ahead_skip(a, skip);
			pos += skip;
		}
		assert_int_equal(ahead_next(a, NULL, 0, &data), 0);
		ahead_free(a);
	}
	close(fd);
}

static void test_ahead_ends_where_a_file_was_cut_meanwhile(void **state)
{
	uint64_t cut = 17 * (uint64_t)AHEAD_PIECE + 100;

	(void)state;
	for (int helped = 0; helped < 2; helped++) {
		int fd = words_file(LARGE);
		struct ahead *a = open_part(fd, 0, LARGE, 0);
		uint64_t pos = 0;
		ssize_t got;
		char *data;

		assert_int_equal(ftruncate(fd, cut), 0);
		if (helped)
			ahead_start(a);
		while ((got = ahead_next(a, NULL, 0, &data)) > 0)
			pos += got;
		assert_int_equal(got, 0);
		assert_int_equal(pos, cut);
		assert_int_equal(ahead_next(a, NULL, 0, &data), 0);
		ahead_free(a);
		close(fd);
	}
}

static void test_ahead_tells_why_a_read_failed(void **state)
{
	(void)state;
	for (int helped = 0; helped < 2; helped++) {
		struct ahead *a = open_part(-1, 0, LARGE, helped);
		char *data;

		for (int i = 0; i < 3; i++) {
			errno = 0;
			assert_int_equal(ahead_next(a, NULL, 0, &data), -1);
			assert_int_equal(errno, EBADF);
		}
		ahead_free(a);
	}
}

/* 8-byte words that tell where they are, the first of them read already; nobody writes more. */
static void test_ahead_gives_and_leaves_out_bytes_of_a_pipe(void **state)
{
	uint64_t words[4096];
	int fds[2];
	char *data = NULL;
	struct ahead *a;

	(void)state;
	for (uint64_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = i;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], words + 10, 20000), 20000);
	close(fds[1]);
	a = ahead_pipe(fds[0], 0, UINT64_MAX, words, 80);
	assert_non_null(a);
	ahead_start(a); /* without effect */
	assert_int_equal(ahead_next(a, NULL, 0, &data), 80);
	assert_bytes(data, 80, 0);
	assert_int_equal(ahead_next(a, data + 70, 10, &data), 20000);
	assert_bytes(data, 20010, 70);
	assert_int_equal(ahead_next(a, data, 10, &data), 0);
	assert_int_equal(ahead_skip(a, 5), 0);
	ahead_free(a);
	close(fds[0]);

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], words + 10, 20000), 20000);
	close(fds[1]);
	a = ahead_pipe(fds[0], 0, UINT64_MAX, words, 80);
	assert_int_equal(ahead_skip(a, 10000), 10000);
	assert_int_equal(ahead_next(a, NULL, 0, &data), 10080);
	assert_bytes(data, 10080, 10000);
	ahead_free(a);
	close(fds[0]);
}

static void test_ahead_can_be_left_at_any_time(void **state)
{
	int fd = words_file(LARGE);

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct ahead *a = open_part(fd, 0, LARGE, 1);
		char *data;

		for (int k = 0; k < i; k++)
			assert_true(ahead_next(a, NULL, 0, &data) >= 0);
		ahead_free(a);
	}
	ahead_free(NULL);
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ahead_gives_all_bytes_in_order_behind_the_carry),
		cmocka_unit_test(test_ahead_leaves_out_what_is_skipped),
		cmocka_unit_test(test_ahead_ends_where_a_file_was_cut_meanwhile),
		cmocka_unit_test(test_ahead_tells_why_a_read_failed),
		cmocka_unit_test(test_ahead_gives_and_leaves_out_bytes_of_a_pipe),
		cmocka_unit_test(test_ahead_can_be_left_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
