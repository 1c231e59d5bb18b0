/*
 * callreport.h - what all reports of system calls have: the stream of calls, of whatever files, and what is said
 * of them in every form.
 */
#ifndef REPORT_CALLREPORT_H
#define REPORT_CALLREPORT_H

#include "report/callstream.h"
#include "report/names.h"
#include "report/report.h"

/* The first part of such a report. */
struct callreport {
	struct consumer consumer;
	struct report_opts opts;
	const char *name; /* of the report */
	int version;	  /* of its JSON form; grows when a key changes its meaning */
	struct callstream stream;
	const struct session *first; /* of the files */
	struct session *session;     /* that is being read */
	struct names hosts;	     /* of all files */
	uint32_t host;		     /* of the one that is being read: number in hosts */
	const char *arch;	     /* of all of them */
	uint64_t lost;		     /* of all files */
	bool partial;
	/* Called for each file when its calls are to come, and when all have been given. May be NULL. */
	int (*begin)(struct callreport *r, struct err *err);
	int (*done)(struct callreport *r, struct err *err);
};

/*
 * callreport_init() - @r, zeroed but for name, version, opts, begin and done, gives calls to @client, as @want
 * says. Sets all of the consumer but finish and free. callreport_release() is due.
 */
void callreport_init(struct callreport *r, const struct pair_client *client, unsigned want);
void callreport_release(struct callreport *r);

/* callreport_last() - the last of the files; known as soon as the first one is. */
const struct session *callreport_last(const struct callreport *r);

/*
 * The column of a table that says of which host a row is, and two blanks; nothing where all are of one. In CSV a
 * field and a comma, in JSON a key and a comma. @host: number in hosts.
 */
void callreport_host_title(const struct callreport *r);
void callreport_host_line(const struct callreport *r);
void callreport_host(const struct callreport *r, uint32_t host);

/*
 * callreport_json() - the first keys of a JSON object: report, version, files. @last: of the files.
 * callreport_json_end() - the last ones, lost and complete, and the end of it.
 */
void callreport_json(const struct callreport *r, const struct session *last);
void callreport_json_end(const struct callreport *r);

/* callreport_comm() - the name of a task now, as pairs_comm(). */
static inline const char *callreport_comm(const struct callreport *r, uint32_t task,
					  char room[PAIR_COMM_ROOM])
{
	return pairs_comm(&r->stream.pairs, task, room);
}

#endif
