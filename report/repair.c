#include "report/repair.h"
#include "common/dir.h"
#include "common/rebuild.h"
#include "report/out.h"
#include "report/tell.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".repaired"

struct repair {
	struct perf_file file;
	struct salvage salvage;
	struct formats formats;
	char output[PATH_MAX];
	char part[PATH_MAX]; /* name of what is written, until it is whole; empty: it has none */
};

static int fail_output(const char *what, const char *path, struct err *err)
{
	return fail(err, errno == EACCES || errno == EPERM || errno == EROFS ? ERR_PERM : ERR_IO,
		    "cannot %s %s: %s; choose another file with -o", what, path, strerror(errno));
}

static int name_output(struct repair *r, const char *input, const char *output, struct err *err)
{
	int len = snprintf(r->output, sizeof(r->output), "%s%s", output ? output : input,
			   output ? "" : SUFFIX);

	/* It must leave room for the name of the part. */
	if (len < (int)sizeof(r->output) - 8)
		return 0;
	r->output[64] = 0;
	errno = ENAMETOOLONG;
	return fail_output("create", r->output, err);
}

/* Before the work rather than after it; that nobody is overwritten is seen to at the end. */
static int check_output(const struct repair *r, bool force, struct err *err)
{
	struct stat in, out;

	if (!strcmp(r->output, "-"))
		return fail(err, ERR_USAGE,
			    "option -o: a repaired recording cannot go to standard output, for its "
			    "header is written last; give the name of a file");
	if (stat(r->output, &out))
		return 0;
	if (!fstat(r->file.fd, &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
		return fail(err, ERR_USAGE,
			    "option -o: %s is the recording itself, which is kept as it is",
			    r->output);
	if (lstat(r->output, &out) || !S_ISREG(out.st_mode))
		return fail(err, ERR_IO, "%s is no regular file; choose another with -o",
			    r->output);
	if (!force)
		return fail(err, ERR_IO,
			    "%s exists; use -f to overwrite it, or -o for another file", r->output);
	return 0;
}

static int check_input(const struct perf_file *file, const char *input, const char *output,
		       struct err *err)
{
	if (file->sequential)
		return fail(err, ERR_USAGE,
			    "%s: a pipe cannot be repaired, for it is read twice; keep it in a "
			    "file first",
			    file->path);
	if (file->swapped)
		return fail(
			err, ERR_SYS,
			"%s: was recorded on a machine of the other byte order; records are "
			"kept as they are, so repair it on one like that. Reports read it as it is",
			file->path);
	if (dir_has_parts(file))
		return fail(err, ERR_USAGE,
			    "%s: has its records in several files, which cannot be repaired as "
			    "one; reports read what can be read of them",
			    file->path);
	if (!output && !strcmp(input, "-"))
		return fail(err, ERR_USAGE,
			    "%s: has no name to put %s behind; name the repaired file with -o",
			    file->path, SUFFIX);
	return 0;
}

/* Whoever could read the recording can read what was made of it, and nobody else. */
static void keep_rights(const struct repair *r, int fd)
{
	bool root = !geteuid();
	struct stat st;

	if (fstat(r->file.fd, &st))
		return;
	if (fchown(fd, root ? st.st_uid : (uid_t)-1, st.st_gid)) {
		/* It is of another group, which may do what all may. */
		st.st_mode = (st.st_mode & ~S_IRWXG) | (st.st_mode & S_IRWXO) << 3;
		if (root)
			tell_warning("cannot give %s to the owner of %s: %s", r->output,
				     r->file.path, strerror(errno));
	}
	fchmod(fd, st.st_mode & 0666);
}

/* A file without a name, of which nothing is left whatever ends us; -1 where that cannot be. */
static int open_nameless(const char *output)
{
	char *path = strdup(output);
	int fd = -1;

	/* It gets its name through there. */
	if (path && !access("/proc/self/fd", X_OK))
		fd = open(dirname(path), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	free(path);
	return fd;
}

static int open_part(struct repair *r, struct err *err)
{
	int fd = open_nameless(r->output);

	if (fd < 0) {
		snprintf(r->part, sizeof(r->part), "%.*s.XXXXXX", (int)sizeof(r->part) - 8,
			 r->output);
		fd = mkostemp(r->part, O_CLOEXEC);
	}
	if (fd < 0) {
		*r->part = 0;
		return fail_output("create", r->output, err);
	}
	keep_rights(r, fd);
	return fd;
}

static int link_part(const struct repair *r, int fd, const char *name)
{
	char path[32];

	if (*r->part)
		return link(r->part, name);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

/* rename() needs one. */
static int name_part(struct repair *r, int fd)
{
	char name[PATH_MAX];

	if (*r->part)
		return 0;
	snprintf(name, sizeof(name), "%.*s.%d", (int)sizeof(name) - 9, r->output, getpid());
	if (link_part(r, fd, name))
		return -1;
	memcpy(r->part, name, sizeof(name));
	return 0;
}

/*
 * The recording may be removed for the repaired one: that has to be on the disk then. link() does
 * not replace what is there; a file system that has no links has nobody's file to replace either.
 */
static int put_in_place(struct repair *r, int fd, bool force, struct err *err)
{
	if (fsync(fd) && errno != EINVAL)
		return fail_output("write", r->output, err);
	if (!force && !link_part(r, fd, r->output))
		return 0; /* release() removes the part */
	if ((!force && errno == EEXIST) || name_part(r, fd) || rename(r->part, r->output))
		return fail_output("create", r->output, err);
	*r->part = 0;
	return 0;
}

static int write_output(struct repair *r, bool force, uint64_t *bytes, struct err *err)
{
	int rc = -1, fd = open_part(r, err);

	if (fd < 0)
		return -1;
	if (!rebuild(&r->salvage, &r->formats, fd, r->output, bytes, err))
		rc = put_in_place(r, fd, force, err);
	close(fd);
	return rc;
}

/* The text of an error about the file, without what a report says at its end. */
static void print_damage(const struct err *damage)
{
	const char *end = strstr(damage->text, "; only what came before");

	printf("%.*s\n", end ? (int)(end - damage->text) : (int)sizeof(damage->text), damage->text);
}

static void print_what(const struct repair *r)
{
	const struct salvage *s = &r->salvage;
	const char *path = r->file.path;

	if (r->file.unfinished)
		printf("%s: the recording was not finished%s\n", path,
		       s->zeros ? ", as the machine went down" : "");
	if (s->damage.code)
		print_damage(&s->damage);
	else if (r->file.no_formats)
		printf("%s\n", r->file.no_formats);
	else if (r->file.tps.bad)
		printf("%s\n", r->file.tps.bad);
	else if ((r->file.table_lost || r->formats.nr) && !r->file.unfinished)
		printf("%s: what describes the recording behind its data is missing\n", path);
}

/* What the data has behind all that is kept. */
static const char *tail_name(const struct salvage *s)
{
	if (s->half)
		return s->zeros ? "a record that is half zeros, and zeros"
				: "a record that is half zeros, and nobody knows where the next "
				  "one begins";
	if (s->zeros)
		return "zeros";
	if (s->partial)
		return "the beginning of a record";
	return "no record, and nobody knows where the next one begins";
}

static void print_dropped(const struct repair *r)
{
	const struct salvage *s = &r->salvage;
	uint64_t lost = salvage_lost_bytes(s);
	char nr[32], bytes[32];

	if (s->nr_torn)
		printf("left out: %s bytes in between that are no records, at %u places, from "
		       "offset %#" PRIx64 " on\n",
		       out_grouped(s->torn_bytes, bytes), s->nr_torn, s->torn_off);
	if (s->nr_broken)
		printf("left out: %s compressed records of %s bytes that cannot be decompressed\n",
		       out_grouped(s->nr_broken, nr), out_grouped(s->broken_bytes, bytes));
	if (lost)
		printf("left out: %s bytes at the end, from offset %#" PRIx64 " on: %s\n",
		       out_grouped(lost, bytes), s->stop_off, tail_name(s));
	if (s->nr_dropped)
		printf("left out: %s records of %s bytes that perf does not read\n",
		       out_grouped(s->nr_dropped, nr), out_grouped(s->dropped_bytes, bytes));
	if (s->nr_mended)
		printf("mended: %s compressed records to which perf 6.16 to 7.0 gave wrong sizes\n",
		       out_grouped(s->nr_mended, nr));
	if (s->inflate)
		printf("decompressed: what is behind offset %#" PRIx64
		       ", as it is damaged or ends inside a record\n",
		       s->raw_end);
}

static void print_format(const struct formats_entry *e)
{
	static const char *const because[] = {
		[FORMAT_KERNEL] = "the running kernel says so, which is the one that was recorded",
		[FORMAT_RECORDS] = "taken for that, because all of its records look so",
		[FORMAT_NONE] = "nobody knows what it is; its fields are kept as a row of bytes",
	};

	printf("event %" PRIu64 ": %s:%s (%s)\n", e->id, e->system, e->name, because[e->source]);
}

static void print_result(const struct repair *r, uint64_t bytes)
{
	char records[32], samples[32];

	for (uint32_t i = 0; i < r->formats.nr; i++)
		if (r->formats.entries[i].source != FORMAT_FILE)
			print_format(&r->formats.entries[i]);
	printf("wrote %s: %.3f MB, %s records, %s of them samples\n", r->output, bytes / 1048576.0,
	       out_grouped(r->salvage.nr_records, records),
	       out_grouped(r->salvage.nr_samples, samples));
}

static int repair_file(struct repair *r, bool force, struct err *err)
{
	uint64_t bytes;

	if (salvage_scan(&r->salvage, &r->file, err))
		return -1;
	if (salvage_is_whole(&r->salvage)) {
		printf("%s: nothing is wrong with it; nothing was written\n", r->file.path);
		return 0;
	}
	if (formats_find(&r->formats, &r->file, r->salvage.seen, &r->salvage.kernel, err) ||
	    write_output(r, force, &bytes, err))
		return -1;
	print_what(r);
	print_dropped(r);
	print_result(r, bytes);
	return 0;
}

static void release(struct repair *r)
{
	if (*r->part)
		unlink(r->part);
	formats_release(&r->formats);
	salvage_release(&r->salvage);
	file_close(&r->file);
}

int repair(const char *input, const char *output, bool force, struct err *err)
{
	struct repair r = { 0 };
	int rc = -1;

	if (file_open(&r.file, input, err))
		return -1;
	if (!check_input(&r.file, input, output, err) && !name_output(&r, input, output, err) &&
	    !check_output(&r, force, err))
		rc = repair_file(&r, force, err);
	release(&r);
	return rc;
}
