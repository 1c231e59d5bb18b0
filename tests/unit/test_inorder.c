#include "tests/unit/unit.h"

#include "common/inorder.h"
#include "tests/unit/dirbuild.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX   4
#define RECORDS_MAX 20000

/* What a record carries: its file, and its number there. */
struct mark {
	uint64_t time;
	uint32_t file, nr;
};

/* What the client sees of a file. */
struct seen {
	struct fixture *x;
	uint32_t nr_looked, nr_given;
	uint32_t nr_rounds;
};

struct fixture {
	struct rb_file b[FILES_MAX];
	struct perf_file f[FILES_MAX];
	struct inorder_source sources[FILES_MAX];
	struct seen seen[FILES_MAX];
	uint32_t nr, nr_made[FILES_MAX];
	struct inorder_client client;
	struct mark given[RECORDS_MAX];
	uint32_t nr_given;
	uint32_t nr_looked;
	uint32_t nr_expected; /* nr_given when it was stopped by look() */
	uint32_t held_max;    /* looked at, not given: the most at any time */
	uint32_t fail_at, look_fail_at, stop_at, look_stop_at;
	uint32_t spoil_at; /* ... records given: the rest of the file is spoilt, by */
	enum { SPOIL_CUT, SPOIL_ZEROS } spoil;
	uint32_t order_of_look[FILES_MAX]; /* how many had been given when it was first looked at */
	bool stop;
	struct err err;
	int rc;
};

static uint32_t held(const struct fixture *x)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < x->nr; i++)
		nr += x->seen[i].nr_looked - x->seen[i].nr_given;
	return nr;
}

/* That is where it lies in the file; of a directory's parts, nobody looks. */
static void assert_at(const struct fixture *x, uint32_t file, uint64_t off,
		      const struct perf_event_header *rec)
{
	if (x->b[file].out.len)
		assert_memory_equal((const char *)x->b[file].out.data + off, rec, rec->size);
}

static int look(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		uint64_t *time_ns, uint16_t *tag, struct err *err)
{
	struct seen *seen = arg;
	struct fixture *x = seen->x;
	uint32_t file = seen - x->seen;

	seen->nr_rounds += rec->type == RECORD_FINISHED_ROUND && !ask;
	if (rec->type != PERF_RECORD_SAMPLE)
		return 0;
	if (ask)
		goto out;
	if (!seen->nr_looked++)
		x->order_of_look[file] = x->nr_given;
	x->held_max = MAX(x->held_max, held(x));
	if (++x->nr_looked == x->look_stop_at) {
		x->stop = true;
		x->nr_expected = x->nr_given;
	}
	if (x->look_fail_at && seen->nr_looked == x->look_fail_at)
		return fail(err, ERR_IO, "looked too long");
	assert_at(x, file, off, rec);
out:
	*time_ns = load_u64((const char *)rec + 24);
	*tag = 7 + file;
	return 1;
}

/* The first file, from its middle on. */
static void spoil(const struct fixture *x)
{
	static const char zeros[4096];
	const uint64_t size = x->b[0].out.len;
	int fd = open(x->f[0].path, O_WRONLY);

	assert_return_code(fd, errno);
	if (x->spoil == SPOIL_CUT)
		assert_return_code(ftruncate(fd, size / 2), errno);
	for (uint64_t off = size / 2; x->spoil == SPOIL_ZEROS && off < size; off += sizeof(zeros))
		assert_return_code(pwrite(fd, zeros, sizeof(zeros), off), errno);
	close(fd);
}

