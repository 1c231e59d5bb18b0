#include "report/rpt_top.h"
#include "common/optparse.h"
#include "common/thread.h"
#include "common/util.h"
#include "report/callstream.h"
#include "report/activity.h"
#include "report/out.h"
#include "report/recorder.h"
#include "report/screen.h"
#include "report/session.h"
#include "report/toppage.h"
#include "report/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* A recorder that says nothing for so long has nothing to say: rec looks at all rings five times a second. */
#define SILENCE_NS 1000000000ull
#define TICK_MS	   200
/* Of the sum of all intervals; then it begins again. */
#define TOTAL_CELLS_MAX 65536
#define TASKS_FEW	65536u
#define WAKE_UP		SIGUSR2 /* of the thread that waits for the stream */

/*
 * Two threads: one reads, and closes an interval when all that belongs to it has come; the other, which was
 * there first, shows it.
 */
struct top {
	struct consumer consumer;
	const struct report_opts *opts;
	struct recorder recorder;
	struct session session;
	pthread_t reader;
	uint32_t own_pid; /* where rec is ours; else 0 */

	pthread_mutex_t lock; /* of all up to the next empty line, and what they point to */
	struct callstream stream;
	uint64_t delay_ns;
	uint64_t
		start_ns; /* of the interval that is open, on the clock of the events; 0: not known */
	uint64_t closed_ns;   /* CLOCK_MONOTONIC: when the one before was closed */
	uint64_t heard_ns;    /* CLOCK_MONOTONIC: when the stream last said something; 0: not yet */
	struct activity now;  /* open */
	struct activity done; /* the last one that was closed */
	struct activity untold; /* the sum of those that nobody has asked for */
	uint64_t nr_closed;
	bool enough;	    /* ... as many as were asked for */
	uint32_t tasks_max; /* with so many those that ended are forgotten */
	bool ended;	    /* the reader has */
	int rc;		    /* of it, with @err */
	struct err err;

	int event_fd; /* written to when one was closed, and at the end */
	int signal_fd;
	sigset_t before;  /* signals that were blocked */
	int died;	  /* signal that ends us; 0: none */
	bool interrupted; /* there was a SIGINT */

	/* Of the screen, and of text: */
	struct topview view;
	struct activity shown, total;
	const struct screen_engine *engine;
	struct screen *screen;
	int keys_fd;
};

/* ---- pages ---- */

static void set_when(const struct top *x, const struct activity *i, char when[32])
{
	const struct perf_file *f = &x->session.file;
	uint64_t ns = clock_ns(CLOCK_REALTIME);
	time_t sec;
	struct tm tm;

	if (f->wall_ns && i->end_ns)
		ns = f->wall_ns + (i->end_ns - f->clock_ns);
	else if (!f->sequential) {
		snprintf(when, 32, "%.6f", i->end_ns / 1e9);
		return;
	}
	sec = ns / 1000000000;
	localtime_r(&sec, &tm);
	strftime(when, 32, "%H:%M:%S", &tm);
}

static int draw_page(struct top *x, const struct toppage *page, const struct activity *i,
		     struct err *err)
{
	struct tophead head = { .ended = x->ended,
				.error = x->ended && x->rc ? x->err.text : NULL };
	struct toprows rows;
	int rc = toprows_make(&rows, i, &x->view, x->session.file.arch, err);

	if (!rc) {
		set_when(x, i, head.when);
		toppage_draw(page, &x->view, &head, i, &rows);
	}
	toprows_release(&rows);
	return rc;
}

/* ---- text ---- */

static void put_text(void *arg, int row, int column, const char *text, enum top_look look)
{
	int *last = arg;

	if (look == TOP_TITLE_SORTED) /* it is there already */
		return;
	while (*last < row && ++*last)
		putchar('\n');
	(void)column; /* pieces of a line follow each other */
	fputs(text, stdout);
}

static int print_page(struct top *x, struct err *err)
{
	int last = 0;
	struct toppage page = {
		.rows = x->opts->top ? MIN(x->opts->top, 1000000) + TOP_HEAD_ROWS : 0,
		.put = put_text,
		.arg = &last,
	};

	if (x->nr_closed > 1)
		putchar('\n');
	if (draw_page(x, &page, &x->done, err))
		return -1;
	putchar('\n');
	if (fflush(stdout))
		return fail(err, ERR_IO, "cannot write the result: %s", strerror(errno));
	return 0;
}

/* ---- intervals; with the lock held ---- */

