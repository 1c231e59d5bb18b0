#include "report/printer.h"
#include "common/ksyms.h"
#include "common/tpeval.h"
#include "report/raretext.h"

#include <stdio.h>
#include <stdlib.h>

#define NS_PER_SEC 1000000000ull

#define NAME_LEN_MAX 65536 /* of a task, an event, a host; hardly one is longer than a record */
#define CHAIN_MAX    127   /* addresses of a call chain that are printed, as perf does */

/* The longest line: the text, four bytes for each that is escaped, names, addresses, the rest. */
#define LINE_LEN_MAX \
	(4 * TPEVAL_TEXT_MAX + RARE_LEN_MAX + 12 * NAME_LEN_MAX + CHAIN_MAX * 32 + 1024)

/* What stands behind the event and what a tracepoint says. */
#define FIELDS_BEHIND (FIELD_ADDR | FIELD_IP | FIELD_BPF_OUTPUT | FIELDS_RARE)

/* A piece of a line that is used again. A copy of all its bytes is faster than one of some. */
#define PIECE_LEN_MAX 64

struct piece {
	char text[PIECE_LEN_MAX];
	uint32_t len; /* 0: there is none */
};

/* What is known about an event before its first sample. */
struct event_print {
	uint32_t fields; /* enum print_field */
	bool has_chain;
	bool is_bpf;	      /* its raw bytes are what a BPF program said */
	struct tp_eval *eval; /* NULL: no tracepoint, or not yet compiled */
	struct piece name;    /* with what is around it; none: it is too long */
};

/* What the front of a line depends on. No padding: it is compared as bytes. */
struct who {
	uint32_t comm_id, pid, tid, cpu, fields, has_chain;
};

/* Those of the CPUs' last samples; most of the next ones are the same. By the low bits of the CPU. */
#define WHOS 64

struct printer {
	const struct print_how *how;
	const struct perf_file *file;
	struct text text;
	struct event_print *events; /* by index */
	size_t name_width;	    /* characters */
	struct tp_evals *evals;
	struct formats_kernel kernel; /* that was recorded */
	struct rare_text rare;
	struct ksyms ksyms; /* read when the first name is wanted */
	bool ksyms_tried;
	uint64_t wall_sec; /* of the date below; UINT64_MAX: there is none yet */
	char date[64];	   /* "2026-11-23 04:25:13" */
	uint64_t sec;	   /* of the piece below */
	struct piece sec_text;
	struct {
		struct who who;
		struct piece text;
	} whos[WHOS];
};

uint64_t printer_nr_short(const struct printer *p)
{
	return p->rare.nr_short;
}

/* ---- pieces ---- */

/* What was added since @start. */
static void piece_keep(struct piece *piece, const struct printer *p, const char *start)
{
	size_t len = p->text.at - start;

	piece->len = len <= sizeof(piece->text) ? len : 0;
	memcpy(piece->text, start, piece->len);
}

/* There is always room for one. */
static inline void add_piece(struct printer *p, const struct piece *piece)
{
	memcpy(p->text.at, piece->text, sizeof(piece->text));
	p->text.at += piece->len;
}

/* ---- start ---- */

/* For a tp_evals. Without memory for names, there are none. */
static const char *resolve(void *arg, uint64_t addr, uint32_t *len, uint64_t *start)
{
	struct printer *p = arg;
	const struct ksym *sym;

	if (!p->ksyms_tried)
		ksyms_read(&p->ksyms, &p->kernel);
	p->ksyms_tried = true;
	sym = ksyms_find(&p->ksyms, addr);
	if (!sym)
		return NULL;
	*len = sym->len;
	*start = sym->start;
	return sym->name;
}

static size_t name_len(const struct event *event)
{
	return MIN(strlen(event->name), NAME_LEN_MAX);
}

static void add_name(struct printer *p, const struct event *event)
{
	size_t len = name_len(event);
	char *start;

	text_fill(&p->text, ' ', (int64_t)(p->name_width - len));
	start = p->text.at;
	text_add(&p->text, event->name, len);
	if (p->how->terminal)
		text_escape(&p->text, start);
	text_add(&p->text, ": ", 2);
}

static void start_events(struct printer *p)
{
	const struct perf_file *file = p->file;

	for (uint32_t i = 0; i < file->nr_events; i++)
		p->name_width = MAX(p->name_width, name_len(&file->events[i]));
	for (uint32_t i = 0; i < file->nr_events; i++) {
		const struct event *event = &file->events[i];
		struct event_print *e = &p->events[i];

		e->fields = p->how->fields.kinds[event_kind(event)].shown;
		e->has_chain = event->attr.sample_type & PERF_SAMPLE_CALLCHAIN;
		e->is_bpf = event->attr.type == PERF_TYPE_SOFTWARE &&
			    event->attr.config == PERF_COUNT_SW_BPF_OUTPUT;
		add_name(p, event);
		piece_keep(&e->name, p, p->text.start);
		p->text.at = p->text.start;
	}
}

