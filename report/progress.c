#include "report/progress.h"
#include "common/thread.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_NS       1000000000ull
#define EVERY_NS       200000000ull
#define PATH_MAX_SHOWN 30

/* Bytes that this process has read, by all threads; -1: the kernel does not say. */
static int64_t bytes_read(void)
{
	FILE *in = fopen("/proc/self/io", "re");
	int64_t nr = -1;

	if (!in)
		return -1;
	if (fscanf(in, "rchar: %" SCNd64, &nr) != 1)
		nr = -1;
	fclose(in);
	return nr;
}

/* 1234567 -> "1.23 MB" */
static void put_bytes(double nr, char text[24])
{
	char number[16];
	int len;

	statusline_number(nr, number, sizeof(number));
	len = strspn(number, "0123456789.");
	snprintf(text, 24, "%.*s %sB", len, number, number + len);
}

/* " FILE", if that has a length and characters that one can count on. */
static void put_path(const char *path, char text[PATH_MAX_SHOWN + 2])
{
	size_t len = strlen(path);

	*text = 0;
	if (len > PATH_MAX_SHOWN)
		return;
	for (size_t i = 0; i < len; i++)
		if (path[i] < ' ' || path[i] > '~')
			return;
	snprintf(text, PATH_MAX_SHOWN + 2, " %s", path);
}

void progress_text(const struct progress *p, uint64_t nr, uint64_t elapsed_ns, int width,
		   char text[STATUSLINE_MAX + 1])
{
	const double rate = nr * 1e9 / MAX(elapsed_ns, 1u);
	char forms[3][128], path[PATH_MAX_SHOWN + 2], done[24], speed[24];

	put_path(p->path, path);
	put_bytes(nr, done);
	put_bytes(rate, speed);
	if (p->total) {
		const uint64_t at = MIN(nr, p->total), percent = at * 100.0 / p->total;
		const double left_s = (p->total - at) / MAX(rate, 1.0);

		snprintf(forms[0], sizeof(forms[0]), "reading%s: %" PRIu64 " %%, %s/s, %.0f s left",
			 path, percent, speed, left_s);
		snprintf(forms[1], sizeof(forms[1]), "%" PRIu64 " %%, %.0f s left", percent,
			 left_s);
		snprintf(forms[2], sizeof(forms[2]), "%" PRIu64 " %%", percent);
	} else {
		snprintf(forms[0], sizeof(forms[0]), "reading%s: %s, %s/s", path, done, speed);
		snprintf(forms[1], sizeof(forms[1]), "%s, %s/s", done, speed);
		snprintf(forms[2], sizeof(forms[2]), "%s", done);
	}
	*text = 0;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if ((int)strlen(forms[i]) > MIN(width, STATUSLINE_MAX))
			continue;
		snprintf(text, STATUSLINE_MAX + 1, "%s", forms[i]);
		return;
	}
}

static void show(struct progress *p)
{
	char text[STATUSLINE_MAX + 1];
	int64_t pos = bytes_read();

	if (pos < 0)
		return;
	progress_text(p, pos - p->begin_pos, clock_ns(CLOCK_MONOTONIC) - p->begin_ns,
		      statusline_width(&p->line), text);
	statusline_show(&p->line, text);
}

/* Returns false when the end comes before that time. */
static bool wait_until(struct progress *p, uint64_t time_ns)
{
	const struct timespec until = { .tv_sec = time_ns / 1000000000,
					.tv_nsec = time_ns % 1000000000 };

	while (!p->end)
		if (pthread_cond_timedwait(&p->ended, &p->lock, &until))
			return true;
	return false;
}

static void *run(void *arg)
{
	struct progress *p = arg;
	uint64_t next_ns = p->begin_ns + FIRST_NS;

	pthread_mutex_lock(&p->lock);
	while (wait_until(p, next_ns)) {
		show(p);
		next_ns = clock_ns(CLOCK_MONOTONIC) + EVERY_NS;
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

void progress_begin(struct progress *p, const char *path, uint64_t total)
{
	pthread_condattr_t attr;
	int64_t pos;

	*p = (struct progress){ .path = path, .total = total };
	statusline_open(&p->line);
	pos = p->line.fd < 0 ? -1 : bytes_read();
	if (pos < 0)
		return;
	p->begin_pos = pos;
	p->begin_ns = clock_ns(CLOCK_MONOTONIC);
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->ended, &attr);
	pthread_condattr_destroy(&attr);
	p->running = !thread_start(&p->thread, run, p);
}

void progress_end(struct progress *p)
{
	if (p->running) {
		pthread_mutex_lock(&p->lock);
		p->end = true;
		pthread_cond_signal(&p->ended);
		pthread_mutex_unlock(&p->lock);
		pthread_join(p->thread, NULL);
		p->running = false;
	}
	statusline_close(&p->line);
}
