/*
 * recorder.h - rec, started by this program to record the calls of the whole machine into a pipe.
 */
#ifndef REPORT_RECORDER_H
#define REPORT_RECORDER_H

#include "common/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct recorder {
	pid_t pid;   /* 0: it does not run */
	int data_fd; /* its stream; -1: none */
	int said_fd; /* what it says on stderr; -1: none */
	bool ended;  /* by us */
};

/*
 * recorder_start() - @syscalls: as rec --syscalls takes it; NULL: all calls. Returns 0, or -1: ERR_SYS.
 * recorder_end() is due in both cases.
 */
int recorder_start(struct recorder *r, const char *syscalls, struct err *err);

/* recorder_path() - a name to open its stream by. */
#define RECORDER_PATH 32
void recorder_path(const struct recorder *r, char path[RECORDER_PATH]);

/*
 * recorder_wait() - its stream has ended: why? Returns 0, or -1 with what it said in @err: ERR_SYS. What else
 * it said remains for recorder_end().
 */
int recorder_wait(struct recorder *r, struct err *err);

/* recorder_stop() - let it end as Ctrl-C does: what it has recorded still comes. */
void recorder_stop(const struct recorder *r);

/*
 * recorder_end() - end it, if it still runs, and print what it said and recorder_wait() did not tell to stderr.
 */
void recorder_end(struct recorder *r);

#endif
