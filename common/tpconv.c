#include "common/tpconv.h"

#include <ctype.h>
#include <stdlib.h>

#define CONV_MAX  31	/* characters of a conversion; libtraceevent's limit */
#define WIDTH_MAX 65536 /* a sample has no more bytes to print */

struct cutter {
	struct tpconvs *convs;
	uint32_t room;
	char *text; /* where the next byte of a TEXT goes */
	const char *at;
	const struct tparg *arg; /* the next one; NULL: there is none left */
	bool failed;		 /* perf would */
};

static struct tpconv *add_conv(struct cutter *c, enum tpconv_kind kind)
{
	struct tpconvs *convs = c->convs;

	if (convs->nr == c->room) {
		uint32_t room = c->room ? 2 * c->room : 16;
		void *list = realloc(convs->list, room * sizeof(*convs->list));

		if (!list)
			return NULL;
		convs->list = list;
		c->room = room;
	}
	convs->list[convs->nr] = (struct tpconv){ .kind = kind };
	return &convs->list[convs->nr++];
}

/* ---- texts ---- */

static char unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	default:
		return c;
	}
}

/* Up to a conversion. */
static bool cut_text(struct cutter *c)
{
	struct tpconv *conv = add_conv(c, TPCONV_TEXT);
	char *start = c->text;

	if (!conv)
		return false;
	for (; *c->at && (*c->at != '%' || c->at[1] == '%'); c->at++) {
		bool escaped = *c->at == '\\';

		c->at += escaped || *c->at == '%';
		if (!*c->at)
			break;
		*c->text++ = escaped ? unescape(*c->at) : *c->at;
	}
	conv->text = start;
	conv->len = c->text - start;
	return true;
}

/* A conversion that libtraceevent does not know: it shows the character that it stopped at. */
static bool cut_unknown(struct cutter *c, char what)
{
	struct tpconv *conv = add_conv(c, TPCONV_TEXT);

	if (!conv)
		return false;
	conv->text = c->text;
	conv->len = 3;
	*c->text++ = '>';
	*c->text++ = what;
	*c->text++ = '<';
	return true;
}

/* ---- conversions ---- */

static const struct tparg *take_arg(struct cutter *c)
{
	const struct tparg *arg = c->arg;

	if (arg)
		c->arg = arg->next;
	else
		c->failed = true;
	return arg;
}

static int32_t take_number(const char **at)
{
	int64_t n = 0;

	for (; isdigit((unsigned char)**at); ++*at)
		n = MIN(n * 10 + (**at - '0'), WIDTH_MAX);
	return n;
}

/* What is between the % at @at and the letter of the conversion. */
static void read_spec(struct tpconv *conv, const char *at)
{
	struct text_spec *spec = &conv->spec;

	for (at++; *at && strchr("#0-", *at); at++) {
		spec->alt |= *at == '#';
		spec->zero |= *at == '0';
		spec->left |= *at == '-';
	}
	if (*at == '*') {
		conv->star_is = TPCONV_STAR_WIDTH;
		at++;
	} else {
		spec->width = take_number(&at);
	}
	spec->precision = -1;
	if (*at == '.' && at[1] == '*')
		conv->star_is = TPCONV_STAR_PRECISION;
	else if (*at == '.')
		at++, spec->precision = take_number(&at);
}

/* @size: h counts -1, l counts 1. */
static uint8_t number_bits(int size)
{
	return size <= -2 ? 8 : size == -1 ? 16 : size == 0 ? 32 : 64;
}

/*
 * Characters behind %p that belong to it. Those that libtraceevent takes although it prints
 * nothing for them are counted as it does: what is behind them is text.
 */
static size_t pointer_len(const char *at)
{
	size_t len = 2;

	switch (*at) {
	case 'F':
	case 'S':
	case 'f':
	case 's':
		return 1;
	case 'M':
	case 'm':
		return at[1] == 'R' || at[1] == 'F' ? 2 : 1;
	case 'U':
		return at[1] && strchr("LlBb", at[1]) ? 2 : 1;
	case 'h':
		return at[1] && strchr("CDN", at[1]) ? 2 : 1;
	case 'I':
	case 'i':
		break;
	default:
		return 0;
	}
	switch (at[1]) {
	case '4':
		return len + (at[2] && strchr("hnlb", at[2]));
	case '6':
		return len + (at[2] == 'c');
	case 'S':
		while (at[len] && strchr("pfs", at[len]))
			len++;
		len += at[len] && strchr("hnlb", at[len]);
		return len + (at[len] == 'c');
	default:
		return 1;
	}
}

static bool is_plain(const struct tpconv *conv)
{
	const struct text_spec *s = &conv->spec;

	return !conv->star && !s->alt && !s->zero && !s->left && !s->width && s->precision < 0;
}

