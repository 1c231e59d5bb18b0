#include "common/samplewalk.h"
#include "common/sample.h"
#include "common/util.h"

#define BRANCH_BYTES 24 /* from, to, flags */

/* Newer than the headers of the oldest distribution that we build on. */
#define BRANCH_HW_INDEX (1ULL << 17) /* PERF_SAMPLE_BRANCH_HW_INDEX, kernel 5.7 */
#define BRANCH_COUNTERS (1ULL << 19) /* PERF_SAMPLE_BRANCH_COUNTERS, kernel 6.8 */

struct walk {
	const struct perf_event_attr *attr;
	const char *at, *end; /* what is left of the record */
	bool swapped;
	sample_visit visit; /* may be NULL */
	void *arg;
};

/* A part of one word, there when its bit of sample_type is set. */
struct word {
	uint64_t bit;
	enum sample_part part;
};

static const struct word head[] = {
	{ PERF_SAMPLE_IDENTIFIER, PART_IDENTIFIER },
	{ PERF_SAMPLE_IP, PART_IP },
	{ PERF_SAMPLE_TID, PART_TID },
	{ PERF_SAMPLE_TIME, PART_TIME },
	{ PERF_SAMPLE_ADDR, PART_ADDR },
	{ PERF_SAMPLE_ID, PART_ID },
	{ PERF_SAMPLE_STREAM_ID, PART_STREAM_ID },
	{ PERF_SAMPLE_CPU, PART_CPU },
	{ PERF_SAMPLE_PERIOD, PART_PERIOD },
};

static const struct word trailer[] = {
	{ PERF_SAMPLE_TID, PART_TID }, { PERF_SAMPLE_TIME, PART_TIME },
	{ PERF_SAMPLE_ID, PART_ID },   { PERF_SAMPLE_STREAM_ID, PART_STREAM_ID },
	{ PERF_SAMPLE_CPU, PART_CPU }, { PERF_SAMPLE_IDENTIFIER, PART_IDENTIFIER },
};

static const struct word behind_stack[] = {
	{ PERF_SAMPLE_WEIGHT, PART_WEIGHT },
	{ PERF_SAMPLE_WEIGHT_STRUCT, PART_WEIGHT_STRUCT },
	{ PERF_SAMPLE_DATA_SRC, PART_DATA_SRC },
	{ PERF_SAMPLE_TRANSACTION, PART_TRANSACTION },
};

static const struct word behind_regs[] = {
	{ PERF_SAMPLE_PHYS_ADDR, PART_PHYS_ADDR },
	{ PERF_SAMPLE_CGROUP, PART_CGROUP },
	{ PERF_SAMPLE_DATA_PAGE_SIZE, PART_DATA_PAGE_SIZE },
	{ PERF_SAMPLE_CODE_PAGE_SIZE, PART_CODE_PAGE_SIZE },
};

static bool has(const struct walk *w, uint64_t bit)
{
	return w->attr->sample_type & bit;
}

/* A part of @nr elements of @each bytes. Returns 0, or -1 when there are not so many. */
static int pass(struct walk *w, enum sample_part part, uint64_t nr, uint32_t each)
{
	const char *at = w->at;

	if (nr > (uint64_t)(w->end - at) / each)
		return -1;
	w->at += nr * each;
	if (w->visit && nr)
		w->visit(w->arg, part, at, nr * each);
	return 0;
}

static int pass_u64(struct walk *w, enum sample_part part)
{
	return pass(w, part, 1, sizeof(uint64_t));
}

/* A u64 that tells how many there are of what follows. It is read before somebody turns it. */
static int pass_count(struct walk *w, enum sample_part part, uint64_t *nr)
{
	if (w->end - w->at < (ptrdiff_t)sizeof(*nr))
		return -1;
	*nr = load_u64(w->at);
	if (w->swapped)
		*nr = __builtin_bswap64(*nr);
	return pass_u64(w, part);
}

static int pass_values(struct walk *w, uint64_t nr)
{
	uint64_t format = w->attr->read_format;

	while (nr--) {
		if (pass_u64(w, PART_READ_VALUE))
			return -1;
		if (!(format & PERF_FORMAT_GROUP) &&
		    ((format & PERF_FORMAT_TOTAL_TIME_ENABLED && pass_u64(w, PART_READ_ENABLED)) ||
		     (format & PERF_FORMAT_TOTAL_TIME_RUNNING && pass_u64(w, PART_READ_RUNNING))))
			return -1;
		if ((format & PERF_FORMAT_ID && pass_u64(w, PART_READ_ID)) ||
		    (format & PERF_FORMAT_LOST && pass_u64(w, PART_READ_LOST)))
			return -1;
	}
	return 0;
}

/* Each value takes at least a word, so a number that is too large ends at the record's end. */
static int pass_read(struct walk *w)
{
	uint64_t format = w->attr->read_format, nr;

	if (!(format & PERF_FORMAT_GROUP))
		return pass_values(w, 1);
	if (pass_count(w, PART_READ_NR, &nr) ||
	    (format & PERF_FORMAT_TOTAL_TIME_ENABLED && pass_u64(w, PART_READ_ENABLED)) ||
	    (format & PERF_FORMAT_TOTAL_TIME_RUNNING && pass_u64(w, PART_READ_RUNNING)))
		return -1;
	return pass_values(w, nr);
}

static int pass_callchain(struct walk *w)
{
	uint64_t nr;

	return pass_count(w, PART_CALLCHAIN_NR, &nr) || pass(w, PART_CALLCHAIN, nr, 8) ? -1 : 0;
}

