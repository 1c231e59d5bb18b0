#include "report/opts.h"
#include "common/complete.h"
#include "common/util.h"
#include "report/fields.h"

#include <stdio.h>
#include <stdlib.h>

#define FILTERED (REPORT_FILTERS | FOR_SCRIPT)
#define FILTER	 report_opts.filter

#define AT(field) offsetof(struct ana_opts, field)

static const struct opt table[] = {
	{ 'i', "input", OPT_WORDS, "FILE", AT(input_words),
	  "file to read (default: " DEFAULT_INPUT "); - is standard input, which may be a pipe; "
	  "may be repeated",
	  0 },
	{ 0, "time", OPT_WORD, "A,B", AT(FILTER.time),
	  "take only what happened from A to B: seconds as print shows them, shares as "
	  "10%-20% or 10%/2, or the time of day as 14:03:00,14:03:05.5",
	  FILTERED },
	{ 0, "pid", OPT_WORD, "PIDS", AT(FILTER.pids),
	  "take only samples of these processes, as 812,4000-4999", FILTERED },
	{ 0, "tid", OPT_WORD, "TIDS", AT(FILTER.tids), "take only samples of these threads",
	  FILTERED },
	{ 'c', "comm", OPT_WORD, "NAMES", AT(FILTER.comms),
	  "take only samples of tasks of these names; a comma between them", FILTERED },
	{ 'C', "cpu", OPT_WORD, "CPUS", AT(FILTER.cpus),
	  "take only samples of these CPUs, as 0,2-3", FILTERED },
	{ 0, "event", OPT_WORD, "EVENTS", AT(FILTER.events),
	  "take only samples of these events, which may be patterns, as sched:*", FILTERED },
	{ 0, "syscalls", OPT_WORD, "CALLS", AT(FILTER.syscalls),
	  "take only these system calls: names, numbers, or groups as %file; all but those after a "
	  "!",
	  FILTERED },
	{ 0, "format", OPT_WORD, "FORM", AT(format_word), "table, csv or json (default: table)",
	  REPORT_FORMAT },
	{ 0, "by", OPT_WORD, "LEVELS", AT(report_opts.by),
	  "what calls are grouped by, from the outermost: syscall, pid, tid, comm, cpu, host, "
	  "errno "
	  "(default: pid,tid,syscall); top: one of syscall, pid, errno (default: syscall)",
	  REPORT_BY },
	{ 0, "sort", OPT_WORD, "COLUMN", AT(report_opts.sort_word),
	  "the column that groups are sorted by, the most first: calls, errors, total, min, avg, "
	  "max, stddev, p50, p90, p99, p999, share (default: total); top: calls, errors, "
	  "total, avg, p50, p99, max, count (default: calls)",
	  REPORT_SORT },
	{ 0, "top", OPT_WORD, "N", AT(report_opts.top_word),
	  "show the first N groups of each level", REPORT_SORT | REPORT_TOP },
	{ 'I', "interval", OPT_WORD, "TIME", AT(report_opts.interval_word),
	  "the length of an interval, as 100ms (default: 3s, of timeline 1s)", REPORT_INTERVAL },
	{ 0, "view", OPT_WORD, "HOW", AT(report_opts.view),
	  "timeline: columns, or a graph (default: what suits the output)", REPORT_VIEW },
	{ 'x', "hex", OPT_FLAG, NULL, AT(report_opts.hex), "dump: the bytes of each record, too",
	  REPORT_HEX },
	{ 'I', "show-info", OPT_FLAG, NULL, AT(report_opts.info),
	  "header: the topology of CPUs and memory, the caches, too", REPORT_INFO },
	{ 'F', "fields", OPT_WORDS, "FIELDS", AT(report_opts.fields),
	  "fields to print, a comma between them: comm, tid, pid, time, tod, cpu, event, trace, "
	  "ip, addr, period, host; +FIELD and -FIELD change what is printed by default; may be "
	  "repeated",
	  REPORT_PRINT },
	{ 0, "ns", OPT_FLAG, NULL, AT(report_opts.ns), "print times with nine decimals",
	  REPORT_TIMES },
	{ 0, "wall", OPT_FLAG, NULL, AT(report_opts.wall),
	  "print times as the time of day, with the date; for recordings that say what it was",
	  REPORT_TIMES },
	{ 0, "whole", OPT_FLAG, NULL, AT(report_opts.whole),
	  "trace: each call in one line, when it is left, also where others came between",
	  REPORT_TRACE },
	{ 'd', "delay", OPT_WORD, "TIME", AT(report_opts.delay),
	  "top: length of an interval: seconds, or as 500ms (default: 1)", REPORT_LIVE },
	{ 'n', "iterations", OPT_WORD, "N", AT(report_opts.iterations_word),
	  "top: end after N intervals", REPORT_LIVE },
	{ 'b', "batch", OPT_FLAG, NULL, AT(report_opts.batch),
	  "top: print each interval as plain text; for pipes, and recordings", REPORT_LIVE },
	{ 0, "color", OPT_WORD, "WHEN", AT(color_word),
	  "colour for titles, losses and errors: auto, always or never (default: auto, which is on "
	  "terminals, unless NO_COLOR is set)",
	  0 },
	{ 'g', "gen-script", OPT_WORD, "LANG", AT(generate),
	  "generate a starter script with a handler for each event of the file; LANG is python",
	  FOR_GENERATE },
	{ 'o', "output", OPT_WORD, "FILE", AT(output),
	  "the script (default: perf-script.py) or the repaired recording (default: FILE.repaired) "
	  "to write",
	  FOR_GENERATE | FOR_REPAIR },
	{ 'f', "force", OPT_FLAG, NULL, AT(force),
	  "overwrite a script that differs from what would be generated, a repaired recording",
	  FOR_GENERATE | FOR_REPAIR },
	{ 's', "script", OPT_WORD, "SCRIPT", AT(script),
	  "run a Python script made for perf script; the words behind it are its own", FOR_SCRIPT },
	{ 'l', "list", OPT_FLAG, NULL, AT(list),
	  "list the reports, and the scripts that are installed, and exit", FOR_NOTHING },
	{ 'h', "help", OPT_FLAG, NULL, AT(help),
	  "print this and exit; of a report, what it says and takes", 0 },
	{ 0, "version", OPT_FLAG, NULL, AT(version), "print the version and exit", 0 },
	{ .type = OPT_END },
};

