#include "common/readers.h"
#include "common/inflate.h"
#include "common/thread.h"

#include <stdlib.h>

#define HELPERS_MAX 15
#define AHEAD_MAX   3					  /* blocks that wait, of a reader */
#define PIECES_MAX  128					  /* of all: some 40 MiB */
#define PIECE_BYTES (INFLATE_PIECE + RECORD_SIZE_MAX + 1) /* what most blocks fit into */
#define FILL_BYTES  (PIECE_BYTES / 2)			  /* a piece with so many is full */
#define FILL_BLOCKS 4096				  /* or with so many */
#define PAGE_BYTES  4096

/* A block in a piece. */
struct span {
	uint64_t off; /* of the block in the file */
	size_t at;    /* in the piece's bytes */
	size_t len;
	bool inflated;
};

/* Copies of some blocks in a row: compressed records may be small, and many. */
struct piece {
	struct piece *next;
	struct span *spans;
	uint32_t nr, nr_given, nr_room;
	char *bytes; /* begins with a page */
	size_t used, room;
};

/* Invariant: with @busy a thread is in reader_next(), and nobody else touches @reader. */
struct source {
	struct reader reader;
	bool open, busy;
	bool lent;  /* the consumer walks the reader's own block */
	bool ended; /* reader_next() gave @rc, which is not 1 */
	int rc;
	struct err *err;	    /* then; owned; NULL: none */
	struct piece *first, *last; /* that wait */
	uint32_t nr_waiting;
	struct piece *given; /* the consumer's */
	struct block block;  /* of it */
};

struct readers {
	struct source *sources;
	uint32_t nr;
	pthread_t helpers[HELPERS_MAX];
	uint32_t nr_helpers;
	pthread_mutex_t
		lock;	     /* of all below, and of the sources, but for a reader that is in use */
	pthread_cond_t work; /* there may be some for helpers, or they shall stop */
	pthread_cond_t ready; /* a source is not busy any more */
	bool stop;
	struct piece *spare;
	uint32_t nr_pieces; /* that there are, spare or not */
	uint32_t cursor;    /* the search begins behind the source that was found last */
};

/* ---- pieces ---- */

static bool has_piece(const struct readers *rs)
{
	return rs->spare || rs->nr_pieces < PIECES_MAX;
}

static void piece_free(struct piece *p)
{
	if (p) {
		free(p->bytes);
		free(p->spans);
	}
	free(p);
}

static struct piece *piece_new(void)
{
	struct piece *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->room = ALIGN_UP(FILL_BYTES + 2 * PAGE_BYTES + PIECE_BYTES, PAGE_BYTES);
	p->bytes = aligned_alloc(PAGE_BYTES, p->room);
	p->nr_room = 64;
	p->spans = malloc(p->nr_room * sizeof(*p->spans));
	if (p->bytes && p->spans)
		return p;
	piece_free(p);
	return NULL;
}

static bool grow_bytes(struct piece *p, size_t need)
{
	size_t room = ALIGN_UP(need, PAGE_BYTES);
	char *more;

	if (need <= p->room)
		return true;
	more = aligned_alloc(PAGE_BYTES, room);
	if (!more)
		return false;
	memcpy(more, p->bytes, p->used);
	free(p->bytes);
	p->bytes = more;
	p->room = room;
	return true;
}

static bool grow_spans(struct piece *p)
{
	struct span *more;

	if (p->nr < p->nr_room)
		return true;
	more = realloc(p->spans, 2 * p->nr_room * sizeof(*more));
	if (!more)
		return false;
	p->spans = more;
	p->nr_room *= 2;
	return true;
}

/*
 * Copies what of @b are whole records, which it is walked for; a long block to the same place of a page:
 * see inflate.c, why. Returns false without memory.
 */
static bool piece_add(struct piece *p, struct block *b)
{
	const char *start = b->at;
	size_t at = ALIGN_UP(p->used, 8), len;

	while (block_next(b))
		;
	len = b->at - start;
	if (len >= PAGE_BYTES)
		at += ((uintptr_t)start - at) % PAGE_BYTES;
	if (!grow_bytes(p, at + len) || !grow_spans(p))
		return false;
	memcpy(p->bytes + at, start, len);
	p->used = at + len;
	p->spans[p->nr++] = (struct span){
		.off = b->inflated ? b->off : b->off + (start - b->start),
		.at = at,
		.len = len,
		.inflated = b->inflated,
	};
	return true;
}

