/* main.c - the run of rec, in order. */
#include "common/util.h"
#include "common/version.h"
#include "record/command.h"
#include "record/control.h"
#include "record/drain.h"
#include "record/evsel.h"
#include "record/meta.h"
#include "record/opts.h"
#include "record/output.h"
#include "record/rotate.h"
#include "record/seam.h"
#include "record/self.h"
#include "record/snapshot.h"
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
	uint64_t ring_bytes; /* of each, as mapped */
	struct command command;
	struct writer writer;
	struct drain drain;
	struct rotate rotate;
	struct control control;
	struct snapshot snapshot; /* with --overwrite */
	char *const *argv;	  /* as typed; for the file's header */
	uint64_t written_bytes;	  /* in files that are whole */
	int output_fd, signal_fd;
};

/* What came of it, summed over all events and CPUs. */
struct totals {
	uint64_t samples, lost;
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
	uint64_t wanted;
	bool self;

	if (r->opts.command_alone)
		spec.command = r->command.pid;
	if (target_init(&r->target, &spec, err) || events_expand(&r->opts.events, err) ||
	    evlist_init(&r->evlist, &r->target, &r->opts.events, err))
		return -1;
	if (r->opts.overwrite && overwrite(r, err))
		return -1;
	wanted = r->opts.ring_bytes ? r->opts.ring_bytes : rings_default_bytes(r->target.nr_cpus);
	r->ring_bytes = wanted;
	if (open_rings(r, err))
		return -1;
	if (r->evlist.nr_dropped)
		fprintf(stderr,
			"rec: %u of the events that a pattern names can be recorded by nobody; "
			"the others are\n",
			r->evlist.nr_dropped);
	if (r->ring_bytes != wanted)
		fprintf(stderr, "rec: rings of %" PRIu64 " KiB instead of %" PRIu64 ": %s\n",
			r->ring_bytes >> 10, wanted >> 10,
			err->code == ERR_MEM ? "the kernel has no memory for larger ones"
					     : "no more memory may be locked; raise ulimit -l, or "
					       "grant cap_ipc_lock");
	/* rec is none of the tasks that were named, nor a child of one that has an event. */
	self = r->opts.include_self || r->target.by_task;
	return evlist_filter(&r->evlist, self ? 0 : self_common_pid(), err);
}

static void tell_opened(const struct recording *r)
{
	char text[64];

	if (!r->opts.verbose && !r->opts.dry_run)
		return;
	fprintf(stderr, "rec: %u CPUs, %s, rings of %" PRIu64 " KiB, woken up at %u KiB\n",
		r->target.nr_cpus, target_text(&r->target, text, sizeof(text)), r->ring_bytes >> 10,
		watermark(r) >> 10);
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
	int rc = begin_file(r, err) || drain_lost(&r->drain, &r->writer, err) ? -1 : 0;

	if (!rc) {
		snapshot_pause(&r->snapshot, true);
		/* The side band up to this moment, then the events. */
		if (drain_pass(&r->drain, err) < 0 ||
		    snapshot_write(&r->snapshot, &r->writer, &sum, err))
			rc = -1;
		snapshot_pause(&r->snapshot, false);
	}
	r->drain.nr_samples += sum.nr_samples;
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

static int between_passes(void *arg, bool asked, struct err *err)
{
	struct recording *r = arg;
	bool due = r->rotate.spec.on &&
		   (asked || rotate_due(&r->rotate, writer_end_bytes(&r->writer)));

	if (asked && !due)
		fprintf(stderr, "rec: a snapshot needs --overwrite or --switch-output\n");
	if (r->opts.overwrite)
		return (due && try_snapshot(r, err)) || snapshot_trim(&r->snapshot, err) ? -1 : 0;
	return due ? switch_file(r, err) : 0;
}

/* What there is to be known of the tasks that are there. */
static int begin_names(struct recording *r, struct err *err)
{
	if (r->opts.overwrite)
		return snapshot_begin(&r->snapshot, err);
	return synth_tasks(&r->writer, &r->target, err);
}

/* Whatever went wrong (@rc, @err) but the writing. Returns @rc, or -1. */
static int finish(struct recording *r, int rc, struct err *err)
{
	if (!r->opts.overwrite)
		return finish_file(r, rc, err);
	return rc ? rc : write_snapshot(r, err);
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
		.control = &r->control,
		.signal_fd = r->signal_fd,
		.limits = r->opts.limits,
		.between = between_passes,
		.between_arg = r,
	};
	/* In this order no task can change its name unseen: see evsel.h. */
	if (evlist_enable_sideband(&r->evlist, err) || begin_names(r, err) ||
	    drain_start(&r->drain, err))
		return -1;
	rotate_file_begun(&r->rotate, writer_end_bytes(&r->writer));
	rc = command_start(&r->command, r->opts.command ? r->opts.command[0] : NULL, err);
	if (!rc)
		rc = drain_run(&r->drain, err);
	evlist_disable(&r->evlist);
	return finish(r, rc, err);
}

