#include "record/recording.h"
#include "common/util.h"
#include "record/evopen.h"
#include "record/meta.h"
#include "record/output.h"
#include "record/seam.h"
#include "record/synth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* All that a reader needs to know, written before the first record. */
int file_begin(struct recording *r, struct err *err)
{
	const struct evlist *l = &r->evlist;
	struct writer_event *events = calloc(l->nr, sizeof(*events));
	uint64_t *ids = calloc((size_t)l->nr * l->nr_fds, sizeof(*ids));
	struct buf *bodies = calloc(FEATURE_MAX, sizeof(*bodies));
	int rc = -1;

	if (!events || !ids || !bodies) {
		fail_mem(err);
		goto out;
	}
	for (uint32_t i = 0; i < l->nr; i++) {
		uint64_t *of_event = ids + (size_t)i * l->nr_fds;

		events[i] = (struct writer_event){
			.attr = &l->evsels[i].attr,
			.name = l->evsels[i].name,
			.ids = of_event,
			.nr_ids = evsel_ids(l, &l->evsels[i], of_event),
		};
	}
	if (meta_collect(bodies, &r->evlist, r->argv, err))
		goto out;
	if (r->opts.level)
		deflate_feature(&bodies[FEATURE_COMPRESSED], r->opts.level);
	r->output_fd = output_open(r->opts.output, err);
	if (r->output_fd < 0)
		goto out;
	rc = output_is_stream(r->opts.output)
		     ? writer_begin_stream(&r->writer, r->output_fd, "standard output", events,
					   r->evlist.nr, bodies, err)
		     : writer_begin(&r->writer, r->output_fd, r->opts.output, events, r->evlist.nr,
				    bodies, err);
	r->writer.wait = drain_wait;
	r->writer.wait_arg = &r->drain;
	if (!rc && r->nr_threads > 1)
		rc = writer_share(&r->writer, err);
out:
	for (int bit = 0; bodies && bit < FEATURE_MAX; bit++)
		buf_release(&bodies[bit]);
	free(bodies);
	free(events);
	free(ids);
	return rc;
}

/* Gives a whole file its name, where there may be others. */
static int keep_file(struct recording *r, struct err *err)
{
	const char *name;

	if (!r->rotate.spec.on)
		return 0;
	name = rotate_keep(&r->rotate, err);
	if (!name)
		return -1;
	if (!r->opts.quiet)
		fprintf(stderr, "[ rec: wrote %s ]\n", name);
	return 0;
}

/* The end of a file, and its name. Returns @rc, or -1 with @err when that was 0. */
static int close_file(struct recording *r, uint64_t first_ns, uint64_t last_ns, int rc,
		      struct err *err)
{
	struct err later = { 0 }, *e = rc ? &later : err;

	if (writer_finish(&r->writer, first_ns, last_ns, e))
		rc = -1;
	/* Some file systems say only here that there was no space. */
	if (close(r->output_fd) && !rc)
		rc = fail(err, ERR_IO, "cannot write %s: %s", r->opts.output, strerror(errno));
	r->output_fd = -1;
	if (rc || keep_file(r, err))
		return -1;
	r->written_bytes += r->writer.pos;
	return 0;
}

/* Leaves a file as it is. */
static void drop_file(struct recording *r)
{
	if (r->output_fd >= 0)
		close(r->output_fd);
	r->output_fd = -1;
}

/*
 * Makes the file whole, whatever went wrong with the recording (@rc, @err) but the writing itself.
 * Returns @rc, or -1.
 */
static int finish_file(struct recording *r, int rc, struct err *err)
{
	struct err later = { 0 }, *e = rc ? &later : err;

	if (rc && (err->code == ERR_IO || r->output_fd < 0))
		return -1;
	if (drain_finish(&r->drain, e)) {
		rc = -1;
		if (e->code == ERR_IO)
			return -1;
	}
	return close_file(r, r->drain.first_ns, r->drain.last_ns, rc, err);
}

/*
 * What the backward rings hold, into a file that is begun. What is lost because they are not
 * written meanwhile comes after the events of this file, so the next one tells it.
 */
static int fill_snapshot(struct recording *r, struct snapshot_sum *sum, struct err *err)
{
	struct lane lane = { 0 };
	int rc = -1;

	if (drain_lost(&r->drain, &r->writer, err) || writer_flush(&r->writer, err) ||
	    lane_init(&lane, &r->writer, r->opts.level, err))
		goto out;
	snapshot_pause(&r->snapshot, true);
	/* The side band up to this moment, then the events. */
	if (drain_pass(&r->drain, err) >= 0 && !snapshot_write(&r->snapshot, &lane, sum, err) &&
	    !lane_flush(&lane, err))
		rc = 0;
	snapshot_pause(&r->snapshot, false);
	if (lane.deflate)
		deflate_bytes(lane.deflate, &r->writer.raw, &r->writer.compressed);
out:
	lane_release(&lane);
	return rc;
}

