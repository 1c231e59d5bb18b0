/* curses.c - the screen by ncurses, which is used nowhere else. */
#include "report/screen.h"
#include "common/util.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#define ESCAPE_MS 25 /* within which the bytes of an arrow key follow each other */
#define RED	  1

struct screen {
	SCREEN *terminal;
	FILE *keys;
	attr_t looks[TOP_LOOKS];
	bool rescued; /* by begin_rescue() */
};

/* Signals that end the program where it is. */
static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT };

/* What their handler needs, to which nobody can hand anything: what the terminal was, and what brings it back. */
static struct {
	struct termios modes;
	char text[128];
	size_t len;
	struct sigaction before[ARRAY_SIZE(fatal)];
} rescue;

static int check(struct err *err)
{
	const char *name = getenv("TERM"), *move;
	int why;

	if (!isatty(STDOUT_FILENO))
		return fail(err, ERR_SYS,
			    "standard output is no terminal; for plain text: ana top --batch");
	if (setupterm(NULL, STDOUT_FILENO, &why) != OK)
		return fail(err, ERR_SYS,
			    "nobody knows the terminal TERM=%s; for plain text: ana top --batch",
			    name ? name : "");
	move = tigetstr("cup");
	del_curterm(cur_term);
	if (!move || (intptr_t)move == -1)
		return fail(err, ERR_SYS,
			    "the terminal TERM=%s cannot move its cursor; for plain text: ana top "
			    "--batch",
			    name ? name : "");
	return 0;
}

static void init_looks(struct screen *s)
{
	bool red = has_colors() && start_color() == OK && use_default_colors() == OK &&
		   init_pair(RED, COLOR_RED, -1) == OK;

	s->looks[TOP_PLAIN] = A_NORMAL;
	s->looks[TOP_STRONG] = A_BOLD;
	s->looks[TOP_TITLE] = A_REVERSE;
	s->looks[TOP_TITLE_SORTED] = A_REVERSE | A_BOLD | A_UNDERLINE;
	s->looks[TOP_ALARM] = A_REVERSE | A_BOLD | (red ? COLOR_PAIR(RED) : 0);
}

/* A stream of its own for keys, as ncurses wants one. */
static FILE *open_keys(int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *keys = own >= 0 ? fdopen(own, "r") : NULL;

	if (!keys && own >= 0)
		close(own);
	return keys;
}

/* ---- when all goes wrong ---- */

static int rescue_char(int c)
{
	if (rescue.len < sizeof(rescue.text))
		rescue.text[rescue.len++] = (char)c;
	return c;
}

static void end_rescue(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		sigaction(fatal[i], &rescue.before[i], NULL);
}

/* All of this is safe in a handler. What the signal does comes behind it. */
static void on_fatal(int sig)
{
	/* There is nobody left who could be told that it failed. */
	ssize_t written __attribute__((unused)) = write(STDOUT_FILENO, rescue.text, rescue.len);

	tcsetattr(STDOUT_FILENO, TCSANOW, &rescue.modes);
	end_rescue();
	raise(sig);
}

/* The screen is open; @modes: of the terminal before it was. */
static void begin_rescue(const struct termios *modes)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };
	const struct sigaction action = { .sa_handler = on_fatal };

	rescue.modes = *modes;
	rescue.len = 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *text = tigetstr(names[i]);

		if (text && (intptr_t)text != -1)
			tputs(text, 1, rescue_char);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		sigaction(fatal[i], &action, &rescue.before[i]);
}

/* ---- the screen ---- */

static struct screen *open_screen(int keys_fd, struct err *err)
{
	struct screen *s = calloc(1, sizeof(*s));
	struct termios before;
	const bool known = !tcgetattr(STDOUT_FILENO, &before);

	if (s)
		s->keys = open_keys(keys_fd);
	if (s && s->keys)
		s->terminal = newterm(NULL, stdout, s->keys);
	if (!s || !s->terminal) {
		if (s && s->keys)
			fclose(s->keys);
		free(s);
		fail(err, ERR_SYS, "cannot use the terminal; for plain text: ana top --batch");
		return NULL;
	}
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	init_looks(s);
	s->rescued = known;
	if (known)
		begin_rescue(&before);
	return s;
}

static void close_screen(struct screen *s)
{
	if (s->rescued)
		end_rescue();
	endwin();
	delscreen(s->terminal);
	fclose(s->keys);
	free(s);
}

static void size(const struct screen *s, int *height, int *width)
{
	(void)s;
	getmaxyx(stdscr, *height, *width);
}

static void resize(struct screen *s)
{
	struct winsize now;

	(void)s;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) && now.ws_row && now.ws_col)
		resizeterm(now.ws_row, now.ws_col);
}

static int key(struct screen *s)
{
	static const struct {
		int curses, ours;
	} keys[] = {
		{ KEY_UP, TOP_KEY_UP },
		{ KEY_DOWN, TOP_KEY_DOWN },
		{ KEY_PPAGE, TOP_KEY_PAGE_UP },
		{ KEY_NPAGE, TOP_KEY_PAGE_DOWN },
		{ KEY_HOME, TOP_KEY_HOME },
		{ KEY_END, TOP_KEY_END },
		{ KEY_LEFT, TOP_KEY_LEFT },
		{ KEY_RIGHT, TOP_KEY_RIGHT },
		{ KEY_ENTER, '\n' },
		{ KEY_BACKSPACE, TOP_KEY_BACKSPACE },
		{ ERR, TOP_KEY_NONE },
	};
	int got = getch();

	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].curses == got)
			return keys[i].ours;
	return got < 256 ? got : TOP_KEY_OTHER;
}

static void begin(struct screen *s)
{
	(void)s;
	erase();
}

static void put(void *arg, int row, int column, const char *text, enum top_look look)
{
	const struct screen *s = arg;

	attrset(s->looks[look]);
	mvaddstr(row, column, text); /* which fails in the last corner, having drawn it */
	attrset(A_NORMAL);
}

static void end(struct screen *s)
{
	(void)s;
	refresh();
}

static void redraw(struct screen *s)
{
	(void)s;
	redrawwin(stdscr);
}

/*
 * The others of our job, such as the recorder in front of a pipe, stop, too. Where nobody could let us go on, as where
 * no shell is behind us, the kernel stops nobody.
 */
static void suspend(struct screen *s)
{
	sigset_t stop, before;

	endwin();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	signal(SIGTSTP, SIG_DFL); /* ncurses has a handler of its own */
	pthread_sigmask(SIG_UNBLOCK, &stop, &before);
	kill(0, SIGTSTP);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	resize(s);
	clearok(stdscr, TRUE);
	refresh();
}

extern const struct screen_engine screen_engine;
const struct screen_engine screen_engine = {
	.abi = SCREEN_ENGINE_ABI,
	.check = check,
	.open = open_screen,
	.close = close_screen,
	.size = size,
	.resize = resize,
	.key = key,
	.begin = begin,
	.put = put,
	.end = end,
	.redraw = redraw,
	.suspend = suspend,
};
