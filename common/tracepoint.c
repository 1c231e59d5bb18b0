#include "common/tracepoint.h"
#include "common/tpfield.h"
#include "common/tpprint.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

/* A C identifier with '-', which the kernel allows in the system of a probe. */
static bool is_system(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || *s == '_' || *s == '-')
		s++;
	return !*s;
}

struct tp_text {
	struct tp_print *print;
	const char *fmt; /* behind "print fmt:"; fmt_len bytes */
	uint32_t fmt_len;
	char text[]; /* the format's, behind it the system's name, each with a NUL */
};

static struct tp_text *copy_texts(const struct tracing_format *f, const char **system)
{
	size_t len = strlen(f->system) + 1;
	struct tp_text *own = malloc(sizeof(*own) + f->text_len + 1 + len);

	if (!own)
		return NULL;
	*own = (struct tp_text){ 0 };
	memcpy(own->text, f->text, f->text_len);
	own->text[f->text_len] = 0;
	*system = memcpy(own->text + f->text_len + 1, f->system, len);
	return own;
}

static int check_format(const struct tracing_format *f, const char *path, struct err *err)
{
	if (!is_system(f->system))
		return fail(err, ERR_DATA, "%s: '%.64s' cannot be the name of a tracepoint system",
			    path, f->system);
	if (f->text_len > TPFIELD_TEXT_MAX)
		return fail(err, ERR_DATA, "%s: format of a %s tracepoint has %u bytes", path,
			    f->system, f->text_len);
	return 0;
}

/* What is allocated on the way is in @tp, also on failure. */
static int parse_format(struct tp_format *tp, const struct tracing_format *f,
			struct tp_marks *marks, const char *path, struct err *err)
{
	static const char label[] = "print fmt:";
	struct tp_text *own = copy_texts(f, &tp->system);
	const char *wrong;
	uint32_t rest;

	tp->text = own;
	if (!own)
		return fail_mem(err);
	wrong = tpfield_parse(tp, own->text, f->text_len, &rest);
	if (wrong)
		return fail(err, ERR_DATA, "%s: format of tracepoint %s:%.64s: %s", path, f->system,
			    tp->name ? tp->name : "?", wrong);
	rest = strncmp(own->text + rest, label, strlen(label)) ? f->text_len : rest + strlen(label);
	own->fmt = own->text + rest;
	own->fmt_len = f->text_len - rest;
	own->print = tp_print_parse(tp, own->fmt, own->fmt_len, marks);
	return own->print ? 0 : fail_mem(err);
}

static void release_format(struct tp_format *tp)
{
	struct tp_text *own = tp->text;

	tpfield_release(tp);
	if (own)
		tp_print_free(own->print);
	free(own);
}

static int by_id(const void *a, const void *b)
{
	const struct tp_format *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Takes account of a format that is left out. Returns 0, or -1 without memory for it. */
static int note_bad(struct tp_table *table, const struct err *why, struct err *err)
{
	if (why->code == ERR_MEM)
		return fail_mem(err);
	table->nr_bad++;
	if (!table->bad)
		table->bad = strdup(why->text);
	return table->bad ? 0 : fail_mem(err);
}

/* Of those with one ID one stays. */
static int drop_doubles(struct tp_table *table, const char *path, struct err *err)
{
	uint32_t nr = 0;
	int rc = 0;

	for (uint32_t i = 0; i < table->nr; i++) {
		struct tp_format *first = nr ? &table->formats[nr - 1] : NULL;
		struct tp_format *f = &table->formats[i];
		struct err why;

		if (!first || f->id != first->id) {
			table->formats[nr++] = *f;
			continue;
		}
		fail(&why, ERR_DATA, "%s: tracepoints %s:%s and %s:%s have the same ID %u", path,
		     first->system, first->name, f->system, f->name, f->id);
		rc = rc ? rc : note_bad(table, &why, err);
		release_format(f);
	}
	table->nr = nr;
	return rc;
}

static int copy_printk(struct tp_table *table, const struct tracing *t, struct err *err)
{
	if (!t->printk_len)
		return 0;
	table->printk = malloc(t->printk_len);
	if (!table->printk)
		return fail_mem(err);
	memcpy(table->printk, t->printk, t->printk_len);
	table->printk_len = t->printk_len;
	return 0;
}

static int parse_formats(struct tp_table *table, const struct tracing *t, const char *path,
			 struct err *err)
{
	struct tp_marks marks = { 0 };

	table->formats = calloc(t->nr_formats + 1, sizeof(*table->formats));
	if (!table->formats)
		return fail_mem(err);
	for (uint32_t i = 0; i < t->nr_formats; i++) {
		struct tp_format *f = &table->formats[table->nr];
		struct err why = { 0 };

		if (!check_format(&t->formats[i], path, &why) &&
		    !parse_format(f, &t->formats[i], &marks, path, &why)) {
			table->nr++;
			continue;
		}
		release_format(f);
		*f = (struct tp_format){ 0 };
		if (note_bad(table, &why, err))
			return -1;
	}
	qsort(table->formats, table->nr, sizeof(*table->formats), by_id);
	return drop_doubles(table, path, err);
}

int tp_table_init(struct tp_table *table, const struct tracing *t, const char *path,
		  struct err *err)
{
	*table = (struct tp_table){ .long_size = t->long_size };
	if (!copy_printk(table, t, err) && !parse_formats(table, t, path, err))
		return 0;
	tp_table_release(table);
	return -1;
}

void tp_table_release(struct tp_table *table)
{
	for (uint32_t i = 0; i < table->nr; i++)
		release_format(&table->formats[i]);
	free(table->formats);
	free(table->printk);
	free(table->bad);
	*table = (struct tp_table){ 0 };
}

const struct tp_format *tp_find(const struct tp_table *table, uint64_t id)
{
	struct tp_format key = { .id = id };

	if (id > UINT32_MAX || !table->nr)
		return NULL;
	return bsearch(&key, table->formats, table->nr, sizeof(key), by_id);
}

const struct tp_field *tp_find_field(const struct tp_format *tp, const char *name)
{
	for (uint32_t i = 0; i < tp->nr_common; i++)
		if (!strcmp(tp->common[i].name, name))
			return &tp->common[i];
	for (uint32_t i = 0; i < tp->nr_fields; i++)
		if (!strcmp(tp->fields[i].name, name))
			return &tp->fields[i];
	return NULL;
}

const char *tp_print_fmt(const struct tp_format *tp, uint32_t *len)
{
	*len = tp->text->fmt_len;
	return tp->text->fmt;
}

void tp_walk_print(const struct tp_format *tp, const struct tp_print_visitor *v, void *arg)
{
	const struct tp_text *own = tp->text;

	tp_print_walk(own->print, v, arg);
}

static uint64_t fields_end(const struct tp_field *fields, uint32_t nr)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < nr; i++)
		end = MAX(end, (uint64_t)fields[i].offset + fields[i].size);
	return end;
}

uint64_t tp_raw_need(const struct tp_format *tp)
{
	return MAX(fields_end(tp->common, tp->nr_common), fields_end(tp->fields, tp->nr_fields));
}
