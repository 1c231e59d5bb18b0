/*
 * complete.h - what may stand where TAB was pressed, by the option tables.
 *
 * The completion files of the shells hold no options: they ask the program itself,
 *
 *	PROGRAM --complete WORD...
 *
 * where the WORDs are those behind the program's name, up to the cursor; the last of them, which may
 * be empty, is the one to be completed. It prints a line that says what is wanted there,
 *
 *	words       one of the words on the lines below
 *	list        the same; a comma and another one may follow
 *	file N      the name of a file, behind the first N bytes of the last WORD
 *	command N   a command: the Nth of the WORDs, counted from 1, and those behind it
 *	any         something that nobody can list, or nothing
 *
 * and for the first two a line for each word: all that shall stand in the place of the last WORD,
 * and, behind a tab, what it means, if there is something to say.
 */
#ifndef COMMON_COMPLETE_H
#define COMMON_COMPLETE_H

#include "common/optparse.h"

/* The option that makes a program do that; it is in no table. */
#define COMPLETE_OPTION "--complete"

struct complete;

enum opt_value_kind {
	OPT_VALUE_ANY,
	OPT_VALUE_WORD, /* one word of a few */
	OPT_VALUE_LIST, /* some of these, with commas between them */
	OPT_VALUE_FILE,
};

/* What an option takes: found by the argument's word in its row of the table. */
struct opt_value {
	const char *arg; /* as opt.arg; NULL ends the table */
	enum opt_value_kind kind;
	const char *words;		  /* a blank between them; NULL: none */
	void (*tell)(struct complete *c); /* further words, by complete_word(); NULL: none */
};

/* Where in the command line the cursor is. */
struct complete {
	const struct opt *table;
	const struct opt_value *values;
	char *const *words; /* those that were typed */
	int nr;		    /* at least 1 */
	void *arg;	    /* for tell() */
	FILE *out;
	/* Found by complete_init(): */
	const struct opt *option; /* whose value the last word is; NULL: it is none */
	size_t off;		  /* where in the last word the value begins, or its last element */
	int first;  /* the first word before the last one that is neither option nor value; -1 */
	int second; /* the next of that kind; -1 */
	bool ended; /* no options any more: behind "--", or, without OPT_PERMUTE, that word */
};

/*
 * complete_init() - find out where in @words[0..nr) the last one stands. All is borrowed.
 * @flags: as for opt_parse().
 */
void complete_init(struct complete *c, const struct opt *table, const struct opt_value *values,
		   char *const *words, int nr, int flags, FILE *out);

/* complete_typed() - the value that was given to the option @name before the last word, or NULL. */
const char *complete_typed(const struct complete *c, const char *name);

/* complete_last() - the word that is to be completed. */
const char *complete_last(const struct complete *c);

/* complete_is_option() - does the last word begin as an option does? */
bool complete_is_option(const struct complete *c);

/* complete_options() - say those that belong to @modes (see struct opt); 0: all. */
void complete_options(const struct complete *c, unsigned modes);

/* complete_value() - say what c->option takes. */
void complete_value(struct complete *c);

/* complete_calls() - say the names of the system calls of @arch (see syscall_name()), and of their groups. */
void complete_calls(const struct complete *c, const char *arch);

/* complete_word() - say one word that may stand from c->off on. @means may be NULL. */
void complete_word(const struct complete *c, const char *word, const char *means);

#endif
