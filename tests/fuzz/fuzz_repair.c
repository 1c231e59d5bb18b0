/*
 * fuzz_repair.c - any bytes as a perf.data file, repaired: what comes out is a whole file with as
 * many records as were said to be kept, of which another repair finds nothing wrong; or nothing.
 *
 * With SEEDS=DIR in the environment it writes the files to start from into DIR, and ends.
 */
#include "common/rebuild.h"
#include "common/reader.h"
#include "tests/fuzz/seeds.h"

#include <sys/mman.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dir = getenv("SEEDS");

	(void)argc;
	(void)argv;
	if (dir) {
		seeds_write(dir);
		exit(0);
	}
	return 0;
}

static int open_fd(struct perf_file *f, int fd, char path[32], struct err *err)
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return file_open(f, path, err);
}

static void check(const struct salvage *first, int fd)
{
	struct perf_file f;
	struct salvage again;
	struct err err = { 0 };
	char path[32];

	if (open_fd(&f, fd, path, &err) || salvage_scan(&again, &f, &err) ||
	    !salvage_is_whole(&again) || again.nr_records != first->nr_records ||
	    again.nr_samples != first->nr_samples || f.first_ns != first->first_ns ||
	    f.last_ns != first->last_ns) {
		fprintf(stderr, "%s%s\n", err.text, again.damage.text);
		abort();
	}
	salvage_release(&again);
	file_close(&f);
}

static void repair(struct perf_file *f)
{
	struct salvage s = { 0 };
	struct formats formats = { 0 };
	struct err err = { 0 };
	uint64_t bytes;
	int fd = memfd_create("repaired", MFD_CLOEXEC);

	if (fd < 0)
		abort();
	/* No kernel: it would be asked a thousand times, and answer another thing elsewhere. */
	if (!salvage_scan(&s, f, &err) &&
	    !formats_find(&formats, f, s.seen, &(struct formats_kernel){ 0 }, &err) &&
	    !rebuild(&s, &formats, fd, "repaired", &bytes, &err))
		check(&s, fd);
	formats_release(&formats);
	salvage_release(&s);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct perf_file f;
	struct err err;
	char path[32];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!open_fd(&f, fd, path, &err)) {
		repair(&f);
		file_close(&f);
	}
	close(fd);
	return 0;
}
