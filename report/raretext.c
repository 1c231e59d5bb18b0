#include "report/raretext.h"
#include "common/samplewalk.h"
#include "report/datasrc.h"
#include "report/fields.h"

#define BRANCH_WORDS 3 /* from, to, flags */
#define BPF_ROW	     8 /* bytes in a line */

/* The flags of a branch. */
#define MISPREDICTED(v) (1 & (v))
#define PREDICTED(v)	(1 & (v) >> 1)
#define IN_TX(v)	(1 & (v) >> 2)
#define ABORT(v)	(1 & (v) >> 3)
#define CYCLES(v)	((v) >> 4 & 0xffff)
#define TYPE(v)		((v) >> 20 & 0xf)
#define NEW_TYPE(v)	((v) >> 26 & 0xf)
#define TYPE_IS_NEW	15 /* what it is stands in NEW_TYPE */

static const char *const types[TYPE_IS_NEW] = {
	"",	  "COND",      "UNCOND",   "IND",  "CALL", "IND_CALL", "RET",	"SYSCALL",
	"SYSRET", "COND_CALL", "COND_RET", "ERET", "IRQ",  "SERROR",   "NO_TX",
};

static const char *const new_types[] = {
	"FAULT_ALGN", "FAULT_DATA", "FAULT_INST", "ARCH_1", "ARCH_2", "ARCH_3", "ARCH_4", "ARCH_5",
};

/* ---- finding the parts ---- */

static void find_part(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	struct rare *rare = arg;
	const uint64_t v = bytes == sizeof(v) ? load_u64(at) : 0;

	switch (part) {
	case PART_BRANCHES:
		rare->branches = at;
		rare->nr_branches = bytes / (BRANCH_WORDS * sizeof(v));
		break;
	case PART_REGS_USER_ABI:
		rare->user_abi = v;
		break;
	case PART_REGS_USER:
		rare->user_regs = at;
		rare->nr_user_regs = bytes / sizeof(v);
		break;
	case PART_REGS_INTR_ABI:
		rare->intr_abi = v;
		break;
	case PART_REGS_INTR:
		rare->intr_regs = at;
		rare->nr_intr_regs = bytes / sizeof(v);
		break;
	case PART_WEIGHT:
		rare->weight = v;
		break;
	case PART_WEIGHT_STRUCT:
		rare->weight = (uint32_t)v;
		rare->ins_lat = (uint16_t)(v >> 32);
		break;
	case PART_DATA_SRC:
		rare->data_src = v;
		break;
	case PART_PHYS_ADDR:
		rare->phys_addr = v;
		break;
	case PART_DATA_PAGE_SIZE:
		rare->data_page_size = v;
		break;
	case PART_CODE_PAGE_SIZE:
		rare->code_page_size = v;
		break;
	default:
		break;
	}
}

void rare_find(struct rare_text *r, struct rare *rare, const struct event *event,
	       const struct perf_event_header *rec)
{
	*rare = (struct rare){
		.user_mask = event->attr.sample_regs_user,
		.intr_mask = event->attr.sample_regs_intr,
	};
	r->nr_short += sample_walk(&event->attr, rec, false, find_part, rare) < 0;
}

/* ---- in front ---- */

/* Each value is looked for bit by bit, so more than one may be there. */
void rare_add_misc(struct text *t, uint16_t misc)
{
	static const struct {
		char letter;
		uint8_t mode;
	} modes[] = {
		{ 'K', PERF_RECORD_MISC_KERNEL },     { 'U', PERF_RECORD_MISC_USER },
		{ 'H', PERF_RECORD_MISC_HYPERVISOR }, { 'G', PERF_RECORD_MISC_GUEST_KERNEL },
		{ 'g', PERF_RECORD_MISC_GUEST_USER },
	};
	int width = 6;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if ((misc & modes[i].mode) != modes[i].mode)
			continue;
		text_char(t, modes[i].letter);
		width--;
	}
	text_fill(t, ' ', width);
}

/* ---- a memory access ---- */

void rare_add_access(struct rare_text *r, struct text *t, const struct rare *rare, uint32_t fields)
{
	char *start = t->at;

	if (fields & FIELD_DATA_SRC) {
		datasrc_add(t, rare->data_src);
		r->datasrc_width = MAX(r->datasrc_width, (size_t)(t->at - start));
		text_fill(t, ' ', (int64_t)(r->datasrc_width - (t->at - start)));
	}
	if (fields & FIELD_WEIGHT)
		text_dec(t, rare->weight, 16, ' ');
	if (fields & FIELD_INS_LAT)
		text_dec(t, rare->ins_lat, 16, ' ');
}

/* In the largest unit of which there are two at least. */
static void add_page_size(struct text *t, uint64_t bytes)
{
	static const char units[] = "BKMG";
	unsigned unit = 0;

	text_char(t, ' ');
	if (!bytes) {
		text_str(t, "N/A");
		return;
	}
	for (; bytes / 1024 > 1 && units[unit + 1]; unit++)
		bytes /= 1024;
	text_dec(t, bytes, 0, ' ');
	text_char(t, units[unit]);
}