static bool piece_full(const struct piece *p)
{
	return p->used >= FILL_BYTES || p->nr >= FILL_BLOCKS;
}

/* The next block of @p that was not given; or returns false. */
static bool piece_next(struct piece *p, struct block *b)
{
	const struct span *s = &p->spans[p->nr_given];
	const char *at;

	if (p->nr_given == p->nr)
		return false;
	at = p->bytes + s->at;
	*b = (struct block){
		.start = at, .at = at, .end = at + s->len, .off = s->off, .inflated = s->inflated
	};
	p->nr_given++;
	return true;
}

/* A piece to fill: a spare one, or NULL, for one that there is not yet. With the lock, after has_piece(). */
static struct piece *take_piece(struct readers *rs)
{
	struct piece *p = rs->spare;

	if (p)
		rs->spare = p->next;
	else
		rs->nr_pieces++;
	return p;
}

static void give_back(struct readers *rs, struct piece *p)
{
	if (!p) {
		rs->nr_pieces--;
		return;
	}
	p->next = rs->spare;
	rs->spare = p;
}

/* ---- a source ---- */

static void note_end(struct source *s, int rc, const struct err *err)
{
	s->ended = true;
	s->rc = rc;
	if (err->code) {
		s->err = malloc(sizeof(*err));
		if (s->err)
			*s->err = *err;
	}
}

static void add_piece(struct source *s, struct piece *p)
{
	p->next = NULL;
	if (s->last)
		s->last->next = p;
	else
		s->first = p;
	s->last = p;
	s->nr_waiting++;
}

/* Fills a piece with the next blocks. Returns as reader_next(). */
static int fill(struct piece *p, struct reader *r, struct err *err)
{
	int rc = 1;

	p->nr = p->nr_given = 0;
	p->used = 0;
	while (rc > 0 && !piece_full(p)) {
		struct block *b;

		rc = reader_next(r, &b, err);
		if (rc > 0 && !piece_add(p, b))
			rc = fail_mem(err);
	}
	return rc;
}

/* Reads the next blocks of @s into a piece, of which there is one; the lock is given up meanwhile. */
static void read_piece(struct readers *rs, struct source *s)
{
	struct piece *p = take_piece(rs);
	struct err err = { 0 };
	int rc;

	s->busy = true;
	pthread_mutex_unlock(&rs->lock);
	if (!p)
		p = piece_new();
	rc = p ? fill(p, &s->reader, &err) : fail_mem(&err);
	pthread_mutex_lock(&rs->lock);
	s->busy = false;
	if (p && p->nr)
		add_piece(s, p);
	else
		give_back(rs, p);
	if (rc <= 0)
		note_end(s, rc, &err);
}

/* ---- helpers ---- */

static bool can_read(const struct source *s)
{
	return s->open && !s->busy && !s->lent && !s->ended && s->nr_waiting < AHEAD_MAX;
}

/* The source that has the fewest blocks waiting. */
static struct source *find_work(struct readers *rs)
{
	struct source *found = NULL;
	uint32_t from = rs->cursor;

	if (!has_piece(rs))
		return NULL;
	for (uint32_t n = 0; n < rs->nr; n++) {
		uint32_t i = (from + n) % rs->nr;
		struct source *s = &rs->sources[i];

		if (!can_read(s) || (found && s->nr_waiting >= found->nr_waiting))
			continue;
		found = s;
		rs->cursor = i + 1;
		if (!s->nr_waiting)
			break;
	}
	return found;
}

static void *help(void *arg)
{
	struct readers *rs = arg;

	pthread_mutex_lock(&rs->lock);
	while (!rs->stop) {
		struct source *s = find_work(rs);

		if (!s) {
			pthread_cond_wait(&rs->work, &rs->lock);
			continue;
		}
		read_piece(rs, s);
		pthread_cond_signal(&rs->ready);
	}
	pthread_mutex_unlock(&rs->lock);
	return NULL;
}

/* ---- the consumer ---- */

struct readers *readers_new(uint32_t nr, bool threads)
{
	uint32_t cpus = threads ? thread_cpus() : 1;
	struct readers *rs = calloc(1, sizeof(*rs));

