/* tasks.h - which tasks there are, by process, by thread and by user. */
#ifndef RECORD_TASKS_H
#define RECORD_TASKS_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

struct tids {
	int *tids; /* ascending, none twice; owned */
	uint32_t nr, room;
	bool again; /* looked for once more: who has ended meanwhile is passed over */
};

/*
 * tids_of_*() - add to @t the threads that @list, "1,2", or @user, a name or a number, stands for;
 * those of rec itself are a user's only with @self.
 * Return 0, or -1 with ERR_USAGE (no list of numbers), ERR_NOENT (no such process, thread, user,
 * or the user has no process), ERR_SYS, ERR_MEM.
 */
int tids_of_processes(struct tids *t, const char *list, struct err *err);
int tids_of_threads(struct tids *t, const char *list, struct err *err);
int tids_of_user(struct tids *t, const char *user, bool self, struct err *err);

void tids_release(struct tids *t);

#endif
