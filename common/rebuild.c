#include "common/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#define PAGE 4096u

/* These say where in the old file something lies, or that it is a part of a folder. */
static bool is_of_old_place(unsigned bit)
{
	return bit == FEATURE_AUXTRACE || bit == FEATURE_DIR_FORMAT;
}

static bool has_bad_formats(const struct perf_file *file)
{
	return file->no_formats || file->tps.nr_bad;
}

static int take_features(const struct perf_file *file, struct buf *bodies, struct err *err)
{
	uint64_t total = 0;

	for (unsigned bit = 1; bit < FEATURE_MAX; bit++) {
		total += file->features[bit].size;
		if (total >
		    file->size) /* one body for many: that takes memory, and nobody wrote it */
			return fail(err, ERR_DATA, "%s: its features are larger than the file",
				    file->path);
		if (is_of_old_place(bit) || (bit == FEATURE_TRACING_DATA && has_bad_formats(file)))
			continue;
		if (file_read_feature(file, bit, &bodies[bit], err))
			return -1;
		if ((file->flags[bit / 64] >> (bit % 64) & 1) && !bodies[bit].len)
			buf_reserve(&bodies[bit], 1); /* says all by being there */
	}
	return 0;
}

/* The kernel is the one that runs, so the machine is this one. */
static void add_machine(struct buf *bodies)
{
	struct utsname name;

	if (uname(&name))
		return;
	if (!bodies[FEATURE_HOSTNAME].len)
		feature_add_str(&bodies[FEATURE_HOSTNAME], name.nodename);
	if (!bodies[FEATURE_OSRELEASE].len)
		feature_add_str(&bodies[FEATURE_OSRELEASE], name.release);
	if (!bodies[FEATURE_ARCH].len)
		feature_add_str(&bodies[FEATURE_ARCH], name.machine);
}

/* perf wants to know how large the records of a compressed one can be: a multiple of pages. */
static void add_compressed(const struct salvage *s, struct buf *body)
{
	uint64_t ratio = s->inflated_bytes / MAX(s->stop_off - s->file->data.offset, 1);

	buf_add_u32(body, 0); /* version */
	buf_add_u32(body, 1); /* zstd */
	buf_add_u32(body, 1); /* level; it is not known */
	buf_add_u32(body, MIN(ratio, UINT32_MAX));
	buf_add_u32(body, MIN(ALIGN_UP(MAX(s->inflated_max, 1), PAGE), UINT32_MAX / PAGE * PAGE));
}

static int add_missing(const struct salvage *s, const struct formats *f, struct buf *bodies,
		       struct err *err)
{
	if (f->running_kernel)
		add_machine(bodies);
	if (!bodies[FEATURE_NRCPUS].len && s->nr_cpus) {
		buf_add_u32(&bodies[FEATURE_NRCPUS], s->nr_cpus);
		buf_add_u32(&bodies[FEATURE_NRCPUS], s->nr_cpus);
	}
	if (s->nr_compressed && !bodies[FEATURE_COMPRESSED].len)
		add_compressed(s, &bodies[FEATURE_COMPRESSED]);
	if (!f->nr)
		return 0;
	buf_release(&bodies[FEATURE_TRACING_DATA]); /* there may be one without formats */
	return formats_write(&bodies[FEATURE_TRACING_DATA], f, err);
}

/* "system:name" of a tracepoint that was rebuilt; NULL: the file's own name for it is right. */
static char *rebuilt_name(const struct formats *f, const struct event *ev)
{
	char *name = NULL;

	for (uint32_t i = 0; i < f->nr && !name; i++) {
		const struct formats_entry *e = &f->entries[i];

		if (ev->attr.type == PERF_TYPE_TRACEPOINT && e->id == ev->attr.config &&
		    asprintf(&name, "%s:%s", e->system, e->name) < 0)
			name = NULL;
	}
	return name;
}

/* What the writer is told of the events; attrs and names are its own. */
struct description {
	struct writer_event *events;
	struct perf_event_attr *attrs;
	char **names;
	uint32_t nr;
};

static void description_release(struct description *d)
{
	for (uint32_t i = 0; i < d->nr && d->names; i++)
		free(d->names[i]);
	free(d->names);
	free(d->attrs);
	free(d->events);
}

/*
 * All attrs get the size of the largest one, as the table has one stride. What a newer perf than
 * this machine's headers has behind that is cut, and says nothing of where fields lie.
 */
static int describe(struct description *d, const struct perf_file *file, const struct formats *f,
		    struct err *err)
{
	uint32_t size = PERF_ATTR_SIZE_VER0;

	d->nr = file->nr_events;
	d->events = calloc(d->nr, sizeof(*d->events));
	d->attrs = calloc(d->nr, sizeof(*d->attrs));
	d->names = calloc(d->nr, sizeof(*d->names));
	if (!d->events || !d->attrs || !d->names)
		return fail_mem(err);
	for (uint32_t i = 0; i < d->nr; i++)
		size = MAX(size, file->events[i].attr_size);
	size = MIN(ALIGN_UP(size, 8), sizeof(struct perf_event_attr));
	for (uint32_t i = 0; i < d->nr; i++) {
		const struct event *ev = &file->events[i];

		d->attrs[i] = ev->attr;
		d->attrs[i].size = size;
		d->names[i] = f->nr ? rebuilt_name(f, ev) : NULL;
		d->events[i] = (struct writer_event){
			.attr = &d->attrs[i],
			.name = d->names[i] ? d->names[i] : ev->name,
			.ids = ev->ids,
			.nr_ids = ev->nr_ids,
		};
	}
	return 0;
}

static int write_all(struct writer *w, const struct salvage *s, int fd, const char *path,
		     const struct description *d, const struct buf *bodies, struct err *err)
{
	if (writer_begin(w, fd, path, d->events, d->nr, bodies, err) || salvage_copy(s, w, err))
		return -1;
	if (!writer_bytes(w))
		return fail(err, ERR_DATA, "%s: there is no whole record in it, so nothing to keep",
			    s->file->path);
	return writer_finish(w, s->first_ns, s->last_ns, err);
}

int rebuild(const struct salvage *s, const struct formats *f, int fd, const char *path,
	    uint64_t *bytes, struct err *err)
{
	struct buf *bodies = calloc(FEATURE_MAX, sizeof(*bodies));
	struct description d = { 0 };
	struct writer w = { 0 };
	int rc = -1;

	if (!bodies)
		return fail_mem(err);
	if (!take_features(s->file, bodies, err) && !add_missing(s, f, bodies, err) &&
	    !describe(&d, s->file, f, err))
		rc = write_all(&w, s, fd, path, &d, bodies, err);
	*bytes = w.pos;
	writer_release(&w);
	description_release(&d);
	for (unsigned bit = 0; bit < FEATURE_MAX; bit++)
		buf_release(&bodies[bit]);
	free(bodies);
	return rc;
}
