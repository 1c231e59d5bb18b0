/*
 * test_tracepoint_oracle.c - our parser of formats beside libtraceevent, on all that this kernel
 * can trace.
 *
 * libtraceevent is the field's reference, and perf's. These texts come from the kernel, so it may
 * see them.
 */
#include "tests/unit/unit.h"

#include "common/tracefs.h"
#include "common/tracepoint.h"

#include <event-parse.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

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

#define FORMATS_MAX 16384 /* of a file; see tracing.c */

static const struct {
	unsigned long theirs;
	uint32_t ours;
} flags[] = {
	{ TEP_FIELD_IS_SIGNED, TP_SIGNED },	{ TEP_FIELD_IS_ARRAY, TP_ARRAY },
	{ TEP_FIELD_IS_STRING, TP_STRING },	{ TEP_FIELD_IS_DYNAMIC, TP_DYNAMIC },
	{ TEP_FIELD_IS_RELATIVE, TP_RELATIVE }, { TEP_FIELD_IS_POINTER, TP_POINTER },
	{ TEP_FIELD_IS_LONG, TP_LONG },		{ TEP_FIELD_IS_FLAG, TP_FLAGS },
	{ TEP_FIELD_IS_SYMBOLIC, TP_SYMBOLIC },
};

/* All formats of the machine, as a TRACING_DATA section would give them. */
struct formats {
	struct tracing tracing;
	glob_t paths;
};

static char *system_of(const char *path)
{
	const char *end = strrchr(path, '/'), *at;

	while (*--end != '/')
		;
	for (at = end; at[-1] != '/'; at--)
		;
	return strndup(at, end - at);
}

static int read_formats(struct formats *f)
{
	struct err err = { 0 };
	char pattern[512];
	const char *dir;

	if (tracefs_find(&dir, &err))
		return -1;
	snprintf(pattern, sizeof(pattern), "%s/events/*/*/format", dir);
	if (glob(pattern, 0, NULL, &f->paths))
		return -1;
	f->tracing.formats = calloc(f->paths.gl_pathc, sizeof(*f->tracing.formats));
	for (size_t i = 0; i < f->paths.gl_pathc && i < FORMATS_MAX; i++) {
		struct tracing_format *format = &f->tracing.formats[f->tracing.nr_formats];
		size_t len;
		char *text = tracefs_slurp(f->paths.gl_pathv[i] + strlen(dir) + 1, &len, &err);

		/* The formats of ftrace's own records are never in a perf.data file. */
		if (!text || strstr(f->paths.gl_pathv[i], "/ftrace/")) {
			free(text);
			continue;
		}
		format->system = system_of(f->paths.gl_pathv[i]);
		format->text = text;
		format->text_len = len;
		f->tracing.nr_formats++;
	}
	return 0;
}

static void release_formats(struct formats *f)
{
	for (uint32_t i = 0; i < f->tracing.nr_formats; i++) {
		free((char *)f->tracing.formats[i].system);
		free((char *)f->tracing.formats[i].text);
	}
	free(f->tracing.formats);
	globfree(&f->paths);
}

/* Compares one field; @marks: also how the print fmt shows it. Returns what differs, or NULL. */
static const char *compare_field(const struct tp_field *ours, const struct tep_format_field *theirs,
				 bool marks)
{
	if (strcmp(ours->name, theirs->name))
		return "name";
	if (ours->offset != (uint32_t)theirs->offset || ours->size != (uint32_t)theirs->size)
		return "place";
	/* A "__data_loc cpumask_t" is no array to perf 6.1, which is followed, but to the library. */
	if (ours->elem_size != theirs->elementsize && ours->flags & TP_ARRAY)
		return "size of an element";
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		bool mark = flags[i].ours & (TP_FLAGS | TP_SYMBOLIC);

		if ((!mark || marks) &&
		    !(ours->flags & flags[i].ours) != !(theirs->flags & flags[i].theirs))
			return "flags";
	}
	return NULL;
}

static void compare(const struct tp_format *ours, struct tep_event *theirs)
{
	const struct tep_format_field *field = theirs->format.fields;
	/* Where libtraceevent gave up, ours may have gone on. */
	bool marks = !(theirs->flags & TEP_EVENT_FL_FAILED);

	assert_string_equal(ours->name, theirs->name);
	assert_int_equal(ours->nr_common, theirs->format.nr_common);
	assert_int_equal(ours->nr_fields, theirs->format.nr_fields);
	for (uint32_t i = 0; i < ours->nr_fields; i++, field = field->next) {
		const char *what = compare_field(&ours->fields[i], field, marks);

		if (what)
			fail_test("%s:%s field %s: %s differs", ours->system, ours->name,
				  field->name, what);
	}
}

static void test_tracepoint_agrees_with_libtraceevent_on_every_format_of_the_kernel(void **state)
{
	struct formats f = { 0 };
	struct tp_table table;
	struct err err = { 0 };
	struct tep_handle *tep = tep_alloc();

	(void)state;
	if (read_formats(&f)) {
		print_message("SKIP: tracefs cannot be read here\n");
		skip();
	}
	assert_true(f.tracing.nr_formats > 500);
	assert_int_equal(tp_table_init(&table, &f.tracing, "kernel", &err), 0);
	tep_set_loglevel(TEP_LOG_NONE);
	for (uint32_t i = 0; i < f.tracing.nr_formats; i++) {
		const struct tracing_format *format = &f.tracing.formats[i];

		tep_parse_event(tep, format->text, format->text_len, format->system);
	}
	for (uint32_t i = 0; i < table.nr; i++) {
		struct tep_event *theirs = tep_find_event(tep, table.formats[i].id);

		assert_non_null(theirs);
		compare(&table.formats[i], theirs);
	}
	tp_table_release(&table);
	tep_free(tep);
	release_formats(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_tracepoint_agrees_with_libtraceevent_on_every_format_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