static int give(void *arg, const struct order_entry *e, struct err *err)
{
	struct seen *seen = arg;
	struct fixture *x = seen->x;
	struct mark *m = &x->given[x->nr_given++];

	memcpy(m, (const char *)e->rec + 44, sizeof(*m));
	assert_ptr_equal(seen, &x->seen[m->file]);
	assert_int_equal(e->tag, 7 + m->file);
	assert_int_equal(e->time, m->time);
	assert_at(x, m->file, e->off, e->rec);
	seen->nr_given++;
	if (x->nr_given == x->fail_at)
		return fail(err, ERR_IO, "the pipe is closed");
	if (x->nr_given == x->stop_at)
		x->stop = true;
	if (x->nr_given == x->spoil_at)
		spoil(x);
	return 0;
}

static void begin(struct fixture *x, uint32_t nr)
{
	memset(x, 0, sizeof(*x));
	x->nr = nr;
	x->client = (struct inorder_client){ .look = look, .give = give, .stop = &x->stop };
	for (uint32_t i = 0; i < nr; i++) {
		rb_raw_syscalls(&x->b[i]);
		x->seen[i].x = x;
		x->sources[i] = (struct inorder_source){ .file = &x->f[i], .arg = &x->seen[i] };
	}
}

static void add(struct fixture *x, uint32_t file, uint64_t time, uint32_t size)
{
	static char raw[65536];
	const struct mark m = { time, file, x->nr_made[file]++ };

	memcpy(raw, &m, sizeof(m));
	rb_sample(&x->b[file].data, &x->b[file].attrs[0],
		  &(struct rb_values){ .time = time,
				       .id = RB_ID_ENTER,
				       .raw = raw,
				       .raw_len = MAX(size, sizeof(m)) });
}

static void read_all(struct fixture *x)
{
	for (uint32_t i = 0; i < x->nr; i++)
		if (!x->f[i].path && file_open(&x->f[i], rb_path(&x->b[i]), &x->err))
			fail_test("%s", x->err.text);
	x->rc = inorder_read(x->sources, x->nr, &x->client, &x->err);
}

static void end(struct fixture *x)
{
	for (uint32_t i = 0; i < x->nr; i++) {
		file_close(&x->f[i]);
		rb_release(&x->b[i]);
	}
}

static struct fixture x, alone;

/* "FILE:TIME " of each that was given */
static void assert_given(const char *expected)
{
	char text[4096] = "";

	for (uint32_t i = 0; i < x.nr_given; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u:%d ",
			 x.given[i].file, (int)x.given[i].time);
	assert_string_equal(text, expected);
}

static void test_inorder_gives_equal_times_in_the_order_of_the_files(void **state)
{
	(void)state;
	begin(&x, 3);
	for (uint32_t file = 3; file--;) {
		add(&x, file, 30, 0);
		add(&x, file, 20 + (file == 1), 0);
		add(&x, file, 30, 0);
	}
	read_all(&x);
	assert_int_equal(x.rc, 0);
	assert_given("0:20 2:20 1:21 0:30 0:30 1:30 1:30 2:30 2:30 ");
	assert_int_equal(x.given[3].nr, 0);
	assert_int_equal(x.given[4].nr, 2);
	end(&x);
}

static unsigned dice;

/* As a recorder writes it: what lay in each ring at a time, so long that it is not copied. */
static void add_rings(struct fixture *to, uint32_t rings, uint32_t nr, uint32_t size_max)
{
	for (uint32_t ring = 0; ring < rings; ring++)
		for (uint32_t i = 0; i < nr; i++)
			add(to, 0, 1 + to->nr_made[0] / (rings * nr) * nr + i,
			    rand_r(&dice) % size_max);
}

static void assert_sorted(uint32_t nr)
{
	assert_int_equal(x.nr_given, nr);
	for (uint32_t i = 1; i < nr; i++)
		assert_true(x.given[i - 1].time < x.given[i].time ||
			    (x.given[i - 1].time == x.given[i].time &&
			     x.given[i - 1].nr < x.given[i].nr));
}

