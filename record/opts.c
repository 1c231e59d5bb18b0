#include "record/opts.h"
#include "common/complete.h"
#include "common/util.h"
#include "record/clock.h"
#include "record/complete.h"
#include "record/output.h"
#include "record/trigger.h"

#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_OUTPUT "perf.data"
#define THREADS_MAX    128 /* the kernel takes filters of 4 KB, and each has a term there */
#define FILES_MAX      1000000u

#define AT(field) offsetof(struct rec_opts, field)

static const struct opt table[] = {
	{ 'a', "all-cpus", OPT_FLAG, NULL, AT(all_cpus),
	  "record the whole machine (default without a command)", 0 },
	{ 'C', "cpu", OPT_WORD, "CPUS", AT(target.cpus), "record these CPUs only, as 0,2-3", 0 },
	{ 'p', "pid", OPT_WORD, "PIDS", AT(target.pids),
	  "record these processes, as 812,4711: all their threads, and what they start from now on",
	  0 },
	{ 't', "tid", OPT_WORD, "TIDS", AT(target.tids),
	  "record these threads, and not what they start", 0 },
	{ 'u', "uid", OPT_WORD, "USER", AT(target.user),
	  "record the processes that USER, a name or a number, has now, and what they start", 0 },
	{ 'G', "cgroup", OPT_WORD, "CGROUP", AT(target.cgroup),
	  "record this cgroup and those below it: a path, or a name below the mount of cgroup2",
	  0 },
	{ 'e', "event", OPT_WORDS, "EVENT", AT(event_words),
	  "tracepoint to record, as SYSTEM:NAME, or a pattern as 'sched:*'; may be repeated, or a "
	  "comma list (default: " DEFAULT_EVENT ")",
	  0 },
	{ 0, "filter", OPT_WORDS, "EXPR", AT(event_words),
	  "record only what EXPR, as 'id == 59 || id == 322', is true for; for the events of the "
	  "-e "
	  "before it",
	  0 },
	{ 0, "syscalls", OPT_WORD, "CALLS", AT(syscalls),
	  "record only these calls: names, numbers, %file, %desc, %net, %process, %memory; all but "
	  "these behind '!'",
	  0 },
	{ 'o', "output", OPT_WORD, "FILE", AT(output),
	  "file to write (default: " DEFAULT_OUTPUT "); one that is there becomes FILE.old; - is "
	  "standard output, for a pipe",
	  0 },
	{ 'm', "mmap-pages", OPT_WORD, "SIZE", AT(ring_size),
	  "size of each CPU's ring: pages, or bytes with B, K, M or G; rounded up to a power of "
	  "two (default: by the machine's memory, at most 128M)",
	  0 },
	{ 'r', "realtime", OPT_WORD, "PRIO", AT(realtime),
	  "run rec itself with this real-time priority (SCHED_FIFO), 1 to 99; not the command", 0 },
	{ 'z', "compression-level", OPT_MAYBE, "LEVEL", AT(compression),
	  "compress with zstd: 1 is fast, 19 small (default: -1, faster and hardly larger than 1)",
	  0 },
	{ 0, "threads", OPT_WORD, "N", AT(threads),
	  "threads that empty the rings (default: one for four CPUs, at most 32)", 0 },
	{ 'g', NULL, OPT_FLAG, NULL, AT(callchains),
	  "record the call chain of each event, too: kernel and, by frame pointers, user", 0 },
	{ 'k', "clockid", OPT_WORD, "CLOCK", AT(clock),
	  "clock of the events' times: monotonic, monotonic_raw, or perf, its own (default: "
	  "monotonic, unless that is slow to read)",
	  0 },
	{ 0, "duration", OPT_WORD, "TIME", AT(duration),
	  "end after this time: seconds, or as 500ms; a command that still runs is ended, too", 0 },
	{ 0, "max-size", OPT_WORD, "SIZE", AT(max_size),
	  "end before the file is larger than this, as 100M", 0 },
	{ 0, "max-events", OPT_WORD, "N", AT(max_events), "end with the Nth event", 0 },
	{ 0, "switch-output", OPT_MAYBE, "WHEN", AT(switch_output),
	  "go on in another file on SIGUSR2, and when this one is as large as 100M, or after a "
	  "time as 30s, 5m, 1h or 1d; each is whole, and named FILE.TIME",
	  0 },
	{ 0, "switch-max-files", OPT_WORD, "N", AT(switch_max_files),
	  "keep only the last N files of --switch-output", 0 },
	{ 0, "overwrite", OPT_FLAG, NULL, AT(overwrite),
	  "flight recorder: keep only the last events in the rings, and write them into FILE.TIME "
	  "on SIGUSR2, on the order snapshot, and at the end",
	  0 },
	{ 0, "snapshot-on", OPT_WORD, "errno=LIST", AT(snapshot_on),
	  "with --overwrite: write a file, too, when a system call fails with one of these errors, "
	  "as errno=ENOSPC,EMFILE",
	  0 },
	{ 'D', "delay", OPT_WORD, "MS", AT(delay),
	  "begin MS milliseconds after the start, or after the time given as 2s; -1: on SIGUSR1",
	  0 },
	{ 0, "control", OPT_WORD, "fifo:CTL[,ACK]", AT(control),
	  "take orders from the FIFO CTL: enable, disable, ping, snapshot, stop; each is answered "
	  "with ack in ACK; or fd:N[,N]",
	  0 },
	{ 0, "dry-run", OPT_FLAG, NULL, AT(dry_run),
	  "open everything, say what would be recorded, and leave", 0 },
	{ 0, "include-self", OPT_FLAG, NULL, AT(target.include_self),
	  "record what rec itself does, too", 0 },
	{ 0, "summary", OPT_WORD, "FORM", AT(summary),
	  "form of the summary: text (default), or json: one object, for machines", 0 },
	{ 'v', "verbose", OPT_COUNT, NULL, AT(verbose), "say what is opened, and how", 0 },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet),
	  "print no progress, and no summary but what --summary asks for; errors and losses remain",
	  0 },
	{ 'h', "help", OPT_FLAG, NULL, AT(help), "print this and exit", 0 },
	{ 0, "version", OPT_FLAG, NULL, AT(version), "print the version and exit", 0 },
	{ .type = OPT_END },
};

