/*
 * child.c - runs one contender of a benchmark: child WARM_MB RESULT COMMAND [ARGS]
 *
 * Touches and frees WARM_MB of memory first: where memory is given to a virtual machine only when
 * it is used, whoever comes first would pay for all. Writes "STATUS PEAK_KB WALL_NS" of COMMAND
 * into RESULT.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

static void warm(size_t bytes)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!bytes || at == MAP_FAILED)
		return;
	for (size_t i = 0; i < bytes; i += PAGE)
		at[i] = 1;
	munmap(at, bytes);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	uint64_t start;
	FILE *result;
	int status;
	pid_t pid;

	if (argc < 4)
		return 2;
	warm(strtoull(argv[1], NULL, 10) << 20);
	start = now_ns();
	pid = fork();
	if (!pid) {
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 1;
	result = fopen(argv[2], "w");
	if (!result)
		return 1;
	fprintf(result, "%d %ld %llu\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128,
		usage.ru_maxrss, (unsigned long long)(now_ns() - start));
	return fclose(result) ? 1 : 0;
}
