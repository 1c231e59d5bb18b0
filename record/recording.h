/* recording.h - all that one run of rec is made of, and its two long chapters. */
#ifndef RECORD_RECORDING_H
#define RECORD_RECORDING_H

#include "common/writer.h"
#include "record/command.h"
#include "record/control.h"
#include "record/crew.h"
#include "record/drain.h"
#include "record/evsel.h"
#include "record/hotplug.h"
#include "record/opts.h"
#include "record/rotate.h"
#include "record/snapshot.h"
#include "record/target.h"

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
	struct hotplug hotplug;
	int output_fd, signal_fd, crew_fd;
};

/*
 * recording_open() - open.c: target, events, rings, threads; nothing is switched on yet.
 * Returns 0, or -1 with what stands in the way.
 */
int recording_open(struct recording *r, struct err *err);

/*
 * recording_add_cpu() - events and rings for a CPU that has come up, index @idx in the target, and
 * switch on what is on elsewhere. Between two passes only.
 * Returns 0, or -1 with ERR_NOENT (it is away again) or what stands in the way.
 */
int recording_add_cpu(struct recording *r, uint32_t idx, struct err *err);

/* recording_tell_opened() - with -v and --dry-run: what was opened, and how. */
void recording_tell_opened(const struct recording *r);

/*
 * file_begin() - files.c: make the file, or the next one, with all that a reader needs to know
 * before the first record. Returns 0 or -1.
 */
int file_begin(struct recording *r, struct err *err);

/* file_begin_names() - what there is to be known of the tasks that are there. Returns 0 or -1. */
int file_begin_names(struct recording *r, struct err *err);

/*
 * file_finish() - make the last file whole, whatever went wrong (@rc, @err) but the writing.
 * Returns @rc, or -1.
 */
int file_finish(struct recording *r, int rc, struct err *err);

/* For struct drain: is the next file due, or more to be done between two passes; and do it. */
bool between_is_due(void *arg);
int between_passes(void *arg, bool asked, struct err *err);

#endif
