#include "common/tpstep.h"

#include <stdlib.h>

/* Bytes that are overwritten behind a short text, and by a number with its sign. */
#define SHORT_TEXT TPCONV_TEXT_PAD
#define STEP_ROOM  (SHORT_TEXT + 1 + TEXT_DIGITS)

static uint8_t kind_of(const struct tpconv *c)
{
	if (c->kind != TPCONV_NUMBER || !c->direct || !c->plain || c->is_size)
		return TPSTEP_CONV;
	switch (c->spec.conv) {
	case 'd':
	case 'i':
		return TPSTEP_SIGNED;
	case 'u':
		return TPSTEP_UNSIGNED;
	case 'x':
		return TPSTEP_HEX;
	default:
		return TPSTEP_CONV;
	}
}

static void set_conv(struct tpstep *s, const struct tpconv *c)
{
	s->kind = kind_of(c);
	s->conv = c;
	s->off = c->off;
	s->size = c->size <= 8 ? c->size : 0; /* of no other size is there a number */
	s->shift = 64 - c->bits;
}

int tpsteps_make(struct tpsteps *steps, const struct tpconvs *convs)
{
	uint32_t i = 0;

	*steps = (struct tpsteps){ .list = calloc(MAX(convs->nr, 1), sizeof(*steps->list)) };
	if (!steps->list)
		return -1;
	while (i < convs->nr) {
		const struct tpconv *c = &convs->list[i];
		struct tpstep *s = &steps->list[steps->nr++];

		s->text = convs->text;
		if (c->kind == TPCONV_TEXT) {
			s->text = c->text;
			s->len = c->len;
			i++;
		}
		if (i < convs->nr && convs->list[i].kind != TPCONV_TEXT)
			set_conv(s, &convs->list[i++]);
	}
	return 0;
}

void tpsteps_release(struct tpsteps *steps)
{
	free(steps->list);
	*steps = (struct tpsteps){ 0 };
}

/* The slow way, which never writes too much. */
static void print_step(const struct tpstep *s, const struct tpraw *r, tpstep_other other)
{
	text_add(r->out, s->text, s->len);
	if (s->conv)
		other(r, s->conv);
}

static inline char *put_signed(char *at, int64_t v)
{
	*at = '-';
	return text_put_dec(at + (v < 0), v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void tpsteps_print(const struct tpsteps *steps, const struct tpraw *r, tpstep_other other)
{
	const struct tpstep *s = steps->list, *last = s + steps->nr;
	const char *raw = r->raw, *end = r->out->end;
	const uint32_t size = r->size;
	char *at = r->out->at;

	for (; s < last; s++) {
		const uint8_t shift = s->shift;

		if (unlikely(end - at < STEP_ROOM || s->len > SHORT_TEXT)) {
			r->out->at = at;
			print_step(s, r, other);
			at = r->out->at;
			continue;
		}
		memcpy(at, s->text, SHORT_TEXT);
		at += s->len;
		switch (s->kind) {
		case TPSTEP_HEX:
			at = text_put_hex(at,
					  raw_number(raw, size, s->off, s->size) << shift >> shift);
			break;
		case TPSTEP_UNSIGNED:
			at = text_put_dec(at,
					  raw_number(raw, size, s->off, s->size) << shift >> shift);
			break;
		case TPSTEP_SIGNED:
			at = put_signed(at, (int64_t)(raw_number(raw, size, s->off, s->size)
						      << shift) >>
						    shift);
			break;
		case TPSTEP_CONV:
			r->out->at = at;
			other(r, s->conv);
			at = r->out->at;
			break;
		}
	}
	r->out->at = at;
}
