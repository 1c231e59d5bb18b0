#include "report/color.h"
#include "common/util.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const codes[] = {
	[COLOR_TITLE] = "\033[1m",
	[COLOR_WARN] = "\033[33m",
	[COLOR_BAD] = "\033[31m",
};

/* Of stdout and stderr, which there are but once, too. */
static bool on_stdout, on_stderr;

int color_parse(enum color_when *when, const char *word)
{
	const char *at = COLOR_WHEN;

	for (int i = 0; *at; i++) {
		size_t len = strcspn(at, " ");

		if (strlen(word) == len && !strncmp(word, at, len)) {
			*when = (enum color_when)i;
			return 0;
		}
		at += len + (at[len] == ' ');
	}
	return -1;
}

static bool is_wanted(int fd)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fd) && !(no && *no) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void color_choose(enum color_when when)
{
	on_stdout = when == COLOR_ALWAYS || (when == COLOR_AUTO && is_wanted(STDOUT_FILENO));
	on_stderr = when == COLOR_ALWAYS || (when == COLOR_AUTO && is_wanted(STDERR_FILENO));
}

static bool has_color(const FILE *out)
{
	return (out == stdout && on_stdout) || (out == stderr && on_stderr);
}

const char *color_on(const FILE *out, enum color color)
{
	return has_color(out) ? codes[color] : "";
}

const char *color_off(const FILE *out)
{
	return has_color(out) ? "\033[0m" : "";
}