static int give(void *arg, const struct call *call, struct err *err)
{
	struct top *x = arg;

	if (call->state == CALL_LEFT || (call->state == CALL_OPEN && call->in_flight))
		return 0;
	/* rec does not record itself, nor do we look at us. */
	if (x->own_pid && x->stream.pairs.tasks[call->task].pid == x->own_pid)
		return 0;
	return activity_add(&x->now, &x->stream.pairs, call, err);
}

static int add_up(struct activity *sum, const struct activity *i, struct err *err)
{
	if (sum->nr > TOTAL_CELLS_MAX)
		activity_release(sum);
	return activity_merge(sum, i, err);
}

/* What is open ends, @length_ns after it began. */
static int close_interval(struct top *x, uint64_t length_ns, uint64_t nr_running, struct err *err)
{
	x->now.length_ns = length_ns;
	x->now.end_ns = x->start_ns ? x->start_ns + length_ns : 0;
	x->now.nr_running = nr_running;
	x->now.nr_lost = session_lost(&x->session, NULL);
	x->start_ns = x->now.end_ns;
	x->closed_ns = clock_ns(CLOCK_MONOTONIC);
	if (add_up(&x->untold, &x->now, err))
		return -1;
	activity_release(&x->done);
	x->done = x->now;
	x->now = (struct activity){ 0 };
	x->nr_closed++;
	x->enough = x->opts->iterations && x->nr_closed >= x->opts->iterations;
	eventfd_write(x->event_fd, 1);
	return x->opts->batch ? print_page(x, err) : 0;
}

/* All that happened up to what the window has settled has been counted. */
static int close_settled(struct top *x, struct err *err)
{
	const struct callstream *c = &x->stream;
	uint64_t upto = c->window.settled_ns == UINT64_MAX ? c->last_ns : c->window.settled_ns;

	if (!x->start_ns && c->first_ns != UINT64_MAX)
		x->start_ns = c->first_ns;
	if (!x->start_ns || upto <= x->start_ns || upto - x->start_ns < x->delay_ns || x->enough)
		return 0;
	return close_interval(x, upto - x->start_ns, pairs_running(&x->stream.pairs), err);
}

/* Nobody has said anything for a while: what waits for older records need not wait any more. */
static int close_silent(struct top *x, struct err *err)
{
	const uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (!x->heard_ns || x->ended || x->enough || now - x->heard_ns < SILENCE_NS)
		return 0;
	/* All of it is older than the last round but one, if two of them follow. */
	for (int i = 0; i < 2 && x->stream.window.nr; i++)
		if (window_round(&x->stream.window, err))
			return -1;
	if (close_settled(x, err))
		return -1;
	if (now < x->closed_ns + x->delay_ns)
		return 0;
	return close_interval(x, now - x->closed_ns, pairs_running(&x->stream.pairs), err);
}

/* ---- the reader ---- */

static int top_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct top *x = (struct top *)consumer;

	return callstream_start(&x->stream, s, err);
}

/* No task of the stream is remembered for ever. */
static int forget_dead(struct top *x, struct err *err)
{
	struct callstream *c = &x->stream;

	x->tasks_max = MAX(x->tasks_max, TASKS_FEW);
	if (MAX(c->news.slots.nr, c->pairs.nr_tasks) < x->tasks_max)
		return 0;
	if (callstream_forget(c, err))
		return -1;
	x->tasks_max = MAX(2 * c->news.slots.nr, TASKS_FEW);
	return 0;
}

static int top_add_block(struct consumer *consumer, struct session *s, struct block *b,
			 struct err *err)
{
	struct top *x = (struct top *)consumer;
	int rc;

	pthread_mutex_lock(&x->lock);
	x->heard_ns = clock_ns(CLOCK_MONOTONIC);
	x->closed_ns = x->closed_ns ? x->closed_ns : x->heard_ns;
	rc = callstream_add(&x->stream, b, err);
	if (!rc)
		rc = close_settled(x, err);
	if (!rc)
		rc = forget_dead(x, err);
	s->stop |= x->enough;
	pthread_mutex_unlock(&x->lock);
	return rc;
}

/*
 * Is what is left at the end an interval of its own? Text has all there is; on the screen a short one would take the
 * place of figures that stay to be looked at.
 */
static bool is_worth_closing(const struct top *x, uint64_t last_ns)
{
	if (last_ns <= x->start_ns)
		return false;
	return x->opts->batch || !x->nr_closed || last_ns - x->start_ns >= x->delay_ns / 2;
}

