#include "common/file.h"
#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTRS_MAX	 65536
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

/* Reads exactly @len bytes. @what: for the message. */
static int read_at(const struct perf_file *f, void *buf, size_t len, uint64_t off, const char *what,
		   struct err *err)
{
	ssize_t got = io_pread(f->fd, buf, len, off);

	if (got < 0)
		return fail(err, ERR_IO, "%s: cannot read %s at offset %#" PRIx64 ": %s", f->path,
			    what, off, strerror(errno));
	if ((size_t)got < len)
		return fail(err, ERR_TRUNC, "%s: offset %#" PRIx64 ": the file ends inside %s",
			    f->path, off, what);
	return 0;
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
	if (read_at(f, body, s->size, s->offset, what, err)) {
		free(body);
		return -1;
	}
	body[s->size] = 0;
	*out = body;
	return 0;
}

static int check_magic(const struct perf_file *f, struct err *err)
{
	switch (f->header.magic) {
	case PERF_MAGIC:
		return 0;
	case PERF_MAGIC_SWAPPED:
		return fail(err, ERR_SYS,
			    "%s: was recorded on a machine of the other byte order; this version "
			    "cannot read that",
			    f->path);
	case PERF_MAGIC_OLD:
		return fail(err, ERR_SYS,
			    "%s: has the PERFFILE format of perf before 3.4; this version cannot "
			    "read that",
			    f->path);
	default:
		return fail(err, ERR_DATA,
			    "%s: is not a perf.data file (it does not begin with PERFILE2)",
			    f->path);
	}
}

static int read_header(struct perf_file *f, struct err *err)
{
	struct file_header *h = &f->header;

	if (f->size < FILE_HEADER_SIZE_PIPE)
		return fail(err, ERR_DATA, "%s: is not a perf.data file (it has %" PRIu64 " bytes)",
			    f->path, f->size);
	if (read_at(f, h, MIN(sizeof(*h), f->size), 0, "the header", err) || check_magic(f, err))
		return -1;
	if (h->size == FILE_HEADER_SIZE_PIPE)
		return fail(err, ERR_SYS,
			    "%s: is a stream (perf record -o -); this version reads files only",
			    f->path);
	if (h->size != sizeof(*h) && h->size != FILE_HEADER_SIZE_OLD)
		return fail(err, ERR_DATA,
			    "%s: offset 0x8: header size %" PRIu64
			    " is none that perf writes (104, 72)",
			    f->path, h->size);
	if (f->size < h->size)
		return fail(err, ERR_TRUNC, "%s: the file ends inside the header", f->path);
	if (h->size == FILE_HEADER_SIZE_OLD)
		memset(h->flags, 0, sizeof(h->flags));
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
	return read_at(f, ev->ids, ids->size, ids->offset, "event ids", err);
}

/* The ids stand behind the attr (perf), or at the end of a stride that is longer. */
static struct file_section ids_of(const struct perf_file *f, const char *entry, uint32_t attr_size)
{
	size_t stride = f->header.attr_size;
	struct file_section near, last;

	memcpy(&near, entry + attr_size, sizeof(near));
	memcpy(&last, entry + stride - sizeof(last), sizeof(last));
	return in_range(&near, f->size) && near.size && near.size % 8 == 0 ? near : last;
}

static int read_attr(struct perf_file *f, struct event *ev, uint64_t off, uint64_t *total_ids,
		     struct err *err)
{
	char entry[ATTR_STRIDE_MAX];
	uint64_t stride = f->header.attr_size;
	struct file_section ids;

	if (read_at(f, entry, stride, off, "the attr table", err))
		return -1;
	ev->attr_size = load_u32(entry + offsetof(struct perf_event_attr, size));
	if (!ev->attr_size)
		ev->attr_size = PERF_ATTR_SIZE_VER0;
	if (ev->attr_size < PERF_ATTR_SIZE_VER0 || ev->attr_size > stride - sizeof(ids))
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": attr of %u bytes in an entry "
			    "of %" PRIu64,
			    f->path, off, ev->attr_size, stride);
	memcpy(&ev->attr, entry, MIN(ev->attr_size, sizeof(ev->attr)));
	ids = ids_of(f, entry, ev->attr_size);
	sample_layout_init(&ev->layout, &ev->attr);
	return read_ids(f, ev, &ids, off, total_ids, err);
}

/* With several events, a record is told apart by an id that must be at one place for all. */
static int check_id_places(const struct perf_file *f, struct err *err)
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

