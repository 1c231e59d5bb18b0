/*
 * test_tpeval_oracle.c - our text beside libtraceevent's, for every tracepoint of this kernel, with
 * random raw bytes.
 *
 * The library is a later version than the one in perf 6.1, which ours follows (print_formats.sh
 * compares with that): it understands more, and prints some things in another way. These
 * formats are told by what is in their text, and must be few.
 */
#include "tests/unit/unit.h"

#include "common/tpeval.h"
#include "common/tracefs.h"

#include <event-parse.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <trace-seq.h>

/* libtraceevent 1.7.1 leaks where it cannot parse; that is its own, and only here. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libtraceevent.so";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

#define SAMPLES 8   /* of a format */
#define TAIL	512 /* bytes behind the fields */

/* What 1.7.1 does in another way than 1.1: names of helpers and what else is in a print fmt. */
static const char *const differ[] = {
	"sizeof(",
	"(void *) REC",
	"__get_cpumask(",
	"__get_rel_cpumask(",
	"__get_sockaddr(",
	"__print_array(",
	"(REC)",
	" ^ ",
	"'",
	"%z",
};

static bool may_differ(const char *text)
{
	const char *fmt = strstr(text, "print fmt:");

	for (size_t i = 0; i < ARRAY_LEN(differ); i++)
		if (fmt && strstr(fmt, differ[i]))
			return true;
	return false;
}

/* A length or a count comes out of a field. */
static bool counts(const char *text)
{
	const char *fmt = strstr(text, "print fmt:");

	return strstr(fmt, "__print_hex") || strstr(fmt, "*");
}

static uint64_t number(bool small)
{
	uint64_t v = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ rand();

	if (small)
		return v % 5;
	switch (rand() % 4) {
	case 0:
		return v;
	case 1:
		return 1ull << v % 64;
	case 2:
		return v % 200;
	default:
		return 0;
	}
}

static void fill_text(char *at, size_t len)
{
	size_t nr = len ? rand() % len : 0;

	for (size_t i = 0; i < len; i++)
		at[i] = i < nr ? 'a' + rand() % 26 : 0;
}

/* Random bytes that a reader who trusts them can read. Returns their number. */
static uint32_t fill(char *raw, const struct tp_format *tp, bool small)
{
	uint32_t end = tp_raw_need(tp), at = end;

	memset(raw, 0, end + TAIL);
	for (uint32_t i = 0; i < tp->nr_fields; i++) {
		const struct tp_field *f = &tp->fields[i];
		uint64_t v = number(small);
		uint32_t len = 8 * (1 + rand() % 2);

		if (f->flags & TP_DYNAMIC) {
			uint32_t base = f->flags & TP_RELATIVE ? f->offset + f->size : 0;
			uint32_t place = len << 16 | (at - base);

			fill_text(raw + at, len);
			memcpy(raw + f->offset, &place, 4);
			at += at + 2 * len < end + TAIL ? len : 0;
		} else if (f->flags & TP_STRING) {
			fill_text(raw + f->offset, f->size);
		} else {
			for (uint32_t b = 0; b < f->size; b += 8)
				memcpy(raw + f->offset + b, &v, MIN(f->size - b, 8));
		}
	}
	memcpy(raw, &tp->id, 2);
	return end + TAIL;
}

static void compare(struct tep_handle *tep, struct tp_eval *e, const struct tp_format *tp,
		    bool small)
{
	static char raw[65536 + TAIL], ours[TPEVAL_TEXT_MAX];

	for (int i = 0; i < SAMPLES; i++) {
		uint32_t size = fill(raw, tp, small);
		struct tep_record record = { .data = raw, .size = size };
		struct text text = { ours, ours, ours + sizeof(ours) - 1 };
		struct trace_seq theirs;

		trace_seq_init(&theirs);
		tep_print_event(tep, &theirs, &record, "%s", TEP_PRINT_INFO);
		trace_seq_terminate(&theirs);
		tp_eval_print(e, raw, size, &text);
		*text.at = 0;
		if (strcmp(ours, theirs.buffer))
			fail_test("%s:%s\nours   %s\ntheirs %s", tp->system, tp->name, ours,
				  theirs.buffer);
		trace_seq_destroy(&theirs);
	}
}

static char *slurp(const char *dir, const char *path, size_t *len)
{
	struct err err = { 0 };

	return tracefs_slurp(path + strlen(dir) + 1, len, &err);
}

/* One format. Returns whether it was compared. */
static bool check(const char *dir, const char *path)
{
	size_t len;
	char *text = slurp(dir, path, &len);
	struct tracing_format f = { "sys", text, len };
	struct tracing t = { .long_size = 8, .formats = &f, .nr_formats = 1 };
	struct tep_handle *tep = tep_alloc();
	struct tp_evals *evals;
	struct tp_table table;
	struct err err = { 0 };
	bool same = text && !may_differ(text);

	if (same) {
		tep_set_long_size(tep, 8);
		assert_int_equal(tp_table_init(&table, &t, "kernel", &err), 0);
		evals = tp_evals_new(&table);
		tep_parse_event(tep, text, len, "sys");
		compare(tep, tp_evals_get(evals, &table.formats[0]), &table.formats[0],
			counts(text));
		tp_evals_free(evals);
		tp_table_release(&table);
	}
	tep_free(tep);
	free(text);
	return same;
}

static void test_tpeval_prints_what_libtraceevent_prints_for_every_format(void **state)
{
	uint32_t nr = 0, nr_differ = 0;
	struct err err = { 0 };
	char pattern[512];
	const char *dir;
	glob_t paths;

	(void)state;
	if (tracefs_find(&dir, &err)) {
		print_message("SKIP: tracefs cannot be read here\n");
		skip();
	}
	snprintf(pattern, sizeof(pattern), "%s/events/*/*/format", dir);
	assert_int_equal(glob(pattern, 0, NULL, &paths), 0);
	tep_set_loglevel(TEP_LOG_NONE);
	srand(1);
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		if (strstr(paths.gl_pathv[i], "/ftrace/"))
			continue;
		if (check(dir, paths.gl_pathv[i]))
			nr++;
		else
			nr_differ++;
	}
	globfree(&paths);
	assert_true(nr > 500);
	assert_true(nr_differ < nr / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tpeval_prints_what_libtraceevent_prints_for_every_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