struct printer *printer_new(const struct print_how *how, const struct perf_file *file)
{
	const size_t room = PRINTER_TEXT_MAX + LINE_LEN_MAX;
	struct printer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->how = how;
	p->file = file;
	p->wall_sec = p->sec = UINT64_MAX;
	p->rare.terminal = how->terminal;
	p->rare.regs = reg_names_find(file->arch);
	p->events = calloc(file->nr_events, sizeof(*p->events));
	p->evals = tp_evals_new(&file->tps);
	p->text.start = p->text.at = malloc(room);
	if (!p->events || !p->evals || !p->text.start) {
		printer_free(p);
		return NULL;
	}
	p->text.end = p->text.start + room;
	tp_evals_resolve(p->evals, resolve, p);
	start_events(p);
	return p;
}

void printer_free(struct printer *p)
{
	if (!p)
		return;
	tp_evals_free(p->evals);
	ksyms_release(&p->ksyms);
	free(p->text.start);
	free(p->events);
	free(p);
}

struct text *printer_text(struct printer *p)
{
	return &p->text;
}

void printer_note(struct printer *p, const struct perf_event_header *rec)
{
	formats_note_kernel(&p->kernel, rec);
}

/* ---- host, task and CPU ---- */

static void add_signed(struct text *t, int32_t v, int width, bool zero, bool left)
{
	struct text_spec spec = {
		.conv = 'd', .zero = zero, .left = left, .width = width, .precision = -1
	};

	text_number(t, &spec, (uint32_t)v, 32);
}

/* In a column on the left. */
static void add_host(struct printer *p)
{
	const char *host = p->how->host;
	size_t len = strnlen(host, NAME_LEN_MAX);
	char *start = p->text.at;

	text_add(&p->text, host, len);
	if (p->how->terminal)
		text_escape(&p->text, start);
	text_fill(&p->text, ' ', p->how->host_width - (int64_t)len);
	text_char(&p->text, ' ');
}

static void add_comm(struct printer *p, const struct ordered_sample *os, bool padded)
{
	char *start = p->text.at;
	size_t len = strnlen(os->comm, NAME_LEN_MAX);

	text_right(&p->text, os->comm, len, padded ? 16 : 0);
	if (p->how->terminal)
		text_escape(&p->text, start);
	text_char(&p->text, ' ');
}

static void add_task(struct text *t, const struct sample *s, uint32_t fields)
{
	if (fields & FIELD_PID && fields & FIELD_TID) {
		add_signed(t, (int32_t)s->pid, 5, false, false);
		text_char(t, '/');
		add_signed(t, (int32_t)s->tid, 5, false, true);
	} else {
		add_signed(t, (int32_t)(fields & FIELD_PID ? s->pid : s->tid), 5, false, false);
	}
	text_char(t, ' ');
}

static void add_cpu(struct text *t, const struct sample *s)
{
	text_char(t, '[');
	add_signed(t, (int32_t)s->cpu, 3, true, false);
	text_add(t, "] ", 2);
}

static void add_who(struct printer *p, const struct ordered_sample *os, const struct event_print *e)
{
	const struct sample *s = &os->sample;
	const struct who who = { os->comm_id, s->pid, s->tid, s->cpu, e->fields, e->has_chain };
	struct who *kept = &p->whos[s->cpu % WHOS].who;
	struct piece *piece = &p->whos[s->cpu % WHOS].text;
	char *start = p->text.at;

	if (likely(piece->len && !memcmp(&who, kept, sizeof(who))))
		return add_piece(p, piece);
	if (e->fields & FIELD_HOST)
		add_host(p);
	if (e->fields & FIELD_COMM)
		add_comm(p, os, !(e->fields & FIELD_IP && e->has_chain));
	if (e->fields & (FIELD_PID | FIELD_TID))
		add_task(&p->text, s, e->fields);
	if (e->fields & FIELD_CPU)
		add_cpu(&p->text, s);
	*kept = who;
	piece_keep(piece, p, start);
}

/* ---- time ---- */

/* ".123456" or ".123456789" */
static void add_fraction(struct printer *p, uint32_t ns)
{
	text_char(&p->text, '.');
	if (p->how->ns) {
		text_char(&p->text, '0' + ns / 100000000);
		text_digits(&p->text, ns, 8);
	} else {
		text_digits(&p->text, ns / 1000, 6);
	}
}

static void make_date(struct printer *p, uint64_t sec)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(p->date, sizeof(p->date), "%F %H:%M:%S", &tm))
		snprintf(p->date, sizeof(p->date), "?");
	p->wall_sec = sec;
}

static void add_wall(struct printer *p, uint64_t time)
{
	uint64_t ns = p->file->wall_ns + (time - p->file->clock_ns);

	if (ns / NS_PER_SEC != p->wall_sec)
		make_date(p, ns / NS_PER_SEC);
	text_str(&p->text, p->date);
	add_fraction(p, ns % NS_PER_SEC);
}

