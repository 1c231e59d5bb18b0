/*
 * fuzz_sample.c - any bytes as a sample, or another record, of an event with any sample_type: decoded,
 * walked in both byte orders, turned around. What several of them say of it must be the same.
 *
 * An input is a struct head, then the record's body.
 */
#include "common/samplewalk.h"
#include "common/swap.h"

#define FUZZ_SEEDS sample_seeds
#include "tests/fuzz/fuzz.h"

struct head {
	uint32_t sample_type; /* of which SAMPLE_TYPE_KNOWN, and a bit more */
	uint16_t branch_sample_type, regs_user, regs_intr, misc;
	uint8_t read_format, sample_id_all, type, config; /* config: has a format, or has none */
};

static volatile uint64_t sink;

/* What was seen of a sample. */
struct seen {
	const struct perf_event_header *rec;
	const char *end; /* of the parts so far */
	const char *raw, *callchain;
	uint64_t raw_size, callchain_bytes;
	uint64_t hash;
};

static void see(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	struct seen *s = arg;

	if (at < s->end || at + bytes > (const char *)s->rec + s->rec->size ||
	    part >= NR_SAMPLE_PARTS)
		abort();
	s->end = at + bytes;
	s->hash = hash_add(s->hash + part, at, bytes);
	if (part == PART_RAW) {
		s->raw = at;
		s->raw_size = bytes;
	} else if (part == PART_CALLCHAIN) {
		s->callchain = at;
		s->callchain_bytes = bytes;
	}
}

/* Both of them find the same, but that sample_parse() ends with the raw bytes. */
static void check_sample(const struct perf_event_attr *attr, const struct perf_event_header *rec)
{
	struct seen seen = { .rec = rec, .end = (const char *)(rec + 1) };
	struct sample_layout l;
	struct sample s;
	int bytes, rc;

	sample_layout_init(&l, attr);
	bytes = sample_walk(attr, rec, false, see, &seen);
	rc = sample_parse(&s, &l, attr, rec);
	if (bytes > rec->size || (bytes >= 0 && rc))
		abort();
	if (!rc && l.parsable && (s.raw_size != seen.raw_size || (s.raw_size && s.raw != seen.raw)))
		abort();
	if (!rc && l.parsable && bytes >= 0 && s.nr_callchain * 8 != seen.callchain_bytes)
		abort();
	if (!rc && s.raw)
		sink += hash_add(s.ip + s.time + s.cpu, s.raw, s.raw_size);
	if (sample_raw(&l, rec, 16))
		sink += hash_add(0, sample_raw(&l, rec, 16), 16);
	sink += record_time(&l, rec) + record_id(&l, rec);
}

static void check_other(const struct perf_event_attr *attr, const struct perf_event_header *rec)
{
	struct seen seen = { .rec = rec, .end = (const char *)(rec + 1) };
	struct sample_layout l;
	int bytes = trailer_walk(attr, rec, see, &seen);

	sample_layout_init(&l, attr);
	if (bytes > rec->size || (bytes > 0 && seen.end != (const char *)rec + rec->size))
		abort();
	sink += record_time(&l, rec) + record_id(&l, rec);
	if (rec->type == PERF_RECORD_READ && rec->size >= 16) {
		seen.end = (const char *)rec + 16;
		read_walk(attr, seen.end, (const char *)rec + rec->size, false, see, &seen);
	}
}

static void check(const struct perf_event_attr *attr, const struct perf_event_header *rec)
{
	if (rec->type == PERF_RECORD_SAMPLE)
		check_sample(attr, rec);
	else if (rec->type < RECORD_USER_FIRST)
		check_other(attr, rec);
}

/* A file with the one event, for those who ask it about a record. */
static void open_event(struct perf_file *f, struct rb_file *b, const struct head *h)
{
	uint32_t type = h->sample_type & ((SAMPLE_TYPE_KNOWN << 1) | 1);
	struct perf_event_attr *attr = rb_event(b, h->config % 2 ? RB_CONFIG_ENTER : 1, type,
						(uint64_t[]){ RB_ID_ENTER }, 1);
	struct err err;
	char path[32];
	int fd;

	attr->read_format = h->read_format;
	attr->branch_sample_type = (uint64_t)h->branch_sample_type << 8; /* its high bits count */
	attr->sample_regs_user = h->regs_user;
	attr->sample_regs_intr = h->regs_intr;
	attr->sample_id_all = h->sample_id_all;
	rb_tracing(rb_feature(b, FEATURE_TRACING_DATA));
	rb_finish(b);
	fd = fuzz_file(b->out.data, b->out.len);
	if (fuzz_open(f, fd, path, &err))
		abort();
	close(fd);
}

/* Exactly as large as it is, so that ASan sees who reads on. */
static struct perf_event_header *record_of(const struct head *h, const uint8_t *body, size_t len)
{
	struct perf_event_header *rec = malloc(sizeof(*rec) + len);

	if (!rec)
		abort();
	*rec = (struct perf_event_header){ h->type % 100, h->misc, sizeof(*rec) + len };
	memcpy(rec + 1, body, len);
	return rec;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct perf_event_header *rec;
	struct perf_file f = { 0 };
	struct rb_file b = { 0 };
	struct head h;
	size_t len;

	if (size < sizeof(h))
		return 0;
	memcpy(&h, data, sizeof(h));
	len = MIN(size - sizeof(h), RECORD_SIZE_MAX - sizeof(*rec)) / 8 * 8;
	open_event(&f, &b, &h);
	rec = record_of(&h, data + sizeof(h), len);
	check(&f.events[0].attr, rec);
	if (rec->type == PERF_RECORD_SAMPLE)
		sink += sample_walk(&f.events[0].attr, rec, true, NULL, NULL);
	swap_header(rec);
	swap_record(&f, rec);
	check(&f.events[0].attr, rec);
	free(rec);
	file_close(&f);
	rb_release(&b);
	return 0;
}

/* ---- seeds: each bit alone, and all of them ---- */

static void seed_sample(const char *dir, const char *name, uint64_t type, uint8_t read_format)
{
	static const uint64_t words[] = { 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	static const struct rb_values v = { .id = RB_ID_ENTER,
					    .read = words,
					    .nr_read = 8,
					    .callchain = words,
					    .nr_callchain = 3,
					    .raw = words,
					    .raw_len = 60,
					    .branch = words,
					    .nr_branch = 2,
					    .regs_user_abi = 2,
					    .regs_intr_abi = 2,
					    .stack = words,
					    .stack_len = 8,
					    .aux = words,
					    .aux_len = 16 };
	const struct perf_event_attr attr = { .sample_type = type,
					      .sample_regs_user = 7,
					      .sample_regs_intr = 5,
					      .sample_id_all = 1 };
	struct head h = { type, 0, 7, 5, 0, read_format, 1, PERF_RECORD_SAMPLE, 1 };
	struct buf record = { 0 };
	char full[64];

	rb_sample(&record, &attr, &v);
	snprintf(full, sizeof(full), "%s-%llx-%x", name, (long long)type, read_format);
	fuzz_seed(dir, full, &h, sizeof(h), record.data + 8, record.len - 8);
	buf_release(&record);
}

static void sample_seeds(const char *dir)
{
	for (int bit = 0; bit < 25; bit++) {
		seed_sample(dir, "alone", 1ULL << bit, 0);
		seed_sample(dir, "missing", SAMPLE_TYPE_KNOWN & ~(1ULL << bit), bit);
	}
	for (uint8_t format = 0; format < 32; format++)
		seed_sample(dir, "read", PERF_SAMPLE_READ | PERF_SAMPLE_TID, format);
}