static void test_inorder_gives_long_runs_as_they_are_in_the_file(void **state)
{
	(void)state;
	for (uint32_t sizes = 100; sizes <= 10000; sizes *= 10) {
		dice = sizes;
		begin(&x, 1);
		for (int round = 0; round < 4; round++) {
			add_rings(&x, 3, 150000 / sizes, sizes);
			rb_round(&x.b[0].data);
		}
		read_all(&x);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.sources[0].damage.code, 0);
		assert_sorted(12 * (150000 / sizes));
		end(&x);
	}
}

/* More than there are windows for: the others are copied. */
static void test_inorder_gives_very_many_long_runs(void **state)
{
	(void)state;
	begin(&x, 1);
	dice = 1;
	add_rings(&x, 200, 80, 2000);
	read_all(&x);
	assert_int_equal(x.rc, 0);
	assert_sorted(200 * 80);
	end(&x);
}

/* What is not copied is read again: it may not be there any more. */
static void test_inorder_ends_where_a_file_is_spoilt_meanwhile(void **state)
{
	(void)state;
	for (int how = SPOIL_CUT; how <= SPOIL_ZEROS; how++) {
		begin(&x, 1);
		dice = 1;
		add_rings(&x, 1, 6000, 100);
		x.spoil = how;
		x.spoil_at = 1;
		read_all(&x);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.sources[0].damage.code, how == SPOIL_CUT ? ERR_TRUNC : ERR_DATA);
		assert_contains(x.sources[0].damage.text, x.f[0].path);
		assert_in_range(x.nr_given, 1000, 5000);
		end(&x);
	}
}

/* Rounds, records that come late, and a part without either. */
static void add_random(struct fixture *to, uint32_t file, uint32_t nr)
{
	uint64_t now = rand_r(&dice) % 5000;

	for (uint32_t i = 0; i < nr; i++) {
		uint64_t back = rand_r(&dice) % (i % 100 ? 20 : 500);

		now += rand_r(&dice) % 10;
		add(to, file, 1 + now - MIN(now, back), 0);
		if (rand_r(&dice) % 40 == 0)
			rb_round(&to->b[file].data);
	}
}

/* Each comes as it does alone; what is given is the oldest of the first of each. */
static void test_inorder_keeps_the_order_of_each(void **state)
{
	uint32_t at[FILES_MAX], nr[FILES_MAX];
	static struct mark one[FILES_MAX][RECORDS_MAX];

	(void)state;
	for (unsigned seed = 1; seed < 9; seed++) {
		dice = seed;
		begin(&x, FILES_MAX);
		for (uint32_t file = 0; file < FILES_MAX; file++)
			add_random(&x, file, rand_r(&dice) % 3000);
		dice = seed;
		for (uint32_t file = 0; file < FILES_MAX; file++) {
			begin(&alone, FILES_MAX);
			dice = seed;
			for (uint32_t i = 0; i < FILES_MAX; i++)
				add_random(&alone, i, rand_r(&dice) % 3000);
			for (uint32_t i = 0; i < FILES_MAX; i++)
				assert_int_equal(file_open(&alone.f[i], rb_path(&alone.b[i]),
							   &alone.err),
						 0);
			assert_int_equal(inorder_read(&alone.sources[file], 1, &alone.client,
						      &alone.err),
					 0);
			nr[file] = alone.nr_given;
			memcpy(one[file], alone.given, sizeof(one[file]));
			at[file] = 0;
			end(&alone);
		}
		read_all(&x);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.nr_given, nr[0] + nr[1] + nr[2] + nr[3]);
		for (uint32_t i = 0; i < x.nr_given; i++) {
			uint32_t next = FILES_MAX;

			for (uint32_t file = FILES_MAX; file--;)
				if (at[file] < nr[file] &&
				    (next == FILES_MAX ||
				     one[file][at[file]].time <= one[next][at[next]].time))
					next = file;
			assert_memory_equal(&x.given[i], &one[next][at[next]], sizeof(*x.given));
			at[next]++;
		}
		for (uint32_t file = 0; file < FILES_MAX; file++)
			assert_true(x.sources[file].nr_late > 0 || nr[file] < 500);
		end(&x);
	}
}

