#include "tests/unit/unit.h"

#include "common/optparse.h"

#include <stdlib.h>

struct opts {
	bool all, quiet, verbose_errors;
	int verbose;
	const char *output, *only_long, *zip;
	struct opt_words events;
};

enum { MODE_A = 1, MODE_B = 2 };

#define AT(field) offsetof(struct opts, field)

static const struct opt table[] = {
	{ 'a', "all-cpus", OPT_FLAG, NULL, AT(all), "record all CPUs", 0 },
	{ 'e', "event", OPT_WORDS, "EVENT", AT(events), "an event to record", 0 },
	{ 'o', "output", OPT_WORD, "FILE", AT(output),
	  "write to FILE, which is a rather long story that does not fit into one line of eighty "
	  "columns, let alone half of one",
	  MODE_A },
	{ 0, "only-long", OPT_WORD, "WORD", AT(only_long), "has no letter", MODE_B },
	{ 'q', NULL, OPT_FLAG, NULL, AT(quiet), "has no name", MODE_B },
	{ 'v', "verbose", OPT_COUNT, NULL, AT(verbose), "say more", 0 },
	{ 0, "verbose-errors", OPT_FLAG, NULL, AT(verbose_errors), "begins as another does", 0 },
	{ 'z', "zip", OPT_MAYBE, "LEVEL", AT(zip), "has a value or not", 0 },
	{ .type = OPT_END },
};

#define ROWS (ARRAY_LEN(table) - 1)

/* A parsed command line; words as they are in argv afterwards. */
struct line {
	struct opts opts;
	struct err err;
	char *argv[16];
	int nr_words;
	bool set[ROWS];
};

/* @words: separated by blanks; "''" is an empty word. */
static int parse(struct line *l, int flags, const char *words)
{
	static char text[256];
	int argc = 1;

	memset(l, 0, sizeof(*l));
	l->nr_words = -1;
	l->argv[0] = (char *)"prog";
	strcpy(text, words);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		l->argv[argc++] = strcmp(word, "''") ? word : (char *)"";
	return opt_parse(table, &l->opts, argc, l->argv, flags, &l->nr_words, l->set, &l->err);
}

static void parse_ok(struct line *l, int flags, const char *words)
{
	if (parse(l, flags, words))
		fail_test("\"%s\": %s", words, l->err.text);
}

static void refuses(const char *words, const char *message_part)
{
	struct line l;

	assert_int_equal(parse(&l, OPT_PERMUTE, words), -1);
	assert_int_equal(l.err.code, ERR_USAGE);
	assert_contains(l.err.text, message_part);
	free(l.opts.events.at);
}

static void test_optparse_takes_every_form_of_a_value(void **state)
{
	static const char *const forms[] = { "-o FILE",	      "-oFILE",	    "--output FILE",
					     "--output=FILE", "--out FILE", "--outp=FILE",
					     "-aoFILE",	      "-ao FILE" };
	struct line l;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		parse_ok(&l, 0, forms[i]);
		assert_string_equal(l.opts.output, "FILE");
		assert_int_equal(l.nr_words, 0);
		assert_true(l.set[2]);
	}
}

static void test_optparse_takes_letters_together(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-vavqv");
	assert_true(l.opts.all);
	assert_true(l.opts.quiet);
	assert_int_equal(l.opts.verbose, 3);
}

static void test_optparse_keeps_every_word_of_a_repeated_option(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-e one --event=two -ethree --ev four");
	assert_int_equal(l.opts.events.nr, 4);
	assert_string_equal(l.opts.events.at[0].word, "one");
	assert_string_equal(l.opts.events.at[1].word, "two");
	assert_string_equal(l.opts.events.at[2].word, "three");
	assert_string_equal(l.opts.events.at[3].word, "four");
	free(l.opts.events.at);
}

static void test_optparse_last_word_wins(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-o one -o two");
	assert_string_equal(l.opts.output, "two");
}

static void test_optparse_takes_values_that_look_like_options(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-o - --only-long --all-cpus");
	assert_string_equal(l.opts.output, "-");
	assert_string_equal(l.opts.only_long, "--all-cpus");
	assert_false(l.opts.all);
	parse_ok(&l, 0, "-o -- word");
	assert_string_equal(l.opts.output, "--");
	assert_int_equal(l.nr_words, 1);
	parse_ok(&l, 0, "--output=a=b");
	assert_string_equal(l.opts.output, "a=b");
}

