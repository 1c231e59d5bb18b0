/*
 * err.h - one way to report what failed.
 *
 * A function that can fail takes a struct err and returns 0 or -1. Whoever finds the problem
 * calls `return fail(err, ERR_x, ...)`; callers pass the -1 up and add nothing. main() prints
 * the text once and turns the code into the exit status.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

enum err_code {
	ERR_NONE,
	ERR_USAGE, /* the command line is wrong: exit status 2 */
	ERR_IO,	   /* a read or write failed */
	ERR_DATA,  /* bytes that cannot be right */
	ERR_TRUNC, /* the file ends too early */
	ERR_MEM,   /* out of memory */
	ERR_PERM,  /* a right is missing */
	ERR_NOENT, /* what was named does not exist */
	ERR_SYS,   /* the kernel or a library said no */
};

struct err {
	enum err_code code;
	char text[1024]; /* lower case, no full stop: what failed, on what, what to do */
};

/*
 * fail() - fill @err: fail(err, ERR_x, format, ...). Always -1, which compilers and analyzers see.
 * Control characters (names come from files) are replaced by '?', so that the text can go to a
 * terminal as it is. @err may be NULL: then only the -1 is left.
 */
#define fail(...)                      \
	({                             \
		err_fill(__VA_ARGS__); \
		-1;                    \
	})
void err_fill(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* fail_mem() - fail() for an allocation that returned NULL. */
#define fail_mem(err) fail(err, ERR_MEM, "out of memory")

/* err_status() - exit status of a program that ends with @err: 2 for ERR_USAGE, else 1. */
int err_status(const struct err *err);

#endif
