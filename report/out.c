#include "report/out.h"

#include <inttypes.h>
#include <string.h>

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
