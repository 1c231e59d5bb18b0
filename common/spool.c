#include "common/spool.h"
#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE (1u << 20)

static int fail_spool(const struct perf_file *f, const char *dir, struct err *err)
{
	return fail(err, ERR_IO,
		    "%s: describes its events behind its data, and cannot be kept in %s until "
		    "these come: %s; set TMPDIR to another folder, or give the file's name",
		    f->path, dir, strerror(errno));
}

/* A file without a name; where that cannot be, one whose name is taken away. */
static int open_nameless(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	char path[PATH_MAX];

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	if (snprintf(path, sizeof(path), "%s/ana.XXXXXX", dir) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* Appends what is still to come. */
static int copy_rest(struct perf_file *f, int fd, const char *dir, char *piece, struct err *err)
{
	for (;;) {
		ssize_t got = io_read(f->fd, piece, PIECE, NULL);

		if (got < 0)
			return fail(err, ERR_IO, "%s: cannot read at offset %#" PRIx64 ": %s",
				    f->path, f->size, strerror(errno));
		if (!got)
			return 0;
		if (io_pwrite(fd, piece, got, f->size))
			return fail_spool(f, dir, err);
		f->size += got;
	}
}

static int fill(struct perf_file *f, int fd, const char *dir, struct err *err)
{
	char *piece = malloc(PIECE);
	int rc;

	if (!piece)
		return fail_mem(err);
	rc = io_pwrite(fd, f->front.data, f->front.len, 0) ? fail_spool(f, dir, err)
							   : copy_rest(f, fd, dir, piece, err);
	free(piece);
	return rc;
}

int spool(struct perf_file *f, struct err *err)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (!dir || !*dir)
		dir = "/tmp";
	fd = open_nameless(dir);
	if (fd < 0)
		return fail_spool(f, dir, err);
	if (fill(f, fd, dir, err)) {
		close(fd);
		return -1;
	}
	close(f->fd);
	f->fd = fd;
	f->sequential = false;
	buf_release(&f->front);
	return 0;
}
