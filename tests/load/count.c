/*
 * count.c - calls that can be told apart: count CPU CALLS
 *
 * Makes CALLS getppid() calls on that CPU, with the numbers 1, 2, ... as an argument that the call
 * does not look at.
 */
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long calls = argc > 2 ? atol(argv[2]) : 1000;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(argc > 1 ? atoi(argv[1]) : 0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return 1;
	for (long n = 1; n <= calls; n++)
		syscall(SYS_getppid, n);
	return 0;
}
