/*
 * writer.h - a perf.data file, or a stream in pipe mode, written from front to back.
 *
 * Layout: header | ids | attrs | feature bodies | copy of the feature table | data | table.
 * All that is known at the start lies before the data: a recording that is killed or cut has lost
 * nothing but the table behind its data, and a copy of that stands right in front of the data.
 * data.size is 0 until writer_finish().
 *
 * A stream is a header of 16 bytes, then records: HEADER_ATTR of each event, FEATUREs, TRACING_DATA,
 * in this order (perf 6.1 crashes at another), then the data. Nothing is written later than that.
 *
 * Several threads write one file, each through a LANE of its own: what a lane gives the kernel at
 * once stands in one piece in the file, and its pieces in their order.
 */
#ifndef COMMON_WRITER_H
#define COMMON_WRITER_H

#include "common/abi.h"
#include "common/buf.h"
#include "common/deflate.h"
#include "common/err.h"

#include <stdbool.h>
#include <sys/uio.h>

/* An event as the file describes it. Everything is borrowed until writer_begin() returns. */
struct writer_event {
	const struct perf_event_attr *attr;
	const char *name;
	const uint64_t *ids; /* one for each CPU */
	uint32_t nr_ids;
};

/* One thread's way into the file. */
struct lane {
	struct writer *writer;	 /* borrowed */
	char *held;		 /* small pieces, not yet written */
	size_t nr_held;		 /* bytes */
	struct deflate *deflate; /* NULL: nothing is compressed */
};

struct writer {
	int fd;		  /* borrowed */
	const char *path; /* borrowed; for messages */
	bool stream;	  /* written with writer_begin_stream() */
	bool shared;	  /* written by several threads */
	bool gone;	  /* nobody reads the stream any more: what is pushed is thrown away */
	uint64_t pos;	  /* bytes given to the kernel, by all lanes */
	/*
	 * Called when a stream that may not block is full: returns 0 when @fd can be written again, -1
	 * to give its reader up. NULL: waits as long as it takes. May be set at any time.
	 */
	int (*wait)(void *arg, int fd);
	void *wait_arg;
	struct file_header header;
	struct buf front;	   /* all before the data, written first */
	struct file_section table; /* of the copy, inside front */
	uint64_t sample_time_off;  /* of the body of SAMPLE_TIME */
	uint64_t ratio_off;	   /* of the ratio in that of COMPRESSED; 0: there is none */
	uint64_t raw,
		compressed; /* bytes of records that lanes compressed, and what became of them */
	struct lane own;    /* of whoever calls writer_push() */
};

/*
 * writer_begin() - write everything that lies before the data.
 * @events: at least one; all attrs have the same size, which is the stride of the table.
 * @bodies: feature bodies by bit, FEATURE_MAX of them; those without memory (data NULL) are left out,
 * one of no bytes says all by being there. EVENT_DESC and SAMPLE_TIME are the writer's own. @fd: an empty file, or one that is as patient (/dev/null).
 * Returns 0, or -1 with ERR_IO or ERR_MEM; writer_release() is due in both cases.
 */
int writer_begin(struct writer *w, int fd, const char *path, const struct writer_event *events,
		 uint32_t nr_events, const struct buf *bodies, struct err *err);

/*
 * writer_begin_stream() - the same for a stream, to a pipe or to anything else.
 * An event with more ids than a record holds is described by several. An EVENT_DESC that is too
 * large for a record is replaced by EVENT_UPDATEs, other features that are too large are left out.
 * When the reader closes its end, that is no error: writer->gone. SIGPIPE has to be ignored.
 */
int writer_begin_stream(struct writer *w, int fd, const char *path,
			const struct writer_event *events, uint32_t nr_events,
			const struct buf *bodies, struct err *err);

/*
 * writer_begin_records() - records alone, with nothing in front of them; writer_finish() is not for
 * such a writer. Returns 0, or -1 with ERR_MEM; writer_release() is due in both cases.
 */
int writer_begin_records(struct writer *w, int fd, const char *path, struct err *err);

/*
 * writer_push() - append whole records.
 * Large pieces go to the kernel at once and as they are, small ones are gathered. The bytes may
 * be reused when it returns. Returns 0, or -1 with ERR_IO.
 */
int writer_push(struct writer *w, const void *data, size_t len, struct err *err);

/*
 * writer_share() - lanes of several threads are going to be used; before the first of them. Only of
 * a file. Returns 0, or -1 with ERR_IO.
 */
int writer_share(struct writer *w, struct err *err);

/* writer_flush() - give the kernel what is held: it survives our death. Returns 0 or -1. */
int writer_flush(struct writer *w, struct err *err);

/*
 * writer_finish() - write the feature table, then the header that makes the file whole. A stream
 * is whole without them.
 * Where no record was pushed it has a FINISHED_ROUND: data of size 0 means "unfinished".
 * @first_ns, @last_ns: time of the first and the last sample. Returns 0, or -1 with ERR_IO.
 */
int writer_finish(struct writer *w, uint64_t first_ns, uint64_t last_ns, struct err *err);
void writer_release(struct writer *w);

/*
 * lane_init() - a lane of @w, which is begun already. @level: compress with this zstd level what
 * comes by lane_push_records(); 0: do not. Returns 0, or -1 with ERR_MEM; lane_release() is due in both
 * cases, and throws away what was not flushed.
 */
int lane_init(struct lane *l, struct writer *w, int level, struct err *err);
void lane_release(struct lane *l);

/* lane_push() - as writer_push(). */
int lane_push(struct lane *l, const void *data, size_t len, struct err *err);

/*
 * lane_push_records() - whole records, the @nr pieces of which may cut one in two; at most 2.
 * Compressed if that was asked for. Returns 0, or -1 with ERR_IO.
 */
int lane_push_records(struct lane *l, const struct iovec *pieces, int nr, struct err *err);

/* lane_deflate() - compress what waits for it, without giving it to the kernel. 0 or -1. */
int lane_deflate(struct lane *l, struct err *err);

/* lane_flush() - give the kernel all that the lane holds. Returns 0 or -1. */
int lane_flush(struct lane *l, struct err *err);

/* writer_end_bytes() - the size of the file if it were finished now. */
static inline uint64_t writer_end_bytes(const struct writer *w)
{
	return __atomic_load_n(&w->pos, __ATOMIC_RELAXED) + w->own.nr_held + w->table.size;
}

/* writer_bytes() - bytes of the data section so far. */
static inline uint64_t writer_bytes(const struct writer *w)
{
	return w->pos + w->own.nr_held - w->header.data.offset;
}

/* feature_add_str() - append @text as perf's string: u32 length, text, zeros up to 64 bytes. */
void feature_add_str(struct buf *body, const char *text);

#endif
