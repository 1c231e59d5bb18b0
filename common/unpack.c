#include "common/unpack.h"
#include "common/inflate.h"
#include "common/thread.h"
#include "common/util.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <zstd.h>

/* As many as there are helpers and one for each to go on with, and this at most. */
#define HELPERS_MAX 15
#define SLOTS_MAX   (2 * HELPERS_MAX + 2)

/* Of a larger frame inflate.h gives a part before it finds damage; of these it gives all or none. */
#define FRAME_BYTES_MAX INFLATE_PIECE

enum slot_state { SLOT_FREE, SLOT_QUEUED, SLOT_TAKEN, SLOT_READY };

struct slot {
	enum slot_state state;
	bool plain;    /* @in is a record, and there is no frame */
	char *in;      /* RECORD_SIZE_MAX + 1 bytes */
	size_t nr_in;  /* bytes */
	char *out;     /* room for a record's beginning, then FRAME_BYTES_MAX for the frame */
	size_t nr_out; /* bytes behind that */
	size_t failed; /* zstd's error; 0: none */
	bool no_memory;
	uint64_t off; /* of the record in the file */
};

/* Slots [given, queued) of the ring are in use; [given, taken) are or were being worked on. */
struct unpack {
	uint32_t nr_slots, nr_helpers;
	pthread_t helpers[HELPERS_MAX];
	ZSTD_DCtx *zstd; /* the consumer's */
	pthread_mutex_t lock;
	pthread_cond_t queued_one, ready_one;
	bool stop;
	uint64_t given, taken, queued;
	struct slot slots[SLOTS_MAX];
	struct block block;
	bool unsettled; /* the block is a frame's, and what is left of it not yet in @left */
	size_t nr_left;
	char left[RECORD_SIZE_MAX + 1];
};

#define LEFT_ROOM (RECORD_SIZE_MAX + 1)

static struct slot *slot_at(struct unpack *u, uint64_t nr)
{
	return &u->slots[nr % u->nr_slots];
}

/* The slot is this thread's alone. */
static void decompress(struct slot *s, ZSTD_DCtx *zstd)
{
	size_t got;

	s->failed = 0;
	s->no_memory = !zstd || !s->out;
	if (s->no_memory)
		return;
	/* Skippable frames in front are passed over. */
	got = ZSTD_decompressDCtx(zstd, s->out + LEFT_ROOM, FRAME_BYTES_MAX, s->in, s->nr_in);
	s->nr_out = ZSTD_isError(got) ? 0 : got;
	s->failed = ZSTD_isError(got) ? got : 0;
}

/* Takes the next frame that nobody has; the lock is given up meanwhile. */
static void take(struct unpack *u, ZSTD_DCtx *zstd)
{
	struct slot *s = slot_at(u, u->taken++);

	if (s->state == SLOT_QUEUED) {
		s->state = SLOT_TAKEN;
		pthread_mutex_unlock(&u->lock);
		decompress(s, zstd);
		pthread_mutex_lock(&u->lock);
		s->state = SLOT_READY;
		pthread_cond_signal(&u->ready_one);
	}
}

static void *help(void *arg)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	struct unpack *u = arg;

	pthread_mutex_lock(&u->lock);
	while (!u->stop) {
		if (u->taken < u->queued)
			take(u, zstd);
		else
			pthread_cond_wait(&u->queued_one, &u->lock);
	}
	pthread_mutex_unlock(&u->lock);
	ZSTD_freeDCtx(zstd);
	return NULL;
}

struct unpack *unpack_new(void)
{
	uint32_t nr = thread_cpus();
	struct unpack *u = nr > 1 ? calloc(1, sizeof(*u)) : NULL;

	if (!u)
		return NULL;
	nr = MIN(nr - 1, HELPERS_MAX);
	u->nr_slots = 2 * nr + 2;
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->queued_one, NULL);
	pthread_cond_init(&u->ready_one, NULL);
	u->zstd = ZSTD_createDCtx();
	while (u->zstd && u->nr_helpers < nr && !thread_start(&u->helpers[u->nr_helpers], help, u))
		u->nr_helpers++;
	if (u->nr_helpers)
		return u;
	unpack_free(u);
	return NULL;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	pthread_mutex_lock(&u->lock);
	u->stop = true;
	pthread_cond_broadcast(&u->queued_one);
	pthread_mutex_unlock(&u->lock);
	for (uint32_t i = 0; i < u->nr_helpers; i++)
		pthread_join(u->helpers[i], NULL);
	for (uint32_t i = 0; i < u->nr_slots; i++) {
		free(u->slots[i].in);
		free(u->slots[i].out);
	}
	ZSTD_freeDCtx(u->zstd);
	pthread_mutex_destroy(&u->lock);
	pthread_cond_destroy(&u->queued_one);
	pthread_cond_destroy(&u->ready_one);
	free(u);
}

