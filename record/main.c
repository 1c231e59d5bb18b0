/* main.c - the run of rec, in order. */
#include "common/rights.h"
#include "common/util.h"
#include "common/version.h"
#include "record/clock.h"
#include "record/command.h"
#include "record/control.h"
#include "record/drain.h"
#include "record/evsel.h"
#include "record/hotplug.h"
#include "record/kernelmap.h"
#include "record/meta.h"
#include "record/opts.h"
#include "record/output.h"
#include "record/progress.h"
#include "record/realtime.h"
#include "record/rings.h"
#include "record/rotate.h"
#include "record/seam.h"
#include "record/self.h"
#include "record/snapshot.h"
#include "record/summary.h"
#include "record/synth.h"
#include "record/target.h"
#include "record/trigger.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define OPEN_TRIES 20

struct recording {
	struct rec_opts opts;
	struct target target;
	struct evlist evlist;
	struct ring *rings;
	uint64_t ring_bytes;   /* of each, as mapped */
	uint64_t wanted_bytes; /* ... and as it was to be */
	struct command command;
	struct writer writer;
	uint32_t nr_threads; /* that drain the rings, the main one included */
	struct crew *crew;   /* all but the main one; NULL: none */
	struct drain drain;
	struct rotate rotate;
	struct control control;
	struct snapshot snapshot; /* with --overwrite */
	char *const *argv;	  /* as typed; for the file's header */
	uint64_t written_bytes;	  /* in files that are whole */
	int output_fd, signal_fd, crew_fd, hotplug_fd;
};

/* Signals come through a descriptor, so that none slips in between a check and a poll. */
static int take_signals(struct recording *r, struct err *err)
{
	struct sigaction hup;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	if (r->opts.limits.paused)
		sigaddset(&set, SIGUSR1);
	if (r->opts.rotate.on)
		sigaddset(&set, SIGUSR2);
	/* nohup means it. A shell that ignores SIGINT for `rec &` does not: scripts stop it so. */
	if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
	signal(SIGCHLD, SIG_DFL); /* who ignores it hears of no child's end, and of no status */
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGXFSZ, SIG_IGN); /* write() fails with EFBIG instead */
	r->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return r->signal_fd < 0 ? fail(err, ERR_SYS, "cannot make a signalfd: %m") : 0;
}

/*
 * Opens the events of every task that there is, and of none twice: what starts a task that has no
 * event yet cannot be told from what hands down its own, so when there are new tasks at the end,
 * all is done again.
 */
static int open_all_tasks(struct recording *r, struct err *err)
{
	for (int i = 0;; i++) {
		int renewed;

		evlist_close(&r->evlist);
		if (evlist_open(&r->evlist, err))
			return -1;
		renewed = target_renew(&r->target, err);
		if (renewed <= 0)
			return renewed;
		if (i == OPEN_TRIES)
			break;
	}
	fprintf(stderr, "rec: tasks start faster than they are found; some that began just now may "
			"be missing, and what they start\n");
	evlist_close(&r->evlist);
	return evlist_open(&r->evlist, err);
}

/* With --overwrite those of the side band, and beside them the backward ones. */
static int map_rings(struct recording *r, struct err *err)
{
	if (!r->opts.overwrite)
		return rings_open(&r->rings, &r->evlist, r->ring_bytes, err);
	if (rings_open(&r->rings, &r->evlist, snapshot_sideband_bytes(r->ring_bytes), err))
		return -1;
	if (!snapshot_open(&r->snapshot, &r->evlist, r->ring_bytes, err))
		return 0;
	rings_close(r->rings, r->target.nr_cpus);
	r->rings = NULL;
	return -1;
}

static uint32_t watermark(const struct recording *r)
{
	return rings_watermark(r->opts.overwrite ? snapshot_sideband_bytes(r->ring_bytes)
						 : r->ring_bytes);
}

/* Opens events and rings; where the memory lock limit says no, with rings of half the size. */
static int open_rings(struct recording *r, struct err *err)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	for (;;) {
		evlist_watermark(&r->evlist, watermark(r));
		if (open_all_tasks(r, err))
			return -1;
		if (!map_rings(r, err))
			return 0;
		if ((err->code != ERR_PERM && err->code != ERR_MEM) || r->ring_bytes <= page)
			return -1;
		evlist_close(&r->evlist);
		r->ring_bytes /= 2;
	}
}

