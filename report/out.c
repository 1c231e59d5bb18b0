#include "report/out.h"
#include "common/json.h"
#include "common/util.h"
#include "report/color.h"
#include "report/tell.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* C1 controls are two bytes, and some terminals do as they say. */
static bool is_control(const unsigned char *c)
{
	return *c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0);
}

/* What begins at @c: a character, or a byte that is none. Returns how many bytes that was. */
static int put_char(FILE *out, const unsigned char *c)
{
	const int len = utf8_len(c);

	if (len && !is_control(c))
		fwrite(c, 1, len, out);
	for (int i = 0; (!len || is_control(c)) && i < MAX(len, 1); i++)
		fprintf(out, "\\x%02x", c[i]);
	return MAX(len, 1);
}

void out_text(FILE *out, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c)
		c += put_char(out, c);
}

int out_width(const char *text)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&shown, &len);
	int width = 0;

	if (!out)
		return 0;
	out_text(out, text);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		width += (shown[i] & 0xc0) != 0x80;
	free(shown);
	return width;
}

void out_padded(FILE *out, const char *text, int width)
{
	out_text(out, text);
	fprintf(out, "%*s", MAX(width - out_width(text), 0), "");
}

int out_columns(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

void out_csv(FILE *out, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	const bool quoted = strpbrk(text, ",\"");

	if (quoted)
		putc('"', out);
	while (*c) {
		if (*c == '"')
			putc('"', out);
		c += put_char(out, c);
	}
	if (quoted)
		putc('"', out);
}

const char *out_grouped(uint64_t nr, char *buf)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, nr), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = 0;
	return buf;
}

void out_loss(FILE *out, enum out_format format, uint64_t lost)
{
	char buf[32];

	if (!lost || format == OUT_JSON)
		return;
	out_grouped(lost, buf);
	if (format == OUT_TABLE)
		fprintf(out, "\n%scounts are at least these: %s events were lost%s\n",
			color_on(out, COLOR_WARN), buf, color_off(out));
	else
		tell_warning("counts are at least these: %s events were lost", buf);
}
