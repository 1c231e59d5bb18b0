/*
 * fuzz_threads.c - any bytes as a perf.data file, read by one thread and by several, by name and
 * through a pipe: both give the same records, and end at the same place with the same message.
 */
#include "tests/fuzz/fuzz.h"

static void compare(int one, int several)
{
	struct reading a = reading_of(one, false), b = reading_of(several, true);

	readings_compare(&a, &b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	compare(fuzz_file(data, size), fuzz_file(data, size));
	if (size % 2 == 0)
		compare(fuzz_pipe(data, size), fuzz_pipe(data, size));
	return 0;
}