/* If it fails, the next one has all of it; only of the @last one what could be written stays. */
static int write_snapshot(struct recording *r, bool last, struct err *err)
{
	struct snapshot_sum sum = { 0 };
	int rc = file_begin(r, err);
	bool made = r->output_fd >= 0;

	if (!rc)
		rc = fill_snapshot(r, &sum, err);
	if (!rc)
		rc = close_file(r, sum.first_ns, sum.last_ns, 0, err);
	if (!rc) {
		r->drain.collectors[0].nr_samples += sum.nr_samples;
		snapshot_next(&r->snapshot);
		drain_next(&r->drain);
	} else if (made && !last) {
		unlink(r->opts.output);
	}
	drop_file(r);
	writer_release(&r->writer);
	return rc;
}

/* A file that cannot be written is no reason to stop: there may be room for the next one. */
static int try_snapshot(struct recording *r, struct err *err)
{
	if (!write_snapshot(r, false, err))
		return 0;
	if (err->code != ERR_IO && err->code != ERR_PERM)
		return -1;
	fprintf(stderr, "rec: %s; the recording goes on\n", err->text);
	*err = (struct err){ 0 };
	return 0;
}

/* The rings go on meanwhile; what they hold at the seam is divided between the two files. */
static int switch_file(struct recording *r, struct err *err)
{
	struct seam *seam = calloc(1, sizeof(*seam));
	int rc = -1;

	if (!seam)
		return fail_mem(err);
	if (seam_begin(seam, &r->evlist, r->rings, r->target.nr_cpus, err))
		goto out;
	r->drain.seam = seam;
	rc = finish_file(r, 0, err);
	r->drain.seam = NULL;
	if (rc)
		goto out;
	writer_release(&r->writer);
	rc = file_begin(r, err);
	if (rc)
		drop_file(r);
	if (rc || seam_end(seam, &r->writer, err)) {
		rc = -1;
		goto out;
	}
	drain_next(&r->drain);
	rotate_file_begun(&r->rotate, writer_end_bytes(&r->writer));
out:
	seam_release(seam);
	free(seam);
	return rc;
}

static bool file_is_due(const struct recording *r)
{
	return r->rotate.spec.on && rotate_due(&r->rotate, writer_end_bytes(&r->writer));
}

/* Is between_passes() to be called? */
bool between_is_due(void *arg)
{
	const struct recording *r = arg;

	return r->opts.overwrite || r->hotplug.pending || file_is_due(r);
}

/* New ones, or those that were away. That one cannot be recorded is no reason to stop. */
static void add_cpus(struct recording *r)
{
	int idx;

	while ((idx = hotplug_next(&r->hotplug)) >= 0) {
		uint32_t cpu = r->target.cpus[idx];
		struct err err = { 0 };

		if (!recording_add_cpu(r, idx, &err))
			fprintf(stderr, "rec: CPU %u came up; it is recorded from now on\n", cpu);
		else if (err.code != ERR_NOENT)
			fprintf(stderr, "rec: CPU %u came up, but is not recorded: %s\n", cpu,
				err.text);
		r->drain.rings_changed = true;
	}
}

int between_passes(void *arg, bool asked, struct err *err)
{
	struct recording *r = arg;
	bool due = (r->rotate.spec.on && asked) || file_is_due(r);

	add_cpus(r);
	if (asked && !due)
		fprintf(stderr, "rec: a snapshot needs --overwrite or --switch-output\n");
	rotate_forward(&r->rotate);
	if (r->opts.overwrite)
		return (due && try_snapshot(r, err)) || snapshot_trim(&r->snapshot, err) ? -1 : 0;
	return due ? switch_file(r, err) : 0;
}

/* What there is to be known of the tasks that are there. */
int file_begin_names(struct recording *r, struct err *err)
{
	uint32_t nr_denied;

	if (r->opts.overwrite) {
		if (snapshot_begin(&r->snapshot, err))
			return -1;
		synth_tell_denied(r->snapshot.newer.nr_denied);
		return 0;
	}
	if (synth_tasks(&r->writer, &r->target, r->opts.callchains, &nr_denied, err))
		return -1;
	synth_tell_denied(nr_denied);
	if (r->opts.limits.bytes && writer_end_bytes(&r->writer) >= r->opts.limits.bytes)
		fprintf(stderr,
			"rec: --max-size leaves no room for events: what the file tells of this "
			"machine and its tasks takes %" PRIu64 " KiB\n",
			writer_end_bytes(&r->writer) >> 10);
	return writer_flush(&r->writer, err); /* the collectors have ways of their own */
}

/* Whatever went wrong (@rc, @err) but the writing. Returns @rc, or -1. */
int file_finish(struct recording *r, int rc, struct err *err)
{
	if (!r->opts.overwrite)
		return finish_file(r, rc, err);
	return rc ? rc : write_snapshot(r, true, err);
}
