#include "common/tptree.h"
#include "common/tpparser.h"
#include "common/tpvalue.h"

#include <stdlib.h>

#define NODES_A_BLOCK	64
#define PARSE_DEPTH_MAX 256 /* brackets in brackets */

/* ---- nodes ---- */

struct node_block {
	struct node_block *next;
	struct tparg nodes[NODES_A_BLOCK];
};

struct tparg *tpparse_new(struct tpparser *p, enum tparg_kind kind)
{
	struct tptree_memory *m = p->tree->memory;
	struct tparg *arg;

	if (!*p->nodes_left)
		return NULL;
	if (!m->nr_free) {
		struct node_block *b = calloc(1, sizeof(*b));

		if (!b) {
			p->no_memory = true;
			return NULL;
		}
		b->next = m->nodes;
		m->nodes = b;
		m->nr_free = NODES_A_BLOCK;
	}
	--*p->nodes_left;
	arg = &m->nodes->nodes[--m->nr_free];
	arg->kind = kind;
	return arg;
}

/* ---- arguments: each parse_*() returns false when libtraceevent would fail ---- */

static bool parse_token(struct tpparser *p, struct tparg *arg);
static bool parse_op(struct tpparser *p, struct tparg *arg);

bool tpparse_arg(struct tpparser *p, struct tparg *arg)
{
	tptoken_next(&p->t);
	return parse_token(p, arg);
}

bool tpparse_expr(struct tpparser *p, struct tparg *arg)
{
	return tpparse_arg(p, arg) && (p->t.type != TOKEN_OP || parse_op(p, arg));
}

