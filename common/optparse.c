#include "common/optparse.h"
#include "common/near.h"
#include "common/util.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define HELP_WIDTH  80
#define HELP_COLUMN 28
#define NAMES_MAX   64

struct parser {
	const struct opt *table;
	char *dest;
	bool *set;
	struct err *err;
};

static size_t table_rows(const struct opt *table)
{
	size_t nr = 0;

	while (table[nr].type != OPT_END)
		nr++;
	return nr;
}

static int words_add(struct opt_words *w, const char *word, char letter, struct err *err)
{
	void *at = realloc(w->at, (w->nr + 1) * sizeof(*w->at));

	if (!at)
		return fail_mem(err);
	w->at = at;
	w->at[w->nr].word = word;
	w->at[w->nr++].letter = letter;
	return 0;
}

static int opt_take(struct parser *p, const struct opt *o, const char *value)
{
	void *at = p->dest + o->off;

	if (p->set)
		p->set[o - p->table] = true;
	switch (o->type) {
	case OPT_FLAG:
		*(bool *)at = true;
		return 0;
	case OPT_COUNT:
		(*(int *)at)++;
		return 0;
	case OPT_WORD:
		*(const char **)at = value;
		return 0;
	case OPT_MAYBE:
		*(const char **)at = value ? value : "";
		return 0;
	case OPT_WORDS:
		return words_add(at, value, o->letter, p->err);
	case OPT_END:
		break;
	}
	return 0;
}

/* Does its value have to be there, if need be as the next word? */
static bool needs_value(const struct opt *o)
{
	return o->arg && o->type != OPT_MAYBE;
}

static int fail_unknown(struct parser *p, const char *word)
{
	const char *names[NAMES_MAX];
	char near[256];
	size_t nr = 0;

	for (const struct opt *o = p->table; o->type != OPT_END && nr < NAMES_MAX; o++)
		if (o->name)
			names[nr++] = o->name;
	if (near_pick(near, sizeof(near), word, names, nr))
		return fail(p->err, ERR_USAGE, "unknown option --%s; did you mean --%s?", word,
			    near);
	return fail(p->err, ERR_USAGE, "unknown option --%s; --help lists them", word);
}

/* The row of a long option: its name, or a beginning that only one row has. */
static const struct opt *find_long(struct parser *p, const char *word, size_t len)
{
	const struct opt *found = NULL;

	for (const struct opt *o = p->table; o->type != OPT_END; o++) {
		if (!len || !o->name || strncmp(o->name, word, len))
			continue;
		if (!o->name[len])
			return o;
		if (found) {
			fail(p->err, ERR_USAGE, "option --%.*s may be --%s or --%s", (int)len, word,
			     found->name, o->name);
			return NULL;
		}
		found = o;
	}
	if (!found) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)len, word);
		fail_unknown(p, name);
	}
	return found;
}

/* @argv[0] is "--name[=value]". Returns the number of words used, or -1. */
static int parse_long(struct parser *p, char **argv)
{
	const char *word = argv[0] + 2;
	size_t len = strcspn(word, "=");
	const struct opt *o = find_long(p, word, len);
	const char *value = word[len] ? word + len + 1 : NULL;

	if (!o)
		return -1;
	if (!o->arg && value)
		return fail(p->err, ERR_USAGE, "option --%s takes no value", o->name);
	if (needs_value(o) && !value && !argv[1])
		return fail(p->err, ERR_USAGE, "option --%s needs a value: %s", o->name, o->arg);
	if (opt_take(p, o, needs_value(o) && !value ? argv[1] : value))
		return -1;
	return needs_value(o) && !value ? 2 : 1;
}

/* @argv[0] is "-abc" or "-aVALUE". Returns the number of words used, or -1. */
static int parse_short(struct parser *p, char **argv)
{
	for (const char *c = argv[0] + 1; *c; c++) {
		const struct opt *o = p->table;
		const char *value;

		while (o->type != OPT_END && o->letter != *c)
			o++;
		if (o->type == OPT_END)
			return fail(p->err, ERR_USAGE, "unknown option -%c; --help lists them", *c);
		if (!o->arg) {
			if (opt_take(p, o, NULL))
				return -1;
			continue;
		}
		value = c[1] || !needs_value(o) ? c + 1 : argv[1];
		if (!value)
			return fail(p->err, ERR_USAGE, "option -%c needs a value: %s", *c, o->arg);
		return opt_take(p, o, value) ? -1 : c[1] || !needs_value(o) ? 1 : 2;
	}
	return 1;
}

