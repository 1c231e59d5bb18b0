#include "tests/unit/unit.h"

#include "common/dir.h"
#include "tests/unit/dirbuild.h"
#include "tests/unit/walk.h"

#include <errno.h>

/* A directory whose `data` has @nr samples of 112 bytes. */
static void begin(struct db_dir *d, uint32_t nr, uint64_t version)
{
	memset(d, 0, sizeof(*d));
	rb_raw_syscalls(&d->b);
	for (uint32_t i = 0; i < nr; i++)
		rb_enter(&d->b, &(struct rb_values){ .tid = 7, .time = 1000 + i }, i);
	db_begin(d, version);
}

/* A part with @nr of them. */
static void add_part(struct db_dir *d, const char *name, uint32_t nr)
{
	struct rb_file b = { 0 };

	rb_raw_syscalls(&b);
	for (uint32_t i = 0; i < nr; i++)
		rb_enter(&b, &(struct rb_values){ .tid = 8, .time = 2000 + i }, i);
	db_write(d, name, b.data.data, b.data.len);
	rb_release(&b);
}

/* What comes out: so many records, no error. */
static void assert_reads(struct db_dir *d, size_t nr)
{
	struct walk w;

	walk_path(&w, d->path);
	if (w.rc)
		fail_test("%s", w.err.text);
	assert_int_equal(w.nr, nr);
	assert_false(w.unaligned);
	walk_release(&w);
}

/* So many records, and then an error that names @part. */
static void assert_damaged(struct db_dir *d, size_t nr, const char *part, enum err_code code,
			   const char *text)
{
	char name[600];
	struct walk w;

	walk_path(&w, d->path);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, code);
	snprintf(name, sizeof(name), "%s/%s: %s", d->path, part, text);
	assert_contains(w.err.text, name);
	assert_int_equal(w.nr, nr);
	walk_release(&w);
}

static void assert_refused(struct db_dir *d, enum err_code code, const char *text)
{
	struct err err = { 0 };
	struct perf_file f;

	assert_int_equal(file_open(&f, d->path, &err), -1);
	assert_int_equal(err.code, code);
	assert_contains(err.text, text);
	assert_contains(err.text, d->path);
}

static void test_dir_gives_the_records_of_all_parts(void **state)
{
	struct db_dir d;

	(void)state;
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	add_part(&d, "data.1", 30000); /* more than a reader reads at once, and with threads */
	add_part(&d, "data.zzz", 1);
	assert_reads(&d, 30031);
	db_end(&d);
}

