/* main.c - the run of rec, in order. */
#include "common/util.h"
#include "common/version.h"
#include "record/evswitch.h"
#include "record/output.h"
#include "record/progress.h"
#include "record/realtime.h"
#include "record/recording.h"
#include "record/rings.h"
#include "record/summary.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/*
 * Where standard input, output or error is closed, no file of ours shall get its number, and what is
 * printed: that fails. The command finds it closed, as it was.
 */
static void keep_numbers(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", (fd ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
}

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

/* A Ctrl-C that nobody has heard yet: a command that is held ends by it, and all then fails. */
static bool is_stopped(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM));
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
	progress_begin(&progress, &r->drain, &r->written_bytes);
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
		.hotplug = &r->hotplug,
		.signal_fd = r->signal_fd,
		.limits = r->opts.limits,
		.between = between_passes,
		.due = between_is_due,
		.between_arg = r,
	};
	/* In this order no task can change its name unseen: see evsel.h. */
	if (hotplug_begin(&r->hotplug, &r->target, err) || drain_init(&r->drain, err) ||
	    evlist_enable_sideband(&r->evlist, err) || file_begin_names(r, err) ||
	    drain_start(&r->drain, err))
		return -1;
	rotate_file_begun(&r->rotate, writer_end_bytes(&r->writer));
	rc = command_start(&r->command, r->opts.command ? r->opts.command[0] : NULL, err);
	if (!rc)
		rc = drain_shown(r, err);
	evlist_disable(&r->evlist);
	return file_finish(r, rc, err);
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
	hotplug_open(&r->hotplug);
	if (control_open(&r->control, r->opts.control, err) || recording_open(r, err))
		return -1;
	recording_tell_opened(r);
	if (r->opts.dry_run)
		return 0;
	r->argv = argv;
	if (rotate_begin(&r->rotate, &r->opts.rotate, r->opts.output, err) ||
	    (!r->opts.overwrite && file_begin(r, err)) || record(r, err))
		return -1;
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
	hotplug_close(&r->hotplug);
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
	else if (o->complete)
		opts_complete(o);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct recording r = {
		.output_fd = -1,
		.signal_fd = -1,
		.hotplug.fd = -1,
		.command.fd = -1,
		.control.fd = -1,
	};
	struct err err = { 0 };
	char **typed = malloc((argc + 1) * sizeof(*typed));
	int rc, status;

	keep_numbers();
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
	if (rc && !r.drain.off_ns && is_stopped())
		fail(&err, ERR_SYS, "stopped before the recording began");
	if (rc) {
		fprintf(stderr, "rec: %s\n", err.text);
		status = r.command.not_run ? r.command.not_run : err_status(&err);
	}
	release(&r);
	free(typed);
	return status;
}