static void tell_smaller(const struct recording *r, bool no_memory)
{
	struct rights rights;
	char text[700];

	rights_look(&rights);
	fprintf(stderr, "rec: rings of %" PRIu64 " KiB instead of %" PRIu64 ": %s\n",
		r->ring_bytes >> 10, r->wanted_bytes >> 10,
		no_memory ? "the kernel has no memory for larger ones"
			  : rights_memory(&rights, text, sizeof(text)));
}

/* How many threads drain. What counts to a limit, and a stream, goes through one hand. */
static uint32_t choose_threads(const struct recording *r)
{
	const struct rec_opts *o = &r->opts;

	if (o->limits.bytes || o->limits.events || o->overwrite || output_is_stream(o->output))
		return 1;
	return MIN(o->nr_threads ? o->nr_threads : crew_default(r->target.nr_cpus),
		   r->target.nr_cpus);
}

/* rec's own threads are not recorded: they have to be there before the events run. */
static int exclude_self(struct recording *r, struct err *err)
{
	pid_t *pids = malloc(r->nr_threads * sizeof(*pids));
	/* rec is none of the tasks that were named, nor a child of one that has an event. */
	bool self = r->opts.include_self || r->target.by_task;
	int rc;

	if (!pids)
		return fail_mem(err);
	if (!self)
		pids[0] = self_common_pid();
	if (!self && r->crew)
		memcpy(pids + 1, crew_common_pids(r->crew), (r->nr_threads - 1) * sizeof(*pids));
	rc = evlist_filter(&r->evlist, pids, self ? 0 : r->nr_threads, err);
	free(pids);
	return rc;
}

/* Before the events are opened. */
static int overwrite(struct recording *r, struct err *err)
{
	char *filter;

	evlist_write_backward(&r->evlist);
	if (!r->opts.snapshot_on)
		return 0;
	filter = trigger_filter(r->opts.snapshot_on, err);
	return filter ? evlist_add_trigger(&r->evlist, filter, err) : -1;
}

static int open_events(struct recording *r, struct err *err)
{
	struct target_spec spec = r->opts.target;

	if (r->opts.command_alone)
		spec.command = r->command.pid;
	if (target_init(&r->target, &spec, err) || events_expand(&r->opts.events, err) ||
	    evlist_init(&r->evlist, &r->target, &r->opts.events, err))
		return -1;
	if (r->opts.callchains)
		evlist_callchains(&r->evlist);
	if (r->opts.overwrite && overwrite(r, err))
		return -1;
	evlist_clock(&r->evlist, r->opts.clockid); /* of all: they share rings */
	r->wanted_bytes =
		r->opts.ring_bytes ? r->opts.ring_bytes : rings_default_bytes(r->target.nr_cpus);
	r->ring_bytes = r->wanted_bytes;
	if (open_rings(r, err))
		return -1;
	if (r->evlist.nr_dropped)
		fprintf(stderr, "rec: %u of the events that a pattern names %s; the others are\n",
			r->evlist.nr_dropped,
			geteuid() ? "cannot be recorded with these rights"
				  : "can be recorded by nobody");
	if (r->opts.callchains && kernelmap_is_hidden())
		fprintf(stderr,
			"rec: /proc/kallsyms hides its addresses (kptr_restrict): the kernel's "
			"functions will have no names; use sudo, or grant cap_syslog, too\n");
	if (r->ring_bytes != r->wanted_bytes)
		tell_smaller(r, err->code == ERR_MEM);
	r->nr_threads = choose_threads(r);
	if (r->nr_threads > 1) {
		r->crew = crew_new(r->nr_threads - 1, &r->crew_fd, err);
		if (!r->crew)
			return -1;
	}
	return exclude_self(r, err);
}

static void tell_opened(const struct recording *r)
{
	char text[64];

	if (!r->opts.verbose && !r->opts.dry_run)
		return;
	fprintf(stderr,
		"rec: %u CPUs, %s, rings of %" PRIu64
		" KiB, woken up at %u KiB, clock %s, %u thread%s\n",
		r->target.nr_cpus, target_text(&r->target, text, sizeof(text)), r->ring_bytes >> 10,
		watermark(r) >> 10, clock_name(r->opts.clockid), r->nr_threads,
		r->nr_threads > 1 ? "s" : "");
	for (uint32_t i = 0; i < r->evlist.nr; i++) {
		const struct evsel *e = &r->evlist.evsels[i];

		fprintf(stderr,
			"rec: event %s: type %u, config %" PRIu64 ", sample_type %#" PRIx64
			", read_format %#" PRIx64 "\n",
			e->name, e->attr.type, (uint64_t)e->attr.config,
			(uint64_t)e->attr.sample_type, (uint64_t)e->attr.read_format);
		if (e->filter)
			fprintf(stderr, "rec: filter of %s: %s\n", e->name, e->filter);
	}
}

