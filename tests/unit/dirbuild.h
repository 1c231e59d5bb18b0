/* dirbuild.h - recordings that are directories, for tests: DIR/data and bare records beside it. */
#ifndef TESTS_DIRBUILD_H
#define TESTS_DIRBUILD_H

#include "tests/unit/recbuild.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

struct db_dir {
	struct rb_file b; /* its `data`; finished by db_begin() */
	char path[256];
};

/* Writes @len bytes to the file @name of the directory. */
static inline void db_write(const struct db_dir *d, const char *name, const void *bytes, size_t len)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, (const char *)bytes + done, len - done);

		if (n <= 0)
			abort();
		done += n;
	}
	if (fd < 0 || close(fd))
		abort();
}

/* A directory with nothing in it. */
static inline void db_make(struct db_dir *d)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(d->path, sizeof(d->path), "%s/dirbuild.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(d->path))
		abort();
}

/* Writes d->b, which has events and records, as `data`; @version is that of DIR_FORMAT. */
static inline void db_begin(struct db_dir *d, uint64_t version)
{
	db_make(d);
	buf_add_u64(rb_feature(&d->b, FEATURE_DIR_FORMAT), version);
	rb_finish(&d->b);
	db_write(d, "data", d->b.out.data, d->b.out.len);
}

static inline void db_end(struct db_dir *d)
{
	DIR *dir = opendir(d->path);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    unlinkat(dirfd(dir), e->d_name, 0))
			unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
	rmdir(d->path);
	rb_release(&d->b);
}

#endif
