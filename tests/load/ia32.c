/*
 * ia32.c - a program of 32 bits, for a kernel of 64: ia32 CALLS [PROGRAM]
 *
 * It makes CALLS calls of getpid, a write that fails, a call that there is not, and a child that makes CALLS of getpid,
 * too; then it executes PROGRAM, or ends. It includes nothing, so that no compiler needs headers of 32 bits for it. Where
 * none makes such programs, this is one that only ends, with status 77.
 */
#ifdef __i386__

#define NR_EXIT	   1
#define NR_FORK	   2
#define NR_WRITE   4
#define NR_WAITPID 7
#define NR_EXECVE  11
#define NR_GETPID  20
#define NR_NONE	   999

void start(char **stack);

/* The kernel leaves argc on the stack, and argv behind it. */
__asm__(".globl _start\n"
	"_start:\n"
	"	mov %esp, %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call start\n");

static long call(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

static void getpids(const char *times)
{
	int nr = 0;

	for (; *times; times++)
		nr = 10 * nr + *times - '0';
	while (nr--)
		call(NR_GETPID, 0, 0, 0);
}

void start(char **stack)
{
	char **argv = stack + 1;

	getpids(argv[1]);
	call(NR_WRITE, -1, (long)"hello\n", 6);
	call(NR_NONE, 0, 0, 0);
	if (!call(NR_FORK, 0, 0, 0)) {
		getpids(argv[1]);
		call(NR_EXIT, 0, 0, 0);
	}
	call(NR_WAITPID, -1, 0, 0);
	if (argv[2])
		call(NR_EXECVE, (long)argv[2], (long)(argv + 2), 0);
	call(NR_EXIT, 0, 0, 0);
	__builtin_unreachable();
}

#else

int main(void)
{
	return 77;
}

#endif
