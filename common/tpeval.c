#include "common/tpeval.h"
#include "common/tpconv.h"
#include "common/tpnumber.h"
#include "common/tpptr.h"
#include "common/tpstep.h"

#include <ctype.h>
#include <stdlib.h>

struct tp_evals {
	const struct tp_table *table;
	struct tp_eval *evals; /* as table->formats */
	uint32_t nodes_left;
	struct tp_strings strings;
	tp_resolve resolve;
	void *resolve_arg;
};

struct tp_eval {
	const struct tp_format *tp; /* NULL: not compiled yet */
	const struct tp_evals *all;
	struct tptree tree;
	struct tpconvs convs;
	struct tpsteps steps; /* of these */
	bool failed;
	bool *no_string; /* by field: it had bytes that are no text; only when failed */
};

/* ---- compiling ---- */

struct tp_evals *tp_evals_new(const struct tp_table *table)
{
	struct tp_evals *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->table = table;
	all->nodes_left = TPTREE_NODES_MAX;
	all->evals = calloc(MAX(table->nr, 1), sizeof(*all->evals));
	if (!all->evals || tp_strings_init(&all->strings, table)) {
		tp_evals_free(all);
		return NULL;
	}
	return all;
}

static void eval_release(struct tp_eval *e)
{
	tptree_release(&e->tree);
	tpsteps_release(&e->steps);
	tpconvs_release(&e->convs);
	free(e->no_string);
}

void tp_evals_free(struct tp_evals *all)
{
	if (!all)
		return;
	for (uint32_t i = 0; all->evals && i < all->table->nr; i++)
		eval_release(&all->evals[i]);
	free(all->evals);
	tp_strings_release(&all->strings);
	free(all);
}

void tp_evals_resolve(struct tp_evals *all, tp_resolve resolve, void *arg)
{
	all->resolve = resolve;
	all->resolve_arg = arg;
}

static int compile(struct tp_eval *e, uint32_t *nodes_left)
{
	if (tptree_parse(&e->tree, e->tp, nodes_left))
		return -1;
	e->failed = e->tree.failed;
	if (!e->failed && tpconvs_parse(&e->convs, &e->tree, &e->failed))
		return -1;
	if (!e->failed)
		return tpsteps_make(&e->steps, &e->convs);
	e->no_string = calloc(MAX(e->tp->nr_fields, 1), sizeof(*e->no_string));
	return e->no_string ? 0 : -1;
}

struct tp_eval *tp_evals_get(struct tp_evals *all, const struct tp_format *tp)
{
	struct tp_eval *e = &all->evals[tp - all->table->formats];

	if (e->tp)
		return e;
	e->tp = tp;
	e->all = all;
	if (!compile(e, &all->nodes_left))
		return e;
	eval_release(e);
	*e = (struct tp_eval){ 0 };
	return NULL;
}

/* ---- strings ---- */

/* What %s prints of a text; one that is there from the start has no NUL in it. */
static void print_text(const struct tpraw *r, const struct tpconv *c, const char *s, size_t len)
{
	if (likely(c->plain))
		text_add(r->out, s, len);
	else
		text_string(r->out, &c->spec, s, len);
}

/* Up to the first NUL, or the end of the raw bytes. */
static void print_raw_text(const struct tpraw *r, const struct tpconv *c, uint32_t off)
{
	if (off < r->size)
		print_text(r, c, r->raw + off, strnlen(r->raw + off, r->size - off));
	else
		print_text(r, c, "", 0);
}

/* A field of a long's size that is no array is a pointer to a text of the kernel. */
static void print_field_text(const struct tpraw *r, const struct tpconv *c,
			     const struct tp_field *f)
{
	uint32_t len;

	if (!f)
		return;
	if (!(f->flags & TP_ARRAY) && f->size == r->long_size) {
		uint64_t addr = tpraw_number(r, f->offset, f->size);
		const char *text = tp_strings_find(r->strings, addr, &len);

		if (text)
			text_add(r->out, text, len);
		else
			text_hex(r->out, addr, 0, 0);
		return;
	}
	if (f->offset >= r->size)
		return print_text(r, c, "", 0);
	len = MIN(f->size ? f->size : UINT32_MAX, r->size - f->offset);
	print_text(r, c, r->raw + f->offset, strnlen(r->raw + f->offset, len));
}

static void print_rest(const struct tpraw *r, uint64_t v)
{
	text_add(r->out, "0x", 2);
	text_hex(r->out, v, 0, 0);
}

static void print_flags(const struct tpraw *r, const struct tpconv *c, const struct tparg *arg)
{
	int64_t left = (int64_t)tpnumber(r, arg->left);
	bool first = true;

	for (uint32_t i = 0; i < arg->nr_values; i++) {
		const struct tpvalue *v = &arg->values[i];

		if (!left && v->value < 0) {
			print_text(r, c, v->name, v->len);
			break;
		}
		if (v->value <= 0 || (left & v->value) != v->value)
			continue;
		if (!first && arg->text)
			text_str(r->out, arg->text);
		print_text(r, c, v->name, v->len);
		first = false;
		left &= ~v->value;
	}
	if (!left)
		return;
	if (!first && arg->text)
		text_str(r->out, arg->text);
	print_rest(r, left);
}

