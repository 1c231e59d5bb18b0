#include "common/json.h"
#include "common/util.h"

int utf8_len(const unsigned char *c)
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

void json_string(FILE *out, const char *text)
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
