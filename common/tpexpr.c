#include "common/tpexpr.h"

#include <ctype.h>
#include <inttypes.h>

#define DEPTH_MAX \
	1024 /* of brackets, unary and right-hand operators; some 500 bytes of stack each */

/* ---- tokens ---- */

static bool is_word(int c)
{
	return isalnum(c) || c == '_';
}

/* ASCII only, whatever the locale: scripts get these texts as UTF-8. */
static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* Behind the opening quote. A backslash in front of a quote keeps it from being the last one. */
static bool pass_quoted(struct tpexpr_parser *p, char quote)
{
	for (; p->at < p->end; p->at++) {
		if (!is_printable(*p->at) && *p->at != '\n')
			return false;
		if (*p->at == quote && p->at[-1] != '\\') {
			p->at++;
			return true;
		}
	}
	return false;
}

static void pass_operator(struct tpexpr_parser *p)
{
	static const char pairs[][3] = { "->", "<<", ">>", "&&", "||", "<=", ">=", "==", "!=" };

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (p->end - p->at >= 2 && !memcmp(p->at, pairs[i], 2)) {
			p->at += 2;
			return;
		}
	}
	p->at++;
}

static enum tpexpr_token pass_token(struct tpexpr_parser *p)
{
	if (p->at == p->end)
		return EXPR_TOKEN_END;
	if (!is_printable(*p->at))
		return EXPR_TOKEN_BAD;
	if (*p->at == '"' || *p->at == '\'') {
		char quote = *p->at++;

		if (!pass_quoted(p, quote))
			return EXPR_TOKEN_BAD;
		return quote == '"' ? EXPR_TOKEN_STRING : EXPR_TOKEN_CHAR;
	}
	if (!is_word((unsigned char)*p->at)) {
		pass_operator(p);
		return EXPR_TOKEN_OP;
	}
	while (p->at < p->end && is_word((unsigned char)*p->at))
		p->at++;
	return EXPR_TOKEN_WORD;
}

void tp_next_token(struct tpexpr_parser *p)
{
	while (p->at < p->end && isspace((unsigned char)*p->at))
		p->at++;
	p->tok = p->at;
	p->kind = pass_token(p);
	p->len = p->at - p->tok;
}

static bool is_text(const struct tpexpr_parser *p, const char *text)
{
	return p->len == strlen(text) && !memcmp(p->tok, text, p->len);
}

static bool is_op(const struct tpexpr_parser *p, const char *op)
{
	return p->kind == EXPR_TOKEN_OP && is_text(p, op);
}

bool tp_accept_op(struct tpexpr_parser *p, const char *op)
{
	if (!is_op(p, op))
		return false;
	tp_next_token(p);
	return true;
}

/* ---- strings and nodes ---- */

static uint32_t text_start(struct tpexpr_parser *p)
{
	return p->text->len;
}

static void text_add(struct tpexpr_parser *p, const char *s, size_t len)
{
	buf_add(p->text, s, len);
}

/* Ends the string that began at @start, and returns it. */
static uint32_t text_end(struct tpexpr_parser *p, uint32_t start)
{
	text_add(p, "", 1);
	return start;
}

uint32_t tp_text_number(struct tpexpr_parser *p, int64_t v)
{
	uint32_t start = text_start(p);

	buf_printf(p->text, "%" PRId64, v);
	return text_end(p, start);
}

const char *tp_text(const struct tpexpr_parser *p, uint32_t off)
{
	return p->text->failed ? "" : (const char *)p->text->data + off;
}

static struct tpnode *new_node(struct tpexpr_parser *p, enum tpnode_kind kind)
{
	struct tpnode *n;

	if (p->nr_nodes == TPNODES_MAX || p->text->failed || p->text->len > TPTEXT_MAX)
		return NULL;
	n = &p->nodes[p->nr_nodes++];
	*n = (struct tpnode){ .kind = kind };
	return n;
}

static struct tpnode *new_text_node(struct tpexpr_parser *p, enum tpnode_kind kind, uint32_t text)
{
	struct tpnode *n = new_node(p, kind);

