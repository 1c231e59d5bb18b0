/*
 * family.c - a process with threads that starts more of them, and a child: family THREADS CALLS
 *
 * Prints its pid and starts THREADS threads; waits for a line on stdin. Then each of them, the
 * first thread, a new thread and a new child make CALLS getppid() calls, one after the other.
 * Prints "done" and ends with the next line.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int calls;
static sem_t go;

static void *call(void *arg)
{
	(void)arg;
	for (int i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return NULL;
}

static void *call_later(void *arg)
{
	sem_wait(&go);
	return call(arg);
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 3;
	pthread_t *threads = calloc(nr + 1, sizeof(*threads));

	calls = argc > 2 ? atoi(argv[2]) : 100;
	sem_init(&go, 0, 0);
	for (int i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, call_later, NULL))
			return 1;
	printf("%d\n", getpid());
	fflush(stdout);
	getchar();
	for (int i = 0; i < nr; i++) {
		sem_post(&go);
	}
	for (int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	call(NULL);
	if (pthread_create(&threads[nr], NULL, call, NULL))
		return 1;
	pthread_join(threads[nr], NULL);
	if (!fork()) {
		call(NULL);
		_exit(0);
	}
	wait(NULL);
	printf("done\n");
	fflush(stdout);
	getchar();
	return 0;
}
