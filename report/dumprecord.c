/* dumprecord.c - ana dump: the records that are no samples. */
#include "common/feature.h"
#include "common/recordkind.h"
#include "common/samplewalk.h"
#include "report/dumptext.h"
#include "report/out.h"

#include <ctype.h>
#include <inttypes.h>
#include <sys/mman.h>

#define BITS_PER_BYTE 8

/* A record, taken apart. */
struct parts {
	const struct perf_event_header *rec;
	const struct event *event;
	struct record_field fields[RECORD_FIELDS_MAX];
	uint32_t nr;
	const char *rest, *end; /* what is behind the fields, up to the trailer */
	const char *elements;	/* the FIELDS that were not used */
};

static void take_apart(struct parts *p, const char *fields)
{
	p->nr = record_fields(&fields, &p->rest, p->end, p->fields);
	p->elements = fields;
}

static uint64_t number(const struct parts *p, uint32_t i)
{
	return i < p->nr ? (uint64_t)record_value(&p->fields[i], false) : 0;
}

static int signed_number(const struct parts *p, uint32_t i)
{
	return (int)(i < p->nr ? record_value(&p->fields[i], true) : 0);
}

void dump_bytes(FILE *out, const char *at, const char *end)
{
	char text[RECORD_SIZE_MAX + 1];
	size_t len = strnlen(at, end - at);

	memcpy(text, at, len);
	text[len] = 0;
	out_text(out, text);
}

static void print_hex(FILE *out, const char *at, const char *end)
{
	for (; at < end; at++)
		fprintf(out, "%02x", (unsigned char)*at);
}

/* ---- by the texts of recordkind.c ---- */

static void print_field(FILE *out, const struct parts *p, uint32_t i, char form)
{
	const struct record_field *f = &p->fields[i];

	if (i >= p->nr)
		return;
	switch (form) {
	case 'd':
		fprintf(out, "%" PRId64, record_value(f, true));
		break;
	case 'u':
		fprintf(out, "%" PRIu64, (uint64_t)record_value(f, false));
		break;
	case 'x':
		fprintf(out, "%#" PRIx64, (uint64_t)record_value(f, false));
		break;
	case 'y':
		fprintf(out, "%" PRIx64, (uint64_t)record_value(f, false));
		break;
	default:
		dump_bytes(out, f->at, f->at + f->bytes);
	}
}

/* How many fields the line that begins at @text wants. */
static uint32_t fields_wanted(const char *text)
{
	uint32_t nr = 0;

	for (text += *text == '\n'; *text && !strchr("\n{}", *text); text++)
		if (*text == '$' && isdigit((unsigned char)text[1]))
			nr = MAX(nr, (uint32_t)(text[1] - '0') + 1);
	return nr;
}

/* Prints up to a bracket or the end; returns that place. A line whose fields are missing ends it. */
static const char *print_text(FILE *out, const char *text, const struct parts *p)
{
	bool there = fields_wanted(text) <= p->nr;

	if (!there && *text != '\n')
		fputs(": too short", out);
	for (; *text && *text != '{' && *text != '}'; text++) {
		if (*text == '\n')
			there = there && fields_wanted(text) <= p->nr;
		if (!there)
			continue;
		if (*text != '$') {
			putc(*text, out);
		} else if (*++text == 's') {
			dump_bytes(out, p->rest, p->end);
		} else if (*text == 'h') {
			print_hex(out, p->rest, p->end);
		} else {
			print_field(out, p, *text - '0', text[1]);
			text++;
		}
	}
	return text;
}

/* What is in {} for each element; their number may be that of the last field. */
static void print_elements(FILE *out, const char *text, const struct parts *p)
{
	const struct record_field *last = p->nr ? &p->fields[p->nr - 1] : NULL;
	bool counted = last && last->bytes == 8;
	uint64_t nr = counted ? (uint64_t)record_value(last, false) : UINT64_MAX;
	struct parts each = { .rest = p->rest, .end = p->end };

	for (; nr && each.rest < each.end; nr--) {
		const char *before = each.rest;

		take_apart(&each, p->elements + 2); /* "*[" */
		if (*each.elements != ']' || each.rest == before)
			break; /* half of one is left */
		print_text(out, text, &each);
	}
	if (counted && nr)
		fputs("\n... too short", out);
}

static void print_by_text(FILE *out, const struct record_kind *kind, struct parts *p)
{
	const char *text = print_text(out, kind->text, p);

	if (*text == '{' && *p->elements == '*')
		print_elements(out, text + 1, p);
	putc('\n', out);
}