/* A field, or FIELD[CONSTANT], as most are. */
static void set_direct(struct tpconv *conv)
{
	const struct tparg *arg = conv->arg;
	const struct tp_field *f;

	if (arg && arg->kind == ARG_FIELD && arg->field) {
		f = arg->field;
		conv->direct = true;
		conv->off = f->offset;
		conv->size = f->size;
	} else if (arg && arg->kind == ARG_OP && arg->op[0] == '[' &&
		   arg->left->kind == ARG_FIELD && arg->left->field &&
		   arg->left->field->elem_size && arg->right->kind == ARG_ATOM &&
		   arg->right->number < UINT16_MAX) {
		f = arg->left->field;
		conv->direct = true;
		conv->off = f->offset + arg->right->number * f->elem_size;
		conv->size = f->elem_size;
	}
}

/* @start: the %; behind the letter, which is @letter, is c->at. */
static bool end_conv(struct cutter *c, const char *start, char letter, int size,
		     const struct tparg *star)
{
	enum tpconv_kind kind = letter == 'p'	? TPCONV_POINTER
				: letter == 's' ? TPCONV_STRING
						: TPCONV_NUMBER;
	const char *behind = c->at;
	struct tpconv *conv;

	if (letter == 'p')
		c->at += pointer_len(c->at);
	if (c->at - start > (kind == TPCONV_NUMBER ? CONV_MAX - 1 : CONV_MAX) ||
	    (kind == TPCONV_NUMBER && (size < -2 || size > 2)))
		c->failed = true;
	conv = add_conv(c, kind);
	if (!conv)
		return false;
	read_spec(conv, start);
	conv->spec.conv = letter;
	conv->is_size = size == 0 &&
			(memchr(start, 'z', c->at - start) || memchr(start, 'Z', c->at - start));
	conv->bits = conv->is_size ? 64 : number_bits(size);
	conv->text = behind;
	conv->len = c->at - behind;
	conv->star = star;
	conv->arg = take_arg(c);
	conv->plain = is_plain(conv);
	set_direct(conv);
	return true;
}

static bool take_star(struct cutter *c, const struct tparg **star)
{
	c->failed |= *star != NULL;
	*star = take_arg(c);
	return !c->failed;
}

/* At a %. */
static bool cut_conv(struct cutter *c)
{
	const char *start = c->at;
	const struct tparg *star = NULL;
	int size = 0;

	while (*++c->at) {
		char ch = *c->at;

		if (ch == 'h' || ch == 'l')
			size += ch == 'l' ? 1 : -1;
		else if (ch == 'L')
			size = 2;
		else if (ch == '*' && !take_star(c, &star))
			return true;
		else if (strchr("pduixXos", ch))
			return c->at++, end_conv(c, start, ch, size, star);
		else if (ch != '*' && !strchr("#.zZ-", ch) && !isdigit((unsigned char)ch))
			return c->at++, cut_unknown(c, ch);
	}
	return true;
}

int tpconvs_parse(struct tpconvs *convs, const struct tptree *tree, bool *failed)
{
	struct cutter c = { .convs = convs, .at = tree->format, .arg = tree->args };
	bool ok = true;

	*convs = (struct tpconvs){ 0 };
	/* "%c" becomes ">c<": no text is longer than half as much again. */
	convs->text = c.text = calloc(1, 2 * strlen(tree->format) + 4 + TPCONV_TEXT_PAD);
	if (!c.text)
		return -1;
	while (ok && !c.failed && *c.at)
		ok = *c.at == '%' && c.at[1] != '%' ? cut_conv(&c) : cut_text(&c);
	*failed = c.failed;
	return ok ? 0 : -1;
}

void tpconvs_release(struct tpconvs *convs)
{
	free(convs->list);
	free(convs->text);
	*convs = (struct tpconvs){ 0 };
}

void tpconv_number(const struct tpraw *r, const struct tpconv *c, uint64_t v)
{
	const unsigned shift = 64 - c->bits;
	int64_t s;

	if (unlikely(c->is_size))
		v = (uint32_t)v;
	s = (int64_t)(v << shift) >> shift;

	if (unlikely(!c->plain))
		return text_number(r->out, &c->spec, v, c->bits);
	switch (c->spec.conv) {
	case 'd':
	case 'i':
		if (s < 0)
			text_char(r->out, '-');
		return text_dec(r->out, s < 0 ? -(uint64_t)s : (uint64_t)s, 0, 0);
	case 'u':
		return text_dec(r->out, v << shift >> shift, 0, 0);
	case 'x':
		return text_hex(r->out, v << shift >> shift, 0, 0);
	default:
		return text_number(r->out, &c->spec, v, c->bits);
	}
}
