#include "common/tpparser.h"
#include "common/tpvalue.h"

#include <stdlib.h>

/* Each parse_*() is behind the "(". */

/* An operand, then @delim; operators are not allowed here. */
static bool parse_part(struct tpparser *p, struct tparg **part, const char *delim)
{
	*part = tpparse_new(p, ARG_NONE);
	return *part && tpparse_arg(p, *part) && tptoken_is_delim(&p->t, delim);
}

/* {VALUE, NAME}. */
static bool parse_value(struct tpparser *p, struct tpvalue *v)
{
	struct tparg *value = tpparse_new(p, ARG_NONE), *name = tpparse_new(p, ARG_NONE);
	char buf[TPVALUE_NAME_MAX];

	if (!value || !name || !tpparse_expr(p, value) || !tptoken_is_delim(&p->t, ",") ||
	    !tpvalue_of(value, &v->value))
		return false;
	if (!tpparse_arg(p, name) || !tptoken_is_op(&p->t, "}"))
		return false;
	v->name = tpvalue_name(name, buf);
	if (v->name == buf)
		v->name = tptoken_keep(&p->t, buf, strlen(buf));
	v->len = v->name ? strlen(v->name) : 0;
	return v->name;
}

/* Copies the @nr values of @list to where they are kept. */
static bool keep_values(struct tpparser *p, struct tparg *arg, const struct tpvalue *list,
			uint32_t nr)
{
	struct value_block *b = malloc(sizeof(*b) + nr * sizeof(*list));

	if (!b) {
		p->no_memory = true;
		return false;
	}
	memcpy(b->values, list, nr * sizeof(*list));
	b->next = p->tree->memory->values;
	p->tree->memory->values = b;
	arg->values = b->values;
	arg->nr_values = nr;
	return true;
}

static bool add_value(struct tpparser *p, struct tpvalue **list, uint32_t *nr)
{
	if ((*nr & (*nr - 1)) == 0) { /* full at every power of two */
		void *more = realloc(*list, MAX(2 * *nr, 1) * sizeof(**list));

		if (!more) {
			p->no_memory = true;
			return false;
		}
		*list = more;
	}
	return parse_value(p, &(*list)[(*nr)++]);
}

/* {VALUE, NAME}, {VALUE, NAME} ... ), perhaps with one more comma, or none at all. */
static bool parse_values(struct tpparser *p, struct tparg *arg)
{
	struct tpvalue *list = NULL;
	uint32_t nr = 0;
	bool ok = true;

	do {
		tptoken_next(&p->t);
		if (!tptoken_is_op(&p->t, "{"))
			break;
		ok = add_value(p, &list, &nr);
		if (ok)
			tptoken_next(&p->t);
	} while (ok && tptoken_is_delim(&p->t, ","));
	ok = ok && (!nr || keep_values(p, arg, list, nr)) && tptoken_pass(&p->t, ")");
	free(list);
	return ok;
}

static bool parse_flags(struct tpparser *p, struct tparg *arg)
{
	arg->left = tpparse_new(p, ARG_NONE);
	if (!arg->left || !tpparse_expr(p, arg->left) || !tptoken_is_delim(&p->t, ","))
		return false;
	tptoken_next(&p->t);
	if (p->t.type == TOKEN_ITEM || p->t.type == TOKEN_STRING || p->t.type == TOKEN_CHAR) {
		arg->text = tptoken_keep(&p->t, p->t.tok, p->t.len);
		if (!arg->text)
			return false;
		tptoken_next(&p->t);
	}
	return tptoken_is_delim(&p->t, ",") && parse_values(p, arg);
}

static bool parse_symbol(struct tpparser *p, struct tparg *arg)
{
	arg->left = tpparse_new(p, ARG_NONE);
	return arg->left && tpparse_expr(p, arg->left) && tptoken_is_delim(&p->t, ",") &&
	       parse_values(p, arg);
}

static bool parse_hex(struct tpparser *p, struct tparg *arg)
{
	if (!parse_part(p, &arg->left, ",") || !parse_part(p, &arg->right, ")"))
		return false;
	tptoken_next(&p->t);
	return true;
}

static bool parse_array(struct tpparser *p, struct tparg *arg)
{
	if (!parse_part(p, &arg->left, ",") || !parse_part(p, &arg->right, ",") ||
	    !parse_part(p, &arg->third, ")"))
		return false;
	tptoken_next(&p->t);
	return true;
}

/* NAME ), of a field. */
static bool parse_getter(struct tpparser *p, struct tparg *arg)
{
	char *name;

	tptoken_next(&p->t);
	name = p->t.type == TOKEN_ITEM ? tptoken_keep(&p->t, p->t.tok, p->t.len) : NULL;
	if (!name)
		return false;
	arg->field = tp_find_field(p->tp, name);
	tptoken_next(&p->t);
	return tptoken_pass(&p->t, ")");
}

static bool is_own(const struct tp_format *tp, const struct tp_field *f)
{
	return f && f >= tp->fields && f < tp->fields + tp->nr_fields;
}

/* An index behind it is an error, by a slip in libtraceevent. */
static bool parse_dynamic(struct tpparser *p, struct tparg *arg)
{
	return parse_getter(p, arg) && is_own(p->tp, arg->field) &&
	       (arg->kind != ARG_DYNAMIC || !tptoken_is_op(&p->t, "["));
}

/* __builtin_expect(EXPR, WORD) is EXPR. */
static bool parse_expect(struct tpparser *p, struct tparg *arg)
{
	if (!tpparse_arg(p, arg) || !tptoken_is_delim(&p->t, ","))
		return false;
	tptoken_next(&p->t);
	if (p->t.type != TOKEN_ITEM)
		return false;
	tptoken_next(&p->t);
	return tptoken_pass(&p->t, ")");
}

bool tpparse_helper(struct tpparser *p, struct tparg *arg, const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum tparg_kind kind;
		bool (*parse)(struct tpparser *p, struct tparg *arg);
	} helpers[] = {
		{ "__print_flags", ARG_FLAGS, parse_flags },
		{ "__print_symbolic", ARG_SYMBOL, parse_symbol },
		{ "__print_hex", ARG_HEX, parse_hex },
		{ "__print_hex_str", ARG_HEX_STR, parse_hex },
		{ "__print_array", ARG_ARRAY, parse_array },
		{ "__get_str", ARG_STRING, parse_getter },
		{ "__get_rel_str", ARG_STRING, parse_getter },
		{ "__get_bitmask", ARG_BITMASK, parse_getter },
		{ "__get_rel_bitmask", ARG_BITMASK, parse_getter },
		{ "__get_dynamic_array", ARG_DYNAMIC, parse_dynamic },
		{ "__get_rel_dynamic_array", ARG_DYNAMIC, parse_dynamic },
		{ "__get_dynamic_array_len", ARG_DYNAMIC_LEN, parse_dynamic },
		{ "__get_rel_dynamic_array_len", ARG_DYNAMIC_LEN, parse_dynamic },
		{ "__builtin_expect", ARG_NONE, parse_expect },
	};

	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++) {
		if (strlen(helpers[i].name) == len && !memcmp(helpers[i].name, name, len)) {
			arg->kind = helpers[i].kind;
			return helpers[i].parse(p, arg);
		}
	}
	return false;
}
