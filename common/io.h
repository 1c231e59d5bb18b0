/* io.h - read and write in full, whatever the kernel does in between. */
#ifndef COMMON_IO_H
#define COMMON_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/*
 * io_pread() - read up to @len bytes at @off, fewer only at the end of the file.
 * Returns the number of bytes read, -1 with errno set.
 */
ssize_t io_pread(int fd, void *buf, size_t len, uint64_t off);

/*
 * io_is_zero() - are all bytes of the file @fd in [@off, @end) zeros? Holes are not read, so that
 * a file which only says that it is large costs nothing. No: also when a read fails.
 */
bool io_is_zero(int fd, uint64_t off, uint64_t end);

/* io_pwrite() - write all of @len bytes at @off. Returns 0, -1 with errno set. */
int io_pwrite(int fd, const void *buf, size_t len, uint64_t off);

/*
 * io_read() - read what there is, up to @len bytes: of a pipe perhaps less than will come.
 * Waits where @fd would not. @stop: NULL, or a flag that a signal handler sets to end the waiting.
 * Returns the number of bytes read, 0 at the end or when *@stop is set, -1 with errno set.
 */
ssize_t io_read(int fd, void *buf, size_t len, const volatile bool *stop);

/*
 * io_writev() - write all of @iov[0..nr), which is changed on the way.
 * *@done grows by the bytes written, also when it fails. Returns 0, -1 with errno set; after
 * EAGAIN a second call with what is left in @iov goes on.
 */
int io_writev(int fd, struct iovec *iov, int nr, uint64_t *done);

/*
 * io_slurp() - read a whole file whose size stat() cannot tell (procfs, tracefs).
 * @max bounds the bytes read. Returns a malloc()ed buffer with a NUL behind its *@len bytes, or
 * NULL with errno set (EFBIG: there is more than @max).
 */
char *io_slurp(const char *path, size_t max, size_t *len);

/* io_allow_files() - raise the limit so that @nr more files can be open, as far as that may be. */
void io_allow_files(uint32_t nr);

#endif