static void test_optparse_takes_empty_values(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-o ''");
	assert_string_equal(l.opts.output, "");
	parse_ok(&l, 0, "--output=");
	assert_string_equal(l.opts.output, "");
}

static void assert_words(const struct line *l, const char *const *words, int nr)
{
	assert_int_equal(l->nr_words, nr);
	for (int i = 0; i < nr; i++)
		assert_string_equal(l->argv[1 + i], words[i]);
	assert_null(l->argv[1 + nr]);
}

static void test_optparse_takes_a_value_that_may_be_there_only_from_the_same_word(void **state)
{
	static const struct {
		const char *words, *value;
		int nr_words;
	} cases[] = {
		{ "--zip", "", 0 },    { "--zip=3", "3", 0 }, { "--zip=", "", 0 },
		{ "--zip 3", "", 1 },  { "-z", "", 0 },	      { "-z3", "3", 0 },
		{ "-z 3", "", 1 },     { "-az3", "3", 0 },    { "-z -a", "", 0 },
		{ "--zip -a", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct line l;

		parse_ok(&l, 0, cases[i].words);
		assert_string_equal(l.opts.zip, cases[i].value);
		assert_int_equal(l.nr_words, cases[i].nr_words);
	}
}

static void test_optparse_first_word_ends_options(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-a ls -v --nonsense -- -q");
	assert_true(l.opts.all);
	assert_int_equal(l.opts.verbose, 0);
	assert_words(&l, (const char *[]){ "ls", "-v", "--nonsense", "--", "-q" }, 5);
}

static void test_optparse_permutes_when_asked(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, OPT_PERMUTE, "one -a two -o FILE - three -v -- -q four");
	assert_true(l.opts.all);
	assert_int_equal(l.opts.verbose, 1);
	assert_false(l.opts.quiet);
	assert_string_equal(l.opts.output, "FILE");
	assert_words(&l, (const char *[]){ "one", "two", "-", "three", "-q", "four" }, 6);
}

static void test_optparse_two_dashes_end_options(void **state)
{
	struct line l;

	(void)state;
	for (int flags = 0; flags <= OPT_PERMUTE; flags++) {
		parse_ok(&l, flags, "-a -- -v --");
		assert_int_equal(l.opts.verbose, 0);
		assert_words(&l, (const char *[]){ "-v", "--" }, 2);
	}
}

static void test_optparse_takes_an_empty_command_line(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "");
	assert_int_equal(l.nr_words, 0);
	for (size_t i = 0; i < ROWS; i++)
		assert_false(l.set[i]);
}

static void test_optparse_set_tells_what_was_met(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-q --verbose");
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(l.set[i], i == 4 || i == 5);
}

static void test_optparse_does_without_set(void **state)
{
	char *argv[] = { (char *)"prog", (char *)"-a", NULL };
	struct opts opts = { 0 };
	struct err err;
	int nr;

	(void)state;
	assert_int_equal(opt_parse(table, &opts, 2, argv, 0, &nr, NULL, &err), 0);
	assert_true(opts.all);
}

static void test_optparse_refuses_unknown_options_with_near_names(void **state)
{
	(void)state;
	refuses("--verbos3", "--verbose");
	refuses("--outptu x", "--output");
	refuses("--zzzzzzzz", "--zzzzzzzz");
	refuses("-a -x", "-x");
	refuses("-ax", "-x");
	refuses("---", "-");
	refuses("--=x", "unknown");
}

static void test_optparse_takes_a_whole_name_that_others_begin_with(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "--verbose");
	assert_int_equal(l.opts.verbose, 1);
	assert_false(l.opts.verbose_errors);
	parse_ok(&l, 0, "--verbose-");
	assert_true(l.opts.verbose_errors);
}

static void test_optparse_refuses_ambiguous_beginnings(void **state)
{
	(void)state;
	refuses("--o x", "--output");
	refuses("--o x", "--only-long");
}

static void test_optparse_refuses_missing_values(void **state)
{
	(void)state;
	refuses("-o", "FILE");
	refuses("-ao", "-o");
	refuses("--output", "FILE");
	refuses("-e", "EVENT");
}

static void test_optparse_refuses_a_value_for_a_flag(void **state)
{
	(void)state;
	refuses("--all-cpus=yes", "--all-cpus");
	refuses("--verbose=3", "--verbose");
}

