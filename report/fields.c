#include "report/fields.h"
#include "common/near.h"

#include <stdio.h>

#define ALWAYS	(FIELD_HOST | FIELD_COMM | FIELD_TID | FIELD_CPU | FIELD_TIME | FIELD_EVENT)
#define SAMPLED (ALWAYS | FIELD_IP | FIELD_PERIOD)

/* Where the data of a raw event of the CPU lay. */
#define ACCESS                                                                          \
	(FIELD_ADDR | FIELD_DATA_SRC | FIELD_WEIGHT | FIELD_INS_LAT | FIELD_PHYS_ADDR | \
	 FIELD_DATA_PAGE_SIZE | FIELD_CODE_PAGE_SIZE)

/* What neither CPUs nor breakpoints have. */
#define OF_KERNEL (FIELD_TRACE | FIELD_BPF_OUTPUT)

static const struct {
	const char *name; /* in front of a ":" in -F; NULL: none */
	uint32_t shown, invalid;
} kinds[NR_KINDS] = {
	[KIND_HW] = { "hw", SAMPLED, OF_KERNEL },
	[KIND_SW] = { "sw", SAMPLED | FIELD_BPF_OUTPUT, FIELD_TRACE },
	[KIND_TRACE] = { "trace", ALWAYS | FIELD_TRACE, 0 },
	[KIND_HW_CACHE] = { NULL, SAMPLED, OF_KERNEL },
	[KIND_RAW] = { "raw", SAMPLED | ACCESS, OF_KERNEL },
	[KIND_BREAK] = { "break", SAMPLED, OF_KERNEL },
	[KIND_OTHER] = { NULL, SAMPLED, OF_KERNEL },
	[KIND_SYNTH] = { "synth", SAMPLED, OF_KERNEL },
};

static const struct {
	const char *name;
	uint32_t field;
	uint64_t sample_type; /* of which it needs one; 0: none */
	const char *needs;
} fields[] = {
	{ "comm", FIELD_COMM, 0, NULL },
	{ "tid", FIELD_TID, PERF_SAMPLE_TID, "task" },
	{ "pid", FIELD_PID, PERF_SAMPLE_TID, "task" },
	{ "time", FIELD_TIME, PERF_SAMPLE_TIME, "time" },
	{ "tod", FIELD_TOD, PERF_SAMPLE_TIME, "time" },
	{ "cpu", FIELD_CPU, PERF_SAMPLE_CPU, "CPU" },
	{ "event", FIELD_EVENT, 0, NULL },
	{ "trace", FIELD_TRACE, 0, NULL },
	{ "ip", FIELD_IP, PERF_SAMPLE_IP, "IP" },
	{ "addr", FIELD_ADDR, PERF_SAMPLE_ADDR, "address" },
	{ "period", FIELD_PERIOD, 0, NULL },
	{ "misc", FIELD_MISC, 0, NULL },
	{ "data_src", FIELD_DATA_SRC, PERF_SAMPLE_DATA_SRC, "data source" },
	{ "weight", FIELD_WEIGHT, PERF_SAMPLE_WEIGHT_TYPE, "weight" },
	{ "ins_lat", FIELD_INS_LAT, PERF_SAMPLE_WEIGHT_STRUCT, "latency" },
	{ "iregs", FIELD_IREGS, PERF_SAMPLE_REGS_INTR, "registers at the interrupt" },
	{ "uregs", FIELD_UREGS, PERF_SAMPLE_REGS_USER, "registers of the program" },
	{ "brstack", FIELD_BRSTACK, 0, NULL },
	{ "bpf-output", FIELD_BPF_OUTPUT, 0, NULL },
	{ "phys_addr", FIELD_PHYS_ADDR, PERF_SAMPLE_PHYS_ADDR, "physical address" },
	{ "data_page_size", FIELD_DATA_PAGE_SIZE, PERF_SAMPLE_DATA_PAGE_SIZE,
	  "page size of the data" },
	{ "code_page_size", FIELD_CODE_PAGE_SIZE, PERF_SAMPLE_CODE_PAGE_SIZE,
	  "page size of the code" },
	{ "host", FIELD_HOST, 0, NULL },
};

/* What perf shows by default and print never does: to be left out, they may be named. */
static const char *const symbols[] = { "sym", "symoff", "dso" };

