#include "report/rpt_print.h"
#include "common/ksyms.h"
#include "common/tpeval.h"
#include "report/batch.h"
#include "report/fields.h"
#include "report/session.h"
#include "report/values.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NS_PER_SEC 1000000000ull

#define THREAD_BYTES_MIN (1u << 20) /* of a recording's data */

#define FLUSH_BYTES  (64u << 10)
#define NAME_LEN_MAX 65536 /* of a task or an event; none is longer than a record or a feature */
#define CHAIN_MAX    127   /* addresses of a call chain that are printed, as perf does */

/* The longest line: the text, four bytes for each that is escaped, names, addresses, the rest. */
#define LINE_LEN_MAX (4 * TPEVAL_TEXT_MAX + 8 * NAME_LEN_MAX + CHAIN_MAX * 32 + 1024)

/* What is known about an event before its first sample. */
struct event_print {
	uint32_t fields; /* enum print_field */
	bool has_chain;
	struct tp_eval *eval; /* NULL: no tracepoint, or not yet compiled */
	size_t name_len;
};

/* What the front of a line depends on. No padding: it is compared as bytes. */
struct who {
	uint32_t comm_id, pid, tid, cpu, fields, has_chain;
};

struct print {
	struct consumer consumer;
	struct print_fields fields;
	bool ns, wall;
	bool terminal; /* the output is one: nothing of the file may reach it as it is */
	struct event_print *events; /* by index */
	size_t name_width;	    /* characters */
	struct tp_evals *evals;
	struct formats_kernel kernel; /* that was recorded */
	struct ksyms ksyms;	      /* read when the first name is wanted */
	bool ksyms_tried;
	struct values values;
	struct who who; /* of the text below */
	char who_text[128];
	size_t who_len;		       /* 0: there is none */
	const struct session *session; /* of the thread below */
	struct batches *batches;       /* all but the above is its business then; NULL: no thread */
	struct text text;
	uint64_t wall_sec; /* of the date below; NS_PER_SEC: there is none yet */
	char date[64];	   /* "2026-11-23 04:25:13" */
	uint64_t sec;	   /* of the text below */
	char sec_text[24];
	size_t sec_len;
};

/* ---- start ---- */

/* For a tp_evals. Without memory for names, there are none. */
static const char *resolve(void *arg, uint64_t addr, uint32_t *len, uint64_t *start)
{
	struct print *p = arg;
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

static int start_events(struct print *p, const struct perf_file *file, struct err *err)
{
	p->events = calloc(file->nr_events, sizeof(*p->events));
	p->evals = tp_evals_new(&file->tps);
	if (!p->events || !p->evals)
		return fail_mem(err);
	tp_evals_resolve(p->evals, resolve, p);
	for (uint32_t i = 0; i < file->nr_events; i++) {
		const struct event *event = &file->events[i];
		size_t len = MIN(strlen(event->name), NAME_LEN_MAX);

		p->name_width = MAX(p->name_width, len);
		p->events[i] = (struct event_print){
			.fields = p->fields.kinds[event_kind(event)].shown,
			.has_chain = event->attr.sample_type & PERF_SAMPLE_CALLCHAIN,
			.name_len = len,
		};
	}
	return 0;
}

static int start_text(struct print *p, struct err *err)
{
	size_t room = FLUSH_BYTES + LINE_LEN_MAX;

	p->text.start = p->text.at = malloc(room);
	if (!p->text.start)
		return fail_mem(err);
	p->text.end = p->text.start + room;
	p->terminal = isatty(STDOUT_FILENO);
	p->wall_sec = p->sec = UINT64_MAX;
	return 0;
}

static int print_work(void *arg, const struct ordered_sample *os, struct err *err);

/* Not of a pipe: what comes shall be seen soon. */
static bool is_worth_a_thread(const struct print *p, const struct perf_file *file)
{
	cpu_set_t cpus;

	return !p->terminal && !file->sequential && file->data.size >= THREAD_BYTES_MIN &&
	       !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) >= 2;
}

