#include "common/ahead.h"
#include "common/io.h"
#include "common/thread.h"
#include "common/util.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* With a helper. Memory for these is what reading ahead costs: 2.5 MB. */
#define NR_SLOTS     8
#define NR_SLOTS_MAX (AHEAD_LENT_MAX + 1)

/* A helper costs some 0.1 ms to start: as long as it takes to read so many pieces. */
#define PIECES_MIN 16

#define PAGE_BYTES 4096u

/* Where a piece is read to: with a helper, piece n goes to slot n % nr_slots. */
struct slot {
	char *room;  /* owned; NULL until it is used */
	char *data;  /* in it, behind AHEAD_CARRY_MAX bytes: the piece */
	ssize_t got; /* bytes read, or -1 */
	int why;     /* errno then */
	bool ready;
	uint32_t nr_kept; /* by __atomic: see ahead_keep() */
};

/*
 * Pieces are numbered from @start. Those before @given are done with, piece @given is the
 * consumer's, those before @taken are read or being read. taken - given <= nr_slots.
 */
struct ahead {
	int fd;
	uint64_t start, end;
	uint64_t pos;	     /* the next byte to give */
	uint32_t piece_size; /* bytes */

	bool pipe;
	const char *front; /* of a pipe: bytes that were read before */
	size_t nr_front;
	const volatile bool *ended;

	uint32_t nr_slots;
	uint32_t current; /* without a helper: the slot of what was given last */

	bool helped; /* nothing below but the slots and the carry is used without */
	pthread_t helper;
	pthread_mutex_t lock; /* of all below, but not of what is in a slot that is taken */
	pthread_cond_t room;  /* there is a slot for the helper, or it shall stop */
	pthread_cond_t ready; /* the helper has read a piece */
	bool stop;
	bool helping; /* the helper reads a piece right now */
	uint64_t given, taken;
	struct slot slots[NR_SLOTS_MAX];

	char carry[AHEAD_CARRY_MAX];
};

struct ahead *ahead_new(int fd, uint64_t pos, uint64_t end)
{
	struct ahead *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->fd = fd;
	a->start = a->pos = pos;
	a->end = end;
	a->piece_size = AHEAD_PIECE;
	a->nr_slots = 1;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->room, NULL);
	pthread_cond_init(&a->ready, NULL);
	return a;
}

struct ahead *ahead_pipe(int fd, uint64_t pos, uint64_t end, const void *front, size_t nr_front)
{
	struct ahead *a = ahead_new(fd, pos, end);

	if (!a)
		return NULL;
	a->pipe = true;
	a->front = front;
	a->nr_front = nr_front;
	return a;
}

void ahead_stop_at(struct ahead *a, const volatile bool *stop)
{
	a->ended = stop;
}

void ahead_save_memory(struct ahead *a)
{
	a->piece_size = AHEAD_PIECE_SMALL;
}

void ahead_lend(struct ahead *a, uint32_t nr)
{
	a->nr_slots = MIN(nr, AHEAD_LENT_MAX) + 1;
}

uint32_t ahead_keep(struct ahead *a)
{
	__atomic_add_fetch(&a->slots[a->current].nr_kept, 1, __ATOMIC_RELAXED);
	return a->current;
}

void ahead_return(struct ahead *a, uint32_t slot)
{
	__atomic_sub_fetch(&a->slots[slot].nr_kept, 1, __ATOMIC_RELEASE);
}

/*
 * Gives @s its memory, once. What is copied to 1 to 15 bytes behind its own place in a page takes ten times as
 * long on some CPUs: so a piece begins where in a page it does in the file, but for what aligns records.
 */
static bool slot_init(const struct ahead *a, struct slot *s)
{
	if (s->room)
		return true;
	s->room = malloc(AHEAD_CARRY_MAX + PAGE_BYTES + a->piece_size);
	if (!s->room)
		return false;
	s->data = s->room + AHEAD_CARRY_MAX;
	s->data += ((a->start & ~7ull) - (uintptr_t)s->data) % PAGE_BYTES;
	return true;
}

static bool can_take(const struct ahead *a)
{
	return a->taken - a->given < a->nr_slots && a->taken * a->piece_size < a->end - a->start;
}

/* Reads the next piece that nobody has taken; the lock is given up meanwhile. */
static void take(struct ahead *a)
{
	uint64_t at = a->taken * a->piece_size;
	struct slot *s = &a->slots[a->taken++ % a->nr_slots];

	s->ready = false;
	pthread_mutex_unlock(&a->lock);
	s->got = -1;
	if (slot_init(a, s))
		s->got = io_pread(a->fd, s->data, MIN(a->piece_size, a->end - a->start - at),
				  a->start + at);
	s->why = errno;
	pthread_mutex_lock(&a->lock);
	s->ready = true;
}

