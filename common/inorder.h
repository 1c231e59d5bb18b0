/*
 * inorder.h - the records of one or several recordings in the order of their times, in bounded memory.
 *
 * A file or stream goes by its rounds (rounds.h); of a directory the parts are merged (merge.h); and
 * several of these are merged here. Of each, all comes in the order in which it comes alone; of
 * equal times those of the recording that was named first.
 */
#ifndef COMMON_INORDER_H
#define COMMON_INORDER_H

#include "common/file.h"
#include "common/order.h"

#define INORDER_ACTS 2

/* Who wants the records. */
struct inorder_client {
	/*
	 * Called for every record of a recording as it is read. Returns 1: it is to be given under
	 * *@time_ns (not UINT64_MAX), with *@tag; 0: that was all; -1 with @err filled: the end.
	 * @arg: the source's. @off: in the file.
	 * @ask: nothing is to be done, but to be said what would be returned; or INORDER_ACTS where more
	 * would be done than to return 0. A directory's parts are read twice: this is asked for all
	 * records both times, by several threads at once if @threads; and those that said INORDER_ACTS
	 * are looked at before any is given.
	 */
	int (*look)(void *arg, const struct perf_event_header *rec, uint64_t off, bool ask,
		    uint64_t *time_ns, uint16_t *tag, struct err *err);
	/*
	 * Takes a record, its time, tag and offset. All of @e lives until it returns.
	 * Returns 0, or -1 with @err filled, which ends the reading.
	 */
	int (*give)(void *arg, const struct order_entry *e, struct err *err);
	const volatile bool *stop; /* when it is set, that is the end, and no error; may be NULL */
	bool threads;		   /* read ahead and decompress on all CPUs: reader_use_threads() */
	/*
	 * Memory for records that wait; 0: ORDER_BYTES_MAX. All recordings and parts share it, but each
	 * gets ORDER_LIMIT_MIN; and some 0.2 MB for its reader, more when it is compressed.
	 */
	size_t bytes_max;
};

/* A recording that is read, and how that ended. */
struct inorder_source {
	struct perf_file *file; /* borrowed */
	void *arg;		/* for look() and give() */
	uint64_t
		first_ns; /* no sample has an earlier time in look()'s sense; 0: that is not known */
	/* Set by inorder_read(): */
	struct err damage; /* why it, or a part of it, was not read to its end; or ERR_NONE */
	uint64_t nr_late;  /* records that were given behind a later one */
	uint64_t read_end; /* offset in the file behind what was read; of a directory 0 */
	bool cut_record;   /* the data ended inside a record */
	uint64_t zeros;	   /* bytes of zeros that the data ended in */
	uint64_t nr_compressed[2]; /* records COMPRESSED, COMPRESSED2 that were taken apart */
};

/*
 * inorder_read() - give all records of the @nr sources to @client. Of several, each is read from when its
 * first sample may be due, or else, also a stream, from the start. What has no time comes when it
 * is read, which of several is no place among those that have one.
 * Damage ends the reading of what it is in; all that was read before is given, and all of the others.
 * Returns 0, or -1 with ERR_MEM or the client's error.
 */
int inorder_read(struct inorder_source *sources, uint32_t nr, const struct inorder_client *client,
		 struct err *err);

#endif