static int pass_raw(struct walk *w)
{
	uint32_t size;

	if (w->end - w->at < (ptrdiff_t)sizeof(size))
		return -1;
	size = load_u32(w->at);
	if (w->swapped)
		size = __builtin_bswap32(size);
	if (!sample_raw_fits(size, w->end - w->at - sizeof(size)))
		return -1;
	return pass(w, PART_RAW_SIZE, 1, sizeof(size)) || pass(w, PART_RAW, size, 1) ? -1 : 0;
}

static int pass_regs(struct walk *w, enum sample_part abi_part, enum sample_part regs,
		     uint64_t mask)
{
	uint64_t abi;

	if (pass_count(w, abi_part, &abi))
		return -1;
	return abi ? pass(w, regs, __builtin_popcountll(mask), 8) : 0;
}

static int pass_stack(struct walk *w)
{
	uint64_t size;

	if (pass_count(w, PART_STACK_SIZE, &size))
		return -1;
	if (!size)
		return 0;
	return pass(w, PART_STACK, size, 1) || pass_u64(w, PART_STACK_DYN_SIZE) ? -1 : 0;
}

static int pass_aux(struct walk *w)
{
	uint64_t size;

	return pass_count(w, PART_AUX_SIZE, &size) || pass(w, PART_AUX, size, 1) ? -1 : 0;
}

static int pass_words(struct walk *w, const struct word *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (has(w, words[i].bit) && pass_u64(w, words[i].part))
			return -1;
	return 0;
}

/* Everything behind BRANCH_STACK. */
static int pass_rest(struct walk *w)
{
	if (has(w, PERF_SAMPLE_REGS_USER) &&
	    pass_regs(w, PART_REGS_USER_ABI, PART_REGS_USER, w->attr->sample_regs_user))
		return -1;
	if ((has(w, PERF_SAMPLE_STACK_USER) && pass_stack(w)) ||
	    pass_words(w, behind_stack, ARRAY_SIZE(behind_stack)))
		return -1;
	if (has(w, PERF_SAMPLE_REGS_INTR) &&
	    pass_regs(w, PART_REGS_INTR_ABI, PART_REGS_INTR, w->attr->sample_regs_intr))
		return -1;
	if (pass_words(w, behind_regs, ARRAY_SIZE(behind_regs)))
		return -1;
	return has(w, PERF_SAMPLE_AUX) ? pass_aux(w) : 0;
}

/*
 * Where the kernel has no branches at all it writes nothing but a count of 0; where it has a list
 * without an entry, the index of the hardware follows that. Nothing tells which, but where the
 * sample ends.
 */
static bool has_hw_index(const struct walk *w, uint64_t nr)
{
	struct walk rest = *w;

	if (!(w->attr->branch_sample_type & BRANCH_HW_INDEX))
		return false;
	rest.visit = NULL;
	return nr || pass_rest(&rest) || rest.at != rest.end;
}

static int pass_branches(struct walk *w)
{
	uint64_t nr;

	if (pass_count(w, PART_BRANCH_NR, &nr) ||
	    (has_hw_index(w, nr) && pass_u64(w, PART_BRANCH_HW_IDX)) ||
	    pass(w, PART_BRANCHES, nr, BRANCH_BYTES))
		return -1;
	return w->attr->branch_sample_type & BRANCH_COUNTERS ? pass(w, PART_BRANCH_COUNTERS, nr, 8)
							     : 0;
}

static int walk_body(struct walk *w)
{
	if (pass_words(w, head, ARRAY_SIZE(head)) || (has(w, PERF_SAMPLE_READ) && pass_read(w)) ||
	    (has(w, PERF_SAMPLE_CALLCHAIN) && pass_callchain(w)) ||
	    (has(w, PERF_SAMPLE_RAW) && pass_raw(w)) ||
	    (has(w, PERF_SAMPLE_BRANCH_STACK) && pass_branches(w)))
		return -1;
	return pass_rest(w);
}

int sample_walk(const struct perf_event_attr *attr, const struct perf_event_header *rec,
		bool swapped, sample_visit visit, void *arg)
{
	const char *start = (const char *)rec;
	struct walk w = { attr, start + sizeof(*rec), start + rec->size, swapped, visit, arg };

	if (attr->sample_type & ~SAMPLE_TYPE_KNOWN || walk_body(&w))
		return -1;
	return (int)(w.at - start);
}

int read_walk(const struct perf_event_attr *attr, const char *at, const char *end, bool swapped,
	      sample_visit visit, void *arg)
{
	struct walk w = { attr, at, end, swapped, visit, arg };

	return pass_read(&w) ? -1 : (int)(w.at - at);
}

/* Of an event with unknown fields nothing is known but the last word. */
static bool in_trailer(const struct perf_event_attr *attr, size_t i)
{
	if (attr->sample_type & ~SAMPLE_TYPE_KNOWN && trailer[i].part != PART_IDENTIFIER)
		return false;
	return attr->sample_id_all && attr->sample_type & trailer[i].bit;
}

int trailer_walk(const struct perf_event_attr *attr, const struct perf_event_header *rec,
		 sample_visit visit, void *arg)
{
	const char *end = (const char *)rec + rec->size;
	uint32_t bytes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(trailer); i++)
		bytes += in_trailer(attr, i) ? 8 : 0;
	if (rec->size < sizeof(*rec) + bytes)
		return -1;
	for (size_t i = 0, left = bytes; i < ARRAY_SIZE(trailer); i++) {
		if (!in_trailer(attr, i))
			continue;
		if (visit)
			visit(arg, trailer[i].part, end - left, 8);
		left -= 8;
	}
	return (int)bytes;
}
