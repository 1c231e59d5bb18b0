/*
 * hash.h - a map from any u64 (event id, tid, number of a system call) to a u64.
 *
 * Open addressing with linear probing; what a file holds may be the key, so nothing is ever
 * indexed by it. A zeroed struct is an empty map.
 */
#ifndef COMMON_HASH_H
#define COMMON_HASH_H

#include <stdbool.h>
#include <stdint.h>

struct hash_slot {
	uint64_t key, value;
	bool used;
};

/* Invariant: room is 0 or a power of two; nr <= room / 2, so that every probe ends. */
struct hash {
	struct hash_slot *slots;
	uint32_t nr, room;
	uint64_t seed; /* mixed into every key: a file cannot choose keys that collide */
};

/* hash_get() - the value of @key, or NULL. Valid until the next hash_put() or hash_del(). */
uint64_t *hash_get(const struct hash *h, uint64_t key);

/*
 * hash_put() - the value of @key, which is added with value 0 when it is new.
 * NULL when memory ran out. Valid until the next hash_put() or hash_del().
 */
uint64_t *hash_put(struct hash *h, uint64_t key);

/* hash_del() - forget @key; nothing happens when it is not there. */
void hash_del(struct hash *h, uint64_t key);

void hash_release(struct hash *h);

#endif
