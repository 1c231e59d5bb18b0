#include "common/statusline.h"
#include "common/util.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

void statusline_open(struct statusline *l)
{
	*l = (struct statusline){ .fd = -1 };
	/* A description of its own: that it does not block is nobody else's business. */
	if (isatty(STDERR_FILENO))
		l->fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* The terminal's last column stays free, as some wrap behind it. */
int statusline_width(const struct statusline *l)
{
	struct winsize size;

	if (ioctl(l->fd, TIOCGWINSZ, &size) || !size.ws_col)
		return STATUSLINE_MAX;
	return MIN(size.ws_col - 1, STATUSLINE_MAX);
}

/*
 * Writes @text over what is shown, with blanks behind it: an escape is not known to all terminals.
 * The cursor waits at the beginning, where a Ctrl-C leaves its two characters.
 */
void statusline_show(struct statusline *l, const char *text)
{
	char line[STATUSLINE_MAX + 3];
	int len = MAX(l->shown, (int)strlen(text));
	int all = snprintf(line, sizeof(line), "\r%-*s\r", MIN(len, statusline_width(l)), text);

	/* From a background job it would get into what somebody types; we could even be stopped. */
	if (tcgetpgrp(l->fd) == getpgrp() && write(l->fd, line, all) == all)
		l->shown = len;
}

void statusline_close(struct statusline *l)
{
	if (l->fd >= 0 && l->shown)
		statusline_show(l, "");
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

const char *statusline_number(double nr, char *text, size_t room)
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
