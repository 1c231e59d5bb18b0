/*
 * salvage.h - what of a recording can be kept, whatever became of it: killed, cut, damaged.
 *
 * salvage_scan() reads all records and decides, salvage_copy() hands the good ones on. The data
 * is kept as it is up to raw_end, compressed records included, but for some bad spans. What could
 * still be got out of compressed records behind that is kept as plain records.
 *
 * Dropped is what would make perf refuse a file: a record that is not whole; one of a type that
 * nobody writes, of an unknown event, or shorter than its event's records are; what follows one whose
 * size is impossible, or a lie, up to where records go on (resync.h); compressed records that cannot be
 * decompressed, and those that need them.
 */
#ifndef COMMON_SALVAGE_H
#define COMMON_SALVAGE_H

#include "common/file.h"
#include "common/formats.h"
#include "common/writer.h"

/* Where the reading could not go on: keep_end <= stop_off <= resume, keep_end < resume. */
struct salvage_gap {
	uint64_t keep_end; /* what is kept of what is before it ends here */
	uint64_t stop_off; /* here the reader failed */
	uint64_t resume;   /* and here it went on */
};

struct salvage {
	struct perf_file *file; /* borrowed */

	/* Offsets in the file: data.offset <= raw_end <= stop_off. */
	uint64_t raw_end;  /* a record ends here, and inside compressed ones none is open */
	uint64_t stop_off; /* nothing is kept of what is behind it */
	bool inflate;	   /* behind raw_end there is something to keep out of compressed records */
	struct file_section
		*bad; /* runs of bad records and gaps before raw_end, ascending; owned */
	uint32_t nr_bad, room_bad;
	struct salvage_gap *gaps; /* ascending; owned */
	uint32_t nr_gaps, room_gaps;

	/* What was found. */
	uint64_t nr_records, nr_samples; /* kept */
	uint64_t nr_dropped;		 /* records that were whole but bad, before stop_off */
	uint64_t dropped_bytes;		 /* of these */
	uint64_t nr_broken;		 /* compressed records that cannot be decompressed */
	uint64_t broken_bytes;		 /* of these */
	uint32_t nr_torn;		 /* gaps with bytes that are no records */
	uint64_t torn_bytes, torn_off;	 /* of all of these; where the first begins */
	uint64_t nr_mended;		 /* pushes whose sizes are wrong, see compressed2.h */
	bool partial;			 /* the data ended inside a record */
	uint64_t zeros;			 /* bytes of zeros that it ended in */
	uint64_t half;	   /* of the last record these many bytes are zeros, too: dropped */
	struct err damage; /* the first; ERR_NONE: there is none */
	uint64_t first_ns, last_ns; /* of the samples kept; 0 when there is none with a time */
	uint32_t nr_cpus;	    /* highest CPU of a sample + 1 */
	uint64_t nr_compressed;	    /* compressed records before stop_off */
	uint64_t inflated_bytes;    /* out of all of them */
	uint64_t inflated_max;	    /* out of one of them, at most */
	struct formats_seen *seen;  /* by event index; owned */
	uint64_t *raw_need;	    /* bytes of raw data that a sample has; by event index; owned */
	struct formats_kernel kernel;
};

/*
 * salvage_scan() - read all of @file, which must be a file, not a pipe.
 * Damage is no error. Returns 0, or -1 with ERR_MEM; salvage_release() is due in both cases.
 */
int salvage_scan(struct salvage *s, struct perf_file *file, struct err *err);

/* salvage_is_whole() - does the file have all that one needs which was recorded to its end? */
bool salvage_is_whole(const struct salvage *s);

/* salvage_lost_bytes() - of the data, behind stop_off; zeros included. */
uint64_t salvage_lost_bytes(const struct salvage *s);

/* salvage_copy() - push what is kept. Returns 0, or -1 with ERR_IO, ERR_MEM. */
int salvage_copy(const struct salvage *s, struct writer *w, struct err *err);
void salvage_release(struct salvage *s);

#endif
