#include "tests/unit/unit.h"

#include "common/writer.h"
#include "tests/unit/recbuild.h"
#include "tests/unit/walk.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* A writer on a file in memory, with what rec would tell it. */
struct fixture {
	struct rb_file b; /* only attrs, ids and feature bodies of it are used */
	struct writer_event events[2];
	struct buf bodies[FEATURE_MAX];
	struct writer w;
	struct err err;
	int fd;
	char path[64];
};

static void prepare(struct fixture *x)
{
	static const char *const names[] = { "raw_syscalls:sys_enter", "raw_syscalls:sys_exit" };

	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	for (uint32_t i = 0; i < 2; i++)
		x->events[i] = (struct writer_event){ &x->b.attrs[i], names[i], x->b.ids[i], 2 };
	rb_tracing(&x->bodies[FEATURE_TRACING_DATA]);
	feature_add_str(&x->bodies[FEATURE_HOSTNAME], "box");
	feature_add_str(&x->bodies[FEATURE_ARCH], "x86_64");
	x->fd = memfd_create("test_writer", 0);
	snprintf(x->path, sizeof(x->path), "/proc/self/fd/%d", x->fd);
}

static void begin(struct fixture *x)
{
	prepare(x);
	if (writer_begin(&x->w, x->fd, x->path, x->events, 2, x->bodies, &x->err))
		fail_test("%s", x->err.text);
}

static void end(struct fixture *x)
{
	writer_release(&x->w);
	for (int i = 0; i < FEATURE_MAX; i++)
		buf_release(&x->bodies[i]);
	rb_release(&x->b);
	close(x->fd);
}

static void push(struct fixture *x, const void *data, size_t len)
{
	assert_int_equal(writer_push(&x->w, data, len, &x->err), 0);
}

static void finish(struct fixture *x)
{
	assert_int_equal(writer_finish(&x->w, 111, 999, &x->err), 0);
}

static struct file_header header_of(const struct fixture *x)
{
	struct file_header h;

	assert_int_equal(pread(x->fd, &h, sizeof(h), 0), sizeof(h));
	return h;
}

static void test_writer_header_is_what_perf_wants(void **state)
{
	struct fixture x;
	struct file_header h;

	(void)state;
	begin(&x);
	rb_round(&x.b.data);
	push(&x, x.b.data.data, x.b.data.len);
	finish(&x);
	h = header_of(&x);
	assert_true(h.magic == PERF_MAGIC);
	assert_int_equal(h.size, 104);
	assert_int_equal(h.attr_size, PERF_ATTR_SIZE_VER5 + 16);
	assert_int_equal(h.attrs.size, 2 * h.attr_size);
	assert_int_equal(h.data.size, 8);
	assert_int_equal(h.event_types.offset, 0);
	assert_int_equal(h.event_types.size, 0);
	assert_true(h.attrs.offset >= 104);
	assert_true(h.data.offset >= h.attrs.offset + h.attrs.size);
	assert_true(h.flags[0] == (1ULL << FEATURE_TRACING_DATA | 1ULL << FEATURE_HOSTNAME |
				   1ULL << FEATURE_ARCH | 1ULL << FEATURE_EVENT_DESC |
				   1ULL << FEATURE_SAMPLE_TIME));
	assert_int_equal(h.flags[1] | h.flags[2] | h.flags[3], 0);
	end(&x);
}

static void test_writer_without_a_record_makes_a_file_that_is_finished(void **state)
{
	struct fixture x;
	struct walk w;

	(void)state;
	begin(&x);
	finish(&x);
	assert_int_equal(header_of(&x).data.size, 8); /* 0 is "unfinished" */
	walk_path(&w, x.path);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 1);
	assert_int_equal(w.records[0].type, RECORD_FINISHED_ROUND);
	walk_release(&w);
	end(&x);
}

