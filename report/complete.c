#include "report/complete.h"
#include "common/complete.h"
#include "report/fields.h"
#include "report/groups.h"
#include "report/opts.h"

#include <string.h>
#include <sys/stat.h>

/* The recording that is named on the line, or would be taken; not one that comes through a pipe. */
static int open_recording(const struct complete *c, struct perf_file *f)
{
	const char *path = complete_typed(c, "input");
	const int word = complete_typed(c, "gen-script") ? c->first : c->second;
	struct err err;
	struct stat st;

	if (!path)
		path = word >= 0 ? c->words[word] : DEFAULT_INPUT;
	if (stat(path, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return -1;
	return file_open(f, path, &err);
}

/* bash puts a word into the line as it is: what the file says there must not be a command. */
static bool is_harmless(const char *name)
{
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "_:.-/=@+%")];
}

static void tell_events(struct complete *c)
{
	struct perf_file f;

	if (open_recording(c, &f))
		return;
	for (uint32_t i = 0; i < f.nr_events; i++)
		if (is_harmless(f.events[i].name))
			complete_word(c, f.events[i].name, NULL);
	file_close(&f);
}

/* Those of the machine that was recorded. */
static void tell_calls(struct complete *c)
{
	struct perf_file f;
	const bool open = !open_recording(c, &f);

	complete_calls(c, open ? f.arch : NULL);
	if (open)
		file_close(&f);
}

static void tell_levels(struct complete *c)
{
	for (int i = 0; i < BY_LOCK; i++) /* which is no word of --by */
		complete_word(c, by_name((enum by)i), NULL);
}

/* The report itself knows: it says so when it is told nonsense. */
static void tell_columns(struct complete *c)
{
	static const char before[] = "is none of ";
	struct err err = { 0 };
	const struct report *r = c->first < 0 ? NULL : report_find(c->words[c->first], &err);
	struct report_opts o = { .sort_word = "" };
	char *words, *word;

	if (!r || !r->check || !r->check(&o, &err))
		return;
	words = strstr(err.text, before);
	words += words ? strlen(before) : 0;
	while (words && (word = strsep(&words, ", ")))
		if (*word)
			complete_word(c, word, NULL);
}

static void tell_fields(struct complete *c)
{
	for (unsigned i = 0; print_fields_name(i); i++)
		complete_word(c, print_fields_name(i), NULL);
}

/* By the words that stand for values in the table of options. */
static const struct opt_value values[] = {
	{ "FILE", OPT_VALUE_FILE, NULL, NULL },
	{ "SCRIPT", OPT_VALUE_FILE, NULL, NULL },
	{ "A,B", OPT_VALUE_ANY, NULL, NULL },
	{ "PIDS", OPT_VALUE_ANY, NULL, NULL },
	{ "TIDS", OPT_VALUE_ANY, NULL, NULL },
	{ "CPUS", OPT_VALUE_ANY, NULL, NULL },
	{ "NAMES", OPT_VALUE_ANY, NULL, NULL },
	{ "N", OPT_VALUE_ANY, NULL, NULL },
	{ "EVENTS", OPT_VALUE_LIST, NULL, tell_events },
	{ "CALLS", OPT_VALUE_LIST, NULL, tell_calls },
	{ "WHEN", OPT_VALUE_WORD, COLOR_WHEN, NULL },
	{ "HOW", OPT_VALUE_WORD, "columns graph", NULL },
	{ "FORM", OPT_VALUE_WORD, "table csv json", NULL },
	{ "LEVELS", OPT_VALUE_LIST, NULL, tell_levels },
	{ "COLUMN", OPT_VALUE_WORD, NULL, tell_columns },
	{ "TIME", OPT_VALUE_ANY, NULL, NULL },
	{ "FIELDS", OPT_VALUE_LIST, NULL, tell_fields },
	{ "LANG", OPT_VALUE_WORD, "python", NULL },
	{ 0 },
};

/* What the line is for, as far as it goes: bits of opt.modes. 0: it does not say that yet. */
static unsigned mode_of(const struct complete *c)
{
	const char *word = c->first < 0 ? "" : c->words[c->first];
	struct err err;
	const struct report *r = report_find(word, &err);

	if (complete_typed(c, "script"))
		return FOR_SCRIPT;
	if (complete_typed(c, "gen-script"))
		return FOR_GENERATE;
	if (!strcmp(word, REPAIR_WORD))
		return FOR_REPAIR;
	return r ? r->options : 0;
}

static void tell_reports(const struct complete *c)
{
	for (const struct report *r = reports; r->name; r++)
		complete_word(c, r->name, r->summary);
	complete_word(c, REPAIR_WORD, REPAIR_SUMMARY);
}

static void tell_word(const struct complete *c, unsigned mode)
{
	const bool has_report = c->first >= 0 || mode & (FOR_SCRIPT | FOR_GENERATE);
	const bool helps = c->first >= 0 && !strcmp(c->words[c->first], HELP_WORD);

	if (helps && c->second >= 0) {
		puts("any");
	} else if (helps || !has_report) {
		puts("words");
		tell_reports(c);
		if (!helps)
			complete_word(c, HELP_WORD, "what a report says, and its options");
	} else {
		puts("file 0");
	}
}

void complete_ana(char *const *words, int nr)
{
	struct opt table[OPTS_MAX];
	struct complete c;
	unsigned mode;

	opts_table(table, 0);
	complete_init(&c, table, values, words, nr, 0, stdout);
	mode = mode_of(&c);
	/* The words behind a script are its own, those behind a report may be options. */
	opts_table(table, mode);
	complete_init(&c, table, values, words, nr, mode == FOR_SCRIPT ? 0 : OPT_PERMUTE, stdout);
	if (c.option)
		complete_value(&c);
	else if (complete_is_option(&c))
		complete_options(&c, mode);
	else
		tell_word(&c, mode);
}
