/*
 * attrfield.h - the fields of a struct perf_event_attr, by name, in the order of perf evlist -v.
 *
 * Source of the places: struct perf_event_attr in linux/perf_event.h of kernel 7.2; the headers that
 * we are built with may be older. Bits that have no name there are fields called __reserved_N.
 */
#ifndef COMMON_ATTRFIELD_H
#define COMMON_ATTRFIELD_H

#include "common/file.h"

#include <stddef.h>
#include <stdint.h>

#define ATTR_BYTES    144 /* up to and with config4 */
#define ATTR_TEXT_MAX 512 /* attr_text() never needs more */

enum attr_kind {
	ATTR_NUMBER,
	ATTR_SIGNED,
	ATTR_HEX,
	ATTR_FLAGS, /* each bit has a name */
};

/* When a field goes by its other name. */
enum attr_use { ATTR_ALWAYS, ATTR_IF_FREQ, ATTR_IF_WATERMARK, ATTR_IF_BREAKPOINT };

struct attr_flag {
	uint64_t bit;
	const char *name; /* without PERF_SAMPLE_ and the like; NULL ends the list */
};

struct attr_field {
	const char *name, *other; /* two names of one place; other is NULL when it has but one */
	const char *shown;	  /* as perf shows that; NULL: by its name */
	enum attr_use use;	  /* when it is the other one */
	enum attr_kind kind;
	uint8_t offset, size; /* of the number that it is in, bytes: 2, 4 or 8 */
	uint8_t bit, bits;    /* of the bit field in that number; bits is 0 when it is all of it */
	const struct attr_flag *flags;
};

/* All fields; ends with a row without a name. */
extern const struct attr_field attr_fields[];

/* attr_image() - the attr of @ev as bytes; zeros where it is shorter. */
void attr_image(char attr[ATTR_BYTES], const struct event *ev);

/* attr_value() - the value of the field in @attr, which is in this machine's byte order. */
uint64_t attr_value(const struct attr_field *f, const char attr[ATTR_BYTES]);

/* attr_name() - the name that the field has in @attr. */
const char *attr_name(const struct attr_field *f, const char attr[ATTR_BYTES]);

/* attr_text() - @value of the field as perf shows it. Flags without a name are a number at the end. */
void attr_text(char text[ATTR_TEXT_MAX], const struct attr_field *f, uint64_t value);

#endif
