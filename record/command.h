/* command.h - the command that runs while rec records: held until the rings run. */
#ifndef RECORD_COMMAND_H
#define RECORD_COMMAND_H

#include "common/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid; /* 0: there is none */
	int fd; /* to it: it says that it is ready, we say go, it says why exec failed; -1: closed */
	bool ended;
	int status;  /* as waitpid() gives it, once it ended */
	int not_run; /* 127 or 126 as a shell would say, when it could not be executed */
};

/*
 * command_fork() - make the process that will be @argv, and hold it before exec.
 * It is named after the command already, and has nothing left to do but to exec, so that no call
 * of rec's is made in its name, nor one of its own in rec's. @stdout_taken: the recording goes to
 * standard output, so what the command prints goes to standard error.
 * Returns 0, or -1 with ERR_NOENT (there is no such program), ERR_PERM (it is not executable)
 * or ERR_SYS; the first two set @c->not_run.
 */
int command_fork(struct command *c, char **argv, bool stdout_taken, struct err *err);

/* command_start() - let it run. Returns 0, or -1 with ERR_SYS when exec failed. */
int command_start(struct command *c, const char *name, struct err *err);

/* command_poll() - see whether it has ended, without waiting. */
void command_poll(struct command *c);

/*
 * command_end() - ask it to end (SIGTERM) when it still runs, and wait for it a second at most:
 * then it is left alone, with a word on stderr. @heard: it has heard of the Ctrl-C that ended us,
 * and gets half of the second to end by that. SIGCHLD, SIGINT and SIGTERM must be blocked; one
 * of the latter ends the waiting, too.
 * Returns its exit status as a shell would give it (128 + signal), 0 without a command.
 */
int command_end(struct command *c, bool heard);

#endif
