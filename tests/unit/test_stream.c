/* Recordings in pipe mode, by name and through pipes; and ordinary files through pipes. */
#include "tests/unit/unit.h"

#include "tests/sanitized.h"
#include "tests/unit/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/time.h>

/* Of the places where a byte is cut or changed: sanitized, each takes ten times as long. */
#if SANITIZED
#define STEP 3
#else
#define STEP 1
#endif

/* A stream with two calls, not yet put together. */
static void begin(struct rb_file *b)
{
	*b = (struct rb_file){ .stream = true };
	rb_raw_syscalls(b);
	for (uint64_t time = 100; time < 400; time += 200) {
		rb_enter(b, &(struct rb_values){ .tid = 7, .time = time }, 39);
		rb_exit(b, &(struct rb_values){ .tid = 7, .time = time + 100 }, 39, 1);
	}
	rb_round(&b->data);
}

/* Opens the finished @b by its name, or through a pipe. */
static int open_by(struct perf_file *f, struct rb_file *b, bool piped, struct err *err)
{
	pid_t writer;
	int fd, rc;

	if (!piped)
		return file_open(f, rb_path(b), err);
	rc = file_open(f, rb_pipe(b, b->out.len, 4096, &writer, &fd), err);
	close(fd);
	return rc;
}

static void assert_is_raw_syscalls(const struct perf_file *f, const struct rb_file *b)
{
	assert_int_equal(f->nr_events, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_memory_equal(&f->events[i].attr, &b->attrs[i], b->attrs[i].size);
		assert_int_equal(f->events[i].nr_ids, 2);
		assert_memory_equal(f->events[i].ids, b->ids[i], 16);
		assert_non_null(f->events[i].tp);
	}
	assert_string_equal(f->events[1].name, "raw_syscalls:sys_exit");
	assert_string_equal(f->hostname, "box");
	assert_string_equal(f->arch, "x86_64");
	assert_int_equal(f->data.offset, b->header.data.offset);
	assert_false(f->unfinished);
}

static void test_stream_describes_its_events_as_a_file_does(void **state)
{
	(void)state;
	for (int piped = 0; piped < 2; piped++) {
		struct rb_file b;
		struct perf_file f;
		struct err err = { 0 };

		begin(&b);
		rb_finish(&b);
		if (open_by(&f, &b, piped, &err))
			fail_test("%s", err.text);
		assert_true(f.stream);
		assert_is_raw_syscalls(&f, &b);
		file_close(&f);
		rb_release(&b);
	}
}

static void assert_walk_is_data(const struct walk *w, const struct rb_file *b)
{
	assert_int_equal(w->rc, 0);
	assert_int_equal(w->bytes.len, b->data.len);
	assert_memory_equal(w->bytes.data, b->data.data, b->data.len);
	assert_int_equal(w->records[0].off, b->header.data.offset);
	assert_false(w->unaligned);
}

static void test_stream_gives_the_same_records_however_it_comes(void **state)
{
	static const size_t pieces[] = { 1, 7, 100, 4096, 1 << 20 };
	struct rb_file b;
	struct walk w;

	(void)state;
	begin(&b);
	for (uint32_t i = 0; i < 200; i++)
		rb_filler(&b.data, PERF_RECORD_SAMPLE, 8 + 8 * (i * 37 % 4000));
	rb_finish(&b);
	walk_file(&w, &b);
	assert_walk_is_data(&w, &b);
	walk_release(&w);
	for (size_t i = b.out.len > 65536 ? 1 : 0; i < ARRAY_LEN(pieces); i++) {
		walk_pipe(&w, &b, b.out.len, pieces[i]);
		assert_walk_is_data(&w, &b);
		walk_release(&w);
	}
	rb_release(&b);
}

static void test_stream_may_end_behind_any_record_and_nowhere_else(void **state)
{
	struct rb_file b;
	struct walk good;

	(void)state;
	begin(&b);
	rb_finish(&b);
	walk_file(&good, &b);
	for (size_t len = b.header.data.offset; len < b.out.len; len++) {
		size_t whole = 0;
		char text[64];
		struct walk w;

		while (whole < good.nr && good.records[whole].off + good.records[whole].size <= len)
			whole++;
		walk_pipe(&w, &b, len, len);
		assert_int_equal(w.nr, whole);
		if (good.records[whole].off == len) {
			assert_int_equal(w.rc, 0);
		} else {
			assert_int_equal(w.rc, -1);
			assert_int_equal(w.err.code, ERR_TRUNC);
			snprintf(text, sizeof(text), "offset %#" PRIx64 ": the stream ends inside",
				 good.records[whole].off);
			assert_contains(w.err.text, text);
		}
		walk_release(&w);
	}
	walk_release(&good);
	rb_release(&b);
}

