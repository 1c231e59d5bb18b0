#include "common/btf.h"

#include <byteswap.h>
#include <linux/btf.h>
#include <stdlib.h>

#define LEN_MASK  0xffff /* of btf_type.info: how many members and the like follow */
#define KIND_MASK 0x1f	 /* ... shifted right by ... */
#define KIND_BITS 24

/* Bytes behind a struct btf_type of each kind: fixed ones, and for each member. */
static const struct kind {
	uint8_t fixed, member;
} kinds[] = {
	[1] = { 4, 0 },	  /* INT */
	[2] = { 0, 0 },	  /* PTR */
	[3] = { 12, 0 },  /* ARRAY */
	[4] = { 0, 12 },  /* STRUCT */
	[5] = { 0, 12 },  /* UNION */
	[6] = { 0, 8 },	  /* ENUM */
	[7] = { 0, 0 },	  /* FWD */
	[8] = { 0, 0 },	  /* TYPEDEF */
	[9] = { 0, 0 },	  /* VOLATILE */
	[10] = { 0, 0 },  /* CONST */
	[11] = { 0, 0 },  /* RESTRICT */
	[12] = { 0, 0 },  /* FUNC */
	[13] = { 0, 8 },  /* FUNC_PROTO */
	[14] = { 4, 0 },  /* VAR */
	[15] = { 0, 12 }, /* DATASEC */
	[16] = { 0, 0 },  /* FLOAT */
	[17] = { 4, 0 },  /* DECL_TAG */
	[18] = { 0, 0 },  /* TYPE_TAG */
	[19] = { 0, 12 }, /* ENUM64 */
};

static uint32_t load(const char *at, bool swap)
{
	return swap ? bswap_32(load_u32(at)) : load_u32(at);
}

/* A part of a BTF, as its header tells it: behind the header, inside of @len bytes. */
static bool part_of(const char *data, uint32_t len, uint32_t head, uint32_t at, uint32_t size,
		    const char **part)
{
	*part = data + head + at;
	return at <= len - head && size <= len - head - at;
}

/* Notes the names of the types in [@at, @end), as far as they make sense. */
static bool note_types(struct btf *btf, const char *at, const char *end, uint32_t strings_len,
		       bool swap)
{
	while (end - at >= (ptrdiff_t)sizeof(struct btf_type)) {
		uint32_t name = load(at + offsetof(struct btf_type, name_off), swap);
		uint32_t info = load(at + offsetof(struct btf_type, info), swap);
		uint32_t kind = info >> KIND_BITS & KIND_MASK;
		uint64_t more;

		if (!kind || kind >= ARRAY_SIZE(kinds) || name >= strings_len)
			return false;
		more = kinds[kind].fixed + (uint64_t)kinds[kind].member * (info & LEN_MASK);
		at += sizeof(struct btf_type);
		if (more > (uint64_t)(end - at))
			return false;
		at += more;
		btf->names[btf->nr++] = name;
	}
	return at == end;
}

/* Is @data a BTF? Then its names are noted. Returns -1 when memory ran out. */
static int note_btf(struct btf *btf, const char *data, uint32_t len, bool swap)
{
	struct btf_header h = { 0 };
	const char *types, *strings;
	uint32_t type_len, strings_len;

	if (len < sizeof(h))
		return 0;
	memcpy(&h, data, sizeof(h));
	h.hdr_len = load(data + offsetof(struct btf_header, hdr_len), swap);
	type_len = load(data + offsetof(struct btf_header, type_len), swap);
	strings_len = load(data + offsetof(struct btf_header, str_len), swap);
	if ((swap ? bswap_16(h.magic) : h.magic) != BTF_MAGIC || h.hdr_len < sizeof(h) ||
	    h.hdr_len > len)
		return 0;
	if (!part_of(data, len, h.hdr_len, load(data + offsetof(struct btf_header, type_off), swap),
		     type_len, &types) ||
	    !part_of(data, len, h.hdr_len, load(data + offsetof(struct btf_header, str_off), swap),
		     strings_len, &strings) ||
	    !strings_len || strings[strings_len - 1])
		return 0;
	btf->names = calloc(type_len / sizeof(struct btf_type) + 1, sizeof(*btf->names));
	if (!btf->names)
		return -1;
	btf->strings = strings;
	if (!note_types(btf, types, types + type_len, strings_len, swap))
		btf->strings = NULL;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct btf *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int btfs_init(struct btfs *all, struct feature_body *b, struct err *err)
{
	uint32_t nr = feature_count(b, 8);

	*all = (struct btfs){ .list = calloc(nr + 1ul, sizeof(*all->list)) };
	if (!all->list)
		return fail_mem(err);
	for (; all->nr < nr && !b->wrong; all->nr++) {
		struct btf *btf = &all->list[all->nr];
		uint32_t len;
		const char *data;

		btf->id = feature_u32(b);
		len = feature_u32(b);
		data = feature_bytes(b, len);
		if (data && note_btf(btf, data, len, b->swap))
			return fail_mem(err);
	}
	qsort(all->list, all->nr, sizeof(*all->list), by_id);
	return 0;
}

void btfs_release(struct btfs *all)
{
	for (uint32_t i = 0; i < all->nr; i++)
		free(all->list[i].names);
	free(all->list);
	*all = (struct btfs){ 0 };
}

const char *btfs_name(const struct btfs *all, uint32_t id, uint32_t type)
{
	const struct btf key = { .id = id }, *btf = NULL;

	if (all->nr)
		btf = bsearch(&key, all->list, all->nr, sizeof(key), by_id);
	if (!btf || !btf->strings || type > btf->nr)
		return NULL;
	return type ? btf->strings + btf->names[type - 1] : "";
}
