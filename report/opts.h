/* opts.h - the command line of ana. */
#ifndef REPORT_OPTS_H
#define REPORT_OPTS_H

#include "common/err.h"
#include "common/optparse.h"
#include "report/out.h"
#include "report/report.h"

#include <stdbool.h>

enum ana_mode {
	ANA_TELL, /* help, version, list, dump_options */
	ANA_REPORT,
	ANA_GENERATE,
	ANA_SCRIPT,
	ANA_REPAIR,
};

struct ana_opts {
	enum ana_mode mode;
	const struct report *report;  /* ANA_REPORT */
	struct opt_words input_words; /* -i as typed */
	const char **inputs;	      /* the files to read, at least one; owned */
	uint32_t nr_inputs;
	bool reads_standard;  /* one of them is standard input */
	const char *output;   /* -o; NULL: perf-script.py, or what repair makes of the input */
	const char *generate; /* -g as typed */
	const char *script;   /* -s as typed */
	int script_argc;
	char **script_argv; /* [0] is the script */
	const char *format_word;
	struct report_opts report_opts;
	bool force, help, version, list, dump_options;
};

/*
 * opts_parse() - fill @o from the command line and check it. Strings point into @argv.
 * Returns 0, or -1 with ERR_USAGE or ERR_MEM. opts_release() is for the caller in both cases.
 */
int opts_parse(struct ana_opts *o, int argc, char **argv, struct err *err);
void opts_release(struct ana_opts *o);

void opts_print_help(void);
void opts_print_table(void); /* for the man page */

#endif
