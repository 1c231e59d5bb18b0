/* tpnumber.h - a sample's raw bytes, and the numbers that a print fmt takes from them. */
#ifndef COMMON_TPNUMBER_H
#define COMMON_TPNUMBER_H

#include "common/text.h"
#include "common/tptree.h"

/* The kernel's texts by their addresses, from tracefs' printk_formats. */
struct tp_strings {
	struct tp_string {
		uint64_t addr;
		const char *text; /* in the table's printk, without quotes and the \n at its end */
		uint32_t len;
	} * list; /* ascending by addr; owned */
	uint32_t nr;
};

/* Returns 0, or -1 when memory ran out; then nothing needs a release. */
int tp_strings_init(struct tp_strings *s, const struct tp_table *table);
void tp_strings_release(struct tp_strings *s);

/* tp_strings_find() - the text at @addr, *@len bytes; NULL: not known. */
const char *tp_strings_find(const struct tp_strings *s, uint64_t addr, uint32_t *len);

/* Gives the name of what is at @addr, *@len bytes, and where that starts; NULL: not known. */
typedef const char *(*tp_resolve)(void *arg, uint64_t addr, uint32_t *len, uint64_t *start);

/* What an evaluation needs to know. */
struct tpraw {
	const char *raw; /* size bytes */
	uint32_t size;
	uint8_t long_size; /* bytes */
	const struct tp_strings *strings;
	tp_resolve resolve; /* NULL: functions are shown as addresses */
	void *resolve_arg;
	struct text *out;
};

/* raw_number() - the number of 1, 2, 4 or 8 bytes at @off of @raw_size; 0 where there is none. */
static inline uint64_t raw_number(const char *raw, uint32_t raw_size, uint64_t off, uint32_t size)
{
	if (unlikely(size > raw_size || off > raw_size - size))
		return 0;
	switch (size) {
	case 8:
		return load_u64(raw + off);
	case 4:
		return load_u32(raw + off);
	case 2:
		return load_u16(raw + off);
	case 1:
		return (uint8_t)raw[off];
	default:
		return 0;
	}
}

static inline uint64_t tpraw_number(const struct tpraw *r, uint64_t off, uint32_t size)
{
	return raw_number(r->raw, r->size, off, size);
}

/*
 * tpnumber() - the value of an argument. All is unsigned and of 64 bits; what is no number is 0,
 * and so is a division by 0.
 */
uint64_t tpnumber(const struct tpraw *r, const struct tparg *arg);

#endif
