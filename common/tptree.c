#include "common/tptree.h"
#include "common/tpvalue.h"

#include <ctype.h>
#include <stdlib.h>

#define NODES_A_BLOCK	64
#define PARSE_DEPTH_MAX 256 /* brackets in brackets */

enum token {
	TOKEN_END, /* also a byte that is none of C's */
	TOKEN_OP,  /* and braces, which libtraceevent takes for operators */
	TOKEN_DELIM,
	TOKEN_ITEM,
	TOKEN_STRING,
	TOKEN_CHAR,
};

struct node_block {
	struct node_block *next;
	struct tparg nodes[NODES_A_BLOCK];
};

struct value_block {
	struct value_block *next;
	struct tpvalue values[];
};

struct tptree_memory {
	struct node_block *nodes;
	struct value_block *values;
	uint32_t nr_free; /* nodes in the first block */
	char strings[];
};

struct parser {
	const char *at, *end; /* what is behind the token */
	enum token type;
	const char *tok; /* of a string or character: between the quotes, with a NUL */
	size_t len;
	const struct tp_format *tp;
	struct tptree *tree;
	char *string, *string_end; /* where the next one goes */
	uint32_t *nodes_left;
	int depth;
	bool no_memory;
};

/* ---- memory ---- */

static struct tparg *new_arg(struct parser *p, enum tparg_kind kind)
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

/* A string of its own, or NULL when there is no room: a text has no more than its bytes. */
static char *keep(struct parser *p, const char *s, size_t len)
{
	char *kept = p->string;

	if (len >= (size_t)(p->string_end - p->string))
		return NULL;
	memcpy(kept, s, len);
	kept[len] = 0;
	p->string += len + 1;
	return kept;
}

/* Adds to the string that was kept last. */
static bool append(struct parser *p, const char *s, size_t len)
{
	p->string--;
	return keep(p, s, len);
}

/* ---- tokens ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t op_len(const char *at, size_t left)
{
	char c = at[0], second = left > 1 ? at[1] : 0, third = left > 2 ? at[2] : 0;

	if (c == '-' && second == '>')
		return 2;
	if (strchr("-+|&><", c)) {
		if (second != c)
			return second == '=' ? 2 : 1;
		return (c == '<' || c == '>') && third == '=' ? 3 : 2;
	}
	return (c == '!' || c == '=') && second == '=' ? 2 : 1;
}

/* The quoted string at p->at, and those that follow it, into one. */
static enum token pass_quoted(struct parser *p)
{
	const char quote = *p->at;

	p->tok = keep(p, "", 0);
	p->len = 0;
	do {
		const char *start = ++p->at;

		while (p->at < p->end && (*p->at != quote || p->at[-1] == '\\'))
			p->at++;
		if (p->at == p->end || !p->tok || !append(p, start, p->at - start))
			return TOKEN_END;
		p->len += p->at++ - start;
		start = p->at;
		while (p->at < p->end && isspace((unsigned char)*p->at))
			p->at++;
		if (p->at == p->end || *p->at != '"')
			p->at = start;
	} while (quote == '"' && p->at < p->end && *p->at == '"');
	return quote == '"' ? TOKEN_STRING : TOKEN_CHAR;
}

