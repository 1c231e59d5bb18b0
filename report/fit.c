#include "report/fit.h"
#include "common/util.h"

#include <stdio.h>
#include <wchar.h>

/* What is shown of the first character of a text. */
struct shown {
	char text[4 * 4 + 1];
	size_t len;  /* bytes of @text */
	size_t used; /* bytes of what it is of */
	int width;   /* columns */
};

static void show_byte(struct shown *s, unsigned char byte)
{
	s->width = s->len = snprintf(s->text, sizeof(s->text), "\\x%02x", byte);
	s->used = 1;
}

static void show_next(struct shown *s, const char *text)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t len = mbrtowc(&c, text, strlen(text), &state);
	int width = len > 0 && len <= 4 ? wcwidth(c) : -1;

	if (width < 1) {
		show_byte(s, *text);
		return;
	}
	memcpy(s->text, text, len);
	s->used = s->len = len;
	s->width = width;
}

void fit_text(char *to, const char *text, int width)
{
	char *cut = to; /* behind what leaves room for a ~ */
	int left = width, left_at_cut = width;
	struct shown s;

	for (; *text; text += s.used) {
		show_next(&s, text);
		if (s.width > left)
			break;
		memcpy(to, s.text, s.len);
		to += s.len;
		left -= s.width;
		if (left >= 1) {
			cut = to;
			left_at_cut = left;
		}
	}
	if (*text && width) {
		*cut++ = '~';
		to = cut;
		left = left_at_cut - 1;
	}
	memset(to, ' ', left);
	to[left] = 0;
}