/* As "%12s" of seconds and microseconds, or "%5lu.%09llu". */
static void add_seconds(struct printer *p, uint64_t sec)
{
	char *start = p->text.at;

	if (likely(sec == p->sec))
		return add_piece(p, &p->sec_text);
	text_dec(&p->text, sec, 5, ' ');
	p->sec = sec;
	piece_keep(&p->sec_text, p, start);
}

static void add_time(struct printer *p, uint64_t time)
{
	uint64_t sec = time / NS_PER_SEC;

	if (p->how->wall) {
		add_wall(p, time);
	} else {
		add_seconds(p, sec);
		add_fraction(p, time - sec * NS_PER_SEC);
	}
	text_add(&p->text, ": ", 2);
}

/* ---- what was sampled ---- */

static int add_trace(struct printer *p, const struct event *event, const struct sample *s,
		     struct err *err)
{
	struct event_print *e = &p->events[event->idx];
	char *start = p->text.at;

	if (!event->tp || !s->raw)
		return 0;
	if (!e->eval)
		e->eval = tp_evals_get(p->evals, event->tp);
	if (!e->eval)
		return fail_mem(err);
	tp_eval_print(e->eval, s->raw, s->raw_size, &p->text);
	if (p->how->terminal)
		text_escape(&p->text, start);
	return 0;
}

/* A line for each address; those from PERF_CONTEXT_MAX on tell what the next ones are. */
static void add_chain(struct text *t, const struct sample *s)
{
	uint32_t nr = 0;

	text_char(t, '\n');
	for (uint64_t i = 0; i < s->nr_callchain && nr < CHAIN_MAX; i++) {
		uint64_t addr = load_u64(&s->callchain[i]);

		if (addr >= (uint64_t)PERF_CONTEXT_MAX)
			continue;
		text_char(t, '\t');
		text_hex(t, addr, 16, ' ');
		text_char(t, '\n');
		nr++;
	}
}

static void add_ip(struct text *t, const struct sample *s)
{
	if (s->callchain)
		return add_chain(t, s);
	text_char(t, ' ');
	text_hex(t, s->ip, 16, ' ');
}

/* Of the event that was sampled. */
static void add_behind(struct printer *p, const struct ordered_sample *os, uint32_t fields,
		       bool is_bpf)
{
	const struct sample *s = &os->sample;
	struct text *t = &p->text;
	struct rare rare;

	if (fields & FIELDS_RARE)
		rare_find(&p->rare, &rare, os->event, os->rec);
	if (fields & FIELD_ADDR)
		text_hex(t, s->addr, 16, ' ');
	if (fields & FIELDS_RARE)
		rare_add_access(&p->rare, t, &rare, fields);
	if (fields & FIELD_IP)
		add_ip(t, s);
	if (fields & FIELDS_RARE)
		rare_add_state(&p->rare, t, &rare, fields);
	if (fields & FIELD_BPF_OUTPUT && is_bpf && s->raw)
		rare_add_bpf(&p->rare, t, s->raw, s->raw_size);
	if (fields & FIELDS_RARE)
		rare_add_memory(t, &rare, fields);
}

/* ---- a line ---- */

static void add_before_time(struct printer *p, const struct ordered_sample *os, uint32_t fields)
{
	if (fields & FIELD_MISC)
		rare_add_misc(&p->text, os->sample.misc);
	if (fields & FIELD_TOD) {
		add_wall(p, os->sample.time);
		text_char(&p->text, ' ');
	}
}

static void add_front(struct printer *p, const struct ordered_sample *os, const struct event *event,
		      uint64_t period)
{
	const struct event_print *e = &p->events[event->idx];
	const uint32_t fields = e->fields;

	if (fields & (FIELD_HOST | FIELD_COMM | FIELD_PID | FIELD_TID | FIELD_CPU))
		add_who(p, os, e);
	if (unlikely(fields & (FIELD_MISC | FIELD_TOD)))
		add_before_time(p, os, fields);
	if (fields & FIELD_TIME)
		add_time(p, os->sample.time);
	if (unlikely(fields & FIELD_PERIOD)) {
		text_dec(&p->text, period, 10, ' ');
		text_char(&p->text, ' ');
	}
	if (likely(fields & FIELD_EVENT && e->name.len))
		add_piece(p, &e->name);
	else if (fields & FIELD_EVENT)
		add_name(p, event);
}

int printer_add(struct printer *p, const struct ordered_sample *os, const struct event *event,
		uint64_t period, struct err *err)
{
	const uint32_t fields = p->events[event->idx].fields;

	if (!fields)
		return 0;
	add_front(p, os, event, period);
	if (fields & FIELD_TRACE && add_trace(p, os->event, &os->sample, err))
		return -1;
	if (unlikely(fields & FIELDS_BEHIND))
		add_behind(p, os, fields, p->events[event->idx].is_bpf);
	text_char(&p->text, '\n');
	return 0;
}
