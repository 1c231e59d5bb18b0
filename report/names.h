/* names.h - names by number: each distinct one once, from 0 on. */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include "common/hash.h"

#include <stddef.h>

/* No file may make us remember more: further names are all "?". */
#define NAMES_MAX (1u << 20)

/* A zeroed struct knows none. */
struct names {
	char **at; /* by number; owned */
	uint32_t nr;
	bool full;	 /* there were too many: some are "?" */
	struct hash ids; /* hash of the name -> number */
	uint64_t seed;	 /* of that hash: a file cannot choose names that collide */
};

/* names_id() - the number of @name, @len bytes, which is added when it is new. -1 when memory ran out. */
int64_t names_id(struct names *n, const char *name, size_t len);

void names_release(struct names *n);

#endif