/* ---- those that are shown in another way than field by field ---- */

static void print_comm(FILE *out, struct parts *p)
{
	fputs(p->rec->misc & PERF_RECORD_MISC_COMM_EXEC ? " exec: " : ": ", out);
	dump_bytes(out, p->rest, p->end);
	fprintf(out, ":%d/%d\n", signed_number(p, 0), signed_number(p, 1));
}

static void print_place(FILE *out, const struct parts *p)
{
	fprintf(out, " %d/%d: [%#" PRIx64 "(%#" PRIx64 ") @ %#" PRIx64, signed_number(p, 0),
		signed_number(p, 1), number(p, 2), number(p, 3), number(p, 4));
}

static void print_mmap(FILE *out, struct parts *p)
{
	print_place(out, p);
	fprintf(out, "]: %c ", p->rec->misc & PERF_RECORD_MISC_MMAP_DATA ? 'r' : 'x');
	dump_bytes(out, p->rest, p->end);
	putc('\n', out);
}

static void print_mmap2(FILE *out, struct parts *p)
{
	bool has_id = p->rec->misc & PERF_RECORD_MISC_MMAP_BUILD_ID;
	uint64_t prot = number(p, has_id ? 6 : 9), flags = number(p, has_id ? 7 : 10);

	print_place(out, p);
	if (has_id && p->nr > 5) {
		const char *id = p->fields[5].at; /* its size, three zeros, its bytes */

		fputs(" <", out);
		print_hex(out, id + 4, id + 4 + MIN((unsigned char)*id, BUILD_ID_MAX));
		putc('>', out);
	} else {
		fprintf(out, " %02" PRIx64 ":%02" PRIx64 " %" PRIu64 " %" PRIu64, number(p, 5),
			number(p, 6), number(p, 7), number(p, 8));
	}
	fprintf(out, "]: %c%c%c%c ", prot & PROT_READ ? 'r' : '-', prot & PROT_WRITE ? 'w' : '-',
		prot & PROT_EXEC ? 'x' : '-', flags & MAP_SHARED ? 's' : 'p');
	dump_bytes(out, p->rest, p->end);
	putc('\n', out);
}

static void print_aux(FILE *out, struct parts *p)
{
	uint64_t flags = number(p, 2);

	fprintf(out, " offset: %#" PRIx64 " size: %#" PRIx64 " flags: %#" PRIx64 " [%s%s%s]\n",
		number(p, 0), number(p, 1), flags, flags & PERF_AUX_FLAG_TRUNCATED ? "T" : "",
		flags & PERF_AUX_FLAG_OVERWRITE ? "O" : "",
		flags & PERF_AUX_FLAG_PARTIAL ? "P" : "");
}

static void print_lost_samples(FILE *out, struct parts *p)
{
	bool has_id = p->event && p->event->layout.tail_id;

	fprintf(out, ": id:%" PRIu64 ": lost samples :%" PRIu64 "\n",
		has_id ? record_id(&p->event->layout, p->rec) : UINT64_MAX, number(p, 0));
}

static const char *in_out(const struct perf_event_header *rec)
{
	if (!(rec->misc & PERF_RECORD_MISC_SWITCH_OUT))
		return "IN         ";
	return rec->misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT ? "OUT preempt" : "OUT        ";
}

static void print_switch(FILE *out, struct parts *p)
{
	fprintf(out, " %s\n", in_out(p->rec));
}

static void print_switch_cpu_wide(FILE *out, struct parts *p)
{
	fprintf(out, " %s  %s pid/tid: %5d/%-5d\n", in_out(p->rec),
		p->rec->misc & PERF_RECORD_MISC_SWITCH_OUT ? "next" : "prev", signed_number(p, 0),
		signed_number(p, 1));
}

static void print_namespaces(FILE *out, struct parts *p)
{
	static const char *const names[] = { "net", "uts", "ipc", "pid", "user", "mnt", "cgroup" };
	uint64_t nr = MIN(number(p, 2), (uint64_t)(p->end - p->rest) / 16);

	fprintf(out, " %d/%d - nr_namespaces: %" PRIu64 "\n\t\t[", signed_number(p, 0),
		signed_number(p, 1), number(p, 2));
	for (uint64_t i = 0; i < nr; i++) {
		const char *at = p->rest + 16 * i;

		if (i && i % 4 == 0)
			fputs("\n\t\t ", out);
		fprintf(out, "%" PRIu64 "/%s: %" PRIu64 "/%#" PRIx64 "%s", i,
			i < ARRAY_SIZE(names) ? names[i] : "invalid", load_u64(at),
			load_u64(at + 8), i + 1 < nr ? ", " : "");
	}
	fputs(nr < number(p, 2) ? "]: too short\n" : "]\n", out);
}