static void test_stream_cut_in_its_head_is_opened_or_refused(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	rb_finish(&b);
	for (size_t len = 0; len < b.header.data.offset; len += STEP) {
		struct walk w;

		walk_pipe(&w, &b, len, len + 1);
		if (w.rc) {
			assert_true(w.err.code == ERR_TRUNC || w.err.code == ERR_DATA);
			assert_contains(w.err.text, "/proc/self/fd/");
			assert_null(strchr(w.err.text, '\n'));
		}
		assert_int_equal(w.nr, 0);
		walk_release(&w);
	}
	rb_release(&b);
}

static void test_stream_with_bytes_changed_all_over_is_read_or_refused(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	rb_finish(&b);
	for (size_t at = 0; at < b.out.len; at += STEP) {
		struct walk w;

		b.out.data[at] = ~b.out.data[at];
		walk_path(&w, rb_path(&b));
		assert_true(w.rc == 0 || w.err.text[0]);
		walk_release(&w);
		unlink(b.path);
		b.out.data[at] = ~b.out.data[at];
	}
	rb_release(&b);
}

/* A stream that is the header, @head and nothing else, by name and through a pipe. */
static void refuses_head(struct buf *head, enum err_code code, const char *text)
{
	for (int piped = 0; piped < 2; piped++) {
		struct rb_file b = { 0 };
		struct perf_file f;
		struct err err = { 0 };

		rb_add_words(&b.out, (uint64_t[]){ PERF_MAGIC, 16 }, 2);
		buf_add(&b.out, head->data, head->len);
		assert_int_equal(open_by(&f, &b, piped, &err), -1);
		assert_int_equal(err.code, code);
		assert_contains(err.text, text);
		rb_release(&b);
	}
	buf_release(head);
}

static void test_stream_refuses_lies_in_its_head(void **state)
{
	struct perf_event_attr attr = { .size = PERF_ATTR_SIZE_VER5 };
	static const uint32_t sizes[] = { 1, 63, PERF_ATTR_SIZE_VER5 + 8, 1u << 31, UINT32_MAX };
	struct buf head = { 0 };

	(void)state;
	refuses_head(&head, ERR_DATA, "describes no event");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct perf_event_attr lie = { .size = sizes[i] };

		rb_record(&head, RECORD_HEADER_ATTR, 0, &lie, PERF_ATTR_SIZE_VER5);
		refuses_head(&head, ERR_DATA, "offset 0x10: attr of");
	}
	rb_record(&head, RECORD_HEADER_ATTR, 0, &attr, 56);
	refuses_head(&head, ERR_DATA, "attr of 64 bytes where there is room for 56");
	rb_record(&head, RECORD_HEADER_ATTR, 0, &attr, PERF_ATTR_SIZE_VER5);
	buf_add_zero(&head, 4);
	((struct perf_event_header *)head.data)->size += 4;
	refuses_head(&head, ERR_DATA, "HEADER_ATTR record of 124 bytes");
	rb_record(&head, RECORD_FEATURE, 0, &attr, 4);
	refuses_head(&head, ERR_DATA, "FEATURE record of 12 bytes");
	rb_record(&head, RECORD_EVENT_UPDATE, 0, &attr, 8);
	refuses_head(&head, ERR_DATA, "EVENT_UPDATE record of 16 bytes");
	rb_record(&head, RECORD_TRACING_DATA, 0, NULL, 0);
	refuses_head(&head, ERR_DATA, "TRACING_DATA record of 8 bytes");
	rb_record(&head, RECORD_TRACING_DATA, 0, (uint32_t[]){ 100, 0 }, 8);
	buf_add_zero(&head, 99);
	refuses_head(&head, ERR_TRUNC, "ends inside its description");
	/* Says 4 GB: nothing like that is allocated. */
	rb_record(&head, RECORD_TRACING_DATA, 0, (uint32_t[]){ UINT32_MAX, 0 }, 8);
	for (int piped = 0; piped < 2; piped++) {
		struct rb_file b = { 0 };
		struct perf_file f;
		struct err err = { 0 };

		rb_add_words(&b.out, (uint64_t[]){ PERF_MAGIC, 16 }, 2);
		buf_add(&b.out, head.data, head.len);
		assert_int_equal(open_by(&f, &b, piped, &err), -1);
		assert_int_equal(err.code, piped ? ERR_DATA : ERR_TRUNC);
		rb_release(&b);
	}
	buf_release(&head);
}

