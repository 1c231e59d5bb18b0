/*
 * optparse.h - option tables.
 *
 * An option is one row. The parser, --help, the man page's OPTIONS and the completion are made
 * from it, so they cannot disagree.
 */
#ifndef COMMON_OPTPARSE_H
#define COMMON_OPTPARSE_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum opt_type {
	OPT_END,
	OPT_FLAG,  /* bool: set */
	OPT_COUNT, /* int: one more each time */
	OPT_WORD,  /* const char *: points into argv; the last one wins */
	OPT_WORDS, /* struct opt_words: each one is kept; rows may share one */
	OPT_MAYBE, /* const char *: the word behind '=' or behind the letter; "" without one */
};

/* The words of one option or of several, in the order of the command line. */
struct opt_words {
	struct {
		const char *word;
		char letter; /* of the row that it was given to */
	} * at;		     /* owned; freed by the caller with free() */
	size_t nr;
};

/*
 * A row. @modes: for a program of several modes, a bit mask of those it belongs to; 0 = all.
 * A table ends with a row of type OPT_END.
 */
struct opt {
	char letter;	  /* 0: none */
	const char *name; /* long name; NULL: none */
	enum opt_type type;
	const char *arg;  /* the argument's word in the help; NULL: takes none */
	size_t off;	  /* in the struct that opt_parse() fills */
	const char *help; /* one line, lower case; the default is said in it */
	unsigned modes;
};

enum opt_flags {
	OPT_PERMUTE = 1, /* options may follow other words; without, the first word ends them */
};

/*
 * opt_parse() - parse argv[1..argc) into @dest by @table.
 * -x VALUE, -xVALUE, -xyz, --name VALUE, --name=VALUE, unique beginnings of long names; an
 * OPT_MAYBE only takes a value that is in the same word; "--" ends the options. The other words are moved to argv[1..]; *@nr_words is their number.
 * @set: one bool a row, true when it was met; may be NULL.
 * Returns 0, or -1 with ERR_USAGE (with near names) or ERR_MEM.
 */
int opt_parse(const struct opt *table, void *dest, int argc, char **argv, int flags, int *nr_words,
	      bool *set, struct err *err);

/*
 * opt_check_mode() - fail with ERR_USAGE when a row that was met (@set) does not belong to @mode,
 * one bit of opt.modes, which @what names in the message ("the report syscall-counts").
 */
int opt_check_mode(const struct opt *table, const bool *set, unsigned mode, const char *what,
		   struct err *err);

/* opt_help() - the options that belong to @modes, or with 0 all, as text of a width of 80. */
void opt_help(const struct opt *table, unsigned modes, FILE *out);

/* opt_dump() - the options as mdoc(7) list items, for the man page. */
void opt_dump(const struct opt *table, FILE *out);

/*
 * parse_size() - "64M" -> bytes: a number with B, K, M or G (powers of 1024), nothing else.
 * A number without a letter is taken times @unit. Returns 0, or -1 when it is not understood in
 * full, is 0, or is larger than 2^62.
 */
int parse_size(const char *text, uint64_t unit, uint64_t *bytes);

/*
 * parse_time() - "2", "1.5", "1.5s", "200ms", "50us" -> ns; a number without a unit is taken times
 * @unit_ns. Returns 0, or -1 when it is not understood in full, is 0, or is more than 146 years.
 */
int parse_time(const char *text, uint64_t unit_ns, uint64_t *ns);

/* parse_count() - a number above 0 and nothing else. Returns 0 or -1. */
int parse_count(const char *text, uint64_t *count);

#endif
