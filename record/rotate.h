/*
 * rotate.h - a recording in many files: when the next one begins, what they are called, and which
 * are kept.
 *
 * The file that is being written has the name of -o; once it is whole it gets that name and the
 * time behind it, as perf does it: perf.data.2026112221490012, down to the hundredth of a second.
 */
#ifndef RECORD_ROTATE_H
#define RECORD_ROTATE_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/* When to switch. SIGUSR2 does it in any case. */
struct rotate_spec {
	bool on;
	uint64_t bytes;	    /* when the file is as large; 0: no matter */
	uint64_t period_ns; /* so often; 0: no matter */
	uint64_t max_files; /* so many whole files are kept; 0: all */
};

struct rotate {
	struct rotate_spec spec;
	const char *path;     /* of -o; borrowed */
	uint64_t next_ns;     /* CLOCK_MONOTONIC: when the period is over */
	uint64_t begin_bytes; /* of the file when it had no events yet */
	char **names;	      /* of the newest whole files, a ring; owned */
	uint64_t room;	      /* for that many */
	uint64_t nr_names;    /* all that there ever were */
	char last[32];	      /* the time behind the last name */
};

/*
 * rotate_parse() - @when: a size "100M", a time "30s", "5m", "1h", "1d", "500ms", or "" and "signal".
 * Returns 0, or -1 when it is none of these.
 */
int rotate_parse(struct rotate_spec *spec, const char *when);

/*
 * rotate_begin() - the first file, @path, is about to be written.
 * Returns 0, or -1 with ERR_USAGE (it is no file that can be renamed), ERR_PERM or ERR_IO (there
 * is no such folder, or not for us), or ERR_MEM. rotate_release() is
 * due in both cases.
 */
int rotate_begin(struct rotate *r, const struct rotate_spec *spec, const char *path,
		 struct err *err);
void rotate_release(struct rotate *r);

/* rotate_file_begun() - the file has @bytes, and no event yet. */
void rotate_file_begun(struct rotate *r, uint64_t bytes);

/* rotate_due() - is it time to switch from a file of @bytes? */
bool rotate_due(const struct rotate *r, uint64_t bytes);

/* rotate_forward() - the time that is next due is one that is still to come. */
void rotate_forward(struct rotate *r);

/*
 * rotate_keep() - the file is whole: name it, and remove the oldest of ours if there are too many.
 * Returns its name, valid until rotate_release() or the next call, or NULL with ERR_IO or ERR_MEM.
 */
const char *rotate_keep(struct rotate *r, struct err *err);

#endif