/* The last interval may be a short one. */
static int top_end(struct consumer *consumer, struct session *s, struct err *err)
{
	struct top *x = (struct top *)consumer;
	const uint64_t last_ns = x->stream.last_ns;
	uint64_t nr_running;
	int rc;

	pthread_mutex_lock(&x->lock);
	rc = window_end(&x->stream.window, err); /* before those that run are ended, too */
	nr_running = pairs_running(&x->stream.pairs);
	if (!x->start_ns && x->stream.first_ns != UINT64_MAX)
		x->start_ns = x->stream.first_ns;
	if (!rc)
		rc = callstream_end(&x->stream, err);
	s->tasks.full |= x->stream.news.slots.full; /* to be told */
	if (!rc && !s->stop && is_worth_closing(x, last_ns))
		rc = close_interval(x, last_ns - x->start_ns, nr_running, err);
	pthread_mutex_unlock(&x->lock);
	return rc;
}

/* It is the reader whom this interrupts, so nobody else ever looks at its flag. */
static void on_wake_up(int sig, siginfo_t *info, void *context)
{
	volatile bool *stop = info->si_value.sival_ptr;

	(void)sig;
	(void)context;
	*stop = true;
}

static void *read_all(void *arg)
{
	struct top *x = arg;
	struct err err = { 0 }, why = { 0 };
	sigset_t wake_up;
	int rc;

	sigemptyset(&wake_up);
	sigaddset(&wake_up, WAKE_UP);
	pthread_sigmask(SIG_UNBLOCK, &wake_up, NULL);
	rc = session_run(&x->session, 1, &x->consumer, &err);
	if (!x->session.stop && recorder_wait(&x->recorder, &why)) {
		err = why; /* that the stream was cut is its consequence */
		rc = -1;
	}
	pthread_mutex_lock(&x->lock);
	x->rc = rc;
	x->err = err;
	x->ended = true;
	pthread_mutex_unlock(&x->lock);
	eventfd_write(x->event_fd, 1);
	return NULL;
}

static int start_reader(struct top *x, struct err *err)
{
	struct sigaction wake_up = { .sa_sigaction = on_wake_up, .sa_flags = SA_SIGINFO };
	int why;

	sigaction(WAKE_UP, &wake_up, NULL);
	why = thread_start(&x->reader, read_all, x);
	return why ? fail(err, ERR_SYS, "cannot start a thread: %s", strerror(why)) : 0;
}

/* It may wait for the stream, or be about to. */
static void stop_reader(struct top *x)
{
	bool ended = false;

	while (!ended) {
		pthread_mutex_lock(&x->lock);
		ended = x->ended;
		pthread_mutex_unlock(&x->lock);
		if (!ended) {
			pthread_sigqueue(x->reader, WAKE_UP,
					 (union sigval){ .sival_ptr = &x->session.stop });
			poll(NULL, 0, 10);
		}
	}
	pthread_join(x->reader, NULL);
}

/* ---- the screen ---- */

/* What was closed since the last time; not while it pauses. Returns 1 when there is something, 0, or -1. */
static int take(struct top *x, struct err *err)
{
	struct activity untold = { 0 };

	if (x->view.paused)
		return 0;
	pthread_mutex_lock(&x->lock);
	if (x->done.length_ns) {
		activity_release(&x->shown);
		x->shown = x->done;
		untold = x->untold;
		x->done = x->untold = (struct activity){ 0 };
	}
	pthread_mutex_unlock(&x->lock);
	if (!untold.length_ns)
		return 0;
	if (add_up(&x->total, &untold, err))
		return -1;
	activity_release(&untold);
	return 1;
}

static struct toppage page_of(const struct top *x)
{
	struct toppage page = { .put = x->engine->put, .arg = x->screen };

	x->engine->size(x->screen, &page.rows, &page.columns);
	if (x->opts->top)
		page.rows = MIN((uint64_t)page.rows, x->opts->top + TOP_HEAD_ROWS);
	return page;
}

static int draw(struct top *x, struct err *err)
{
	struct toppage page = page_of(x);
	int rc;

	x->engine->begin(x->screen);
	pthread_mutex_lock(&x->lock); /* of ended and err */
	rc = draw_page(x, &page, x->view.total ? &x->total : &x->shown, err);
	if (x->ended && !x->own_pid) /* what the recorder says last gets into it */
		x->engine->redraw(x->screen);
	pthread_mutex_unlock(&x->lock);
	x->engine->end(x->screen);
	return rc;
}

