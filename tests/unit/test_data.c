/* The recordings of tests/data: as they are, cut at every byte, and damaged all over. */
#include "tests/unit/unit.h"

#include "common/io.h"
#include "common/swap.h"
#include "tests/sanitized.h"
#include "tests/unit/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of the bytes that are changed, since it takes a while: the fuzzer does the rest. */
#if SANITIZED
#define STEP 15
#else
#define STEP 5
#endif

#define TWIN_STEP 7 /* of the sizes, and of the bytes above, for what is there in both orders */

/* What perf script -D says of a file. */
struct recording {
	const char *name;
	uint32_t nr_events, nr_samples, nr_comm, nr_exit, nr_mmap2, nr_rounds;
	bool compressed;
	const char *twin_of; /* the recording that it is a copy of, in the other byte order */
};

static const struct recording recordings[] = {
	{ "perf-one.data", 1, 29, 2, 1, 4, 1, false, NULL },
	{ "perf-two.data", 2, 58, 2, 1, 4, 1, false, NULL },
	{ "perf-z.data", 2, 58, 2, 1, 4, 1, true, NULL },
	{ "perf-pipe.data", 1, 29, 2, 1, 4, 1, false, NULL },
	{ "big-one-old.data", 1, 29, 2, 1, 4, 1, false, "perf-one.data" },
	{ "big-two.data", 2, 58, 2, 1, 4, 1, false, "perf-two.data" },
	{ "big-z.data", 2, 58, 2, 1, 4, 1, true, "perf-z.data" },
	{ "big-pipe.data", 1, 29, 2, 1, 4, 1, false, "perf-pipe.data" },
};

static const char *path_of(const char *name)
{
	static char path[4096];
	const char *dir = getenv("DATA"); /* tests/run.sh says where it is */

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : "tests/data", name);
	return path;
}

static uint32_t count(const struct walk *w, uint32_t type)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < w->nr; i++)
		nr += w->records[i].type == type;
	return nr;
}

static void test_data_has_the_records_that_perf_sees(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		const struct recording *r = &recordings[i];
		struct walk w;

		walk_path(&w, path_of(r->name));
		if (w.rc)
			fail_test("%s", w.err.text);
		assert_int_equal(count(&w, PERF_RECORD_SAMPLE), r->nr_samples);
		assert_int_equal(count(&w, PERF_RECORD_COMM), r->nr_comm);
		assert_int_equal(count(&w, PERF_RECORD_EXIT), r->nr_exit);
		assert_int_equal(count(&w, PERF_RECORD_MMAP2), r->nr_mmap2);
		assert_int_equal(count(&w, RECORD_FINISHED_ROUND), r->nr_rounds);
		assert_false(w.partial);
		walk_release(&w);
	}
}

/* Behind the reader nobody can tell which machine it was, down to the last byte. */
static void test_data_of_the_other_byte_order_has_the_same_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		struct walk ours, twin;

		if (!recordings[i].twin_of)
			continue;
		walk_path(&ours, path_of(recordings[i].twin_of));
		walk_path(&twin, path_of(recordings[i].name));
		assert_int_equal(twin.rc, 0);
		assert_int_equal(twin.bytes.len, ours.bytes.len);
		assert_memory_equal(twin.bytes.data, ours.bytes.data, ours.bytes.len);
		walk_release(&ours);
		walk_release(&twin);
	}
}

/* Every sample is decoded, belongs to its event, and has what a system call has. */
static void check_samples(const struct perf_file *f, const struct walk *w)
{
	uint64_t last_ns = 0;

	for (size_t i = 0; i < w->nr; i++) {
		const void *rec = w->bytes.data + w->records[i].at;
		const struct event *ev;
		struct sample s;
		int64_t nr;

		if (w->records[i].type != PERF_RECORD_SAMPLE)
			continue;
		ev = file_event(f, rec);
		assert_non_null(ev);
		assert_non_null(ev->tp);
		assert_int_equal(sample_parse(&s, &ev->layout, &ev->attr, rec), 0);
		assert_int_equal(s.raw_size, !strcmp(ev->tp->name, "sys_enter") ? 68 : 28);
		assert_int_equal(load_u16(s.raw), ev->attr.config); /* common_type */
		nr = tp_field_u64(tp_find_field(ev->tp, "id"), s.raw);
		assert_in_range(nr, 0, 500);
		assert_int_equal(s.pid, s.tid); /* true(1) has one thread */
		assert_int_equal(tp_field_u64(tp_find_field(ev->tp, "common_pid"), s.raw), s.tid);
		assert_true(s.time >= last_ns);
		last_ns = s.time;
	}
}

static void test_data_samples_are_system_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		const struct recording *r = &recordings[i];
		struct perf_file f;
		struct err err = { 0 };
		struct walk w = { 0 };

		assert_int_equal(file_open(&f, path_of(r->name), &err), 0);
		assert_int_equal(f.nr_events, r->nr_events);
		assert_string_equal(f.events[0].name, "raw_syscalls:sys_enter");
		assert_string_equal(f.arch, "x86_64");
		assert_non_null(f.hostname);
		walk_blocks(&w, &f, false);
		check_samples(&f, &w);
		walk_release(&w);
		file_close(&f);
	}
}

