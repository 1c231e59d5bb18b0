#include "report/tell.h"
#include "report/color.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_MAX_BYTES (sizeof(((struct err *)0)->text) + 4096) /* with a path in it */

/* In one piece: others may write to the same terminal. */
static void print(const char *on, const char *text)
{
	fprintf(stderr, "%sana: %s%s\n", on, text, *on ? color_off(stderr) : "");
}

void tell(const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	print("", text);
}

void tell_warning(const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	print(color_on(stderr, COLOR_WARN), text);
}

void tell_error(const struct err *err)
{
	print(color_on(stderr, COLOR_BAD), err->text);
}
