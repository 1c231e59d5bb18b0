/*
 * constants.h - the names of the numbers that system calls take, as the headers of kernel and libc have them.
 *
 * Made when the programs are built: constants.sh, from the list in constants.txt.
 */
#ifndef REPORT_CONSTANTS_H
#define REPORT_CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct constant {
	const char *name;
	uint64_t value; /* of 32 bits and signed: as one of 64 bits */
};

/* What belongs together, as O_RDONLY, O_CREAT and the like: by value, each value once. */
struct constants {
	const char *family;
	const struct constant *at;
	size_t nr;
	bool own; /* other architectures than the one the program was built for have other values */
};

/* All families; ends with one without a name. */
extern const struct constants constants_all[];

/* constants_find() - the family of that name; NULL when the headers of this machine had none of it. */
const struct constants *constants_find(const char *family);

/* constants_name() - the name of @value in @c, or NULL. */
const char *constants_name(const struct constants *c, uint64_t value);

#endif