/* -1: none that has one. */
static int op_priority(const char *op, size_t len)
{
	static const struct {
		char op[3];
		int8_t priority;
	} ops[] = {
		{ "~", 4 },   { "!", 4 },   { "*", 6 },	  { "/", 6 },  { "%", 6 },  { "+", 7 },
		{ "-", 7 },   { "<<", 8 },  { ">>", 8 },  { "<", 9 },  { ">", 9 },  { "<=", 9 },
		{ ">=", 9 },  { "==", 10 }, { "!=", 10 }, { "&", 11 }, { "^", 12 }, { "|", 13 },
		{ "&&", 14 }, { "||", 15 }, { "?", 16 },  { "++", 3 }, { "--", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (strlen(ops[i].op) == len && !memcmp(ops[i].op, op, len))
			return ops[i].priority;
	return -1;
}

static bool is_binary(const struct tpparser *p)
{
	return op_priority(p->t.tok, p->t.len) >= 6 && !tptoken_is_op(&p->t, "?");
}

static void set_op(struct tpparser *p, struct tparg *arg)
{
	arg->kind = ARG_OP;
	memcpy(arg->op, p->t.tok, MIN(p->t.len, sizeof(arg->op) - 1));
}

/* What @arg is becomes the left side of the operator that @arg now is. */
static bool wrap(struct tpparser *p, struct tparg *arg)
{
	struct tparg *left = tpparse_new(p, ARG_NONE);

	if (!left)
		return false;
	*left = *arg;
	*arg = (struct tparg){ .left = left };
	set_op(p, arg);
	return true;
}

static bool parse_unary(struct tpparser *p, struct tparg *arg, struct tparg **right)
{
	if (p->t.len != 1 || !memchr("~!+-", *p->t.tok, 4))
		return false;
	arg->left = tpparse_new(p, ARG_NONE);
	arg->right = *right = tpparse_new(p, ARG_NONE);
	return arg->left && *right && tpparse_arg(p, *right);
}

static bool parse_condition(struct tpparser *p, struct tparg *arg)
{
	struct tparg *branches = tpparse_new(p, ARG_OP), *left = tpparse_new(p, ARG_NONE),
		     *right = tpparse_new(p, ARG_NONE);

	if (!wrap(p, arg) || !branches || !left || !right || !tpparse_arg(p, left))
		return false;
	/* Left of the : may be a condition again: besides parse_token() the only recursion. */
	p->depth++;
	while (p->t.type == TOKEN_OP && !tptoken_is_op(&p->t, ":"))
		if (p->depth > PARSE_DEPTH_MAX || !parse_op(p, left))
			return false;
	p->depth--;
	if (!tptoken_is_op(&p->t, ":"))
		return false;
	set_op(p, branches);
	branches->left = left;
	branches->right = right;
	arg->right = branches;
	return tpparse_arg(p, right);
}

static bool parse_index(struct tpparser *p, struct tparg *arg)
{
	struct tparg *index = tpparse_new(p, ARG_NONE);

	if (!index || !wrap(p, arg) || !tpparse_arg(p, index) || !tptoken_is_op(&p->t, "]"))
		return false;
	arg->right = index;
	tptoken_next(&p->t);
	return true;
}

/* "TYPE *)": it was a type after all. */
static bool make_pointer(struct tpparser *p, struct tparg *arg)
{
	struct tparg type = *arg->left;
	char *text;

	if (type.kind != ARG_ATOM)
		return false;
	text = tptoken_keep(&p->t, type.text, strlen(type.text));
	if (!text || !tptoken_append(&p->t, " *", 2))
		return false;
	type.text = text;
	*arg = type;
	return true;
}

/*
 * The right side may be an expression in brackets, or one that begins with an operator: when its
 * own operator binds weaker, that becomes the top all the same. *@right: what the next operator
 * belongs to when it binds stronger.
 */
static void rotate(struct tparg *arg, struct tparg *right)
{
	struct tparg top;

	if (right->kind != ARG_OP ||
	    op_priority(arg->op, strlen(arg->op)) >= op_priority(right->op, strlen(right->op))) {
		arg->right = right;
		return;
	}
	arg->right = right->left;
	top = *right;
	*right = *arg;
	*arg = top;
	arg->left = right;
}

static bool parse_binary(struct tpparser *p, struct tparg *arg, struct tparg **right)
{
	if (!wrap(p, arg))
		return false;
	arg->prio = arg->left->kind == ARG_NONE ? 0 : op_priority(p->t.tok, p->t.len);
	tptoken_next(&p->t);
	if (arg->op[0] == '*' && tptoken_is_delim(&p->t, ")"))
		return make_pointer(p, arg);
	*right = tpparse_new(p, ARG_NONE);
	if (!*right || !parse_token(p, *right))
		return false;
	rotate(arg, *right);
	return true;
}

static bool parse_one_op(struct tpparser *p, struct tparg *arg, struct tparg **right)
{
	*right = NULL;
	if (arg->kind == ARG_OP && !arg->left)
		return parse_unary(p, arg, right);
	if (tptoken_is_op(&p->t, "?"))
		return parse_condition(p, arg);
	if (tptoken_is_op(&p->t, "["))
		return parse_index(p, arg);
	return is_binary(p) && parse_binary(p, arg, right);
}

/* Behind @arg is an operator: takes it and all that follow. */
static bool parse_op(struct tpparser *p, struct tparg *arg)
{
	struct tparg *right;

	for (; arg; arg = op_priority(p->t.tok, p->t.len) > arg->prio ? arg : right) {
		if (!parse_one_op(p, arg, &right))
			return false;
		if (p->t.type != TOKEN_OP || tptoken_is_op(&p->t, ":"))
			return true;
	}
	return false;
}

/* Behind REC. */
static bool parse_field(struct tpparser *p, struct tparg *arg)
{
	char *name;

	tptoken_next(&p->t);
	if (!tptoken_is_op(&p->t, "->"))
		return false;
	tptoken_next(&p->t);
	name = p->t.type == TOKEN_ITEM ? tptoken_keep(&p->t, p->t.tok, p->t.len) : NULL;
	if (!name)
		return false;
	arg->kind = ARG_FIELD;
	arg->field = tp_find_field(p->tp, name);
	tptoken_next(&p->t);
	return true;
}

/* Behind a "(": an expression, or the type of what follows. */
static bool parse_group(struct tpparser *p, struct tparg *arg)
{
	struct tparg *item;

	if (!tpparse_expr(p, arg) || !tptoken_is_delim(&p->t, ")"))
		return false;
	tptoken_next(&p->t);
	if (p->t.type != TOKEN_ITEM && p->t.type != TOKEN_STRING && p->t.type != TOKEN_CHAR &&
	    !tptoken_is_delim(&p->t, "("))
		return true;
	item = tpparse_new(p, ARG_NONE);
	if (arg->kind != ARG_ATOM || !item)
		return false;
	arg->kind = ARG_CAST;
	arg->number = tpvalue_mask(arg->text, false);
	arg->deref = tpvalue_mask(arg->text, true);
	arg->left = item;
	return parse_token(p, item);
}

/* ---- operands ---- */

/* A word: a helper, or an atom of several words. */
static bool parse_word(struct tpparser *p, struct tparg *arg)
{
	const char *word = p->t.tok;
	size_t len = p->t.len;
	char *text;

	if (tptoken_is(&p->t, "REC"))
		return parse_field(p, arg);
	tptoken_next(&p->t);
	if (tptoken_is_delim(&p->t, "("))
		return tpparse_helper(p, arg, word, len);
	text = tptoken_keep(&p->t, word, len);
	for (; text && p->t.type == TOKEN_ITEM; tptoken_next(&p->t))
		if (!tptoken_append(&p->t, " ", 1) || !tptoken_append(&p->t, p->t.tok, p->t.len))
			return false;
	arg->kind = ARG_ATOM;
	arg->text = text;
	arg->number = text ? strtoull(text, NULL, 0) : 0;
	return text;
}

static bool parse_quoted(struct tpparser *p, struct tparg *arg)
{
	arg->kind = ARG_ATOM;
	arg->text = p->t.tok;
	arg->number = strtoull(p->t.tok, NULL, 0);
	tptoken_next(&p->t);
	return true;
}

/* At the token that is looked at. */
static bool parse_operand(struct tpparser *p, struct tparg *arg)
{
	switch (p->t.type) {
	case TOKEN_ITEM:
		return parse_word(p, arg);
	case TOKEN_STRING:
	case TOKEN_CHAR:
		return parse_quoted(p, arg);
	case TOKEN_DELIM:
		return tptoken_is(&p->t, "(") && parse_group(p, arg);
	case TOKEN_OP:
		set_op(p, arg);
		return parse_op(p, arg);
	case TOKEN_END:
		break;
	}
	return false;
}

/* Every recursion of the parser but one comes through here. */
static bool parse_token(struct tpparser *p, struct tparg *arg)
{
	bool ok = ++p->depth <= PARSE_DEPTH_MAX && parse_operand(p, arg);

	p->depth--;
	return ok;
}

/* ---- the whole ---- */

/* Visits at most every node once, and no deeper than it must not be. */
static bool too_deep(const struct tparg *arg, int depth)
{
	if (!arg)
		return false;
	return depth > TPTREE_DEPTH_MAX || too_deep(arg->left, depth + 1) ||
	       too_deep(arg->right, depth + 1) || too_deep(arg->third, depth + 1);
}

/* Whatever stands behind an argument instead of a comma is passed over, or ends the list. */
static bool parse_arguments(struct tpparser *p)
{
	struct tparg **link = &p->tree->args;

	for (;;) {
		struct tparg *arg = tpparse_new(p, ARG_NONE);
		bool had_op;

		if (!arg || !tpparse_arg(p, arg))
			return false;
		had_op = p->t.type == TOKEN_OP;
		if (had_op && !parse_op(p, arg))
			return false;
		if (too_deep(arg, 0))
			return false;
		*link = arg;
		link = &arg->next;
		if (p->t.type == TOKEN_END || (!had_op && !tptoken_is_delim(&p->t, ",")))
			return true;
	}
}

static bool parse(struct tpparser *p)
{
	struct tptree *tree = p->tree;

	tptoken_next(&p->t);
	if (p->t.type != TOKEN_STRING)
		return false;
	tree->format = p->t.tok;
	/* Only after a macro: strings in a row are one token. */
	for (tptoken_next(&p->t); p->t.type == TOKEN_STRING; tptoken_next(&p->t)) {
		char *both = tptoken_keep(&p->t, tree->format, strlen(tree->format));

		if (!both || !tptoken_append(&p->t, p->t.tok, p->t.len))
			return false;
		tree->format = both;
	}
	if (p->t.type == TOKEN_END)
		return true;
	return tptoken_is_delim(&p->t, ",") && parse_arguments(p);
}

/*
 * Of the strings: every byte is kept once, and again where an atom becomes a pointer or macros
 * stand in a row; a number that was computed has up to 20 digits.
 */
static size_t strings_room(uint32_t len)
{
	return 6 * (size_t)len + 64;
}

int tptree_parse(struct tptree *tree, const struct tp_format *tp, uint32_t *nodes_left)
{
	uint32_t len;
	const char *text = tp_print_fmt(tp, &len);
	size_t room = strings_room(len);
	struct tpparser p = {
		.t = { .at = text, .end = text + len },
		.tp = tp,
		.tree = tree,
		.nodes_left = nodes_left,
	};

	*tree = (struct tptree){ .memory = malloc(sizeof(*tree->memory) + room) };
	if (!tree->memory)
		return -1;
	*tree->memory = (struct tptree_memory){ 0 };
	p.t.string = tree->memory->strings;
	p.t.string_end = p.t.string + room;
	if (parse(&p))
		return 0;
	tptree_release(tree);
	tree->failed = true;
	return p.no_memory ? -1 : 0;
}

void tptree_release(struct tptree *tree)
{
	struct tptree_memory *m = tree->memory;

	while (m && m->nodes) {
		struct node_block *b = m->nodes;

		m->nodes = b->next;
		free(b);
	}
	while (m && m->values) {
		struct value_block *b = m->values;

		m->values = b->next;
		free(b);
	}
	free(m);
	*tree = (struct tptree){ 0 };
}
