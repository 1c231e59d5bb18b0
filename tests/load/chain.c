/*
 * chain.c - system calls below functions that are known: chain N [LINES]
 *
 * main() calls chain_a(), that chain_b(), that chain_c(), and that getppid(), N times. With LINES
 * it prints its pid first, and waits for that many lines on stdin before it goes on.
 * Compiled with frame pointers, and the call is made here: no library stands in between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No clones, no tail calls: each is a frame of its own. */
#define FRAME __attribute__((noinline, noclone))

FRAME static long call(long nr)
{
	long ret;

	/* A function that calls none has a frame of its own only if somebody asks where it is. */
	__asm__ volatile("" : : "r"(__builtin_frame_address(0)) : "memory");
#if defined(__x86_64__)
	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr) : "rcx", "r11", "memory");
#else
	ret = syscall(nr);
#endif
	return ret;
}

FRAME static long chain_c(void)
{
	long ret = call(SYS_getppid);

	__asm__ volatile("" ::: "memory");
	return ret + 1;
}

FRAME static long chain_b(void)
{
	long ret = chain_c();

	__asm__ volatile("" ::: "memory");
	return ret + 1;
}

FRAME static long chain_a(void)
{
	long ret = chain_b();

	__asm__ volatile("" ::: "memory");
	return ret + 1;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 100, lines = argc > 2 ? atoi(argv[2]) : 0;
	long sum = 0;

	if (lines)
		printf("%d\n", getpid());
	fflush(stdout);
	while (lines-- > 0)
		getchar();
	for (int i = 0; i < n; i++)
		sum += chain_a();
	return sum == 0;
}
