#include "common/dir.h"
#include "common/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATA   "data"
#define MEMBER "data." /* what their names begin with */

#define GAIN_BYTES (1u << 20) /* of records: what is read while threads start */
#define GAIN_RATIO 16	      /* that compression makes of them */

static int fail_part(const char *path, struct err *err)
{
	if (errno == ELOOP)
		return fail(err, ERR_DATA,
			    "%s: is a link, which is not followed; put the file itself there",
			    path);
	if (errno == EACCES || errno == EPERM)
		return fail(err, ERR_PERM, "%s: no right to read it; ask its owner or use sudo",
			    path);
	if (errno == EMFILE)
		return fail(err, ERR_IO, "%s: cannot open: %s; allow more with ulimit -n", path,
			    strerror(errno));
	return fail(err, ERR_IO, "%s: cannot open: %s", path, strerror(errno));
}

/* Opens a part. O_NONBLOCK: it may have become a FIFO that nobody writes. */
static int open_part(const struct dir *d, const char *path, uint64_t *size, struct err *err)
{
	const char *name = strrchr(path, '/') + 1;
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		fail_part(path, err);
	} else if (!S_ISREG(st.st_mode)) {
		fail(err, ERR_DATA, "%s: is no regular file", path);
	} else {
		*size = st.st_size;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

uint64_t dir_part_bytes(const struct perf_file *f, uint32_t nr)
{
	struct stat st;

	if (fstatat(f->dir->fd, strrchr(f->dir->parts[nr], '/') + 1, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode))
		return 0;
	return st.st_size;
}

uint64_t dir_bytes(const struct perf_file *f)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < f->dir->nr_parts; i++)
		bytes += dir_part_bytes(f, i);
	return bytes;
}

bool dir_gains(const struct perf_file *f)
{
	uint64_t ratio = file_names_feature(f, FEATURE_COMPRESSED) ? GAIN_RATIO : 1;

	return dir_has_parts(f) && thread_cpus() > 1 && dir_bytes(f) >= GAIN_BYTES / ratio;
}

static int add_part(struct dir *d, const char *name, struct err *err)
{
	size_t len = strlen(d->path);
	char **parts, *path;

	if (d->nr_parts == DIR_PARTS_MAX)
		return fail(err, ERR_DATA, "%s: has more than %d files " MEMBER "*", d->path,
			    DIR_PARTS_MAX);
	parts = realloc(d->parts, (d->nr_parts + 1) * sizeof(*parts));
	if (!parts)
		return fail_mem(err);
	d->parts = parts;
	if (asprintf(&path, "%s%s%s", d->path, len && d->path[len - 1] == '/' ? "" : "/", name) < 0)
		return fail_mem(err);
	parts[d->nr_parts++] = path;
	return 0;
}

int dir_enter(struct perf_file *f, struct err *err)
{
	struct dir *d = calloc(1, sizeof(*d));

	if (!d)
		return fail_mem(err);
	*d = (struct dir){ .fd = f->fd, .path = f->path };
	f->dir = d;
	f->fd = -1;
	if (add_part(d, DATA, err))
		return -1;
	f->path = d->parts[0];
	if (faccessat(d->fd, DATA, F_OK, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
		return fail(err, ERR_SYS,
			    "%s: is a directory without a file " DATA ", so it is no recording; "
			    "give a file, or what perf record --threads made",
			    d->path);
	f->fd = open_part(d, f->path, &f->size, err);
	return f->fd < 0 ? -1 : 0;
}

/* Does the recording say that it has other parts? One that does not lie in the file is believed. */
static bool says_so(const struct perf_file *f)
{
	bool set = f->header.flags[FEATURE_DIR_FORMAT / 64] >> (FEATURE_DIR_FORMAT % 64) & 1;
	struct buf body = { 0 };

	if (f->stream || !set)
		return false;
	if (!file_read_feature(f, FEATURE_DIR_FORMAT, &body, NULL) && body.len >= 8)
		set = file_u64(f, body.data) != 0;
	buf_release(&body);
	return set;
}

/*
 * A link is listed: it may stand for records, which are missing then, and that is to be told. perf
 * passes over files that are empty, too.
 */
static bool is_part(const struct dir *d, const char *name)
{
	struct stat st;

	if (strncmp(name, MEMBER, strlen(MEMBER)) || strchr(name, '/') ||
	    fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	return S_ISLNK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size);
}

static int list(struct dir *d, DIR *dir, struct err *err)
{
	struct dirent *entry;

	while (errno = 0, (entry = readdir(dir)))
		if (is_part(d, entry->d_name) && add_part(d, entry->d_name, err))
			return -1;
	return errno ? fail_part(d->path, err) : 0;
}

int dir_list(struct perf_file *f, struct err *err)
{
	struct dir *d = f->dir;
	DIR *dir;
	int fd, rc;

	if (!says_so(f))
		return 0;
	fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		rc = fail_part(d->path, err);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	rc = list(d, dir, err);
	closedir(dir);
	if (d->nr_parts > 1)
		f->path = d->path;
	return rc;
}

void dir_free(struct dir *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	for (uint32_t i = 0; i < d->nr_parts; i++)
		free(d->parts[i]);
	free(d->parts);
	free(d);
}

bool dir_has_parts(const struct perf_file *f)
{
	return f->dir && f->dir->nr_parts > 1;
}

int dir_part_open(struct perf_file *part, const struct perf_file *f, uint32_t nr, struct err *err)
{
	*part = *f;
	part->path = f->dir->parts[nr];
	part->dir = NULL;
	if (!nr) {
		part->fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
		return part->fd < 0 ? fail_part(part->path, err) : 0;
	}
	part->cut = false;
	part->data = (struct file_section){ 0 };
	part->fd = open_part(f->dir, part->path, &part->size, err);
	part->data.size = part->size;
	return part->fd < 0 ? -1 : 0;
}

/* All else is borrowed. */
void dir_part_close(struct perf_file *part)
{
	if (part->path && part->fd >= 0)
		close(part->fd);
	*part = (struct perf_file){ .fd = -1 };
}