static int print_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct print *p = (struct print *)consumer;

	if (p->wall && !s->file.wall_ns)
		return fail(err, ERR_DATA,
			    "%s: option --wall: the file does not say what the time of day was; "
			    "record with rec, or perf record -k mono",
			    s->file.path);
	if (print_fields_fit(&p->fields, &s->file, err) || start_events(p, &s->file, err))
		return -1;
	if (start_text(p, err))
		return -1;
	p->session = s;
	if (is_worth_a_thread(p, &s->file))
		p->batches = batches_new(print_work, p);
	return 0;
}

/* ---- numbers with a width ---- */

static void add_signed(struct text *t, int32_t v, int width, bool zero, bool left)
{
	struct text_spec spec = {
		.conv = 'd', .zero = zero, .left = left, .width = width, .precision = -1
	};

	if (likely(v >= 0 && !left))
		text_dec(t, v, width, zero ? '0' : ' ');
	else
		text_number(t, &spec, (uint32_t)v, 32);
}

static void add_addr(struct text *t, uint64_t addr)
{
	text_hex(t, addr, 16, ' ');
}

/* ---- fields ---- */

static void print_comm(struct print *p, const struct ordered_sample *os, bool padded)
{
	char *start = p->text.at;
	size_t len = strnlen(os->comm, NAME_LEN_MAX);

	text_right(&p->text, os->comm, len, padded ? 16 : 0);
	if (p->terminal)
		text_escape(&p->text, start);
	text_char(&p->text, ' ');
}

static void print_task(struct print *p, const struct sample *s, uint32_t fields)
{
	if (fields & FIELD_PID && fields & FIELD_TID) {
		add_signed(&p->text, (int32_t)s->pid, 5, false, false);
		text_char(&p->text, '/');
		add_signed(&p->text, (int32_t)s->tid, 5, false, true);
	} else {
		add_signed(&p->text, (int32_t)(fields & FIELD_PID ? s->pid : s->tid), 5, false,
			   false);
	}
	text_char(&p->text, ' ');
}

static void print_cpu(struct print *p, const struct sample *s)
{
	text_char(&p->text, '[');
	add_signed(&p->text, (int32_t)s->cpu, 3, true, false);
	text_add(&p->text, "] ", 2);
}

/* ".123456" or ".123456789" */
static void print_fraction(struct print *p, uint64_t ns)
{
	text_char(&p->text, '.');
	if (p->ns) {
		text_char(&p->text, '0' + ns / 100000000);
		text_digits(&p->text, ns, 8);
	} else {
		text_digits(&p->text, ns / 1000, 6);
	}
}

static void make_date(struct print *p, uint64_t sec)
{
	time_t t = (time_t)sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(p->date, sizeof(p->date), "%F %H:%M:%S", &tm))
		snprintf(p->date, sizeof(p->date), "?");
	p->wall_sec = sec;
}

static void print_wall(struct print *p, const struct perf_file *file, uint64_t time)
{
	uint64_t ns = file->wall_ns + (time - file->clock_ns);

	if (ns / NS_PER_SEC != p->wall_sec)
		make_date(p, ns / NS_PER_SEC);
	text_str(&p->text, p->date);
	print_fraction(p, ns % NS_PER_SEC);
}

/* As "%12s" of seconds and microseconds, or "%5lu.%09llu". Thousands of lines have the same. */
static void print_seconds(struct print *p, uint64_t sec)
{
	struct text t = { p->sec_text, p->sec_text, p->sec_text + sizeof(p->sec_text) };

	if (sec != p->sec) {
		text_dec(&t, sec, 5, ' ');
		p->sec = sec;
		p->sec_len = t.at - t.start;
	}
	text_add(&p->text, p->sec_text, p->sec_len);
}