/* Macros that kernels before 3.13 left in formats of mac80211. Source: kernel commit 811cb50baf63. */
static bool is_macro(struct parser *p)
{
	static const char *const macros[][2] = {
		{ "LOCAL_PR_FMT", "%s" },
		{ "STA_PR_FMT", " sta:%pM" },
		{ "VIF_PR_FMT", " vif:%p(%d)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++) {
		if (p->len == strlen(macros[i][0]) && !memcmp(p->tok, macros[i][0], p->len)) {
			p->tok = keep(p, macros[i][1], strlen(macros[i][1]));
			p->len = strlen(macros[i][1]);
			return p->tok;
		}
	}
	return false;
}

static enum token pass_token(struct parser *p)
{
	if (p->at == p->end)
		return TOKEN_END;
	if (*p->at == '"' || *p->at == '\'')
		return pass_quoted(p);
	if (is_word(*p->at)) {
		while (p->at < p->end && is_word(*p->at))
			p->at++;
		p->len = p->at - p->tok;
		return is_macro(p) ? TOKEN_STRING : TOKEN_ITEM;
	}
	if (!isprint((unsigned char)*p->at)) {
		p->at = p->end;
		return TOKEN_END;
	}
	p->len = op_len(p->at, p->end - p->at);
	p->at += p->len;
	return memchr("(),", *p->tok, 3) ? TOKEN_DELIM : TOKEN_OP;
}

static void next_token(struct parser *p)
{
	while (p->at < p->end && isspace((unsigned char)*p->at))
		p->at++;
	p->tok = p->at;
	p->len = 0;
	p->type = pass_token(p);
}

static bool is_text(const struct parser *p, const char *text)
{
	return p->len == strlen(text) && !memcmp(p->tok, text, p->len);
}

static bool is_op(const struct parser *p, const char *op)
{
	return p->type == TOKEN_OP && is_text(p, op);
}

static bool is_delim(const struct parser *p, const char *delim)
{
	return p->type == TOKEN_DELIM && is_text(p, delim);
}

/* Passes a token that has to be there. */
static bool pass_delim(struct parser *p, const char *delim)
{
	bool there = is_delim(p, delim);

	next_token(p);
	return there;
}

/* ---- arguments: each parse_*() returns false when libtraceevent would fail ---- */

static bool parse_token(struct parser *p, struct tparg *arg);
static bool parse_op(struct parser *p, struct tparg *arg);

/* Parses what is behind the token: an operand, with its operators only if one is in front of it. */
static bool parse_arg(struct parser *p, struct tparg *arg)
{
	next_token(p);
	return parse_token(p, arg);
}

/* An operand with all that follows it. */
static bool parse_expr(struct parser *p, struct tparg *arg)
{
	return parse_arg(p, arg) && (p->type != TOKEN_OP || parse_op(p, arg));
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

static bool is_binary(const struct parser *p)
{
	return op_priority(p->tok, p->len) >= 6 && !is_op(p, "?");
}

static void set_op(struct parser *p, struct tparg *arg)
{
	arg->kind = ARG_OP;
	memcpy(arg->op, p->tok, MIN(p->len, sizeof(arg->op) - 1));
}

/* What @arg is becomes the left side of the operator that @arg now is. */
static bool wrap(struct parser *p, struct tparg *arg)
{
	struct tparg *left = new_arg(p, ARG_NONE);

	if (!left)
		return false;
	*left = *arg;
	*arg = (struct tparg){ .left = left };
	set_op(p, arg);
	return true;
}

static bool parse_unary(struct parser *p, struct tparg *arg, struct tparg **right)
{
	if (p->len != 1 || !memchr("~!+-", *p->tok, 4))
		return false;
	arg->left = new_arg(p, ARG_NONE);
	arg->right = *right = new_arg(p, ARG_NONE);
	return arg->left && *right && parse_arg(p, *right);
}

static bool parse_condition(struct parser *p, struct tparg *arg)
{
	struct tparg *branches = new_arg(p, ARG_OP), *left = new_arg(p, ARG_NONE),
		     *right = new_arg(p, ARG_NONE);

	if (!wrap(p, arg) || !branches || !left || !right || !parse_arg(p, left))
		return false;
	/* Left of the : may be a condition again: besides parse_token() the only recursion. */
	p->depth++;
	while (p->type == TOKEN_OP && !is_op(p, ":"))
		if (p->depth > PARSE_DEPTH_MAX || !parse_op(p, left))
			return false;
	p->depth--;
	if (!is_op(p, ":"))
		return false;
	set_op(p, branches);
	branches->left = left;
	branches->right = right;
	arg->right = branches;
	return parse_arg(p, right);
}

static bool parse_index(struct parser *p, struct tparg *arg)
{
	struct tparg *index = new_arg(p, ARG_NONE);

	if (!index || !wrap(p, arg) || !parse_arg(p, index) || !is_op(p, "]"))
		return false;
	arg->right = index;
	next_token(p);
	return true;
}

/* "TYPE *)": it was a type after all. */
static bool make_pointer(struct parser *p, struct tparg *arg)
{
	struct tparg type = *arg->left;
	char *text;

	if (type.kind != ARG_ATOM)
		return false;
	text = keep(p, type.text, strlen(type.text));
	if (!text || !append(p, " *", 2))
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

static bool parse_binary(struct parser *p, struct tparg *arg, struct tparg **right)
{
	if (!wrap(p, arg))
		return false;
	arg->prio = arg->left->kind == ARG_NONE ? 0 : op_priority(p->tok, p->len);
	next_token(p);
	if (arg->op[0] == '*' && is_delim(p, ")"))
		return make_pointer(p, arg);
	*right = new_arg(p, ARG_NONE);
	if (!*right || !parse_token(p, *right))
		return false;
	rotate(arg, *right);
	return true;
}

static bool parse_one_op(struct parser *p, struct tparg *arg, struct tparg **right)
{
	*right = NULL;
	if (arg->kind == ARG_OP && !arg->left)
		return parse_unary(p, arg, right);
	if (is_op(p, "?"))
		return parse_condition(p, arg);
	if (is_op(p, "["))
		return parse_index(p, arg);
	return is_binary(p) && parse_binary(p, arg, right);
}

/* Behind @arg is an operator: takes it and all that follow. */
static bool parse_op(struct parser *p, struct tparg *arg)
{
	struct tparg *right;

	for (; arg; arg = op_priority(p->tok, p->len) > arg->prio ? arg : right) {
		if (!parse_one_op(p, arg, &right))
			return false;
		if (p->type != TOKEN_OP || is_op(p, ":"))
			return true;
	}
	return false;
}

/* Behind REC. */
static bool parse_field(struct parser *p, struct tparg *arg)
{
	char *name;

	next_token(p);
	if (!is_op(p, "->"))
		return false;
	next_token(p);
	name = p->type == TOKEN_ITEM ? keep(p, p->tok, p->len) : NULL;
	if (!name)
		return false;
	arg->kind = ARG_FIELD;
	arg->field = tp_find_field(p->tp, name);
	next_token(p);
	return true;
}

/* Behind a "(": an expression, or the type of what follows. */
static bool parse_group(struct parser *p, struct tparg *arg)
{
	struct tparg *item;

	if (!parse_expr(p, arg) || !is_delim(p, ")"))
		return false;
	next_token(p);
	if (p->type != TOKEN_ITEM && p->type != TOKEN_STRING && p->type != TOKEN_CHAR &&
	    !is_delim(p, "("))
		return true;
	item = new_arg(p, ARG_NONE);
	if (arg->kind != ARG_ATOM || !item)
		return false;
	arg->kind = ARG_CAST;
	arg->number = tpvalue_mask(arg->text, false);
	arg->deref = tpvalue_mask(arg->text, true);
	arg->left = item;
	return parse_token(p, item);
}

/* ---- helpers: behind their "(" ---- */

/* An operand, then @delim; operators are not allowed here. */
static bool parse_part(struct parser *p, struct tparg **part, const char *delim)
{
	*part = new_arg(p, ARG_NONE);
	return *part && parse_arg(p, *part) && is_delim(p, delim);
}

/* {VALUE, NAME}. */
static bool parse_value(struct parser *p, struct tpvalue *v)
{
	struct tparg *value = new_arg(p, ARG_NONE), *name = new_arg(p, ARG_NONE);
	char buf[TPVALUE_NAME_MAX];

	if (!value || !name || !parse_expr(p, value) || !is_delim(p, ",") ||
	    !tpvalue_of(value, &v->value))
		return false;
	if (!parse_arg(p, name) || !is_op(p, "}"))
		return false;
	v->name = tpvalue_name(name, buf);
	if (v->name == buf)
		v->name = keep(p, buf, strlen(buf));
	v->len = v->name ? strlen(v->name) : 0;
	return v->name;
}

/* Copies the @nr values of @list to where they are kept. */
static bool keep_values(struct parser *p, struct tparg *arg, const struct tpvalue *list,
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

static bool add_value(struct parser *p, struct tpvalue **list, uint32_t *nr)
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
static bool parse_values(struct parser *p, struct tparg *arg)
{
	struct tpvalue *list = NULL;
	uint32_t nr = 0;
	bool ok = true;

	do {
		next_token(p);
		if (!is_op(p, "{"))
			break;
		ok = add_value(p, &list, &nr);
		if (ok)
			next_token(p);
	} while (ok && is_delim(p, ","));
	ok = ok && (!nr || keep_values(p, arg, list, nr)) && pass_delim(p, ")");
	free(list);
	return ok;
}

static bool parse_flags(struct parser *p, struct tparg *arg)
{
	arg->left = new_arg(p, ARG_NONE);
	if (!arg->left || !parse_expr(p, arg->left) || !is_delim(p, ","))
		return false;
	next_token(p);
	if (p->type == TOKEN_ITEM || p->type == TOKEN_STRING || p->type == TOKEN_CHAR) {
		arg->text = keep(p, p->tok, p->len);
		if (!arg->text)
			return false;
		next_token(p);
	}
	return is_delim(p, ",") && parse_values(p, arg);
}

static bool parse_symbol(struct parser *p, struct tparg *arg)
{
	arg->left = new_arg(p, ARG_NONE);
	return arg->left && parse_expr(p, arg->left) && is_delim(p, ",") && parse_values(p, arg);
}

static bool parse_hex(struct parser *p, struct tparg *arg)
{
	if (!parse_part(p, &arg->left, ",") || !parse_part(p, &arg->right, ")"))
		return false;
	next_token(p);
	return true;
}

static bool parse_array(struct parser *p, struct tparg *arg)
{
	if (!parse_part(p, &arg->left, ",") || !parse_part(p, &arg->right, ",") ||
	    !parse_part(p, &arg->third, ")"))
		return false;
	next_token(p);
	return true;
}

/* NAME ), of a field. */
static bool parse_getter(struct parser *p, struct tparg *arg)
{
	char *name;

	next_token(p);
	name = p->type == TOKEN_ITEM ? keep(p, p->tok, p->len) : NULL;
	if (!name)
		return false;
	arg->field = tp_find_field(p->tp, name);
	next_token(p);
	return pass_delim(p, ")");
}

static bool is_own(const struct tp_format *tp, const struct tp_field *f)
{
	return f && f >= tp->fields && f < tp->fields + tp->nr_fields;
}

/* An index behind it is an error, by a slip in libtraceevent. */
static bool parse_dynamic(struct parser *p, struct tparg *arg)
{
	return parse_getter(p, arg) && is_own(p->tp, arg->field) &&
	       (arg->kind != ARG_DYNAMIC || !is_op(p, "["));
}

/* __builtin_expect(EXPR, WORD) is EXPR. */
static bool parse_expect(struct parser *p, struct tparg *arg)
{
	if (!parse_arg(p, arg) || !is_delim(p, ","))
		return false;
	next_token(p);
	if (p->type != TOKEN_ITEM)
		return false;
	next_token(p);
	return pass_delim(p, ")");
}

static bool parse_helper(struct parser *p, struct tparg *arg, const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum tparg_kind kind;
		bool (*parse)(struct parser *p, struct tparg *arg);
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

/* ---- operands ---- */

/* A word: a helper, or an atom of several words. */
static bool parse_word(struct parser *p, struct tparg *arg)
{
	const char *word = p->tok;
	size_t len = p->len;
	char *text;

	if (is_text(p, "REC"))
		return parse_field(p, arg);
	next_token(p);
	if (is_delim(p, "("))
		return parse_helper(p, arg, word, len);
	text = keep(p, word, len);
	for (; text && p->type == TOKEN_ITEM; next_token(p))
		if (!append(p, " ", 1) || !append(p, p->tok, p->len))
			return false;
	arg->kind = ARG_ATOM;
	arg->text = text;
	arg->number = text ? strtoull(text, NULL, 0) : 0;
	return text;
}

static bool parse_quoted(struct parser *p, struct tparg *arg)
{
	arg->kind = ARG_ATOM;
	arg->text = p->tok;
	arg->number = strtoull(p->tok, NULL, 0);
	next_token(p);
	return true;
}

/* At the token that is looked at. */
static bool parse_operand(struct parser *p, struct tparg *arg)
{
	switch (p->type) {
	case TOKEN_ITEM:
		return parse_word(p, arg);
	case TOKEN_STRING:
	case TOKEN_CHAR:
		return parse_quoted(p, arg);
	case TOKEN_DELIM:
		return is_text(p, "(") && parse_group(p, arg);
	case TOKEN_OP:
		set_op(p, arg);
		return parse_op(p, arg);
	case TOKEN_END:
		break;
	}
	return false;
}

/* Every recursion of the parser but one comes through here. */
static bool parse_token(struct parser *p, struct tparg *arg)
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
static bool parse_arguments(struct parser *p)
{
	struct tparg **link = &p->tree->args;

	for (;;) {
		struct tparg *arg = new_arg(p, ARG_NONE);
		bool had_op;

		if (!arg || !parse_arg(p, arg))
			return false;
		had_op = p->type == TOKEN_OP;
		if (had_op && !parse_op(p, arg))
			return false;
		if (too_deep(arg, 0))
			return false;
		*link = arg;
		link = &arg->next;
		if (p->type == TOKEN_END || (!had_op && !is_delim(p, ",")))
			return true;
	}
}

static bool parse(struct parser *p)
{
	struct tptree *tree = p->tree;

	next_token(p);
	if (p->type != TOKEN_STRING)
		return false;
	tree->format = p->tok;
	/* Only after a macro: strings in a row are one token. */
	for (next_token(p); p->type == TOKEN_STRING; next_token(p)) {
		char *both = keep(p, tree->format, strlen(tree->format));

		if (!both || !append(p, p->tok, p->len))
			return false;
		tree->format = both;
	}
	if (p->type == TOKEN_END)
		return true;
	return is_delim(p, ",") && parse_arguments(p);
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
	struct parser p = {
		.at = text, .end = text + len, .tp = tp, .tree = tree, .nodes_left = nodes_left
	};

	*tree = (struct tptree){ .memory = malloc(sizeof(*tree->memory) + room) };
	if (!tree->memory)
		return -1;
	*tree->memory = (struct tptree_memory){ 0 };
	p.string = tree->memory->strings;
	p.string_end = p.string + room;
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