/* Not in the table, as COMPLETE_OPTION: nobody but the man page's maker needs it. */
#define DUMP_OPTIONS "--dump-options"

static int check_ring_size(struct rec_opts *o, struct err *err)
{
	uint64_t page = sysconf(_SC_PAGESIZE), bytes, rounded = page;

	if (!o->ring_size)
		return 0;
	if (parse_size(o->ring_size, page, &bytes) || bytes > 1ULL << 40)
		return fail(err, ERR_USAGE,
			    "option -m: %s is no size; give pages, or bytes as 512K or 64M",
			    o->ring_size);
	while (rounded < bytes)
		rounded *= 2;
	if (rounded > page * sysconf(_SC_PHYS_PAGES))
		return fail(err, ERR_USAGE, "option -m: %s is more than this machine's memory",
			    o->ring_size);
	o->ring_bytes = rounded;
	return 0;
}

/* One of -p, -t, -u, -G, or CPUs; a cgroup may be looked at on some of them. */
static int check_target(struct rec_opts *o, struct err *err)
{
	const struct target_spec *t = &o->target;
	const char *cpus = o->all_cpus ? "-a" : t->cpus ? "-C" : NULL;
	const char *named[] = {
		t->pids ? "-p" : NULL,
		t->tids ? "-t" : NULL,
		t->user ? "-u" : NULL,
		t->cgroup ? "-G" : NULL,
	};
	const char *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		if (named[i] && (first || (cpus && !t->cgroup)))
			return fail(err, ERR_USAGE, "options %s and %s exclude each other",
				    first ? first : cpus, named[i]);
		first = named[i] ? named[i] : first;
	}
	o->command_alone = o->command && !first && !cpus;
	return 0;
}

