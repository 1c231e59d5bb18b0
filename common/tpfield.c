#include "common/tpfield.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#define PLACE_MAX 65535 /* offset, size: a record has no more bytes */

#define FIELDS_MAX 512 /* of one kind; an order of magnitude above any kernel's */

/* What is left of the text. */
struct scan {
	char *at, *end;
};

static bool is_word(int c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool pass(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len))
		return false;
	s->at += len;
	return true;
}

static void pass_blanks(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

static bool pass_number(struct scan *s, uint32_t max, uint32_t *v)
{
	const char *start = s->at;
	uint64_t n = 0;

	for (; s->at < s->end && isdigit((unsigned char)*s->at) && n <= max; s->at++)
		n = n * 10 + (*s->at - '0');
	*v = n;
	return s->at > start && n <= max;
}

/* "size:48;" and the blanks behind it */
static bool pass_place(struct scan *s, const char *label, uint32_t *v)
{
	if (!pass(s, label) || !pass_number(s, PLACE_MAX, v) || !pass(s, ";"))
		return false;
	pass_blanks(s);
	return true;
}

/* The word that ends at @end, with blanks in between; empty when there is none. */
static struct scan last_word(char *start, char *end)
{
	struct scan s;

	while (end > start && end[-1] == ' ')
		end--;
	s = (struct scan){ end, end };
	while (s.at > start && is_word(s.at[-1]))
		s.at--;
	return s;
}

static bool contains(struct scan s, const char *word)
{
	return memmem(s.at, s.end - s.at, word, strlen(word));
}

/* [] in pairs, which may hold an expression; it begins with a word. */
static bool is_declaration(struct scan d)
{
	int open = 0;

	for (const char *c = d.at; c < d.end; c++) {
		open += (*c == '[') - (*c == ']');
		if (open < 0 || !isprint((unsigned char)*c))
			return false;
	}
	return !open && d.at < d.end && is_word(*d.at);
}

/* TYPE NAME, TYPE NAME[EXPRESSION] or TYPE[EXPRESSION] NAME; empty when it is none of them. */
static struct scan declared_name(struct scan d)
{
	char *open = memchr(d.at, '[', d.end - d.at), *close = memrchr(d.at, ']', d.end - d.at);
	struct scan name = last_word(close ? close + 1 : d.at, d.end);

	if (close && name.at == name.end)
		name = last_word(d.at, open);
	if (name.at == d.at || isdigit((unsigned char)*name.at))
		name.at = name.end;
	return name;
}

/* Source: libtraceevent's idea of an array of characters, on which perf's scripts rely. */
static bool is_string(struct scan decl, struct scan name)
{
	struct scan type = { decl.at, name.at }, rest = { name.end, decl.end };

	return contains(type, "char") || contains(type, "u8") || contains(type, "s8") ||
	       contains(rest, "char") || contains(rest, "u8") || contains(rest, "s8");
}

static uint32_t declared_flags(struct scan d, struct scan name)
{
	struct scan start = d;
	uint32_t flags = 0;

	if (contains(d, "*"))
		flags |= TP_POINTER;
	if (contains((struct scan){ d.at, name.at }, "long"))
		flags |= TP_LONG;
	if (contains(d, "["))
		flags |= TP_ARRAY | (is_string(d, name) ? TP_STRING : 0);
	if (pass(&start, "__data_loc"))
		flags |= TP_DYNAMIC;
	if (pass(&start, "__rel_loc"))
		flags |= TP_DYNAMIC | TP_RELATIVE;
	return flags;
}

/* The number in a [], the last word there. 0: none. */
static uint32_t array_len(struct scan decl)
{
	char *close = memrchr(decl.at, ']', decl.end - decl.at), *at = close;
	uint64_t n = 0;

	while (at && at > decl.at && is_word(at[-1]))
		at--;
	for (; at && at < close && isdigit((unsigned char)*at) && n <= PLACE_MAX; at++)
		n = n * 10 + (*at - '0');
	return at == close && n <= PLACE_MAX ? n : 0;
}

/* Bytes of an element of "__data_loc TYPE[] NAME", for the types that libtraceevent knows. */
static uint32_t dynamic_elem_size(struct scan decl)
{
	static const struct {
		char name[5];
		uint8_t size;
	} types[] = {
		{ "u8", 1 },  { "u16", 2 }, { "u32", 4 }, { "u64", 8 },	 { "s8", 1 },
		{ "s16", 2 }, { "s32", 4 }, { "s64", 8 }, { "char", 1 },
	};
	char *open = memchr(decl.at, '[', decl.end - decl.at);
	struct scan type = last_word(decl.at, open ? open : decl.end);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((size_t)(type.end - type.at) == strlen(types[i].name) &&
		    !memcmp(type.at, types[i].name, type.end - type.at))
			return types[i].size;
	return 0;
}

/*
 * An element's bytes as libtraceevent takes them where a print fmt has FIELD[INDEX]. Negative:
 * the field's bytes divided by that many elements. An array of longs of no length is not among
 * perf's tracepoints.
 */
static int32_t elem_size(struct scan decl, uint32_t flags)
{
	uint32_t len = flags & TP_ARRAY ? array_len(decl) : 1;

	if (len)
		return -(int32_t)len;
	if (flags & TP_DYNAMIC)
		return dynamic_elem_size(decl);
	return flags & TP_STRING ? 1 : 0;
}

static bool pass_declaration(struct scan *s, struct tp_field *f, int32_t *elem)
{
	struct scan decl = *s, name;

	while (s->at < s->end && *s->at != ';' && *s->at != '\n')
		s->at++;
	decl.end = s->at;
	if (!is_declaration(decl) || !pass(s, ";"))
		return false;
	name = declared_name(decl);
	if (name.at == name.end)
		return false;
	f->flags = declared_flags(decl, name);
	*elem = elem_size(decl, f->flags);
	*name.end = 0; /* a blank, a bracket, or the semicolon */
	f->name = name.at;
	return true;
}

static bool pass_field(struct scan *s, struct tp_field *f)
{
	uint32_t is_signed = 0;
	int32_t elem;

	pass_blanks(s);
	if (!pass(s, "field:") || !pass_declaration(s, f, &elem))
		return false;
	pass_blanks(s);
	if (!pass_place(s, "offset:", &f->offset) || !pass_place(s, "size:", &f->size))
		return false;
	if (!pass(s, "\n") && !(pass_place(s, "signed:", &is_signed) && pass(s, "\n")))
		return false;
	f->flags |= is_signed ? TP_SIGNED : 0;
	f->elem_size = elem < 0 ? f->size / -elem : (uint32_t)elem;
	/* Kernels before 2.6.34 gave the place of a string in two bytes, without its length. */
	if (f->flags & TP_DYNAMIC && f->size == 2)
		f->flags |= TP_STRING | TP_ARRAY;
	return true;
}

static bool is_doubled(const struct tp_field *fields, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (!strcmp(fields[i].name, fields[nr].name))
			return true;
	return false;
}

/* Field lines up to an empty one. */
static const char *pass_fields(struct scan *s, struct tp_field **fields, uint32_t *nr)
{
	uint32_t room = 0;

	while (!pass(s, "\n")) {
		if (*nr == room) {
			void *bigger = realloc(*fields, (room += 16) * sizeof(**fields));

			if (!bigger)
				return "out of memory";
			*fields = bigger;
		}
		(*fields)[*nr] = (struct tp_field){ 0 };
		if (!pass_field(s, &(*fields)[*nr]))
			return "a field line that is not understood";
		if (is_doubled(*fields, *nr))
			return "two fields of one name";
		if (++*nr > FIELDS_MAX)
			return "more fields than any tracepoint has";
	}
	return NULL;
}

static bool pass_name(struct scan *s, const char **name)
{
	*name = s->at;
	while (s->at < s->end && is_word(*s->at))
		s->at++;
	if (s->at == *name || isdigit((unsigned char)**name) || !pass(s, "\n"))
		return false;
	s->at[-1] = 0;
	return true;
}

const char *tpfield_parse(struct tp_format *tp, char *text, uint32_t len, uint32_t *rest)
{
	struct scan s = { text, text + len };
	const char *wrong;

	if (!pass(&s, "name: ") || !pass_name(&s, &tp->name))
		return "no \"name: EVENT\" in the first line";
	if (!pass(&s, "ID: ") || !pass_number(&s, INT32_MAX, &tp->id) || !pass(&s, "\n"))
		return "no \"ID: NUMBER\" in the second line";
	if (!pass(&s, "format:\n"))
		return "no \"format:\" in the third line";
	wrong = pass_fields(&s, &tp->common, &tp->nr_common);
	if (!wrong)
		wrong = pass_fields(&s, &tp->fields, &tp->nr_fields);
	*rest = s.at - text;
	return wrong;
}

void tpfield_release(struct tp_format *tp)
{
	free(tp->common);
	free(tp->fields);
}
