/*
 * argkind.h - what the numbers mean that a system call takes: descriptors, flags, modes, signals, pointers.
 *
 * Most follow from the type and the name of an argument (callargs.h); what does not is in a small table.
 */
#ifndef REPORT_ARGKIND_H
#define REPORT_ARGKIND_H

#include "report/callargs.h"
#include "report/constants.h"

enum arg_form {
	ARG_NUMBER,  /* decimal */
	ARG_HEX,     /* hexadecimal */
	ARG_POINTER, /* hexadecimal, or NULL */
	ARG_MODE,    /* permissions: octal */
	ARG_NAMED,   /* a constant, flags, or both: see arg_kind */
	ARG_SIGNAL,
	ARG_CLONE,    /* flags, and the signal in the lowest byte */
	ARG_DEVICE,   /* major and minor */
	ARG_IOCTL,    /* a request: by name, or its parts */
	ARG_FCNTL,    /* what it is depends on the argument in front */
	ARG_PROTOCOL, /* on the first, the family of addresses */
	ARG_SOCKOPT,  /* on the one in front, the level */
};

/* What of it has no name is */
enum arg_rest {
	REST_HEX,
	REST_DECIMAL, /* a number that stands for itself, as a descriptor beside AT_FDCWD */
	REST_OCTAL,   /* permissions */
};

struct arg_kind {
	enum arg_form form;
	bool is_long;			/* 64 bits of the register count, not 32 */
	bool is_signed;			/* NUMBER */
	const struct constants *family; /* NAMED */
	uint64_t one_of;		/* NAMED: these bits are a constant, the others flags */
	enum arg_rest rest;		/* NAMED */
};

/*
 * argkind_find() - the kind of argument @idx of @args, recorded on @own architecture, that of the program,
 * or another one.
 */
void argkind_find(struct arg_kind *kind, const struct callargs *args, uint32_t idx, bool own);

/* argkind_family() - the constants of that name; NULL where they are not known, or other ones there. */
const struct constants *argkind_family(const char *name, bool own);

#endif
