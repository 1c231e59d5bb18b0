/*
 * fuzz_repair.c - any bytes as a perf.data file, repaired: what comes out is a whole file with as
 * many records as were said to be kept, of which another repair finds nothing wrong; or nothing.
 */
#include "common/rebuild.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct salvage *first, int fd)
{
	struct perf_file f;
	struct salvage again;
	struct err err = { 0 };
	char path[32];

	if (fuzz_open(&f, fd, path, &err) || salvage_scan(&again, &f, &err) ||
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
	int fd = fuzz_file(data, size);
	struct perf_file f;
	struct err err;
	char path[32];

	if (!fuzz_open(&f, fd, path, &err)) {
		if (!f.swapped) /* of another machine: ana repair refuses it */
			repair(&f);
		file_close(&f);
	}
	close(fd);
	return 0;
}
