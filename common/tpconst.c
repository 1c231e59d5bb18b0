#include "common/tpexpr.h"

#include <stdlib.h>

static uint64_t cast_number(uint64_t v, const char *type)
{
	static const struct {
		const char *type;
		uint64_t mask;
	} masks[] = {
		{ "u8", UINT8_MAX },   { "s8", UINT8_MAX },   { "char", UINT8_MAX },
		{ "u16", UINT16_MAX }, { "s16", UINT16_MAX }, { "short", UINT16_MAX },
		{ "u32", UINT32_MAX }, { "s32", UINT32_MAX }, { "int", UINT32_MAX },
	};

	if (!strncmp(type, "unsigned ", 9))
		type += 9;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
		if (!strcmp(type, masks[i].type))
			return v & masks[i].mask;
	return v;
}

/* Operators whose result does not depend on the sign. */
static bool compute(const uint8_t op[2], uint64_t a, uint64_t b, uint64_t *v)
{
	switch (op[0] << 8 | op[1]) {
	case '|' << 8:
		return *v = a | b, true;
	case '&' << 8:
		return *v = a & b, true;
	case '|' << 8 | '|':
		return *v = a || b, true;
	case '&' << 8 | '&':
		return *v = a && b, true;
	case '<' << 8 | '<':
		return *v = a << (b & 63), true;
	case '=' << 8 | '=':
		return *v = a == b, true;
	case '!' << 8 | '=':
		return *v = a != b, true;
	case '+' << 8:
		return *v = a + b, true;
	case '-' << 8:
		return *v = a - b, true;
	default:
		return false;
	}
}

static bool compute_signed(const uint8_t op[2], int64_t a, int64_t b, uint64_t *v)
{
	switch (op[0] << 8 | op[1]) {
	case '>' << 8 | '>':
		return *v = a >> (b & 63), true;
	case '<' << 8:
		return *v = a < b, true;
	case '>' << 8:
		return *v = a > b, true;
	case '<' << 8 | '=':
		return *v = a <= b, true;
	case '>' << 8 | '=':
		return *v = a >= b, true;
	default:
		return compute(op, a, b, v);
	}
}

static bool compute_unsigned(const uint8_t op[2], uint64_t a, uint64_t b, uint64_t *v)
{
	switch (op[0] << 8 | op[1]) {
	case '>' << 8 | '>':
		return *v = a >> (b & 63), true;
	case '<' << 8:
		return *v = a < b, true;
	case '>' << 8:
		return *v = a > b, true;
	case '<' << 8 | '=':
		return *v = a <= b, true;
	case '>' << 8 | '=':
		return *v = a >= b, true;
	case '*' << 8:
		return *v = a * b, true;
	case '^' << 8:
		return *v = a ^ b, true;
	case '/' << 8:
		return b && (*v = a / b, true);
	case '%' << 8:
		return b && (*v = a % b, true);
	default:
		return compute(op, a, b, v);
	}
}

/* The number of a VALUE in a list. false when it is none. */
static bool evaluate(const struct tpexpr_parser *p, const struct tpnode *n, uint64_t *v)
{
	uint64_t a = 0, b;

	if (n->kind == NODE_ATOM)
		return *v = strtoll(tp_text(p, n->text), NULL, 0), true;
	if (n->kind == NODE_CAST) {
		if (!evaluate(p, n->left, v))
			return false;
		return *v = cast_number(*v, tp_text(p, n->text)), true;
	}
	if (n->kind != NODE_OP || !evaluate(p, n->right, &b))
		return false;
	if (n->op[0] == '~')
		return *v = ~b, true;
	if (n->left->kind == NODE_NONE ? n->op[0] == '!' : !evaluate(p, n->left, &a))
		return false;
	return compute_signed(n->op, a, b, v);
}

/* Text of a VALUE or a NAME: an atom as it is, anything else must be a number. */
bool tp_value_text(struct tpexpr_parser *p, const struct tpnode *n, uint32_t *text)
{
	uint64_t v;

	while (n && n->kind == NODE_CAST)
		n = n->left;
	if (n && n->kind == NODE_ATOM)
		return *text = n->text, true;
	if (!n || !evaluate(p, n, &v))
		return false;
	return *text = tp_text_number(p, v), true;
}

/* An operation on two constants becomes a constant, from the leaves up. */
void tp_fold(struct tpexpr_parser *p, struct tpnode *n)
{
	uint64_t v;

	if (n->kind != NODE_OP)
		return;
	tp_fold(p, n->left);
	tp_fold(p, n->right);
	if (n->left->kind != NODE_ATOM || n->right->kind != NODE_ATOM)
		return;
	if (!compute_unsigned(n->op, strtoull(tp_text(p, n->left->text), NULL, 0),
			      strtoull(tp_text(p, n->right->text), NULL, 0), &v))
		return;
	n->kind = NODE_ATOM;
	n->text = tp_text_number(p, v);
}
