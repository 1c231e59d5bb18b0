/*
 * fuzz_tracing.c - any bytes as the section TRACING_DATA: taken apart, its formats parsed, a sample of each
 * printed. What is written anew of it is taken apart into the same.
 */
#include "common/tpeval.h"

#define FUZZ_SEEDS tracing_seeds
#include "tests/fuzz/fuzz.h"

#define PRINTED_MAX 16 /* formats of a section; the others have no other ways to be printed */

static volatile uint64_t sink;

static void on_field(void *arg, const char *text)
{
	(void)arg;
	sink += strlen(text);
}

static void on_symbols(void *arg)
{
	(void)arg;
}

static void on_value(void *arg, int is_flag, const char *value, const char *name)
{
	on_field(arg, value);
	on_field(arg, name);
	sink += is_flag;
}

/* Raw bytes that end where they end. */
static void print(struct tp_eval *e, const void *raw, size_t size)
{
	static char room[TPEVAL_TEXT_MAX + 100];
	struct text text = { room, room, room + sizeof(room) };
	void *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, raw, size);
	tp_eval_print(e, copy, size, &text);
	free(copy);
	if (text.at - text.start > TPEVAL_TEXT_MAX)
		abort();
}

static void check_format(struct tp_evals *evals, const struct tp_format *tp)
{
	static const struct tp_print_visitor visitor = { on_field, on_field, on_symbols, on_value };
	static const char zeros[4096];
	struct tp_eval *e = tp_evals_get(evals, tp);
	char raw[256];

	if (!e || tp_find_field(tp, "no such field"))
		abort();
	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = i;
	print(e, raw, sizeof(raw));
	print(e, raw, 8);
	print(e, zeros, MIN(tp_raw_need(tp), sizeof(zeros)));
	tp_walk_print(tp, &visitor, NULL);
}

static void check_table(const struct tp_table *table)
{
	struct tp_evals *evals = tp_evals_new(table);

	if (!evals)
		abort();
	for (uint32_t i = 0; i < table->nr; i++) {
		const struct tp_format *tp = &table->formats[i];

		if ((i && tp->id < tp[-1].id) || !tp_find(table, tp->id))
			abort();
		if (i < PRINTED_MAX)
			check_format(evals, tp);
	}
	tp_evals_free(evals);
}

static void check_written(const struct tracing *t)
{
	struct buf out = { 0 };
	struct tracing again;
	struct err err;

	tracing_write(&out, t);
	if (tracing_parse(&again, out.data, out.len, "written", 0, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	if (again.nr_formats != t->nr_formats || again.long_size != t->long_size ||
	    again.page_size != t->page_size || again.header_page_len != t->header_page_len)
		abort();
	for (uint32_t i = 0; i < t->nr_formats; i++)
		if (strcmp(again.formats[i].system, t->formats[i].system) ||
		    again.formats[i].text_len != t->formats[i].text_len ||
		    memcmp(again.formats[i].text, t->formats[i].text, t->formats[i].text_len))
			abort();
	tracing_release(&again);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *section = malloc(size ? size : 1);
	struct tp_table table;
	struct tracing t;
	struct err err;

	if (!section)
		abort();
	memcpy(section, data, size);
	if (!tracing_parse(&t, section, size, "fuzz", 0, &err)) {
		check_written(&t);
		if (!tp_table_init(&table, &t, "fuzz", &err)) {
			check_table(&table);
			tp_table_release(&table);
		}
		tracing_release(&t);
	}
	free(section);
	return 0;
}

/* ---- seeds ---- */

static void seed_version(const char *dir, char minor, bool big)
{
	struct buf section = { 0 };
	char name[16];

	rb_tracing(&section);
	section.data[12] = minor;
	section.data[14] = big;
	snprintf(name, sizeof(name), "tracing-%c%d", minor, big);
	fuzz_seed(dir, name, section.data, section.len, "", 0);
	buf_release(&section);
}

static void tracing_seeds(const char *dir)
{
	seed_version(dir, '6', false);
	seed_version(dir, '5', false);
	seed_version(dir, '6', true);
}