static int check_limits(struct rec_opts *o, struct err *err)
{
	struct limits *l = &o->limits;

	if (o->duration && parse_time(o->duration, 1000000000, &l->duration_ns))
		return fail(err, ERR_USAGE, "option --duration: %s is no time, as 10 or 500ms",
			    o->duration);
	if (o->max_size && parse_size(o->max_size, 1, &l->bytes))
		return fail(err, ERR_USAGE, "option --max-size: %s is no size, as 100M",
			    o->max_size);
	if (o->max_events && parse_count(o->max_events, &l->events))
		return fail(err, ERR_USAGE, "option --max-events: %s is no number above 0",
			    o->max_events);
	l->paused = o->delay && !strcmp(o->delay, "-1");
	if (o->delay && strcmp(o->delay, "0") && !l->paused &&
	    parse_time(o->delay, 1000000, &l->delay_ns))
		return fail(err, ERR_USAGE,
			    "option -D: %s is no number of milliseconds, nor a time as 2s, nor -1",
			    o->delay);
	return 0;
}

static int check_realtime(struct rec_opts *o, struct err *err)
{
	if (o->realtime && (parse_count(o->realtime, &o->priority) || o->priority > 99))
		return fail(err, ERR_USAGE, "option -r: %s is no priority from 1 to 99",
			    o->realtime);
	return 0;
}

static int check_summary(struct rec_opts *o, struct err *err)
{
	o->summary_json = o->summary && !strcmp(o->summary, "json");
	if (o->summary && !o->summary_json && strcmp(o->summary, "text"))
		return fail(err, ERR_USAGE, "option --summary: %s is neither text nor json",
			    o->summary);
	return 0;
}

static int check_threads(struct rec_opts *o, struct err *err)
{
	uint64_t nr;

	if (!o->threads)
		return 0;
	if (parse_count(o->threads, &nr) || nr > THREADS_MAX)
		return fail(err, ERR_USAGE, "option --threads: %s is no number from 1 to %d",
			    o->threads, THREADS_MAX);
	if (nr > 1 && (o->max_events || o->max_size))
		return fail(err, ERR_USAGE,
			    "option --threads: with %s one thread counts for all CPUs",
			    o->max_events ? "--max-events" : "--max-size");
	if (nr > 1 && (o->overwrite || output_is_stream(o->output)))
		return fail(err, ERR_USAGE, "option --threads: %s is written by one thread",
			    o->overwrite ? "a snapshot" : "a stream");
	o->nr_threads = nr;
	return 0;
}

static int check_compression(struct rec_opts *o, struct err *err)
{
	uint64_t level;

	if (!o->compression)
		return 0;
	o->level = DEFLATE_LEVEL_DEFAULT;
	if (!*o->compression)
		return 0;
	if (parse_count(o->compression, &level) || level > DEFLATE_LEVEL_MAX)
		return fail(err, ERR_USAGE, "option -z: %s is no level from 1 to %d",
			    o->compression, DEFLATE_LEVEL_MAX);
	o->level = level;
	return 0;
}

static int check_clock(struct rec_opts *o, struct err *err)
{
	if (o->clock)
		return clock_parse(o->clock, &o->clockid, err);
	o->clockid = clock_default();
	return 0;
}

/* One file after the other. */
static int check_switch(struct rec_opts *o, struct err *err)
{
	struct rotate_spec *spec = &o->rotate;

	if (o->switch_output && rotate_parse(spec, o->switch_output))
		return fail(err, ERR_USAGE,
			    "option --switch-output: %s is no size as 100M, no time as 30s, 5m or "
			    "1h, and not signal",
			    o->switch_output);
	if (o->switch_max_files &&
	    (parse_count(o->switch_max_files, &spec->max_files) || spec->max_files > FILES_MAX))
		return fail(err, ERR_USAGE,
			    "option --switch-max-files: %s is no number from 1 to %u",
			    o->switch_max_files, FILES_MAX);
	if (o->overwrite && spec->bytes)
		return fail(err, ERR_USAGE,
			    "option --switch-output: with --overwrite a file is as large as the "
			    "rings; give a time, or set their size with -m");
	spec->on |= o->overwrite;
	if (spec->max_files && !spec->on)
		return fail(err, ERR_USAGE,
			    "option --switch-max-files is for --switch-output and --overwrite");
	return 0;
}

