#include "tests/unit/unit.h"

#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int memfd_with(const char *text)
{
	int fd = memfd_create("test_io", 0);

	assert_return_code(fd, errno);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void test_io_pread_reads_at_the_offset(void **state)
{
	int fd = memfd_with("0123456789");
	char got[8] = "";

	(void)state;
	assert_int_equal(io_pread(fd, got, 4, 3), 4);
	assert_string_equal(got, "3456");
	close(fd);
}

static void test_io_pread_gives_fewer_bytes_at_the_end_only(void **state)
{
	int fd = memfd_with("0123456789");
	char got[32] = "";

	(void)state;
	assert_int_equal(io_pread(fd, got, sizeof(got), 7), 3);
	assert_string_equal(got, "789");
	assert_int_equal(io_pread(fd, got, sizeof(got), 10), 0);
	assert_int_equal(io_pread(fd, got, sizeof(got), 1000), 0);
	assert_int_equal(io_pread(fd, got, 0, 0), 0);
	close(fd);
}

static void test_io_is_zero_finds_what_is_not(void **state)
{
	int fd = memfd_create("test_io", 0);

	(void)state;
	assert_return_code(ftruncate(fd, 1ll << 40), errno); /* a hole that nobody could read */
	assert_true(io_is_zero(fd, 0, 1ll << 40));
	assert_return_code(io_pwrite(fd, "\0\0x", 3, 100000), errno);
	assert_true(io_is_zero(fd, 0, 100002));
	assert_false(io_is_zero(fd, 0, 100003));
	assert_true(io_is_zero(fd, 100003, 1ll << 40));
	assert_true(io_is_zero(fd, 5, 5));
	close(fd);
	assert_false(io_is_zero(fd, 0, 1));
}

static void test_io_pread_reports_errno(void **state)
{
	char got[4];
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(io_pread(-1, got, sizeof(got), 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(io_pread(fd, got, sizeof(got), 0), -1);
	assert_int_equal(errno, EISDIR);
	close(fd);
}

static void test_io_pwrite_writes_at_the_offset_and_keeps_the_rest(void **state)
{
	int fd = memfd_with("0123456789");
	char got[32] = "";

	(void)state;
	assert_int_equal(io_pwrite(fd, "abc", 3, 2), 0);
	assert_int_equal(io_pwrite(fd, "XY", 2, 12), 0);
	assert_int_equal(io_pread(fd, got, sizeof(got), 0), 14);
	assert_memory_equal(got, "01abc56789\0\0XY", 14);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 10);
	close(fd);
}

static void test_io_pwrite_reports_a_full_device(void **state)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_int_equal(io_pwrite(fd, "abc", 3, 0), -1);
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

/* A limit of the file size cuts a write short; the next one fails. */
static int limited_file(rlim_t limit, struct rlimit *old)
{
	FILE *f = tmpfile();
	int fd = dup(fileno(f));
	struct rlimit new;

	fclose(f);
	signal(SIGXFSZ, SIG_IGN);
	assert_return_code(getrlimit(RLIMIT_FSIZE, old), errno);
	new = (struct rlimit){ limit, old->rlim_max };
	assert_return_code(setrlimit(RLIMIT_FSIZE, &new), errno);
	return fd;
}

static void test_io_pwrite_fails_when_only_a_part_fits(void **state)
{
	struct rlimit old;
	int fd = limited_file(100, &old), rc, saved;
	static char data[300];

	(void)state;
	rc = io_pwrite(fd, data, sizeof(data), 0);
	saved = errno;
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(rc, -1);
	assert_int_equal(saved, EFBIG);
	assert_int_equal(lseek(fd, 0, SEEK_END), 100);
	close(fd);
}

static void test_io_writev_counts_what_was_written_before_it_failed(void **state)
{
	struct rlimit old;
	int fd = limited_file(100, &old), rc, saved;
	static char data[80];
	struct iovec iov[2] = { { data, 80 }, { data, 80 } };
	uint64_t done = 1000;

	(void)state;
	rc = io_writev(fd, iov, 2, &done);
	saved = errno;
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(rc, -1);
	assert_int_equal(saved, EFBIG);
	assert_int_equal(done, 1100);
	close(fd);
}

static void test_io_writev_writes_all_pieces_in_order(void **state)
{
	int fd = memfd_with("");
	struct iovec iov[] = { { "", 0 }, { "one", 3 }, { NULL, 0 }, { "two", 3 }, { "", 0 } };
	char got[16] = "";
	uint64_t done = 5;

	(void)state;
	assert_int_equal(io_writev(fd, iov, ARRAY_LEN(iov), &done), 0);
	assert_int_equal(done, 11);
	assert_int_equal(io_pread(fd, got, sizeof(got), 0), 6);
	assert_string_equal(got, "onetwo");
	assert_int_equal(io_writev(fd, iov, 0, &done), 0);
	assert_int_equal(done, 11);
	close(fd);
}

static void test_io_writev_takes_more_pieces_than_one_system_call(void **state)
{
	static struct iovec iov[IOV_MAX + 500];
	int fd = memfd_with("");
	uint64_t done = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(iov); i++)
		iov[i] = (struct iovec){ "ab", 2 };
	assert_int_equal(io_writev(fd, iov, ARRAY_LEN(iov), &done), 0);
	assert_int_equal(done, 2 * ARRAY_LEN(iov));
	assert_int_equal(lseek(fd, 0, SEEK_END), 2 * ARRAY_LEN(iov));
	close(fd);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Reads numbers from @fd; status 0 when all of them came, in order. */
static void child_read_numbers(int fd, uint32_t nr)
{
	uint32_t number, expected = 0;
	FILE *f = fdopen(fd, "r");

	usleep(20000); /* the pipe is full meanwhile, and a signal finds nothing written */
	while (fread(&number, sizeof(number), 1, f) == 1)
		if (number != expected++)
			_exit(1);
	_exit(expected == nr ? 0 : 2);
}

static void test_io_writev_survives_signals_and_short_writes(void **state)
{
	enum { NR = 1 << 20 };
	static uint32_t numbers[NR];
	struct sigaction action = { .sa_handler = on_alarm }; /* no SA_RESTART */
	struct itimerval often = { { 0, 150 }, { 0, 150 } }, never = { 0 };
	struct iovec iov[3] = { { numbers, 10 },
				{ (char *)numbers + 10, 70000 },
				{ (char *)numbers + 70010, sizeof(numbers) - 70010 } };
	uint64_t done = 0;
	int fds[2], rc, status;
	pid_t pid;

	(void)state;
	for (uint32_t i = 0; i < NR; i++)
		numbers[i] = i;
	assert_return_code(pipe(fds), errno);
	pid = fork();
	if (!pid) {
		close(fds[1]);
		child_read_numbers(fds[0], NR);
	}
	close(fds[0]);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	rc = io_writev(fds[1], iov, 3, &done);
	setitimer(ITIMER_REAL, &never, NULL);
	close(fds[1]);
	assert_int_equal(rc, 0);
	assert_int_equal(done, sizeof(numbers));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static char *temp_file(size_t size)
{
	static char path[] = "/tmp/test_io.XXXXXX";
	int fd;

	strcpy(path, "/tmp/test_io.XXXXXX");
	fd = mkstemp(path);
	assert_return_code(fd, errno);
	for (size_t i = 0; i < size; i++) {
		char c = 'a' + i % 26;

		assert_int_equal(write(fd, &c, 1), 1);
	}
	close(fd);
	return path;
}

static void test_io_slurp_reads_files_of_every_size_around_its_buffer(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 100000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *path = temp_file(sizes[i]);
		size_t len = 12345;
		char *text = io_slurp(path, 1 << 20, &len);

		unlink(path);
		assert_non_null(text);
		assert_int_equal(len, sizes[i]);
		assert_int_equal(strlen(text), sizes[i]);
		if (len)
			assert_int_equal(text[len - 1], 'a' + (len - 1) % 26);
		free(text);
	}
}

static void test_io_slurp_reads_a_file_whose_size_stat_does_not_tell(void **state)
{
	size_t len = 0;
	char *text = io_slurp("/proc/self/status", 1 << 20, &len);

	(void)state;
	assert_non_null(text);
	assert_memory_equal(text, "Name:", 5);
	assert_int_equal(text[len], 0);
	free(text);
}

static void test_io_slurp_takes_max_bytes_and_not_one_more(void **state)
{
	static const size_t sizes[] = { 10, 4095, 4096, 5000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *path = temp_file(sizes[i]);
		size_t len;
		char *text = io_slurp(path, sizes[i], &len);

		assert_non_null(text);
		free(text);
		errno = 0;
		assert_null(io_slurp(path, sizes[i] - 1, &len));
		assert_int_equal(errno, EFBIG);
		unlink(path);
	}
}

static void test_io_slurp_reports_errno(void **state)
{
	size_t len;

	(void)state;
	assert_null(io_slurp("/nonexistent/file", 100, &len));
	assert_int_equal(errno, ENOENT);
	assert_null(io_slurp("/", 100, &len));
	assert_int_equal(errno, EISDIR);
}

static void test_io_writev_goes_on_after_eagain(void **state)
{
	static char bytes[200000], got[300000];
	struct iovec iov[3] = { { bytes, 1 }, { bytes + 1, 150000 }, { bytes + 150001, 49999 } };
	uint64_t done = 0;
	size_t have = 0;
	int fds[2], nr_full = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 2654435761u >> 24;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	while (io_writev(fds[1], iov, 3, &done)) {
		assert_int_equal(errno, EAGAIN);
		assert_true(++nr_full < 100);
		have += read(fds[0], got + have, sizeof(got) - have);
	}
	assert_true(nr_full > 1);
	assert_int_equal(done, sizeof(bytes));
	have += read(fds[0], got + have, sizeof(got) - have);
	assert_int_equal(have, sizeof(bytes));
	assert_memory_equal(got, bytes, sizeof(bytes));
	close(fds[0]);
	close(fds[1]);
}

/* Less than was asked for when there is less; the end; and where read() would not wait. */
static void test_io_read_takes_what_there_is(void **state)
{
	volatile bool stop = true;
	char got[8];
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	assert_int_equal(io_read(fds[0], got, sizeof(got), NULL), 3);
	assert_int_equal(io_read(fds[0], got, sizeof(got), &stop), 0);
	pid = fork();
	if (!pid) {
		usleep(20000);
		_exit(write(fds[1], "later", 5) != 5);
	}
	assert_int_equal(io_read(fds[0], got, sizeof(got), NULL), 5);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fds[1]);
	assert_int_equal(io_read(fds[0], got, sizeof(got), NULL), 0);
	close(fds[0]);
	assert_int_equal(io_read(fds[0], got, sizeof(got), NULL), -1);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_io_pread_reads_at_the_offset),
		cmocka_unit_test(test_io_pread_gives_fewer_bytes_at_the_end_only),
		cmocka_unit_test(test_io_is_zero_finds_what_is_not),
		cmocka_unit_test(test_io_pread_reports_errno),
		cmocka_unit_test(test_io_pwrite_writes_at_the_offset_and_keeps_the_rest),
		cmocka_unit_test(test_io_pwrite_reports_a_full_device),
		cmocka_unit_test(test_io_pwrite_fails_when_only_a_part_fits),
		cmocka_unit_test(test_io_writev_counts_what_was_written_before_it_failed),
		cmocka_unit_test(test_io_writev_writes_all_pieces_in_order),
		cmocka_unit_test(test_io_writev_takes_more_pieces_than_one_system_call),
		cmocka_unit_test(test_io_writev_survives_signals_and_short_writes),
		cmocka_unit_test(test_io_writev_goes_on_after_eagain),
		cmocka_unit_test(test_io_read_takes_what_there_is),
		cmocka_unit_test(test_io_slurp_reads_files_of_every_size_around_its_buffer),
		cmocka_unit_test(test_io_slurp_reads_a_file_whose_size_stat_does_not_tell),
		cmocka_unit_test(test_io_slurp_takes_max_bytes_and_not_one_more),
		cmocka_unit_test(test_io_slurp_reports_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
