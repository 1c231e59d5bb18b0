#include "common/tpexpr.h"

#include <stdlib.h>

enum visit_kind {
	VISIT_FIELD, /* a: name */
	VISIT_FLAGS, /* a: delimiter */
	VISIT_SYMBOLS,
	VISIT_FLAG,   /* a: value, b: name */
	VISIT_SYMBOL, /* a: value, b: name */
};

struct visit {
	enum visit_kind kind;
	uint32_t a, b; /* offsets in text */
};

struct tp_print {
	struct visit *visits; /* owned */
	uint32_t nr, room;
	struct buf text; /* the strings, each with its NUL */
};

/* ---- the list of visits ---- */

static bool add_visit(struct tp_print *print, enum visit_kind kind, uint32_t a, uint32_t b)
{
	if (print->nr == print->room) {
		uint32_t room = print->room ? print->room * 2 : 16;
		void *visits = realloc(print->visits, room * sizeof(*print->visits));

		if (!visits)
			return false;
		print->visits = visits;
		print->room = room;
	}
	print->visits[print->nr++] = (struct visit){ kind, a, b };
	return true;
}

static bool visit_node(struct tp_print *print, const struct tpnode *n);

static bool visit_values(struct tp_print *print, enum visit_kind kind, const struct tpnode *n)
{
	for (; n; n = n->right)
		if (!add_visit(print, kind, n->text, n->name))
			return false;
	return true;
}

static bool visit_parts(struct tp_print *print, const struct tpnode *n)
{
	for (; n; n = n->right)
		if (!visit_node(print, n->left))
			return false;
	return true;
}

/* A bare atom is told as the name of a flag 0, whose text is at offset 0. */
static bool visit_node(struct tp_print *print, const struct tpnode *n)
{
	switch (n->kind) {
	case NODE_ATOM:
		return add_visit(print, VISIT_FLAG, 0, n->text);
	case NODE_FIELD:
		return add_visit(print, VISIT_FIELD, n->text, 0);
	case NODE_FLAGS:
		return visit_node(print, n->left) && add_visit(print, VISIT_FLAGS, n->text, 0) &&
		       visit_values(print, VISIT_FLAG, n->right);
	case NODE_SYMBOLS:
		return visit_node(print, n->left) && add_visit(print, VISIT_SYMBOLS, 0, 0) &&
		       visit_values(print, VISIT_SYMBOL, n->right);
	case NODE_PART:
		return visit_parts(print, n);
	case NODE_CAST:
		return visit_node(print, n->left);
	case NODE_OP:
		return visit_node(print, n->left) && visit_node(print, n->right);
	default:
		return true;
	}
}

/* ---- a whole print fmt ---- */

/*
 * Returns false when memory ran out. What perf does not walk beyond is still parsed: it may mark
 * fields.
 */
static bool parse_arguments(struct tp_print *print, struct tpexpr_parser *p)
{
	bool walked = true;

	while (tp_accept_op(p, ",")) {
		struct tpnode *n;

		p->nr_nodes = 0;
		n = tp_parse_argument(p);
		if (!n)
			break;
		walked = walked && n->kind != NODE_STOP;
		if (walked && !visit_node(print, n))
			return false;
	}
	return !print->text.failed;
}

static bool parse(struct tp_print *print, struct tpexpr_parser *p)
{
	buf_add(&print->text, "0", 2); /* at offset 0, see visit_node() */
	p->nodes = malloc(TPNODES_MAX * sizeof(*p->nodes));
	if (!p->nodes || print->text.failed)
		return false;
	tp_next_token(p);
	if (p->kind != EXPR_TOKEN_STRING)
		return true;
	while (p->kind == EXPR_TOKEN_STRING)
		tp_next_token(p);
	return parse_arguments(print, p);
}

struct tp_print *tp_print_parse(struct tp_format *tp, const char *text, size_t len,
				struct tp_marks *marks)
{
	struct tp_print *print = calloc(1, sizeof(*print));
	struct tpexpr_parser p = { .at = text, .end = text + len, .tp = tp, .marks = marks };

	if (!print)
		return NULL;
	p.text = &print->text;
	if (!parse(print, &p)) {
		tp_print_free(print);
		print = NULL;
	}
	free(p.nodes);
	return print;
}

void tp_print_free(struct tp_print *print)
{
	if (!print)
		return;
	free(print->visits);
	buf_release(&print->text);
	free(print);
}

void tp_print_walk(const struct tp_print *print, const struct tp_print_visitor *v, void *arg)
{
	const char *text = (const char *)print->text.data;

	for (size_t at = 0; at < print->nr; at++) {
		const struct visit *i = &print->visits[at];

		switch (i->kind) {
		case VISIT_FIELD:
			v->field(arg, text + i->a);
			break;
		case VISIT_FLAGS:
			v->flags(arg, text + i->a);
			break;
		case VISIT_SYMBOLS:
			v->symbols(arg);
			break;
		case VISIT_FLAG:
		case VISIT_SYMBOL:
			v->value(arg, i->kind == VISIT_FLAG, text + i->a, text + i->b);
			break;
		}
	}
}