static void test_optparse_check_mode_refuses_options_of_others(void **state)
{
	struct line l;

	(void)state;
	parse_ok(&l, 0, "-a -o FILE");
	assert_int_equal(opt_check_mode(table, l.set, MODE_A, "mode a", &l.err), 0);
	assert_int_equal(opt_check_mode(table, l.set, MODE_B, "mode b", &l.err), -1);
	assert_int_equal(l.err.code, ERR_USAGE);
	assert_contains(l.err.text, "--output");
	assert_contains(l.err.text, "mode b");
	parse_ok(&l, 0, "-q");
	assert_int_equal(opt_check_mode(table, l.set, MODE_A, "mode a", &l.err), -1);
	assert_contains(l.err.text, "-q");
}

/* What @print writes, NUL-terminated; to be freed. */
static char *printed(void (*print)(const struct opt *, FILE *))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	print(table, out);
	fclose(out);
	return text;
}

static void help_of_all(const struct opt *all, FILE *out)
{
	opt_help(all, 0, out);
}

static void test_optparse_help_is_at_most_79_columns_wide(void **state)
{
	char *text = printed(help_of_all);

	(void)state;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (strlen(line) > 79)
			fail_test("too wide: \"%s\"", line);
		assert_null(strchr(line, '\t'));
		assert_int_not_equal(line[strlen(line) - 1], ' ');
	}
	free(text);
}

static void test_optparse_help_has_every_option_and_every_word(void **state)
{
	static const char *const parts[] = { "-a, --all-cpus",
					     "record all CPUs",
					     "-o, --output FILE",
					     "--only-long WORD",
					     "-z, --zip[=LEVEL]",
					     "-q",
					     "half",
					     "eighty",
					     "alone",
					     "-e, --event EVENT" };
	char *text = printed(help_of_all);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_contains(text, parts[i]);
	free(text);
}

static void test_optparse_help_of_a_mode_has_its_options_and_those_of_all(void **state)
{
	static const struct opt modes[] = {
		{ 0, "first", OPT_FLAG, NULL, 0, "of one", 1 },
		{ 0, "second", OPT_FLAG, NULL, 0, "of the other", 2 },
		{ 0, "both", OPT_FLAG, NULL, 0, "of both", 3 },
		{ 0, "any", OPT_FLAG, NULL, 0, "of all", 0 },
		{ .type = OPT_END },
	};
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	opt_help(modes, 2, out);
	fclose(out);
	assert_null(strstr(text, "--first"));
	assert_contains(text, "--second");
	assert_contains(text, "--both");
	assert_contains(text, "--any");
}

static void test_optparse_dump_is_a_list_for_mdoc(void **state)
{
	char *text = printed(opt_dump);

	(void)state;
	assert_contains(text, ".It Fl a , Fl \\-all-cpus\n");
	assert_contains(text, ".It Fl e , Fl \\-event Ar EVENT\n");
	assert_contains(text, ".It Fl \\-only-long Ar WORD\n");
	assert_contains(text, ".It Fl z , Fl \\-zip Ns Op = Ns Ar LEVEL\n");
	assert_contains(text, ".It Fl q\n");
	assert_contains(text, "Record all CPUs.\n");
	free(text);
}

