/*
 * fuzz.h - what the targets share: the start, and a reading of a file by one thread or by several.
 *
 * With SEEDS=DIR in the environment a target writes the files to start from into DIR, and ends: those of
 * seeds.h, or what the function writes that it has named in FUZZ_SEEDS.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "common/file.h"
#include "common/reader.h"
#include "tests/fuzz/seeds.h"

#include <fcntl.h>
#include <sys/mman.h>

#ifndef FUZZ_SEEDS
#define FUZZ_SEEDS seeds_write
#endif
static void FUZZ_SEEDS(const char *dir);

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dir = getenv("SEEDS");

	(void)argc;
	(void)argv;
	if (dir) {
		FUZZ_SEEDS(dir);
		exit(0);
	}
	return 0;
}

/* Writes the seed DIR/NAME, of two parts. */
static inline void fuzz_seed(const char *dir, const char *name, const void *head, size_t head_len,
			     const void *rest, size_t rest_len)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(head, 1, head_len, f) != head_len ||
	    fwrite(rest, 1, rest_len, f) != rest_len || fclose(f))
		abort();
}

/* A file of these bytes, in memory. */
static inline int fuzz_file(const void *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	return fd;
}

/* A pipe that these bytes come out of, as many of them as fit. */
static inline int fuzz_pipe(const void *data, size_t size)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		abort();
	fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
	if (write(fds[1], data, size) < 0 && size)
		abort();
	close(fds[1]);
	return fds[0];
}

static inline int fuzz_open(struct perf_file *f, int fd, char path[32], struct err *err)
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return file_open(f, path, err);
}

/* A small file can hold gigabytes of compressed records; looking at this much is enough. */
#define READING_RECORDS_MAX 200000
#define READING_BYTES_MAX   (16u << 20)

/* What came out of a file, and how it ended. */
struct reading {
	uint64_t hash, nr, bytes; /* of the records */
	uint64_t offs;		  /* a hash of where they are */
	int rc;			  /* of the last reader_next(); 1: it was enough */
	struct err err;
	bool partial;
	uint64_t stop_off, zeros;
};

static inline uint64_t hash_add(uint64_t hash, const void *data, size_t len)
{
	const char *at = data;
	uint64_t word = 0;

	for (; len >= 8; at += 8, len -= 8)
		hash = (hash ^ load_u64(at)) * 0x9e3779b97f4a7c15;
	memcpy(&word, at, len);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 29;
}

static inline bool reading_add(struct reading *g, const struct perf_event_header *rec, uint64_t off)
{
	if ((uintptr_t)rec % 8)
		abort();
	g->hash = hash_add(g->hash, rec, rec->size);
	g->offs = hash_add(g->offs, &off, sizeof(off));
	g->nr++;
	g->bytes += rec->size;
	return g->nr < READING_RECORDS_MAX && g->bytes < READING_BYTES_MAX;
}

static inline void reading_blocks(struct reading *g, struct reader *r)
{
	const struct perf_event_header *rec;
	struct block *b;

	while ((g->rc = reader_next(r, &b, &g->err)) == 1)
		while ((rec = block_next(b)))
			if (!reading_add(g, rec, block_off(b, rec)))
				return;
	g->partial = r->partial;
	g->stop_off = r->stop_off;
	g->zeros = r->zeros;
}

/* Reads all of @fd, which it closes. */
static inline struct reading reading_of(int fd, bool threads)
{
	struct reading g = { .rc = -2 }; /* for the case that it cannot be opened */
	struct perf_file f;
	struct reader r;
	char path[32];

	if (!fuzz_open(&f, fd, path, &g.err)) {
		if (reader_open(&r, &f, &g.err))
			abort();
		if (threads)
			reader_use_threads(&r);
		reading_blocks(&g, &r);
		reader_close(&r);
		file_close(&f);
	}
	close(fd);
	return g;
}

/* Ends the run when they differ. The paths in the messages may. */
static inline void readings_compare(const struct reading *a, const struct reading *b)
{
	const char *text_a = strchr(a->err.text, ':'), *text_b = strchr(b->err.text, ':');

	if (a->hash == b->hash && a->offs == b->offs && a->nr == b->nr && a->bytes == b->bytes &&
	    a->rc == b->rc && a->err.code == b->err.code && a->partial == b->partial &&
	    a->stop_off == b->stop_off && a->zeros == b->zeros &&
	    !strcmp(text_a ? text_a : "", text_b ? text_b : ""))
		return;
	fprintf(stderr,
		"%llu records, %d, stop at %#llx, zeros %llu, %s\n"
		"%llu records, %d, stop at %#llx, zeros %llu, %s\n",
		(long long)a->nr, a->rc, (long long)a->stop_off, (long long)a->zeros, a->err.text,
		(long long)b->nr, b->rc, (long long)b->stop_off, (long long)b->zeros, b->err.text);
	abort();
}

#endif
