/*
 * fuzz_print.c - any text as a print fmt, with any raw bytes: the text of a sample. The input is the
 * print fmt, a NUL, the raw bytes. It is printed twice, the second time from a copy that ends where
 * the bytes end, and must be the same but for what a format remembers.
 */
#include "common/tpeval.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fields[] =
	"name: ev\nID: 7\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:u64 b;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:const char * p;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:char comm[8];\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long args[2];\toffset:40;\tsize:16;\tsigned:0;\n"
	"\tfield:u8 mac[6];\toffset:56;\tsize:6;\tsigned:0;\n"
	"\tfield:u8 ip[4];\toffset:62;\tsize:4;\tsigned:0;\n"
	"\tfield:u8 id[16];\toffset:66;\tsize:16;\tsigned:0;\n"
	"\tfield:u8 sa[28];\toffset:82;\tsize:28;\tsigned:0;\n"
	"\tfield:__data_loc char[] name;\toffset:112;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc u32[] list;\toffset:116;\tsize:4;\tsigned:0;\n"
	"\tfield:__rel_loc unsigned long[] mask;\toffset:120;\tsize:4;\tsigned:0;\n"
	"\tfield:char rest[];\toffset:124;\tsize:0;\tsigned:0;\n\nprint fmt: ";

static const char *const seeds[] = {
	"\"%d %-5u %#lx %08llx %s\", REC->a, REC->a, REC->b, REC->b, REC->comm",
	"\"%s %.*s %*d\", __get_str(name), 3, REC->comm, REC->a, REC->a",
	"\"%s\", __print_flags(REC->a & 7, \"|\", { 1, \"A\" }, { 1 << 1, \"B\" })",
	"\"%s\", __print_symbolic(REC->a, { -1, \"x\" }, { (1 | 2), \"y\" })",
	"\"%s %s\", __print_hex(__get_dynamic_array(list), __get_dynamic_array_len(list)), "
	"__print_array(REC->args, 2, 8)",
	"\"%pM %pI4 %pI6c %pISpc %pUL %*phC %pS\", REC->mac, REC->ip, REC->id, REC->sa, REC->id, "
	"3, "
	"__get_dynamic_array(list), REC->b",
	"\"%s %s\", REC->a ? \"yes\" : REC->p, __get_rel_bitmask(mask)",
	"\"%d\", ((u8 *)REC->args)[1] * (REC->a - 2) / !REC->b % ~1 ^ 4 ? 1 : 2 >= 3 || 4 && 5",
	"bad, __get_cpumask(x)",
};

/* With SEEDS=DIR in the environment: write the inputs to start from into DIR, and end. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dir = getenv("SEEDS");

	(void)argc;
	(void)argv;
	for (size_t i = 0; dir && i < ARRAY_SIZE(seeds); i++) {
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/print%zu", dir, i);
		file = fopen(path, "w");
		if (!file)
			abort();
		fwrite(seeds[i], 1, strlen(seeds[i]) + 1, file);
		for (unsigned char c = 0; c < 200; c++)
			fputc(c, file);
		fclose(file);
	}
	if (dir)
		exit(0);
	return 0;
}

static size_t print(struct tp_eval *e, const uint8_t *raw, size_t size, char *buf)
{
	struct text text = { buf, buf, buf + TPEVAL_TEXT_MAX + 100 };
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, raw, size);
	tp_eval_print(e, copy, size, &text);
	free(copy);
	if (text.at - text.start > TPEVAL_TEXT_MAX)
		abort();
	return text.at - text.start;
}

static void run(const struct tp_table *table, const uint8_t *raw, size_t size)
{
	static char first[TPEVAL_TEXT_MAX + 100], second[TPEVAL_TEXT_MAX + 100];
	struct tp_evals *evals = tp_evals_new(table);
	struct tp_eval *e = evals ? tp_evals_get(evals, &table->formats[0]) : NULL;
	size_t len;

	if (!e)
		abort();
	print(e, raw, size, first); /* a field may have been found to be no text */
	len = print(e, raw, size, first);
	if (len != print(e, raw, size, second) || memcmp(first, second, len))
		abort();
	tp_evals_free(evals);
}

static void run_input(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, 0, size), *raw = nul ? nul + 1 : data + size;
	size_t len = nul ? (size_t)(nul - data) : size, room = sizeof(fields) + len + 1;
	char *text = malloc(room);
	struct tracing_format f = { "sys", text, room - 1 };
	const struct tracing t = { .long_size = 8, .formats = &f, .nr_formats = 1 };
	struct tp_table table;

	memcpy(text, fields, sizeof(fields) - 1);
	memcpy(text + sizeof(fields) - 1, data, len);
	text[room - 2] = '\n';
	if (!tp_table_init(&table, &t, "fuzz", NULL)) {
		run(&table, raw, data + size - raw);
		tp_table_release(&table);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		run_input(data, size);
	return 0;
}
