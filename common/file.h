/*
 * file.h - the header, attrs and features of a perf.data file: read and checked.
 *
 * After file_open() every section lies in the file, every attr is complete, every id belongs to
 * one event. What comes later may rely on it.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include "common/abi.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/sample.h"
#include "common/tracepoint.h"

#include <stdbool.h>

struct dir;

/* An event of the file. Strings and arrays are owned by the file. */
struct event {
	struct perf_event_attr attr; /* zero beyond attr.size; larger ones are cut */
	uint64_t config3, config4;   /* of attr, which may be too old to have them */
	uint32_t attr_size;	     /* bytes in the file; attr.size */
	uint32_t idx;		     /* place in perf_file.events */
	char *name; /* "system:event", EVENT_DESC's name, that of its kind, or "#IDX" */
	uint64_t *ids;
	uint32_t nr_ids;
	struct sample_layout layout;
	const struct tp_format *tp; /* NULL when it is no tracepoint or its format is missing */
};

struct perf_file {
	const char *path; /* borrowed; of a directory's files, the directory's */
	int fd;
	struct dir *dir;  /* where @fd is the file `data` of a directory, see dir.h; owned */
	uint64_t size;	  /* bytes; of the file when it was opened; of a pipe: read so far */
	bool sequential;  /* a pipe, or what can be read but once and in order */
	struct buf front; /* of that: the data that was read together with what is before it */
	struct buf head;  /* of that: what is before the data */
	uint64_t behind;  /* of that: bytes that follow the data */
	struct file_header header;
	bool swapped;		  /* by a machine of the other byte order; see swap.h */
	bool stream;		  /* in pipe mode: ends anywhere, of itself; see stream.h */
	struct file_section data; /* clipped to the file; of a pipe: perhaps it has less */
	bool unfinished;	  /* data.size was 0: the recorder was killed */
	bool cut;		  /* data ends beyond the file */
	struct event *events;
	uint32_t nr_events;
	struct hash events_by_id; /* id -> index */
	/* Offset 0: not there. Some that are there have no bytes; of a stream, see file_has_feature(). */
	struct file_section features[FEATURE_MAX];
	uint32_t head_records[RECORD_HEAD_END -
			      RECORD_USER_FIRST]; /* of a stream: those before the data */
	bool table_lost; /* what is behind the data is not, or not in whole, to be had */
	char *hostname, *osrelease, *arch; /* NULL when the file does not say */
	uint64_t first_ns, last_ns;	   /* SAMPLE_TIME; 0 when the file does not say */
	uint64_t wall_ns, clock_ns; /* CLOCK_DATA: one moment since 1970 and on the clock; or 0 */
	struct tp_table tps;	    /* empty without TRACING_DATA */
	char *no_formats;	    /* why that cannot be read; NULL: it can, or is not there */
	uint64_t flags[4]; /* map of those that are there; some say it all and have no body */
};

/*
 * file_open() - open @path, "-" being standard input, and read all that lies before the data.
 * Of a pipe that is all that can be known of it, and a file by perf has its description behind the
 * data: such a one is read to its end and kept in a temporary file, see spool.h.
 * Returns 0, or -1 with ERR_NOENT, ERR_PERM, ERR_IO, ERR_DATA (not a perf.data file, or a damaged
 * one), ERR_TRUNC, ERR_MEM, ERR_SYS (a kind that is not supported), ERR_USAGE (a terminal);
 * nothing is left to close then.
 * A feature that is damaged is left out; of TRACING_DATA file->no_formats says what is wrong with it.
 * An unfinished recording is opened.
 */
int file_open(struct perf_file *f, const char *path, struct err *err);
void file_close(struct perf_file *f);

/*
 * file_event() - the event that @rec belongs to, by the rules of perf: the only one; else by id;
 * id 0 is the first event's. NULL for an unknown id.
 */
static inline struct event *file_event(const struct perf_file *f,
				       const struct perf_event_header *rec)
{
	const uint64_t *idx;
	uint64_t id;

	if (f->nr_events == 1)
		return f->events;
	id = record_id(&f->events[0].layout, rec);
	if (!id)
		return f->events;
	idx = hash_get(&f->events_by_id, id);
	return idx ? &f->events[*idx] : NULL;
}

/* file_u32(), file_u64() - load what is as it is in the file, whatever its byte order. */
static inline uint32_t file_u32(const struct perf_file *f, const void *p)
{
	return f->swapped ? __builtin_bswap32(load_u32(p)) : load_u32(p);
}

static inline uint64_t file_u64(const struct perf_file *f, const void *p)
{
	return f->swapped ? __builtin_bswap64(load_u64(p)) : load_u64(p);
}

/* file_has_feature() - is there a body of the feature @bit, if only an empty one? */
static inline bool file_has_feature(const struct perf_file *f, unsigned bit)
{
	return f->features[bit].offset != 0;
}

/* file_names_feature() - does the header say that there is the feature @bit? Of a stream: is there? */
static inline bool file_names_feature(const struct perf_file *f, unsigned bit)
{
	return f->stream ? file_has_feature(f, bit) : f->header.flags[bit / 64] >> (bit % 64) & 1;
}

/* file_by_simpleperf() - are records from RECORD_SIMPLEPERF_FIRST on those of simpleperf? */
static inline bool file_by_simpleperf(const struct perf_file *f)
{
	const uint64_t *flags = f->header.flags + FEATURE_SIMPLEPERF_FIRST / 64;

	return flags[0] || flags[1];
}

/*
 * file_read_feature() - append the body of the feature @bit as it is: feature.h reads it, in the byte
 * order of f->swapped. Nothing when it is not there.
 * Returns 0, or -1 with ERR_IO, ERR_TRUNC, ERR_DATA (too large) or ERR_MEM.
 */
int file_read_feature(const struct perf_file *f, unsigned bit, struct buf *body, struct err *err);

/*
 * file_take_formats() - take the TRACING_DATA section @section, which is at @off of the file or made up
 * (0), for the formats of @f, which has none so far; the events get their names by it.
 * Returns 0, or -1 with ERR_MEM, or the errors of tracing_parse() and tp_table_init(): then it has none.
 */
int file_take_formats(struct perf_file *f, const void *section, uint64_t len, uint64_t off,
		      struct err *err);

/* file_event_by_name() - the event "system:name", or NULL. */
struct event *file_event_by_name(const struct perf_file *f, const char *name);

#endif