static void test_stream_refuses_events_that_cannot_be_told_apart(void **state)
{
	struct perf_event_attr attr = { .size = PERF_ATTR_SIZE_VER5,
					.sample_type = PERF_SAMPLE_IDENTIFIER };
	struct buf head = { 0 };

	(void)state;
	rb_record(&head, RECORD_HEADER_ATTR, 0, &attr, attr.size);
	attr.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_ID;
	rb_record(&head, RECORD_HEADER_ATTR, 0, &attr, attr.size);
	refuses_head(&head, ERR_DATA, "ids at different places");
}

/* A body is no string: the name ends with the record when it has no NUL. */
static void test_stream_takes_names_from_updates(void **state)
{
	static const struct {
		uint64_t kind, id;
		char name[8];
		const char *expected;
	} cases[] = {
		{ EVENT_UPDATE_NAME, RB_ID_EXIT_CPU1, "dummy", "dummy" },
		{ EVENT_UPDATE_NAME,
		  RB_ID_EXIT,
		  { 'n', 'o', ' ', 'e', 'n', 'd', 'i', 'n' },
		  "no endin" },
		{ EVENT_UPDATE_NAME, 4711, "nobody", "#1" },
		{ 0, RB_ID_EXIT, "unit", "#1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rb_file b = { .stream = true };
		struct perf_file f;
		struct err err = { 0 };

		rb_event(&b, 1, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_ENTER }, 1);
		rb_event(&b, 9, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_EXIT, RB_ID_EXIT_CPU1 }, 2);
		rb_record(&b.data, RECORD_EVENT_UPDATE, 0, &cases[i], 24);
		rb_record(&b.data, RECORD_EVENT_UPDATE, 0, &cases[i], 24);
		assert_int_equal(file_open(&f, rb_path(&b), &err), 0);
		assert_string_equal(f.events[1].name, cases[i].expected);
		assert_int_equal(f.data.size, 0);
		file_close(&f);
		rb_release(&b);
	}
}

/* What follows a record and is larger than a buffer is passed over, or missing. */
static void test_stream_passes_over_payloads(void **state)
{
	const uint64_t payload = 700001;
	struct rb_file b;
	struct walk w;

	(void)state;
	begin(&b);
	b.data.len = 0;
	rb_record(&b.data, RECORD_AUXTRACE, 0, (uint64_t[]){ payload, 0, 0, 0, 0 }, 40);
	buf_add_zero(&b.data, payload);
	rb_filler(&b.data, PERF_RECORD_SAMPLE, 48);
	rb_finish(&b);
	walk_pipe(&w, &b, b.out.len, 5000);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 2);
	assert_int_equal(w.records[1].off, b.header.data.offset + 48 + payload);
	walk_release(&w);
	walk_pipe(&w, &b, b.out.len - 50, 5000);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.err.code, ERR_TRUNC);
	assert_int_equal(w.nr, 1);
	walk_release(&w);
	rb_release(&b);
}

/* What has been written can be read, though the writer goes on and there is no full buffer. */
static void test_stream_gives_what_is_there_at_once(void **state)
{
	struct rb_file b;
	struct perf_file f;
	struct err err = { 0 };
	struct block *block;
	struct reader r;
	char path[64];
	int fds[2];

	(void)state;
	begin(&b);
	rb_finish(&b);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], b.out.data, b.out.len), b.out.len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	alarm(20); /* a reader that waits for more would hang */
	assert_int_equal(file_open(&f, path, &err), 0);
	assert_int_equal(reader_open(&r, &f, &err), 0);
	for (size_t seen = 0; seen < b.data.len;) {
		const struct perf_event_header *rec;

		assert_int_equal(reader_next(&r, &block, &err), 1);
		while ((rec = block_next(block)))
			seen += rec->size;
	}
	alarm(0);
	reader_close(&r);
	file_close(&f);
	close(fds[0]);
	close(fds[1]);
	rb_release(&b);
}

static volatile bool stop;

static void on_alarm(int sig)
{
	(void)sig;
	stop = true;
}