/* What event @e saw on CPU index @idx, over all tasks. */
static int count_event(const struct recording *r, const struct evsel *e, uint32_t idx,
		       struct evsel_counts *sum, struct err *err)
{
	*sum = (struct evsel_counts){ 0 };
	for (uint32_t i = idx; i < r->evlist.nr_fds; i += r->target.nr_cpus) {
		struct evsel_counts c;

		if (evsel_read(&r->evlist, e, i, &c, err))
			return -1;
		sum->counted += c.counted;
		sum->lost += c.lost;
	}
	return 0;
}

/* The loss by CPU, when there is any. Returns the sums. */
static int count(const struct recording *r, struct totals *t, struct buf *by_cpu, struct err *err)
{
	*t = (struct totals){ 0 };
	for (uint32_t i = 0; i < r->target.nr_cpus; i++) {
		uint64_t lost = 0;

		for (uint32_t j = 0; j < r->evlist.nr; j++) {
			struct evsel_counts c;

			if (count_event(r, &r->evlist.evsels[j], i, &c, err))
				return -1;
			lost += c.lost;
			if (r->opts.verbose)
				fprintf(stderr,
					"rec: %s on CPU %u: %" PRIu64 " counted, %" PRIu64
					" lost\n",
					r->evlist.evsels[j].name, r->target.cpus[i], c.counted,
					c.lost);
			/* The side band counts nothing, but what it lost is lost, too. */
			if (j < r->evlist.nr - 1)
				t->samples += c.counted - c.lost;
		}
		t->lost += lost;
		if (lost)
			buf_printf(by_cpu, "%sCPU %u %" PRIu64, by_cpu->len ? ", " : "",
				   r->target.cpus[i], lost);
	}
	if (drain_counts(&r->drain))
		t->samples = r->drain.nr_samples;
	if (!r->evlist.counts_lost)
		t->lost = r->drain.nr_lost_records;
	return 0;
}

static void tell_written(const struct recording *r, const struct totals *t)
{
	double mb = r->written_bytes / 1048576.0;
	const char *behind = r->rotate.spec.on ? ".<timestamp>" : "";

	fprintf(stderr, "[ rec: woken up %" PRIu64 " times to write data ]\n", r->drain.nr_wakeups);
	/* How many samples of these bytes are whole, nobody has counted. */
	if (r->writer.gone)
		fprintf(stderr, "[ rec: captured and wrote %.3f MB %s until nobody read it ]\n", mb,
			r->opts.output);
	else
		fprintf(stderr,
			"[ rec: captured and wrote %.3f MB %s%s (%" PRIu64 " samples, %" PRIu64
			" lost) ]\n",
			mb, r->opts.output, behind, t->samples, t->lost);
}

static int summary(const struct recording *r, struct err *err)
{
	struct buf by_cpu = { 0 };
	struct totals t;

	if (count(r, &t, &by_cpu, err)) {
		buf_release(&by_cpu);
		return -1;
	}
	if (!r->opts.quiet)
		tell_written(r, &t);
	if (t.lost && r->opts.overwrite)
		fprintf(stderr, "rec: %" PRIu64 " events were lost while snapshots were written\n",
			t.lost);
	else if (t.lost)
		fprintf(stderr,
			"rec: %" PRIu64 " events were lost%s%.*s; try larger rings: -m %" PRIu64
			"M\n",
			t.lost, by_cpu.len ? ": " : "", (int)by_cpu.len,
			by_cpu.len ? (char *)by_cpu.data : "", MAX(r->ring_bytes >> 19, 1));
	buf_release(&by_cpu);
	return 0;
}

static int run(struct recording *r, char *const *argv, struct err *err)
{
	if (take_signals(r, err))
		return -1;
	/* Before the limits are raised that it would inherit. */
	if (r->opts.command &&
	    command_fork(&r->command, r->opts.command, output_is_stream(r->opts.output), err))
		return -1;
	if (control_open(&r->control, r->opts.control, err) || open_events(r, err))
		return -1;
	tell_opened(r);
	if (r->opts.dry_run)
		return 0;
	r->argv = argv;
	if (rotate_begin(&r->rotate, &r->opts.rotate, r->opts.output, err) ||
	    (!r->opts.overwrite && begin_file(r, err)) || record(r, err))
		return -1;
	return summary(r, err);
}

static void release(struct recording *r)
{
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
		.output_fd = -1, .signal_fd = -1, .command.fd = -1, .control.fd = -1
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
	if (r.opts.dry_run || ((r.drain.full || r.drain.time_over) && status == 128 + SIGTERM))
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
