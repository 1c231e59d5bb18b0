#include "common/formats.h"
#include "common/io.h"
#include "common/tpfield.h"
#include "common/tracefs.h"
#include "common/tracing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define KALLSYMS_MAX (64u << 20)
#define KERNEL_NAME  "[kernel.kallsyms]"

#define X32_BIT	  (1ll << 30)
#define CALLS_MAX 8192	   /* the largest are those of MIPS, from 4000, 5000 and 6000 on */
#define ARM_CALLS 0x0f0000 /* ARM has some of its own here; see its asm/unistd.h */

/* The number of a call, -1 being one that was cancelled. */
static bool is_call(int64_t nr)
{
	return nr == -1 || (nr >= 0 && (nr & ~X32_BIT) < CALLS_MAX) || (nr >> 4) == ARM_CALLS >> 4;
}

static uint16_t raw_u16(const struct formats_seen *seen, const char *at)
{
	return seen->swapped ? __builtin_bswap16(load_u16(at)) : load_u16(at);
}

static int32_t raw_s32(const struct formats_seen *seen, const char *at)
{
	return (int32_t)(seen->swapped ? __builtin_bswap32(load_u32(at)) : load_u32(at));
}

static int64_t raw_s64(const struct formats_seen *seen, const char *at)
{
	return (int64_t)(seen->swapped ? __builtin_bswap64(load_u64(at)) : load_u64(at));
}

void formats_note(struct formats_seen *seen, const struct event *ev, const struct sample *s)
{
	const char *raw = s->raw;
	uint32_t size = s->raw_size;

	if (!raw)
		return; /* not sampled: it tells nothing */

	seen->raw_min = seen->nr ? MIN(seen->raw_min, size) : size;
	seen->raw_max = MAX(seen->raw_max, size);
	seen->nr++;
	seen->not_its_own |= size < 2 || raw_u16(seen, raw) != ev->attr.config;
	seen->not_call32 |= size < 12 || !is_call(raw_s32(seen, raw + 8));
	seen->is64 |= s->ip > UINT32_MAX;
	seen->not_call64 |= size < 16 || !is_call(raw_s64(seen, raw + 8));
}

/* MMAP: u32 pid (-1: the kernel), tid, u64 start, len, address of the symbol, name. */
void formats_note_kernel(struct formats_kernel *k, const struct perf_event_header *rec)
{
	const char *at = (const char *)rec, *name = at + 40;
	size_t room = rec->size > 40 ? rec->size - 40 : 0, skip = strlen(KERNEL_NAME);

	if (rec->type != PERF_RECORD_MMAP || room <= skip || load_u32(at + 8) != UINT32_MAX ||
	    memcmp(name, KERNEL_NAME, skip) || !memchr(name, 0, room))
		return;
	k->start = load_u64(at + 32);
	k->end = load_u64(at + 16) + load_u64(at + 24);
	snprintf(k->symbol, sizeof(k->symbol), "%s", name + skip);
}

/* No kernel has larger ids; a record has 16 bits for it. */
static bool is_tracepoint(const struct event *ev)
{
	return ev->attr.type == PERF_TYPE_TRACEPOINT && ev->attr.config <= UINT16_MAX;
}

bool formats_missing(const struct perf_file *file)
{
	if (file->tps.nr)
		return false;
	for (uint32_t i = 0; i < file->nr_events; i++)
		if (is_tracepoint(&file->events[i]))
			return true;
	return false;
}

/* Is there a line "ADDRESS TYPE NAME" in the text of kallsyms? */
static bool has_symbol(const char *text, uint64_t addr, const char *name)
{
	size_t len = strlen(name);
	char start[24];

	snprintf(start, sizeof(start), "%016" PRIx64 " ", addr);
	for (const char *at = text; (at = strstr(at, start)); at++)
		if ((at == text || at[-1] == '\n') && at[17] && at[18] == ' ' &&
		    !strncmp(at + 19, name, len) && at[19 + len] == '\n')
			return true;
	return false;
}

/* Both ends of the text at the same addresses: no other build, and the same random place. */
static bool is_running(const struct formats_kernel *k)
{
	size_t len;
	char *text;
	bool same;

	if (!k->start || !k->end || !*k->symbol)
		return false;
	text = io_slurp("/proc/kallsyms", KALLSYMS_MAX, &len);
	same = text && has_symbol(text, k->start, k->symbol) &&
	       (has_symbol(text, k->end, "_etext") || has_symbol(text, k->end, "_edata"));
	free(text);
	return same;
}

