#include "record/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define END_MS 1000 /* so long we wait for a command that was asked to end */

/* Can @path be executed? Returns 0 or errno. */
static int try_path(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(path, X_OK) ? errno : 0;
}

/*
 * Looks for @name as execvp() would, and puts the path into @full: before anything is recorded, so
 * that the command's first call is one execve() and not one for each folder. Returns 0 or errno.
 */
static int find_program(const char *name, char full[PATH_MAX])
{
	const char *path = getenv("PATH");
	int found = ENOENT;

	if (strchr(name, '/')) {
		snprintf(full, PATH_MAX, "%s", name);
		return try_path(name);
	}
	if (!path)
		path = "/bin:/usr/bin";
	for (size_t len; *name && *path; path += len + (path[len] == ':')) {
		int rc;

		len = strcspn(path, ":");
		snprintf(full, PATH_MAX, "%.*s/%s", len ? (int)len : 1, len ? path : ".", name);
		rc = try_path(full);
		if (!rc)
			return 0;
		if (rc == EACCES)
			found = rc;
	}
	return found;
}

static int fail_exec(struct command *c, const char *name, int why, struct err *err)
{
	c->not_run = why == ENOENT ? 127 : 126;
	return fail(err,
		    why == ENOENT   ? ERR_NOENT
		    : why == EACCES ? ERR_PERM
				    : ERR_SYS,
		    "cannot run %s: %s", name, strerror(why));
}

/* In the child. What rec has blocked and ignored is not the command's business. */
static void become(const char *path, char **argv, int fd)
{
	const char *slash = strrchr(argv[0], '/');
	sigset_t none;
	char byte = 0;
	int why;

	sigemptyset(&none);
	signal(SIGXFSZ, SIG_DFL);
	prctl(PR_SET_NAME, slash ? slash + 1 : argv[0]);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
		_exit(0); /* rec gave up before it began */
	execv(path, argv);
	if (errno == ENOEXEC)
		execvp(argv[0], argv); /* a script without #!: by the shell */
	why = errno;
	if (write(fd, &why, sizeof(why)) < 0)
		_exit(126);
	_exit(127);
}

/* Waits until it has done everything but to read our answer and to exec. */
static int wait_ready(int fd, const char *name, struct err *err)
{
	char byte;

	if (read(fd, &byte, 1) == 1)
		return 0;
	return fail(err, ERR_SYS, "cannot start %s: its process ended", name);
}

int command_fork(struct command *c, char **argv, bool stdout_taken, struct err *err)
{
	char path[PATH_MAX];
	int pair[2], why = find_program(argv[0], path);

	*c = (struct command){ .fd = -1 };
	if (why)
		return fail_exec(c, argv[0], why, err);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return fail(err, ERR_SYS, "cannot make a socket: %s", strerror(errno));
	c->pid = fork();
	if (c->pid < 0) {
		c->pid = 0;
		return fail(err, ERR_SYS, "cannot start a process: %s", strerror(errno));
	}
	if (!c->pid) {
		close(pair[0]);
		if (stdout_taken)
			dup2(STDERR_FILENO, STDOUT_FILENO);
		become(path, argv, pair[1]);
	}
	close(pair[1]);
	c->fd = pair[0];
	return wait_ready(c->fd, argv[0], err);
}

int command_start(struct command *c, const char *name, struct err *err)
{
	int why, rc = 0;

	if (!c->pid)
		return 0;
	if (send(c->fd, "", 1, MSG_NOSIGNAL) != 1)
		rc = fail(err, ERR_SYS, "cannot start %s: %s", name, strerror(errno));
	/* Ends without a word when exec has closed the other end. */
	else if (read(c->fd, &why, sizeof(why)) == sizeof(why))
		rc = fail_exec(c, name, why, err);
	close(c->fd);
	c->fd = -1;
	return rc;
}

void command_poll(struct command *c)
{
	if (c->pid && !c->ended)
		c->ended = waitpid(c->pid, &c->status, WNOHANG) != 0;
}

/* Also a stopped one: it hears of SIGTERM only when it goes on. */
static void command_stop(struct command *c, bool heard)
{
	const struct timespec tick = { .tv_nsec = END_MS / 10 * 1000000L };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	for (int i = 0; i < 10 && !c->ended; i++) {
		int sig;

		if (i == (heard ? 5 : 0)) {
			kill(c->pid, SIGTERM);
			kill(c->pid, SIGCONT);
		}
		sig = sigtimedwait(&set, NULL, &tick);
		command_poll(c);
		if (sig == SIGINT || sig == SIGTERM)
			return;
	}
}

int command_end(struct command *c, bool heard)
{
	if (!c->pid)
		return 0;
	if (c->fd >= 0)
		close(c->fd); /* it still waits, and ends by that */
	c->fd = -1;
	command_poll(c);
	if (!c->ended)
		command_stop(c, heard);
	if (!c->ended) {
		fprintf(stderr, "rec: the command (pid %d) does not end; it is left running\n",
			c->pid);
		return 128 + SIGTERM;
	}
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}