/* All that a reader needs to know, written before the first record. */
static int begin_file(struct recording *r, struct err *err)
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
	r->written_bytes += r->writer.pos;
	return rc ? rc : keep_file(r, err);
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
 * What the backward rings hold, into a file. What is lost because they are not written meanwhile
 * comes after the events of this file, so the next one tells it.
 */
static int write_snapshot(struct recording *r, struct err *err)
{
	struct snapshot_sum sum = { 0 };
	struct lane lane = { 0 };
	int rc = -1;

	if (begin_file(r, err) || drain_lost(&r->drain, &r->writer, err) ||
	    writer_flush(&r->writer, err) || lane_init(&lane, &r->writer, r->opts.level, err))
		goto out;
	snapshot_pause(&r->snapshot, true);
	/* The side band up to this moment, then the events. */
	if (drain_pass(&r->drain, err) >= 0 && !snapshot_write(&r->snapshot, &lane, &sum, err) &&
	    !lane_flush(&lane, err))
		rc = 0;
	snapshot_pause(&r->snapshot, false);
	if (lane.deflate)
		deflate_bytes(lane.deflate, &r->writer.raw, &r->writer.compressed);
out:
	lane_release(&lane);
	r->drain.collectors[0].nr_samples += sum.nr_samples;
	rc = rc ? rc : close_file(r, sum.first_ns, sum.last_ns, 0, err);
	drop_file(r);
	writer_release(&r->writer);
	return rc;
}

