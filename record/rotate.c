#include "record/rotate.h"
#include "common/optparse.h"
#include "common/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define NAME_NS	 10000000ull /* names tell the time in such steps */

/* A number and m, h or d; the shorter ones are parse_time()'s. */
static int parse_long_time(const char *text, uint64_t *ns)
{
	size_t len = strlen(text);
	uint64_t unit_s = text[len - 1] == 'm' ? 60 : text[len - 1] == 'h' ? 3600 : 86400;
	char number[32];

	if (len < 2 || len >= sizeof(number) || !strchr("mhd", text[len - 1]))
		return -1;
	snprintf(number, sizeof(number), "%.*s", (int)len - 1, text);
	if (strspn(number, "0123456789.") != len - 1)
		return -1;
	return parse_time(number, unit_s * NS_PER_S, ns);
}

int rotate_parse(struct rotate_spec *spec, const char *when)
{
	size_t len = strlen(when);

	spec->on = true;
	spec->bytes = spec->period_ns = 0;
	if (!len || !strcmp(when, "signal"))
		return 0;
	/* A number alone is neither a size nor a time. */
	if (when[len - 1] >= '0' && when[len - 1] <= '9')
		return -1;
	/* The long ones first: sizes are taken in small letters, too, and 5m is no megabytes. */
	if (!parse_long_time(when, &spec->period_ns) || !parse_size(when, 1, &spec->bytes))
		return 0;
	return parse_time(when, 1, &spec->period_ns);
}

/* A flight recorder makes its first file days later: better to hear of it now. */
static int check_folder(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	if (!access(folder, W_OK | X_OK))
		return 0;
	return fail(err, errno == EACCES || errno == EROFS ? ERR_PERM : ERR_IO,
		    "cannot make files in %s: %s; choose another place with -o", folder,
		    strerror(errno));
}

int rotate_begin(struct rotate *r, const struct rotate_spec *spec, const char *path,
		 struct err *err)
{
	struct stat st;

	*r = (struct rotate){ .spec = *spec, .path = path };
	if (!spec->on)
		return 0;
	if (!lstat(path, &st) && !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return fail(err, ERR_USAGE,
			    "cannot record into many files: %s is no regular file; choose another "
			    "with -o",
			    path);
	if (check_folder(path, err))
		return -1;
	r->next_ns = clock_ns(CLOCK_MONOTONIC) + spec->period_ns;
	r->room = MAX(spec->max_files, 1);
	r->names = calloc(r->room, sizeof(*r->names));
	return r->names ? 0 : fail_mem(err);
}

void rotate_release(struct rotate *r)
{
	for (uint64_t i = 0; r->names && i < r->room; i++)
		free(r->names[i]);
	free(r->names);
	*r = (struct rotate){ 0 };
}

void rotate_file_begun(struct rotate *r, uint64_t bytes)
{
	r->begin_bytes = bytes;
}

bool rotate_due(const struct rotate *r, uint64_t bytes)
{
	/* What comes before the events may be larger than that already. */
	if (r->spec.bytes)
		return bytes >= r->spec.bytes && bytes > r->begin_bytes;
	return r->spec.period_ns && clock_ns(CLOCK_MONOTONIC) >= r->next_ns;
}

void rotate_forward(struct rotate *r)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), period = r->spec.period_ns;

	if (period && r->next_ns <= now)
		r->next_ns += ((now - r->next_ns) / period + 1) * period;
}

/* Like rename(), but a file that is there stays, and that is EEXIST. */
static int rename_new(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* Not every file system can do that in one step. */
	if (!access(to, F_OK)) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

/* The time @at_ns of the wall as names tell it. */
static void name_time(uint64_t at_ns, char *text, size_t room)
{
	time_t s = at_ns / NS_PER_S;
	struct tm tm;
	size_t len;

	localtime_r(&s, &tm);
	len = strftime(text, room, "%Y%m%d%H%M%S", &tm);
	snprintf(text + len, room - len, "%02u", (unsigned)(at_ns % NS_PER_S / NAME_NS));
}

/* Gives the file a name that nobody has, malloc()ed; NULL with errno set. */
static char *rename_to_time(struct rotate *r)
{
	/* Two files within a hundredth of a second: the second one is dated ahead. */
	for (uint64_t at_ns = clock_ns(CLOCK_REALTIME);; at_ns += NAME_NS) {
		char *name;

		name_time(at_ns, r->last, sizeof(r->last));
		if (asprintf(&name, "%s.%s", r->path, r->last) < 0) {
			errno = ENOMEM;
			return NULL;
		}
		if (!rename_new(r->path, name))
			return name;
		free(name);
		if (errno != EEXIST)
			return NULL;
	}
}

const char *rotate_keep(struct rotate *r, struct err *err)
{
	char *name = rename_to_time(r);
	char **place;

	if (!name) {
		fail(err, ERR_IO, "cannot rename %s to %s.%s: %s", r->path, r->path, r->last,
		     strerror(errno));
		return NULL;
	}
	/* The ring of names is as long as files may be kept, so the next place has the oldest. */
	place = &r->names[r->nr_names++ % r->room];
	if (r->spec.max_files && *place && unlink(*place) && errno != ENOENT)
		fprintf(stderr, "rec: cannot remove %s: %s\n", *place, strerror(errno));
	free(*place);
	*place = name;
	return name;
}
