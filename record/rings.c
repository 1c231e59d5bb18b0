#include "record/rings.h"
#include "common/rights.h"
#include "common/util.h"
#include "record/evopen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * A file system can let a write wait for most of a second (a journal that commits, a large file
 * that is removed), and a saturated CPU fills 100 MB a second.
 */
#define RING_BYTES_MAX	  (128u << 20)
#define RING_BYTES_MIN	  (512u << 10)
#define RING_MEMORY_SHARE 64 /* all rings together take at most this part of the memory */

/* More than that is no longer in the cache when we come to copy it. */
#define WATERMARK_MAX (4u << 20)

uint64_t rings_default_bytes(uint32_t nr_cpus)
{
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	uint64_t bytes = RING_BYTES_MAX;

	while (bytes > RING_BYTES_MIN && bytes > memory / RING_MEMORY_SHARE / nr_cpus)
		bytes /= 2;
	return bytes;
}

uint32_t rings_watermark(uint64_t bytes)
{
	return MIN(bytes / 4, WATERMARK_MAX);
}

int rings_fail_map(uint64_t bytes, int why, struct err *err)
{
	struct rights rights;
	char text[700];

	if (why != EPERM)
		return fail(err, why == ENOMEM ? ERR_MEM : ERR_SYS,
			    "cannot map rings of %" PRIu64 " KiB: %s; try smaller ones: -m 128K",
			    bytes >> 10, strerror(why));
	rights_look(&rights);
	return fail(err, ERR_PERM, "cannot map rings of %" PRIu64 " KiB: %s", bytes >> 10,
		    rights_memory(&rights, text, sizeof(text)));
}

int rings_add(struct ring *rings, struct evlist *l, uint32_t idx, uint64_t bytes, struct err *err)
{
	int rc = ring_open(&rings[idx], evlist_ring_fd(l, idx), bytes);

	return rc ? rings_fail_map(bytes, -rc, err) : evlist_redirect(l, idx, err);
}

int rings_open(struct ring **rings, struct evlist *l, uint64_t bytes, struct err *err)
{
	uint32_t nr = l->target->nr_cpus;
	int rc = 0;

	*rings = calloc(nr, sizeof(**rings));
	if (!*rings)
		return fail(err, ERR_SYS,
			    "out of memory"); /* not ERR_MEM: smaller rings do not help */
	for (uint32_t i = 0; i < nr && !rc; i++)
		if (evlist_ring_fd(l, i) >= 0)
			rc = rings_add(*rings, l, i, bytes, err);
	if (rc) {
		rings_close(*rings, nr);
		*rings = NULL;
	}
	return rc;
}

void rings_close(struct ring *rings, uint32_t nr)
{
	for (uint32_t i = 0; rings && i < nr; i++)
		ring_close(&rings[i]);
	free(rings);
}
