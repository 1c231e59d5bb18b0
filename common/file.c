#include "common/file.h"
#include "common/dir.h"
#include "common/events.h"
#include "common/evname.h"
#include "common/source.h"
#include "common/spool.h"
#include "common/stream.h"
#include "common/swap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ATTR_STRIDE_MIN	 (PERF_ATTR_SIZE_VER0 + sizeof(struct file_section))
#define ATTR_STRIDE_MAX	 (4096 + sizeof(struct file_section))
#define TRACING_DATA_MAX (64u << 20) /* one with all of a kernel's events and kallsyms is 30 MB */
#define FEATURE_BODY_MAX (16u << 20)
#define STRING_MAX	 4096
#define IDS_MAX		 (1u << 24) /* of all events; so many CPUs and events no machine has */

/* Is [offset, offset + size) inside the first @limit bytes? Says it without an overflow. */
static bool in_range(const struct file_section *s, uint64_t limit)
{
	return s->offset <= limit && s->size <= limit - s->offset;
}

/* Reads a section into malloc()ed memory, a NUL behind it. */
static int read_section(const struct perf_file *f, const struct file_section *s, size_t max,
			const char *what, char **out, struct err *err)
{
	char *body;

	if (s->size > max)
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": %s of %" PRIu64 " bytes is larger than %zu",
			    f->path, s->offset, what, s->size, max);
	body = malloc(s->size + 1);
	if (!body)
		return fail_mem(err);
	if (source_read(f, body, s->size, s->offset, what, err)) {
		free(body);
		return -1;
	}
	body[s->size] = 0;
	*out = body;
	return 0;
}

static bool is_header_size(uint64_t size)
{
	return size == sizeof(struct file_header) || size == FILE_HEADER_SIZE_OLD ||
	       size == FILE_HEADER_SIZE_PIPE;
}

/*
 * The magic tells the byte order; the bytes PERFFILE of perf before 3.4 do not, there the size of
 * the header has to be one that can be.
 */
static int check_magic(struct perf_file *f, struct err *err)
{
	struct file_header *h = &f->header;

	if (!memcmp(&h->magic, PERF_MAGIC_OLD, sizeof(h->magic))) {
		f->swapped = is_header_size(__builtin_bswap64(h->size));
		return 0;
	}
	switch (h->magic) {
	case PERF_MAGIC_SWAPPED:
		f->swapped = true;
		return 0;
	case PERF_MAGIC:
		return 0;
	case 0:
		return fail(err, ERR_DATA,
			    "%s: is not a perf.data file (it does not begin with PERFILE2 but with "
			    "zeros; was it written when the machine went down?)",
			    f->path);
	default:
		return fail(err, ERR_DATA,
			    "%s: is not a perf.data file (it does not begin with PERFILE2)",
			    f->path);
	}
}

static int fail_header_end(const struct perf_file *f, struct err *err)
{
	return fail(err, ERR_TRUNC, "%s: the file ends inside the header", f->path);
}

