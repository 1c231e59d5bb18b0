#include "tests/unit/unit.h"

#include "common/merge.h"
#include "common/dir.h"
#include "tests/unit/dirbuild.h"

#define PARTS_MAX   8
#define RECORDS_MAX 20000
#define TURN	    (2u << 20) /* what perf reads of a part at once */

/* A record that was made, as it is found in its raw bytes. */
struct mark {
	uint64_t time;
	uint32_t part, nr; /* in the order of its file */
	uint32_t size;	   /* of the record */
};

/* A directory, what its parts hold, and what came out. */
struct fixture {
	struct db_dir d;
	struct buf parts[PARTS_MAX];
	struct mark *made; /* part by part */
	struct mark *given;
	uint32_t nr_made, nr_given;
	uint32_t nr_asked; /* by __atomic: so often a record was */
	struct mark acts[RECORDS_MAX / 4];
	uint32_t nr_acts; /* without a time, in the order in which they were looked at */
	uint32_t part_nr[PARTS_MAX];
	struct perf_event_attr attr;
	struct inorder_client client;
	struct inorder_source source;
	struct err err;
	uint32_t places_max;
	uint32_t fail_at, stop_at;
	bool stop;
	int rc;
};

static int look(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		uint64_t *time_ns, uint16_t *tag, struct err *err)
{
	struct fixture *x = arg;

	(void)err;
	(void)off;
	if (ask)
		__atomic_fetch_add(&x->nr_asked, 1, __ATOMIC_RELAXED);
	if (rec->type != PERF_RECORD_SAMPLE)
		return 0;
	*time_ns = load_u64((const char *)rec + 24);
	*tag = 65535;
	if (*time_ns)
		return 1;
	if (ask)
		return INORDER_ACTS;
	assert_int_equal(x->nr_given, 0);
	memcpy(&x->acts[x->nr_acts++], (const char *)rec + 44, sizeof(struct mark));
	return 0;
}

static int give(struct fixture *x, const struct order_entry *e, struct err *err)
{
	struct mark *m = &x->given[x->nr_given++];

	assert_int_equal(e->tag, 65535);
	assert_int_equal((uintptr_t)e->rec % 8, 0);
	memcpy(m, (const char *)e->rec + 44, sizeof(*m));
	assert_int_equal(e->time, MIN(m->time, UINT64_MAX - 2));
	assert_int_equal(e->rec->size, m->size);
	if (x->nr_given == x->fail_at)
		return fail(err, ERR_IO, "the pipe is closed");
	if (x->nr_given == x->stop_at)
		x->stop = true;
	return 0;
}

static void begin(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	x->made = calloc(RECORDS_MAX, sizeof(*x->made));
	x->given = calloc(RECORDS_MAX, sizeof(*x->given));
	rb_raw_syscalls(&x->d.b);
	x->attr = x->d.b.attrs[0];
	x->client = (struct inorder_client){ .look = look, .stop = &x->stop, .threads = true };
}

/* A sample of about @size bytes for the end of the part. */
static void add(struct fixture *x, uint32_t part, uint64_t time, uint32_t size)
{
	static char raw[65536];
	struct mark *m = &x->made[x->nr_made++];

	size = ALIGN_UP(MAX(size, 44 + sizeof(*m)), 8);
	*m = (struct mark){ .time = time, .part = part, .nr = x->part_nr[part]++, .size = size };
	memcpy(raw, m, sizeof(*m));
	rb_sample(part ? &x->parts[part] : &x->d.b.data, &x->attr,
		  &(struct rb_values){
			  .time = time, .id = RB_ID_ENTER, .raw = raw, .raw_len = size - 44 });
}

static int merge(struct fixture *x)
{
	struct merge *m = merge_new(&x->source, &x->client, x->places_max, &x->err);
	const struct order_entry *e;
	int rc = m ? 0 : -1;

	while (!rc && (rc = merge_next(m, &e, &x->err)) > 0) {
		rc = give(x, e, &x->err);
		merge_take(m);
	}
	merge_free(m);
	return rc;
}

