/*
 * resync.h - where records go on behind a place where there are none.
 *
 * A record does not say that it is one. Some in a row do: each of a possible kind and size, and the
 * next one where it ends. So many bytes do not do that by chance.
 */
#ifndef COMMON_RESYNC_H
#define COMMON_RESYNC_H

#include "common/file.h"

/* So many in a row, or all up to the end of the data. */
#define RESYNC_RECORDS 4

struct resync {
	const struct perf_file *file; /* no pipe */
	uint64_t end;		      /* of its data */
	/* Could this record, of the kernel's and of a possible size, be one of the file's? 8-aligned. */
	bool (*good)(void *arg, const struct perf_event_header *rec);
	void *arg;
	char *bytes;	  /* a piece of the file; owned */
	uint64_t *record; /* room for a record; owned */
	uint64_t off;	  /* of the piece */
	size_t len;	  /* bytes in it */
};

/*
 * resync_init() - for @file, which is borrowed. Returns 0, or -1 with ERR_MEM; resync_release() is due
 * in both cases, and takes a zeroed struct, too.
 */
int resync_init(struct resync *r, const struct perf_file *file,
		bool (*good)(void *arg, const struct perf_event_header *rec), void *arg,
		struct err *err);
void resync_release(struct resync *r);

/*
 * resync_holds() - do records begin at @off?
 * resync_find() - the first place from @from on where they do, of those that are multiples of @step
 * behind it (8, or 1 where sizes can be odd); r->end when there is none. Reads what it passes once, but
 * for holes of the file.
 */
bool resync_holds(struct resync *r, uint64_t off);
uint64_t resync_find(struct resync *r, uint64_t from, uint32_t step);

/*
 * resync_skip_compressed() - pass over the compressed record at @off, which cannot be decompressed,
 * and over those behind it that go on with its frame. Returns where the first other record is;
 * *@nr, *@bytes: out: grow by what was passed over. @off when that is no compressed record.
 */
uint64_t resync_skip_compressed(const struct resync *r, uint64_t off, uint64_t *nr,
				uint64_t *bytes);

/* resync_is_frame() - is there a compressed record at @off that begins a frame? */
bool resync_is_frame(const struct resync *r, uint64_t off);

#endif
