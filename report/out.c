#include "report/out.h"
#include "common/util.h"

#include <inttypes.h>

void out_csv(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			putc('"', out);
		putc(*c, out);
	}
	putc('"', out);
}

/* Bytes of the UTF-8 character at @c, 0 when it is none (or an overlong or surrogate one). */
static int utf8_len(const unsigned char *c)
{
	int len = *c < 0x80		    ? 1
		  : *c >= 0xc2 && *c < 0xe0 ? 2
		  : *c >= 0xe0 && *c < 0xf0 ? 3
		  : *c >= 0xf0 && *c < 0xf5 ? 4
					    : 0;

	for (int i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
	    (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

void out_json(FILE *out, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	putc('"', out);
	while (*c) {
		int len = utf8_len(c);

		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			fprintf(out, "\\u%04x", *c);
		else if (!len)
			fputs("\\ufffd", out);
		else
			fwrite(c, 1, len, out);
		c += MAX(len, 1);
	}
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
	fprintf(format == OUT_TABLE ? out : stderr,
		"%scounts are at least these: %s events were lost\n",
		format == OUT_TABLE ? "\n" : "ana: ", out_grouped(lost, buf));
}
