/*
 * fuzz_dir.c - any bytes as the parts of a recording that is a directory: read by one thread and by several,
 * and merged, where every record that has a time comes, in the order of the times.
 *
 * An input: u16, the bytes of the first part; the first part; the second part.
 */
#include "common/dir.h"
#include "common/merge.h"
#include "tests/unit/dirbuild.h"

#define FUZZ_SEEDS dir_seeds
#include "tests/fuzz/fuzz.h"

#define MERGE_BYTES_MAX (1u << 20) /* so little that not all of it has to fit */

/* What the merge was told of, and what it gave. */
struct merged {
	const struct perf_file *file;
	uint64_t looked, again, timed, given, late;
	uint64_t last;
};

static int look(void *arg, const struct perf_event_header *rec, bool again, uint64_t *time_ns,
		uint32_t *tag, struct err *err)
{
	const struct event *ev;
	struct merged *m = arg;

	(void)err;
	*(again ? &m->again : &m->looked) += 1;
	ev = rec->type < RECORD_USER_FIRST ? file_event(m->file, rec) : NULL;
	if (!ev)
		return 0;
	*time_ns = record_time(&ev->layout, rec);
	*tag = ev->idx;
	if (!*time_ns || *time_ns == UINT64_MAX)
		return 0;
	m->timed += !again;
	return 1;
}

static int give(void *arg, const struct perf_event_header *rec, uint32_t tag, uint64_t time_ns,
		struct err *err)
{
	struct merged *m = arg;

	(void)err;
	if (tag >= m->file->nr_events || rec->size < sizeof(*rec))
		abort();
	m->given++;
	m->late += time_ns < m->last;
	m->last = MAX(m->last, time_ns);
	return 0;
}

static void merge(const char *path)
{
	struct merge_client client = { look, give, .bytes_max = MERGE_BYTES_MAX };
	struct err damage, err = { 0 };
	struct merged m = { 0 };
	struct perf_file f;
	uint64_t nr_late;

	if (file_open(&f, path, &err))
		abort();
	m.file = &f;
	client.arg = &m;
	if (merge_parts(&f, &client, &damage, &nr_late, &err) || m.given != m.timed ||
	    m.late != nr_late) {
		fprintf(stderr,
			"%llu looked at, %llu again, %llu timed, %llu given, %llu late: %s\n",
			(long long)m.looked, (long long)m.again, (long long)m.timed,
			(long long)m.given, (long long)m.late, err.text);
		abort();
	}
	file_close(&f);
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
	merge(d.path);
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