/* A file that cannot be written is no reason to stop: there may be room for the next one. */
static int try_snapshot(struct recording *r, struct err *err)
{
	if (!write_snapshot(r, err))
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
	rc = begin_file(r, err);
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
static bool between_is_due(void *arg)
{
	const struct recording *r = arg;

	return r->opts.overwrite || file_is_due(r);
}

static int between_passes(void *arg, bool asked, struct err *err)
{
	struct recording *r = arg;
	bool due = (r->rotate.spec.on && asked) || file_is_due(r);

	if (asked && !due)
		fprintf(stderr, "rec: a snapshot needs --overwrite or --switch-output\n");
	rotate_forward(&r->rotate);
	if (r->opts.overwrite)
		return (due && try_snapshot(r, err)) || snapshot_trim(&r->snapshot, err) ? -1 : 0;
	return due ? switch_file(r, err) : 0;
}

/* What there is to be known of the tasks that are there. */
static int begin_names(struct recording *r, struct err *err)
{
	if (r->opts.overwrite)
		return snapshot_begin(&r->snapshot, err);
	if (synth_tasks(&r->writer, &r->target, r->opts.callchains, err))
		return -1;
	return writer_flush(&r->writer, err); /* the collectors have ways of their own */
}

/* Whatever went wrong (@rc, @err) but the writing. Returns @rc, or -1. */
static int finish(struct recording *r, int rc, struct err *err)
{
	if (!r->opts.overwrite)
		return finish_file(r, rc, err);
	return rc ? rc : write_snapshot(r, err);
}

/* Does somebody else write to our terminal? A command, but sleep(1), or who reads the stream. */
static bool terminal_is_taken(const struct rec_opts *o)
{
	const char *name = o->command ? strrchr(o->command[0], '/') : NULL;

	if (o->command && strcmp(name ? name + 1 : o->command[0], "sleep") != 0)
		return true;
	return output_is_stream(o->output);
}

static int drain_shown(struct recording *r, struct err *err)
{
	struct progress progress;
	int rc;

	if (r->opts.quiet || terminal_is_taken(&r->opts))
		return drain_run(&r->drain, err);
	progress_begin(&progress, &r->drain);
	r->drain.tick = progress_tick;
	r->drain.tick_arg = &progress;
	rc = drain_run(&r->drain, err);
	r->drain.tick = NULL;
	progress_end(&progress);
	return rc;
}

static int record(struct recording *r, struct err *err)
{
	int rc;

	r->drain = (struct drain){
		.evlist = &r->evlist,
		.rings = r->rings,
		.nr_rings = r->target.nr_cpus,
		.writer = r->opts.overwrite ? &r->snapshot.newer.writer : &r->writer,
		.command = &r->command,
		.crew = r->crew,
		.crew_fd = r->crew_fd,
		.nr_threads = r->nr_threads,
		.level = r->opts.overwrite ? 0
					   : r->opts.level, /* snapshots compress by themselves */
		.control = &r->control,
		.signal_fd = r->signal_fd,
		.limits = r->opts.limits,
		.between = between_passes,
		.due = between_is_due,
		.between_arg = r,
	};
	/* In this order no task can change its name unseen: see evsel.h. */
	if (drain_init(&r->drain, err) || evlist_enable_sideband(&r->evlist, err) ||
	    begin_names(r, err) || drain_start(&r->drain, err))
		return -1;
	rotate_file_begun(&r->rotate, writer_end_bytes(&r->writer));
	rc = command_start(&r->command, r->opts.command ? r->opts.command[0] : NULL, err);
	if (!rc)
		rc = drain_shown(r, err);
	evlist_disable(&r->evlist);
	return finish(r, rc, err);
}

static int summary(const struct recording *r, struct err *err)
{
	const struct summary s = {
		.drain = &r->drain,
		.output = r->opts.output,
		.many = r->rotate.spec.on,
		.overwrite = r->opts.overwrite,
		.bytes = r->written_bytes,
		.ring_bytes = r->ring_bytes,
		.wanted_bytes = r->wanted_bytes,
		.quiet = r->opts.quiet,
		.verbose = r->opts.verbose,
		.json = r->opts.summary_json,
	};

	return summary_print(&s, err);
}

static int run(struct recording *r, char *const *argv, struct err *err)
{
	if (take_signals(r, err))
		return -1;
	/* Before the limits and the priority are raised that it would inherit. */
	if (r->opts.command &&
	    command_fork(&r->command, r->opts.command, output_is_stream(r->opts.output), err))
		return -1;
	if (r->opts.priority && realtime_set(r->opts.priority, err))
		return -1;
	r->hotplug_fd = hotplug_open();
	if (control_open(&r->control, r->opts.control, err) || open_events(r, err))
		return -1;
	tell_opened(r);
	if (r->opts.dry_run)
		return 0;
	r->argv = argv;
	if (rotate_begin(&r->rotate, &r->opts.rotate, r->opts.output, err) ||
	    (!r->opts.overwrite && begin_file(r, err)) || record(r, err))
		return -1;
	hotplug_tell(r->hotplug_fd, &r->target);
	return summary(r, err);
}

static void release(struct recording *r)
{
	crew_free(r->crew);
	drain_release(&r->drain);
	writer_release(&r->writer);
	rotate_release(&r->rotate);
	control_close(&r->control);
	rings_close(r->rings, r->target.nr_cpus);
	snapshot_release(&r->snapshot);
	evlist_release(&r->evlist);
	target_release(&r->target);
	opts_release(&r->opts);
	if (r->output_fd >= 0)
		close(r->output_fd);
	if (r->signal_fd >= 0)
		close(r->signal_fd);
	if (r->hotplug_fd >= 0)
		close(r->hotplug_fd);
}

/* What needs no recording. Returns true when it was that. */
static bool only_tells(const struct rec_opts *o)
{
	if (o->help)
		opts_print_help();
	else if (o->version)
		puts("rec (recana) " RECANA_VERSION);
	else if (o->dump_options)
		opts_print_table();
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct recording r = {
		.output_fd = -1,
		.signal_fd = -1,
		.hotplug_fd = -1,
		.command.fd = -1,
		.control.fd = -1,
	};
	struct err err = { 0 };
	char **typed = malloc((argc + 1) * sizeof(*typed));
	int rc, status;

	/* The parser moves words about; the file shall say what was typed. */
	if (typed)
		memcpy(typed, argv, (argc + 1) * sizeof(*typed));
	rc = typed ? opts_parse(&r.opts, argc, argv, &err) : fail_mem(&err);
	if (!rc && r.opts.list)
		rc = events_list(r.opts.list_pattern, &err);
	else if (!rc && !only_tells(&r.opts))
		rc = run(&r, typed, &err);
	status = command_end(&r.command, r.drain.from_terminal);
	/* It did not end by itself, but as long as was asked for; or it was never let go. */
	if (r.opts.dry_run ||
	    ((drain_full(&r.drain) || r.drain.time_over) && status == 128 + SIGTERM))
		status = 0;
	if ((fflush(stdout) || ferror(stdout)) && !rc)
		rc = fail(&err, ERR_IO, "cannot write to standard output: %s", strerror(errno));
	if (rc) {
		fprintf(stderr, "rec: %s\n", err.text);
		status = r.command.not_run ? r.command.not_run : err_status(&err);
	}
	release(&r);
	free(typed);
	return status;
}