static void print_symbol(const struct tpraw *r, const struct tpconv *c, const struct tparg *arg)
{
	int64_t value = (int64_t)tpnumber(r, arg->left);

	for (uint32_t i = 0; i < arg->nr_values; i++)
		if (arg->values[i].value == value)
			return print_text(r, c, arg->values[i].name, arg->values[i].len);
	print_rest(r, value);
}

/* Where the bytes of a helper's first argument are; false: nobody knows. */
static bool bytes_at(const struct tpraw *r, const struct tparg *arg, uint32_t *off)
{
	if (!arg->field || (arg->kind != ARG_DYNAMIC && arg->kind != ARG_FIELD))
		return false;
	*off = arg->field->offset;
	if (arg->kind == ARG_DYNAMIC)
		*off = tpraw_number(r, arg->field->offset, arg->field->size) & 0xffff;
	return true;
}

static void print_hex(const struct tpraw *r, const struct tparg *arg)
{
	int32_t len = (int32_t)tpnumber(r, arg->right);
	uint32_t off;

	if (!bytes_at(r, arg->left, &off) || off >= r->size)
		return;
	len = MIN(len, (int64_t)(r->size - off));
	for (int32_t i = 0; i < len; i++) {
		if (i && arg->kind == ARG_HEX)
			text_char(r->out, ' ');
		text_byte(r->out, r->raw[off + i], false);
	}
}

static void print_element(const struct tpraw *r, uint32_t off, int32_t size)
{
	if (size == 1 || size == 2 || size == 4 || size == 8) {
		text_dec(r->out, tpraw_number(r, off, size), 0, 0);
		return;
	}
	text_str(r->out, "BAD SIZE:");
	text_number(r->out, &(struct text_spec){ .conv = 'd', .precision = -1 }, size, 32);
	text_char(r->out, ' ');
	print_rest(r, tpraw_number(r, off, 1));
}

static void print_array(const struct tpraw *r, const struct tparg *arg)
{
	int32_t len = (int32_t)tpnumber(r, arg->right), size = (int32_t)tpnumber(r, arg->third);
	int32_t step = size == 1 || size == 2 || size == 4 || size == 8 ? size : 1;
	uint32_t off;

	if (!bytes_at(r, arg->left, &off))
		return;
	for (int32_t i = 0; i < len && off < r->size; i++, off += step) {
		if (i)
			text_char(r->out, ' ');
		/* What is no size is taken for 1 from its second element on. */
		print_element(r, off, i ? step : size);
	}
}

/* The place that a __data_loc or __rel_loc field holds: offset in the low half, length above. */
static uint32_t place(const struct tpraw *r, const struct tp_field *f, uint32_t *len)
{
	uint32_t v = tpraw_number(r, f->offset, 4);

	*len = v >> 16;
	return (v & 0xffff) + (f->flags & TP_RELATIVE ? f->offset + f->size : 0);
}

/* A bit mask as the kernel prints it: the last byte first, a comma every 32 bits. */
static void print_bitmask(const struct tpraw *r, const struct tpconv *c, const struct tp_field *f)
{
	char buf[4096]; /* of 14,000 CPUs */
	struct text t = { buf, buf, buf + sizeof(buf) };
	uint32_t len, off;

	if (!f)
		return;
	off = place(r, f, &len);
	len = off < r->size ? MIN(len, r->size - off) : 0;
	for (uint32_t i = len; i--;) {
		text_byte(&t, r->raw[off + i], false);
		if (i && i % 4 == 0)
			text_char(&t, ',');
	}
	print_text(r, c, buf, t.at - buf);
}

static void print_string(const struct tpraw *r, const struct tpconv *c, const struct tparg *arg)
{
	uint32_t len;

	switch (arg->kind) {
	case ARG_ATOM:
		return print_text(r, c, arg->text, strlen(arg->text));
	case ARG_FIELD:
		return print_field_text(r, c, arg->field);
	case ARG_FLAGS:
		return print_flags(r, c, arg);
	case ARG_SYMBOL:
		return print_symbol(r, c, arg);
	case ARG_HEX:
	case ARG_HEX_STR:
		return print_hex(r, arg);
	case ARG_ARRAY:
		return print_array(r, arg);
	case ARG_STRING:
		if (arg->field)
			print_raw_text(r, c, place(r, arg->field, &len));
		return;
	case ARG_BITMASK:
		return print_bitmask(r, c, arg->field);
	case ARG_OP:
		if (arg->op[0] == '?')
			print_string(r, c,
				     tpnumber(r, arg->left) ? arg->right->left : arg->right->right);
		return;
	default:
		return; /* of a cast, for one, nothing is printed */
	}
}