/* Not in the table, as COMPLETE_OPTION: nobody but the man page's maker needs it. */
#define DUMP_OPTIONS "--dump-options"

static_assert(ARRAY_SIZE(table) <= OPTS_MAX, "OPTS_MAX is too small");

void opts_table(struct opt mine[OPTS_MAX], unsigned mode)
{
	memcpy(mine, table, sizeof(table));
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		for (size_t k = 0; table[i].letter && k < ARRAY_SIZE(table); k++)
			if (k != i && table[k].letter == table[i].letter && table[k].modes & mode)
				mine[i].letter = 0;
}

static int check_format(struct ana_opts *o, struct err *err)
{
	static const char *const words[] = { "table", "csv", "json" };

	if (!o->format_word)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i], o->format_word)) {
			o->report_opts.format = (enum out_format)i;
			return 0;
		}
	}
	return fail(err, ERR_USAGE, "option --format: %s is not one of table, csv, json",
		    o->format_word);
}

static int check_color(struct ana_opts *o, struct err *err)
{
	if (o->color_word && color_parse(&o->color, o->color_word))
		return fail(err, ERR_USAGE, "option --color: %s is not one of auto, always, never",
			    o->color_word);
	return 0;
}

static int check_fields(const struct opt_words *words, struct err *err)
{
	struct print_fields fields;

	return print_fields_parse(&fields, words, err);
}

