/*
 * argtext.h - the arguments of a system call, and what it returned, as text: as strace prints them where it has
 * no access to memory.
 */
#ifndef REPORT_ARGTEXT_H
#define REPORT_ARGTEXT_H

#include "common/text.h"
#include "report/argkind.h"

/* The longest text of an argument: all flags that there are, and more. */
#define ARG_TEXT_MAX 4096

/* Constants that depend on other arguments. NULL where they are not known. */
struct arg_families {
	const struct constants *open, *fd, *seal, *signal, *clone, *ioctl;
	const struct constants *inet_proto, *netlink, *so, *tcp, *ip, *ipv6;
};

/* arg_families_init() - @own: as of argkind_find(). */
void arg_families_init(struct arg_families *f, bool own);

/* arg_text() - append argument @idx of @args, which all are those of the call. */
void arg_text(struct text *t, const struct arg_families *f, const struct arg_kind *kind,
	      const uint64_t *args, uint32_t idx);

/* How many of its arguments, at @args, a call looks at; perhaps more than it has. */
typedef uint32_t (*args_used)(const uint64_t *args);

/*
 * args_used_by() - of the call @name; NULL when that is all of them, always. open() wants no mode where it creates
 * nothing.
 */
args_used args_used_by(const char *name);

/* What a call returns. */
enum return_form {
	RETURN_NUMBER,	/* decimal */
	RETURN_POINTER, /* hexadecimal */
	RETURN_MODE,	/* octal */
};

/* return_form() - of the call @name. */
enum return_form return_form(const char *name);

/*
 * return_text() - append "7", "-1 ENOENT (No such file or directory)", or "? ERESTARTSYS (...)" for calls that
 * are called again.
 */
void return_text(struct text *t, int64_t ret, enum return_form form);

/* return_errno() - the errno that @ret is, also of those that only the kernel sees; or 0. */
static inline int return_errno(int64_t ret)
{
	return ret < 0 && ret >= -4095 ? (int)-ret : 0;
}

/* errno_name() - "ENOENT"; also of those that no program sees, as "ERESTARTSYS". NULL: there is none. */
const char *errno_name(int error);

#endif
