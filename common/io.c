#include "common/io.h"
#include "common/util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define SPARE_FDS 64 /* for all that nobody announces */

ssize_t io_pread(int fd, void *buf, size_t len, uint64_t off)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = pread(fd, (char *)buf + have, len - have, off + have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		have += n;
	}
	return have;
}

bool io_is_zero(int fd, uint64_t off, uint64_t end)
{
	static const char zeros[16 << 10];
	char piece[sizeof(zeros)];

	while (off < end) {
		off_t data = lseek(fd, off, SEEK_DATA);
		ssize_t got;

		if (data < 0)
			return errno == ENXIO; /* from there on it is a hole */
		if ((uint64_t)data >= end)
			break;
		off = data;
		got = io_pread(fd, piece, MIN(sizeof(piece), end - off), off);
		if (got <= 0 || memcmp(piece, zeros, got))
			return got == 0;
		off += got;
	}
	return true;
}

ssize_t io_read(int fd, void *buf, size_t len, const volatile bool *stop)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	while (!stop || !*stop) {
		ssize_t n = read(fd, buf, len);

		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
		if (errno == EAGAIN)
			poll(&wait, 1, -1);
	}
	return 0;
}

int io_pwrite(int fd, const void *buf, size_t len, uint64_t off)
{
	while (len) {
		ssize_t n = pwrite(fd, buf, len, off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		buf = (const char *)buf + n;
		len -= n;
		off += n;
	}
	return 0;
}

int io_writev(int fd, struct iovec *iov, int nr, uint64_t *done)
{
	while (nr) {
		ssize_t n;

		if (!iov->iov_len) {
			iov++, nr--;
			continue;
		}
		n = writev(fd, iov, nr < IOV_MAX ? nr : IOV_MAX);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		*done += n;
		while (nr && (size_t)n >= iov->iov_len) {
			n -= iov->iov_len;
			iov->iov_len = 0;
			iov++, nr--;
		}
		if (nr) {
			iov->iov_base = (char *)iov->iov_base + n;
			iov->iov_len -= n;
		}
	}
	return 0;
}

static char *slurp_fd(int fd, size_t max, size_t *len)
{
	size_t have = 0, room = 4096;
	char *buf = malloc(room);

	while (buf) {
		ssize_t n = read(fd, buf + have, room - have - 1);
		char *bigger;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		have += n;
		if (!n) {
			buf[have] = 0;
			*len = have;
			return buf;
		}
		if (have > max) {
			errno = EFBIG;
			break;
		}
		if (have + 1 < room)
			continue;
		bigger = realloc(buf, room *= 2);
		if (!bigger)
			break;
		buf = bigger;
	}
	free(buf);
	return NULL;
}

char *io_slurp(const char *path, size_t max, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	char *text;

	if (fd < 0)
		return NULL;
	text = slurp_fd(fd, max, len);
	saved = errno;
	close(fd);
	errno = saved;
	return text;
}

void io_allow_files(uint32_t nr)
{
	/* The lowest number that is free tells how many are open, or nearly so. */
	int lowest = dup(STDERR_FILENO);
	rlim_t need = (rlim_t)MAX(lowest, 0) + nr + SPARE_FDS;
	struct rlimit limit;

	if (lowest >= 0)
		close(lowest);
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= need)
		return;
	limit.rlim_cur = MIN(need, limit.rlim_max);
	setrlimit(RLIMIT_NOFILE, &limit);
}
