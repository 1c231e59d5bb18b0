#include "common/source.h"
#include "common/dir.h"
#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE	   (256u << 10) /* what a length says is not allocated before so much has come */
#define PIPE_BYTES (1 << 20) /* of a pipe, when we may say: fewer switches between the two ends */

static int open_path(struct perf_file *f, struct err *err)
{
	if (!strcmp(f->path, "-")) {
		f->path = "standard input";
		f->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		if (f->fd >= 0 && isatty(f->fd))
			return fail(err, ERR_USAGE,
				    "%s: is a terminal; give a file, or a pipe: "
				    "rec -o - | ana syscall-counts -",
				    f->path);
	} else {
		/* O_NONBLOCK: a device may be slow to open. */
		f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (f->fd < 0 && errno == ENOENT)
		return fail(err, ERR_NOENT, "%s: no such file; record one with rec first", f->path);
	if (f->fd < 0 && (errno == EACCES || errno == EPERM))
		return fail(err, ERR_PERM, "%s: no right to read it; ask its owner or use sudo",
			    f->path);
	if (f->fd < 0)
		return fail(err, ERR_IO, "%s: cannot open: %s", f->path, strerror(errno));
	return 0;
}

static int check_not_empty(struct perf_file *f, struct err *err)
{
	int rc = source_has(f, 0, 1, "the header", err);

	return rc ? MIN(rc, 0) : fail(err, ERR_DATA, "%s: is empty", f->path);
}

int source_open(struct perf_file *f, struct err *err)
{
	struct pollfd writer = { .events = POLLIN };
	struct stat st;

	if (open_path(f, err))
		return -1;
	if (fstat(f->fd, &st))
		return fail(err, ERR_IO, "%s: cannot open: %s", f->path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return dir_enter(f, err) || check_not_empty(f, err) ? -1 : 0;
	/* Somebody may have read the beginning of what is our standard input. */
	f->sequential = !S_ISREG(st.st_mode) || lseek(f->fd, 0, SEEK_CUR) != 0;
	if (S_ISFIFO(st.st_mode)) {
		/* Until somebody has it open for writing, a read would see its end. */
		writer.fd = f->fd;
		poll(&writer, 1, -1);
		fcntl(f->fd, F_SETPIPE_SZ, PIPE_BYTES);
	}
	f->size = f->sequential ? 0 : st.st_size;
	return check_not_empty(f, err);
}

/* Gets the next @len bytes of a pipe. Returns 1, 0 when it ends before, or -1. */
static int read_on(struct perf_file *f, uint64_t len, struct err *err)
{
	struct buf *front = &f->front;

	while (len) {
		size_t piece = MIN(len, PIECE);
		ssize_t got;

		buf_add_zero(front, piece);
		if (front->failed)
			return fail_mem(err);
		front->len -= piece;
		got = io_read(f->fd, front->data + front->len, piece, NULL);
		if (got < 0)
			return fail(err, ERR_IO, "%s: cannot read at offset %#" PRIx64 ": %s",
				    f->path, f->size, strerror(errno));
		if (!got)
			return 0;
		front->len += got;
		f->size += got;
		len -= got;
	}
	return 1;
}

int source_has(struct perf_file *f, uint64_t off, uint64_t len, const char *what, struct err *err)
{
	if (off <= f->size && len <= f->size - off)
		return 1;
	if (!f->sequential)
		return 0;
	if (off > FRONT_MAX || len > FRONT_MAX - off)
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": %s of %" PRIu64 " bytes ends behind %u MiB, "
			    "too far for a pipe; give the name of a file",
			    f->path, off, what, len, FRONT_MAX >> 20);
	return read_on(f, off + len - f->size, err);
}

int source_read(const struct perf_file *f, void *buf, size_t len, uint64_t off, const char *what,
		struct err *err)
{
	const struct buf *front = f->head.len ? &f->head : &f->front;
	uint64_t there = off < front->len ? front->len - off : 0;
	ssize_t got = MIN(len, there);

	if (!f->sequential)
		got = io_pread(f->fd, buf, len, off);
	else if (got)
		memcpy(buf, front->data + off, got);
	if (got < 0)
		return fail(err, ERR_IO, "%s: cannot read %s at offset %#" PRIx64 ": %s", f->path,
			    what, off, strerror(errno));
	if ((size_t)got < len)
		return fail(err, ERR_TRUNC, "%s: offset %#" PRIx64 ": the file ends inside %s",
			    f->path, off, what);
	return 0;
}

void source_keep(struct perf_file *f, uint64_t off)
{
	struct buf kept = { 0 };

	if (f->front.len > off)
		buf_add(&kept, f->front.data + off, f->front.len - off);
	kept.failed |= f->front.failed;
	f->head = f->front;
	f->head.len = MIN(f->head.len, off);
	f->front = kept;
}