/* A copy of a recording that may be damaged. */
struct copy {
	char path[32];
	char *bytes;
	size_t size;
	bool swapped;
	int fd;
};

static void copy_open(struct copy *c, const char *name)
{
	c->bytes = io_slurp(path_of(name), 1 << 20, &c->size);
	assert_non_null(c->bytes);
	c->fd = memfd_create("test_data", 0);
	assert_int_equal(io_pwrite(c->fd, c->bytes, c->size, 0), 0);
	snprintf(c->path, sizeof(c->path), "/proc/self/fd/%d", c->fd);
}

static void copy_close(struct copy *c)
{
	close(c->fd);
	free(c->bytes);
}

static void assert_complains(const struct walk *w, const struct copy *c)
{
	assert_int_equal(w->rc, -1);
	assert_true(w->err.code == ERR_DATA || w->err.code == ERR_TRUNC || w->err.code == ERR_SYS);
	assert_contains(w->err.text, c->path);
}

static void test_data_cut_at_every_byte_is_read_up_to_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		struct file_header h;
		size_t step = recordings[i].twin_of ? TWIN_STEP : 1, nr_before = SIZE_MAX;
		struct copy c;

		copy_open(&c, recordings[i].name);
		memcpy(&h, c.bytes, sizeof(h));
		if (recordings[i].twin_of)
			swap_u64(&h.size, (sizeof(h) - 8) / 8);
		for (size_t size = c.size - 1; size >= step; size -= step) {
			struct walk w;

			assert_int_equal(ftruncate(c.fd, size), 0);
			walk_path(&w, c.path);
			/* Fewer bytes never give more records. */
			assert_true(w.nr <= nr_before);
			nr_before = w.nr;
			if (h.size != FILE_HEADER_SIZE_PIPE && size < h.data.offset + h.data.size)
				assert_complains(&w, &c);
			else if (w.rc) /* in TRACING_DATA; or a stream, not at a record's end */
				assert_complains(&w, &c);
			walk_release(&w);
		}
		copy_close(&c);
	}
}

static void test_data_with_bytes_changed_all_over_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		size_t step = recordings[i].twin_of ? STEP * TWIN_STEP : STEP;
		struct copy c;

		copy_open(&c, recordings[i].name);
		for (size_t at = 0; at < c.size; at += step) {
			char changed = ~c.bytes[at];
			struct walk w;

			assert_int_equal(io_pwrite(c.fd, &changed, 1, at), 0);
			walk_path(&w, c.path);
			if (w.rc)
				assert_complains(&w, &c);
			walk_release(&w);
			assert_int_equal(io_pwrite(c.fd, c.bytes + at, 1, at), 0);
		}
		copy_close(&c);
	}
}

/* The size of one record says @size: the message names its offset, what was before is read. */
static void check_damage(struct copy *c, const struct walk *good, size_t nr, uint16_t size,
			 enum err_code code)
{
	uint64_t off = good->records[nr].off;
	char text[32];
	struct walk w;

	snprintf(text, sizeof(text), "offset %#" PRIx64 ":", off);
	if (c->swapped)
		size = __builtin_bswap16(size);
	assert_int_equal(io_pwrite(c->fd, &size, 2, off + 6), 0);
	walk_path(&w, c->path);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, code);
	assert_contains(w.err.text, text);
	assert_int_equal(w.nr, nr);
	walk_release(&w);
	assert_int_equal(io_pwrite(c->fd, c->bytes + off + 6, 2, off + 6), 0);
}

static void test_data_with_a_wrong_size_names_the_offset_of_the_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		struct copy c;
		struct walk good;

		if (recordings[i].compressed)
			continue; /* these have the offset of what they are in */
		copy_open(&c, recordings[i].name);
		c.swapped = recordings[i].twin_of;
		walk_path(&good, c.path);
		assert_int_equal(good.rc, 0);
		for (size_t nr = 0; nr < good.nr; nr++) {
			check_damage(&c, &good, nr, 0, ERR_DATA);
			check_damage(&c, &good, nr, 7, ERR_DATA);
			check_damage(&c, &good, nr, 65528, ERR_TRUNC);
			if (good.records[nr].type < RECORD_USER_FIRST)
				check_damage(&c, &good, nr, good.records[nr].size + 1, ERR_DATA);
		}
		walk_release(&good);
		copy_close(&c);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_has_the_records_that_perf_sees),
		cmocka_unit_test(test_data_of_the_other_byte_order_has_the_same_records),
		cmocka_unit_test(test_data_samples_are_system_calls),
		cmocka_unit_test(test_data_cut_at_every_byte_is_read_up_to_there),
		cmocka_unit_test(test_data_with_bytes_changed_all_over_is_read_or_refused),
		cmocka_unit_test(test_data_with_a_wrong_size_names_the_offset_of_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