static void print_value(void *arg, enum sample_part part, const char *at, uint32_t bytes)
{
	static const char *const names[NR_SAMPLE_PARTS] = {
		[PART_READ_NR] = "group nr",
		[PART_READ_ENABLED] = "time enabled",
		[PART_READ_RUNNING] = "time running",
		[PART_READ_VALUE] = "value",
		[PART_READ_ID] = "id",
		[PART_READ_LOST] = "lost",
	};

	(void)bytes;
	fprintf(arg, "... %-12s : %" PRIu64 "\n", names[part], load_u64(at));
}

static void print_read(FILE *out, struct parts *p)
{
	fprintf(out, ": %d %d ", signed_number(p, 0), signed_number(p, 1));
	if (!p->event) {
		fputs("of no event\n", out);
		return;
	}
	out_text(out, p->event->name);
	putc('\n', out);
	if (read_walk(&p->event->attr, p->rest, p->end, false, print_value, out) < 0)
		fputs("... too short\n", out);
}

static void print_attr(FILE *out, struct parts *p)
{
	struct perf_event_attr attr = { 0 };
	size_t room = p->end - p->rest;
	uint32_t size = PERF_ATTR_SIZE_VER0;

	if (room >= 8 && load_u32(p->rest + 4))
		size = load_u32(p->rest + 4);
	if (size > room) {
		fputs(": too short\n", out);
		return;
	}
	memcpy(&attr, p->rest, MIN(size, sizeof(attr)));
	fprintf(out,
		" type: %u size: %u config: %#" PRIx64 " period: %" PRIu64 " sample_type: %#" PRIx64
		" read_format: %#" PRIx64 "\n... ids:",
		attr.type, size, (uint64_t)attr.config, (uint64_t)attr.sample_period,
		(uint64_t)attr.sample_type, (uint64_t)attr.read_format);
	for (const char *at = p->rest + size; p->end - at >= 8; at += 8)
		fprintf(out, " %" PRIu64, load_u64(at));
	putc('\n', out);
}

static void print_build_id(FILE *out, struct parts *p)
{
	bool sized = p->rec->misc & MISC_BUILD_ID_SIZE;
	uint32_t size = BUILD_ID_MAX;

	if (p->nr < 3) {
		fputs(": too short\n", out);
		return;
	}
	if (sized)
		size = MIN((unsigned char)*p->fields[2].at, BUILD_ID_MAX);
	fprintf(out, " pid: %d ", signed_number(p, 0));
	print_hex(out, p->fields[1].at, p->fields[1].at + size);
	putc(' ', out);
	dump_bytes(out, p->rest, p->end);
	putc('\n', out);
}

static void print_feature(FILE *out, struct parts *p)
{
	const struct feature_kind *kind = feature_kind(MIN(number(p, 0), FEATURE_MAX));

	fprintf(out, " number: %" PRIu64, number(p, 0));
	if (kind && p->end > p->rest) /* else it only ends them */
		fprintf(out, " (%s)", kind->name);
	fprintf(out, ", %td bytes\n", p->end - p->rest);
}

/* A list of CPUs, ranges shortened. */
struct cpus {
	FILE *out;
	int64_t first, last; /* the range that is not printed yet; -1: none */
	bool any;	     /* something was printed */
};

static void end_range(struct cpus *c)
{
	if (c->first < 0)
		return;
	fprintf(c->out, c->last > c->first ? "%s%" PRId64 "-%" PRId64 : "%s%" PRId64,
		c->any ? "," : "", c->first, c->last);
	c->any = true;
}

static void add_cpu(struct cpus *c, int64_t cpu)
{
	if (c->first >= 0 && cpu == c->last + 1) {
		c->last = cpu;
		return;
	}
	end_range(c);
	c->first = c->last = cpu;
}

static void add_word(struct cpus *c, uint64_t word, int64_t first)
{
	for (int bit = 0; word; bit++, word >>= 1)
		if (word & 1)
			add_cpu(c, first + bit);
}

/* Adds @nr numbers of @size bytes, or bitmaps of them; returns how many are not there. */
static uint64_t add_cpus(struct cpus *c, uint64_t nr, const struct parts *p, uint16_t kind,
			 uint16_t size)
{
	const char *at = p->rest;

	for (; nr && p->end - at >= size; at += size, nr--) {
		if (kind == 0)
			add_cpu(c, load_u16(at));
		else
			add_word(c, size == 8 ? load_u64(at) : load_u32(at),
				 (at - p->rest) * BITS_PER_BYTE);
	}
	return nr;
}