static int read_header(struct perf_file *f, struct err *err)
{
	struct file_header *h = &f->header;
	int rc = source_has(f, 0, FILE_HEADER_SIZE_PIPE, "the header", err);

	if (!rc)
		return fail(err, ERR_DATA, "%s: is not a perf.data file (it has %" PRIu64 " bytes)",
			    f->path, f->size);
	if (rc < 0 || source_read(f, h, FILE_HEADER_SIZE_PIPE, 0, "the header", err) ||
	    check_magic(f, err))
		return -1;
	h->size = file_u64(f, &h->size);
	f->stream = h->size == FILE_HEADER_SIZE_PIPE;
	if (f->stream)
		return 0;
	if (!is_header_size(h->size))
		return fail(err, ERR_DATA,
			    "%s: offset 0x8: header size %" PRIu64
			    " is none that perf writes (104, 72, 16)",
			    f->path, h->size);
	rc = source_has(f, 0, h->size, "the header", err);
	if (rc <= 0)
		return rc ? rc : fail_header_end(f, err);
	if (source_read(f, h, h->size, 0, "the header", err))
		return -1;
	if (f->swapped)
		swap_file_header(h, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
	return 0;
}

/* Gets all that lies before the data out of a pipe; what is behind it is out of reach. */
static int locate_data_in_pipe(struct perf_file *f, struct err *err)
{
	const struct file_section *data = &f->header.data;
	int rc = source_has(f, 0, data->offset, "what is before the data", err);

	if (rc < 0)
		return -1;
	if (!rc || data->offset < f->header.size)
		return fail(err, rc ? ERR_DATA : ERR_TRUNC,
			    "%s: offset 0x28: %s the data section at %#" PRIx64, f->path,
			    rc ? "the header reaches into" : "the file ends before", data->offset);
	f->data = *data;
	f->unfinished = data->size == 0;
	if (f->unfinished || data->size > UINT64_MAX - data->offset)
		f->data.size = UINT64_MAX - data->offset;
	return 0;
}

/* Where the data is, clipped to what the file has. */
static int locate_data(struct perf_file *f, struct err *err)
{
	const struct file_section *data = &f->header.data;

	if (data->offset < f->header.size || data->offset > f->size)
		return fail(err, ERR_DATA,
			    "%s: offset 0x28: the data section at %#" PRIx64
			    " lies outside of the file's %" PRIu64 " bytes",
			    f->path, data->offset, f->size);
	f->data = *data;
	f->unfinished = data->size == 0;
	f->cut = !in_range(data, f->size);
	if (f->unfinished || f->cut)
		f->data.size = f->size - data->offset;
	return 0;
}

static int read_ids(struct perf_file *f, struct event *ev, const struct file_section *ids,
		    uint64_t entry_off, uint64_t *total, struct err *err)
{
	if (!in_range(ids, f->size) || ids->size % 8)
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": the ids of event %u (%" PRIu64
			    " bytes at %#" PRIx64 ") do not lie in the file",
			    f->path, entry_off, ev->idx, ids->size, ids->offset);
	*total += ids->size;
	if (*total > MIN(f->size, IDS_MAX * 8ull))
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": more event ids than the file "
			    "has room for, or than %u",
			    f->path, entry_off, IDS_MAX);
	if (!ids->size)
		return 0;
	ev->ids = malloc(ids->size);
	if (!ev->ids)
		return fail_mem(err);
	ev->nr_ids = ids->size / 8;
	if (source_read(f, ev->ids, ids->size, ids->offset, "event ids", err))
		return -1;
	if (f->swapped)
		swap_u64(ev->ids, ev->nr_ids);
	return 0;
}

/* The ids stand behind the attr (perf), or at the end of a stride that is longer. */
static struct file_section ids_of(const struct perf_file *f, const char *entry, uint32_t attr_size)
{
	size_t stride = f->header.attr_size;
	struct file_section near, last;

	memcpy(&near, entry + attr_size, sizeof(near));
	memcpy(&last, entry + stride - sizeof(last), sizeof(last));
	if (f->swapped) {
		swap_u64(&near, 2);
		swap_u64(&last, 2);
	}
	return in_range(&near, f->size) && near.size && near.size % 8 == 0 ? near : last;
}

static int read_attr(struct perf_file *f, struct event *ev, uint64_t off, uint64_t *total_ids,
		     struct err *err)
{
	char entry[ATTR_STRIDE_MAX];
	uint64_t stride = f->header.attr_size;
	struct file_section ids;

	if (source_read(f, entry, stride, off, "the attr table", err))
		return -1;
	if (event_init(f, ev, entry, stride - sizeof(ids), off, err))
		return -1;
	ids = ids_of(f, entry, ev->attr_size);
	return read_ids(f, ev, &ids, off, total_ids, err) || event_index(f, ev, err) ? -1 : 0;
}

static int check_attr_table(const struct perf_file *f, struct err *err)
{
	const struct file_header *h = &f->header;

	if (h->attr_size < ATTR_STRIDE_MIN || h->attr_size > ATTR_STRIDE_MAX)
		return fail(err, ERR_DATA,
			    "%s: offset 0x10: attr size %" PRIu64 " is not between %zu and %zu",
			    f->path, h->attr_size, ATTR_STRIDE_MIN, ATTR_STRIDE_MAX);
	if (!in_range(&h->attrs, f->size) || h->attrs.size % h->attr_size)
		return fail(err, ERR_DATA,
			    "%s: offset 0x18: the attr table (%" PRIu64 " bytes at %#" PRIx64
			    ") does not lie in the file",
			    f->path, h->attrs.size, h->attrs.offset);
	if (!h->attrs.size)
		return fail(err, ERR_DATA, "%s: offset 0x18: the file describes no event", f->path);
	if (h->attrs.size / h->attr_size > EVENTS_MAX)
		return fail(err, ERR_DATA, "%s: offset 0x18: %" PRIu64 " events are more than %d",
			    f->path, h->attrs.size / h->attr_size, EVENTS_MAX);
	return 0;
}