static void print_time(struct print *p, const struct perf_file *file, uint64_t time)
{
	if (p->wall) {
		print_wall(p, file, time);
	} else {
		print_seconds(p, time / NS_PER_SEC);
		print_fraction(p, time % NS_PER_SEC);
	}
	text_add(&p->text, ": ", 2);
}

static void print_name(struct print *p, const struct event *event, const struct event_print *e)
{
	char *start;

	text_fill(&p->text, ' ', (int64_t)(p->name_width - e->name_len));
	start = p->text.at;
	text_add(&p->text, event->name, e->name_len);
	if (p->terminal)
		text_escape(&p->text, start);
	text_add(&p->text, ": ", 2);
}

static int print_trace(struct print *p, const struct event *event, struct event_print *e,
		       const struct sample *s, struct err *err)
{
	char *start = p->text.at;

	if (!event->tp || !s->raw)
		return 0;
	if (!e->eval)
		e->eval = tp_evals_get(p->evals, event->tp);
	if (!e->eval)
		return fail_mem(err);
	tp_eval_print(e->eval, s->raw, s->raw_size, &p->text);
	if (p->terminal)
		text_escape(&p->text, start);
	return 0;
}

/* A line for each address; those from PERF_CONTEXT_MAX on tell what the next ones are. */
static void print_chain(struct print *p, const struct sample *s)
{
	uint32_t nr = 0;

	text_char(&p->text, '\n');
	for (uint64_t i = 0; i < s->nr_callchain && nr < CHAIN_MAX; i++) {
		uint64_t addr = load_u64(&s->callchain[i]);

		if (addr >= (uint64_t)PERF_CONTEXT_MAX)
			continue;
		text_char(&p->text, '\t');
		add_addr(&p->text, addr);
		text_char(&p->text, '\n');
		nr++;
	}
}

static void print_ip(struct print *p, const struct sample *s)
{
	if (s->callchain)
		return print_chain(p, s);
	text_char(&p->text, ' ');
	add_addr(&p->text, s->ip);
}

/* ---- a sample ---- */

/* Task and CPU. Most samples have those of the one before them. */
static void print_who(struct print *p, const struct ordered_sample *os, const struct event_print *e)
{
	const struct sample *s = &os->sample;
	const struct who who = { os->comm_id, s->pid, s->tid, s->cpu, e->fields, e->has_chain };
	char *start = p->text.at;
	size_t len;

	if (p->who_len && !memcmp(&who, &p->who, sizeof(who)))
		return text_add(&p->text, p->who_text, p->who_len);
	if (e->fields & FIELD_COMM)
		print_comm(p, os, !(e->fields & FIELD_IP && e->has_chain));
	if (e->fields & (FIELD_PID | FIELD_TID))
		print_task(p, s, e->fields);
	if (e->fields & FIELD_CPU)
		print_cpu(p, s);
	len = p->text.at - start;
	p->who = who;
	p->who_len = len <= sizeof(p->who_text) ? len : 0;
	memcpy(p->who_text, start, p->who_len);
}

static void print_front(struct print *p, const struct session *s, const struct ordered_sample *os,
			const struct event *event, uint64_t period)
{
	const struct event_print *e = &p->events[event->idx];
	const struct sample *sample = &os->sample;

	if (e->fields & (FIELD_COMM | FIELD_PID | FIELD_TID | FIELD_CPU))
		print_who(p, os, e);
	if (e->fields & FIELD_TOD) {
		print_wall(p, &s->file, sample->time);
		text_char(&p->text, ' ');
	}
	if (e->fields & FIELD_TIME)
		print_time(p, &s->file, sample->time);
	if (e->fields & FIELD_PERIOD) {
		text_dec(&p->text, period, 10, ' ');
		text_char(&p->text, ' ');
	}
	if (e->fields & FIELD_EVENT)
		print_name(p, event, e);
}

static int flush(struct print *p, struct err *err)
{
	size_t len = p->text.at - p->text.start;

	p->text.at = p->text.start;
	if (fwrite(p->text.start, 1, len, stdout) != len || (p->terminal && fflush(stdout)))
		return fail(err, ERR_IO, "cannot write the result: %s", strerror(errno));
	return 0;
}

