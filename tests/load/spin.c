/*
 * spin.c - a machine busy with system calls: spin PROCESSES CALLS
 *
 * Each process makes CALLS getppid() calls. Prints the mean wall time of a call in ns, over all
 * processes (each measures its own loop).
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int main(int argc, char **argv)
{
	int processes = argc > 1 ? atoi(argv[1]) : 1;
	uint64_t calls = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000, sum = 0;
	uint64_t *ns = mmap(NULL, (processes + 1) * sizeof(*ns), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ns == MAP_FAILED || processes < 1)
		return 2;
	for (int i = 0; i < processes; i++) {
		if (fork())
			continue;
		uint64_t start = now_ns();

		for (uint64_t n = 0; n < calls; n++)
			syscall(SYS_getppid);
		ns[i] = now_ns() - start;
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < processes; i++)
		sum += ns[i];
	printf("%.1f\n", (double)sum / processes / calls);
	return 0;
}