static int read_events(struct perf_file *f, struct err *err)
{
	uint64_t stride = f->header.attr_size, total_ids = 0;
	uint32_t nr;

	if (check_attr_table(f, err))
		return -1;
	nr = f->header.attrs.size / stride;
	f->events = calloc(nr, sizeof(*f->events));
	if (!f->events)
		return fail_mem(err);
	for (; f->nr_events < nr; f->nr_events++) {
		struct event *ev = &f->events[f->nr_events];

		ev->idx = f->nr_events;
		if (read_attr(f, ev, f->header.attrs.offset + stride * ev->idx, &total_ids, err)) {
			f->nr_events++; /* its ids are to be freed */
			return -1;
		}
	}
	return events_check(f, err);
}

static unsigned count_features(const struct perf_file *f)
{
	unsigned nr = 0;

	for (int i = 0; i < 4; i++)
		nr += __builtin_popcountll(f->header.flags[i]);
	return nr;
}

static bool read_table(const struct perf_file *f, uint64_t off, unsigned nr,
		       struct file_section *entries)
{
	struct file_section table = { off, nr * sizeof(*entries) };

	if (!in_range(&table, f->size) ||
	    source_read(f, entries, table.size, off, "the feature table", NULL))
		return false;
	if (f->swapped)
		swap_u64(entries, 2 * nr);
	return entries[0]
		.offset; /* zeros: it had not reached the disk when the machine went down */
}

/* Could these 16 bytes each be a table of bodies that lie in front of it, one behind the other? */
static bool is_copy(const struct perf_file *f, const struct file_section *entries, unsigned nr,
		    uint64_t table_off)
{
	uint64_t end = f->header.size;

	for (unsigned i = 0; i < nr; i++) {
		if (entries[i].offset < end || !in_range(&entries[i], table_off))
			return false;
		end = entries[i].offset + entries[i].size;
	}
	return true;
}

/* rec's recordings have a copy of the feature table right in front of the data. */
static bool read_copy(const struct perf_file *f, unsigned nr, struct file_section *entries)
{
	uint64_t data_off = f->header.data.offset, copy_off = data_off - nr * sizeof(*entries);

	return copy_off <= data_off && read_table(f, copy_off, nr, entries) &&
	       is_copy(f, entries, nr, copy_off);
}

/*
 * The table stands behind the data. When that was not written, was cut off or is not to be had,
 * the copy tells the same. Entries that do not lie in the file are left out.
 */
static void read_feature_table(struct perf_file *f)
{
	struct file_section entries[FEATURE_MAX], *entry = entries;
	const struct file_header *h = &f->header;
	unsigned nr = count_features(f);
	bool in_reach = !f->sequential && !f->unfinished && !f->cut;

	if (!nr || h->size != sizeof(*h))
		return;
	if (!in_reach || !read_table(f, h->data.offset + h->data.size, nr, entries)) {
		f->table_lost = true;
		if (!read_copy(f, nr, entries))
			return;
	}
	if (f->sequential && !f->unfinished)
		f->behind = nr * sizeof(*entries);
	for (int bit = 0; bit < FEATURE_MAX; bit++) {
		if (!(h->flags[bit / 64] >> (bit % 64) & 1))
			continue;
		if (in_range(entry, f->size)) {
			f->features[bit] = *entry;
			f->flags[bit / 64] |= 1ULL << (bit % 64);
		} else {
			f->table_lost = true;
		}
		entry++;
	}
}

/* A perf string: u32 len, len bytes with a NUL inside. NULL when it is damaged. */
static char *string_at(const struct perf_file *f, const char **at, const char *end)
{
	char *text;
	uint32_t len;

	if (end - *at < 4)
		return NULL;
	len = file_u32(f, *at);
	if (!len || len > (uint64_t)(end - *at - 4))
		return NULL;
	text = strndup(*at + 4, MIN(len, STRING_MAX));
	*at += 4 + len;
	return text;
}

static char *read_string_feature(const struct perf_file *f, enum feature bit)
{
	char *body, *text = NULL;
	const char *at;

	if (!f->features[bit].size ||
	    read_section(f, &f->features[bit], FEATURE_BODY_MAX, "a feature", &body, NULL))
		return NULL;
	at = body;
	text = string_at(f, &at, body + f->features[bit].size);
	free(body);
	return text;
}

