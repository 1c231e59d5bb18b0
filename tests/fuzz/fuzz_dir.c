/*
 * fuzz_dir.c - any bytes as the parts of a recording that is a directory: read by one thread and by several,
 * and merged, alone and with another recording, where every record that has a time comes, in the order of
 * the times.
 *
 * An input: u16, the bytes of the first part; the first part; the second part.
 */
#include "common/dir.h"
#include "common/inorder.h"
#include "tests/unit/dirbuild.h"

#define FUZZ_SEEDS dir_seeds
#include "tests/fuzz/fuzz.h"

#define MERGE_BYTES_MAX (1u << 20) /* so little that not all of it has to fit */

/* What the merge was told of, which it asks twice, and what it gave. */
struct merged {
	const struct perf_file *file;
	uint64_t told, given, late;
	uint64_t last;
};

static int look(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		uint64_t *time_ns, uint16_t *tag, struct err *err)
{
	const struct event *ev;
	struct merged *m = arg;

	(void)off;
	(void)err;
	ev = rec->type < RECORD_USER_FIRST ? file_event(m->file, rec) : NULL;
	if (!ev)
		return 0;
	*time_ns = record_time(&ev->layout, rec);
	*tag = ev->idx;
	if (!*time_ns || *time_ns == UINT64_MAX)
		return 0;
	__atomic_fetch_add(&m->told, ask, __ATOMIC_RELAXED); /* by several threads */
	return 1;
}

static int give(void *arg, const struct order_entry *e, struct err *err)
{
	struct merged *m = arg;

	(void)err;
	if (e->tag >= m->file->nr_events || e->rec->size < sizeof(*e->rec))
		abort();
	m->given++;
	m->late += e->time < m->last;
	m->last = MAX(m->last, e->time);
	return 0;
}

/* @nr times the same recording. */
static void merge(const char *path, uint32_t nr, bool threads)
{
	struct inorder_client client = { look, give, .bytes_max = MERGE_BYTES_MAX,
					 .threads = threads };
	struct inorder_source sources[2] = { 0 };
	struct merged m[2] = { 0 };
	struct perf_file f[2];
	struct err err = { 0 };

	for (uint32_t i = 0; i < nr; i++) {
		if (file_open(&f[i], path, &err))
			abort();
		m[i].file = &f[i];
		sources[i] = (struct inorder_source){ .file = &f[i], .arg = &m[i] };
	}
	if (inorder_read(sources, nr, &client, &err))
		abort();
	for (uint32_t i = 0; i < nr; i++) {
		if (2 * m[i].given != m[i].told || m[i].late != sources[i].nr_late) {
			fprintf(stderr, "%u of %u: told of %llu, %llu given, %llu late of %llu\n",
				i, nr, (long long)m[i].told, (long long)m[i].given,
				(long long)m[i].late, (long long)sources[i].nr_late);
			abort();
		}
		file_close(&f[i]);
	}
}

/* As reading_of() a file. */
static struct reading read_dir(const char *path, bool threads)
{
	struct reading g = { .rc = -2 };
	struct perf_file f;
	struct reader r;

	if (file_open(&f, path, &g.err) || reader_open(&r, &f, &g.err))
		abort();
	if (threads)
		reader_use_threads(&r);
	reading_blocks(&g, &r);
	reader_close(&r);
	file_close(&f);
	return g;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading one, several;
	struct db_dir d = { 0 };
	size_t first;

	if (size < 2)
		return 0;
	first = MIN((size_t)load_u16(data), size - 2);
	seed_plain(&d.b);
	db_begin(&d, 1);
	db_write(&d, "data.0", data + 2, first);
	db_write(&d, "data.1", data + 2 + first, size - 2 - first);
	one = read_dir(d.path, false);
	several = read_dir(d.path, true);
	readings_compare(&one, &several);
	merge(d.path, 1, false);
	merge(d.path, 1, true);
	merge(d.path, 2, true);
	db_end(&d);
	return 0;
}

/* ---- seeds: the records of files ---- */

static void dir_seeds(const char *dir)
{
	static void (*const makes[])(struct rb_file * b) = { seed_plain,    seed_perf_z,
							     seed_rec_z,    seed_mixed,
							     seed_payloads, seed_compressed2 };

	for (size_t i = 0; i < ARRAY_SIZE(makes); i++) {
		struct rb_file a = { 0 }, b = { 0 };
		char name[16];
		uint16_t len;

		makes[i](&a);
		makes[(i + 1) % ARRAY_SIZE(makes)](&b);
		len = a.data.len;
		buf_add(&a.data, b.data.data, b.data.len);
		snprintf(name, sizeof(name), "parts-%zu", i);
		fuzz_seed(dir, name, &len, 2, a.data.data, a.data.len);
		rb_release(&a);
		rb_release(&b);
	}
}