/* Bytes of raw data: they and their size, which has four, fill a multiple of eight. */
static uint64_t raw_bytes(uint64_t record)
{
	return ALIGN_UP(record + 4, 8) - 4;
}

/* Are samples of a tracepoint with this format as large as those that were seen? */
static bool fits(const char *format, size_t len, const struct formats_seen *seen)
{
	struct tp_format tp = { 0 };
	char *text = strdup(format);
	bool dynamic = false, ok;
	uint64_t end = 0;
	uint32_t rest;

	if (!text)
		return false;
	ok = !tpfield_parse(&tp, text, len, &rest);
	if (ok)
		end = tp_raw_need(&tp);
	for (uint32_t i = 0; ok && i < tp.nr_fields; i++)
		dynamic |= (tp.fields[i].flags & (TP_DYNAMIC | TP_RELATIVE)) != 0;
	/* The kernel's structure may end in padding, of which its format tells nothing. */
	ok = ok && (!seen->nr ||
		    (end <= seen->raw_min && (dynamic || raw_bytes(end) == seen->raw_max ||
					      raw_bytes(ALIGN_UP(end, 8)) == seen->raw_max)));
	tpfield_release(&tp);
	free(text);
	return ok;
}

/* The tracepoints of this kernel by id. */
struct known {
	struct known_id {
		uint64_t id;
		const char *name;
	} * ids; /* ascending */
	char **names;
	size_t nr;
};

