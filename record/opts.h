/* opts.h - the command line of rec. */
#ifndef RECORD_OPTS_H
#define RECORD_OPTS_H

#include "common/err.h"
#include "common/optparse.h"
#include "record/drain.h"
#include "record/events.h"
#include "record/rotate.h"
#include "record/target.h"

#include <stdbool.h>
#include <stdint.h>

struct rec_opts {
	struct opt_words event_words;			      /* -e and --filter as typed; owned */
	const char *syscalls;				      /* --syscalls; NULL: all */
	struct event_specs events;			      /* all three, taken apart; owned */
	const char *list_pattern;			      /* behind "list"; NULL: all */
	struct target_spec target;			      /* -C -p -t -u -G --include-self */
	const char *output;				      /* -o */
	const char *delay, *duration, *max_size, *max_events; /* as typed; NULL: none */
	struct limits limits;				      /* what they say */
	const char *switch_output, *switch_max_files;	      /* as typed; NULL: none */
	struct rotate_spec rotate;			      /* what they say */
	const char *snapshot_on;			      /* --snapshot-on; NULL: none */
	const char *control;				      /* --control; NULL: none */
	const char *ring_size;				      /* -m as typed; NULL: chosen by rec */
	uint64_t ring_bytes;				      /* -m in bytes; 0: chosen by rec */
	const char *threads, *compression;		      /* --threads, -z as typed */
	uint32_t nr_threads;				      /* 0: chosen by rec */
	int level;					      /* of zstd; 0: not compressed */
	const char *clock;				      /* -k as typed; NULL: chosen by rec */
	int clockid;					      /* of clock.h */
	char **command;	      /* behind "--"; NULL: until a signal */
	bool command_alone;   /* record the command and its children, nothing else */
	bool list;	      /* rec list: show the events that there are */
	const char *realtime; /* -r as typed; NULL: none */
	uint64_t priority;    /* -r; 0: none */
	bool dry_run;
	bool callchains;     /* -g */
	const char *summary; /* --summary as typed; NULL: text */
	bool summary_json;   /* what it says */
	bool overwrite;	     /* write only when told, what was last */
	bool all_cpus, quiet, help, version, dump_options;
	int verbose;
	char **complete; /* the words behind --complete; NULL: that is not asked for */
	int nr_complete;
};

/*
 * opts_parse() - fill @o from the command line and check it.
 * Returns 0, or -1 with ERR_USAGE or ERR_MEM. opts_release() is due in both cases.
 */
int opts_parse(struct rec_opts *o, int argc, char **argv, struct err *err);
void opts_release(struct rec_opts *o);

void opts_print_help(void);
void opts_print_table(void);		      /* for the man page */
void opts_complete(const struct rec_opts *o); /* for the shells */

#endif
