#include "common/hash.h"

#include <stdlib.h>
#include <sys/random.h>

/* The finalizer of MurmurHash3 (public domain): every bit of the key reaches every bit of it. */
static uint32_t hash_home(const struct hash *h, uint64_t key)
{
	key ^= h->seed;
	key = (key ^ key >> 33) * 0xff51afd7ed558ccdULL;
	key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return (uint32_t)(key ^ key >> 33) & (h->room - 1);
}

/* A number that nobody outside can know: the kernel's, or where memory happens to lie. */
static uint64_t make_seed(const void *anything)
{
	uint64_t seed = (uintptr_t)anything;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed ^= (uintptr_t)anything * 0x9e3779b97f4a7c15ULL;
	return seed;
}

static struct hash_slot *hash_find(const struct hash *h, uint64_t key)
{
	uint32_t at = hash_home(h, key);

	while (h->slots[at].used && h->slots[at].key != key)
		at = (at + 1) & (h->room - 1);
	return &h->slots[at];
}

uint64_t *hash_get(const struct hash *h, uint64_t key)
{
	struct hash_slot *slot;

	if (!h->room)
		return NULL;
	slot = hash_find(h, key);
	return slot->used ? &slot->value : NULL;
}

static int hash_grow(struct hash *h)
{
	struct hash bigger = {
		.nr = h->nr,
		.room = h->room ? h->room * 2 : 16,
		.seed = h->seed,
	};

	if (h->room > UINT32_MAX / 2)
		return -1;
	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -1;
	if (!h->room)
		bigger.seed = make_seed(bigger.slots);
	for (uint32_t i = 0; i < h->room; i++)
		if (h->slots[i].used)
			*hash_find(&bigger, h->slots[i].key) = h->slots[i];
	free(h->slots);
	*h = bigger;
	return 0;
}

uint64_t *hash_put(struct hash *h, uint64_t key)
{
	struct hash_slot *slot;

	if (h->nr >= h->room / 2 && hash_grow(h))
		return NULL;
	slot = hash_find(h, key);
	if (!slot->used) {
		*slot = (struct hash_slot){ .key = key, .used = true };
		h->nr++;
	}
	return &slot->value;
}

void hash_del(struct hash *h, uint64_t key)
{
	uint32_t mask = h->room - 1, hole, at;
	struct hash_slot *slot;

	if (!h->room)
		return;
	slot = hash_find(h, key);
	if (!slot->used)
		return;
	h->nr--;
	/* Close the hole: move back every follower that its home would no longer lead to. */
	hole = at = slot - h->slots;
	for (;;) {
		uint32_t home;

		h->slots[hole].used = false;
		do {
			at = (at + 1) & mask;
			if (!h->slots[at].used)
				return;
			home = hash_home(h, h->slots[at].key);
		} while (((at - home) & mask) < ((at - hole) & mask));
		h->slots[hole] = h->slots[at];
		hole = at;
	}
}

void hash_release(struct hash *h)
{
	free(h->slots);
	*h = (struct hash){ 0 };
}