/* A name that is empty is a variable that was not set, in most cases. */
static int check_names(const struct ana_opts *o, struct err *err)
{
	const struct {
		const char *option, *word;
	} names[] = { { "-o", o->output }, { "-s", o->script } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].word && !*names[i].word)
			return fail(err, ERR_USAGE, "option %s: the name of the file is empty",
				    names[i].option);
	return 0;
}

/* Reports of several files; those of one each are told apart by their headings, or are objects. */
static bool takes_several(const struct ana_opts *o)
{
	unsigned options = o->report ? o->report->options : 0;

	return o->mode == ANA_SCRIPT || options & (REPORT_SUM | REPORT_AS_ONE) ||
	       (options & REPORT_EACH && o->report_opts.format != OUT_CSV);
}

static int add_input(struct ana_opts *o, const char *word, bool by_option, struct err *err)
{
	if (!*word)
		return fail(err, ERR_USAGE, "%sthe name of the file is empty",
			    by_option ? "option -i: " : "");
	if (o->nr_inputs && !takes_several(o))
		return fail(err, ERR_USAGE, "one file at a time: what is %s?", word);
	if (!strcmp(word, "-")) {
		if (o->reads_standard)
			return fail(err, ERR_USAGE,
				    "standard input, which is -, can be read but once");
		o->reads_standard = true;
	}
	o->inputs[o->nr_inputs++] = word;
	return 0;
}

/* The input: all -i, or the words that are left, mostly one, or perf.data in this folder. */
static int take_input(struct ana_opts *o, char **words, int nr, struct err *err)
{
	const struct opt_words *typed = &o->input_words;

	if (nr && typed->nr)
		return fail(err, ERR_USAGE, "files are given by -i or as words: what is %s?",
			    words[0]);
	o->inputs = calloc(MAX(nr, (int)typed->nr) + 1, sizeof(*o->inputs));
	if (!o->inputs)
		return fail_mem(err);
	for (int i = 0; i < nr; i++)
		if (add_input(o, words[i], false, err))
			return -1;
	for (size_t i = 0; i < typed->nr; i++)
		if (add_input(o, typed->at[i].word, true, err))
			return -1;
	if (o->report && o->report->options & REPORT_LIVE)
		return 0;
	return o->nr_inputs ? 0 : add_input(o, DEFAULT_INPUT, false, err);
}

static int take_script(struct ana_opts *o, char **argv, int nr, struct err *err)
{
	argv[0] = (char *)o->script;
	o->mode = ANA_SCRIPT;
	o->script_argc = nr + 1;
	o->script_argv = argv;
	return take_input(o, NULL, 0, err);
}

/* "ana help", "ana help REPORT" */
static int take_help(struct ana_opts *o, int nr, char **words, struct err *err)
{
	o->help = true;
	if (nr > 1)
		return fail(err, ERR_USAGE, "help is on one report at a time: what is %s?",
			    words[1]);
	if (!nr)
		return 0;
	o->help_repair = !strcmp(words[0], REPAIR_WORD);
	o->report = o->help_repair ? NULL : report_find(words[0], err);
	return o->report || o->help_repair ? 0 : -1;
}

/*
 * "ana -g python [options] [FILE]", "ana REPORT [options] [FILE]", "ana repair [options] [FILE]":
 * options may stand anywhere.
 */
