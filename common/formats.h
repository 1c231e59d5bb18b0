/*
 * formats.h - the formats of tracepoints that a recording does not describe.
 *
 * perf writes them behind the data, when it ends; a recording that was killed or cut has only the
 * number of each tracepoint, its id, which is another one on another kernel. Where a format comes
 * from, in this order:
 *
 *   FORMAT_FILE     the recording, of which other formats are damaged
 *   FORMAT_KERNEL   tracefs of the running kernel, when the file says that it was recorded on that
 *                   (its text has the same first and last address) and the samples have the size
 *   FORMAT_RECORDS  raw_syscalls:sys_enter and sys_exit, which are the same on every kernel of
 *                   64 bits, and of 32, when every sample has their size and, where the number of
 *                   the call belongs, what could be one
 *   FORMAT_NONE     neither: a format of our own, with the bytes in one row, so that the samples
 *                   can be read for what else is in them
 */
#ifndef COMMON_FORMATS_H
#define COMMON_FORMATS_H

#include "common/buf.h"
#include "common/file.h"

/* What the samples of one event look like. */
struct formats_seen {
	bool swapped; /* raw bytes are in the other byte order, which needs formats; set by the caller */
	uint64_t nr;		     /* samples that have raw data */
	uint32_t raw_min, raw_max;   /* bytes of raw data; of all samples */
	bool not_its_own;	     /* one names another tracepoint than the event */
	bool not_call64, not_call32; /* one has no number of a call where it would be */
	bool is64;		     /* one was taken beyond the first 4 GiB of addresses */
};

/* The kernel that was recorded, as perf's MMAP record of its text has it. */
struct formats_kernel {
	uint64_t start, end; /* addresses; end 0: not known */
	char symbol[64];     /* the one at start */
};

enum formats_source { FORMAT_FILE, FORMAT_KERNEL, FORMAT_RECORDS, FORMAT_NONE };

/* A tracepoint, and its format. */
struct formats_entry {
	uint64_t id;
	enum formats_source source;
	struct formats_seen seen;
	char *system, *name; /* owned */
	char *text;	     /* of its format file; owned */
};

struct formats {
	struct formats_entry *entries; /* by system */
	uint32_t nr;
	bool running_kernel; /* the recorded kernel is the one that runs */
	bool long32;	     /* a tracepoint of a 32-bit kernel is among them */
};

/* formats_note() - take account of @s, a sample of @ev. */
void formats_note(struct formats_seen *seen, const struct event *ev, const struct sample *s);

/* formats_note_kernel() - take account of a record: is it the MMAP of the kernel's text? */
void formats_note_kernel(struct formats_kernel *k, const struct perf_event_header *rec);

/* formats_missing() - has @file tracepoints, and no formats at all? */
bool formats_missing(const struct perf_file *file);

/*
 * formats_find() - find a format for each tracepoint of @file, if they are missing or one is damaged; else
 * *@f is empty.
 * @seen: by event index. Returns 0, or -1 with ERR_MEM.
 */
int formats_find(struct formats *f, const struct perf_file *file, const struct formats_seen *seen,
		 const struct formats_kernel *k, struct err *err);

/* formats_write() - append a TRACING_DATA section of them to @out. Returns 0, or -1: ERR_MEM. */
int formats_write(struct buf *out, const struct formats *f, struct err *err);
void formats_release(struct formats *f);

#endif
