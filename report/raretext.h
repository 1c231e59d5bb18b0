/*
 * raretext.h - the fields of a sample that print shows only when they were asked for, as perf script prints
 * them: registers, branches, BPF output, and what is known of a memory access.
 */
#ifndef REPORT_RARETEXT_H
#define REPORT_RARETEXT_H

#include "common/file.h"
#include "common/text.h"
#include "report/regname.h"

/* The longest text of one sample: a record of 64 KiB of BPF output, escaped, or of branches. */
#define RARE_LEN_MAX (1u << 20)

/* What is needed from one sample to the next. */
struct rare_text {
	const struct reg_names *regs; /* of the file's architecture */
	bool terminal;		      /* nothing of the file may reach it as it is */
	size_t datasrc_width;	      /* of the longest data source so far: characters */
	uint64_t nr_short;	      /* samples that ended before the fields that were asked for */
};

/* The parts of one sample. What was not sampled is 0. */
struct rare {
	uint64_t weight, data_src, phys_addr, data_page_size, code_page_size;
	uint16_t ins_lat;
	uint64_t user_abi, intr_abi;
	const char *user_regs, *intr_regs, *branches; /* in the record */
	uint32_t nr_user_regs, nr_intr_regs, nr_branches;
	uint64_t user_mask, intr_mask;
};

/* rare_find() - the parts of @rec, a sample of @event. One that is too short has those in front of its end. */
void rare_find(struct rare_text *r, struct rare *rare, const struct event *event,
	       const struct perf_event_header *rec);

/* rare_add_misc() - what the header's @misc says, for the column in front of the time. */
void rare_add_misc(struct text *t, uint16_t misc);

/*
 * rare_add_access(), rare_add_state(), rare_add_bpf(), rare_add_memory() - append what there is to be
 * shown, in this order; between the first two stands the address of the instruction. @fields: enum print_field.
 */
void rare_add_access(struct rare_text *r, struct text *t, const struct rare *rare, uint32_t fields);

void rare_add_state(const struct rare_text *r, struct text *t, const struct rare *rare,
		    uint32_t fields);
/* The @len bytes at @raw in hexadecimal and, when they are one, as a string. */
void rare_add_bpf(const struct rare_text *r, struct text *t, const char *raw, uint32_t len);
void rare_add_memory(struct text *t, const struct rare *rare, uint32_t fields);

#endif
