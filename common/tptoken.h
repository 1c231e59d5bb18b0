/*
 * tptoken.h - a print fmt cut into tokens, as libtraceevent cuts it; and the memory of their strings.
 * Only for tptree.c and its parts.
 */
#ifndef COMMON_TPTOKEN_H
#define COMMON_TPTOKEN_H

#include "common/util.h"

#include <stdbool.h>

enum tptoken_type {
	TOKEN_END, /* also a byte that is none of C's */
	TOKEN_OP,  /* and braces, which libtraceevent takes for operators */
	TOKEN_DELIM,
	TOKEN_ITEM,
	TOKEN_STRING,
	TOKEN_CHAR,
};

struct tptokens {
	const char *at, *end; /* what is behind the token */
	enum tptoken_type type;
	const char *tok; /* of a string or character: between the quotes, with a NUL */
	size_t len;
	char *string, *string_end; /* where the next one goes */
};

/* tptoken_next() - look at the next token. */
void tptoken_next(struct tptokens *t);

/* Is it this text; this operator; this bracket or comma? */
bool tptoken_is(const struct tptokens *t, const char *text);
bool tptoken_is_op(const struct tptokens *t, const char *op);
bool tptoken_is_delim(const struct tptokens *t, const char *delim);

/* tptoken_pass() - look at the next one; false when this was not @delim, which has to be there. */
bool tptoken_pass(struct tptokens *t, const char *delim);

/*
 * tptoken_keep() - a string of its own, or NULL when there is no room: a text has no more than its bytes.
 * tptoken_append() - add to the string that was kept last.
 */
char *tptoken_keep(struct tptokens *t, const char *s, size_t len);
bool tptoken_append(struct tptokens *t, const char *s, size_t len);

#endif