/* ---- what could not be parsed ---- */

static bool is_printable(const struct tpraw *r, uint32_t off, uint32_t len)
{
	len = off < r->size ? MIN(len, r->size - off) : 0;
	for (uint32_t i = 0; i < len && r->raw[off + i]; i++) {
		unsigned char ch = r->raw[off + i];

		if (ch >= 0x7f || (ch < ' ' && !isspace(ch)))
			return false;
	}
	return true;
}

static void print_bytes(const struct tpraw *r, uint32_t off, uint32_t len)
{
	len = off < r->size ? MIN(len, r->size - off) : 0;
	text_str(r->out, "ARRAY[");
	for (uint32_t i = 0; i < len; i++) {
		if (i)
			text_add(r->out, ", ", 2);
		text_byte(r->out, r->raw[off + i], false);
	}
	text_char(r->out, ']');
}

static void print_array_field(const struct tpraw *r, const struct tp_field *f, bool *no_string)
{
	static const struct tpconv plain = { .plain = true };
	uint32_t off = f->offset, len = f->size;

	if (f->flags & TP_DYNAMIC) {
		uint32_t v = tpraw_number(r, f->offset, f->size);

		len = v >> 16;
		off = (v & 0xffff) + (f->flags & TP_RELATIVE ? f->offset + f->size : 0);
	}
	if (f->flags & TP_STRING && !*no_string && is_printable(r, off, len))
		return print_raw_text(r, &plain, off);
	print_bytes(r, off, len);
	*no_string = true;
}

static void print_number_field(const struct tpraw *r, const struct tp_field *f)
{
	struct text_spec spec = { .conv = f->flags & TP_SIGNED ? 'd' : 'u', .precision = -1 };
	uint64_t v = tpraw_number(r, f->offset, f->size);

	if (f->flags & TP_POINTER)
		return print_rest(r, v);
	if (f->flags & TP_LONG && (!(f->flags & TP_SIGNED) || f->size == 4))
		return print_rest(r, v);
	if (!(f->flags & TP_SIGNED))
		return text_dec(r->out, v, 0, 0);
	spec.width = f->size == 2 ? 2 : 0;
	text_number(r->out, &spec, v,
		    f->size == 4   ? 32
		    : f->size == 2 ? 16
		    : f->size == 1 ? 8
				   : 64);
}

static void print_fields(const struct tp_eval *e, const struct tpraw *r)
{
	text_str(r->out, "[FAILED TO PARSE]");
	for (uint32_t i = 0; i < e->tp->nr_fields; i++) {
		const struct tp_field *f = &e->tp->fields[i];

		text_char(r->out, ' ');
		text_str(r->out, f->name);
		text_char(r->out, '=');
		if (f->flags & TP_ARRAY)
			print_array_field(r, f, &e->no_string[i]);
		else
			print_number_field(r, f);
	}
}

/* ---- a sample ---- */

/* With the width or precision that another argument holds; it counts only if it is not negative. */
static struct tpconv with_star(const struct tpraw *r, const struct tpconv *c)
{
	int32_t star = (int32_t)tpnumber(r, c->star);
	struct tpconv own = *c;

	own.star_value = star;
	if (star < 0)
		return own;
	if (c->star_is == TPCONV_STAR_WIDTH)
		own.spec.width = star;
	else if (c->star_is == TPCONV_STAR_PRECISION)
		own.spec.precision = star;
	return own;
}

static void print_conv(const struct tpraw *r, const struct tpconv *c)
{
	struct tpconv own;

	if (unlikely(c->star)) {
		own = with_star(r, c);
		c = &own;
	}
	switch (c->kind) {
	case TPCONV_TEXT:
		return text_add(r->out, c->text, c->len);
	case TPCONV_NUMBER:
		return tpconv_number(r, c,
				     likely(c->direct) ? tpraw_number(r, c->off, c->size)
						       : tpnumber(r, c->arg));
	case TPCONV_STRING:
		return print_string(r, c, c->arg);
	case TPCONV_POINTER:
		return tpptr_print(r, c);
	}
}

void tp_eval_print(struct tp_eval *e, const void *raw, uint32_t size, struct text *out)
{
	struct tpraw r = {
		.raw = raw ? raw : "",
		.size = raw ? size : 0,
		.long_size = e->all->table->long_size,
		.strings = &e->all->strings,
		.resolve = e->all->resolve,
		.resolve_arg = e->all->resolve_arg,
		.out = out,
	};
	char *start = out->at, *end = out->end;

	out->end = MIN(end - start, (ptrdiff_t)TPEVAL_TEXT_MAX) + start;
	if (e->failed)
		print_fields(e, &r);
	else
		tpsteps_print(&e->steps, &r, print_conv);
	out->end = end;
}