static int index_ids(struct perf_file *f, struct err *err)
{
	for (uint32_t i = 0; i < f->nr_events; i++) {
		for (uint32_t j = 0; j < f->events[i].nr_ids; j++) {
			uint64_t *idx;

			if (hash_get(&f->events_by_id, f->events[i].ids[j]))
				continue; /* of duplicates, the first wins */
			idx = hash_put(&f->events_by_id, f->events[i].ids[j]);
			if (!idx)
				return fail_mem(err);
			*idx = i;
		}
	}
	return 0;
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
	if (h->attrs.size / h->attr_size > ATTRS_MAX)
		return fail(err, ERR_DATA, "%s: offset 0x18: %" PRIu64 " events are more than %d",
			    f->path, h->attrs.size / h->attr_size, ATTRS_MAX);
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
	return check_id_places(f, err) ? -1 : index_ids(f, err);
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

	return in_range(&table, f->size) &&
	       io_pread(f->fd, entries, table.size, off) == (ssize_t)table.size;
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

/*
 * The table stands behind the data. When that was not written, or was cut off, rec's recordings
 * have a copy right in front of the data. Entries that do not lie in the file are left out.
 */
static void read_feature_table(struct perf_file *f)
{
	struct file_section entries[FEATURE_MAX], *entry = entries;
	const struct file_header *h = &f->header;
	unsigned nr = count_features(f);
	uint64_t copy_off = h->data.offset - nr * sizeof(*entries);

	if (!nr || h->size != sizeof(*h))
		return;
	if (f->unfinished || f->cut || !read_table(f, h->data.offset + h->data.size, nr, entries)) {
		if (copy_off > h->data.offset || !read_table(f, copy_off, nr, entries) ||
		    !is_copy(f, entries, nr, copy_off))
			return;
	}
	for (int bit = 0; bit < FEATURE_MAX; bit++) {
		if (!(h->flags[bit / 64] >> (bit % 64) & 1))
			continue;
		if (in_range(entry, f->size))
			f->features[bit] = *entry;
		entry++;
	}
}

/* A perf string: u32 len, len bytes with a NUL inside. NULL when it is damaged. */
static char *string_at(const char **at, const char *end)
{
	char *text;
	uint32_t len;

	if (end - *at < 4)
		return NULL;
	len = load_u32(*at);
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
	text = string_at(&at, body + f->features[bit].size);
	free(body);
	return text;
}

static void read_sample_time(struct perf_file *f)
{
	uint64_t times[2];

	if (f->features[FEATURE_SAMPLE_TIME].size < sizeof(times) ||
	    read_at(f, times, sizeof(times), f->features[FEATURE_SAMPLE_TIME].offset, "SAMPLE_TIME",
		    NULL))
		return;
	f->first_ns = times[0];
	f->last_ns = times[1];
}

static int read_tracing(struct perf_file *f, struct err *err)
{
	const struct file_section *s = &f->features[FEATURE_TRACING_DATA];
	struct tracing tracing;
	char *body;
	int rc;

	if (!s->size)
		return 0;
	if (read_section(f, s, TRACING_DATA_MAX, "TRACING_DATA", &body, err))
		return -1;
	rc = tracing_parse(&tracing, body, s->size, f->path, s->offset, err);
	if (!rc) {
		rc = tp_table_init(&f->tps, &tracing, f->path, err);
		tracing_release(&tracing);
	}
	free(body);
	return rc;
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
	nr = load_u32(body);
	attr_size = load_u32(body + 4);
	for (uint32_t i = 0; i < nr && i < f->nr_events; i++) {
		struct event *ev = &f->events[i];
		uint32_t nr_ids;

		if (attr_size < PERF_ATTR_SIZE_VER0 || (uint64_t)(end - at) < attr_size + 4ull ||
		    load_u32(at) != ev->attr.type || load_u64(at + 8) != ev->attr.config)
			break;
		nr_ids = load_u32(at + attr_size);
		at += attr_size + 4;
		ev->name = string_at(&at, end);
		if (!ev->name || nr_ids > (uint64_t)(end - at) / 8)
			break;
		at += 8ull * nr_ids;
	}
	free(body);
}

/* Every event gets a name: its tracepoint's, else EVENT_DESC's, else its number. */
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
			snprintf(name, sizeof(name), "#%u", i);
			ev->name = strdup(name);
		}
		if (!ev->name)
			return fail_mem(err);
	}
	return 0;
}

static int read_features(struct perf_file *f, struct err *err)
{
	read_feature_table(f);
	f->hostname = read_string_feature(f, FEATURE_HOSTNAME);
	f->osrelease = read_string_feature(f, FEATURE_OSRELEASE);
	f->arch = read_string_feature(f, FEATURE_ARCH);
	read_sample_time(f);
	if (read_tracing(f, err))
		return -1;
	read_event_desc(f);
	return name_events(f, err);
}

static int open_regular(struct perf_file *f, struct err *err)
{
	struct stat st;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 && errno == ENOENT)
		return fail(err, ERR_NOENT, "%s: no such file; record one with rec first", f->path);
	if (f->fd < 0 && (errno == EACCES || errno == EPERM))
		return fail(err, ERR_PERM, "%s: no right to read it; ask its owner or use sudo",
			    f->path);
	if (f->fd < 0 || fstat(f->fd, &st))
		return fail(err, ERR_IO, "%s: cannot open: %s", f->path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return fail(err, ERR_SYS, "%s: is a directory; this version reads files only",
			    f->path);
	if (!S_ISREG(st.st_mode))
		return fail(err, ERR_SYS, "%s: is no regular file; this version reads files only",
			    f->path);
	if (!st.st_size)
		return fail(err, ERR_DATA, "%s: is empty", f->path);
	f->size = st.st_size;
	return 0;
}

int file_open(struct perf_file *f, const char *path, struct err *err)
{
	*f = (struct perf_file){ .path = path, .fd = -1 };
	if (open_regular(f, err) || read_header(f, err) || locate_data(f, err) ||
	    read_events(f, err) || read_features(f, err)) {
		file_close(f);
		return -1;
	}
	return 0;
}

void file_close(struct perf_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	for (uint32_t i = 0; i < f->nr_events; i++) {
		free(f->events[i].name);
		free(f->events[i].ids);
	}
	free(f->events);
	hash_release(&f->events_by_id);
	free(f->hostname);
	free(f->osrelease);
	free(f->arch);
	tp_table_release(&f->tps);
	*f = (struct perf_file){ .fd = -1 };
}

struct event *file_event_by_name(const struct perf_file *f, const char *name)
{
	for (uint32_t i = 0; i < f->nr_events; i++)
		if (!strcmp(f->events[i].name, name))
			return &f->events[i];
	return NULL;
}