static void test_stream_waits_no_longer_when_told_to_stop(void **state)
{
	struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct sigaction act = { .sa_handler = on_alarm }, old;
	struct rb_file b;
	struct perf_file f;
	struct err err = { 0 };
	struct block *block;
	struct reader r;
	char path[64];
	int fds[2], rc;

	(void)state;
	begin(&b);
	rb_finish(&b);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], b.out.data, b.out.len), b.out.len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	assert_int_equal(file_open(&f, path, &err), 0);
	assert_int_equal(reader_open(&r, &f, &err), 0);
	reader_stop_at(&r, &stop);
	sigaction(SIGALRM, &act, &old);
	setitimer(ITIMER_REAL, &soon, NULL);
	while ((rc = reader_next(&r, &block, &err)) > 0)
		while (block_next(block))
			;
	assert_int_equal(rc, 0);
	assert_true(stop);
	sigaction(SIGALRM, &old, NULL);
	reader_close(&r);
	file_close(&f);
	close(fds[0]);
	close(fds[1]);
	rb_release(&b);
}

static void test_stream_of_a_file_by_rec_is_read_through_a_pipe(void **state)
{
	(void)state;
	for (int unfinished = 0; unfinished < 2; unfinished++) {
		struct perf_file f;
		struct err err = { 0 };
		struct rb_file b;
		struct walk w = { 0 };

		begin(&b);
		b.stream = false;
		b.of_rec = true;
		b.unfinished = unfinished;
		rb_finish(&b);
		if (open_by(&f, &b, true, &err))
			fail_test("%s", err.text);
		assert_int_equal(f.unfinished, unfinished);
		f.unfinished = false;
		assert_is_raw_syscalls(&f, &b);
		f.unfinished = unfinished;
		walk_blocks(&w, &f, false);
		assert_walk_is_data(&w, &b);
		walk_release(&w);
		file_close(&f);
		if (!unfinished) {
			walk_pipe(&w, &b, b.header.data.offset + b.data.len - 5, 4096);
			assert_int_equal(w.rc, -1);
			assert_int_equal(w.err.code, ERR_TRUNC);
			assert_contains(w.err.text, "file was cut");
			walk_release(&w);
		}
		rb_release(&b);
	}
}

/* The same of @b through a pipe as by its name. */
static void assert_same_through_pipe(struct rb_file *b, size_t len)
{
	struct walk piped, named;

	rb_finish(b);
	b->out.len = len ? len : b->out.len;
	walk_pipe(&piped, b, b->out.len, 4096);
	walk_path(&named, rb_path(b));
	assert_true(named.opened && piped.opened);
	assert_int_equal(piped.rc, named.rc);
	assert_int_equal(piped.nr, named.nr);
	assert_memory_equal(piped.bytes.data, named.bytes.data, named.bytes.len);
	walk_release(&piped);
	walk_release(&named);
	rb_release(b);
}

static void test_stream_of_a_file_by_perf_is_kept_until_it_is_whole(void **state)
{
	struct rb_file b;

	(void)state;
	begin(&b);
	b.stream = false;
	for (int i = 0; i < 20000; i++)
		rb_enter(&b, &(struct rb_values){ .tid = 7, .time = 5 }, i);
	assert_same_through_pipe(&b, 0);
	begin(&b);
	b.stream = false;
	for (int i = 0; i < 20000; i++)
		rb_enter(&b, &(struct rb_values){ .tid = 7, .time = 5 }, i);
	assert_same_through_pipe(&b, 1500000); /* cut */
}

static void test_stream_of_a_file_by_perf_knows_its_events(void **state)
{
	struct perf_file f;
	struct err err = { 0 };
	struct rb_file b;
	pid_t writer;
	int fd;

	(void)state;
	begin(&b);
	b.stream = false;
	rb_finish(&b);
	assert_int_equal(file_open(&f, rb_pipe(&b, b.out.len, 100, &writer, &fd), &err), 0);
	assert_false(f.sequential);
	assert_int_equal(f.size, b.out.len);
	assert_int_equal(f.nr_events, 2);
	assert_int_equal(f.events[0].attr.config, RB_CONFIG_ENTER);
	assert_int_equal(f.events[1].nr_ids, 2);
	assert_int_equal(f.tps.nr, 2);
	assert_string_equal(f.hostname, "box");
	file_close(&f);
	close(fd);
	waitpid(writer, NULL, 0);
	rb_release(&b);
}