/* What perf script has besides, and what print would need for it. */
static const struct {
	const char *name, *needs;
} others[] = {
	{ "srcline", "symbols, which are not looked up yet" },
	{ "srccode", "symbols, which are not looked up yet" },
	{ "brstacksym", "symbols, which are not looked up yet; brstack shows addresses" },
	{ "brstackoff", "symbols, which are not looked up yet; brstack shows addresses" },
	{ "brstackinsn", "the code of the programs, which is not read" },
	{ "brstackinsnlen", "the code of the programs, which is not read" },
	{ "insn", "the code of the programs, which is not read" },
	{ "insnlen", "the code of the programs, which is not read" },
	{ "callindent", "a trace of instructions, which is not decoded" },
	{ "flags", "a trace of instructions, which is not decoded" },
	{ "ipc", "a trace of instructions, which is not decoded" },
	{ "synth", "a trace of instructions, which is not decoded" },
	{ "metric", "definitions of metrics, which there are none of" },
	{ "machine_pid", "what perf inject adds of a guest, which is not read" },
	{ "vcpu", "what perf inject adds of a guest, which is not read" },
	{ "cgroup", "the paths of cgroups; dump shows their numbers" },
	{ "retire_lat", "a perf newer than 6.1 to follow; dump shows it with the weight" },
};

enum change { CHANGE_NONE, CHANGE_SET, CHANGE_ADD, CHANGE_REMOVE };

/* A -F that is being parsed. */
struct request {
	struct print_fields *f;
	int kind; /* -1: all */
	enum change change;
	struct err *err;
};

enum event_kind event_kind(const struct event *event)
{
	switch (event->attr.type) {
	case PERF_TYPE_HARDWARE:
		return KIND_HW;
	case PERF_TYPE_SOFTWARE:
		return KIND_SW;
	case PERF_TYPE_TRACEPOINT:
		return KIND_TRACE;
	case PERF_TYPE_HW_CACHE:
		return KIND_HW_CACHE;
	case PERF_TYPE_RAW:
		return KIND_RAW;
	case PERF_TYPE_BREAKPOINT:
		return KIND_BREAK;
	default:
		return KIND_OTHER;
	}
}

static bool is_one_of(const char *name, const char *const *list, size_t nr)
{
	while (nr--)
		if (!strcmp(name, list[nr]))
			return true;
	return false;
}

static uint32_t find_field(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(name, fields[i].name))
			return fields[i].field;
	return 0;
}

/* All that there are, as a user may name them. */
static const char *field_names(char *text, size_t room)
{
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fields) && len < room; i++)
		len += snprintf(text + len, room - len, "%s%s", i ? ", " : "", fields[i].name);
	return text;
}

static int fail_unknown(const char *name, struct err *err)
{
	const char *names[ARRAY_SIZE(fields)];
	char near[256];

	if (is_one_of(name, symbols, ARRAY_SIZE(symbols)))
		return fail(err, ERR_USAGE,
			    "option -F: no symbols are looked up yet: %s can only be left out, as "
			    "-%s",
			    name, name);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(name, others[i].name))
			return fail(err, ERR_USAGE, "option -F: %s is not printed: it takes %s",
				    name, others[i].needs);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		names[i] = fields[i].name;
	if (near_pick(near, sizeof(near), name, names, ARRAY_SIZE(fields)))
		return fail(err, ERR_USAGE, "option -F: no such field: %s; did you mean %s?", name,
			    near);
	return fail(err, ERR_USAGE, "option -F: no such field: %s; there are %s", name,
		    field_names(near, sizeof(near)));
}

static void change_kind(struct request *r, int kind, uint32_t field)
{
	struct kind_fields *k = &r->f->kinds[kind];

	if (r->change == CHANGE_REMOVE)
		k->shown &= ~field;
	else
		k->shown |= field;
	k->is_set = true;
	if (r->kind >= 0 && field != FIELD_HOST)
		return;
	if (r->change == CHANGE_REMOVE)
		k->asked &= ~field;
	else
		k->asked |= field;
}

static int change_field(struct request *r, const char *name, uint32_t field)
{
	if (r->kind >= 0 && kinds[r->kind].invalid & field)
		return fail(r->err, ERR_USAGE, "option -F: %s events have no %s",
			    kinds[r->kind].name, name);
	for (int i = 0; i < NR_KINDS; i++)
		if ((r->kind < 0 || r->kind == i) && !(kinds[i].invalid & field))
			change_kind(r, i, field);
	return 0;
}

/* One word between two commas. */
static int parse_field(struct request *r, const char *word)
{
	const enum change change = *word == '+'	  ? CHANGE_ADD
				   : *word == '-' ? CHANGE_REMOVE
						  : CHANGE_SET;
	uint32_t field;

	if (r->change != CHANGE_NONE && (r->change == CHANGE_SET) != (change == CHANGE_SET))
		return fail(r->err, ERR_USAGE,
			    "option -F: %s: fields with and without + or - do not mix", word);
	r->change = change;
	word += change != CHANGE_SET;
	field = find_field(word);
	if (!field && (change != CHANGE_REMOVE || !is_one_of(word, symbols, ARRAY_SIZE(symbols))))
		return fail_unknown(word, r->err);
	return change_field(r, word, field);
}

