/*
 * control.h - orders from outside while rec records: lines from a FIFO or another descriptor, each
 * answered when it is carried out. The words and the answer are those of perf-record(1), --control.
 */
#ifndef RECORD_CONTROL_H
#define RECORD_CONTROL_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_LINE_MAX 256

enum control_order {
	CONTROL_NONE,
	CONTROL_ENABLE, /* the tracepoints, or the one that is named */
	CONTROL_DISABLE,
	CONTROL_PING, /* only the answer is wanted */
	CONTROL_SNAPSHOT,
	CONTROL_STOP,
};

struct control {
	int fd;	    /* of the orders; -1: closed */
	int ack_fd; /* of the answers; -1: nobody wants them */
	bool ours;  /* we have opened them */
	char line[CONTROL_LINE_MAX];
	size_t len;		      /* bytes of lines that have not been given yet */
	bool overlong;		      /* what they begin with is the rest of a line that is none */
	char event[CONTROL_LINE_MAX]; /* that the last order names; "": all */
};

/*
 * control_open() - @spec: "fifo:PATH[,ACKPATH]" or "fd:N[,N]"; NULL: no orders are taken.
 * Returns 0, or -1 with ERR_USAGE (it is not of that form), ERR_NOENT, ERR_PERM or ERR_IO (it is no FIFO).
 * control_close() is due in both cases. With descriptors, SIGPIPE is ignored from then on.
 */
int control_open(struct control *c, const char *spec, struct err *err);
void control_close(struct control *c);

/* control_read() - take what is there. Call it when poll() says that c->fd can be read. */
void control_read(struct control *c);

/* control_next() - the next order that was read in full, and c->event; one that is unknown is told. */
enum control_order control_next(struct control *c);

/* control_ack() - say that the order is carried out, if that does not have to wait for a reader. */
void control_ack(struct control *c);

#endif
