/*
 * session.h - joins the stages: file -> reader -> (order -> tasks) -> consumer.
 */
#ifndef REPORT_SESSION_H
#define REPORT_SESSION_H

#include "common/file.h"
#include "report/consumer.h"
#include "report/filter.h"
#include "report/task.h"

#include <stdbool.h>

/*
 * What was lost, by two accounts of the same loss (never to be added): LOST records, which name
 * only the ring, and LOST_SAMPLES, which are exact for each event.
 */
struct loss {
	uint64_t lost_records; /* sum of PERF_RECORD_LOST */
	uint64_t *by_event;    /* sum of PERF_RECORD_LOST_SAMPLES, by event index; owned */
	uint64_t unknown;      /* sum of those of no known event */
	bool exact;	       /* there was a LOST_SAMPLES record */
};

struct session {
	struct perf_file file;
	uint32_t idx;	      /* its place among those that are read together */
	uint32_t nr_together; /* how many these are */
	uint32_t nr_missing;  /* that were to be read with it, and could not be opened */
	const char *host;     /* where these are of several hosts: its own; else NULL */
	int host_width;	      /* characters in the longest of their names, but at most 64 */
	int64_t shift_ns;     /* to be added to its times, for all to be of one clock */
	struct filter filter;
	struct loss loss;
	struct tasks tasks;	 /* when samples are given in order: as of the last one */
	uint32_t nr_guessed;	 /* events whose formats were missing and were guessed */
	uint64_t nr_unknown_ids; /* samples of no known event, passed over */
	uint64_t nr_malformed;	 /* samples shorter than their sample_type says */
	uint64_t nr_late;	 /* ordered: records that came after a later one had been given */
	bool stop;		 /* set by a consumer or a signal: end after the current record */
	bool partial;		 /* not all of the recording was read; set before finish() */
	bool failed;		 /* the consumer did, or memory ran out: finish() is not called */
	struct err damage;	 /* of one of several files, when err tells of another one's */
	bool cut_record;	 /* an unfinished file ended inside a record */
	uint64_t zeros;		 /* bytes of zeros that an unfinished file ended in */
	/* Set before finish(), when records were read: */
	uint64_t bytes; /* of the recording; of a pipe: those read */
	uint64_t nr_compressed
		[2]; /* records COMPRESSED and COMPRESSED2; nobody else gets to see them */
};

/*
 * session_open() - open @path, to see of it what @filter says. Where it should describe tracepoints
 * and does not, those that look like raw_syscalls' are taken for these.
 * Returns 0 or -1 as file_open() and filter_init().
 */
int session_open(struct session *s, const char *path, const struct filter_words *filter,
		 struct err *err);
void session_close(struct session *s);
void session_close_all(struct session *all, uint32_t nr);

/*
 * session_open_all() - open @nr files that one report or script is of. Shares of the time are those of
 * all of it, or, when the times of all cannot be compared, of each; a time of day is of one day for
 * all. @compares: who reads them compares their times; then it is told on stderr where that cannot be done.
 * Returns 0, or -1 as session_open(): then all are closed.
 */
int session_open_all(struct session *all, uint32_t nr, const char *const *paths,
		     const struct filter_words *filter, bool compares, struct err *err);

/*
 * session_open_some() - as session_open_all(), of those files that can be opened. *@nr: all, then those open.
 * Each of the others is told on stderr, and *@status becomes that of a program that ends with the worst
 * of their errors, if that is more than it was.
 * Returns 0, or -1: then all are closed; when no file could be opened, with the error of the last one, which
 * is not told.
 */
int session_open_some(struct session *all, uint32_t *nr, const char *const *paths,
		      const struct filter_words *filter, bool compares, int *status,
		      struct err *err);

/*
 * session_run() - feed the @nr files of @s, one behind the other or as one, to @c, or nothing of them if
 * @c wants no records. What the first is told by session.stop ends all.
 * Returns 0 when everything was read; -1 with the reader's error after what came before the
 * damage was given (finish() has been called: the report is printed, and partial), or with the
 * error of @c. Damage ends the reading of its own file only.
 */
int session_run(struct session *s, uint32_t nr, struct consumer *c, struct err *err);

/*
 * session_note() - take account of a record that is not a sample (loss). Consumers with
 * add_block() call it for every record they do not want themselves.
 */
void session_note(struct session *s, const struct perf_event_header *rec);

/*
 * session_split() - make @part a session of the same recording for another thread, which takes account
 * there of what it sees. What @part has of @s is borrowed. Returns 0, or -1 with ERR_MEM.
 * session_join() - add that account to @s; @part is gone. It may be zeroed.
 * session_forget() - do not; as session_join().
 */
int session_split(struct session *part, const struct session *s, struct err *err);
void session_join(struct session *s, struct session *part);
void session_forget(struct session *part);

/*
 * session_lost() - events lost: of the tracepoint of @event, or of all events when it is NULL; what nobody
 * knows the event of may be of any.
 */
uint64_t session_lost(const struct session *s, const struct event *event);

/*
 * session_same_calls() - do numbers of system calls mean the same in both? Returns 0, or -1: ERR_DATA.
 */
int session_same_calls(const struct session *first, const struct session *s, struct err *err);

#endif