static int take_rest(struct ana_opts *o, int nr, char **argv, bool *set, struct err *err)
{
	struct opt mine[OPTS_MAX];
	unsigned mode = FOR_GENERATE;
	char what[128] = "-g";

	if (o->generate) {
		o->mode = ANA_GENERATE;
	} else if (!strcmp(argv[1], REPAIR_WORD)) {
		o->mode = ANA_REPAIR;
		mode = FOR_REPAIR;
		snprintf(what, sizeof(what), REPAIR_WORD);
		argv++, nr--;
	} else {
		o->mode = ANA_REPORT;
		o->report = report_find(argv[1], err);
		if (!o->report)
			return -1;
		mode = o->report->options;
		snprintf(what, sizeof(what), "the report %s", o->report->name);
		argv++, nr--;
	}
	opts_table(mine, mode);
	if (opt_parse(mine, o, nr + 1, argv, OPT_PERMUTE, &nr, set, err))
		return -1;
	if (o->help || o->version) {
		o->help_repair = o->mode == ANA_REPAIR;
		o->mode = ANA_TELL;
		return 0;
	}
	if (check_names(o, err) || check_color(o, err) ||
	    opt_check_mode(table, set, mode, what, err) || check_format(o, err) ||
	    filter_check(&o->report_opts.filter, err) ||
	    check_fields(&o->report_opts.fields, err) ||
	    (o->report && o->report->check && o->report->check(&o->report_opts, err)))
		return -1;
	return take_input(o, argv + 1, nr, err);
}

int opts_parse(struct ana_opts *o, int argc, char **argv, struct err *err)
{
	bool set[ARRAY_SIZE(table)] = { false };
	int nr;

	*o = (struct ana_opts){ .mode = ANA_TELL };
	if (argc == 2 && !strcmp(argv[1], DUMP_OPTIONS)) {
		o->dump_options = true;
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], COMPLETE_OPTION)) {
		o->complete = argv + 2;
		o->nr_complete = argc - 2;
		return 0;
	}
	/* Up to the first word that is no option: that is the report, or the script's own. */
	if (opt_parse(table, o, argc, argv, 0, &nr, set, err))
		return -1;
	if (o->help || o->version || o->list)
		return 0;
	if (check_names(o, err) || check_color(o, err))
		return -1;
	if (o->script && o->generate)
		return fail(err, ERR_USAGE, "options -s and -g exclude each other");
	if (o->script) {
		if (opt_check_mode(table, set, FOR_SCRIPT, "-s", err) ||
		    filter_check(&o->report_opts.filter, err))
			return -1;
		return take_script(o, argv, nr, err);
	}
	if (!o->generate && nr && !strcmp(argv[1], HELP_WORD))
		return take_help(o, nr - 1, argv + 2, err);
	if (!o->generate && !nr)
		return fail(err, ERR_USAGE,
			    "what shall be done? A report (ana -l lists them), -g python, or "
			    "-s SCRIPT; ana help tells more");
	return take_rest(o, nr, argv, set, err);
}

void opts_release(struct ana_opts *o)
{
	free(o->report_opts.fields.at);
	free(o->input_words.at);
	free(o->inputs);
	o->report_opts.fields = o->input_words = (struct opt_words){ 0 };
	o->inputs = NULL;
}

void opts_print_help(void)
{
	puts("Usage: ana REPORT [OPTIONS] [FILE...]     print a report of a recording\n"
	     "       ana top [OPTIONS] [-]              show what happens now, on a screen\n"
	     "       ana -g python [-o OUT.py] [FILE]   generate a starter script\n"
	     "       ana [-i FILE]... -s SCRIPT.py [ARGS]\n"
	     "                                          run a script made for perf script\n"
	     "       ana repair [-o OUT] [FILE]         make a broken recording whole\n"
	     "       ana -l                             list reports and scripts\n"
	     "       ana help REPORT                    what a report says, and its options\n"
	     "Analyse a perf.data file, or a stream, that rec or perf record wrote.\n"
	     "\n"
	     "Options:");
	opt_help(table, 0, stdout);
	puts("\n"
	     "Examples:\n"
	     "  ana syscall-counts                     system calls by number of calls\n"
	     "  ana syscall-counts --comm nginx --format json web.data\n"
	     "  ana print -F comm,time,trace            a line for each event\n"
	     "  ana trace --syscalls %file              calls as strace -f -T writes them\n"
	     "  ana print --wall web.data db.data       the events of two hosts in one order\n"
	     "  ana -g python && ana -s perf-script.py | head\n"
	     "  ana repair web.data                    after a crash, for perf to read it");
}

void opts_print_table(void)
{
	opt_dump(table, stdout);
}