static void test_writer_puts_bodies_before_the_data_and_the_table_behind(void **state)
{
	struct fixture x;
	struct file_header h;
	struct file_section table[5];
	uint64_t file_size;

	(void)state;
	begin(&x);
	rb_round(&x.b.data);
	push(&x, x.b.data.data, x.b.data.len);
	finish(&x);
	h = header_of(&x);
	file_size = lseek(x.fd, 0, SEEK_END);
	assert_int_equal(file_size, h.data.offset + h.data.size + sizeof(table));
	assert_int_equal(pread(x.fd, table, sizeof(table), h.data.offset + h.data.size),
			 sizeof(table));
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		assert_true(table[i].offset >= 104 && table[i].size > 0);
		assert_true(table[i].offset + table[i].size <= h.data.offset);
	}
	assert_int_equal(table[0].size, x.bodies[FEATURE_TRACING_DATA].len);
	assert_int_equal(table[4].size, 16);
	end(&x);
}

static void assert_file_is_whole(struct fixture *x, const struct perf_file *f)
{
	assert_int_equal(f->nr_events, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_memory_equal(&f->events[i].attr, &x->b.attrs[i], PERF_ATTR_SIZE_VER5);
		assert_int_equal(f->events[i].nr_ids, 2);
		assert_memory_equal(f->events[i].ids, x->b.ids[i], 16);
		assert_string_equal(f->events[i].name, x->events[i].name);
		assert_non_null(f->events[i].tp);
	}
	assert_string_equal(f->hostname, "box");
	assert_string_equal(f->arch, "x86_64");
	assert_null(f->osrelease);
}

static void test_writer_and_file_round_trip(void **state)
{
	struct perf_file f;
	struct fixture x;

	(void)state;
	begin(&x);
	rb_round(&x.b.data);
	push(&x, x.b.data.data, x.b.data.len);
	finish(&x);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_false(f.unfinished);
	assert_file_is_whole(&x, &f);
	assert_int_equal(f.first_ns, 111);
	assert_int_equal(f.last_ns, 999);
	file_close(&f);
	end(&x);
}

static void test_writer_killed_at_any_time_leaves_a_file_that_opens(void **state)
{
	(void)state;
	for (int nr = 0; nr < 3; nr++) {
		struct perf_file f;
		struct fixture x;

		begin(&x);
		rb_filler(&x.b.data, PERF_RECORD_SAMPLE, 48);
		for (int i = 0; i < nr; i++)
			push(&x, x.b.data.data, x.b.data.len);
		assert_int_equal(writer_flush(&x.w, &x.err), 0);
		/* No finish: the file as it lies there. */
		assert_int_equal(file_open(&f, x.path, &x.err), 0);
		assert_true(f.unfinished);
		assert_file_is_whole(&x, &f);
		assert_int_equal(f.data.size, 48 * nr);
		file_close(&f);
		end(&x);
	}
}

static void test_writer_begin_is_on_disk_before_the_first_record(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_int_equal(lseek(x.fd, 0, SEEK_END), header_of(&x).data.offset);
	assert_int_equal(header_of(&x).data.size, 0);
	end(&x);
}

/* Pieces of all sizes come out as they went in, and may be overwritten after each push. */
static void test_writer_push_keeps_order_of_pieces_of_any_size(void **state)
{
	static unsigned char piece[300000];
	struct fixture x;
	struct buf all = { 0 };
	struct file_header h;
	unsigned char *got;

	(void)state;
	begin(&x);
	for (uint32_t i = 0; i < 400; i++) {
		size_t len = i % 50 == 7 ? 300000 : i % 10 == 3 ? 65536 - i : i * 104729 % 3000;

		len = len / 8 * 8;
		memset(piece, i, len);
		push(&x, piece, len);
		buf_add(&all, piece, len);
		memset(piece, 0xee, len);
		assert_int_equal(writer_bytes(&x.w), all.len);
	}
	finish(&x);
	h = header_of(&x);
	assert_int_equal(h.data.size, all.len);
	got = malloc(all.len);
	assert_int_equal(pread(x.fd, got, all.len, h.data.offset), all.len);
	assert_memory_equal(got, all.data, all.len);
	free(got);
	buf_release(&all);
	end(&x);
}