static void run(struct fixture *x)
{
	struct perf_file f;

	db_begin(&x->d, 1);
	for (uint32_t i = 1; i < PARTS_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "data.%u", i);
		if (x->parts[i].len)
			db_write(&x->d, name, x->parts[i].data, x->parts[i].len);
	}
	if (file_open(&f, x->d.path, &x->err))
		fail_test("%s", x->err.text);
	x->source = (struct inorder_source){ .file = &f, .arg = x };
	x->rc = merge(x);
	file_close(&f);
}

static void end(struct fixture *x)
{
	for (uint32_t i = 0; i < PARTS_MAX; i++)
		buf_release(&x->parts[i]);
	free(x->made);
	free(x->given);
	db_end(&x->d);
}

/* The number of each part in the order of the directory's list. */
static void list(struct fixture *x, uint32_t place[PARTS_MAX])
{
	struct perf_file f;
	struct err err;

	assert_int_equal(file_open(&f, x->d.path, &err), 0);
	for (uint32_t i = 0; i < f.dir->nr_parts; i++) {
		const char *dot = strrchr(f.dir->parts[i], '.');

		place[i ? atoi(dot + 1) : 0] = i;
	}
	file_close(&f);
}

static struct model {
	struct mark mark;
	uint32_t turn, place;
} model[RECORDS_MAX];

/* As perf queues them: in turns, part by part, in the order of the file; sorted by time. */
static int by_queue(const void *a, const void *b)
{
	const struct model *x = a, *y = b;

	if (x->mark.time != y->mark.time)
		return x->mark.time < y->mark.time ? -1 : 1;
	if (x->turn != y->turn)
		return x->turn < y->turn ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->mark.nr < y->mark.nr ? -1 : 1;
}

static void assert_as_perf(struct fixture *x)
{
	uint32_t place[PARTS_MAX] = { 0 }, turn[PARTS_MAX] = { 0 }, nr = 0;
	uint64_t read[PARTS_MAX] = { 0 };

	list(x, place);
	for (uint32_t i = 0; i < x->nr_made; i++) {
		const struct mark *m = &x->made[i];

		if (m->time)
			model[nr++] = (struct model){ *m, turn[m->part], place[m->part] };
		read[m->part] += m->size;
		if (read[m->part] >= TURN) {
			read[m->part] = 0;
			turn[m->part]++;
		}
	}
	qsort(model, nr, sizeof(*model), by_queue);
	assert_int_equal(x->rc, 0);
	assert_true(x->nr_asked >= 2 * x->nr_made);
	assert_int_equal(x->nr_given, nr);
	for (uint32_t i = 0; i < nr; i++)
		assert_memory_equal(&x->given[i], &model[i].mark, sizeof(struct mark));
}

static void test_merge_gives_parts_in_time_order(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	add(&x, 0, 50, 0);
	add(&x, 1, 10, 0);
	add(&x, 1, 40, 0);
	add(&x, 1, 30, 0); /* a step back */
	add(&x, 2, 20, 0);
	add(&x, 2, 60, 0);
	run(&x);
	assert_as_perf(&x);
	assert_int_equal(x.source.nr_late, 0);
	end(&x);
}

/* Many equal times, in parts of several turns; step after step of small records, too. */
static void test_merge_gives_equal_times_as_perf_queues_them(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed < 9; seed++) {
		unsigned dice = seed;
		struct fixture x;

		begin(&x);
		for (uint32_t part = 0; part < 4; part++) {
			uint32_t nr = rand_r(&dice) % (seed % 2 ? 300 : 4000);

			for (uint32_t i = 0; i < nr; i++)
				add(&x, part, 1 + i / 10 + rand_r(&dice) % 20,
				    seed % 2 ? rand_r(&dice) % 65000 : 0);
		}
		run(&x);
		assert_as_perf(&x);
		assert_int_equal(x.source.nr_late, 0);
		end(&x);
	}
}

static void test_merge_takes_any_disorder_that_fits_into_memory(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed < 5; seed++) {
		unsigned dice = seed;
		struct fixture x;

		begin(&x);
		x.places_max = seed - 1; /* all, and fewer than there would be */
		for (uint32_t part = 0; part < PARTS_MAX; part++)
			for (uint32_t i = 0; i < 2400; i++)
				add(&x, part, rand_r(&dice) % 5000, 0);
		run(&x);
		assert_as_perf(&x);
		assert_int_equal(x.source.nr_late, 0);
		end(&x);
	}
}