/* kind 0: nr, cpus; 1: nr, bytes of a word, words; 2: any, pad, first, last. */
static void print_cpus(FILE *out, const char *at, const char *end)
{
	uint16_t kind = end - at >= 2 ? load_u16(at) : UINT16_MAX;
	uint16_t size = end - at >= 6 ? load_u16(at + 4) : 0;
	struct parts p = { .rest = at, .end = end };
	struct cpus c = { .out = out, .first = -1 };
	uint64_t missing = 0;

	take_apart(&p, record_cpu_map(kind, size));
	if (p.nr < 2 || (*p.elements && *p.elements != '*')) {
		fputs("too short\n", out);
		return;
	}
	if (kind == 0 || (kind == 1 && (size == 4 || size == 8)))
		missing = add_cpus(&c, number(&p, 1), &p, kind, kind ? size : 2);
	else if (kind == 2)
		c.first = (int64_t)number(&p, 3), c.last = (int64_t)number(&p, 4);
	end_range(&c);
	fputs(missing ? ": too short\n" : "\n", out);
}

static void print_cpu_map(FILE *out, struct parts *p)
{
	fputs(": ", out);
	print_cpus(out, p->rest, p->end);
}

static void print_update(FILE *out, struct parts *p)
{
	double scale;

	take_apart(p, "88");
	if (p->nr < 2) {
		fputs(": too short\n", out);
		return;
	}
	fprintf(out, "\n... id:    %" PRIu64 "\n", number(p, 1));
	switch (number(p, 0)) {
	case EVENT_UPDATE_SCALE:
		if (p->end - p->rest < (ptrdiff_t)sizeof(scale))
			return;
		memcpy(&scale, p->rest, sizeof(scale));
		fprintf(out, "... scale: %f\n", scale);
		return;
	case EVENT_UPDATE_CPUS:
		fputs("... cpus:  ", out);
		print_cpus(out, p->rest, p->end);
		return;
	case EVENT_UPDATE_UNIT:
	case EVENT_UPDATE_NAME:
		fputs(number(p, 0) == EVENT_UPDATE_UNIT ? "... unit:  " : "... name:  ", out);
		dump_bytes(out, p->rest, p->end);
		putc('\n', out);
		return;
	default:
		fprintf(out, "... kind:  %" PRIu64 "\n", number(p, 0));
	}
}

static void (*const printers[])(FILE *out, struct parts *p) = {
	[PERF_RECORD_MMAP] = print_mmap,
	[PERF_RECORD_COMM] = print_comm,
	[PERF_RECORD_READ] = print_read,
	[PERF_RECORD_MMAP2] = print_mmap2,
	[PERF_RECORD_AUX] = print_aux,
	[PERF_RECORD_LOST_SAMPLES] = print_lost_samples,
	[PERF_RECORD_SWITCH] = print_switch,
	[PERF_RECORD_SWITCH_CPU_WIDE] = print_switch_cpu_wide,
	[PERF_RECORD_NAMESPACES] = print_namespaces,
	[RECORD_HEADER_ATTR] = print_attr,
	[RECORD_BUILD_ID] = print_build_id,
	[RECORD_CPU_MAP] = print_cpu_map,
	[RECORD_EVENT_UPDATE] = print_update,
	[RECORD_FEATURE] = print_feature,
};

void dump_record(FILE *out, const struct event *event, const struct perf_event_header *rec)
{
	const struct record_kind *kind = record_kind(rec->type);
	struct parts p = {
		.rec = rec, .event = event, .rest = (const char *)(rec + 1), .elements = ""
	};
	const char *fields = kind->fields;
	int trailer = event ? trailer_walk(&event->attr, rec, NULL, NULL) : 0;

	if (trailer < 0) {
		fputs(": too short\n", out);
		return;
	}
	p.end = (const char *)rec + rec->size - trailer;
	if (rec->type == PERF_RECORD_MMAP2 && rec->misc & PERF_RECORD_MISC_MMAP_BUILD_ID)
		fields = RECORD_MMAP2_BUILD_ID_FIELDS;
	if (fields)
		take_apart(&p, fields);
	if (fields && *p.elements && *p.elements != '*' && rec->type != RECORD_TIME_CONV)
		fputs(": too short\n", out);
	else if (kind->text)
		print_by_text(out, kind, &p);
	else if (rec->type < ARRAY_SIZE(printers) && printers[rec->type])
		printers[rec->type](out, &p);
}
