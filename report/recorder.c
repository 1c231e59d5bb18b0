#include "report/recorder.h"
#include "common/io.h"
#include "report/place.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 4096 /* of what it said; the last of it */

/* In the child, which shares nothing with us but the pipe. Between fork() and exec no memory may be had. */
static void __attribute__((noreturn))
become_rec(char *const argv[], int data_fd, int said_fd, pid_t parent)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	/* When we are killed; and we may have been already. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, STDIN_FILENO);
	dup2(data_fd, STDOUT_FILENO);
	dup2(said_fd, STDERR_FILENO);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "rec: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int recorder_start(struct recorder *r, const char *syscalls, struct err *err)
{
	char rec[PLACE_ROOM];
	char *argv[] = {
		rec,  "-q",	   "-a", "-e", "raw_syscalls:sys_enter,raw_syscalls:sys_exit",
		"-o", (char *)"-", NULL, NULL, NULL,
	};
	const pid_t self = getpid();
	int fds[2];

	*r = (struct recorder){ .data_fd = -1, .said_fd = -1 };
	if (syscalls) {
		argv[7] = "--syscalls";
		argv[8] = (char *)syscalls;
	}
	if (place_rec(rec, err))
		return -1;
	r->said_fd = memfd_create("rec", MFD_CLOEXEC);
	if (r->said_fd < 0 || pipe2(fds, O_CLOEXEC))
		return fail(err, ERR_SYS, "cannot start rec: %s", strerror(errno));
	r->data_fd = fds[0];
	r->pid = fork();
	if (!r->pid)
		become_rec(argv, fds[1], r->said_fd, self);
	close(fds[1]);
	if (r->pid < 0) {
		r->pid = 0;
		return fail(err, ERR_SYS, "cannot start rec: %s", strerror(errno));
	}
	return 0;
}

void recorder_path(const struct recorder *r, char path[RECORDER_PATH])
{
	snprintf(path, RECORDER_PATH, "/dev/fd/%d", r->data_fd);
}

/* Its last words, without the end of their line, and the place in them where the last line begins. */
static char *read_said(const struct recorder *r, char text[SAID_MAX])
{
	off_t end = lseek(r->said_fd, 0, SEEK_END),
	      from = end > SAID_MAX - 1 ? end - SAID_MAX + 1 : 0;
	ssize_t len = end > 0 ? io_pread(r->said_fd, text, end - from, from) : 0;
	char *last;

	len = len > 0 ? len : 0;
	while (len && text[len - 1] == '\n')
		len--;
	text[len] = 0;
	last = strrchr(text, '\n');
	return last ? last + 1 : text;
}

int recorder_wait(struct recorder *r, struct err *err)
{
	char said[SAID_MAX], *last;
	int status = 0;

	if (!r->pid)
		return 0;
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	__atomic_store_n(&r->pid, 0, __ATOMIC_RELAXED);
	if (r->ended || (WIFEXITED(status) && !WEXITSTATUS(status)))
		return 0;
	if (WIFSIGNALED(status))
		return fail(err, ERR_SYS, "rec was ended by signal %d (%s)", WTERMSIG(status),
			    strsignal(WTERMSIG(status)));
	last = read_said(r, said);
	if (!*last)
		return fail(err, ERR_SYS, "rec ended with status %d", WEXITSTATUS(status));
	fail(err, ERR_SYS, "%s", last);
	*last = 0; /* it is told */
	if (ftruncate(r->said_fd, 0) || pwrite(r->said_fd, said, strlen(said), 0) < 0)
		return -1; /* then it is told twice */
	return -1;
}

void recorder_stop(const struct recorder *r)
{
	const pid_t pid =
		__atomic_load_n(&r->pid, __ATOMIC_RELAXED); /* another thread may wait for it */

	if (pid)
		kill(pid, SIGINT);
}

void recorder_end(struct recorder *r)
{
	struct err ignored = { 0 };
	char said[SAID_MAX];

	if (r->data_fd >= 0)
		close(r->data_fd);
	if (r->pid) {
		r->ended = true;
		kill(r->pid, SIGTERM);
		recorder_wait(r, &ignored);
	}
	if (r->said_fd >= 0) {
		read_said(r, said);
		if (*said)
			fprintf(stderr, "%s\n", said);
		close(r->said_fd);
	}
	*r = (struct recorder){ .data_fd = -1, .said_fd = -1 };
}