/* @os: as a sample of @event, whose text is that of the event that was sampled. */
static int print_sample(struct print *p, const struct session *s, const struct ordered_sample *os,
			const struct event *event, uint64_t period, struct err *err)
{
	const struct event_print *e = &p->events[event->idx];

	if (!e->fields)
		return 0;
	print_front(p, s, os, event, period);
	if (e->fields & FIELD_TRACE &&
	    print_trace(p, os->event, &p->events[os->event->idx], &os->sample, err))
		return -1;
	if (e->fields & FIELD_ADDR)
		add_addr(&p->text, os->sample.addr);
	if (e->fields & FIELD_IP)
		print_ip(p, &os->sample);
	text_char(&p->text, '\n');
	if (p->terminal || p->text.at - p->text.start >= FLUSH_BYTES)
		return flush(p, err);
	return 0;
}

static int print_one(struct print *p, const struct session *s, const struct ordered_sample *os,
		     struct err *err)
{
	struct values_iter i;
	const struct event *event;
	uint64_t growth;
	int rc;

	if (likely(!values_start(&i, os->event, os->rec)))
		return print_sample(p, s, os, os->event, os->sample.period, err);
	while ((rc = values_next(&p->values, &i, &s->file, &event, &growth, err)) > 0)
		if (print_sample(p, s, os, event, growth, err))
			return -1;
	return rc;
}

static int print_work(void *arg, const struct ordered_sample *os, struct err *err)
{
	struct print *p = arg;

	if (os->event)
		return print_one(p, p->session, os, err);
	formats_note_kernel(&p->kernel, os->rec);
	return 0;
}

static int print_add_sample(struct consumer *consumer, struct session *s,
			    const struct ordered_sample *os, struct err *err)
{
	struct print *p = (struct print *)consumer;

	return p->batches ? batches_push(p->batches, os, err) : print_one(p, s, os, err);
}

/* A failure of the thread is told with the next sample, or at the end. */
static void print_see_record(struct consumer *consumer, const struct perf_event_header *rec)
{
	struct print *p = (struct print *)consumer;
	struct err err;

	if (rec->type != PERF_RECORD_MMAP)
		return;
	if (p->batches)
		batches_push(p->batches, &(struct ordered_sample){ .rec = rec }, &err);
	else
		formats_note_kernel(&p->kernel, rec);
}

static int print_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct print *p = (struct print *)consumer;
	char lost[32];

	if ((p->batches && batches_end(p->batches, err)) || flush(p, err))
		return -1;
	/* Not in the output: that is one line a sample, and nothing else. */
	if (formats_missing(&s->file))
		fprintf(stderr,
			"ana: %s: does not describe its tracepoints, so there is no text for them; "
			"try: ana repair %s\n",
			s->file.path, s->file.path);
	if (session_lost(s, NULL))
		fprintf(stderr, "ana: %s: %s events were lost when it was recorded\n", s->file.path,
			out_grouped(session_lost(s, NULL), lost));
	return 0;
}

struct consumer *print_create(const struct report_opts *o, struct err *err)
{
	struct print *p = calloc(1, sizeof(*p));

	if (!p) {
		fail_mem(err);
		return NULL;
	}
	p->ns = o->ns;
	p->wall = o->wall;
	p->consumer.start = print_start;
	p->consumer.add_sample = print_add_sample;
	p->consumer.see_record = print_see_record;
	p->consumer.finish = print_finish;
	if (!print_fields_parse(&p->fields, &o->fields, err))
		return &p->consumer;
	free(p);
	return NULL;
}

void print_destroy(struct consumer *consumer)
{
	struct print *p = (struct print *)consumer;

	batches_free(p->batches);
	tp_evals_free(p->evals);
	ksyms_release(&p->ksyms);
	values_release(&p->values);
	free(p->text.start);
	free(p->events);
	free(p);
}