/* Files with the header of 72 bytes have no features: what there is lies in front of the data. */
static void test_stream_of_a_file_with_the_old_header_is_read_as_it_comes(void **state)
{
	struct perf_file f;
	struct err err = { 0 };
	struct rb_file b;
	pid_t writer;
	int fd;

	(void)state;
	for (int behind = 0; behind < 2; behind++) {
		begin(&b);
		b.stream = false;
		rb_enter(&b, &(struct rb_values){ .tid = 7, .time = 5 }, 1);
		rb_finish(&b);
		rb_poke_u64(&b, 8, 72);
		if (behind) { /* attrs behind the data, as perf inject of 7.2 writes them */
			buf_add(&b.out, b.out.data + b.header.attrs.offset, b.header.attrs.size);
			rb_poke_u64(&b, 24, b.out.len - b.header.attrs.size);
		}
		assert_int_equal(file_open(&f, rb_pipe(&b, b.out.len, 100, &writer, &fd), &err), 0);
		assert_int_equal(f.sequential, !behind);
		assert_int_equal(f.nr_events, b.nr_events);
		file_close(&f);
		close(fd);
		waitpid(writer, NULL, 0);
		rb_release(&b);
	}
}

static void refuses_tmpdir(const char *dir, const char *text)
{
	char *before = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
	struct rb_file b;
	struct walk w;

	begin(&b);
	b.stream = false;
	rb_finish(&b);
	setenv("TMPDIR", dir, 1);
	walk_pipe(&w, &b, b.out.len, 4096);
	if (before)
		setenv("TMPDIR", before, 1);
	else
		unsetenv("TMPDIR");
	free(before);
	assert_false(w.opened);
	assert_int_equal(w.err.code, ERR_IO);
	assert_contains(w.err.text, "describes its events behind its data");
	assert_contains(w.err.text, text);
	walk_release(&w);
	rb_release(&b);
}

static void test_stream_of_a_file_by_perf_needs_a_folder(void **state)
{
	(void)state;
	refuses_tmpdir("/no/such/folder", "/no/such/folder until these come: No such file");
	refuses_tmpdir("/dev/null", "Not a directory");
}

static void test_stream_of_a_file_that_lies_is_refused_in_a_pipe(void **state)
{
	static const struct {
		uint64_t off, value;
	} lies[] = { { 40, 0 },		 { 40, 103 },	  { 40, UINT64_MAX }, { 40, 1ull << 40 },
		     { 24, UINT64_MAX }, { 24, 1 << 20 }, { 32, UINT64_MAX }, { 8, 103 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct rb_file b;
		struct walk w;

		begin(&b);
		b.stream = false;
		b.of_rec = true;
		rb_finish(&b);
		rb_poke_u64(&b, lies[i].off, lies[i].value);
		walk_pipe(&w, &b, b.out.len, 4096);
		assert_false(w.opened);
		assert_true(w.err.text[0]);
		walk_release(&w);
		rb_release(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream_describes_its_events_as_a_file_does),
		cmocka_unit_test(test_stream_gives_the_same_records_however_it_comes),
		cmocka_unit_test(test_stream_may_end_behind_any_record_and_nowhere_else),
		cmocka_unit_test(test_stream_cut_in_its_head_is_opened_or_refused),
		cmocka_unit_test(test_stream_with_bytes_changed_all_over_is_read_or_refused),
		cmocka_unit_test(test_stream_refuses_lies_in_its_head),
		cmocka_unit_test(test_stream_refuses_events_that_cannot_be_told_apart),
		cmocka_unit_test(test_stream_takes_names_from_updates),
		cmocka_unit_test(test_stream_passes_over_payloads),
		cmocka_unit_test(test_stream_gives_what_is_there_at_once),
		cmocka_unit_test(test_stream_waits_no_longer_when_told_to_stop),
		cmocka_unit_test(test_stream_of_a_file_by_rec_is_read_through_a_pipe),
		cmocka_unit_test(test_stream_of_a_file_by_perf_is_kept_until_it_is_whole),
		cmocka_unit_test(test_stream_of_a_file_by_perf_knows_its_events),
		cmocka_unit_test(test_stream_of_a_file_with_the_old_header_is_read_as_it_comes),
		cmocka_unit_test(test_stream_of_a_file_by_perf_needs_a_folder),
		cmocka_unit_test(test_stream_of_a_file_that_lies_is_refused_in_a_pipe),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
