/*
 * perfdata.h - read the recordings of perf and rec: the public face of libperfdata.
 *
 * Files (also compressed, unfinished and cut ones) and streams of `perf record` and of `rec`, in any
 * sample_type, as their records and, of samples, their fields. Nothing in a file is trusted: what
 * is given here lies whole in memory.
 *
 *	char error[PERFDATA_ERROR_MAX];
 *	struct perfdata *p = perfdata_open("perf.data", error);
 *
 *	if (!p || perfdata_read(p, 0, on_record, &mine, error) < 0)
 *		fprintf(stderr, "%s\n", error);
 *	perfdata_close(p);
 *
 * Compile and link with: cc ... $(pkg-config --cflags --libs --static perfdata)
 *
 * All integers are in host byte order, sizes in bytes, times in nanoseconds of the recording's
 * clock. One struct perfdata belongs to one thread at a time. Nothing is printed, no signal is
 * touched, no global changes; but for a directory of very many files, more of them may be open
 * afterwards (RLIMIT_NOFILE).
 */
#ifndef PERFDATA_H
#define PERFDATA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PERFDATA_ERROR_MAX 1024
#define PERFDATA_NONE	   UINT64_MAX /* a 64-bit field that the record does not have */
#define PERFDATA_NONE32	   UINT32_MAX /* one of 32 bits */

/* perfdata_field.flags */
enum {
	PERFDATA_SIGNED = 1 << 0,
	PERFDATA_ARRAY = 1 << 1,
	PERFDATA_STRING = 1 << 2,   /* array of char: up to its NUL, or its size */
	PERFDATA_DYNAMIC = 1 << 3,  /* __data_loc: a u32, length << 16 | offset in the raw bytes */
	PERFDATA_RELATIVE = 1 << 4, /* __rel_loc: the same, offset counted from the field's end */
};

/* perfdata_read(): flags */
enum {
	PERFDATA_ORDERED =
		1 << 0, /* in the order of time, as `perf script`; else in that of the file */
};

/* A recording that is open. */
struct perfdata;

/* A field in the raw bytes of a tracepoint's samples; by the format file of the recorded kernel. */
struct perfdata_field {
	const char *name;
	uint32_t offset, size; /* compare offset + size with raw_size before use */
	uint32_t flags;	       /* PERFDATA_SIGNED to PERFDATA_RELATIVE, no other bits */
};

/* What was recorded: an entry of the file's attr table. Lives until perfdata_close(). */
struct perfdata_event {
	const char *name;     /* "sched:sched_switch", "cycles"; "#INDEX" where the file has none */
	uint32_t index;	      /* in the file, from 0 */
	uint32_t type;	      /* PERF_TYPE_* of linux/perf_event.h */
	uint64_t config;      /* of a tracepoint: its id on the recorded machine */
	uint64_t sample_type; /* PERF_SAMPLE_* */
	const struct perfdata_field *fields; /* of a tracepoint, common ones first; else NULL */
	uint32_t nr_fields;
};

/*
 * A record. What it points to lives until the callback returns. Fields that it does not have are
 * PERFDATA_NONE or PERFDATA_NONE32, pointers NULL.
 */
struct perfdata_record {
	uint32_t type;	   /* PERF_RECORD_* of linux/perf_event.h; from 64 on those of perf */
	uint16_t misc;	   /* PERF_RECORD_MISC_* */
	uint16_t size;	   /* of @bytes */
	const void *bytes; /* all of it, with its header (struct perf_event_header); 8-aligned */
	uint64_t
		offset; /* in the file, of a directory in its part; of one out of a compressed record, of that */
	const struct perfdata_event
		*event; /* NULL: of none, or of one that the file does not know */
	uint64_t time;
	uint32_t pid, tid, cpu;
	/* From here on of samples only (type PERF_RECORD_SAMPLE). */
	uint64_t ip, addr, period;
	const void *raw; /* of a tracepoint: what its fields lie in */
	uint32_t raw_size;
	const uint64_t *callchain; /* as the kernel gives it, with its markers (PERF_CONTEXT_*) */
	uint64_t nr_callchain;
};

/*
 * perfdata_fn - is given each record. A sample that is shorter than its event says is passed over
 * and counted: perfdata_malformed().
 * Returns 0 to go on; anything else ends the reading and is what perfdata_read() returns, so give
 * a positive number.
 */
typedef int perfdata_fn(void *arg, const struct perfdata_record *record);

/*
 * perfdata_open() - open @path; "-" is standard input, which may be a pipe.
 * Returns an object to be closed with perfdata_close(), or NULL with one line in @error, which has
 * PERFDATA_ERROR_MAX bytes: what failed, at which offset, what to do.
 */
struct perfdata *perfdata_open(const char *path, char *error);

/* perfdata_close() - @p may be NULL. */
void perfdata_close(struct perfdata *p);

/* perfdata_nr_events() - how many events the file describes; at least 1. */
uint32_t perfdata_nr_events(const struct perfdata *p);

/* perfdata_event() - event @index, or NULL when there is none. */
const struct perfdata_event *perfdata_event(const struct perfdata *p, uint32_t index);

/* perfdata_field() - a field of @event by name, or NULL. */
const struct perfdata_field *perfdata_field(const struct perfdata_event *event, const char *name);

/*
 * perfdata_u64() - the value of @field in @record: a number of 1, 2, 4 or 8 bytes, sign-extended if
 * it is a signed one. PERFDATA_NONE when it does not lie in the raw bytes, or is no such number.
 */
uint64_t perfdata_u64(const struct perfdata_field *field, const struct perfdata_record *record);

/*
 * perfdata_read() - give all records to @fn, once; a second call finds none. @flags: 0 or
 * PERFDATA_ORDERED; with a bit that this version does not know nothing is read, and -1 is returned.
 * In order, memory is bounded by what the recording's rounds need, and by 256 MB where it has none, as
 * in a directory of several files (perf record --threads): these are read twice, and merged. Each of
 * them that is open takes some 0.3 MB beside that, and more when it is compressed.
 * Returns 0 at the end; what @fn returned when that was not 0; or -1 with one line in @error: the
 * recording is damaged, or memory ran out. Everything before the damage has been given then.
 */
int perfdata_read(struct perfdata *p, unsigned flags, perfdata_fn *fn, void *arg, char *error);

/*
 * perfdata_unfinished() - was the recorder killed before it ended the file? All that it wrote is
 * given all the same.
 */
int perfdata_unfinished(const struct perfdata *p);

/*
 * perfdata_malformed() - how many samples were passed over until now, since they are shorter than their
 * event says. Samples of events that the file does not know are not among them: they are given.
 */
uint64_t perfdata_malformed(const struct perfdata *p);

#ifdef __cplusplus
}
#endif

#endif
