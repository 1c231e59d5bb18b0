#include "report/values.h"

/* In front of the counters in a sample: a word each. */
#define BEFORE_READ                                                                     \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | \
	 PERF_SAMPLE_ADDR | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |  \
	 PERF_SAMPLE_PERIOD)

#define TIMES (PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING)

void values_release(struct values *v)
{
	hash_release(&v->last);
}

bool values_in_file(const struct perf_file *file)
{
	for (uint32_t i = 0; i < file->nr_events; i++)
		if (values_has(&file->events[i]))
			return true;
	return false;
}

static uint32_t words(uint64_t bits)
{
	return 8 * __builtin_popcountll(bits);
}

bool values_start(struct values_iter *i, const struct event *event,
		  const struct perf_event_header *rec)
{
	const uint64_t type = event->attr.sample_type, format = event->attr.read_format;
	const char *at = (const char *)rec + sizeof(*rec) + words(type & BEFORE_READ);
	uint32_t times = words(format & TIMES);

	if (!values_has(event))
		return false;
	*i = (struct values_iter){ .at = at, .left = 1, .id_off = 8 + times };
	if (!(format & PERF_FORMAT_GROUP))
		return true;
	/* u64 number, times, then value, id and perhaps lost of each. The parser has counted them. */
	i->left = load_u64(at);
	i->at = at + 8 + times;
	i->id_off = 8;
	i->step = 8 + words(format & (PERF_FORMAT_ID | PERF_FORMAT_LOST));
	return true;
}

int values_next(struct values *v, struct values_iter *i, const struct perf_file *file,
		const struct event **event, uint64_t *growth, struct err *err)
{
	while (i->left) {
		uint64_t value = load_u64(i->at), id = load_u64(i->at + i->id_off);
		const uint64_t *idx = hash_get(&file->events_by_id, id);
		uint64_t *last = idx ? hash_put(&v->last, id) : NULL;

		i->left--;
		i->at += i->step;
		if (!idx)
			continue;
		if (!last)
			return fail_mem(err);
		*growth = value - *last;
		*last = value;
		*event = &file->events[*idx];
		if (*growth)
			return 1;
	}
	return 0;
}
