#include "record/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20) /* when we may say: fewer switches between the two ends */

static int fail_output(const char *what, const char *path, struct err *err)
{
	return fail(err, errno == EACCES || errno == EPERM || errno == EROFS ? ERR_PERM : ERR_IO,
		    "cannot %s %s: %s; choose another file with -o", what, path, strerror(errno));
}

/* The number in @name of the environment, or -1. */
static long env_number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long nr;

	if (!text || *text < '0' || *text > '9')
		return -1;
	nr = strtol(text, &end, 10);
	return *end ? -1 : nr;
}

/* sudo says for whom it works; the file is for that user to read without it. */
static void give_to_caller(int fd)
{
	long uid = env_number("SUDO_UID"), gid = env_number("SUDO_GID");

	if (!geteuid() && uid >= 0 && gid >= 0 && fchown(fd, uid, gid))
		fprintf(stderr, "rec: cannot give the file to user %ld: %s\n", uid,
			strerror(errno));
}

static int open_new(const char *path, struct err *err)
{
	/* O_EXCL: what we write as root goes to a file that we made, and through no link. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_output("create", path, err);
	give_to_caller(fd);
	return fd;
}

static int fail_kind(const char *path, struct err *err)
{
	return fail(err, ERR_IO,
		    "cannot record into %s: it is no regular file; choose another with -o", path);
}

/* A device that is patient, as /dev/null. What was looked at may have been replaced meanwhile. */
static int open_device(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return fail_output("open", path, err);
	if (!fstat(fd, &st) && S_ISCHR(st.st_mode))
		return fd;
	close(fd);
	return fail_kind(path, err);
}

bool output_is_stream(const char *path)
{
	return !strcmp(path, "-");
}

/*
 * A pipe gets a description of its own: that it does not block is nobody else's business, who
 * writes to the same pipe before and after us.
 */
static int open_stdout(struct err *err)
{
	struct stat st;
	int fd = -1;

	signal(SIGPIPE, SIG_IGN);
	if (!fstat(STDOUT_FILENO, &st) && S_ISFIFO(st.st_mode)) {
		fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
	}
	if (fd < 0)
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd < 0)
		return fail(err, ERR_IO, "cannot write to standard output: %s", strerror(errno));
	return fd;
}

int output_open(const char *path, struct err *err)
{
	struct stat st, behind;
	char old[4096];

	if (output_is_stream(path))
		return open_stdout(err);
	if (lstat(path, &st))
		return errno == ENOENT ? open_new(path, err) : fail_output("create", path, err);
	if (S_ISCHR(st.st_mode))
		return open_device(path, err);
	/* A link to a file is moved away as it is; one to a device (/dev/stdout) stays. */
	if (!S_ISREG(st.st_mode) &&
	    !(S_ISLNK(st.st_mode) && (stat(path, &behind) || S_ISREG(behind.st_mode))))
		return fail_kind(path, err);
	if ((size_t)snprintf(old, sizeof(old), "%s.old", path) >= sizeof(old)) {
		errno = ENAMETOOLONG;
		return fail_output("create", path, err);
	}
	if (rename(path, old))
		return fail_output("rename the old", path, err);
	return open_new(path, err);
}
