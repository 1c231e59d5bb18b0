#include "common/tpunit.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#define LABEL "field:" /* every declaration stands behind one */

/* In the text, tpfield.c has put a NUL in the place of what follows the name: of its '[', if any. */
static const char *declaration_of(const struct tp_field *f)
{
	const char *at = f->name - strlen(LABEL);

	while (memcmp(at, LABEL, strlen(LABEL)) != 0)
		at--;
	return at + strlen(LABEL);
}

static bool has_word(const char *at, const char *end, const char *word)
{
	return memmem(at, end - at, word, strlen(word));
}

static uint32_t type_unit(const struct tp_field *f, uint32_t long_size)
{
	static const struct {
		const char *word;
		uint32_t bytes; /* 0: as a long */
	} types[] = {
		{ "char", 1 }, { "bool", 1 },	   { "u8", 1 },	    { "s8", 1 },   { "64", 8 },
		{ "*", 0 },    { "long long", 8 }, { "loff_t", 8 }, { "32", 4 },   { "16", 2 },
		{ "long", 0 }, { "size_t", 0 },	   { "short", 2 },  { "enum", 4 }, { "int", 4 },
	};
	const char *at = declaration_of(f);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (has_word(at, f->name, types[i].word))
			return types[i].bytes ? types[i].bytes : long_size;
	return 1;
}

/* The N of NAME[N]; 0: that is an expression. */
static uint32_t declared_count(const struct tp_field *f)
{
	const char *at = f->name + strlen(f->name) + 1;
	char *end;
	unsigned long nr;

	if (!isdigit((unsigned char)*at))
		return 0;
	nr = strtoul(at, &end, 10);
	return *end == ']' && nr <= f->size ? nr : 0;
}

static uint32_t known(uint32_t unit)
{
	return unit == 2 || unit == 4 || unit == 8 ? unit : 1;
}

uint32_t tp_field_unit(const struct tp_field *f, uint32_t long_size)
{
	uint32_t count;

	if (f->flags & TP_STRING)
		return 1;
	if (f->flags & TP_DYNAMIC)
		return known(type_unit(f, long_size));
	if (!(f->flags & TP_ARRAY))
		return known(f->size);
	count = declared_count(f);
	return known(count && f->size % count == 0 ? f->size / count : type_unit(f, long_size));
}
