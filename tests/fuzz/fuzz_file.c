/* fuzz_file.c - any bytes as a perf.data file, read by its name. */
#include "tests/fuzz/readall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_path(fuzz_file(data, size));
	return 0;
}
