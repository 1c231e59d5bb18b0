/*
 * child.c - runs one contender of a benchmark: child WARM_MB RESULT COMMAND [ARGS]
 *
 * Writes and removes a file of WARM_MB first: where a host gives a virtual machine its memory
 * page by page when it is touched, and takes back what is free, a page may cost 9 us instead of
 * 1, and the contender that comes first would pay for all. So each gets memory for a file of that
 * size as it would be on a machine of its own. Writes "STATUS PEAK_KB WALL_NS" of COMMAND into
 * RESULT.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE (1 << 20)

static int warm(size_t mb)
{
	static char piece[PIECE];
	int fd, rc = 0;

	if (!mb)
		return 0;
	fd = open("warm", O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return -1;
	for (size_t i = 0; i < mb && !rc; i++)
		rc = write(fd, piece, PIECE) == PIECE ? 0 : -1;
	unlink("warm");
	close(fd);
	return rc;
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
	if (warm(strtoull(argv[1], NULL, 10)))
		return 1;
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
