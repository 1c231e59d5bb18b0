/*
 * dir.h - a recording that is a directory, as perf record --threads and --kcore write it.
 *
 * DIR/data is a perf.data file. With --threads most records are elsewhere: every regular file
 * DIR/data.* is nothing but records, those of the rings of one thread, and without rounds (order.h).
 * DIR/data and these are the PARTS of the recording, in the order in which the directory lists them,
 * as perf takes them. The feature DIR_FORMAT says whether there are any but DIR/data.
 * Source: tools/perf/util/data.c, and perf.data-directory-format.txt beside it.
 *
 * A directory may come from anywhere: nothing is opened through a link, only regular files are.
 */
#ifndef COMMON_DIR_H
#define COMMON_DIR_H

#include "common/file.h"

/* perf has a part for a CPU at most; Linux has at most 8192 of these, and nobody so many. */
#define DIR_PARTS_MAX 4096

/* Invariant: 1 <= nr_parts <= DIR_PARTS_MAX but while it is opened; parts[0] is DIR/data. */
struct dir {
	int fd;		  /* of the directory */
	const char *path; /* its name; borrowed */
	char **parts;	  /* "DIR/NAME"; owned */
	uint32_t nr_parts;
};

/*
 * dir_enter() - f->fd is a directory: make it that of its file `data`, and f->path its name.
 * Returns 0, or -1 with ERR_SYS (there is none), ERR_PERM, ERR_IO, ERR_DATA (it is a link, or no
 * regular file), ERR_MEM; dir_free() is due in all cases.
 */
int dir_enter(struct perf_file *f, struct err *err);

/*
 * dir_list() - find the other parts, when f->features are known. f->path is the directory again
 * when there are any. Returns 0, or -1 with ERR_IO, ERR_MEM, ERR_DATA (more than DIR_PARTS_MAX).
 */
int dir_list(struct perf_file *f, struct err *err);
void dir_free(struct dir *d);

/* dir_has_parts() - is @f more than one file? */
bool dir_has_parts(const struct perf_file *f);

/* dir_part_bytes() - the size of part @nr of the directory @f; 0 when it is gone. */
uint64_t dir_part_bytes(const struct perf_file *f, uint32_t nr);

/* dir_bytes() - the size of all parts of the directory @f; of those that are gone, 0. */
uint64_t dir_bytes(const struct perf_file *f);

/*
 * dir_gains() - is it worth threads, and are there CPUs for them, to read the parts of the directory @f side
 * by side? Not where there are few bytes, or no parts.
 */
bool dir_gains(const struct perf_file *f);

/*
 * dir_part_open() - open part @nr of the directory @f, as a file of its own with the events of @f;
 * for a reader. What it has of @f is borrowed. Returns 0, or -1 with the errors of dir_enter();
 * dir_part_close() is due in both cases, and takes a zeroed struct, too.
 */
int dir_part_open(struct perf_file *part, const struct perf_file *f, uint32_t nr, struct err *err);
void dir_part_close(struct perf_file *part);

#endif