static void test_writer_push_of_nothing_changes_nothing(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	push(&x, "", 0);
	assert_int_equal(writer_bytes(&x.w), 0);
	assert_int_equal(writer_flush(&x.w, &x.err), 0);
	assert_int_equal(lseek(x.fd, 0, SEEK_END), header_of(&x).data.offset);
	end(&x);
}

static void test_writer_and_reader_round_trip(void **state)
{
	struct fixture x;
	struct walk w;

	(void)state;
	begin(&x);
	for (uint32_t i = 0; i < 5000; i++) {
		x.b.data.len = 0;
		rb_enter(&x.b, &(struct rb_values){ .tid = i, .time = i }, i);
		rb_exit(&x.b, &(struct rb_values){ .tid = i, .time = i }, i, 0);
		push(&x, x.b.data.data, x.b.data.len);
	}
	finish(&x);
	walk_path(&w, x.path);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.nr, 10000);
	assert_int_equal(w.records[0].size,
			 112); /* as perf-data-format has it, without IP, PERIOD */
	assert_int_equal(w.records[1].size, 72);
	walk_release(&w);
	end(&x);
}

static void test_writer_event_desc_repeats_the_attr_table(void **state)
{
	struct perf_file f;
	struct fixture x;
	unsigned char body[4096], expected[4096];
	struct file_section *s;

	(void)state;
	begin(&x);
	rb_round(&x.b.data);
	push(&x, x.b.data.data, x.b.data.len);
	finish(&x);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	s = &f.features[FEATURE_EVENT_DESC];
	assert_int_equal(s->size, x.b.features[FEATURE_EVENT_DESC].body.len);
	assert_int_equal(pread(x.fd, body, s->size, s->offset), s->size);
	memcpy(expected, x.b.features[FEATURE_EVENT_DESC].body.data, s->size);
	assert_memory_equal(body, expected, s->size);
	file_close(&f);
	end(&x);
}

static void test_writer_writes_features_of_the_highest_bits(void **state)
{
	struct perf_file f;
	struct fixture x;

	(void)state;
	prepare(&x);
	buf_add(&x.bodies[29], "clock", 5); /* an odd length */
	buf_add(&x.bodies[255], "last", 4);
	assert_int_equal(writer_begin(&x.w, x.fd, x.path, x.events, 2, x.bodies, &x.err), 0);
	rb_round(&x.b.data);
	push(&x, x.b.data.data, x.b.data.len);
	finish(&x);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_file_is_whole(&x, &f);
	assert_int_equal(f.features[29].size, 5);
	assert_int_equal(f.features[255].size, 4);
	file_close(&f);
	end(&x);
}

static void test_writer_fails_when_a_body_ran_out_of_memory(void **state)
{
	struct fixture x;

	(void)state;
	prepare(&x);
	x.bodies[FEATURE_HOSTNAME].failed = 1;
	assert_int_equal(writer_begin(&x.w, x.fd, x.path, x.events, 2, x.bodies, &x.err), -1);
	assert_int_equal(x.err.code, ERR_MEM);
	end(&x);
}

static void test_writer_says_that_the_disk_is_full(void **state)
{
	struct fixture x;
	int full = open("/dev/full", O_WRONLY);

	(void)state;
	prepare(&x);
	assert_int_equal(writer_begin(&x.w, full, "disk/perf.data", x.events, 2, x.bodies, &x.err),
			 -1);
	assert_int_equal(x.err.code, ERR_IO);
	assert_contains(x.err.text, "disk/perf.data");
	assert_contains(x.err.text, "No space left");
	close(full);
	end(&x);
}

