/*
 * tpexpr.h - the expressions in a print fmt: parsed into nodes. Only for tpprint.c.
 */
#ifndef COMMON_TPEXPR_H
#define COMMON_TPEXPR_H

#include "common/buf.h"
#include "common/tpprint.h"

enum tpnode_kind {
	NODE_NONE,    /* the missing left side of a unary operator */
	NODE_ATOM,    /* a number, words, or a string: text */
	NODE_FIELD,   /* REC->text */
	NODE_FLAGS,   /* left: the expression, right: first NODE_VALUE, text: delimiter */
	NODE_SYMBOLS, /* left: the expression, right: first NODE_VALUE */
	NODE_VALUE,   /* text: value, name; right: the next one */
	NODE_PART,    /* left: an argument of a helper, right: the next one */
	NODE_CAST,    /* (text) left */
	NODE_OP,      /* left op right; "?" has an op ":" at its right */
	NODE_STRING,  /* __get_str(): nothing to tell about it */
	NODE_STOP,    /* what perf does not walk beyond */
};

struct tpnode {
	enum tpnode_kind kind;
	uint8_t op[2];	     /* characters of the operator */
	uint32_t text, name; /* offsets in tpexpr_parser.text */
	struct tpnode *left, *right;
};

enum tpexpr_token {
	EXPR_TOKEN_END,
	EXPR_TOKEN_BAD,
	EXPR_TOKEN_WORD,
	EXPR_TOKEN_STRING,
	EXPR_TOKEN_CHAR,
	EXPR_TOKEN_OP, /* everything else */
};

#define TPNODES_MAX 8192	 /* in one argument */
#define TPTEXT_MAX  (256u << 10) /* bytes of names and values kept of one format */

struct tpexpr_parser {
	const char *at, *end; /* what is behind the token */
	const char *tok;      /* the token that is looked at: */
	enum tpexpr_token kind;
	size_t len;	      /* bytes */
	struct tp_format *tp; /* whose fields are marked */
	struct tp_marks *marks;
	struct buf *text;     /* strings of the nodes, each with its NUL */
	struct tpnode *nodes; /* TPNODES_MAX */
	uint32_t nr_nodes;
	int depth; /* of recursion */
};

/* tp_next_token() - look at the next token. */
void tp_next_token(struct tpexpr_parser *p);

/* tp_accept_op() - if that is @op, an operator or bracket, look at the one behind it. */
bool tp_accept_op(struct tpexpr_parser *p, const char *op);

/*
 * tp_parse_argument() - parse one argument, up to a comma or bracket that is not part of it.
 * Returns NULL when it is not understood, too deep, or when memory ran out (p->text->failed).
 */
struct tpnode *tp_parse_argument(struct tpexpr_parser *p);

/* tp_text() - the string at offset @off. Valid until the next one is added. */
const char *tp_text(const struct tpexpr_parser *p, uint32_t off);

/* tp_text_number() - add @v as a string. Returns its offset. */
uint32_t tp_text_number(struct tpexpr_parser *p, int64_t v);

/*
 * tp_fold() - libtraceevent computes with constants where it can: an operation on two of them
 * becomes one, from the leaves up. Only scripts that print the name of a flag 0 can tell.
 */
void tp_fold(struct tpexpr_parser *p, struct tpnode *n);

/*
 * tp_value_text() - the text of a VALUE or NAME: an atom as it is, anything else as a number.
 * Returns false when @n is NULL or no constant.
 */
bool tp_value_text(struct tpexpr_parser *p, const struct tpnode *n, uint32_t *text);

#endif
