/*
 * tracepoint.h - what the fields of a tracepoint's raw bytes are.
 *
 * The formats of a file are parsed once; a field is then an offset and a size. The parser is our
 * own: libtraceevent, which gives the same answers for what kernels write (a test compares them),
 * trusts its input, and a perf.data file may come from anywhere.
 */
#ifndef COMMON_TRACEPOINT_H
#define COMMON_TRACEPOINT_H

#include "common/err.h"
#include "common/tracing.h"
#include "common/util.h"

enum tp_field_flags {
	TP_SIGNED = 1 << 0,
	TP_ARRAY = 1 << 1,    /* declared with [] */
	TP_STRING = 1 << 2,   /* array of char, u8 or s8 */
	TP_DYNAMIC = 1 << 3,  /* __data_loc: the field is u32 (length << 16 | offset) */
	TP_RELATIVE = 1 << 4, /* __rel_loc: as DYNAMIC, offset counted from the end of the field */
	TP_FLAGS = 1 << 5,    /* print fmt shows it with __print_flags() */
	TP_SYMBOLIC = 1 << 6, /* print fmt shows it with __print_symbolic() */
	TP_POINTER = 1 << 7,
	TP_LONG = 1 << 8, /* the type has "long" in it */
};

/* A field. offset + size may lie beyond a sample's raw bytes: compare with raw_size at use. */
struct tp_field {
	const char *name;   /* owned by the table; a C identifier */
	uint32_t offset;    /* bytes from the start of the raw data */
	uint32_t size;	    /* bytes */
	uint32_t flags;	    /* enum tp_field_flags */
	uint32_t elem_size; /* bytes of an element, for a print fmt; 0: not known */
};

/* A tracepoint. Everything in it is owned by its table. */
struct tp_format {
	uint32_t id; /* config of its attr, common_type of its samples */
	const char *system, *name;
	struct tp_field *common, *fields; /* in the order of the format text */
	uint32_t nr_common, nr_fields;
	struct tp_text *text; /* what names point into, and the print fmt */
};

struct tp_table {
	struct tp_format *formats; /* ascending by id */
	uint32_t nr;
	uint8_t long_size; /* bytes of a long of the recorded kernel: 4 or 8 */
	char *printk;	   /* as tracing.printk, printk_len bytes; owned */
	uint32_t printk_len;
	uint32_t nr_bad; /* formats that were left out */
	char *bad;	 /* what is wrong with the first of them; NULL: there is none; owned */
};

/*
 * tp_table_init() - parse all formats of @t.
 * @path: of the file, for messages. A format that cannot be parsed is left out, and so is the second of an
 * ID; a print fmt that cannot keeps its fields. Text, nesting and counts are bounded. @t may be released
 * afterwards.
 * Returns 0, or -1 with ERR_MEM; the table then needs no release.
 */
int tp_table_init(struct tp_table *table, const struct tracing *t, const char *path,
		  struct err *err);
void tp_table_release(struct tp_table *table);

/* tp_find() - the tracepoint of that id, or NULL. */
const struct tp_format *tp_find(const struct tp_table *table, uint64_t id);

/* tp_find_field() - a field by name, common ones included, or NULL. */
const struct tp_field *tp_find_field(const struct tp_format *tp, const char *name);

/* tp_raw_need() - bytes that a sample must have of raw data for all fields to lie in them. */
uint64_t tp_raw_need(const struct tp_format *tp);

/*
 * tp_field_u64() - a field of 1, 2, 4 or 8 bytes, zero-extended; other sizes give 0.
 * The caller has checked that offset + size lies in @raw.
 */
static inline uint64_t tp_field_u64(const struct tp_field *f, const void *raw)
{
	const char *at = (const char *)raw + f->offset;

	switch (f->size) {
	case 8:
		return load_u64(at);
	case 4:
		return load_u32(at);
	case 2:
		return load_u16(at);
	case 1:
		return *(const uint8_t *)at;
	default:
		return 0;
	}
}

/* tp_print_fmt() - what is behind "print fmt:", *@len bytes; none when the format has no such line. */
const char *tp_print_fmt(const struct tp_format *tp, uint32_t *len);

/*
 * tp_walk_print() - visit the parsed arguments of @tp's print fmt in the order in which perf
 * tells its scripts about flags and symbols (perf's define_event_symbols()).
 * @field: a REC->NAME was met: it is the current field of what follows.
 * @flags, @symbols: the current field is shown by __print_flags (with @delim), __print_symbolic.
 * @value: one VALUE, NAME pair of them; @is_flag tells which. A bare atom (number, string or
 *         constant outside of such a list) comes as is_flag 1, value "0", name = the atom.
 * A dynamic array and what else perf cannot walk end the walk. Strings live as long as the table.
 */
struct tp_print_visitor {
	void (*field)(void *arg, const char *name);
	void (*flags)(void *arg, const char *delim);
	void (*symbols)(void *arg);
	void (*value)(void *arg, int is_flag, const char *value, const char *name);
};
void tp_walk_print(const struct tp_format *tp, const struct tp_print_visitor *v, void *arg);

#endif