/* The limit of the file size stands for a disk that gets full in the middle of a record. */
static void test_writer_fails_in_the_middle_and_what_is_there_opens(void **state)
{
	static unsigned char records[400 * 112];
	struct rlimit old, new;
	struct perf_file f;
	struct fixture x;
	struct walk w;
	uint64_t room;
	int rc = 0;

	(void)state;
	begin(&x);
	for (uint32_t i = 0; i < 400; i++)
		rb_filler(&x.b.data, PERF_RECORD_SAMPLE, 112);
	memcpy(records, x.b.data.data, sizeof(records));
	room = header_of(&x).data.offset + 100000;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	new = (struct rlimit){ room, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &new), 0);
	for (int i = 0; i < 10 && !rc; i++)
		rc = writer_push(&x.w, records, sizeof(records), &x.err);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(rc, -1);
	assert_int_equal(x.err.code, ERR_IO);
	assert_contains(x.err.text, x.path);
	assert_int_equal(file_open(&f, x.path, &x.err), 0);
	assert_file_is_whole(&x, &f);
	file_close(&f);
	walk_path(&w, x.path);
	assert_int_equal(w.rc, 0); /* unfinished: its end is no error */
	assert_int_equal(w.nr, 100000 / 112);
	assert_true(w.partial);
	walk_release(&w);
	end(&x);
}

static void test_writer_takes_a_device_that_forgets(void **state)
{
	struct fixture x;
	int null = open("/dev/null", O_WRONLY);

	(void)state;
	prepare(&x);
	assert_int_equal(writer_begin(&x.w, null, "/dev/null", x.events, 2, x.bodies, &x.err), 0);
	rb_round(&x.b.data);
	push(&x, x.b.data.data, x.b.data.len);
	finish(&x);
	close(null);
	end(&x);
}

/* What rec would write, into a pipe with room for it; its end to read from is *@out. */
static void begin_stream(struct fixture *x, int *out)
{
	int fds[2];

	prepare(x);
	close(x->fd);
	assert_int_equal(pipe(fds), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 1 << 20) > 0);
	*out = fds[0];
	x->fd = fds[1];
	snprintf(x->path, sizeof(x->path), "/proc/self/fd/%d", fds[0]);
	if (writer_begin_stream(&x->w, x->fd, "out", x->events, 2, x->bodies, &x->err))
		fail_test("%s", x->err.text);
}

/* Everything after its end is closed: the writer's too. */
static void end_stream(struct fixture *x, int out)
{
	close(out);
	x->fd = -1;
	end(x);
}

static void test_writer_stream_round_trip(void **state)
{
	struct fixture x;
	struct perf_file f;
	struct walk w = { 0 };
	int out;

	(void)state;
	begin_stream(&x, &out);
	for (int i = 0; i < 1000; i++)
		rb_filler(&x.b.data, PERF_RECORD_SAMPLE, 112);
	push(&x, x.b.data.data, x.b.data.len);
	assert_int_equal(writer_bytes(&x.w), x.b.data.len);
	finish(&x);
	close(x.fd);
	if (file_open(&f, x.path, &x.err))
		fail_test("%s", x.err.text);
	assert_true(f.stream);
	assert_int_equal(f.nr_events, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(f.events[i].attr.config, x.b.attrs[i].config);
		assert_memory_equal(f.events[i].ids, x.b.ids[i], 16);
		assert_string_equal(f.events[i].name, x.events[i].name);
		assert_non_null(f.events[i].tp);
	}
	assert_string_equal(f.hostname, "box");
	assert_string_equal(f.arch, "x86_64");
	assert_int_equal(f.features[FEATURE_SAMPLE_TIME].size, 0);
	walk_blocks(&w, &f, false);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.bytes.len, x.b.data.len);
	assert_memory_equal(w.bytes.data, x.b.data.data, x.b.data.len);
	walk_release(&w);
	file_close(&f);
	end_stream(&x, out);
}