static int check_trigger(const struct rec_opts *o, struct err *err)
{
	char *filter = trigger_filter(o->snapshot_on, err);

	if (!filter)
		return -1;
	free(filter);
	return o->overwrite ? 0 : fail(err, ERR_USAGE, "option --snapshot-on is for --overwrite");
}

static int check_files(struct rec_opts *o, struct err *err)
{
	const char *why;

	if (check_switch(o, err))
		return -1;
	why = o->overwrite ? "--overwrite" : o->rotate.on ? "--switch-output" : NULL;
	if (why && o->max_size)
		return fail(err, ERR_USAGE,
			    "options %s and --max-size exclude each other; --switch-max-files "
			    "limits the whole",
			    why);
	if (o->snapshot_on && check_trigger(o, err))
		return -1;
	if (o->overwrite && o->max_events)
		return fail(err, ERR_USAGE,
			    "options --overwrite and --max-events exclude each other: nobody "
			    "counts what is overwritten");
	if (why && output_is_stream(o->output))
		return fail(err, ERR_USAGE,
			    "option %s: standard output is one stream; give a file with -o", why);
	return 0;
}

static int check(struct rec_opts *o, struct err *err)
{
	if (o->quiet && o->verbose)
		return fail(err, ERR_USAGE, "options -q and -v exclude each other");
	if (output_is_stream(o->output) && isatty(STDOUT_FILENO))
		return fail(err, ERR_USAGE,
			    "option -o: standard output is a terminal; give a file, or a pipe: "
			    "rec -o - | ana syscall-counts -");
	if (check_target(o, err) || check_ring_size(o, err) || check_limits(o, err) ||
	    check_files(o, err) || check_threads(o, err) || check_compression(o, err) ||
	    check_clock(o, err) || check_realtime(o, err) || check_summary(o, err))
		return -1;
	return 0;
}

/* rec list [PATTERN] */
static int parse_list(struct rec_opts *o, int argc, char **argv, struct err *err)
{
	if (argc > 3 || (argc == 3 && argv[2][0] == '-'))
		return fail(err, ERR_USAGE, "usage: rec list [PATTERN]");
	o->list = true;
	o->list_pattern = argv[2];
	return 0;
}

int opts_parse(struct rec_opts *o, int argc, char **argv, struct err *err)
{
	int nr_words;

	*o = (struct rec_opts){ .output = DEFAULT_OUTPUT };
	if (argc == 2 && !strcmp(argv[1], DUMP_OPTIONS)) {
		o->dump_options = true;
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], COMPLETE_OPTION)) {
		o->complete = argv + 2;
		o->nr_complete = argc - 2;
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "list"))
		return parse_list(o, argc, argv, err);
	if (opt_parse(table, o, argc, argv, 0, &nr_words, NULL, err))
		return -1;
	if (o->help || o->version)
		return 0;
	if (nr_words)
		o->command = argv + 1;
	if (events_parse(&o->events, &o->event_words, o->syscalls, err))
		return -1;
	return check(o, err);
}

void opts_release(struct rec_opts *o)
{
	free(o->event_words.at);
	events_release(&o->events);
	*o = (struct rec_opts){ 0 };
}

void opts_print_help(void)
{
	puts("Usage: rec [OPTIONS]\n"
	     "       rec [OPTIONS] -- COMMAND [ARGS]\n"
	     "       rec list [PATTERN]\n"
	     "Record every system call, or other tracepoints, into a perf.data file.\n"
	     "Without COMMAND until Ctrl-C; with it until it ends, and with its exit status.\n"
	     "rec list shows the tracepoints of this machine.\n"
	     "\n"
	     "Options:");
	opt_help(table, 0, stdout);
	puts("\n"
	     "Examples:\n"
	     "  sudo rec                               every call of the machine, until Ctrl-C\n"
	     "  sudo rec -- make                       make and all that it starts\n"
	     "  sudo rec -a -o make.data -- make       the whole machine while make runs\n"
	     "  sudo rec -e sched:sched_switch -C 0    another tracepoint, on CPU 0\n"
	     "\n"
	     "Count what was recorded with: ana syscall-counts");
}

void opts_print_table(void)
{
	opt_dump(table, stdout);
}

void opts_complete(const struct rec_opts *o)
{
	complete_rec(table, o->complete, o->nr_complete);
}
