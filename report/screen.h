/*
 * screen.h - a terminal's screen, as a plug-in (place.h): only ana top needs it, and what it rests on, ncurses.
 */
#ifndef REPORT_SCREEN_H
#define REPORT_SCREEN_H

#include "common/err.h"
#include "report/toppage.h"

struct screen;

struct screen_engine {
	unsigned abi;
	/* Is stdout a terminal that can do what is needed? Returns 0, or -1: ERR_SYS. */
	int (*check)(struct err *err);
	/*
	 * Takes the terminal over, which is restored by close(), and when a fault or abort() ends the program.
	 * @keys_fd: where keys come from; borrowed. No key makes a signal. The caller blocks SIGWINCH and
	 * SIGTSTP, and says resize() and suspend(). NULL with @err filled.
	 */
	struct screen *(*open)(int keys_fd, struct err *err);
	void (*close)(struct screen *s);
	void (*size)(const struct screen *s, int *rows, int *columns);
	void (*resize)(struct screen *s);
	/* The next byte or enum top_key; TOP_KEY_NONE: there is none yet. */
	int (*key)(struct screen *s);
	/* A page: begin(), put() as toppage.put with @arg the screen, end(), which shows what has changed. */
	void (*begin)(struct screen *s);
	void (*put)(void *arg, int row, int column, const char *text, enum top_look look);
	void (*end)(struct screen *s);
	void (*redraw)(struct screen *s);  /* all of it, at the next end() */
	void (*suspend)(struct screen *s); /* as Ctrl-Z does: returns when we are to go on */
};

#define SCREEN_ENGINE_ABI    1
#define SCREEN_ENGINE_SYMBOL "screen_engine"
#define SCREEN_ENGINE_FILE   "screen.so"

/* screen_load() - the plug-in; it stays loaded. NULL with @err filled: ERR_SYS. */
const struct screen_engine *screen_load(struct err *err);

#endif
