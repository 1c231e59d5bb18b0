#include "common/events.h"
#include "common/swap.h"

#include <inttypes.h>

int event_init(const struct perf_file *f, struct event *ev, const char *bytes, uint64_t room,
	       uint64_t off, struct err *err)
{
	ev->attr_size = 0;
	if (room >= PERF_ATTR_SIZE_VER0)
		ev->attr_size = file_u32(f, bytes + offsetof(struct perf_event_attr, size));
	if (!ev->attr_size)
		ev->attr_size = PERF_ATTR_SIZE_VER0;
	if (ev->attr_size < PERF_ATTR_SIZE_VER0 || ev->attr_size > room)
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": attr of %u bytes where there is room for "
			    "%" PRIu64,
			    f->path, off, ev->attr_size, room);
	memcpy(&ev->attr, bytes, MIN(ev->attr_size, sizeof(ev->attr)));
	if (f->swapped)
		swap_attr(&ev->attr, sizeof(ev->attr));
	ev->config3 = ev->attr_size >= ATTR_SIZE_VER8 ? file_u64(f, bytes + ATTR_SIZE_VER8 - 8) : 0;
	ev->config4 = ev->attr_size >= ATTR_SIZE_VER9 ? file_u64(f, bytes + ATTR_SIZE_VER9 - 8) : 0;
	sample_layout_init(&ev->layout, &ev->attr);
	return 0;
}

int event_index(struct perf_file *f, const struct event *ev, struct err *err)
{
	for (uint32_t i = 0; i < ev->nr_ids; i++) {
		uint64_t *idx;

		if (hash_get(&f->events_by_id, ev->ids[i]))
			continue; /* of duplicates, the first wins */
		idx = hash_put(&f->events_by_id, ev->ids[i]);
		if (!idx)
			return fail_mem(err);
		*idx = ev->idx;
	}
	return 0;
}

/* With several events, a record is told apart by an id that must be at one place for all. */
int events_check(const struct perf_file *f, struct err *err)
{
	const struct sample_layout *first = &f->events[0].layout;

	for (uint32_t i = 1; i < f->nr_events; i++) {
		const struct sample_layout *l = &f->events[i].layout;

		if (l->id != first->id || l->tail_id != first->tail_id)
			return fail(err, ERR_DATA,
				    "%s: events 0 and %u have their ids at different places of a "
				    "record (sample_type %#" PRIx64 ", %#" PRIx64 ")",
				    f->path, i, first->sample_type, l->sample_type);
	}
	return 0;
}