static int by_known_id(const void *a, const void *b)
{
	const struct known_id *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void known_release(struct known *k)
{
	tracefs_names_free(k->names, k->nr);
	free(k->ids);
	*k = (struct known){ 0 };
}

/* Without the right to read tracefs, none is known. */
static int known_init(struct known *k)
{
	*k = (struct known){ 0 };
	if (tracefs_event_names(&k->names, &k->nr, &(struct err){ 0 }))
		return 0;
	k->ids = calloc(k->nr, sizeof(*k->ids));
	if (!k->ids) {
		known_release(k);
		return -1;
	}
	for (size_t i = 0; i < k->nr; i++)
		k->ids[i] = (struct known_id){ tracefs_event_id(k->names[i]), k->names[i] };
	qsort(k->ids, k->nr, sizeof(*k->ids), by_known_id);
	return 0;
}

/* Fills @e with what this kernel says of its id. Returns 1, 0 when that is nothing, or -1. */
static int from_kernel(struct formats_entry *e, const struct formats_seen *seen,
		       const struct known *k)
{
	struct known_id key = { .id = e->id };
	const struct known_id *found;
	struct tracefs_event ev;

	if (!k->nr || seen->not_its_own)
		return 0;
	found = bsearch(&key, k->ids, k->nr, sizeof(*k->ids), by_known_id);
	if (!found || tracefs_event_read(&ev, found->name, &(struct err){ 0 }))
		return 0;
	if (!fits(ev.format, ev.format_len, seen)) {
		tracefs_event_release(&ev);
		return 0;
	}
	e->source = FORMAT_KERNEL;
	e->system = strdup(ev.system);
	e->name = strdup(ev.name);
	e->text = strdup(ev.format);
	tracefs_event_release(&ev);
	return e->system && e->name && e->text ? 1 : -1;
}

/* The four fields that every tracepoint begins with, since 2.6.39. */
static void add_common(struct buf *text, const char *name, uint64_t id)
{
	buf_printf(text,
		   "name: %s\nID: %" PRIu64 "\nformat:\n"
		   "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
		   "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
		   "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
		   "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n",
		   name, id);
}

static void add_enter(struct buf *text, uint64_t id, int size)
{
	add_common(text, "sys_enter", id);
	buf_printf(text,
		   "\tfield:long id;\toffset:8;\tsize:%d;\tsigned:1;\n"
		   "\tfield:unsigned long args[6];\toffset:%d;\tsize:%d;\tsigned:0;\n\n"
		   "print fmt: \"NR %%ld (%%lx, %%lx, %%lx, %%lx, %%lx, %%lx)\", REC->id, "
		   "REC->args[0], REC->args[1], REC->args[2], REC->args[3], REC->args[4], "
		   "REC->args[5]\n",
		   size, 8 + size, 6 * size);
}

static void add_exit(struct buf *text, uint64_t id, int size)
{
	add_common(text, "sys_exit", id);
	buf_printf(text,
		   "\tfield:long id;\toffset:8;\tsize:%d;\tsigned:1;\n"
		   "\tfield:long ret;\toffset:%d;\tsize:%d;\tsigned:1;\n\n"
		   "print fmt: \"NR %%ld = %%ld\", REC->id, REC->ret\n",
		   size, 8 + size, size);
}

/* Takes @text. Returns 0, or -1 when memory ran out on the way. */
static int fill(struct formats_entry *e, const char *system, const char *name, struct buf *text)
{
	buf_add(text, "", 1);
	e->system = strdup(system);
	e->name = strdup(name);
	if (text->failed || !e->system || !e->name) {
		buf_release(text);
		return -1;
	}
	e->text = (char *)text->data;
	return 0;
}

/* Sizes of raw data, its own four bytes and the padding included: those of no other layout. */
enum { ENTER64 = 68, EXIT64 = 28, ENTER32 = 36, EXIT32 = 20 };

/* Returns 1, 0 when the samples are none of raw_syscalls', or -1. */
static int from_records(struct formats_entry *e, const struct formats_seen *seen, bool *long32)
{
	uint32_t size = seen->raw_min;
	bool is64 = size == ENTER64 || size == EXIT64;
	bool is32 = (size == ENTER32 || size == EXIT32) && !seen->is64;
	bool enter = size == ENTER64 || size == ENTER32;
	struct buf text = { 0 };

	if (!seen->nr || seen->not_its_own || seen->raw_max != size ||
	    !((is64 && !seen->not_call64) || (is32 && !seen->not_call32)))
		return 0;
	e->source = FORMAT_RECORDS;
	*long32 |= is32;
	if (enter)
		add_enter(&text, e->id, is64 ? 8 : 4);
	else
		add_exit(&text, e->id, is64 ? 8 : 4);
	return fill(e, "raw_syscalls", enter ? "sys_enter" : "sys_exit", &text) ? -1 : 1;
}

static int from_nothing(struct formats_entry *e, const struct formats_seen *seen)
{
	struct buf text = { 0 };
	char name[32];

	e->source = FORMAT_NONE;
	snprintf(name, sizeof(name), "id_%" PRIu64, e->id);
	add_common(&text, name, e->id);
	if (seen->raw_min > 8)
		buf_printf(&text,
			   "\tfield:unsigned char data[%u];\toffset:8;\tsize:%u;\tsigned:0;\n",
			   seen->raw_min - 8, seen->raw_min - 8);
	buf_printf(&text, "\nprint fmt: \"\"\n");
	return fill(e, "unknown", name, &text);
}

/* What the recording has, whatever else of it is damaged. */
struct own_formats {
	const struct tp_table *tps;
	struct buf section;
	struct tracing tracing;
};

/* Without formats of its own, or when they cannot be read again, there are none. */
static void own_init(struct own_formats *own, const struct perf_file *file)
{
	*own = (struct own_formats){ .tps = &file->tps };
	if (!file->tps.nr ||
	    file_read_feature(file, FEATURE_TRACING_DATA, &own->section, &(struct err){ 0 }))
		return;
	tracing_parse(&own->tracing, own->section.data, own->section.len, file->path, 0,
		      &(struct err){ 0 });
}

static void own_release(struct own_formats *own)
{
	tracing_release(&own->tracing);
	buf_release(&own->section);
}

static bool is_named(const struct tracing_format *f, const struct tp_format *tp)
{
	static const char label[] = "name: ";
	size_t skip = strlen(label), len = strlen(tp->name);

	return !strcmp(f->system, tp->system) && f->text_len > skip + len &&
	       !memcmp(f->text, label, skip) && !memcmp(f->text + skip, tp->name, len) &&
	       f->text[skip + len] == '\n';
}

/* As from_kernel(). */
static int from_file(struct formats_entry *e, const struct own_formats *own)
{
	const struct tp_format *tp = tp_find(own->tps, e->id);

	for (uint32_t i = 0; tp && i < own->tracing.nr_formats; i++) {
		const struct tracing_format *f = &own->tracing.formats[i];

		if (!is_named(f, tp))
			continue;
		e->source = FORMAT_FILE;
		e->system = strdup(tp->system);
		e->name = strdup(tp->name);
		e->text = strndup(f->text, f->text_len);
		return e->system && e->name && e->text ? 1 : -1;
	}
	return 0;
}

static int find(struct formats *f, struct formats_entry *e, const struct own_formats *own,
		const struct known *k)
{
	int rc = from_file(e, own);

	if (!rc)
		rc = from_kernel(e, &e->seen, k);
	if (!rc)
		rc = from_records(e, &e->seen, &f->long32);
	return rc ? MIN(rc, 0) : from_nothing(e, &e->seen);
}

static int find_all(struct formats *f, const struct perf_file *file, struct err *err)
{
	struct known known = { 0 };
	struct own_formats own;
	int rc = f->running_kernel ? known_init(&known) : 0;

	own_init(&own, file);
	for (uint32_t i = 0; i < f->nr && !rc; i++)
		rc = find(f, &f->entries[i], &own, &known);
	own_release(&own);
	known_release(&known);
	return rc ? fail_mem(err) : 0;
}

static void add_seen(struct formats_seen *all, const struct formats_seen *more)
{
	if (!more->nr)
		return;
	all->raw_min = all->nr ? MIN(all->raw_min, more->raw_min) : more->raw_min;
	all->raw_max = MAX(all->raw_max, more->raw_max);
	all->nr += more->nr;
	all->not_its_own |= more->not_its_own;
	all->not_call64 |= more->not_call64;
	all->not_call32 |= more->not_call32;
	all->is64 |= more->is64;
}

static int by_id(const void *a, const void *b)
{
	const struct formats_entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* An entry for each id; events may share one, when they have different filters. */
static int list_ids(struct formats *f, const struct perf_file *file,
		    const struct formats_seen *seen, struct err *err)
{
	uint32_t nr = 0;

	f->entries = calloc(file->nr_events, sizeof(*f->entries));
	if (!f->entries)
		return fail_mem(err);
	for (uint32_t i = 0; i < file->nr_events; i++) {
		const struct event *ev = &file->events[i];

		if (is_tracepoint(ev))
			f->entries[nr++] =
				(struct formats_entry){ .id = ev->attr.config, .seen = seen[i] };
	}
	qsort(f->entries, nr, sizeof(*f->entries), by_id);
	for (uint32_t i = 0; i < nr; i++) {
		if (f->nr && f->entries[f->nr - 1].id == f->entries[i].id)
			add_seen(&f->entries[f->nr - 1].seen, &f->entries[i].seen);
		else
			f->entries[f->nr++] = f->entries[i];
	}
	if (f->nr > TRACING_FORMATS_MAX)
		return fail(err, ERR_DATA, "%s: %u tracepoints are more than a kernel has",
			    file->path, f->nr);
	return 0;
}

static int by_system(const void *a, const void *b)
{
	const struct formats_entry *x = a, *y = b;

	return strcmp(x->system, y->system);
}

int formats_find(struct formats *f, const struct perf_file *file, const struct formats_seen *seen,
		 const struct formats_kernel *k, struct err *err)
{
	*f = (struct formats){ 0 };
	if (!formats_missing(file) && !file->tps.nr_bad)
		return 0;
	f->running_kernel = is_running(k);
	f->long32 = file->tps.nr && file->tps.long_size == 4;
	if (list_ids(f, file, seen, err) || find_all(f, file, err)) {
		formats_release(f);
		return -1;
	}
	qsort(f->entries, f->nr, sizeof(*f->entries), by_system);
	return 0;
}

/* What tracefs says of its ring buffer. Nobody reads that of a recording, but perf wants a text. */
static const char header_page[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
				  "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
				  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
				  "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";

int formats_write(struct buf *out, const struct formats *f, struct err *err)
{
	struct tracing t = {
		.long_size = f->long32 ? 4 : 8,
		.page_size = sysconf(_SC_PAGESIZE),
		.header_page = header_page,
		.header_page_len = sizeof(header_page) - 1,
		.nr_formats = f->nr,
	};

	t.formats = calloc(f->nr, sizeof(*t.formats));
	if (!t.formats)
		return fail_mem(err);
	for (uint32_t i = 0; i < f->nr; i++)
		t.formats[i] = (struct tracing_format){
			.system = f->entries[i].system,
			.text = f->entries[i].text,
			.text_len = strlen(f->entries[i].text),
		};
	tracing_write(out, &t);
	free(t.formats);
	return out->failed ? fail_mem(err) : 0;
}

void formats_release(struct formats *f)
{
	for (uint32_t i = 0; i < f->nr; i++) {
		free(f->entries[i].system);
		free(f->entries[i].name);
		free(f->entries[i].text);
	}
	free(f->entries);
	*f = (struct formats){ 0 };
}