static void *help(void *arg)
{
	struct ahead *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		if (!can_take(a)) {
			pthread_cond_wait(&a->room, &a->lock);
			continue;
		}
		a->helping = true;
		take(a);
		a->helping = false;
		pthread_cond_signal(&a->ready);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

void ahead_start(struct ahead *a)
{
	if (a->pipe || a->nr_slots > 1 || a->piece_size < AHEAD_PIECE ||
	    a->end - a->start < PIECES_MIN * AHEAD_PIECE || thread_cpus() < 2)
		return;
	a->nr_slots = NR_SLOTS;
	a->helped = !thread_start(&a->helper, help, a);
	if (!a->helped)
		a->nr_slots = 1;
}

void ahead_free(struct ahead *a)
{
	if (!a)
		return;
	if (a->helped) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->room);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->helper, NULL);
	}
	for (uint32_t i = 0; i < NR_SLOTS_MAX; i++)
		free(a->slots[i].room);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->room);
	pthread_cond_destroy(&a->ready);
	free(a);
}

/* Piece @n is the consumer's now, those before it are done with, read or not. */
static void give(struct ahead *a, uint64_t n)
{
	/* After a skip the helper may be at one of these: its slot must not be taken again. */
	while (n > a->given + 1 && a->helping)
		pthread_cond_wait(&a->ready, &a->lock);
	a->given = n;
	a->taken = MAX(a->taken, n);
	pthread_cond_signal(&a->room);
}

/* ---- without a helper ---- */

/* What the pipe has, up to @max bytes. */
static ssize_t read_pipe(struct ahead *a, char *to, uint64_t max)
{
	ssize_t got = MIN(a->nr_front, max);

	if (!got)
		return io_read(a->fd, to, max, a->ended);
	memcpy(to, a->front, got);
	a->front += got;
	a->nr_front -= got;
	return got;
}

/* One that nobody needs: the first, which is in the cache of who had it just now. */
static uint32_t free_slot(const struct ahead *a)
{
	uint32_t i = 0;

	while (i < a->nr_slots - 1 &&
	       (i == a->current || __atomic_load_n(&a->slots[i].nr_kept, __ATOMIC_ACQUIRE)))
		i++;
	return i;
}

/* The next bytes, up to @max, in @s, behind @skipped bytes of it. */
static ssize_t take_here(struct ahead *a, struct slot *s, uint64_t max, size_t skipped)
{
	ssize_t got;

	if (!slot_init(a, s))
		return -1;
	max = MIN(max, a->piece_size - skipped);
	got = a->pipe ? read_pipe(a, s->data + skipped, max)
		      : io_pread(a->fd, s->data + skipped, max, a->pos);
	a->pos += MAX(got, 0);
	return got;
}

/* What lies in a file ends where a piece does: then all begin at the same place in a page. */
static ssize_t next_here(struct ahead *a, size_t nr_carry, char **data)
{
	const size_t skipped = a->pipe ? 0 : (a->pos - a->start) % a->piece_size;
	const uint32_t slot = free_slot(a);
	struct slot *s = &a->slots[slot];
	ssize_t got = take_here(a, s, a->end - a->pos, skipped);

	if (got <= 0)
		return got;
	*data = s->data + skipped - nr_carry;
	memcpy(*data, a->carry, nr_carry);
	a->current = slot;
	return got;
}

/* ---- with one ---- */

static ssize_t next_helped(struct ahead *a, size_t nr_carry, char **data)
{
	uint64_t n = (a->pos - a->start) / a->piece_size;
	size_t skipped = (a->pos - a->start) % a->piece_size;
	struct slot *s = &a->slots[n % a->nr_slots];
	ssize_t got;

	pthread_mutex_lock(&a->lock);
	give(a, n);
	while (n == a->taken || !s->ready) {
		if (can_take(a))
			take(a);
		else
			pthread_cond_wait(&a->ready, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	errno = s->why;
	if (s->got < 0)
		return -1;
	got = MAX(s->got - (ssize_t)skipped, 0);
	*data = s->data + skipped - nr_carry;
	memcpy(*data, a->carry, nr_carry);
	a->pos += got;
	return got;
}

ssize_t ahead_next(struct ahead *a, const char *carry, size_t nr_carry, char **data)
{
	/* It may lie in a slot that will be free for others in a moment. */
	if (nr_carry)
		memmove(a->carry, carry, nr_carry);
	*data = a->carry;
	if (a->pos == a->end)
		return 0;
	return a->helped ? next_helped(a, nr_carry, data) : next_here(a, nr_carry, data);
}

uint64_t ahead_skip(struct ahead *a, uint64_t nr)
{
	uint64_t left = nr;

	if (!a->pipe) {
		a->pos += nr;
		return nr;
	}
	while (left) {
		ssize_t got = take_here(a, &a->slots[free_slot(a)], left, 0);

		if (got <= 0)
			break;
		left -= got;
	}
	return nr - left;
}