static void read_sample_time(struct perf_file *f)
{
	uint64_t times[2];

	if (f->features[FEATURE_SAMPLE_TIME].size < sizeof(times) ||
	    source_read(f, times, sizeof(times), f->features[FEATURE_SAMPLE_TIME].offset,
			"SAMPLE_TIME", NULL))
		return;
	f->first_ns = file_u64(f, &times[0]);
	f->last_ns = file_u64(f, &times[1]);
}

static void read_clock_data(struct perf_file *f)
{
	const struct file_section *s = &f->features[FEATURE_CLOCK_DATA];
	struct {
		uint32_t version, clockid;
		uint64_t wall_ns, clock_ns;
	} body;

	if (s->size < sizeof(body) ||
	    source_read(f, &body, sizeof(body), s->offset, "CLOCK_DATA", NULL) ||
	    file_u32(f, &body.version) != CLOCK_DATA_VERSION)
		return;
	f->wall_ns = file_u64(f, &body.wall_ns);
	f->clock_ns = file_u64(f, &body.clock_ns);
}

/* EVENT_DESC repeats the attrs with names; where it is in step with the table, names are taken. */
static void read_event_desc(struct perf_file *f)
{
	const struct file_section *s = &f->features[FEATURE_EVENT_DESC];
	const char *at, *end;
	uint32_t nr, attr_size;
	char *body;

	if (s->size < 8 || read_section(f, s, FEATURE_BODY_MAX, "EVENT_DESC", &body, NULL))
		return;
	at = body + 8;
	end = body + s->size;
	nr = file_u32(f, body);
	attr_size = file_u32(f, body + 4);
	for (uint32_t i = 0; i < nr && i < f->nr_events; i++) {
		struct event *ev = &f->events[i];
		uint32_t nr_ids;

		if (attr_size < PERF_ATTR_SIZE_VER0 || (uint64_t)(end - at) < attr_size + 4ull ||
		    file_u32(f, at) != ev->attr.type || file_u64(f, at + 8) != ev->attr.config)
			break;
		nr_ids = file_u32(f, at + attr_size);
		at += attr_size + 4;
		free(ev->name);
		ev->name = string_at(f, &at, end);
		if (!ev->name || nr_ids > (uint64_t)(end - at) / 8)
			break;
		at += 8ull * nr_ids;
	}
	free(body);
}

struct event_type {
	uint64_t config;
	char name[64];
};

/* What perf before 3.11 called them, in their order; EVENT_DESC is younger than that. */
static void read_event_types(struct perf_file *f)
{
	const struct file_section *s = &f->header.event_types;
	struct event_type *types;
	char *body;

	if (f->stream || f->header.size < FILE_HEADER_SIZE_OLD || !s->size ||
	    s->size % sizeof(*types) || s->size / sizeof(*types) > f->nr_events ||
	    !in_range(s, f->size) ||
	    read_section(f, s, FEATURE_BODY_MAX, "event types", &body, NULL))
		return;
	types = (struct event_type *)body;
	for (uint64_t i = 0; i < s->size / sizeof(*types); i++) {
		struct event *ev = &f->events[i];

		if (!ev->name && *types[i].name && ev->attr.config == file_u64(f, &types[i].config))
			ev->name = strndup(types[i].name, sizeof(types[i].name));
	}
	free(body);
}

/*
 * Every event gets a name: its tracepoint's, else EVENT_DESC's, else that of its type, else its
 * number.
 */
static int name_events(struct perf_file *f, struct err *err)
{
	for (uint32_t i = 0; i < f->nr_events; i++) {
		struct event *ev = &f->events[i];
		char name[512];

		if (ev->attr.type == PERF_TYPE_TRACEPOINT)
			ev->tp = tp_find(&f->tps, ev->attr.config);
		if (ev->tp) {
			snprintf(name, sizeof(name), "%s:%s", ev->tp->system, ev->tp->name);
			free(ev->name);
			ev->name = strdup(name);
		} else if (!ev->name) {
			const char *known = evname(ev->attr.type, ev->attr.config);

			snprintf(name, sizeof(name), "#%u", i);
			ev->name = strdup(known ? known : name);
		}
		if (!ev->name)
			return fail_mem(err);
	}
	return 0;
}