static void press(struct top *x, int key)
{
	struct toppage page = page_of(x);
	struct topview *v = &x->view;

	topview_key(v, key, MAX(toppage_fit(&page), 1));
	if (v->restart)
		activity_release(&x->total);
	if (v->suspend)
		x->engine->suspend(x->screen);
	if (v->redraw)
		x->engine->redraw(x->screen);
	v->restart = v->suspend = v->redraw = false;
	pthread_mutex_lock(&x->lock);
	x->delay_ns = v->delay_ns;
	pthread_mutex_unlock(&x->lock);
}

/* Returns whether there were any. */
static bool press_all(struct top *x)
{
	int key, nr = 0;

	for (; (key = x->engine->key(x->screen)) != TOP_KEY_NONE && !x->view.quit; nr++)
		press(x, key);
	return nr;
}

static void read_signals(struct top *x)
{
	struct signalfd_siginfo info;

	while (read(x->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			x->engine->resize(x->screen);
		} else if (info.ssi_signo == SIGTSTP) {
			x->engine->suspend(x->screen);
		} else {
			x->died = info.ssi_signo == SIGINT ? 0 : info.ssi_signo;
			x->view.quit = true;
		}
	}
}

static bool is_enough(struct top *x)
{
	bool enough;

	pthread_mutex_lock(&x->lock);
	enough = x->enough;
	pthread_mutex_unlock(&x->lock);
	return x->view.quit || enough;
}

static int run_screen(struct top *x, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = x->event_fd, .events = POLLIN },
		{ .fd = x->signal_fd, .events = POLLIN },
		{ .fd = x->keys_fd, .events = POLLIN },
	};
	bool changed = true;
	eventfd_t count;
	int rc = 0;

	while (!rc && !is_enough(x)) {
		if (changed && draw(x, err))
			return -1;
		if (poll(fds, ARRAY_SIZE(fds), TICK_MS) < 0 && errno != EINTR)
			return fail(err, ERR_SYS, "cannot wait: %s", strerror(errno));
		if (fds[0].revents)
			eventfd_read(x->event_fd, &count);
		read_signals(x);
		changed = press_all(x) || fds[0].revents || fds[1].revents;
		pthread_mutex_lock(&x->lock);
		rc = close_silent(x, err);
		changed |= x->ended;
		pthread_mutex_unlock(&x->lock);
		if (fds[2].revents & (POLLHUP | POLLERR)) /* the terminal has gone */
			x->view.quit = true;
		if (!rc)
			rc = MIN(take(x, err), 0);
	}
	return rc;
}

/* ---- text, by intervals ---- */

/*
 * Ctrl-C ends the recording: of a rec that is ours, or in front of the pipe, where it has heard of it itself. The
 * last interval is wanted. A second one ends us, too.
 */
static void hear(struct top *x)
{
	struct signalfd_siginfo info;

	if (read(x->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGINT && x->session.file.sequential && !x->interrupted) {
		x->interrupted = true;
		recorder_stop(&x->recorder);
		return;
	}
	x->died = info.ssi_signo;
	x->view.quit = true;
}

static int run_text(struct top *x, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = x->event_fd, .events = POLLIN },
		{ .fd = x->signal_fd, .events = POLLIN },
	};
	bool ended = false;
	eventfd_t count;
	int rc = 0;

	while (!rc && !ended && !is_enough(x)) {
		poll(fds, ARRAY_SIZE(fds), x->session.file.sequential ? TICK_MS : -1);
		/* Before it is asked whether that is the end: what is told behind that is told by another poll(). */
		if (fds[0].revents)
			eventfd_read(x->event_fd, &count);
		pthread_mutex_lock(&x->lock);
		if (x->session.file.sequential)
			rc = close_silent(x, err);
		ended = x->ended;
		pthread_mutex_unlock(&x->lock);
		hear(x);
	}
	return rc;
}

/* ---- all of it ---- */

/* Keys come from standard input, or, when that is a stream, from the terminal itself. */
static int open_keys(struct top *x, struct err *err)
{
	if (x->opts->batch)
		return 0;
	x->keys_fd = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					  : open("/dev/tty", O_RDONLY | O_CLOEXEC);
	if (x->keys_fd < 0)
		return fail(
			err, ERR_SYS,
			"cannot read keys from the terminal: %s; for plain text: ana top --batch",
			strerror(errno));
	return 0;
}

/* From now on signals come through a descriptor. */
static int hold_signals(struct top *x, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	if (!x->opts->batch) {
		sigaddset(&set, SIGWINCH);
		sigaddset(&set, SIGTSTP);
	}
	pthread_sigmask(SIG_BLOCK, &set, &x->before);
	x->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	x->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (x->signal_fd < 0 || x->event_fd < 0)
		return fail(err, ERR_SYS, "cannot make a descriptor: %s", strerror(errno));
	return 0;
}

