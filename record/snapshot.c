#include "record/snapshot.h"
#include "common/sample.h"
#include "common/util.h"
#include "record/evopen.h"
#include "record/rings.h"

#include <linux/membarrier.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIDEBAND_RING_BYTES (512u << 10)

/* Of side band in memory: twice that at most, and the names. */
#define SIDEBAND_BYTES_MAX (8u << 20)

/* So far apart readers find a mark up to which they may sort. */
#define ROUND_BYTES (4u << 20)

/* A record of the side band, to be sorted. */
struct entry {
	uint64_t time_ns;
	const struct perf_event_header *rec;
};

/* Records by ascending time: of a ring, or of the side band. */
struct source {
	const struct ring *ring;	     /* NULL: of the side band */
	const struct aliases *aliases;	     /* of the ring's CPU; borrowed */
	uint16_t *sizes;		     /* of the ring's records, the oldest one last; owned */
	struct entry *entries;		     /* of the side band, the oldest one last; owned */
	size_t nr, room;		     /* that have not been taken */
	uint64_t head;			     /* of the ring: where its newest record begins */
	uint64_t pos;			     /* in the ring: where the oldest of them ends */
	const struct perf_event_header *rec; /* the one that was taken; NULL: none is left */
	uint64_t time_ns;		     /* of that */
	uint64_t *whole;		     /* a record that wraps, put together; owned */
};

uint64_t snapshot_sideband_bytes(uint64_t ring_bytes)
{
	return MIN(ring_bytes, SIDEBAND_RING_BYTES);
}

static void close_rings(struct snapshot *s)
{
	for (uint32_t i = 0; s->rings && i < s->evlist->target->nr_cpus; i++)
		ring_close(&s->rings[i]);
	free(s->rings);
	s->rings = NULL;
}

int snapshot_add(struct snapshot *s, uint32_t idx, struct err *err)
{
	int rc = ring_open_backward(&s->rings[idx], evlist_backward_fd(s->evlist, idx),
				    s->ring_bytes);

	return rc ? rings_fail_map(s->ring_bytes, -rc, err)
		  : evlist_redirect_backward(s->evlist, idx, err);
}

int snapshot_open(struct snapshot *s, struct evlist *l, uint64_t ring_bytes, struct err *err)
{
	uint32_t nr = l->target->nr_cpus;
	int rc = 0;

	*s = (struct snapshot){ .evlist = l, .ring_bytes = ring_bytes };
	s->rings = calloc(nr, sizeof(*s->rings));
	if (!s->rings)
		return fail(err, ERR_SYS, "out of memory"); /* as in rings_open() */
	for (uint32_t i = 0; i < nr && !rc; i++)
		if (evlist_backward_fd(l, i) >= 0)
			rc = snapshot_add(s, i, err);
	if (rc)
		close_rings(s);
	return rc;
}

void snapshot_release(struct snapshot *s)
{
	close_rings(s);
	kept_release(&s->older);
	kept_release(&s->newer);
	*s = (struct snapshot){ 0 };
}

int snapshot_begin(struct snapshot *s, struct err *err)
{
	if (kept_begin_names(&s->newer, s->evlist->target, s->evlist->callchains, err))
		return -1;
	s->newer_names = kept_bytes(&s->newer);
	return 0;
}

int snapshot_trim(struct snapshot *s, struct err *err)
{
	if (kept_bytes(&s->newer) - s->newer_names < SIDEBAND_BYTES_MAX)
		return 0;
	kept_release(&s->older);
	s->older = s->newer;
	s->older_names = s->newer_names;
	s->newer = (struct kept){ 0 };
	return snapshot_begin(s, err);
}

