/*
 * reader.h - the records of a file, in file order, in blocks.
 *
 * A BLOCK is a run of bytes that starts with a record. Walk it with block_next() until that gives
 * NULL; then ask for the next one. block_next() is the one place where a record's size is checked:
 * what it gives lies whole in memory, is 8-aligned, and has a possible size.
 *
 * Records are in host byte order; what is compressed, or comes of a machine of the other one, has been
 * seen to (inflate.h, swap.h).
 *
 * The bytes are read, not mapped: a piece that stays in the cache is as fast as `cat`, memory
 * does not grow with the file, and a file that shrinks meanwhile is a short read, not a SIGBUS.
 */
#ifndef COMMON_READER_H
#define COMMON_READER_H

#include "common/ahead.h"
#include "common/compressed2.h"
#include "common/file.h"

/* Invariant: start <= at <= end. Bytes live until the next reader_next() or reader_close(). */
struct block {
	const char *at, *end;
	const char *start;    /* where the block's first record is */
	uint64_t off;	      /* of @start in the file; inside a compressed record: that record's */
	uint64_t payload;     /* bytes that follow the last record given, e.g. AUXTRACE */
	uint64_t payload_off; /* of that record in the file */
	uint64_t behind;  /* all there is of the one record in it is a header; see give_wide() */
	bool may_be_wide; /* others like that may be in the file */
	bool inflated;	  /* came out of a compressed record: all of it has the offset @off */
};

struct reader {
	struct perf_file *file;	 /* borrowed; of a directory, the part that is being read */
	struct ahead *ahead;	 /* where the bytes come from */
	char *buf;		 /* its last piece, behind what was left of the one before */
	size_t used, have;	 /* buf[used, have) is not yet given */
	uint64_t pos, end;	 /* of buf[have] in the file; end of the data section */
	char *window;		 /* aligned copy of a few records that are not */
	struct block block;	 /* of the file, as given last */
	struct block *given;	 /* the last one given: this one, inflate's, unpack's; NULL: none */
	struct block turned;	 /* the part of inflate's that is in host byte order already */
	struct block *turned_of; /* that one; see turn_inflated() */
	struct inflate *inflate; /* NULL until the first compressed record that needs it */
	bool inflating;		 /* it has a record that is not used up */
	uint64_t frame_off;	 /* of the record in which its last frame began */
	struct unpack *unpack;	 /* NULL until the first complete frame, or for good */
	bool may_unpack;	 /* with more threads */
	bool lends;		 /* see reader_lend() */
	struct compressed2 push; /* of COMPRESSED2 records */
	uint64_t nr_compressed[2]; /* records COMPRESSED, COMPRESSED2 that were taken apart */
	bool partial;		   /* the data ended inside a record: the one at stop_off */
	uint64_t zeros;		   /* bytes of zeros that the data ended in */
	/*
	 * Of the record that is looked at; after the end or an error: behind the last record that
	 * was given whole, of compressed ones the last that was used up.
	 */
	uint64_t stop_off;
	struct reader_parts *parts; /* of a directory; else NULL */
};

/*
 * reader_open() - start at the first record. Of a directory all parts (dir.h) are read, one after the
 * other. Returns 0, or -1 with ERR_MEM.
 */
int reader_open(struct reader *r, struct perf_file *file, struct err *err);

/*
 * reader_stop_at() - let *@stop, which a signal handler may set, end the waiting for a pipe as if
 * that had ended. Borrowed.
 */
void reader_stop_at(struct reader *r, const volatile bool *stop);

/*
 * reader_read_ahead() - read ahead, as ahead.h says.
 * reader_use_threads() - do that, and decompress on all CPUs, as unpack.h does.
 * Before the first reader_next(); not for a consumer that may fork, as the threads would not be in
 * the child.
 */
void reader_read_ahead(struct reader *r);
void reader_use_threads(struct reader *r);

/*
 * reader_lend() - let blocks be kept, @nr of them at a time, at most AHEAD_LENT_MAX; and decompress on all CPUs.
 * As reader_use_threads(), instead of it.
 * reader_keep() - keep what was given last until reader_return(), which any thread may call. Returns a number for that,
 * or -1: it lies where it cannot be kept.
 */
void reader_lend(struct reader *r, uint32_t nr);
int reader_keep(struct reader *r);
void reader_return(struct reader *r, int kept);

/*
 * reader_save_memory() - read small pieces: for one of more than READERS_MANY that are open at once. Before the
 * first reader_next().
 */
#define READERS_MANY 64
void reader_save_memory(struct reader *r);

/*
 * reader_next() - give the next block, after the former was walked to its end.
 * Returns 1 with *@block set, 0 at the end of the data, or -1 with
 *   ERR_IO    a read failed
 *   ERR_DATA  a record with an impossible size, a compressed record that cannot be decompressed
 *   ERR_TRUNC a finished file ends inside a record or before its data does
 * Everything before the damage has been given. A stream may end behind any record; of a pipe, a
 * block is what there is, and the next is waited for. In an unfinished file (data.size 0) the end of the
 * data is no error; reader->partial tells whether a record was cut.
 * Zeros up to the end, as a machine that went down leaves them, count as an end, too: reader->zeros.
 * Damage ends only the part of a directory that has it: its error comes behind the last part. What
 * the reader tells of its end (partial, zeros, stop_off) is that of the last part.
 */
int reader_next(struct reader *r, struct block **block, struct err *err);
void reader_close(struct reader *r);

/*
 * reader_go_on() - after reader_next() failed with ERR_DATA, or the data ended inside a record (not inside
 * what follows one): go on with the record at @off in the file, not before reader->stop_off. A frame that was being decompressed is given up, and half a record
 * out of it. Not of a pipe, of a directory or with threads.
 */
void reader_go_on(struct reader *r, uint64_t off);

/* Payloads behind the record, compressed records, odd sizes: these end a block. */
const struct perf_event_header *block_next_special(struct block *b);

/* block_next() - the next record of the block, or NULL when no whole one is left in it. */
static inline const struct perf_event_header *block_next(struct block *b)
{
	const struct perf_event_header *rec = (const void *)b->at;
	size_t left = b->end - b->at;

	if (unlikely(left < sizeof(*rec) || rec->size > left || rec->size < sizeof(*rec)))
		return NULL;
	if (unlikely(rec->type >= RECORD_USER_FIRST || rec->size % 8))
		return block_next_special(b);
	b->at += rec->size;
	return rec;
}

/* block_skip() - walk the block to its end, without a look at its records. */
void block_skip(struct block *b);

/* record_header() - a record's header as one number, for block_same(). */
static inline uint64_t record_header(const struct perf_event_header *rec)
{
	return load_u64(rec);
}

/*
 * block_same() - the record at *@at when its header is @header, that of a record which
 * block_next() gave and so has been checked; *@at moves behind it. NULL for any other: then
 * b->at = at, and block_next() says what comes. Most records of a file are of one kind and size,
 * and a cursor of its own can stay in a register.
 */
static inline const struct perf_event_header *block_same(const char **at, const char *end,
							 uint64_t header)
{
	const struct perf_event_header *rec = (const void *)*at;

	if (unlikely(end - *at < (ptrdiff_t)sizeof(*rec) || load_u64(rec) != header ||
		     end - *at < rec->size))
		return NULL;
	*at += rec->size;
	return rec;
}

/* block_off() - where in the file @rec, a record of @b, lies. */
static inline uint64_t block_off(const struct block *b, const struct perf_event_header *rec)
{
	return b->inflated ? b->off : b->off + ((const char *)rec - b->start);
}

#endif
