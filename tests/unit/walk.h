/* walk.h - reads a whole file through the reader, as reports do, and keeps what came out. */
#ifndef TESTS_WALK_H
#define TESTS_WALK_H

#include "common/file.h"
#include "common/reader.h"
#include "tests/unit/recbuild.h"

#include <sys/wait.h>

struct walk_record {
	uint32_t type;
	uint16_t size;
	uint64_t off; /* of the record in the file */
	uint64_t at;  /* of its copy in walk.bytes */
};

struct walk {
	struct err err;
	int rc; /* of file_open(), reader_open() or the last reader_next() */
	bool opened;
	bool unaligned; /* a record was not 8-aligned */
	bool partial;	/* reader.partial, stop_off, zeros */
	uint64_t stop_off, zeros;
	uint64_t max_block; /* bytes of the largest block */
	struct walk_record *records;
	size_t nr, room;
	struct buf bytes; /* the records, one behind the other */
};

static inline void walk_add(struct walk *w, const struct block *b,
			    const struct perf_event_header *rec)
{
	if (w->nr == w->room) {
		w->room = w->room ? w->room * 2 : 1024;
		w->records = realloc(w->records, w->room * sizeof(*w->records));
		if (!w->records)
			abort();
	}
	w->records[w->nr++] = (struct walk_record){
		.type = rec->type, .size = rec->size, .off = block_off(b, rec), .at = w->bytes.len
	};
	w->unaligned |= (uintptr_t)rec % 8 != 0;
	buf_add(&w->bytes, rec, rec->size);
}

static inline void walk_blocks(struct walk *w, struct perf_file *file, bool threads)
{
	struct block *b = NULL;
	struct reader r;

	w->rc = reader_open(&r, file, &w->err);
	if (w->rc)
		return;
	if (threads)
		reader_use_threads(&r);
	while ((w->rc = reader_next(&r, &b, &w->err)) == 1) {
		const struct perf_event_header *rec;

		w->max_block = MAX(w->max_block, (uint64_t)(b->end - b->at));
		while ((rec = block_next(b)))
			walk_add(w, b, rec);
	}
	w->partial = r.partial;
	w->stop_off = r.stop_off;
	w->zeros = r.zeros;
	reader_close(&r);
}

static inline void walk_once(struct walk *w, const char *path, bool threads)
{
	struct perf_file file;

	*w = (struct walk){ 0 };
	w->rc = file_open(&file, path, &w->err);
	if (w->rc)
		return;
	w->opened = true;
	walk_blocks(w, &file, threads);
	file_close(&file);
}

static inline void walk_release(struct walk *w)
{
	free(w->records);
	buf_release(&w->bytes);
	*w = (struct walk){ 0 };
}

static inline bool walk_same(const struct walk *a, const struct walk *b)
{
	for (size_t i = 0; i < MIN(a->nr, b->nr); i++)
		if (a->records[i].off != b->records[i].off)
			return false;
	return a->rc == b->rc && a->partial == b->partial && a->stop_off == b->stop_off &&
	       a->zeros == b->zeros && !strcmp(a->err.text, b->err.text) && a->nr == b->nr &&
	       !b->unaligned && a->bytes.len == b->bytes.len &&
	       (!a->bytes.len || !memcmp(a->bytes.data, b->bytes.data, a->bytes.len));
}

/* Several threads have to give the same as one. */
static inline void walk_path(struct walk *w, const char *path)
{
	struct walk again;

	walk_once(w, path, false);
	if (!w->opened)
		return;
	walk_once(&again, path, true);
	if (!walk_same(w, &again)) {
		fprintf(stderr, "%s: one thread gives %zu records (%d, %s), several %zu (%d, %s)\n",
			path, w->nr, w->rc, w->err.text, again.nr, again.rc, again.err.text);
		abort();
	}
	walk_release(&again);
}

static inline void walk_file(struct walk *w, struct rb_file *b)
{
	walk_path(w, rb_path(b));
}

/* The first @len bytes of @b, which is finished, through a pipe; see rb_pipe(). */
static inline void walk_pipe(struct walk *w, struct rb_file *b, size_t len, size_t piece)
{
	pid_t writer;
	int fd;

	walk_once(w, rb_pipe(b, len, piece, &writer, &fd), false);
	close(fd);
	if (waitpid(writer, NULL, 0) != writer)
		abort();
}

#endif
