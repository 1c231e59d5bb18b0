/*
 * btf.h - what the functions of BPF programs are called, as the feature BPF_BTF tells it.
 *
 * A program says of each of its functions which type it has, by a number; the BTF of that program
 * has the types one behind the other, and their names apart from them.
 * Source: Documentation/bpf/btf.rst of the kernel; linux/btf.h.
 */
#ifndef COMMON_BTF_H
#define COMMON_BTF_H

#include "common/feature.h"

/* The BTF of a program. Invariant: every name of a type lies in strings and ends there. */
struct btf {
	uint32_t id;
	uint32_t nr;	     /* types that have a number; the first one has 1 */
	uint32_t *names;     /* offset of each type's name in strings; owned */
	const char *strings; /* in the body */
};

struct btfs {
	struct btf *list; /* by id; owned */
	uint32_t nr;
};

/*
 * btfs_init() - find all names in @b, a body of BPF_BTF that has passed feature_check() and outlives
 * @all. A BTF that cannot be read has no names. Returns 0, or -1 with ERR_MEM; @all is to be
 * released in any case.
 */
int btfs_init(struct btfs *all, struct feature_body *b, struct err *err);
void btfs_release(struct btfs *all);

/* btfs_name() - the name of the type @type of the BTF @id; "" for type 0, NULL: nobody knows. */
const char *btfs_name(const struct btfs *all, uint32_t id, uint32_t type);

#endif
