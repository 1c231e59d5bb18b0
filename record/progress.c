#include "record/progress.h"
#include "common/util.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define EVERY_NS   500000000ull
#define COST_SHARE 100 /* reading the counts takes at most this part of the time */
#define COUNTS_MAX \
	1024	    /* with more of them, a single reading keeps us from the rings for too long */
#define TEXT_MAX 79 /* the most that is shown, and all of a terminal that knows no width */

void progress_begin(struct progress *p, const struct drain *d, const uint64_t *written)
{
	*p = (struct progress){ .drain = d, .written = written, .fd = -1 };
	if (!isatty(STDERR_FILENO))
		return;
	/* A description of its own: that it does not block is nobody else's business. */
	p->fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	p->read_ns = clock_ns(CLOCK_MONOTONIC);
	p->next_ns = p->read_ns + EVERY_NS;
}

/* Columns that are used: the terminal's last one stays free, as some wrap behind it. */
static int columns(const struct progress *p)
{
	struct winsize size;

	if (ioctl(p->fd, TIOCGWINSZ, &size) || !size.ws_col)
		return TEXT_MAX;
	return MIN(size.ws_col - 1, TEXT_MAX);
}

/*
 * Writes @text over what is shown, with blanks behind it: an escape is not known to all terminals.
 * The cursor waits at the beginning, where a Ctrl-C leaves its two characters.
 */
static void show(struct progress *p, const char *text, int width)
{
	char line[TEXT_MAX + 3];
	int len = MAX(p->shown, (int)strlen(text));
	int all = snprintf(line, sizeof(line), "\r%-*s\r", MIN(len, width), text);

	/* From a background job it would get into what somebody types; rec could even be stopped. */
	if (tcgetpgrp(p->fd) == getpgrp() && write(p->fd, line, all) == all)
		p->shown = len;
}

/* 1234567 -> "1.23M" */
static const char *short_number(double nr, char *text, size_t room)
{
	static const char unit[] = " kMG";
	int i = 0;

	while (nr >= 999.5 && i < 3) {
		nr /= 1000;
		i++;
	}
	snprintf(text, room, "%.*f%.*s",
		 !i || nr >= 99.95 ? 0
		 : nr >= 9.995	   ? 1
				   : 2,
		 nr, i > 0, unit + i);
	return text;
}

/* Of what overwrites itself nobody looks at a record until it is written: what happened counts. */
static uint64_t seen(const struct progress *p)
{
	const struct evlist *l = p->drain->evlist;

	return l->backward && !l->weighted ? p->counts.counted : p->counts.samples;
}

/* In all files; with --overwrite the drain writes into memory. */
static double written_mb(const struct progress *p)
{
	uint64_t bytes = *p->written;

	if (!p->drain->evlist->backward)
		bytes += __atomic_load_n(&p->drain->writer->pos, __ATOMIC_RELAXED);
	return bytes / 1048576.0;
}

/* What fits into @width columns: a number that was cut would be another number. */
static void describe(const struct progress *p, double rate, int width, char *text, size_t room)
{
	double mb = written_mb(p);
	char nr[16];

	if (!p->counts.table) {
		snprintf(text, room, "rec: %.1f MB", mb);
	} else {
		short_number(rate, nr, sizeof(nr));
		snprintf(text, room, "rec: %s events/s, %.1f MB, %" PRIu64 " lost", nr, mb,
			 p->counts.lost);
		if ((int)strlen(text) > width)
			snprintf(text, room, "%s/s %.0fMB %" PRIu64 " lost", nr, mb,
				 p->counts.lost);
		if ((int)strlen(text) > width)
			snprintf(text, room, "%" PRIu64 " lost", p->counts.lost);
	}
	if ((int)strlen(text) > width)
		*text = 0;
}

void progress_tick(void *arg)
{
	struct progress *p = arg;
	const struct evlist *l = p->drain->evlist;
	uint64_t now = p->fd >= 0 ? clock_ns(CLOCK_MONOTONIC) : 0, before = seen(p);
	int width;
	char text[TEXT_MAX + 1];

	if (p->fd < 0 || now < p->next_ns)
		return;
	width = columns(p);
	if ((uint64_t)l->nr * l->nr_open <= COUNTS_MAX && counts_read(&p->counts, p->drain, NULL)) {
		progress_end(p);
		return;
	}
	describe(p, (seen(p) - before) * 1e9 / (now - p->read_ns), width, text, sizeof(text));
	show(p, text, width);
	p->read_ns = now;
	p->next_ns = now + MAX(EVERY_NS, (clock_ns(CLOCK_MONOTONIC) - now) * COST_SHARE);
}

void progress_end(struct progress *p)
{
	if (p->fd >= 0 && p->shown)
		show(p, "", columns(p));
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	counts_release(&p->counts);
}
