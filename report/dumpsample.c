/* dumpsample.c - ana dump: all fields of a sample. */
#include "common/samplewalk.h"
#include "common/tpunit.h"
#include "report/dumptext.h"
#include "report/out.h"

#include <inttypes.h>

struct sample_text {
	FILE *out;
	const struct perf_file *file;
	const struct event *event;
	/* Of counter values: what is not printed yet. */
	bool has_value, has_lost;
	uint64_t value, id, lost;
};

/* ---- raw bytes, by the format ---- */

static uint64_t load_unit(const char *at, uint32_t unit)
{
	switch (unit) {
	case 8:
		return load_u64(at);
	case 4:
		return load_u32(at);
	case 2:
		return load_u16(at);
	default:
		return *(const uint8_t *)at;
	}
}

static void print_number(FILE *out, uint64_t v, uint32_t bytes, uint32_t flags)
{
	int unused = 64 - 8 * (int)bytes;

	if (flags & TP_POINTER)
		fprintf(out, "%#" PRIx64, v);
	else if (flags & TP_SIGNED)
		fprintf(out, "%" PRId64, (int64_t)(v << unused) >> unused);
	else
		fprintf(out, "%" PRIu64, v);
}

static void print_array(FILE *out, const char *at, uint32_t bytes, uint32_t unit)
{
	putc('[', out);
	for (uint32_t i = 0; i + unit <= bytes; i += unit)
		fprintf(out, "%s%#" PRIx64, i ? ", " : "", load_unit(at + i, unit));
	putc(']', out);
}

static void print_field(FILE *out, const struct tp_field *f, const char *raw, uint32_t size,
			uint32_t long_size)
{
	uint32_t place, off = f->offset, len = f->size, unit = tp_field_unit(f, long_size);

	if (f->flags & TP_DYNAMIC && f->size == 4) {
		place = load_u32(raw + f->offset);
		off = (place & 0xffff) + (f->flags & TP_RELATIVE ? f->offset + f->size : 0);
		len = place >> 16;
		if (off > size || len > size - off) {
			fputs("outside of the sample", out);
			return;
		}
	}
	if (f->flags & TP_STRING)
		dump_bytes(out, raw + off, raw + off + len);
	else if (!(f->flags & TP_ARRAY) && (len == unit))
		print_number(out, load_unit(raw + off, unit), unit, f->flags);
	else
		print_array(out, raw + off, len, unit);
}

static void print_fields(const struct sample_text *t, const struct tp_field *fields, uint32_t nr,
			 const char *raw, uint32_t size)
{
	for (uint32_t i = 0; i < nr; i++) {
		const struct tp_field *f = &fields[i];

		fprintf(t->out, "..... %s: ", f->name);
		if (f->offset > size || f->size > size - f->offset)
			fputs("outside of the sample", t->out);
		else
			print_field(t->out, f, raw, size, t->file->tps.long_size);
		putc('\n', t->out);
	}
}

static void print_raw(const struct sample_text *t, const char *raw, uint32_t size)
{
	const struct tp_format *tp = t->event->tp;

	fprintf(t->out, "... raw: %u bytes\n", size);
	if (!tp)
		return;
	print_fields(t, tp->common, tp->nr_common, raw, size);
	print_fields(t, tp->fields, tp->nr_fields, raw, size);
}

/* ---- the other parts of variable length ---- */

static void print_chain(FILE *out, const char *at, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes / 8; i++)
		fprintf(out, "..... %2u: %016" PRIx64 "\n", i, load_u64(at + 8 * i));
}

/* The first bits of the flags: mispredicted, predicted, in a transaction, aborted; 16 of cycles. */
static void print_branches(FILE *out, const char *at, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes / 24; i++, at += 24) {
		uint64_t flags = load_u64(at + 16);

		fprintf(out,
			"..... %2u: %016" PRIx64 " -> %016" PRIx64 " %u cycles %s%s%s%s %#" PRIx64
			"\n",
			i, load_u64(at), load_u64(at + 8), (unsigned)(flags >> 4 & 0xffff),
			flags & 1 ? "M" : " ", flags & 2 ? "P" : " ", flags & 8 ? "A" : " ",
			flags & 4 ? "T" : " ", flags >> 20);
	}
}

/* perf gives them the names of the architecture that it was built for; here bits are numbers. */
static void print_regs(FILE *out, const char *at, uint64_t mask)
{
	for (int bit = 0; mask; bit++, mask >>= 1) {
		if (!(mask & 1))
			continue;
		fprintf(out, ".... %-5d 0x%" PRIx64 "\n", bit, load_u64(at));
		at += 8;
	}
}

static void print_abi(FILE *out, const char *whose, uint64_t mask, uint64_t abi)
{
	static const char *const names[] = { "none", "32-bit", "64-bit" };

	fprintf(out, "... %s regs: mask 0x%" PRIx64 " ABI %s\n", whose, mask,
		abi < ARRAY_SIZE(names) ? names[abi] : "unknown");
}

/* ---- counter values ---- */