/* perf 6.1 needs them in this order, aligned, and attrs that are no smaller than its own. */
static void test_writer_stream_head_is_what_perf_wants(void **state)
{
	static const uint32_t order[] = { RECORD_HEADER_ATTR, RECORD_HEADER_ATTR,
					  RECORD_FEATURE,     RECORD_FEATURE,
					  RECORD_FEATURE,     RECORD_TRACING_DATA };
	struct fixture x;
	uint64_t words[8192], at = 2;
	int out;

	(void)state;
	begin_stream(&x, &out);
	assert_true(read(out, words, sizeof(words)) == (ssize_t)x.w.pos);
	assert_true(words[0] == PERF_MAGIC);
	assert_int_equal(words[1], 16);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const struct perf_event_header *rec = (const void *)&words[at];

		assert_int_equal(rec->type, order[i]);
		assert_int_equal(rec->size % 8, 0);
		if (i < 2) {
			assert_int_equal(rec->size, 8 + 136 + 16);
			assert_int_equal(load_u32((const char *)rec + 12), 136);
		}
		at += rec->size / 8;
		if (rec->type == RECORD_TRACING_DATA) {
			assert_int_equal(rec->size, 16);
			assert_int_equal(load_u32(rec + 1),
					 ALIGN_UP(x.bodies[FEATURE_TRACING_DATA].len, 8));
			at += load_u32(rec + 1) / 8;
		}
	}
	assert_int_equal(at * 8, x.w.pos);
	close(x.fd);
	end_stream(&x, out);
}

static void test_writer_stream_splits_what_is_larger_than_a_record(void **state)
{
	enum { MANY = 20000 };
	static uint64_t ids[2][MANY];
	struct fixture x;
	struct perf_file f;
	uint32_t nr = 0;
	int fds[2];

	(void)state;
	prepare(&x);
	close(x.fd);
	for (uint32_t i = 0; i < 2 * MANY; i++)
		ids[i / MANY][i % MANY] = i + 1;
	for (uint32_t i = 0; i < 2; i++) {
		x.events[i].ids = ids[i];
		x.events[i].nr_ids = MANY;
	}
	x.events[1].name = "a dummy";
	x.b.attrs[1].type = PERF_TYPE_SOFTWARE;
	buf_add_zero(&x.bodies[29], 70000); /* left out */
	assert_int_equal(pipe(fds), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 1 << 20) > 0);
	assert_int_equal(writer_begin_stream(&x.w, fds[1], "out", x.events, 2, x.bodies, &x.err),
			 0);
	close(fds[1]);
	snprintf(x.path, sizeof(x.path), "/proc/self/fd/%d", fds[0]);
	if (file_open(&f, x.path, &x.err))
		fail_test("%s", x.err.text);
	for (uint32_t i = 0; i < f.nr_events; i++)
		nr += f.events[i].nr_ids;
	assert_int_equal(nr, 2 * MANY);
	for (uint32_t i = 0; i < 2 * MANY; i++) {
		const uint64_t *idx = hash_get(&f.events_by_id, i + 1);

		assert_non_null(idx);
		assert_int_equal(f.events[*idx].attr.type, x.b.attrs[i / MANY].type);
	}
	assert_string_equal(f.events[f.nr_events / 2].name, "a dummy");
	assert_int_equal(f.features[29].size, 0);
	file_close(&f);
	end_stream(&x, fds[0]);
}

static void test_writer_stream_without_a_reader_is_no_error(void **state)
{
	static unsigned char records[100000];
	struct fixture x;
	uint64_t written;
	int out;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	begin_stream(&x, &out);
	close(out);
	written = x.w.pos;
	assert_false(x.w.gone);
	push(&x, records, sizeof(records));
	assert_true(x.w.gone);
	push(&x, records, 8);
	finish(&x);
	assert_int_equal(x.w.pos, written);
	close(x.fd);
	end_stream(&x, -1);
}

struct slow_reader {
	int out, nr_waits, give_up_at;
	struct buf got;
};

/* Reads a little, so that there is room again. */
static int read_some(void *arg, int fd)
{
	static char piece[50000];
	struct slow_reader *r = arg;

	(void)fd;
	if (++r->nr_waits == r->give_up_at)
		return -1;
	buf_add(&r->got, piece, read(r->out, piece, sizeof(piece)));
	return 0;
}