static void test_parse_size_takes_numbers_with_a_letter(void **state)
{
	static const struct {
		const char *text;
		uint64_t unit, bytes;
	} cases[] = {
		{ "1", 1, 1 },
		{ "7", 4096, 28672 },
		{ "7B", 4096, 7 },
		{ "64K", 1, 65536 },
		{ "64k", 1, 65536 },
		{ "512M", 4096, 512ULL << 20 },
		{ "3G", 1, 3ULL << 30 },
		{ "3g", 1, 3ULL << 30 },
		{ "007", 1, 7 },
		{ "4611686018427387904", 1, 1ULL << 62 },
		{ "4294967296G", 1, 1ULL << 62 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t bytes = 0;

		assert_int_equal(parse_size(cases[i].text, cases[i].unit, &bytes), 0);
		assert_true(bytes == cases[i].bytes);
	}
}

static void test_parse_time_takes_seconds_and_their_parts(void **state)
{
	static const struct {
		const char *text;
		uint64_t unit, ns;
	} cases[] = {
		{ "2", 1000000000, 2000000000 },    { "2", 1000000, 2000000 },
		{ "1.5", 1000000000, 1500000000 },  { "1.5s", 1000000, 1500000000 },
		{ "200ms", 1000000000, 200000000 }, { "50us", 1000000000, 50000 },
		{ ".5", 1000000000, 500000000 },    { "0.25ms", 1, 250000 },
	};
	static const char *const wrong[] = {
		"",   "0",  "-1",  "x",	    "1e3",	     "0x10", "1 s",
		"1m", "1h", "nan", "inf",   "1.2.3",	     "ms",   "1sec",
		" 1", "+1", ".",   "0.0ms", "99999999999999"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t ns = 0;

		assert_int_equal(parse_time(cases[i].text, cases[i].unit, &ns), 0);
		assert_true(ns == cases[i].ns);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		uint64_t ns;

		if (!parse_time(wrong[i], 1000000000, &ns))
			fail_test("\"%s\" was understood", wrong[i]);
	}
}

static void test_parse_count_takes_a_number_above_0_and_nothing_else(void **state)
{
	static const char *const wrong[] = { "",  "0",	"-1",  "1K",
					     "x", " 1", "1.5", "99999999999999999999" };
	uint64_t count = 0;

	(void)state;
	assert_int_equal(parse_count("18446744073709551615", &count), 0);
	assert_true(count == UINT64_MAX);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (!parse_count(wrong[i], &count))
			fail_test("\"%s\" was understood", wrong[i]);
}

static void test_parse_size_refuses_what_it_does_not_understand_in_full(void **state)
{
	static const char *const texts[] = {
		"",
		"K",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1 K",
		"0",
		"0K",
		"1KB",
		"1T",
		"1.5M",
		"0x10",
		"1e3",
		"K1",
		"1MM",
		"12a",
		"1\n",
		"1\v",
		"\xb9",
		"1\"",
		"1-K",
		"1\xcb",
		"1\x0b",
		"4294967297G",
		"18446744073709551616",
		"99999999999999999999999",
		"4611686018427387905",
		"1\x02",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		uint64_t bytes = 4711;

		if (parse_size(texts[i], 1, &bytes) != -1)
			fail_test("\"%s\" was understood as %llu", texts[i],
				  (unsigned long long)bytes);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_optparse_takes_every_form_of_a_value),
		cmocka_unit_test(test_optparse_takes_letters_together),
		cmocka_unit_test(test_optparse_keeps_every_word_of_a_repeated_option),
		cmocka_unit_test(test_optparse_last_word_wins),
		cmocka_unit_test(test_optparse_takes_values_that_look_like_options),
		cmocka_unit_test(test_optparse_takes_empty_values),
		cmocka_unit_test(
			test_optparse_takes_a_value_that_may_be_there_only_from_the_same_word),
		cmocka_unit_test(test_optparse_first_word_ends_options),
		cmocka_unit_test(test_optparse_permutes_when_asked),
		cmocka_unit_test(test_optparse_two_dashes_end_options),
		cmocka_unit_test(test_optparse_takes_an_empty_command_line),
		cmocka_unit_test(test_optparse_set_tells_what_was_met),
		cmocka_unit_test(test_optparse_does_without_set),
		cmocka_unit_test(test_optparse_refuses_unknown_options_with_near_names),
		cmocka_unit_test(test_optparse_takes_a_whole_name_that_others_begin_with),
		cmocka_unit_test(test_optparse_refuses_ambiguous_beginnings),
		cmocka_unit_test(test_optparse_refuses_missing_values),
		cmocka_unit_test(test_optparse_refuses_a_value_for_a_flag),
		cmocka_unit_test(test_optparse_check_mode_refuses_options_of_others),
		cmocka_unit_test(test_optparse_help_is_at_most_79_columns_wide),
		cmocka_unit_test(test_optparse_help_has_every_option_and_every_word),
		cmocka_unit_test(test_optparse_help_of_a_mode_has_its_options_and_those_of_all),
		cmocka_unit_test(test_optparse_dump_is_a_list_for_mdoc),
		cmocka_unit_test(test_parse_size_takes_numbers_with_a_letter),
		cmocka_unit_test(test_parse_size_refuses_what_it_does_not_understand_in_full),
		cmocka_unit_test(test_parse_time_takes_seconds_and_their_parts),
		cmocka_unit_test(test_parse_count_takes_a_number_above_0_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
