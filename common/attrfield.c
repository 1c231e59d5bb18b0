#include "common/attrfield.h"

#include <inttypes.h>
#include <stdio.h>

/* In the order of perf, which has no TRANSACTION. */
static const struct attr_flag sample_types[] = {
	{ 1 << 0, "IP" },
	{ 1 << 1, "TID" },
	{ 1 << 2, "TIME" },
	{ 1 << 3, "ADDR" },
	{ 1 << 4, "READ" },
	{ 1 << 5, "CALLCHAIN" },
	{ 1 << 6, "ID" },
	{ 1 << 7, "CPU" },
	{ 1 << 8, "PERIOD" },
	{ 1 << 9, "STREAM_ID" },
	{ 1 << 10, "RAW" },
	{ 1 << 11, "BRANCH_STACK" },
	{ 1 << 12, "REGS_USER" },
	{ 1 << 13, "STACK_USER" },
	{ 1 << 16, "IDENTIFIER" },
	{ 1 << 18, "REGS_INTR" },
	{ 1 << 15, "DATA_SRC" },
	{ 1 << 14, "WEIGHT" },
	{ 1 << 19, "PHYS_ADDR" },
	{ 1 << 20, "AUX" },
	{ 1 << 21, "CGROUP" },
	{ 1 << 22, "DATA_PAGE_SIZE" },
	{ 1 << 23, "CODE_PAGE_SIZE" },
	{ 1 << 24, "WEIGHT_STRUCT" },
	{ 1 << 17, "TRANSACTION" },
	{ 0 },
};

static const struct attr_flag read_formats[] = {
	{ 1 << 0, "TOTAL_TIME_ENABLED" },
	{ 1 << 1, "TOTAL_TIME_RUNNING" },
	{ 1 << 2, "ID" },
	{ 1 << 3, "GROUP" },
	{ 1 << 4, "LOST" },
	{ 0 },
};

static const struct attr_flag branch_types[] = {
	{ 1 << 0, "USER" },	  { 1 << 1, "KERNEL" },	    { 1 << 2, "HV" },
	{ 1 << 3, "ANY" },	  { 1 << 4, "ANY_CALL" },   { 1 << 5, "ANY_RETURN" },
	{ 1 << 6, "IND_CALL" },	  { 1 << 7, "ABORT_TX" },   { 1 << 8, "IN_TX" },
	{ 1 << 9, "NO_TX" },	  { 1 << 10, "COND" },	    { 1 << 11, "CALL_STACK" },
	{ 1 << 12, "IND_JUMP" },  { 1 << 13, "CALL" },	    { 1 << 14, "NO_FLAGS" },
	{ 1 << 15, "NO_CYCLES" }, { 1 << 16, "TYPE_SAVE" }, { 1 << 17, "HW_INDEX" },
	{ 1 << 18, "PRIV_SAVE" }, { 1 << 19, "COUNTERS" },  { 0 },
};

#define WORD(n, off, bytes, how)                                     \
	{                                                            \
		.name = n, .kind = how, .offset = off, .size = bytes \
	}
#define FLAGS(n, off, names)                                                            \
	{                                                                               \
		.name = n, .kind = ATTR_FLAGS, .offset = off, .size = 8, .flags = names \
	}
#define BITS(n, at, nr)                                                   \
	{                                                                 \
		.name = n, .offset = 40, .size = 8, .bit = at, .bits = nr \
	}
#define BIT(n, at) BITS(n, at, 1)
#define ACTION(n, at, nr)                                                  \
	{                                                                  \
		.name = n, .offset = 116, .size = 4, .bit = at, .bits = nr \
	}
#define EITHER(n, o, when, off, bytes, how, how_shown)                               \
	{                                                                            \
		.name = n, .other = o, .shown = how_shown, .use = when, .kind = how, \
		.offset = off, .size = bytes                                         \
	}

