/*
 * fields.h - what print shows of a sample: -F as perf script takes it.
 *
 * Each kind of event has fields of its own: fields that a kind cannot have are not shown for it,
 * and a field that the first event of a kind was not sampled with is not shown for all of them,
 * unless it was asked for. Source: perf 6.1, builtin-script.c.
 */
#ifndef REPORT_FIELDS_H
#define REPORT_FIELDS_H

#include "common/file.h"
#include "common/optparse.h"

enum print_field {
	FIELD_COMM = 1 << 0,
	FIELD_TID = 1 << 1,
	FIELD_PID = 1 << 2,
	FIELD_TIME = 1 << 3,
	FIELD_CPU = 1 << 4,
	FIELD_EVENT = 1 << 5,
	FIELD_TRACE = 1 << 6,
	FIELD_IP = 1 << 7,
	FIELD_ADDR = 1 << 8,
	FIELD_PERIOD = 1 << 9,
	FIELD_TOD = 1 << 10,
	FIELD_HOST = 1 << 11, /* not one of perf's */
	FIELD_MISC = 1 << 12,
	FIELD_DATA_SRC = 1 << 13,
	FIELD_WEIGHT = 1 << 14,
	FIELD_INS_LAT = 1 << 15,
	FIELD_IREGS = 1 << 16,
	FIELD_UREGS = 1 << 17,
	FIELD_BRSTACK = 1 << 18,
	FIELD_BPF_OUTPUT = 1 << 19,
	FIELD_PHYS_ADDR = 1 << 20,
	FIELD_DATA_PAGE_SIZE = 1 << 21,
	FIELD_CODE_PAGE_SIZE = 1 << 22,
};

/* What lies behind the raw bytes of a sample: see raretext.h. */
#define FIELDS_RARE                                                                  \
	(FIELD_DATA_SRC | FIELD_WEIGHT | FIELD_INS_LAT | FIELD_IREGS | FIELD_UREGS | \
	 FIELD_BRSTACK | FIELD_PHYS_ADDR | FIELD_DATA_PAGE_SIZE | FIELD_CODE_PAGE_SIZE)

enum event_kind {
	KIND_HW,
	KIND_SW,
	KIND_TRACE,
	KIND_HW_CACHE,
	KIND_RAW,
	KIND_BREAK,
	KIND_OTHER, /* of a PMU */
	KIND_SYNTH, /* perf's own, which it makes of traces of instructions; no recording has one */
	NR_KINDS,
};

/* Of one kind: bits of enum print_field. */
struct kind_fields {
	uint32_t shown;
	uint32_t asked; /* for all kinds, by name */
	bool is_set;	/* by the user */
};

struct print_fields {
	struct kind_fields kinds[NR_KINDS];
};

enum event_kind event_kind(const struct event *event);

/*
 * print_fields_parse() - @words: of all -F, in their order.
 * Returns 0, or -1 with ERR_USAGE.
 */
int print_fields_parse(struct print_fields *f, const struct opt_words *words, struct err *err);

/* print_fields_name() - the name of field @i, counted from 0; NULL behind the last one. */
const char *print_fields_name(unsigned i);

/*
 * print_fields_fit() - leave out what the events of @file do not have; and, unless it was asked for, the
 * host, if there are not several (@hosts).
 * Returns 0, or -1 with ERR_DATA when one of them was asked for.
 */
int print_fields_fit(struct print_fields *f, const struct perf_file *file, bool hosts,
		     struct err *err);

/* print_fields_show() - is @field shown of any event of @file? */
bool print_fields_show(const struct print_fields *f, const struct perf_file *file,
		       enum print_field field);

#endif
