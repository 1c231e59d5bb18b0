#include "report/rpt_print.h"
#include "common/thread.h"
#include "report/batch.h"
#include "report/printer.h"
#include "report/session.h"
#include "report/tell.h"
#include "report/values.h"
#include "report/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREAD_BYTES_MIN (1u << 20) /* of a recording's data */

/* One of the files. */
struct file_print {
	struct print_how how;
	const struct perf_file *file;
	struct printer *printer;
	struct values values;
};

struct print {
	struct consumer consumer;
	struct print_how how;	   /* as it was asked for */
	struct file_print **files; /* by session.idx */
	uint32_t nr_files;
	bool any;		 /* there was a sample */
	bool live;		 /* something is a pipe: what comes shall be seen soon */
	struct batches *batches; /* all below is its business then; NULL: no thread */
	struct file_print *last; /* whose text is not yet written; NULL: of nobody */
};

static int print_work(void *arg, const struct ordered_sample *os, struct err *err);

static bool is_worth_a_thread(const struct print *p, const struct perf_file *file)
{
	return !p->how.terminal && file->data.size >= THREAD_BYTES_MIN && thread_cpus() >= 2;
}

/* One for all files, if any of them is worth it. */
static void choose_thread(struct print *p, const struct perf_file *file)
{
	p->live |= file->sequential;
	if (p->live) {
		batches_free(p->batches);
		p->batches = NULL;
	} else if (!p->batches && is_worth_a_thread(p, file)) {
		p->batches = batches_new(print_work, p);
	}
}

static struct file_print *add_file(struct print *p, uint32_t idx)
{
	struct file_print **files = realloc(p->files, (idx + 1) * sizeof(struct file_print *));

	if (!files)
		return NULL;
	p->files = files;
	while (p->nr_files <= idx)
		files[p->nr_files++] = NULL;
	files[idx] = calloc(1, sizeof(**files));
	return files[idx];
}

/* With --wall: is there something to say it with, and, unless no time is wanted, of? */
static int check_wall(const struct print *p, const struct file_print *f,
		      const struct perf_file *file, struct err *err)
{
	if (!file->wall_ns)
		return fail(err, ERR_DATA,
			    "%s: option --wall: the file does not say what the time of day was; "
			    "record with rec, or perf record -k mono",
			    file->path);
	if (print_fields_show(&p->how.fields, file, FIELD_TIME) &&
	    !print_fields_show(&f->how.fields, file, FIELD_TIME))
		return fail(err, ERR_DATA, "%s: option --wall: its samples have no time",
			    file->path);
	return 0;
}

static int print_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct print *p = (struct print *)consumer;
	struct file_print *f = add_file(p, s->idx);
	const char *host = s->file.hostname;

	if (!f)
		return fail_mem(err);
	f->file = &s->file;
	f->how = p->how;
	f->how.host = host ? host : "?";
	f->how.host_width = s->host_width;
	f->how.terminal = p->how.terminal = isatty(STDOUT_FILENO);
	if (print_fields_fit(&f->how.fields, &s->file, s->host, err) ||
	    (p->how.wall && check_wall(p, f, &s->file, err)) ||
	    filter_by_member(&s->filter, &s->file, err))
		return -1;
	f->printer = printer_new(&f->how, &s->file);
	if (!f->printer)
		return fail_mem(err);
	choose_thread(p, &s->file);
	if (s->idx == 1) /* of several, little is written at once: see take_turn() */
		setvbuf(stdout, NULL, _IOFBF, PRINTER_TEXT_MAX);
	return 0;
}

/* What was printed goes to stdout. */
static int flush(struct print *p, struct err *err)
{
	struct text *t = p->last ? printer_text(p->last->printer) : NULL;
	size_t len = t ? t->at - t->start : 0;

	p->last = NULL;
	if (!len)
		return 0;
	t->at = t->start;
	if (fwrite(t->start, 1, len, stdout) != len || (p->how.terminal && fflush(stdout)))
		return fail(err, ERR_IO, "cannot write the result: %s", strerror(errno));
	return 0;
}

/* Lines of several files take turns. */
static struct file_print *take_turn(struct print *p, const struct session *s, struct err *err)
{
	struct file_print *f = p->files[s->idx];

	if (p->last != f && flush(p, err))
		return NULL;
	p->last = f;
	return f;
}

