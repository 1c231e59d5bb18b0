#include "report/rpt_print.h"
#include "report/batch.h"
#include "report/printer.h"
#include "report/session.h"
#include "report/values.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREAD_BYTES_MIN (1u << 20) /* of a recording's data */

struct print {
	struct consumer consumer;
	struct print_how how;
	const struct session *session; /* of the thread below */
	struct batches *batches;       /* all below is its business then; NULL: no thread */
	struct printer *printer;
	struct values values;
};

static int print_work(void *arg, const struct ordered_sample *os, struct err *err);

/* Not of a pipe: what comes shall be seen soon. */
static bool is_worth_a_thread(const struct print *p, const struct perf_file *file)
{
	cpu_set_t cpus;

	return !p->how.terminal && !file->sequential && file->data.size >= THREAD_BYTES_MIN &&
	       !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) >= 2;
}

static int print_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct print *p = (struct print *)consumer;

	if (p->how.wall && !s->file.wall_ns)
		return fail(err, ERR_DATA,
			    "%s: option --wall: the file does not say what the time of day was; "
			    "record with rec, or perf record -k mono",
			    s->file.path);
	if (print_fields_fit(&p->how.fields, &s->file, err))
		return -1;
	p->session = s;
	p->how.terminal = isatty(STDOUT_FILENO);
	p->printer = printer_new(&p->how, &s->file);
	if (!p->printer)
		return fail_mem(err);
	if (is_worth_a_thread(p, &s->file))
		p->batches = batches_new(print_work, p);
	return 0;
}

static int flush(struct print *p, struct err *err)
{
	struct text *t = printer_text(p->printer);
	size_t len = t->at - t->start;

	t->at = t->start;
	if (fwrite(t->start, 1, len, stdout) != len || (p->how.terminal && fflush(stdout)))
		return fail(err, ERR_IO, "cannot write the result: %s", strerror(errno));
	return 0;
}

static int print_line(struct print *p, const struct ordered_sample *os, const struct event *event,
		      uint64_t period, struct err *err)
{
	const struct text *t = printer_text(p->printer);

	if (printer_add(p->printer, os, event, period, err))
		return -1;
	return p->how.terminal || t->at - t->start >= PRINTER_TEXT_MAX ? flush(p, err) : 0;
}

static int print_one(struct print *p, const struct session *s, const struct ordered_sample *os,
		     struct err *err)
{
	struct values_iter i;
	const struct event *event;
	uint64_t growth;
	int rc;

	if (likely(!values_start(&i, os->event, os->rec)))
		return print_line(p, os, os->event, os->sample.period, err);
	while ((rc = values_next(&p->values, &i, &s->file, &event, &growth, err)) > 0)
		if (print_line(p, os, event, growth, err))
			return -1;
	return rc;
}

static int print_work(void *arg, const struct ordered_sample *os, struct err *err)
{
	struct print *p = arg;

	if (os->event)
		return print_one(p, p->session, os, err);
	printer_note(p->printer, os->rec);
	return 0;
}

static int print_add_sample(struct consumer *consumer, struct session *s,
			    const struct ordered_sample *os, struct err *err)
{
	struct print *p = (struct print *)consumer;

	return p->batches ? batches_push(p->batches, os, err) : print_one(p, s, os, err);
}

/* A failure of the thread is told with the next sample, or at the end. */
static void print_see_record(struct consumer *consumer, struct session *s,
			     const struct perf_event_header *rec)
{
	struct print *p = (struct print *)consumer;
	struct err err;

	(void)s;
	if (rec->type != PERF_RECORD_MMAP)
		return;
	if (p->batches)
		batches_push(p->batches, &(struct ordered_sample){ .rec = rec }, &err);
	else
		printer_note(p->printer, rec);
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
	p->how.ns = o->ns;
	p->how.wall = o->wall;
	p->consumer.start = print_start;
	p->consumer.add_sample = print_add_sample;
	p->consumer.see_record = print_see_record;
	p->consumer.finish = print_finish;
	if (!print_fields_parse(&p->how.fields, &o->fields, err))
		return &p->consumer;
	free(p);
	return NULL;
}

void print_destroy(struct consumer *consumer)
{
	struct print *p = (struct print *)consumer;

	batches_free(p->batches);
	printer_free(p->printer);
	values_release(&p->values);
	free(p);
}