static void test_inorder_reads_a_file_from_when_it_is_due(void **state)
{
	(void)state;
	begin(&x, 3);
	for (uint32_t i = 0; i < 100; i++)
		add(&x, 0, 100 + i, 0);
	add(&x, 1, 150, 0);
	add(&x, 2, 180, 0);
	x.sources[1].first_ns = 150;
	read_all(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.nr_given, 102);
	assert_int_equal(x.order_of_look[1], 51); /* those up to 150 of the first file */
	assert_int_equal(x.order_of_look[2], 0);  /* nobody knows when it is due */
	assert_int_equal(x.sources[0].nr_late + x.sources[1].nr_late + x.sources[2].nr_late, 0);
	end(&x);
}

static void test_inorder_counts_what_is_older_than_its_file_said(void **state)
{
	(void)state;
	begin(&x, 2);
	for (uint32_t i = 0; i < 100; i++)
		add(&x, 0, 100 + i, 0);
	for (uint32_t time = 130; time < 170; time += 10)
		add(&x, 1, time, 0);
	x.sources[1].first_ns = 151;
	read_all(&x);
	assert_int_equal(x.nr_given, 104);
	assert_int_equal(x.sources[0].nr_late, 0);
	assert_int_equal(x.sources[1].nr_late, 3); /* those before 151, which the other has given */
	end(&x);
}

/* Files without rounds, or with few, larger together than what may be held. */
static void test_inorder_holds_no_more_than_it_may(void **state)
{
	(void)state;
	for (int nr = 1; nr <= FILES_MAX; nr++) {
		begin(&x, nr);
		x.client.bytes_max = 4 << 20;
		for (int file = 0; file < nr; file++) {
			for (uint32_t i = 0; i < 2000; i++) {
				add(&x, file, 1 + (i ^ 1), 8000);
				if (file % 2 == 0 && i % 600 == 599)
					rb_round(&x.b[file].data);
			}
		}
		read_all(&x);
		assert_int_equal(x.seen[0].nr_rounds, 3);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.nr_given, nr * 2000);
		assert_in_range(x.held_max, 4, (4 << 20) / 8000);
		for (uint32_t i = 1; i < x.nr_given; i++)
			assert_true(x.given[i - 1].time <= x.given[i].time);
		end(&x);
	}
}

static void test_inorder_gives_all_of_the_others_when_one_is_damaged(void **state)
{
	(void)state;
	begin(&x, 3);
	for (uint32_t i = 0; i < 900; i++)
		add(&x, i % 3, 1 + i, 0);
	rb_finish(&x.b[1]);
	/* size 0 in the middle of the second file */
	rb_poke_u16(&x.b[1], x.b[1].header.data.offset + x.b[1].header.data.size / 300 * 150 + 6,
		    0);
	read_all(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.nr_given, 750);
	assert_int_equal(x.sources[0].damage.code, ERR_NONE);
	assert_int_equal(x.sources[1].damage.code, ERR_DATA);
	assert_contains(x.sources[1].damage.text, x.b[1].path);
	assert_int_equal(x.sources[2].damage.code, ERR_NONE);
	end(&x);
}

static void make_ends(uint32_t nr)
{
	begin(&x, nr);
	for (uint32_t i = 0; i < 3000; i++) {
		add(&x, i % nr, 1 + i, 0);
		if (i % 100 == 0)
			rb_round(&x.b[i % nr].data);
	}
}

