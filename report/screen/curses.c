/* curses.c - the screen by ncurses, which is used nowhere else. */
#include "report/screen.h"
#include "common/util.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#define ESCAPE_MS 25 /* within which the bytes of an arrow key follow each other */
#define RED	  1

struct screen {
	SCREEN *terminal;
	FILE *keys;
	attr_t looks[TOP_LOOKS];
};

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

static struct screen *open_screen(int keys_fd, struct err *err)
{
	struct screen *s = calloc(1, sizeof(*s));

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
	return s;
}

static void close_screen(struct screen *s)
{
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

/* The others of our job, such as the recorder in front of a pipe, stop, too. */
static void suspend(struct screen *s)
{
	endwin();
	signal(SIGTSTP, SIG_IGN);
	kill(0, SIGTSTP);
	raise(SIGSTOP);
	signal(SIGTSTP, SIG_DFL);
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