static void test_writer_stream_waits_for_a_slow_reader(void **state)
{
	static unsigned char records[3000000];
	struct slow_reader r = { 0 };
	struct fixture x;
	uint64_t front;

	(void)state;
	for (size_t i = 0; i < sizeof(records); i++)
		records[i] = i * 2654435761u >> 24;
	begin_stream(&x, &r.out);
	front = x.w.pos;
	fcntl(x.fd, F_SETFL, O_NONBLOCK);
	fcntl(r.out, F_SETFL, O_NONBLOCK);
	x.w.wait = read_some;
	x.w.wait_arg = &r;
	push(&x, "before", 6);
	push(&x, records, sizeof(records));
	finish(&x);
	assert_true(r.nr_waits > 10);
	for (size_t len = 0; len != r.got.len;) {
		len = r.got.len;
		if (len < x.w.pos)
			read_some(&r, 0);
	}
	assert_int_equal(r.got.len, front + 6 + sizeof(records));
	assert_memory_equal(r.got.data + front, "before", 6);
	assert_memory_equal(r.got.data + front + 6, records, sizeof(records));
	assert_false(x.w.gone);
	buf_release(&r.got);
	close(x.fd);
	end_stream(&x, r.out);
}

static void test_writer_stream_can_be_given_up(void **state)
{
	static unsigned char records[3000000];
	struct slow_reader r = { .give_up_at = 3 };
	struct fixture x;

	(void)state;
	begin_stream(&x, &r.out);
	fcntl(x.fd, F_SETFL, O_NONBLOCK);
	x.w.wait = read_some;
	x.w.wait_arg = &r;
	push(&x, records, sizeof(records));
	assert_true(x.w.gone);
	assert_int_equal(r.nr_waits, 3);
	buf_release(&r.got);
	close(x.fd);
	end_stream(&x, r.out);
}

static void test_feature_add_str_pads_to_64_with_a_nul(void **state)
{
	static const struct {
		size_t len;
		uint32_t padded;
	} cases[] = { { 0, 64 }, { 1, 64 }, { 63, 64 }, { 64, 128 }, { 127, 128 }, { 128, 192 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[200] = "";
		struct buf body = { 0 };

		memset(text, 'x', cases[i].len);
		feature_add_str(&body, text);
		assert_int_equal(body.len, 4 + cases[i].padded);
		assert_int_equal(load_u32(body.data), cases[i].padded);
		assert_string_equal((char *)body.data + 4, text);
		for (size_t at = 4 + cases[i].len; at < body.len; at++)
			assert_int_equal(body.data[at], 0);
		buf_release(&body);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writer_header_is_what_perf_wants),
		cmocka_unit_test(test_writer_without_a_record_makes_a_file_that_is_finished),
		cmocka_unit_test(test_writer_puts_bodies_before_the_data_and_the_table_behind),
		cmocka_unit_test(test_writer_and_file_round_trip),
		cmocka_unit_test(test_writer_killed_at_any_time_leaves_a_file_that_opens),
		cmocka_unit_test(test_writer_begin_is_on_disk_before_the_first_record),
		cmocka_unit_test(test_writer_push_keeps_order_of_pieces_of_any_size),
		cmocka_unit_test(test_writer_push_of_nothing_changes_nothing),
		cmocka_unit_test(test_writer_and_reader_round_trip),
		cmocka_unit_test(test_writer_event_desc_repeats_the_attr_table),
		cmocka_unit_test(test_writer_writes_features_of_the_highest_bits),
		cmocka_unit_test(test_writer_fails_when_a_body_ran_out_of_memory),
		cmocka_unit_test(test_writer_says_that_the_disk_is_full),
		cmocka_unit_test(test_writer_fails_in_the_middle_and_what_is_there_opens),
		cmocka_unit_test(test_writer_takes_a_device_that_forgets),
		cmocka_unit_test(test_writer_stream_round_trip),
		cmocka_unit_test(test_writer_stream_head_is_what_perf_wants),
		cmocka_unit_test(test_writer_stream_splits_what_is_larger_than_a_record),
		cmocka_unit_test(test_writer_stream_without_a_reader_is_no_error),
		cmocka_unit_test(test_writer_stream_waits_for_a_slow_reader),
		cmocka_unit_test(test_writer_stream_can_be_given_up),
		cmocka_unit_test(test_feature_add_str_pads_to_64_with_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
