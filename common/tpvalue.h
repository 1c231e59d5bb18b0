/* tpvalue.h - constants in a print fmt, and what a cast leaves of a number. */
#ifndef COMMON_TPVALUE_H
#define COMMON_TPVALUE_H

#include "common/tptree.h"

#define TPVALUE_NAME_MAX 24 /* bytes of a number as a name, with its NUL */

/*
 * tpvalue_mask() - the bits that a cast to @type leaves, @deref: of what a pointer of that @type
 * points to. Nothing is sign-extended, as in libtraceevent.
 */
uint64_t tpvalue_mask(const char *type, bool deref);

/*
 * tpvalue_of() - the VALUE of a {VALUE, NAME}: -1 where libtraceevent finds no number in its text,
 * and that is so for every negative one. Returns false when it is no constant.
 */
bool tpvalue_of(const struct tparg *arg, int64_t *v);

/* tpvalue_name() - the NAME: a text of @arg's, or @buf with a number in it; NULL for neither. */
const char *tpvalue_name(const struct tparg *arg, char buf[TPVALUE_NAME_MAX]);

/*
 * tpvalue_text() - the number that @text is: its digits, or one of the names of softirqs and timers
 * that perf knows. -1 for any other, which is a name of the kernel's.
 */
int64_t tpvalue_text(const char *text);

#endif
