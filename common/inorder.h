/*
 * inorder.h - the records of a recording in the order of their times, in bounded memory: of a file or
 * a stream by its rounds (order.h), of a directory with parts by merging these (merge.h).
 */
#ifndef COMMON_INORDER_H
#define COMMON_INORDER_H

#include "common/file.h"
#include "common/merge.h"
#include "common/order.h"

/* What is read, and how that ended. */
struct inorder_source {
	struct perf_file *file; /* borrowed */
	/* Set by inorder_read(): */
	struct err damage; /* why it, or a part of it, was not read to its end; or ERR_NONE */
	uint64_t nr_late;  /* records that were given behind a later one */
	uint64_t read_end; /* offset in the file behind what was read; of a directory 0 */
	bool cut_record;   /* the data ended inside a record */
	uint64_t zeros;	   /* bytes of zeros that the data ended in */
	uint64_t nr_compressed[2]; /* records COMPRESSED, COMPRESSED2 that were taken apart */
};

/*
 * inorder_read() - give all records of @s to @client: to look() as they are read, those that it wants
 * under a time to give() in their order. Of a file, look() sees each record once.
 * @threads: read ahead and decompress on all CPUs; see reader_use_threads().
 * Damage ends the reading of what it is in; all that was read before is given.
 * Returns 0, or -1 with ERR_MEM or the client's error.
 */
int inorder_read(struct inorder_source *s, const struct merge_client *client, bool threads,
		 struct err *err);

#endif