void snapshot_pause(const struct snapshot *s, bool paused)
{
	for (uint32_t i = 0; i < s->evlist->target->nr_cpus; i++)
		ioctl(evlist_backward_fd(s->evlist, i), PERF_EVENT_IOC_PAUSE_OUTPUT, paused);
	/* Who was about to write a record when it was paused has done so when this returns. */
	if (paused)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

/* Makes room for one more. Returns 0 or -1. */
static int source_grow(struct source *s, struct err *err)
{
	size_t room = s->room ? 2 * s->room : 4096;
	void *at;

	if (s->nr < s->room)
		return 0;
	at = s->ring ? realloc(s->sizes, room * sizeof(*s->sizes))
		     : realloc(s->entries, room * sizeof(*s->entries));
	if (!at)
		return fail_mem(err);
	if (s->ring)
		s->sizes = at;
	else
		s->entries = at;
	s->room = room;
	return 0;
}

/* From the newest record, with which the ring begins, to the oldest that is whole. */
static int source_of_ring(struct source *s, const struct ring *r, const struct aliases *aliases,
			  struct err *err)
{
	const struct perf_event_header *rec;
	uint64_t pos, end;

	*s = (struct source){
		.ring = r,
		.aliases = aliases,
		.whole = malloc(RECORD_SIZE_MAX + 1),
	};
	if (!s->whole)
		return fail_mem(err);
	end = ring_backward_end(r, &s->head);
	pos = s->head;
	while ((rec = ring_record(r, &pos, end, s->whole))) {
		if (source_grow(s, err))
			return -1;
		s->sizes[s->nr++] = rec->size;
		s->pos = pos;
	}
	return 0;
}

static int by_time_down(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? 1 : -1;
	return x->rec < y->rec ? 1 : -1;
}

/*
 * What happened to tasks, from @data on. What was lost of it, each file tells by itself. The samples are
 * the trigger's; where exits of calls are recorded, they are in the backward rings, too.
 */
static int add_sideband(struct source *s, const struct sample_layout *layout, const char *data,
			const char *end, struct err *err)
{
	for (const struct perf_event_header *rec; data < end; data += rec->size) {
		rec = (const void *)data;
		if (rec->type >= RECORD_USER_FIRST || rec->type == PERF_RECORD_LOST ||
		    rec->type == PERF_RECORD_SAMPLE)
			continue;
		if (source_grow(s, err))
			return -1;
		s->entries[s->nr++] = (struct entry){ record_time(layout, rec), rec };
	}
	return 0;
}

static int source_of_sideband(struct source *s, const struct snapshot *snap,
			      const struct sample_layout *layout, struct err *err)
{
	const struct kept *older = &snap->older, *newer = &snap->newer;

	*s = (struct source){ 0 };
	if (older->data &&
	    add_sideband(s, layout, older->data + snap->older_names, older->data + older->len, err))
		return -1;
	if (newer->data &&
	    add_sideband(s, layout, newer->data + snap->newer_names, newer->data + newer->len, err))
		return -1;
	if (s->nr)
		qsort(s->entries, s->nr, sizeof(*s->entries), by_time_down);
	return 0;
}

static void source_release(struct source *s)
{
	free(s->sizes);
	free(s->entries);
	free(s->whole);
}

/* We may not write into the ring: a record that needs another id is changed in a copy. */
static const struct perf_event_header *with_alias(struct source *s,
						  const struct perf_event_header *rec)
{
	if (!rec || !s->aliases->nr)
		return rec;
	if (rec != (const void *)s->whole)
		memcpy(s->whole, rec, rec->size);
	aliases_apply(s->aliases, (void *)s->whole);
	return (const void *)s->whole;
}

/* Takes the oldest record that is left. */
static void source_take(struct source *s, const struct sample_layout *layout)
{
	uint64_t pos;

	s->rec = NULL;
	if (!s->nr--) {
		s->nr = 0;
	} else if (s->ring) {
		s->pos -= s->sizes[s->nr];
		pos = s->pos;
		s->rec = with_alias(s, ring_record(s->ring, &pos, pos + s->sizes[s->nr], s->whole));
		s->time_ns = s->rec ? record_time(layout, s->rec) : 0;
	} else {
		s->rec = s->entries[s->nr].rec;
		s->time_ns = s->entries[s->nr].time_ns;
	}
}

static struct source *oldest(struct source *sources, uint32_t nr)
{
	struct source *found = NULL;

	for (uint32_t i = 0; i < nr; i++)
		if (sources[i].rec && (!found || sources[i].time_ns < found->time_ns))
			found = &sources[i];
	return found;
}

static int push_round(struct lane *l, struct err *err)
{
	static const struct perf_event_header round = {
		.type = RECORD_FINISHED_ROUND,
		.size = sizeof(round),
	};

	return lane_deflate(l, err) || lane_push(l, &round, sizeof(round), err) ? -1 : 0;
}

static int merge(struct source *sources, uint32_t nr, const struct sample_layout *layout,
		 struct lane *l, struct snapshot_sum *sum, struct err *err)
{
	struct source *s;
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < nr; i++)
		source_take(&sources[i], layout);
	while ((s = oldest(sources, nr))) {
		struct iovec rec = { (void *)s->rec, s->rec->size };

		if (lane_push_records(l, &rec, 1, err))
			return -1;
		bytes += s->rec->size;
		if (s->rec->type == PERF_RECORD_SAMPLE) {
			sum->nr_samples++;
			sum->first_ns = sum->first_ns ? sum->first_ns : s->time_ns;
			sum->last_ns = MAX(sum->last_ns, s->time_ns);
		}
		source_take(s, layout);
		if (bytes < ROUND_BYTES)
			continue;
		if (push_round(l, err))
			return -1;
		bytes = 0;
	}
	return push_round(l, err);
}

/* The names that come before all else: at the beginning of what is kept. */
static int push_names(const struct snapshot *s, struct lane *l, struct err *err)
{
	bool older = s->older_names;

	return lane_push(l, older ? s->older.data : s->newer.data,
			 older ? s->older_names : s->newer_names, err);
}

static int write_sources(struct snapshot *s, struct source *sources, struct lane *l,
			 struct snapshot_sum *sum, struct err *err)
{
	uint32_t nr = s->evlist->target->nr_cpus;
	struct sample_layout layout;

	sample_layout_init(&layout, &s->evlist->evsels[0].attr);
	for (uint32_t i = 0; i < nr; i++)
		if (source_of_ring(&sources[i], &s->rings[i], &s->evlist->aliases[i], err))
			return -1;
	if (source_of_sideband(&sources[nr], s, &layout, err) || push_names(s, l, err))
		return -1;
	if (merge(sources, nr + 1, &layout, l, sum, err))
		return -1;
	for (uint32_t i = 0; i < nr; i++)
		s->rings[i].last = sources[i].head;
	return 0;
}

void snapshot_next(struct snapshot *s)
{
	for (uint32_t i = 0; i < s->evlist->target->nr_cpus; i++)
		s->rings[i].tail = s->rings[i].last;
}

int snapshot_write(struct snapshot *s, struct lane *l, struct snapshot_sum *sum, struct err *err)
{
	uint32_t nr = s->evlist->target->nr_cpus + 1;
	struct source *sources = calloc(nr, sizeof(*sources));
	int rc = -1;

	*sum = (struct snapshot_sum){ 0 };
	if (!sources)
		return fail_mem(err);
	if ((s->older_names && kept_view(&s->older, err)) || kept_view(&s->newer, err))
		goto out;
	rc = write_sources(s, sources, l, sum, err);
out:
	kept_unview(&s->older);
	kept_unview(&s->newer);
	for (uint32_t i = 0; i < nr; i++)
		source_release(&sources[i]);
	free(sources);
	return rc;
}