static void test_dir_passes_over_what_is_no_part(void **state)
{
	struct db_dir d;
	char path[512];

	(void)state;
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	add_part(&d, "data", 0); /* for its name: written anew below */
	db_write(&d, "data", d.b.out.data, d.b.out.len);
	db_write(&d, "data.empty", "", 0);
	add_part(&d, "xdata.1", 1);
	add_part(&d, "dat", 1);
	add_part(&d, "data-1", 1);
	snprintf(path, sizeof(path), "%s/data.fifo", d.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/data.folder", d.path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_reads(&d, 30);
	db_end(&d);
}

static void test_dir_takes_any_name(void **state)
{
	struct db_dir d;
	char name[256];

	(void)state;
	begin(&d, 10, 1);
	memset(name, 'x', 255);
	memcpy(name, "data.", 5);
	name[255] = 0;
	add_part(&d, name, 2);
	add_part(&d, "data.", 3);
	add_part(&d, "data.\n\033[1m %s\xff", 4);
	assert_reads(&d, 19);
	db_end(&d);
}

/* --kcore: the directory holds other files than records. */
static void test_dir_of_one_file_is_that_file(void **state)
{
	struct perf_file f;
	struct err err = { 0 };
	struct db_dir d;

	(void)state;
	begin(&d, 10, 0);
	add_part(&d, "data.0", 20);
	assert_reads(&d, 10);
	assert_int_equal(file_open(&f, d.path, &err), 0);
	assert_false(dir_has_parts(&f));
	file_close(&f);
	db_end(&d);
	memset(&d, 0, sizeof(d));
	rb_raw_syscalls(&d.b);
	rb_enter(&d.b, &(struct rb_values){ .tid = 7, .time = 1 }, 0);
	db_make(&d);
	rb_finish(&d.b); /* without DIR_FORMAT */
	db_write(&d, "data", d.b.out.data, d.b.out.len);
	add_part(&d, "data.0", 20);
	assert_reads(&d, 1);
	db_end(&d);
}

static void test_dir_of_a_killed_recorder_has_parts(void **state)
{
	struct perf_file f;
	struct err err = { 0 };
	struct db_dir d;
	uint64_t none = 0;

	(void)state;
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	/* As perf leaves it: flags are set, data.size is 0, and there is no table. */
	memcpy(d.b.out.data + 48, &none, 8);
	db_write(&d, "data", d.b.out.data, d.b.header.data.offset + d.b.data.len);
	assert_reads(&d, 30);
	assert_int_equal(file_open(&f, d.path, &err), 0);
	assert_true(dir_has_parts(&f));
	assert_true(f.unfinished);
	assert_string_equal(f.path, d.path);
	file_close(&f);
	db_end(&d);
}

static void test_dir_without_data_is_refused(void **state)
{
	struct db_dir d = { 0 };

	(void)state;
	db_make(&d);
	assert_refused(&d, ERR_SYS, "is a directory without a file data");
	add_part(&d, "data.0", 20);
	assert_refused(&d, ERR_SYS, "is a directory without a file data");
	db_write(&d, "data", "", 0);
	assert_refused(&d, ERR_DATA, "data: is empty");
	db_write(&d, "data", "hello", 5);
	assert_refused(&d, ERR_DATA, "data: is not a perf.data file");
	db_end(&d);
}

static void test_dir_follows_no_link(void **state)
{
	char path[512], to[512];
	struct db_dir d, e = { 0 };

	(void)state;
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	snprintf(to, sizeof(to), "%s/data.0", d.path);
	snprintf(path, sizeof(path), "%s/data.1", d.path);
	assert_int_equal(symlink(to, path), 0);
	assert_damaged(&d, 30, "data.1", ERR_DATA, "is a link, which is not followed");
	db_make(&e);
	snprintf(to, sizeof(to), "%s/data", d.path);
	snprintf(path, sizeof(path), "%s/data", e.path);
	assert_int_equal(symlink(to, path), 0);
	assert_refused(&e, ERR_DATA, "data: is a link");
	db_end(&e);
	assert_int_equal(mkfifo(path, 0600), -1); /* the directory is gone */
	db_make(&e);
	snprintf(path, sizeof(path), "%s/data", e.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(&e, ERR_DATA, "is no regular file");
	db_end(&e);
	db_end(&d);
}

/* A file that becomes something else behind our back. */
static void test_dir_checks_again_when_it_opens(void **state)
{
	struct err err = { 0 };
	struct perf_file f;
	struct db_dir d;
	struct reader r;
	struct block *b;
	char path[512];
	int rc, nr = 0;

	(void)state;
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	assert_int_equal(file_open(&f, d.path, &err), 0);
	snprintf(path, sizeof(path), "%s/data.0", d.path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(reader_open(&r, &f, &err), 0);
	while ((rc = reader_next(&r, &b, &err)) > 0)
		while (block_next(b))
			nr++;
	assert_int_equal(rc, -1);
	assert_int_equal(nr, 10);
	assert_contains(err.text, "data.0: is no regular file");
	/* It stays at its end. */
	err = (struct err){ 0 };
	assert_int_equal(reader_next(&r, &b, &err), -1);
	assert_contains(err.text, "data.0: is no regular file");
	reader_close(&r);
	file_close(&f);
	db_end(&d);
}

static void test_dir_damage_ends_only_its_part(void **state)
{
	struct db_dir d;
	struct buf part = { 0 };

	(void)state;
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	rb_filler(&part, PERF_RECORD_SAMPLE, 112);
	buf_add(&part, "\x09\0\0\0\0\0\x03\0", 8);
	db_write(&d, "data.1", part.data, part.len);
	assert_damaged(&d, 31, "data.1", ERR_DATA, "offset 0x70: record of type 9 has size 3");
	db_write(&d, "data.1", part.data, part.len - 3);
	assert_damaged(&d, 31, "data.1", ERR_TRUNC, "offset 0x70: the data ends inside a record");
	buf_release(&part);
	db_end(&d);
}

static void test_dir_has_a_limit_of_parts(void **state)
{
	struct db_dir d;
	struct walk w;
	char name[32];

	(void)state;
	begin(&d, 1, 1);
	for (uint32_t i = 1; i < DIR_PARTS_MAX; i++) {
		snprintf(name, sizeof(name), "data.%u", i);
		db_write(&d, name, "x", 1);
	}
	walk_once(&w, d.path, false);
	assert_true(w.opened);
	assert_int_equal(w.nr, 1);
	assert_contains(w.err.text, "the data ends inside a record");
	walk_release(&w);
	db_write(&d, "data.more", "x", 1);
	assert_refused(&d, ERR_DATA, "has more than 4096 files data.*");
	db_end(&d);
}

static void test_dir_leaves_no_descriptor_behind(void **state)
{
	int before = dup(0), after;
	struct db_dir d;

	(void)state;
	close(before);
	begin(&d, 10, 1);
	add_part(&d, "data.0", 20);
	assert_reads(&d, 30);
	db_write(&d, "data", "hello", 5);
	assert_refused(&d, ERR_DATA, "is not a perf.data file");
	db_end(&d);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dir_gives_the_records_of_all_parts),
		cmocka_unit_test(test_dir_passes_over_what_is_no_part),
		cmocka_unit_test(test_dir_takes_any_name),
		cmocka_unit_test(test_dir_of_one_file_is_that_file),
		cmocka_unit_test(test_dir_of_a_killed_recorder_has_parts),
		cmocka_unit_test(test_dir_without_data_is_refused),
		cmocka_unit_test(test_dir_follows_no_link),
		cmocka_unit_test(test_dir_checks_again_when_it_opens),
		cmocka_unit_test(test_dir_damage_ends_only_its_part),
		cmocka_unit_test(test_dir_has_a_limit_of_parts),
		cmocka_unit_test(test_dir_leaves_no_descriptor_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