const struct attr_field attr_fields[] = {
	WORD("type", 0, 4, ATTR_NUMBER),
	WORD("size", 4, 4, ATTR_NUMBER),
	WORD("config", 8, 8, ATTR_HEX),
	EITHER("sample_period", "sample_freq", ATTR_IF_FREQ, 16, 8, ATTR_NUMBER,
	       "{ sample_period, sample_freq }"),
	FLAGS("sample_type", 24, sample_types),
	FLAGS("read_format", 32, read_formats),
	BIT("disabled", 0),
	BIT("inherit", 1),
	BIT("pinned", 2),
	BIT("exclusive", 3),
	BIT("exclude_user", 4),
	BIT("exclude_kernel", 5),
	BIT("exclude_hv", 6),
	BIT("exclude_idle", 7),
	BIT("mmap", 8),
	BIT("comm", 9),
	BIT("freq", 10),
	BIT("inherit_stat", 11),
	BIT("enable_on_exec", 12),
	BIT("task", 13),
	BIT("watermark", 14),
	BITS("precise_ip", 15, 2),
	BIT("mmap_data", 17),
	BIT("sample_id_all", 18),
	BIT("exclude_host", 19),
	BIT("exclude_guest", 20),
	BIT("exclude_callchain_kernel", 21),
	BIT("exclude_callchain_user", 22),
	BIT("mmap2", 23),
	BIT("comm_exec", 24),
	BIT("use_clockid", 25),
	BIT("context_switch", 26),
	BIT("write_backward", 27),
	BIT("namespaces", 28),
	BIT("ksymbol", 29),
	BIT("bpf_event", 30),
	BIT("aux_output", 31),
	BIT("cgroup", 32),
	BIT("text_poke", 33),
	BIT("build_id", 34),
	BIT("inherit_thread", 35),
	BIT("remove_on_exec", 36),
	BIT("sigtrap", 37),
	BIT("defer_callchain", 38),
	BIT("defer_output", 39),
	BITS("__reserved_1", 40, 24),
	EITHER("wakeup_events", "wakeup_watermark", ATTR_IF_WATERMARK, 48, 4, ATTR_NUMBER,
	       "{ wakeup_events, wakeup_watermark }"),
	WORD("bp_type", 52, 4, ATTR_NUMBER),
	EITHER("config1", "bp_addr", ATTR_IF_BREAKPOINT, 56, 8, ATTR_HEX, "{ bp_addr, config1 }"),
	EITHER("config2", "bp_len", ATTR_IF_BREAKPOINT, 64, 8, ATTR_HEX, "{ bp_len, config2 }"),
	FLAGS("branch_sample_type", 72, branch_types),
	WORD("sample_regs_user", 80, 8, ATTR_HEX),
	WORD("sample_stack_user", 88, 4, ATTR_NUMBER),
	WORD("clockid", 92, 4, ATTR_SIGNED),
	WORD("sample_regs_intr", 96, 8, ATTR_HEX),
	WORD("aux_watermark", 104, 4, ATTR_NUMBER),
	WORD("sample_max_stack", 108, 2, ATTR_NUMBER),
	WORD("aux_sample_size", 112, 4, ATTR_NUMBER),
	WORD("sig_data", 120, 8, ATTR_NUMBER),
	ACTION("aux_start_paused", 0, 1),
	ACTION("aux_pause", 1, 1),
	ACTION("aux_resume", 2, 1),
	ACTION("__reserved_3", 3, 29),
	WORD("__reserved_2", 110, 2, ATTR_NUMBER),
	WORD("config3", 128, 8, ATTR_HEX),
	WORD("config4", 136, 8, ATTR_HEX),
	{ 0 },
};

void attr_image(char attr[ATTR_BYTES], const struct event *ev)
{
	memset(attr, 0, ATTR_BYTES);
	memcpy(attr, &ev->attr, MIN(sizeof(ev->attr), (size_t)ATTR_BYTES));
	memcpy(attr + 128, &ev->config3, sizeof(ev->config3));
	memcpy(attr + 136, &ev->config4, sizeof(ev->config4));
}

/* The kernel declares bit fields: the first is the highest bit where the highest byte is first. */
static uint64_t cut_bits(const struct attr_field *f, uint64_t word)
{
	unsigned shift = f->bit;

	if (!f->bits)
		return word;
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		shift = 8 * f->size - f->bit - f->bits;
	return word >> shift & ((1ull << f->bits) - 1);
}

uint64_t attr_value(const struct attr_field *f, const char attr[ATTR_BYTES])
{
	const char *at = attr + f->offset;
	uint64_t word = f->size == 8 ? load_u64(at) : f->size == 4 ? load_u32(at) : load_u16(at);

	return cut_bits(f, word);
}

static uint64_t value_of(const char *name, const char attr[ATTR_BYTES])
{
	const struct attr_field *f = attr_fields;

	while (strcmp(f->name, name))
		f++;
	return attr_value(f, attr);
}

static bool is_other(const struct attr_field *f, const char attr[ATTR_BYTES])
{
	switch (f->use) {
	case ATTR_IF_FREQ:
		return value_of("freq", attr);
	case ATTR_IF_WATERMARK:
		return value_of("watermark", attr);
	case ATTR_IF_BREAKPOINT:
		return value_of("type", attr) == PERF_TYPE_BREAKPOINT;
	case ATTR_ALWAYS:
		break;
	}
	return false;
}

const char *attr_name(const struct attr_field *f, const char attr[ATTR_BYTES])
{
	return is_other(f, attr) ? f->other : f->name;
}

static void flags_text(char text[ATTR_TEXT_MAX], const struct attr_flag *flag, uint64_t value)
{
	size_t len = 0;

	text[0] = 0;
	for (; flag->name; flag++) {
		if (!(value & flag->bit))
			continue;
		len += snprintf(text + len, ATTR_TEXT_MAX - len, "%s%s", len ? "|" : "",
				flag->name);
		value &= ~flag->bit;
	}
	if (value)
		snprintf(text + len, ATTR_TEXT_MAX - len, "%s%#" PRIx64, len ? "|" : "", value);
}

void attr_text(char text[ATTR_TEXT_MAX], const struct attr_field *f, uint64_t value)
{
	switch (f->kind) {
	case ATTR_NUMBER:
		snprintf(text, ATTR_TEXT_MAX, "%" PRIu64, value);
		break;
	case ATTR_SIGNED:
		snprintf(text, ATTR_TEXT_MAX, "%" PRId32, (int32_t)value);
		break;
	case ATTR_HEX:
		snprintf(text, ATTR_TEXT_MAX, "%#" PRIx64, value);
		break;
	case ATTR_FLAGS:
		flags_text(text, f->flags, value);
		break;
	}
}