	if (!rs)
		return NULL;
	rs->sources = calloc(nr, sizeof(*rs->sources));
	if (!rs->sources) {
		free(rs);
		return NULL;
	}
	rs->nr = nr;
	pthread_mutex_init(&rs->lock, NULL);
	pthread_cond_init(&rs->work, NULL);
	pthread_cond_init(&rs->ready, NULL);
	while (rs->nr_helpers < MIN(cpus - 1, HELPERS_MAX) &&
	       !thread_start(&rs->helpers[rs->nr_helpers], help, rs))
		rs->nr_helpers++;
	return rs;
}

int readers_open(struct readers *rs, uint32_t i, struct perf_file *file, struct err *err)
{
	struct source *s = &rs->sources[i];
	int rc = reader_open(&s->reader, file, err);

	if (!rc && rs->nr > READERS_MANY)
		reader_save_memory(&s->reader);
	pthread_mutex_lock(&rs->lock);
	s->open = !rc;
	pthread_cond_signal(&rs->work);
	pthread_mutex_unlock(&rs->lock);
	return rc;
}

/* Done with the block that was given. With the lock. */
static void take_back(struct readers *rs, struct source *s)
{
	if (s->given) {
		give_back(rs, s->given);
		pthread_cond_signal(&rs->work);
	}
	s->given = NULL;
	s->lent = false;
}

/* The first that waits; where there is none it is waited for, or read here. With the lock. */
static struct piece *first_piece(struct readers *rs, struct source *s)
{
	struct piece *p;

	while (!s->first && !s->ended) {
		if (s->busy)
			pthread_cond_wait(&rs->ready, &rs->lock);
		else if (has_piece(rs))
			read_piece(rs, s);
		else
			break;
	}
	p = s->first;
	if (!p)
		return NULL;
	s->first = p->next;
	if (!s->first)
		s->last = NULL;
	s->nr_waiting--;
	s->given = p;
	pthread_cond_signal(&rs->work);
	return p;
}

/* The next block of the next piece; behind the last one what the reader said. */
static int next_ahead(struct readers *rs, struct source *s, struct block **block, struct err *err)
{
	struct piece *p;

	*block = &s->block;
	if (s->given && piece_next(s->given, &s->block))
		return 1;
	pthread_mutex_lock(&rs->lock);
	take_back(rs, s);
	p = first_piece(rs, s);
	s->lent = !p && !s->ended; /* all pieces wait elsewhere: this block is not copied */
	pthread_mutex_unlock(&rs->lock);
	if (p)
		return piece_next(p, &s->block);
	if (s->lent)
		return reader_next(&s->reader, block, err);
	if (s->err && err)
		*err = *s->err;
	return s->rc;
}

int readers_next(struct readers *rs, uint32_t i, struct block **block, struct err *err)
{
	struct source *s = &rs->sources[i];

	return rs->nr_helpers ? next_ahead(rs, s, block, err) : reader_next(&s->reader, block, err);
}

void readers_close(struct readers *rs, uint32_t i, uint64_t nr_compressed[2])
{
	struct source *s = &rs->sources[i];

	if (!s->open)
		return;
	pthread_mutex_lock(&rs->lock);
	s->open = false;
	while (s->busy)
		pthread_cond_wait(&rs->ready, &rs->lock);
	take_back(rs, s);
	while (s->first) {
		struct piece *p = s->first;

		s->first = p->next;
		give_back(rs, p);
	}
	if (nr_compressed)
		memcpy(nr_compressed, s->reader.nr_compressed, sizeof(s->reader.nr_compressed));
	reader_close(&s->reader);
	free(s->err);
	*s = (struct source){ 0 };
	pthread_mutex_unlock(&rs->lock);
}

void readers_free(struct readers *rs)
{
	if (!rs)
		return;
	pthread_mutex_lock(&rs->lock);
	rs->stop = true;
	pthread_cond_broadcast(&rs->work);
	pthread_mutex_unlock(&rs->lock);
	for (uint32_t i = 0; i < rs->nr_helpers; i++)
		pthread_join(rs->helpers[i], NULL);
	for (uint32_t i = 0; i < rs->nr; i++)
		readers_close(rs, i, NULL);
	while (rs->spare) {
		struct piece *p = rs->spare;

		rs->spare = p->next;
		piece_free(p);
	}
	pthread_mutex_destroy(&rs->lock);
	pthread_cond_destroy(&rs->work);
	pthread_cond_destroy(&rs->ready);
	free(rs->sources);
	free(rs);
}
