#include "report/names.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void names_release(struct names *n)
{
	for (uint32_t i = 0; i < n->nr; i++)
		free(n->at[i]);
	free(n->at);
	hash_release(&n->ids);
	*n = (struct names){ 0 };
}

/* FNV-1a, from a start that the file does not know. */
static uint64_t name_hash(struct names *n, const char *name, size_t len)
{
	uint64_t h;

	if (!n->seed && getrandom(&n->seed, sizeof(n->seed), GRND_NONBLOCK) < 0)
		n->seed = (uintptr_t)n;
	h = 0xcbf29ce484222325ULL ^ n->seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3ULL;
	return h;
}

static int add_name(struct names *n, const char *name, size_t len, uint64_t key)
{
	uint64_t *id = hash_put(&n->ids, key);

	if (!id)
		return -1;
	if ((n->nr & (n->nr - 1)) == 0) { /* full at every power of two */
		char **more = realloc(n->at, MAX(2 * n->nr, 1) * sizeof(*more));

		if (!more)
			return -1;
		n->at = more;
	}
	n->at[n->nr] = strndup(name, len);
	if (!n->at[n->nr])
		return -1;
	*id = n->nr++;
	return 0;
}

/* The number of the name of those for whose names there is no room. */
static int64_t other_name(struct names *n, uint64_t key)
{
	n->full = true;
	if (n->nr == NAMES_MAX && add_name(n, "?", 1, key))
		return -1;
	return NAMES_MAX;
}

int64_t names_id(struct names *n, const char *name, size_t len)
{
	uint64_t key = name_hash(n, name, len), *id;

	/* Two names of the same hash: the second takes the next key. */
	for (; (id = hash_get(&n->ids, key)); key++)
		if (strlen(n->at[*id]) == len && !memcmp(n->at[*id], name, len))
			return *id;
	if (n->nr >= NAMES_MAX)
		return other_name(n, key);
	return add_name(n, name, len, key) ? -1 : (int64_t)n->nr - 1;
}
