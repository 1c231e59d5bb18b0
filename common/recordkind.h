/*
 * recordkind.h - what the records other than samples consist of.
 *
 * One row a type tells its name, its fields and how they are shown: who turns a record into this
 * machine's byte order, and who prints it, read the same row.
 *
 * FIELDS are a row of signs, as they lie behind the record's header:
 *	1 2 4 8		a number of so many bytes
 *	{16}		so many bytes that are no number
 *	*[...]		what is in the brackets, again and again up to the end
 * What they do not cover, up to the id trailer, is text or bytes.
 * Source: struct perf_record_* in tools/lib/perf/include/perf/event.h, linux/perf_event.h.
 */
#ifndef COMMON_RECORDKIND_H
#define COMMON_RECORDKIND_H

#include "common/abi.h"

#include <stdbool.h>

struct record_kind {
	const char *name;   /* as perf prints it behind PERF_RECORD_ */
	const char *fields; /* NULL: not so regular; who wants them knows the type */
	/*
	 * How perf report -D shows it; $NF is field N (0-9, of the brackets when inside of {}), F:
	 *	d u x y	signed, unsigned, hexadecimal with 0x and without
	 *	b	its bytes as text
	 * and $s the text behind the fields, $h the bytes behind them. What is in {} is there for
	 * each element of *[]; when the field in front of these has 8 bytes it is their number.
	 * NULL: a function of its own.
	 */
	const char *text;
};

/* The fields of MMAP2 with PERF_RECORD_MISC_MMAP_BUILD_ID. */
#define RECORD_MMAP2_BUILD_ID_FIELDS "44888{24}44"

/* record_kind() - the row of a type, or NULL: nobody is known to write it. */
const struct record_kind *record_kind(uint32_t type);

/* A field of a record, or of an element. */
struct record_field {
	const char *at;
	uint32_t bytes;
	bool number; /* 1, 2, 4 or 8 bytes in this machine's order */
};

#define RECORD_FIELDS_MAX 12

/*
 * record_fields() - find the fields that @fields describes in [*@at, @end), up to its first bracket
 * or its end; *@at moves behind the last one that is there in whole. *@fields: behind what was used.
 * Returns how many they are.
 */
uint32_t record_fields(const char **fields, const char **at, const char *end,
		       struct record_field found[RECORD_FIELDS_MAX]);

/* record_value() - a field as a number, signed or not; 0 when it is none. */
int64_t record_value(const struct record_field *f, bool is_signed);

/*
 * record_cpu_map() - the FIELDS of a set of CPUs, as CPU_MAP and EVENT_UPDATE have it. @kind: its
 * first u16; @long_size: its third, of which only a mask (kind 1) has need.
 */
const char *record_cpu_map(uint16_t kind, uint16_t long_size);

#endif
