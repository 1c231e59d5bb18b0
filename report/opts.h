/* opts.h - the command line of ana. */
#ifndef REPORT_OPTS_H
#define REPORT_OPTS_H

#include "common/err.h"
#include "common/optparse.h"
#include "report/color.h"
#include "report/out.h"
#include "report/report.h"

#include <stdbool.h>

#define DEFAULT_INPUT "perf.data"

/* The words that stand where a report's name does. */
#define HELP_WORD      "help"
#define REPAIR_WORD    "repair"
#define REPAIR_SUMMARY "make a recording whole that was killed, cut or damaged"

/* Which modes take an option: bits of opt.modes; those of a report are its enum report_option. */
enum {
	FOR_GENERATE = 1 << 0,
	FOR_SCRIPT = 1 << 1,
	FOR_REPAIR = 1 << 2,
	FOR_NOTHING = 1 << 3, /* it stands alone */
};

enum ana_mode {
	ANA_TELL, /* help, version, list, dump_options, complete */
	ANA_REPORT,
	ANA_GENERATE,
	ANA_SCRIPT,
	ANA_REPAIR,
};

struct ana_opts {
	enum ana_mode mode;
	const struct report *report;  /* ANA_REPORT; of help, NULL: on all */
	bool help_repair;	      /* help is wanted on repair */
	struct opt_words input_words; /* -i as typed */
	const char **inputs;	      /* the files to read, at least one; owned */
	uint32_t nr_inputs;
	bool reads_standard;  /* one of them is standard input */
	const char *output;   /* -o; NULL: perf-script.py, or what repair makes of the input */
	const char *generate; /* -g as typed */
	const char *script;   /* -s as typed */
	int script_argc;
	char **script_argv; /* [0] is the script */
	const char *format_word, *color_word;
	enum color_when color;
	struct report_opts report_opts;
	bool force, help, version, list, dump_options;
	char **complete; /* the words behind --complete; NULL: that is not asked for */
	int nr_complete;
};

/*
 * opts_parse() - fill @o from the command line and check it. Strings point into @argv.
 * Returns 0, or -1 with ERR_USAGE or ERR_MEM. opts_release() is for the caller in both cases.
 */
int opts_parse(struct ana_opts *o, int argc, char **argv, struct err *err);
void opts_release(struct ana_opts *o);

/*
 * opts_table() - all options of ana as they are for @mode, a bit of opt.modes or 0: a letter that two of them
 * have is that one's which belongs to it; the other one has its name.
 */
#define OPTS_MAX 64
void opts_table(struct opt mine[OPTS_MAX], unsigned mode);

void opts_print_help(void);
void opts_print_table(void); /* for the man page */

#endif
