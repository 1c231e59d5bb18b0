#include "common/compressed2.h"
#include "common/util.h"

#define ZSTD_MAX (RECORD_SIZE_MAX - COMPRESSED2_HEAD) /* perf: max_record_size */

static bool is_right(const struct perf_event_header *h, uint64_t data_size)
{
	return h->size >= COMPRESSED2_HEAD && h->size % 8 == 0 &&
	       data_size <= h->size - (uint64_t)COMPRESSED2_HEAD;
}

bool compressed2_measure(const struct compressed2 *c, const struct perf_event_header *h,
			 uint64_t data_size, uint64_t rest, struct compressed2_size *out)
{
	if (c->left) {
		out->size = h->size;
		out->zstd = h->size - COMPRESSED2_HEAD;
		return h->size >= COMPRESSED2_HEAD && h->size <= c->left;
	}
	if (is_right(h, data_size)) {
		out->size = h->size;
		out->zstd = data_size;
		return true;
	}
	out->zstd = MIN(data_size, ZSTD_MAX);
	out->size = COMPRESSED2_HEAD + out->zstd;
	/* Garbage has to be the garbage that perf makes of this size. */
	return rest >= COMPRESSED2_HEAD && data_size <= rest - COMPRESSED2_HEAD &&
	       h->size == (uint16_t)ALIGN_UP(COMPRESSED2_HEAD + data_size, 8);
}

void compressed2_pass(struct compressed2 *c, const struct perf_event_header *h, uint64_t data_size,
		      const struct compressed2_size *size)
{
	if (!c->left && is_right(h, data_size))
		return;
	if (!c->left) {
		c->left = COMPRESSED2_HEAD + data_size;
		c->nr_mended++;
	}
	c->left -= size->size;
}