static int print_line(struct print *p, struct file_print *f, const struct ordered_sample *os,
		      const struct event *event, uint64_t period, struct err *err)
{
	const struct text *t = printer_text(f->printer);

	if (printer_add(f->printer, os, event, period, err))
		return -1;
	return p->how.terminal || t->at - t->start >= PRINTER_TEXT_MAX ? flush(p, err) : 0;
}

/* A line for each counter that has grown. */
static int print_values(struct print *p, struct file_print *f, const struct ordered_sample *os,
			struct values_iter *i, struct err *err)
{
	const struct filter *filter = &os->session->filter;
	const struct event *event;
	uint64_t growth;
	int rc;

	while ((rc = values_next(&f->values, i, &os->session->file, &event, &growth, err)) > 0) {
		if (filter->late &&
		    !filter_takes_member(filter, os->event, event, os->rec, os->comm))
			continue;
		if (print_line(p, f, os, event, growth, err))
			return -1;
	}
	return rc;
}

static int print_one(struct print *p, const struct ordered_sample *os, struct err *err)
{
	struct file_print *f = take_turn(p, os->session, err);
	struct values_iter i;

	if (!f)
		return -1;
	if (likely(!values_start(&i, os->event, os->rec)))
		return print_line(p, f, os, os->event, os->sample.period, err);
	return print_values(p, f, os, &i, err);
}

static int print_work(void *arg, const struct ordered_sample *os, struct err *err)
{
	struct print *p = arg;

	if (os->event)
		return print_one(p, os, err);
	printer_note(p->files[os->session->idx]->printer, os->rec);
	return 0;
}

static int print_add_sample(struct consumer *consumer, struct session *s,
			    const struct ordered_sample *os, struct err *err)
{
	struct print *p = (struct print *)consumer;
	struct ordered_sample own;

	(void)s;
	p->any = true;
	if (p->batches)
		return batches_push(p->batches, os, err);
	own.session = os->session;
	own.rec = os->rec;
	own.event = os->event;
	own.comm = os->comm;
	own.comm_id = os->comm_id;
	/* It is whole: that was seen to. */
	sample_parse(&own.sample, &os->event->layout, &os->event->attr, os->rec);
	return print_one(p, &own, err);
}

/* A failure of the thread is told with the next sample, or at the end. */
static void print_see_record(struct consumer *consumer, struct session *s,
			     const struct perf_event_header *rec)
{
	const struct ordered_sample os = { .session = s, .rec = rec };
	struct print *p = (struct print *)consumer;
	struct err err;

	if (rec->type != PERF_RECORD_MMAP)
		return;
	if (p->batches)
		batches_push(p->batches, &os, &err);
	else
		print_work(p, &os, &err);
}

/* Not in the output: that is one line a sample, and nothing else. */
static int print_end(struct consumer *consumer, struct session *s, struct err *err)
{
	char lost[32];

	(void)consumer;
	(void)err;
	if (formats_missing(&s->file))
		tell_warning("%s: does not describe its tracepoints, so there is no text for them; "
			     "try: ana repair %s",
			     s->file.path, s->file.path);
	if (session_lost(s, NULL))
		tell_warning("%s: %s events were lost when it was recorded", s->file.path,
			     out_grouped(session_lost(s, NULL), lost));
	return 0;
}

/* The rest of what they are was printed. */
static void warn_short(const struct file_print *f)
{
	uint64_t nr = f && f->printer ? printer_nr_short(f->printer) : 0;

	if (nr)
		tell_warning("%s: %" PRIu64
			     " samples are shorter than they should be; what they lack "
			     "is shown as 0, or not",
			     f->file->path, nr);
}

static int print_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct print *p = (struct print *)consumer;

	if (!p->any)
		verdict_none_left(s, "sample");
	if ((p->batches && batches_end(p->batches, err)) || flush(p, err))
		return -1;
	for (uint32_t i = 0; i < p->nr_files; i++)
		warn_short(p->files[i]);
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
	p->consumer.as_one = true;
	p->consumer.no_fork = true;
	p->consumer.unparsed = true;
	p->consumer.start = print_start;
	p->consumer.add_sample = print_add_sample;
	p->consumer.see_record = print_see_record;
	p->consumer.end = print_end;
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
	for (uint32_t i = 0; i < p->nr_files; i++) {
		if (!p->files[i])
			continue;
		printer_free(p->files[i]->printer);
		values_release(&p->files[i]->values);
		free(p->files[i]);
	}
	free(p->files);
	free(p);
}
