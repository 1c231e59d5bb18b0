/*
 * names.c - a task whose names change: names [exec'd]
 *
 * Makes these calls under these names, in this order, and nothing else of them:
 *   names-before  7 getsid      the name that prctl() gave
 *   names-child  11 getpgid     a forked child that names itself
 *   names-thread 13 umask       a thread of another name
 *   names-exec   17 getpriority an image that exec put there, under the name of the file
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void repeat(long nr, int times)
{
	while (times--)
		syscall(nr, 0, 0, 0);
}

static void *thread(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "names-thread");
	repeat(SYS_umask, 13);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t id;

	if (strstr(argv[0], "names-exec")) {
		repeat(SYS_getpriority, 17);
		return 0;
	}
	prctl(PR_SET_NAME, "names-before");
	repeat(SYS_getsid, 7);
	if (!fork()) {
		prctl(PR_SET_NAME, "names-child");
		repeat(SYS_getpgid, 11);
		_exit(0);
	}
	wait(NULL);
	if (pthread_create(&id, NULL, thread, NULL))
		return 1;
	pthread_join(id, NULL);
	if (argc < 2)
		return 2;
	execl(argv[1], argv[1], (char *)NULL); /* a link to this program, called names-exec */
	perror("execl");
	return 1;
}
