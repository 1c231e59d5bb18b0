/* tpptr.h - the kernel's extensions of %p in a print fmt: addresses, functions, bytes. */
#ifndef COMMON_TPPTR_H
#define COMMON_TPPTR_H

#include "common/tpconv.h"

/*
 * tpptr_print() - print the argument of the POINTER @c. Functions (%pS, %ps) whose name
 * is not known are printed as addresses.
 */
void tpptr_print(const struct tpraw *r, const struct tpconv *c);

#endif
