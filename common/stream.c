#include "common/stream.h"
#include "common/events.h"
#include "common/source.h"
#include "common/swap.h"

#include <inttypes.h>
#include <stdlib.h>

struct head {
	struct perf_file *file;
	struct err *err;
	uint32_t room;	 /* events that file->events has memory for */
	uint64_t off;	 /* of the record */
	uint64_t behind; /* bytes that follow it and are no record */
	uint32_t type;
	uint16_t size; /* of the record; the whole of it, in the file's byte order, is in... */
	char record[RECORD_SIZE_MAX + 1];
};

static int head_bad(const struct head *h, const char *what)
{
	return fail(h->err, ERR_DATA, "%s: offset %#" PRIx64 ": %s record of %u bytes",
		    h->file->path, h->off, what, h->size);
}

static int head_has(struct head *h, uint64_t off, uint64_t len)
{
	int rc = source_has(h->file, off, len, "a record of the head", h->err);

	if (rc)
		return MIN(rc, 0);
	return fail(h->err, ERR_TRUNC,
		    "%s: offset %#" PRIx64 ": the stream ends inside its description",
		    h->file->path, h->off);
}

static bool is_of_head(uint32_t type)
{
	return type == RECORD_HEADER_ATTR || type == RECORD_EVENT_TYPE ||
	       type == RECORD_TRACING_DATA || type == RECORD_BUILD_ID ||
	       type == RECORD_EVENT_UPDATE || type == RECORD_FEATURE;
}

/*
 * Reads the record at h->off. Returns 1, -1, or 0 when it is none of the head: then the reader
 * sees to it, also when it is damaged, or its header cut.
 */
static int head_next(struct head *h)
{
	struct perf_event_header header;
	int rc;

	if (h->off > FRONT_MAX)
		return fail(h->err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": the stream's description is larger than "
			    "%u MiB",
			    h->file->path, h->off, FRONT_MAX >> 20);
	rc = source_has(h->file, h->off, sizeof(header), "a record", h->err);
	if (rc <= 0)
		return rc;
	if (source_read(h->file, &header, sizeof(header), h->off, "a record", h->err))
		return -1;
	if (h->file->swapped)
		swap_header(&header);
	if (!is_of_head(header.type) || header.size < sizeof(header))
		return 0;
	h->type = header.type;
	h->size = header.size;
	h->behind = 0;
	if (head_has(h, h->off, h->size) ||
	    source_read(h->file, h->record, h->size, h->off, "a record", h->err))
		return -1;
	return 1;
}

static struct event *add_event(struct head *h)
{
	struct perf_file *f = h->file;
	struct event *ev;

	if (f->nr_events == h->room) {
		uint32_t room = h->room ? h->room * 2 : 8;
		struct event *events = realloc(f->events, room * sizeof(*events));

		if (!events) {
			fail_mem(h->err);
			return NULL;
		}
		f->events = events;
		h->room = room;
	}
	ev = &f->events[f->nr_events];
	*ev = (struct event){ .idx = f->nr_events++ };
	return ev;
}

/* HEADER_ATTR: the attr, and the ids of the event up to the record's end. */
static int take_attr(struct head *h)
{
	const char *attr = h->record + sizeof(struct perf_event_header);
	uint32_t room = h->size - sizeof(struct perf_event_header);
	struct event *ev;

	if (h->file->nr_events == EVENTS_MAX)
		return fail(h->err, ERR_DATA, "%s: offset %#" PRIx64 ": more than %d events",
			    h->file->path, h->off, EVENTS_MAX);
	ev = add_event(h);
	if (!ev || event_init(h->file, ev, attr, room, h->off, h->err))
		return -1;
	room -= ev->attr_size;
	if (room % sizeof(uint64_t))
		return head_bad(h, "HEADER_ATTR");
	if (!room)
		return 0;
	ev->ids = malloc(room);
	if (!ev->ids)
		return fail_mem(h->err);
	memcpy(ev->ids, attr + ev->attr_size, room);
	if (h->file->swapped)
		swap_u64(ev->ids, room / sizeof(uint64_t));
	ev->nr_ids = room / sizeof(uint64_t);
	return event_index(h->file, ev, h->err);
}

/* TRACING_DATA: its payload follows it; the stream goes on behind that. */
static int take_tracing(struct head *h)
{
	uint64_t off = h->off + h->size;

	if (h->size < 12)
		return head_bad(h, "TRACING_DATA");
	h->behind = file_u32(h->file, h->record + 8);
	if (head_has(h, off, h->behind))
		return -1;
	h->file->features[FEATURE_TRACING_DATA] = (struct file_section){ off, h->behind };
	return 0;
}

/*
 * FEATURE: its number, and a body as the file's section has it. The end mark is an empty one whose
 * number is the first that its writer does not know.
 */
static int take_feature(struct head *h)
{
	uint64_t bit;

	if (h->size < 16)
		return head_bad(h, "FEATURE");
	bit = file_u64(h->file, h->record + 8);
	if (bit >= FEATURE_MARK_MIN && h->size == 16)
		return 0;
	if (bit < FEATURE_MAX && bit != FEATURE_TRACING_DATA)
		h->file->features[bit] = (struct file_section){ h->off + 16, h->size - 16 };
	return 0;
}

/* EVENT_UPDATE: of its kinds, only the name matters here. */
static int take_update(struct head *h)
{
	struct perf_file *f = h->file;
	const uint64_t *idx;
	struct event *ev;

	if (h->size < 24)
		return head_bad(h, "EVENT_UPDATE");
	idx = hash_get(&f->events_by_id, file_u64(f, h->record + 16));
	if (file_u64(f, h->record + 8) != EVENT_UPDATE_NAME || !idx)
		return 0;
	ev = &f->events[*idx];
	free(ev->name);
	ev->name = strndup(h->record + 24, h->size - 24);
	return ev->name ? 0 : fail_mem(h->err);
}

static int take_record(struct head *h)
{
	switch (h->type) {
	case RECORD_HEADER_ATTR:
		return take_attr(h);
	case RECORD_TRACING_DATA:
		return take_tracing(h);
	case RECORD_FEATURE:
		return take_feature(h);
	case RECORD_EVENT_UPDATE:
		return take_update(h);
	default:
		return 0;
	}
}

int stream_read_head(struct perf_file *f, struct err *err)
{
	struct head h = { .file = f, .err = err, .off = FILE_HEADER_SIZE_PIPE };
	int rc;

	while ((rc = head_next(&h)) > 0) {
		if (take_record(&h))
			return -1;
		f->head_records[h.type - RECORD_USER_FIRST]++;
		h.off += h.size + h.behind;
	}
	if (rc < 0)
		return -1;
	if (!f->nr_events)
		return fail(err, ERR_DATA, "%s: offset %#" PRIx64 ": the stream describes no event",
			    f->path, h.off);
	f->data.offset = h.off;
	f->data.size = (f->sequential ? UINT64_MAX : f->size) - h.off;
	return events_check(f, err);
}