int file_take_formats(struct perf_file *f, const void *section, uint64_t len, uint64_t off,
		      struct err *err)
{
	struct tp_table was = f->tps; /* has no formats, but perhaps bad ones */
	struct tracing tracing;
	int rc;

	if (tracing_parse(&tracing, section, len, f->path, off, err))
		return -1;
	rc = tp_table_init(&f->tps, &tracing, f->path, err);
	tracing_release(&tracing);
	if (!rc && !f->tps.bad) {
		f->tps.bad = was.bad;
		f->tps.nr_bad = was.nr_bad;
		was.bad = NULL;
	}
	tp_table_release(&was);
	return rc ? -1 : name_events(f, err);
}

/* Without its formats a recording is still one: what is wrong with them is noted. */
static int read_tracing(struct perf_file *f, struct err *err)
{
	const struct file_section *s = &f->features[FEATURE_TRACING_DATA];
	struct err damage = { 0 };
	char *body = NULL;

	if (!s->size)
		return 0;
	if (!read_section(f, s, TRACING_DATA_MAX, "TRACING_DATA", &body, &damage))
		file_take_formats(f, body, s->size, s->offset, &damage);
	free(body);
	if (!damage.code)
		return 0;
	f->no_formats = damage.code == ERR_MEM ? NULL : strdup(damage.text);
	return f->no_formats ? 0 : fail_mem(err);
}

static int read_features(struct perf_file *f, struct err *err)
{
	f->hostname = read_string_feature(f, FEATURE_HOSTNAME);
	f->osrelease = read_string_feature(f, FEATURE_OSRELEASE);
	f->arch = read_string_feature(f, FEATURE_ARCH);
	read_sample_time(f);
	read_clock_data(f);
	read_event_desc(f);
	read_event_types(f);
	return name_events(f, err) || read_tracing(f, err) ? -1 : 0;
}

/* Is all that describes the recording in front of its data, as rec has it? */
static bool is_in_front(const struct perf_file *f)
{
	struct file_section entries[FEATURE_MAX];
	const struct file_header *h = &f->header;
	unsigned nr = count_features(f);

	return in_range(&h->attrs, f->size) &&
	       (!nr || h->size != sizeof(*h) || read_copy(f, nr, entries));
}

/*
 * What a file has at the places that its header names. perf writes what describes a recording behind
 * its data: of a pipe, that has to be read to its end first.
 */
static int read_tables(struct perf_file *f, struct err *err)
{
	if (f->sequential && (locate_data_in_pipe(f, err) || (!is_in_front(f) && spool(f, err))))
		return -1;
	if (!f->sequential && locate_data(f, err))
		return -1;
	if (read_events(f, err))
		return -1;
	read_feature_table(f);
	return 0;
}

int file_read_feature(const struct perf_file *f, unsigned bit, struct buf *body, struct err *err)
{
	char *bytes;

	if (!f->features[bit].size)
		return 0;
	if (read_section(f, &f->features[bit], TRACING_DATA_MAX, "a feature", &bytes, err))
		return -1;
	buf_add(body, bytes, f->features[bit].size);
	free(bytes);
	return body->failed ? fail_mem(err) : 0;
}

int file_open(struct perf_file *f, const char *path, struct err *err)
{
	*f = (struct perf_file){ .path = path, .fd = -1 };
	if (source_open(f, err) || read_header(f, err) ||
	    (f->stream ? stream_read_head(f, err) : read_tables(f, err)) || read_features(f, err) ||
	    (f->dir && dir_list(f, err))) {
		file_close(f);
		return -1;
	}
	source_keep(f, f->data.offset);
	if (f->front.failed) {
		file_close(f);
		return fail_mem(err);
	}
	return 0;
}

void file_close(struct perf_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	dir_free(f->dir);
	for (uint32_t i = 0; i < f->nr_events; i++) {
		free(f->events[i].name);
		free(f->events[i].ids);
	}
	free(f->events);
	hash_release(&f->events_by_id);
	free(f->hostname);
	free(f->osrelease);
	free(f->arch);
	free(f->no_formats);
	tp_table_release(&f->tps);
	buf_release(&f->front);
	buf_release(&f->head);
	*f = (struct perf_file){ .fd = -1 };
}

struct event *file_event_by_name(const struct perf_file *f, const char *name)
{
	for (uint32_t i = 0; i < f->nr_events; i++)
		if (!strcmp(f->events[i].name, name))
			return &f->events[i];
	return NULL;
}