void rare_add_memory(struct text *t, const struct rare *rare, uint32_t fields)
{
	if (fields & FIELD_PHYS_ADDR)
		text_hex(t, rare->phys_addr, 16, ' ');
	if (fields & FIELD_DATA_PAGE_SIZE)
		add_page_size(t, rare->data_page_size);
	if (fields & FIELD_CODE_PAGE_SIZE)
		add_page_size(t, rare->code_page_size);
}

/* ---- registers and branches ---- */

/* @mask has as many bits as there are registers, and more where the sample ended. */
static void add_regs(const struct rare_text *r, struct text *t, uint64_t abi, uint64_t mask,
		     const char *regs, uint32_t nr)
{
	if (!regs)
		return;
	text_str(t, " ABI:");
	text_dec(t, abi, 0, ' ');
	text_char(t, ' ');
	for (uint32_t i = 0; i < nr; i++, mask &= mask - 1) {
		const char *name = reg_name(r->regs, __builtin_ctzll(mask));

		text_right(t, name, strlen(name), 5);
		text_str(t, ":0x");
		text_hex(t, load_u64(regs + 8 * i), 0, ' ');
		text_char(t, ' ');
	}
}

static const char *type_of(uint64_t flags)
{
	if (TYPE(flags) != TYPE_IS_NEW)
		return types[TYPE(flags)];
	return NEW_TYPE(flags) < ARRAY_SIZE(new_types) ? new_types[NEW_TYPE(flags)] : "";
}

static void add_branch(struct text *t, const char *at)
{
	const uint64_t flags = load_u64(at + 16);
	const char how[] = {
		'/', PREDICTED(flags) ? 'P' : MISPREDICTED(flags) ? 'M' : '-',
		'/', IN_TX(flags) ? 'X' : '-',
		'/', ABORT(flags) ? 'A' : '-',
		'/',
	};

	text_str(t, " 0x");
	text_hex(t, load_u64(at), 0, ' ');
	text_str(t, "/0x");
	text_hex(t, load_u64(at + 8), 0, ' ');
	text_add(t, how, sizeof(how));
	text_dec(t, CYCLES(flags), 0, ' ');
	text_char(t, '/');
	text_str(t, type_of(flags));
	text_char(t, ' ');
}

void rare_add_state(const struct rare_text *r, struct text *t, const struct rare *rare,
		    uint32_t fields)
{
	if (fields & FIELD_IREGS)
		add_regs(r, t, rare->intr_abi, rare->intr_mask, rare->intr_regs,
			 rare->nr_intr_regs);
	if (fields & FIELD_UREGS)
		add_regs(r, t, rare->user_abi, rare->user_mask, rare->user_regs,
			 rare->nr_user_regs);
	for (uint32_t i = 0; fields & FIELD_BRSTACK && i < rare->nr_branches; i++)
		add_branch(t, rare->branches + i * BRANCH_WORDS * sizeof(uint64_t));
}

/* ---- BPF output ---- */

/* In Latin-1, as perf has it. */
static bool is_printable(unsigned char c)
{
	return (c >= ' ' && c <= '~') || c >= 0xa0;
}

static void add_row(const struct rare_text *r, struct text *t, const char *raw, uint32_t at,
		    uint32_t len)
{
	const uint32_t nr = MIN(len - at, BPF_ROW);
	char *start;

	text_str(t, at ? "                 " : "      BPF output:");
	text_char(t, ' ');
	text_hex(t, at, 4, '0');
	text_char(t, ':');
	for (uint32_t i = 0; i < nr; i++) {
		text_char(t, ' ');
		text_byte(t, raw[at + i], false);
	}
	text_fill(t, ' ', 3 * (BPF_ROW - nr) + 2);
	start = t->at;
	for (uint32_t i = 0; i < nr; i++)
		text_char(t, is_printable(raw[at + i]) ? raw[at + i] : '.');
	if (r->terminal)
		text_escape(t, start);
	text_fill(t, ' ', BPF_ROW - nr);
	text_char(t, '\n');
}

/* Is it one string, and nothing but zeros behind it? Returns its length, or -1. */
static int32_t string_len(const char *raw, uint32_t len)
{
	uint32_t end = 0, at;

	while (end < len && is_printable(raw[end]))
		end++;
	for (at = end; at < len && !raw[at]; at++)
		;
	return at == len && end < len ? (int32_t)end : -1;
}

void rare_add_bpf(const struct rare_text *r, struct text *t, const char *raw, uint32_t len)
{
	const int32_t chars = string_len(raw, len);
	char *start;

	text_char(t, '\n');
	for (uint32_t at = 0; at < len; at += BPF_ROW)
		add_row(r, t, raw, at, len);
	if (chars < 0)
		return;
	text_str(t, "      BPF string: \"");
	start = t->at;
	text_add(t, raw, chars);
	if (r->terminal)
		text_escape(t, start);
	text_str(t, "\"\n");
}
