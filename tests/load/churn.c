/*
 * churn.c - threads that come and go all the time: churn CALLS SECONDS
 *
 * Each makes CALLS getppid() calls and ends; two live at a time.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int calls;

static void *call(void *arg)
{
	(void)arg;
	usleep(1000);
	for (int i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return NULL;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 3);

	calls = argc > 1 ? atoi(argv[1]) : 10;
	while (time(NULL) < end) {
		pthread_t threads[2];

		for (int i = 0; i < 2; i++)
			if (pthread_create(&threads[i], NULL, call, NULL))
				return 1;
		for (int i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
	}
	return 0;
}
