#include "report/draw.h"
#include "common/util.h"

#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#define EIGHTHS 8 /* of a column that a block can fill */

bool draw_has_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", 0);
	bool utf8;

	if (!locale)
		return false;
	utf8 = !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
	freelocale(locale);
	return utf8;
}

/* 0 to @steps; not 0 where there is anything. */
static int step_of(double share, int steps)
{
	if (!(share > 0))
		return 0;
	return MAX(1, MIN(steps, (int)lround(share * steps)));
}

void draw_bar(FILE *out, double value, double max, int width, bool utf8)
{
	static const char *const parts[EIGHTHS] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	int steps = step_of(max > 0 ? value / max : 0, utf8 ? width * EIGHTHS : width);
	int whole = utf8 ? steps / EIGHTHS : steps, part = utf8 ? steps % EIGHTHS : 0;

	for (int i = 0; i < whole; i++)
		fputs(utf8 ? "█" : "#", out);
	fputs(parts[part], out);
	for (int i = whole + (part > 0); i < width; i++)
		putc(' ', out);
}

void draw_spark(FILE *out, double value, double max, bool utf8)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", "_", ".", "-", "=", "+", "*", "#", "@" };

	fputs((utf8 ? blocks : ascii)[step_of(max > 0 ? value / max : 0, 8)], out);
}

void draw_heat(FILE *out, double value, double max, bool utf8)
{
	static const char *const blocks[] = { " ", "░", "▒", "▓", "█" };
	static const char *const ascii[] = { " ", ".", ":", "*", "#" };

	fputs((utf8 ? blocks : ascii)[step_of(max > 0 ? log1p(value) / log1p(max) : 0, 4)], out);
}

/* Three digits and no more. */
static const char *with_prefix(double value, const char *prefix, const char *unit, char room[32])
{
	int digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	const char *blank = *prefix || *unit ? " " : "";

	snprintf(room, 32, "%.*f%s%s%s", digits, value, blank, prefix, unit);
	return room;
}

const char *draw_number(double value, const char *unit, char room[32])
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T" };
	size_t at = 0;

	for (; value >= 999.5 && at + 1 < ARRAY_SIZE(prefixes); at++)
		value /= 1000;
	if (!at && value == floor(value)) {
		snprintf(room, 32, "%.0f%s%s", value, *unit ? " " : "", unit);
		return room;
	}
	return with_prefix(value, prefixes[at], unit, room);
}

const char *draw_time(double ns, char room[32])
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	size_t at = 0;

	for (; ns >= 999.5 && at + 1 < ARRAY_SIZE(units); at++)
		ns /= 1000;
	if (!at) {
		snprintf(room, 32, "%.0f ns", ns);
		return room;
	}
	return with_prefix(ns, "", units[at], room);
}