/* The earliest record is the last: what does not fit goes in front of it, however late it is. */
static void test_merge_gives_all_when_memory_is_short(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct fixture x;

		begin(&x);
		x.client.bytes_max = 1;
		for (uint32_t part = 0; part < 2; part++)
			for (uint32_t i = 0; i < 9000; i++) {
				const uint64_t times[] = { 1000 + i, 100000 - i, 100000 - i,
							   UINT64_MAX - 1 };

				add(&x, part, times[kind], kind >= 2 ? 400 : 0);
			}
		add(&x, 1, 1, 0);
		run(&x);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.nr_given, x.nr_made);
		assert_in_range(x.source.nr_late, 1, x.nr_made - 1);
		end(&x);
	}
}

/* Part by part, each in the order of its file, also where several threads asked which these are. */
static void test_merge_looks_first_at_all_that_has_no_time(void **state)
{
	(void)state;
	for (uint32_t size = 0; size <= 400; size += 400) {
		uint32_t place[PARTS_MAX] = { 0 };
		struct fixture *x = malloc(sizeof(*x));

		begin(x);
		for (uint32_t i = 0; i < 6000; i++)
			add(x, i % 4, i % 7 ? 10 + i % 100 : 0, size);
		run(x);
		assert_as_perf(x);
		assert_int_equal(x->nr_acts, 6000 / 7 + 1);
		list(x, place);
		for (uint32_t i = 1; i < x->nr_acts; i++) {
			const struct mark *a = &x->acts[i - 1], *b = &x->acts[i];

			assert_true(place[a->part] < place[b->part] ||
				    (a->part == b->part && a->nr < b->nr));
		}
		end(x);
		free(x);
	}
}

/* By several threads, or by one where the directory is small: that of the first part is told. */
static void test_merge_tells_the_damage_of_the_first_part(void **state)
{
	(void)state;
	for (uint32_t size = 0; size <= 400; size += 400) {
		uint32_t place[PARTS_MAX] = { 0 }, first = 1;
		struct fixture x;
		char name[32];

		begin(&x);
		for (uint32_t i = 0; i < 8000; i++)
			add(&x, i % 4, i + 1, size);
		for (uint32_t part = 1; part < 4; part++)
			x.parts[part].len -= 5 + part;
		run(&x);
		assert_int_equal(x.rc, 0);
		assert_int_equal(x.nr_given, 7997);
		list(&x, place);
		for (uint32_t part = 2; part < 4; part++)
			first = place[part] < place[first] ? part : first;
		snprintf(name, sizeof(name), "/data.%u: offset 0x", first);
		assert_contains(x.source.damage.text, name);
		end(&x);
	}
}

static void test_merge_ends_with_its_client(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	for (uint32_t i = 0; i < 3000; i++)
		add(&x, i % 2, i + 1, 0);
	x.fail_at = 1500;
	run(&x);
	assert_int_equal(x.rc, -1);
	assert_int_equal(x.nr_given, 1500);
	assert_string_equal(x.err.text, "the pipe is closed");
	end(&x);
	begin(&x);
	for (uint32_t i = 0; i < 3000; i++)
		add(&x, i % 2, i + 1, 0);
	x.stop_at = 1500;
	run(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.nr_given, 1500);
	end(&x);
}

static void test_merge_gives_what_is_before_the_damage(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	for (uint32_t i = 0; i < 6000; i++)
		add(&x, i % 3, i + 1, 0);
	buf_add_zero(&x.parts[1], 64);
	x.parts[2].len -= 5;
	run(&x);
	assert_int_equal(x.rc, 0);
	assert_int_equal(x.nr_given, 5999);
	assert_contains(x.source.damage.text, "/data.");
	assert_contains(x.source.damage.text, "offset 0x");
	end(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_gives_parts_in_time_order),
		cmocka_unit_test(test_merge_gives_equal_times_as_perf_queues_them),
		cmocka_unit_test(test_merge_takes_any_disorder_that_fits_into_memory),
		cmocka_unit_test(test_merge_gives_all_when_memory_is_short),
		cmocka_unit_test(test_merge_looks_first_at_all_that_has_no_time),
		cmocka_unit_test(test_merge_tells_the_damage_of_the_first_part),
		cmocka_unit_test(test_merge_ends_with_its_client),
		cmocka_unit_test(test_merge_gives_what_is_before_the_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