static void end_value(struct sample_text *t)
{
	if (!t->has_value)
		return;
	fprintf(t->out, "..... id %016" PRIx64 ", value %016" PRIx64, t->id, t->value);
	if (t->has_lost)
		fprintf(t->out, ", lost %" PRIu64, t->lost);
	putc('\n', t->out);
	t->has_value = t->has_lost = false;
	t->id = 0;
}

static void add_value(struct sample_text *t, enum sample_part part, uint64_t v)
{
	switch (part) {
	case PART_READ_NR:
		fprintf(t->out, ".... group nr %" PRIu64 "\n", v);
		return;
	case PART_READ_ENABLED:
		fprintf(t->out, "...... time enabled %016" PRIx64 "\n", v);
		return;
	case PART_READ_RUNNING:
		fprintf(t->out, "...... time running %016" PRIx64 "\n", v);
		return;
	case PART_READ_ID:
		t->id = v;
		return;
	case PART_READ_LOST:
		t->has_lost = true;
		t->lost = v;
		return;
	default:
		end_value(t);
		t->has_value = true;
		t->value = v;
	}
}

/* ---- the parts in their order ---- */

/* Of those that are one word and shown as such. */
static const struct {
	const char *form;
	bool hex;
} words[NR_SAMPLE_PARTS] = {
	[PART_IDENTIFIER] = { "... id: ", false },
	[PART_ID] = { "... id: ", false },
	[PART_STREAM_ID] = { "... stream_id: ", false },
	[PART_CALLCHAIN_NR] = { "... FP chain: nr:", false },
	[PART_BRANCH_NR] = { "... branch stack: nr:", false },
	[PART_BRANCH_HW_IDX] = { "... branch stack: hw_idx:", false },
	[PART_STACK_SIZE] = { "... ustack: size ", false },
	[PART_STACK_DYN_SIZE] = { "... ustack: of that in use ", false },
	[PART_WEIGHT] = { "... weight: ", false },
	[PART_DATA_SRC] = { " . data_src: ", true },
	[PART_TRANSACTION] = { "... transaction: ", true },
	[PART_PHYS_ADDR] = { " .. phys_addr: ", true },
	[PART_CGROUP] = { "... cgroup: ", false },
	[PART_DATA_PAGE_SIZE] = { " .. data page size: ", false },
	[PART_CODE_PAGE_SIZE] = { " .. code page size: ", false },
	[PART_AUX_SIZE] = { "... aux: size ", false },
};

static void print_word(FILE *out, enum sample_part part, uint64_t v)
{
	fputs(words[part].form, out);
	fprintf(out, words[part].hex ? "0x%" PRIx64 "\n" : "%" PRIu64 "\n", v);
}

static bool is_value(enum sample_part part)
{
	return part >= PART_READ_NR && part <= PART_READ_LOST;
}

/* What is in the line of the sample itself is not repeated. */
static void print_part(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	struct sample_text *t = arg;
	const struct perf_event_attr *attr = &t->event->attr;
	uint64_t v = bytes >= 8 ? load_u64(at) : 0;

	if (!is_value(part))
		end_value(t);
	if (is_value(part)) {
		add_value(t, part, v);
	} else if (words[part].form) {
		print_word(t->out, part, v);
	} else if (part == PART_CALLCHAIN) {
		print_chain(t->out, at, bytes);
	} else if (part == PART_RAW) {
		print_raw(t, at, bytes);
	} else if (part == PART_BRANCHES) {
		print_branches(t->out, at, bytes);
	} else if (part == PART_BRANCH_COUNTERS) {
		fputs("... branch counters:\n", t->out);
		print_chain(t->out, at, bytes);
	} else if (part == PART_REGS_USER_ABI) {
		print_abi(t->out, "user", attr->sample_regs_user, v);
	} else if (part == PART_REGS_USER) {
		print_regs(t->out, at, attr->sample_regs_user);
	} else if (part == PART_REGS_INTR_ABI) {
		print_abi(t->out, "intr", attr->sample_regs_intr, v);
	} else if (part == PART_REGS_INTR) {
		print_regs(t->out, at, attr->sample_regs_intr);
	} else if (part == PART_WEIGHT_STRUCT) {
		fprintf(t->out, "... weight: %" PRIu64 ",0x%x,0x%x\n", v & UINT32_MAX,
			(unsigned)(v >> 32 & UINT16_MAX), (unsigned)(v >> 48));
	}
}

int dump_sample(FILE *out, const struct perf_file *f, const struct event *event,
		const struct perf_event_header *rec)
{
	struct sample_text t = { .out = out, .file = f, .event = event };
	struct sample s;
	int rc;

	if (sample_parse(&s, &event->layout, &event->attr, rec)) {
		fputs(event->layout.parsable ? ": too short\n" : ": of unknown fields\n", out);
		return event->layout.parsable ? -1 : 0;
	}
	fprintf(out,
		"(IP, 0x%x): %d/%d: %#" PRIx64 " period: %" PRIu64 " addr: %#" PRIx64
		"\n... event: ",
		rec->misc, (int)s.pid, (int)s.tid, s.ip, s.period, s.addr);
	out_text(out, event->name);
	putc('\n', out);
	rc = sample_walk(&event->attr, rec, false, print_part, &t);
	end_value(&t);
	if (rc < 0)
		fputs("... too short\n", out);
	return MIN(rc, 0);
}