/* Opens the stream, of @path or of a rec that is started. */
static int open_stream(struct top *x, const char *path, struct err *err)
{
	struct err why = { 0 };
	char own[RECORDER_PATH];

	if (!path) {
		if (recorder_start(&x->recorder, x->opts->filter.syscalls, err))
			return -1;
		x->own_pid = getpid();
		recorder_path(&x->recorder, own);
		path = own;
	}
	if (session_open(&x->session, path, &x->opts->filter, err)) {
		if (path == own && recorder_wait(&x->recorder, &why))
			*err = why; /* that there was no stream is its consequence */
		return -1;
	}
	if (path == own)
		x->session.file.path = "rec";
	return 0;
}

static int check_stream(const struct top *x, struct err *err)
{
	const char *path = x->session.file.path;

	if (x->opts->batch || x->session.file.sequential)
		return 0;
	return fail(
		err, ERR_USAGE,
		"%s: is a recording, not what happens now; all of it is shown by: ana summary %s, "
		"one interval after the other by: ana top --batch %s",
		path, path, path);
}

/* The screen, or text, until the end of it. */
static int show(struct top *x, struct err *err)
{
	int rc = -1;

	if (x->opts->batch)
		return run_text(x, err);
	x->screen = x->engine->open(x->keys_fd, err);
	if (x->screen) {
		rc = run_screen(x, err);
		x->engine->close(x->screen);
	}
	return rc;
}

static int run(struct top *x, struct err *err)
{
	uint64_t lost;
	int rc;

	if (start_reader(x, err))
		return -1;
	rc = show(x, err);
	stop_reader(x);
	if (!rc && x->rc) {
		*err = x->err;
		rc = -1;
	}
	rc = verdict_tell(&x->session, 1, rc, err);
	lost = session_lost(&x->session, NULL);
	if (x->opts->batch && !x->nr_closed && !rc)
		fprintf(stderr, "ana: %s: no interval ended before it did\n", x->session.file.path);
	out_loss(stdout, OUT_TABLE, lost);
	return rc;
}

static void init(struct top *x, const struct report_opts *o)
{
	*x = (struct top){
		.opts = o,
		.recorder = { .data_fd = -1, .said_fd = -1 },
		.event_fd = -1,
		.signal_fd = -1,
		.keys_fd = -1,
		.consumer = {
			.by_rounds = true,
			.start = top_start,
			.add_block = top_add_block,
			.end = top_end,
		},
	};
	pthread_mutex_init(&x->lock, NULL);
	topview_init(&x->view, o->by, o->sort_word, o->delay, NULL);
	x->delay_ns = x->view.delay_ns;
	callstream_init(&x->stream, &(struct pair_client){ .give = give, .arg = x }, 0);
	/* What a terminal can show; of text, all that is UTF-8, as in other reports. */
	setlocale(LC_CTYPE, o->batch ? "C.UTF-8" : "");
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void release(struct top *x)
{
	recorder_end(&x->recorder);
	callstream_release(&x->stream);
	activity_release(&x->now);
	activity_release(&x->done);
	activity_release(&x->untold);
	activity_release(&x->shown);
	activity_release(&x->total);
	close_fd(x->keys_fd);
	close_fd(x->event_fd);
	close_fd(x->signal_fd);
	pthread_mutex_destroy(&x->lock);
}

int top_run(const struct report_opts *o, const char *const *inputs, uint32_t nr, int *status,
	    struct err *err)
{
	struct top x;
	int rc = -1;

	init(&x, o);
	x.engine = o->batch ? NULL : screen_load(err);
	if ((o->batch || (x.engine && !x.engine->check(err))) && !open_keys(&x, err) &&
	    !open_stream(&x, nr ? inputs[0] : NULL, err)) {
		if (!check_stream(&x, err) && !hold_signals(&x, err)) {
			rc = run(&x, err);
			pthread_sigmask(SIG_SETMASK, &x.before, NULL);
		}
		session_close(&x.session);
	}
	if (x.died)
		*status = 128 + x.died;
	release(&x);
	return rc;
}

int top_check(struct report_opts *o, struct err *err)
{
	struct topview ignored;

	if (o->top_word && parse_count(o->top_word, &o->top))
		return fail(err, ERR_USAGE, "option --top: %s is no number from 1 on", o->top_word);
	if (o->iterations_word && parse_count(o->iterations_word, &o->iterations))
		return fail(err, ERR_USAGE, "option -n: %s is no number from 1 on",
			    o->iterations_word);
	return topview_init(&ignored, o->by, o->sort_word, o->delay, err);
}
