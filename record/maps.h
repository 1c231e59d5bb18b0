/* maps.h - what the processes have mapped that were there before the recording. */
#ifndef RECORD_MAPS_H
#define RECORD_MAPS_H

#include "common/hash.h"
#include "common/writer.h"
#include "record/buildid.h"

/* A file that is mapped somewhere, as /proc/PID/maps names it. */
struct mapped_file {
	uint32_t maj, min;
	uint64_t ino;
	struct build_id build_id;
};

/* Zeroed at the start: what is known of files, each of which is mapped by many processes. */
struct maps {
	struct hash by_inode; /* to the index in files */
	struct mapped_file *files;
	uint32_t nr_files, room;
	uint32_t nr_denied; /* processes that nobody lets us look at */
	char *line;	    /* getline()'s */
	size_t line_room;
};

/*
 * maps_synth() - write an MMAP2 record for each mapping of process @pid that may be executed, with
 * the build id of its file. @tid: the thread of it to look at. One that has ended shows nothing,
 * not even the first one, while others of the process go on.
 * Returns 1 when all is told that can be, 0 when that thread has nothing mapped, or -1 with ERR_IO
 * or ERR_MEM.
 */
int maps_synth(struct maps *m, struct writer *w, uint32_t pid, uint32_t tid, struct err *err);
void maps_release(struct maps *m);

#endif