	if (n)
		n->text = text;
	return n;
}

static struct tpnode *new_op(struct tpexpr_parser *p, const char *op, size_t len,
			     struct tpnode *left, struct tpnode *right)
{
	struct tpnode *n = left && right ? new_node(p, NODE_OP) : NULL;

	if (!n)
		return NULL;
	memcpy(n->op, op, MIN(len, sizeof(n->op)));
	n->left = left;
	n->right = right;
	return n;
}

/* ---- expressions: each parse_*() returns NULL when the text is not understood ---- */

static struct tpnode *parse_expr(struct tpexpr_parser *p);
static struct tpnode *parse_operand(struct tpexpr_parser *p);
static struct tpnode *parse_operators(struct tpexpr_parser *p, struct tpnode *left);

/* The priorities of C. 0: no binary operator. */
static int priority(const struct tpexpr_parser *p)
{
	static const struct {
		char op[3];
		int priority;
	} ops[] = {
		{ "*", 6 },  { "/", 6 },   { "%", 6 },	 { "+", 7 },  { "-", 7 },
		{ "<<", 8 }, { ">>", 8 },  { "<", 9 },	 { ">", 9 },  { "<=", 9 },
		{ ">=", 9 }, { "==", 10 }, { "!=", 10 }, { "&", 11 }, { "^", 12 },
		{ "|", 13 }, { "&&", 14 }, { "||", 15 }, { "?", 16 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (is_op(p, ops[i].op))
			return ops[i].priority;
	return 0;
}

/* Words in a row are one atom: "unsigned long". */
static struct tpnode *parse_words(struct tpexpr_parser *p)
{
	uint32_t start = text_start(p);

	text_add(p, p->tok, p->len);
	for (tp_next_token(p); p->kind == EXPR_TOKEN_WORD; tp_next_token(p)) {
		text_add(p, " ", 1);
		text_add(p, p->tok, p->len);
	}
	return new_text_node(p, NODE_ATOM, text_end(p, start));
}

/* Strings in a row are one, too. */
static struct tpnode *parse_string(struct tpexpr_parser *p)
{
	uint32_t start = text_start(p);

	for (; p->kind == EXPR_TOKEN_STRING; tp_next_token(p))
		text_add(p, p->tok + 1, p->len - 2);
	return new_text_node(p, NODE_ATOM, text_end(p, start));
}

/* Characters are not made numbers: neither perf 6.1 nor libtraceevent 1.7 does. */
static struct tpnode *parse_char(struct tpexpr_parser *p)
{
	uint32_t start = text_start(p);

	text_add(p, p->tok + 1, p->len - 2);
	tp_next_token(p);
	return new_text_node(p, NODE_ATOM, text_end(p, start));
}

static struct tp_field *find_field(struct tp_field *fields, uint32_t nr,
				   const struct tpexpr_parser *p)
{
	for (uint32_t i = 0; i < nr; i++)
		if (is_text(p, fields[i].name))
			return &fields[i];
	return NULL;
}

static void mark_field(struct tpexpr_parser *p)
{
	struct tp_field *f = find_field(p->tp->common, p->tp->nr_common, p);

	if (!f)
		f = find_field(p->tp->fields, p->tp->nr_fields, p);
	if (p->marks->flags) {
		p->marks->flags = false;
		if (f)
			f->flags |= TP_FLAGS;
	} else if (p->marks->symbolic) {
		p->marks->symbolic = false;
		if (f)
			f->flags |= TP_SYMBOLIC;
	}
}

/* Behind REC, which may have been put in brackets. */
static struct tpnode *parse_field(struct tpexpr_parser *p)
{
	uint32_t start = text_start(p);

	if (!tp_accept_op(p, "->") || p->kind != EXPR_TOKEN_WORD)
		return NULL;
	mark_field(p);
	text_add(p, p->tok, p->len);
	tp_next_token(p);
	return new_text_node(p, NODE_FIELD, text_end(p, start));
}

static bool is_operand_start(const struct tpexpr_parser *p)
{
	return p->kind == EXPR_TOKEN_WORD || p->kind == EXPR_TOKEN_STRING ||
	       p->kind == EXPR_TOKEN_CHAR || is_op(p, "(");
}

static struct tpnode *parse_cast(struct tpexpr_parser *p, struct tpnode *type)
{
	struct tpnode *item = type->kind == NODE_ATOM ? parse_operand(p) : NULL;
	struct tpnode *n = item ? new_text_node(p, NODE_CAST, type->text) : NULL;

	if (n)
		n->left = item;
	return n;
}

/* Behind a (: an expression, a type, or REC. */
static struct tpnode *parse_group(struct tpexpr_parser *p)
{
	struct tpnode *n;

	if (p->kind == EXPR_TOKEN_WORD && is_text(p, "REC")) {
		struct tpexpr_parser before = *p;

		tp_next_token(p);
		if (tp_accept_op(p, ")"))
			return parse_field(p);
		*p = before;
	}
	n = parse_expr(p);
	if (!n || !tp_accept_op(p, ")"))
		return NULL;
	return is_operand_start(p) ? parse_cast(p, n) : n;
}

/* "*" and ")": the atom in front was a type and is a pointer to it. */
static struct tpnode *parse_pointer(struct tpexpr_parser *p, struct tpnode *type)
{
	uint32_t start = text_start(p);
	const char *text;

	if (type->kind != NODE_ATOM)
		return NULL;
	if (p->text->len > TPTEXT_MAX)
		return NULL; /* every * copies the type: kernels write one or two */
	/* Room first: the string that is copied must not move meanwhile. */
	buf_add_zero(p->text, strlen(tp_text(p, type->text)) + 3);
	if (p->text->failed)
		return NULL;
	text = tp_text(p, type->text);
	memcpy(p->text->data + start, text, strlen(text));
	memcpy(p->text->data + start + strlen(text), " *", 2);
	type->text = start;
	return type;
}

/* ---- helpers ---- */

/* @nr arguments, the last in front of a ). */
static struct tpnode *parse_parts(struct tpexpr_parser *p, int nr)
{
	struct tpnode *first = NULL, **link = &first;

	while (nr--) {
		struct tpnode *arg = tp_parse_argument(p);

		if (!arg || !tp_accept_op(p, nr ? "," : ")"))
			return NULL;
		*link = new_node(p, NODE_PART);
		if (!*link)
			return NULL;
		(*link)->left = arg;
		link = &(*link)->right;
	}
	return first;
}

/* { VALUE, NAME }, { VALUE, NAME } ... ) */
static bool parse_values(struct tpexpr_parser *p, struct tpnode **link)
{
	do {
		struct tpnode *value, *name, *n = new_node(p, NODE_VALUE);

		if (!n || !tp_accept_op(p, "{"))
			return false;
		value = parse_expr(p);
		if (!tp_value_text(p, value, &n->text) || !tp_accept_op(p, ","))
			return false;
		name = parse_operand(p);
		if (!tp_value_text(p, name, &n->name) || !tp_accept_op(p, "}"))
			return false;
		*link = n;
		link = &n->right;
	} while (tp_accept_op(p, ","));
	return tp_accept_op(p, ")");
}

static struct tpnode *parse_flags(struct tpexpr_parser *p)
{
	struct tpnode *n = new_node(p, NODE_FLAGS), *delim;

	p->marks->flags = true;
	if (!n || !(n->left = parse_expr(p)) || !tp_accept_op(p, ","))
		return NULL;
	n->text = text_end(p, text_start(p));
	if (p->kind == EXPR_TOKEN_STRING || p->kind == EXPR_TOKEN_WORD) {
		delim = p->kind == EXPR_TOKEN_STRING ? parse_string(p) : parse_words(p);
		if (!delim)
			return NULL;
		n->text = delim->text;
	}
	return tp_accept_op(p, ",") && parse_values(p, &n->right) ? n : NULL;
}

static struct tpnode *parse_symbols(struct tpexpr_parser *p)
{
	struct tpnode *n = new_node(p, NODE_SYMBOLS);

	p->marks->symbolic = true;
	if (!n || !(n->left = parse_expr(p)) || !tp_accept_op(p, ","))
		return NULL;
	return parse_values(p, &n->right) ? n : NULL;
}

/* A helper whose one argument is the name of a field. */
static struct tpnode *parse_getter(struct tpexpr_parser *p, enum tpnode_kind kind)
{
	if (p->kind != EXPR_TOKEN_WORD)
		return NULL;
	tp_next_token(p);
	return tp_accept_op(p, ")") ? new_node(p, kind) : NULL;
}

static struct tpnode *parse_expect(struct tpexpr_parser *p)
{
	struct tpnode *n = parse_expr(p);

	if (!n || !tp_accept_op(p, ",") || p->kind != EXPR_TOKEN_WORD)
		return NULL;
	tp_next_token(p);
	return tp_accept_op(p, ")") ? n : NULL;
}

/* sizeof of a number's type, or of a field that is no array. */
static struct tpnode *parse_sizeof(struct tpexpr_parser *p)
{
	static const struct {
		const char *type;
		int size;
	} sizes[] = {
		{ "unsigned", 4 },
		{ "int", 4 },
		{ "unsigned int", 4 },
		{ "long long", 8 },
		{ "unsigned long long", 8 },
		{ "u64", 8 },
		{ "__u64", 8 },
		{ "s64", 8 },
		{ "__s64", 8 },
		{ "u32", 4 },
		{ "__u32", 4 },
		{ "s32", 4 },
		{ "__s32", 4 },
		{ "u16", 2 },
		{ "__u16", 2 },
		{ "s16", 2 },
		{ "__s16", 2 },
		{ "u8", 1 },
		{ "__u8", 1 },
		{ "s8", 1 },
	};
	struct tpnode *n = p->kind == EXPR_TOKEN_WORD ? parse_words(p) : NULL;

	if (!n || !tp_accept_op(p, ")"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (!strcmp(tp_text(p, n->text), sizes[i].type)) {
			n->text = tp_text_number(p, sizes[i].size);
			return n;
		}
	}
	return NULL;
}

enum helper {
	HELPER_FLAGS,
	HELPER_SYMBOLS,
	HELPER_TWO,
	HELPER_THREE,
	HELPER_STRING,
	HELPER_STOP,
	HELPER_EXPECT,
	HELPER_SIZEOF,
	HELPER_UNKNOWN,
};

static enum helper helper_find(const char *name)
{
	static const struct {
		const char *name;
		enum helper helper;
	} helpers[] = {
		{ "__print_flags", HELPER_FLAGS },
		{ "__print_symbolic", HELPER_SYMBOLS },
		{ "__print_hex", HELPER_TWO },
		{ "__print_hex_str", HELPER_TWO },
		{ "__print_array", HELPER_THREE },
		{ "__get_str", HELPER_STRING },
		{ "__get_rel_str", HELPER_STRING },
		{ "__get_bitmask", HELPER_STOP },
		{ "__get_rel_bitmask", HELPER_STOP },
		{ "__get_cpumask", HELPER_STOP },
		{ "__get_rel_cpumask", HELPER_STOP },
		{ "__get_dynamic_array", HELPER_STOP },
		{ "__get_rel_dynamic_array", HELPER_STOP },
		{ "__get_dynamic_array_len", HELPER_STOP },
		{ "__get_rel_dynamic_array_len", HELPER_STOP },
		{ "__get_sockaddr", HELPER_STOP },
		{ "__get_sockaddr_rel", HELPER_STOP },
		{ "__builtin_expect", HELPER_EXPECT },
		{ "sizeof", HELPER_SIZEOF },
	};

	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		if (!strcmp(name, helpers[i].name))
			return helpers[i].helper;
	return HELPER_UNKNOWN;
}

/* Behind the ( of a call of @name. */
static struct tpnode *parse_helper(struct tpexpr_parser *p, const struct tpnode *name)
{
	switch (helper_find(tp_text(p, name->text))) {
	case HELPER_FLAGS:
		return parse_flags(p);
	case HELPER_SYMBOLS:
		return parse_symbols(p);
	case HELPER_TWO:
		return parse_parts(p, 2);
	case HELPER_THREE:
		return parse_parts(p, 3);
	case HELPER_STRING:
		return parse_getter(p, NODE_STRING);
	case HELPER_STOP:
		return parse_getter(p, NODE_STOP);
	case HELPER_EXPECT:
		return parse_expect(p);
	case HELPER_SIZEOF:
		return parse_sizeof(p);
	case HELPER_UNKNOWN:
		break;
	}
	return NULL;
}

/* ---- operands and operators ---- */

static struct tpnode *parse_primary(struct tpexpr_parser *p)
{
	struct tpnode *n;

	if (p->kind == EXPR_TOKEN_STRING)
		return parse_string(p);
	if (p->kind == EXPR_TOKEN_CHAR)
		return parse_char(p);
	if (tp_accept_op(p, "("))
		return parse_group(p);
	if (p->kind != EXPR_TOKEN_WORD)
		return NULL;
	if (is_text(p, "REC")) {
		tp_next_token(p);
		return parse_field(p);
	}
	n = parse_words(p);
	return n && tp_accept_op(p, "(") ? parse_helper(p, n) : n;
}

static struct tpnode *parse_indexed(struct tpexpr_parser *p)
{
	struct tpnode *n = parse_primary(p);

	while (n && tp_accept_op(p, "[")) {
		n = new_op(p, "[", 1, n, parse_expr(p));
		if (!tp_accept_op(p, "]"))
			return NULL;
	}
	return n;
}

/* Looks at an operator that stands in front of its only operand. */
static struct tpnode *parse_unary(struct tpexpr_parser *p)
{
	const char *op = p->tok;

	tp_next_token(p);
	return new_op(p, op, 1, new_node(p, NODE_NONE), parse_operand(p));
}

static bool is_unary(const struct tpexpr_parser *p)
{
	return is_op(p, "!") || is_op(p, "~") || is_op(p, "-") || is_op(p, "+");
}

/* Every recursion but that of parse_operators() comes through here. */
static struct tpnode *parse_operand(struct tpexpr_parser *p)
{
	struct tpnode *n = NULL;

	if (++p->depth <= DEPTH_MAX)
		n = is_unary(p) ? parse_unary(p) : parse_indexed(p);
	p->depth--;
	return n;
}

/* Behind the ?. */
static struct tpnode *parse_branches(struct tpexpr_parser *p)
{
	struct tpnode *left = parse_expr(p);

	if (!left || !tp_accept_op(p, ":"))
		return NULL;
	return new_op(p, ":", 1, left, parse_operand(p));
}

/*
 * What follows the operand @left. Of two operators in a row the second takes all that is in front
 * of it when it binds weaker, otherwise the right side of the first: libtraceevent's rule, which
 * differs from C (8 - 4 - 2 is 6 here), but not in what is visited, and in which order.
 */
static struct tpnode *parse_operators(struct tpexpr_parser *p, struct tpnode *left)
{
	if (++p->depth > DEPTH_MAX)
		left = NULL;
	while (left && priority(p)) {
		int prio = priority(p);
		const char *op = p->tok;
		size_t len = p->len;
		struct tpnode *right;

		tp_next_token(p);
		if (*op == '*' && is_op(p, ")")) {
			left = parse_pointer(p, left);
			break;
		}
		right = *op == '?' ? parse_branches(p) : parse_operand(p);
		if (*op != '?' && right && priority(p) && priority(p) <= prio)
			right = parse_operators(p, right);
		left = new_op(p, op, len, left, right);
	}
	p->depth--;
	return left;
}

static struct tpnode *parse_expr(struct tpexpr_parser *p)
{
	return parse_operators(p, parse_operand(p));
}

/* An argument that stands for itself; libtraceevent folds those that are not all in brackets. */
struct tpnode *tp_parse_argument(struct tpexpr_parser *p)
{
	bool unary = is_unary(p);
	struct tpnode *n = parse_operand(p);
	bool open = n && (priority(p) || (n->kind == NODE_OP && n->op[0] == '['));

	n = parse_operators(p, n);
	if (n && open && !unary)
		tp_fold(p, n);
	return n;
}