/* "trace:comm,time": sets the kind. Returns what is behind the colon; NULL: no such kind. */
static const char *parse_kind(struct request *r, const char *text)
{
	const char *colon = strchr(text, ':');

	r->kind = -1;
	if (!colon)
		return text;
	for (int i = 0; i < NR_KINDS; i++) {
		const char *name = kinds[i].name;

		if (name && strlen(name) == (size_t)(colon - text) &&
		    !memcmp(name, text, strlen(name)))
			r->kind = i;
	}
	if (r->kind >= 0)
		return colon + 1;
	fail(r->err, ERR_USAGE,
	     "option -F: no such kind of events: %.*s; there are hw, sw, trace, "
	     "raw, break, synth",
	     (int)(colon - text), text);
	return NULL;
}

/* A list without + and - begins with nothing. */
static void clear_kinds(struct request *r)
{
	for (int i = 0; i < NR_KINDS; i++)
		if (r->kind < 0 || r->kind == i)
			r->f->kinds[i] = (struct kind_fields){ .is_set = true };
}

static int parse_word(struct print_fields *f, const char *text, struct err *err)
{
	struct request r = { .f = f, .err = err };
	const char *at = parse_kind(&r, text);
	char word[64];

	if (!at)
		return -1;
	if (!*at && r.kind < 0)
		return fail(err, ERR_USAGE, "option -F: no field is named");
	if (!strpbrk(at, "+-"))
		clear_kinds(&r);
	while (*at) {
		size_t len = strcspn(at, ",");

		snprintf(word, sizeof(word), "%.*s", (int)MIN(len, sizeof(word)), at);
		if (len && parse_field(&r, word))
			return -1;
		at += len + (at[len] == ',');
	}
	return 0;
}

int print_fields_parse(struct print_fields *f, const struct opt_words *words, struct err *err)
{
	*f = (struct print_fields){ 0 };
	for (int i = 0; i < NR_KINDS; i++)
		f->kinds[i].shown = kinds[i].shown;
	for (size_t i = 0; i < words->nr; i++)
		if (parse_word(f, words->at[i].word, err))
			return -1;
	return 0;
}

/* A dummy carries what is no sample. */
static bool is_dummy(const struct event *event)
{
	return event->attr.type == PERF_TYPE_SOFTWARE && event->attr.config == PERF_COUNT_SW_DUMMY;
}

const char *print_fields_name(unsigned i)
{
	return i < ARRAY_SIZE(fields) ? fields[i].name : NULL;
}

static const struct event *first_of_kind(const struct perf_file *file, int kind)
{
	for (uint32_t i = 0; i < file->nr_events; i++)
		if (!is_dummy(&file->events[i]) && (int)event_kind(&file->events[i]) == kind)
			return &file->events[i];
	return NULL;
}

static int fit_kind(struct kind_fields *k, const struct event *first, const char *path,
		    struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		uint64_t needs = fields[i].sample_type;

		if (!(k->shown & fields[i].field) || !needs || first->attr.sample_type & needs)
			continue;
		if (k->asked & fields[i].field)
			return fail(err, ERR_DATA,
				    "%s: option -F: samples of %s have no %s, so %s cannot be "
				    "printed",
				    path, first->name, fields[i].needs, fields[i].name);
		k->shown &= ~fields[i].field;
	}
	return 0;
}

/* Call chains of tracepoints are shown when there are some. */
static void show_chains(struct print_fields *f, const struct perf_file *file)
{
	struct kind_fields *k = &f->kinds[KIND_TRACE];

	for (uint32_t i = 0; i < file->nr_events && !k->is_set; i++)
		if (event_kind(&file->events[i]) == KIND_TRACE &&
		    file->events[i].attr.sample_type & PERF_SAMPLE_CALLCHAIN)
			k->shown |= FIELD_IP;
}

int print_fields_fit(struct print_fields *f, const struct perf_file *file, bool hosts,
		     struct err *err)
{
	for (int i = 0; i < NR_KINDS; i++) {
		const struct event *first = first_of_kind(file, i);

		if (!hosts && !(f->kinds[i].asked & FIELD_HOST))
			f->kinds[i].shown &= ~(uint32_t)FIELD_HOST;
		if (first && f->kinds[i].shown && fit_kind(&f->kinds[i], first, file->path, err))
			return -1;
		if (first && f->kinds[i].shown & FIELD_TOD && !file->wall_ns)
			return fail(
				err, ERR_DATA,
				"%s: option -F: tod: the file does not say what the time of day "
				"was; record with rec, or perf record -k mono",
				file->path);
	}
	show_chains(f, file);
	return 0;
}

bool print_fields_show(const struct print_fields *f, const struct perf_file *file,
		       enum print_field field)
{
	for (uint32_t i = 0; i < file->nr_events; i++)
		if (!is_dummy(&file->events[i]) &&
		    f->kinds[event_kind(&file->events[i])].shown & field)
			return true;
	return false;
}
