#include "common/complete.h"
#include "common/callgroup.h"
#include "common/calls.h"
#include "common/syscall.h"
#include "common/util.h"

#include <stdlib.h>

/* The row that the word @word names, from behind its "-"; *@value: what stands behind it in the same word. */
static const struct opt *find_option(const struct opt *table, const char *word, const char **value)
{
	const size_t len = strcspn(word + 2, "=");

	*value = NULL;
	if (word[1] == '-') {
		for (const struct opt *o = table; o->type != OPT_END; o++) {
			if (!o->name || strlen(o->name) != len || strncmp(o->name, word + 2, len))
				continue;
			*value = word[2 + len] ? word + 2 + len + 1 : NULL;
			return o;
		}
		return NULL;
	}
	/* Of letters that take no value the next one may be meant. */
	for (const char *c = word + 1; *c; c++) {
		const struct opt *o = table;

		while (o->type != OPT_END && o->letter != *c)
			o++;
		if (o->type == OPT_END)
			return NULL;
		if (o->arg) {
			*value = c[1] ? c + 1 : NULL;
			return o;
		}
	}
	return NULL;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

static void note_other(struct complete *c, int at, int flags)
{
	if (c->first < 0)
		c->first = at;
	else if (c->second < 0)
		c->second = at;
	c->ended |= !(flags & OPT_PERMUTE);
}

/* Goes over the words before the last one; returns the option that the last one is the value of, or NULL. */
static const struct opt *walk(struct complete *c, int flags)
{
	const struct opt *pending = NULL;

	for (int i = 0; i < c->nr - 1; i++) {
		const char *value;

		if (pending) {
			pending = NULL;
		} else if (c->ended || !is_option(c->words[i])) {
			note_other(c, i, flags);
		} else if (!strcmp(c->words[i], "--")) {
			c->ended = true;
		} else {
			pending = find_option(c->table, c->words[i], &value);
			if (pending && (!pending->arg || value || pending->type == OPT_MAYBE))
				pending = NULL;
		}
	}
	return pending;
}

static const struct opt_value *value_of(const struct complete *c, const struct opt *o)
{
	for (const struct opt_value *v = c->values; v->arg; v++)
		if (!strcmp(v->arg, o->arg))
			return v;
	return NULL;
}

/* A list's element begins behind its last comma, and behind what says how it is meant: !a, +a, -a. */
static size_t element_off(const char *word, size_t off)
{
	const char *comma = strrchr(word + off, ',');

	if (comma)
		off = comma + 1 - word;
	return off + (word[off] && strchr("!+-", word[off]));
}

void complete_init(struct complete *c, const struct opt *table, const struct opt_value *values,
		   char *const *words, int nr, int flags, FILE *out)
{
	const char *value = NULL;

	*c = (struct complete){ .table = table, .values = values, .words = words, .nr = nr };
	c->first = c->second = -1;
	c->out = out;
	c->option = walk(c, flags);
	if (!c->option && !c->ended && is_option(words[nr - 1])) {
		const struct opt *o = find_option(table, words[nr - 1], &value);

		if (o && o->arg && value) {
			c->option = o;
			c->off = value - words[nr - 1];
		}
	}
	if (c->option && value_of(c, c->option) && value_of(c, c->option)->kind == OPT_VALUE_LIST)
		c->off = element_off(words[nr - 1], c->off);
}

const char *complete_typed(const struct complete *c, const char *name)
{
	const char *found = NULL, *value;

	for (int i = 0; i < c->nr - 1; i++) {
		const struct opt *o =
			is_option(c->words[i]) ? find_option(c->table, c->words[i], &value) : NULL;

		if (!o || !o->arg)
			continue;
		if (!value && o->type != OPT_MAYBE && i + 1 < c->nr - 1)
			value = c->words[++i];
		if (o->name && !strcmp(o->name, name))
			found = value;
	}
	return found;
}

const char *complete_last(const struct complete *c)
{
	return c->words[c->nr - 1];
}

bool complete_is_option(const struct complete *c)
{
	return !c->option && !c->ended && complete_last(c)[0] == '-';
}

void complete_options(const struct complete *c, unsigned modes)
{
	fputs("words\n", c->out);
	for (const struct opt *o = c->table; o->type != OPT_END; o++) {
		if (modes && o->modes && !(o->modes & modes))
			continue;
		if (o->name)
			fprintf(c->out, "--%s\t%s\n", o->name, o->help);
		if (o->letter)
			fprintf(c->out, "-%c\t%s\n", o->letter, o->help);
	}
}

/* Was @word named in this list already? */
static bool is_listed(const struct complete *c, const char *word)
{
	const char *at = complete_last(c), *end = at + c->off;
	const size_t len = strlen(word);

	for (; (at = strstr(at, word)) && at + len < end; at += len)
		if (at[len] == ',' && (at == complete_last(c) || strchr(",=!+-", at[-1])))
			return true;
	return false;
}

void complete_word(const struct complete *c, const char *word, const char *means)
{
	if (is_listed(c, word))
		return;
	fprintf(c->out, "%.*s%s", (int)c->off, complete_last(c), word);
	fprintf(c->out, means ? "\t%s\n" : "\n", means);
}

void complete_calls(const struct complete *c, const char *arch)
{
	char name[SYSCALL_NAME_MAX];

	for (unsigned i = 0; callgroup_name(i); i++)
		complete_word(c, callgroup_name(i), NULL);
	for (int nr = 0; nr < CALLS_MAX; nr++)
		if (!syscall_name(arch, nr, name))
			complete_word(c, name, NULL);
}

static void tell_words(struct complete *c, const struct opt_value *v)
{
	const char *word = v->words ? v->words : "";

	for (size_t len; (len = strcspn(word, " ")); word += len, word += strspn(word, " ")) {
		char text[64];

		snprintf(text, sizeof(text), "%.*s", (int)len, word);
		complete_word(c, text, NULL);
	}
	if (v->tell)
		v->tell(c);
}

void complete_value(struct complete *c)
{
	const struct opt_value *v = value_of(c, c->option);

	/* Every row's word has to be in the table of values: a test looks for this. */
	if (!v) {
		fputs("unknown\n", c->out);
		return;
	}
	switch (v->kind) {
	case OPT_VALUE_ANY:
		fputs("any\n", c->out);
		break;
	case OPT_VALUE_FILE:
		fprintf(c->out, "file %zu\n", c->off);
		break;
	case OPT_VALUE_WORD:
	case OPT_VALUE_LIST:
		fputs(v->kind == OPT_VALUE_LIST ? "list\n" : "words\n", c->out);
		tell_words(c, v);
		break;
	}
}