int opt_parse(const struct opt *table, void *dest, int argc, char **argv, int flags, int *nr_words,
	      bool *set, struct err *err)
{
	struct parser p = { .table = table, .dest = dest, .set = set, .err = err };
	int at = 1, nr = 0;

	while (at < argc) {
		const char *word = argv[at];
		int used;

		if (!strcmp(word, "--")) {
			at++;
			break;
		}
		if (word[0] != '-' || !word[1]) {
			if (!(flags & OPT_PERMUTE))
				break;
			argv[1 + nr++] = argv[at++];
			continue;
		}
		used = word[1] == '-' ? parse_long(&p, argv + at) : parse_short(&p, argv + at);
		if (used < 0)
			return -1;
		at += used;
	}
	while (at < argc)
		argv[1 + nr++] = argv[at++];
	argv[1 + nr] = NULL;
	*nr_words = nr;
	return 0;
}

int opt_check_mode(const struct opt *table, const bool *set, unsigned mode, const char *what,
		   struct err *err)
{
	for (size_t i = 0; i < table_rows(table); i++) {
		if (!set[i] || !table[i].modes || table[i].modes & mode)
			continue;
		if (table[i].name)
			return fail(err, ERR_USAGE, "option --%s is not for %s", table[i].name,
				    what);
		return fail(err, ERR_USAGE, "option -%c is not for %s", table[i].letter, what);
	}
	return 0;
}

static int help_left(const struct opt *o, char *out, size_t room)
{
	char letter[8] = "    ", name[64] = "";
	bool maybe = o->type == OPT_MAYBE;

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c%s", o->letter, o->name ? ", " : "");
	if (o->name)
		snprintf(name, sizeof(name), "--%s", o->name);
	return snprintf(out, room, "  %s%s%s%s%s", letter, name,
			maybe	 ? (o->name ? "[=" : "[")
			: o->arg ? " "
				 : "",
			o->arg ? o->arg : "", maybe ? "]" : "");
}

/* Prints @text from HELP_COLUMN on, broken at blanks. The cursor stands at @column. */
static void help_wrap(FILE *out, const char *text, int column)
{
	if (column > HELP_COLUMN - 2)
		column = fprintf(out, "\n") - 1;
	fprintf(out, "%*s", HELP_COLUMN - column, "");
	column = HELP_COLUMN;
	while (*text) {
		int len = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH - 1)
			column = fprintf(out, "\n%*s", HELP_COLUMN, "") - 1;
		else if (column > HELP_COLUMN)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", len, text);
		text += len;
		text += strspn(text, " ");
	}
	fprintf(out, "\n");
}

void opt_help(const struct opt *table, unsigned modes, FILE *out)
{
	for (const struct opt *o = table; o->type != OPT_END; o++) {
		char left[128];

		if (modes && o->modes && !(o->modes & modes))
			continue;
		help_left(o, left, sizeof(left));
		help_wrap(out, o->help, fprintf(out, "%s", left));
	}
}

void opt_dump(const struct opt *table, FILE *out)
{
	for (const struct opt *o = table; o->type != OPT_END; o++) {
		fprintf(out, ".It");
		if (o->letter)
			fprintf(out, " Fl %c", o->letter);
		if (o->letter && o->name)
			fprintf(out, " ,");
		if (o->name)
			fprintf(out, " Fl \\-%s", o->name);
		if (o->type == OPT_MAYBE)
			fprintf(out, " Ns Op %sAr %s", o->name ? "= Ns " : "", o->arg);
		else if (o->arg)
			fprintf(out, " Ar %s", o->arg);
		fprintf(out, "\n%c%s.\n",
			o->help[0] >= 'a' && o->help[0] <= 'z' ? o->help[0] - 32 : o->help[0],
			o->help + 1);
	}
}

int parse_size(const char *text, uint64_t unit, uint64_t *bytes)
{
	static const char letters[] = "BKMG";
	char *end;
	uint64_t nr;

	if (*text < '0' || *text > '9')
		return -1;
	nr = strtoull(text, &end, 10);
	if (*end) {
		const char *letter = strchr(letters, toupper((unsigned char)*end));

		if (!letter || end[1])
			return -1;
		unit = 1ULL << (10 * (letter - letters));
	}
	if (!nr || nr > (1ULL << 62) / unit)
		return -1;
	*bytes = nr * unit;
	return 0;
}

int parse_time(const char *text, uint64_t unit_ns, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 } };
	double value;
	char *end;

	if ((*text < '0' || *text > '9') && *text != '.')
		return -1;
	/* Not what else strtod() takes: exponents, hexadecimal, names. */
	value = strtod(text, &end);
	if (end == text || end != text + strspn(text, "0123456789."))
		return -1;
	for (size_t i = 0; *end && i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		unit_ns = units[i].ns;
		end += strlen(end);
	}
	if (*end || value * unit_ns < 1 || value * unit_ns > 0x1p62)
		return -1;
	*ns = value * unit_ns;
	return 0;
}

int parse_count(const char *text, uint64_t *count)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*count = strtoull(text, &end, 10);
	return *end || !*count || errno ? -1 : 0;
}
