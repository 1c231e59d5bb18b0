#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>

void err_fill(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	for (char *c = err->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

int err_status(const struct err *err)
{
	return err->code == ERR_USAGE ? 2 : 1;
}