/* Passes over the skippable frames in front of the frame. */
static const char *first_frame(const char *body, size_t *len)
{
	while (*len >= 8 && (load_u32(body) & ~15u) == ZSTD_MAGIC_SKIPPABLE_START) {
		uint64_t skip = 8 + (uint64_t)load_u32(body + 4);

		if (skip > *len)
			break;
		body += skip;
		*len -= skip;
	}
	return body;
}

bool unpack_takes(const char *body, size_t len)
{
	const char *frame = first_frame(body, &len);
	unsigned long long bytes;

	if (len < 4 || load_u32(frame) != ZSTD_MAGICNUMBER ||
	    ZSTD_findFrameCompressedSize(frame, len) != len)
		return false;
	bytes = ZSTD_getFrameContentSize(frame, len); /* errors are huge numbers */
	return bytes && bytes <= FRAME_BYTES_MAX;
}

bool unpack_full(const struct unpack *u)
{
	return u->queued - u->given == u->nr_slots;
}

bool unpack_empty(const struct unpack *u)
{
	return u->queued == u->given;
}

/* What is left of the last frame's block, before its slot is used again. */
static void settle(struct unpack *u)
{
	if (u->unsettled) {
		u->nr_left = u->block.end - u->block.at;
		memcpy(u->left, u->block.at, u->nr_left);
	}
	u->unsettled = false;
}

/* The slot that is queued next, with a copy of what it is for. NULL without memory. */
static struct slot *fill_slot(struct unpack *u, const char *data, size_t len, uint64_t off)
{
	struct slot *s = slot_at(u, u->queued);

	settle(u);
	if (!s->in)
		s->in = malloc(RECORD_SIZE_MAX + 1);
	if (!s->in)
		return NULL;
	memcpy(s->in, data, len);
	s->nr_in = len;
	s->off = off;
	return s;
}

static void queue(struct unpack *u, struct slot *s, bool plain)
{
	pthread_mutex_lock(&u->lock);
	s->plain = plain;
	s->state = plain ? SLOT_READY : SLOT_QUEUED;
	u->queued++;
	if (!plain)
		pthread_cond_signal(&u->queued_one);
	pthread_mutex_unlock(&u->lock);
}

int unpack_frame(struct unpack *u, const char *body, size_t len, uint64_t off, struct err *err)
{
	struct slot *s = fill_slot(u, body, len, off);

	if (s && !s->out)
		s->out = malloc(LEFT_ROOM + FRAME_BYTES_MAX);
	if (!s || !s->out)
		return fail_mem(err);
	queue(u, s, false);
	return 0;
}

int unpack_plain(struct unpack *u, const char *rec, size_t len, uint64_t off, struct err *err)
{
	struct slot *s = fill_slot(u, rec, len, off);

	if (!s)
		return fail_mem(err);
	queue(u, s, true);
	return 0;
}

/* Waits for the oldest slot that was not given, or does its work. */
static struct slot *oldest(struct unpack *u)
{
	struct slot *s;

	pthread_mutex_lock(&u->lock);
	s = slot_at(u, u->given);
	while (s->state != SLOT_READY) {
		if (u->taken < u->queued)
			take(u, u->zstd);
		else
			pthread_cond_wait(&u->ready_one, &u->lock);
	}
	/* It may be a plain one that no helper has passed yet. */
	u->taken = MAX(u->taken, u->given + 1);
	pthread_mutex_unlock(&u->lock);
	return s;
}

/* The frame's records, behind what is left of the one before: 8-aligned, as all blocks are. */
static void give_frame(struct unpack *u, struct slot *s)
{
	char *frame = s->out + LEFT_ROOM;
	char *at = s->out + (LEFT_ROOM - u->nr_left) / 8 * 8;

	if (at + u->nr_left != frame)
		memmove(at + u->nr_left, frame, s->nr_out);
	memcpy(at, u->left, u->nr_left);
	u->block = (struct block){
		.start = at,
		.at = at,
		.end = at + u->nr_left + s->nr_out,
		.off = s->off,
		.inflated = true,
	};
	u->unsettled = true;
}

int unpack_next(struct unpack *u, struct block **block, const char *path, struct err *err)
{
	struct slot *s;

	settle(u);
	s = oldest(u);
	u->given++; /* its bytes stay until something is queued */
	if (s->plain)
		u->block = (struct block){
			.start = s->in, .at = s->in, .end = s->in + s->nr_in, .off = s->off
		};
	else if (s->no_memory)
		return fail_mem(err);
	else if (s->failed)
		return fail(err, ERR_DATA,
			    "%s: offset %#" PRIx64 ": compressed record: %s; only what came before "
			    "it was read",
			    path, s->off, ZSTD_getErrorName(s->failed));
	else
		give_frame(u, s);
	*block = &u->block;
	return 1;
}

uint64_t unpack_off(const struct unpack *u)
{
	return u->slots[(u->given - 1) % u->nr_slots].off;
}

const char *unpack_left(struct unpack *u, size_t *len)
{
	settle(u);
	*len = u->nr_left;
	return u->left;
}

void unpack_set_left(struct unpack *u, const char *left, size_t len)
{
	u->unsettled = false;
	u->nr_left = len;
	if (len)
		memcpy(u->left, left, len);
}