static void test_inorder_ends_with_its_client(void **state)
{
	(void)state;
	for (uint32_t nr = 1; nr <= 3; nr++) {
		for (uint32_t at = 1; at <= 3000; at += 2999 / 3) { /* at a round, and at the end */
			make_ends(nr);
			x.fail_at = at;
			read_all(&x);
			assert_int_equal(x.rc, -1);
			assert_int_equal(x.nr_given, at);
			assert_string_equal(x.err.text, "the pipe is closed");
			end(&x);
			make_ends(nr);
			x.stop_at = at;
			read_all(&x);
			assert_int_equal(x.rc, 0);
			assert_int_equal(x.nr_given, at);
			end(&x);
		}
		make_ends(nr);
		x.look_stop_at = 500;
		read_all(&x);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.nr_looked, 500);
		assert_int_equal(x.nr_given, x.nr_expected);
		end(&x);
		make_ends(nr);
		x.look_fail_at = 500;
		read_all(&x);
		assert_int_equal(x.rc, -1);
		assert_string_equal(x.err.text, "looked too long");
		end(&x);
	}
}

/* One that can be read but once is one of several like any other. */
static void test_inorder_takes_a_pipe_among_others(void **state)
{
	pid_t writer;
	int fd;

	(void)state;
	begin(&x, 3);
	x.b[1].stream = true;
	for (uint32_t i = 0; i < 3000; i++) {
		add(&x, i % 3, 1 + i, 0);
		if (i % 500 < 3)
			rb_round(&x.b[i % 3].data);
	}
	rb_finish(&x.b[1]);
	assert_int_equal(file_open(&x.f[1], rb_pipe(&x.b[1], x.b[1].out.len, 1000, &writer, &fd),
				   &x.err),
			 0);
	read_all(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.nr_given, 3000);
	for (uint32_t i = 0; i < 3000; i++)
		assert_int_equal(x.given[i].time, 1 + i);
	assert_int_equal(x.sources[1].read_end, x.b[1].out.len);
	end(&x);
	close(fd);
	waitpid(writer, NULL, 0);
}

/* A directory's parts are one of several, too: its first half in `data`, the second in data.1. */
static void test_inorder_takes_a_directory_among_others(void **state)
{
	static struct db_dir d;
	struct buf part = { 0 }, data;

	(void)state;
	begin(&x, 2);
	memset(&d, 0, sizeof(d));
	for (uint32_t i = 0; i < 500; i++)
		add(&x, 0, 2 * i + 1, 0);
	data = x.b[0].data;
	x.b[0].data = part;
	for (uint32_t i = 0; i < 500; i++)
		add(&x, 0, 2 * i + 1, 0);
	part = x.b[0].data;
	x.b[0].data = data;
	for (uint32_t i = 0; i < 500; i++)
		add(&x, 1, 2 * i + 2, 0);
	d.b = x.b[0];
	x.b[0] = (struct rb_file){ 0 };
	db_begin(&d, 1);
	db_write(&d, "data.1", part.data, part.len);
	assert_int_equal(file_open(&x.f[0], d.path, &x.err), 0);
	read_all(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.nr_given, 1500);
	for (uint32_t i = 0; i < 1500; i++)
		assert_int_equal(x.given[i].file, i % 3 == 2);
	end(&x);
	db_end(&d);
	buf_release(&part);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inorder_gives_equal_times_in_the_order_of_the_files),
		cmocka_unit_test(test_inorder_gives_long_runs_as_they_are_in_the_file),
		cmocka_unit_test(test_inorder_gives_very_many_long_runs),
		cmocka_unit_test(test_inorder_ends_where_a_file_is_spoilt_meanwhile),
		cmocka_unit_test(test_inorder_keeps_the_order_of_each),
		cmocka_unit_test(test_inorder_reads_a_file_from_when_it_is_due),
		cmocka_unit_test(test_inorder_counts_what_is_older_than_its_file_said),
		cmocka_unit_test(test_inorder_holds_no_more_than_it_may),
		cmocka_unit_test(test_inorder_gives_all_of_the_others_when_one_is_damaged),
		cmocka_unit_test(test_inorder_ends_with_its_client),
		cmocka_unit_test(test_inorder_takes_a_pipe_among_others),
		cmocka_unit_test(test_inorder_takes_a_directory_among_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
