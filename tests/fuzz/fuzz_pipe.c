/* fuzz_pipe.c - any bytes as a perf.data file, read through a pipe. */
#include "tests/fuzz/readall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_path(fuzz_pipe(data, size));
	return 0;
}
