/*
 * tpparser.h - what the parts of the parser of print fmts share: tptree.c has expressions, tphelper.c
 * the calls of helpers in them.
 *
 * Each tpparse_*() returns false when libtraceevent would fail, or memory ran out.
 */
#ifndef COMMON_TPPARSER_H
#define COMMON_TPPARSER_H

#include "common/tptoken.h"
#include "common/tptree.h"

struct value_block {
	struct value_block *next;
	struct tpvalue values[];
};

struct tptree_memory {
	struct node_block *nodes; /* of tptree.c */
	struct value_block *values;
	uint32_t nr_free; /* nodes in the first block */
	char strings[];
};

struct tpparser {
	struct tptokens t;
	const struct tp_format *tp;
	struct tptree *tree;
	uint32_t *nodes_left;
	int depth;
	bool no_memory;
};

/* tpparse_new() - a node. NULL when memory ran out, or there are too many. */
struct tparg *tpparse_new(struct tpparser *p, enum tparg_kind kind);

/*
 * tpparse_arg() - what is behind the token: an operand, with its operators only if one is in front
 * of it.
 */
bool tpparse_arg(struct tpparser *p, struct tparg *arg);

/* tpparse_expr() - an operand with all that follows it. */
bool tpparse_expr(struct tpparser *p, struct tparg *arg);

/* tpparse_helper() - a call of @name, @len bytes: at its "(". */
bool tpparse_helper(struct tpparser *p, struct tparg *arg, const char *name, size_t len);

#endif
