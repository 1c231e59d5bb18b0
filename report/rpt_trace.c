#include "report/rpt_trace.h"
#include "report/callfeed.h"
#include "report/session.h"
#include "report/tracetext.h"
#include "report/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT_MAX (64u << 10) /* so much is written at once */

#define RESTART_BLOCK \
	(-516) /* what an interrupted call returns that restart_syscall goes on with */
#define NONE (-1)

/* The call that a thread is in, or was in last. By its slot. */
struct begun {
	bool open;
	bool wanted; /* the filter took it when it was entered */
	bool shown;  /* as unfinished */
	uint64_t start_ns;
	const char *comm; /* then; NULL: nobody said */
	int64_t resumes;  /* of restart_syscall: the call that it goes on with; else NONE */
	int64_t waits;	  /* the call that a restart_syscall would go on with, or NONE */
};

/* One of the files. */
struct file_trace {
	struct trace *trace;
	struct session *session;
	struct callfeed feed;
	struct tracetext *text;
	struct begun *begun; /* by slot */
	uint32_t nr_begun;
	struct filter_whole whole;	       /* which are wanted */
	int64_t restart_nr, compat_restart_nr; /* of restart_syscall */
	uint64_t now_ns;		       /* of what is taken */
};

/* The call that was entered last, when its line has not been written yet: it may be left at once. */
struct pending {
	struct file_trace *file; /* NULL: there is none */
	uint32_t slot;
	struct trace_call call;
	uint64_t args[CALL_ARGS];
};

struct trace {
	struct consumer consumer;
	struct trace_how how;
	bool split;    /* a call that others came between is two lines */
	bool terminal; /* what was found is to be seen at once */
	bool any;
	struct text out; /* room for a line behind TEXT_MAX */
	struct pending pending;
	struct file_trace **files; /* by session.idx */
	uint32_t nr_files;
	struct err err; /* of what could not be told at once */
};

/* ---- output ---- */

static int flush(struct trace *x, struct err *err)
{
	struct text *t = &x->out;
	size_t len = t->at - t->start;

	t->at = t->start;
	if (len && (fwrite(t->start, 1, len, stdout) != len || (x->terminal && fflush(stdout))))
		return fail(err, ERR_IO, "cannot write the result: %s", strerror(errno));
	return 0;
}

static int line_end(struct trace *x, struct err *err)
{
	x->any = true;
	return x->terminal || x->out.at - x->out.start >= TEXT_MAX ? flush(x, err) : 0;
}

/* Something else comes: the call that was entered last is unfinished. */
static int flush_pending(struct trace *x, struct err *err)
{
	struct pending *p = &x->pending;
	struct file_trace *f = p->file;

	if (!f)
		return 0;
	p->file = NULL;
	f->begun[p->slot].shown = true;
	return trace_entered(f->text, &x->out, &p->call, err) || line_end(x, err) ? -1 : 0;
}

/* ---- calls ---- */

static bool is_wanted(const struct file_trace *f, const struct call *call)
{
	return pairs_are_wanted(&f->feed.pairs, &f->whole, call->task, call->cpu, call->nr);
}

static const char *comm_of(const struct file_trace *f, uint32_t task)
{
	const struct pairs *p = &f->feed.pairs;

	return p->tasks[task].comm == UINT32_MAX ? NULL : p->comms.at[p->tasks[task].comm];
}

/* Makes room for all slots. */
static int grow_begun(struct file_trace *f, struct err *err)
{
	uint32_t nr = MAX(f->feed.news.slots.nr, 2 * f->nr_begun);
	struct begun *more = reallocarray(f->begun, nr, sizeof(*more));

	if (!more)
		return fail_mem(err);
	for (uint32_t i = f->nr_begun; i < nr; i++)
		more[i] = (struct begun){ .waits = NONE };
	f->begun = more;
	f->nr_begun = nr;
	return 0;
}

/* An enter was taken. */
static int begin(struct file_trace *f, const struct happening *h, const uint64_t *args,
		 struct err *err)
{
	const uint32_t task = pairs_task(&f->feed.pairs, h->slot);
	const struct pair_task *who = &f->feed.pairs.tasks[task];
	const uint32_t cpu = h->cpu == HAPPENING_NO_CPU ? UINT32_MAX : h->cpu;
	const int64_t nr = pairs_number(&f->feed.pairs, h);
	const bool restarts = nr == f->restart_nr || nr == f->compat_restart_nr;
	struct begun *b = &f->begun[h->slot];
	struct trace *x = f->trace;

	*b = (struct begun){
		.open = true,
		.wanted = pairs_are_wanted(&f->feed.pairs, &f->whole, task, cpu, nr),
		.start_ns = h->time,
		.comm = comm_of(f, task),
		.resumes = restarts ? b->waits : NONE,
		.waits = NONE,
	};
	if (!x->split || !b->wanted)
		return 0;
	if (flush_pending(x, err))
		return -1;
	x->pending.file = f;
	x->pending.slot = h->slot;
	memcpy(x->pending.args, args, sizeof(x->pending.args));
	x->pending.call = (struct trace_call){
		.pid = who->pid,
		.tid = who->tid,
		.cpu = cpu,
		.comm = b->comm,
		.nr = nr,
		.args = x->pending.args,
		.start_ns = h->time,
		.state = CALL_OPEN,
		.resumes = b->resumes,
	};
	return 0;
}

/* Each call is one line. */
static int tell_whole(struct file_trace *f, const struct trace_call *call, struct err *err)
{
	struct trace *x = f->trace;
	const bool unfinished = x->how.format == OUT_TABLE && call->in_flight;

	if (unfinished ? trace_entered(f->text, &x->out, call, err)
		       : trace_whole(f->text, &x->out, call, err))
		return -1;
	return line_end(x, err);
}

/* The second line of a call that was shown as unfinished, or the only one. @b: NULL: nobody saw it entered. */
static int tell_left(struct file_trace *f, const struct begun *b, const struct trace_call *call,
		     struct err *err)
{
	struct trace *x = f->trace;

	if (call->in_flight && b && b->shown)
		return 0;
	if (flush_pending(x, err))
		return -1;
	if (b && !b->shown)
		return tell_whole(f, call, err);
	return trace_left(f->text, &x->out, call, err) || line_end(x, err) ? -1 : 0;
}

static bool is_pending(const struct trace *x, const struct file_trace *f, uint32_t slot)
{
	return x->pending.file == f && x->pending.slot == slot;
}

/* The call @call of @slot is over, or as good as that. @b: as of tell_left(). */
static int tell(struct file_trace *f, uint32_t slot, struct begun *b, const struct trace_call *call,
		struct err *err)
{
	struct trace *x = f->trace;

	if (!x->split)
		return tell_whole(f, call, err);
	if (b && is_pending(x, f, slot)) {
		x->pending.file = NULL;
		return tell_whole(f, call, err);
	}
	return tell_left(f, b, call, err);
}

/* A pair_client's. */
static int give(void *arg, const struct call *call, struct err *err)
{
	struct file_trace *f = arg;
	const struct pair_task *who = &f->feed.pairs.tasks[call->task];
	struct trace_call told = {
		.pid = who->pid,
		.tid = who->tid,
		.cpu = call->cpu,
		.comm = comm_of(f, call->task),
		.nr = call->nr,
		.args = call->args,
		.start_ns = call->start_ns,
		.state = call->state,
		.in_flight = call->in_flight,
		.ret = call->ret,
		.end_ns = call->state == CALL_BROKEN ? f->now_ns : call->end_ns,
		.resumes = NONE,
	};
	struct begun *b;
	uint32_t slot;

	if (slots_get(&f->feed.news.slots, who->tid, &slot, err))
		return -1;
	b = &f->begun[slot];
	b->waits = call->state == CALL_EXACT && call->ret == RESTART_BLOCK ? call->nr : NONE;
	/* An execve by another thread was that one's. */
	if (!b->open || call->state == CALL_LEFT || b->start_ns != call->start_ns)
		return is_wanted(f, call) ? tell(f, slot, NULL, &told, err) : 0;
	b->open = false;
	if (!b->wanted && !is_wanted(f, call))
		return 0;
	told.resumes = b->resumes;
	/* A line that tells of the start has the name of then. */
	if (!b->shown)
		told.comm = b->comm;
	return tell(f, slot, b, &told, err);
}

/* ---- what a consumer does ---- */

static struct file_trace *add_file(struct trace *x, struct session *s)
{
	struct file_trace **files = realloc(x->files, (s->idx + 1) * sizeof(struct file_trace *));

	if (!files)
		return NULL;
	x->files = files;
	while (x->nr_files <= s->idx)
		files[x->nr_files++] = NULL;
	files[s->idx] = calloc(1, sizeof(struct file_trace));
	return files[s->idx];
}

static int trace_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct trace *x = (struct trace *)consumer;
	struct file_trace *f = add_file(x, s);

	if (!f)
		return fail_mem(err);
	f->trace = x;
	f->session = s;
	x->terminal = isatty(STDOUT_FILENO);
	if (x->how.wall && !s->file.wall_ns)
		return fail(err, ERR_DATA,
			    "%s: option --wall: the file does not say what the time of day was; "
			    "record with rec, or perf record -k mono",
			    s->file.path);
	f->text = tracetext_new(&x->how, s);
	if (!f->text)
		return fail_mem(err);
	f->restart_nr = syscall_number(s->file.arch, "restart_syscall");
	if (f->restart_nr < 0)
		f->restart_nr = NO_CALL;
	f->compat_restart_nr = syscall_compat_number(s->file.arch, "restart_syscall");
	if (f->compat_restart_nr < 0)
		f->compat_restart_nr = NO_CALL;
	if (!s->idx)
		trace_heading(&x->how, &x->out);
	return callfeed_start(&f->feed, s, &(struct pair_client){ .give = give, .arg = f },
			      &f->whole, err);
}

static int take(struct file_trace *f, const struct happening *h, const uint64_t *args,
		struct err *err)
{
	f->now_ns = h->time;
	if (f->nr_begun < f->feed.news.slots.nr && grow_begun(f, err))
		return -1;
	return pairs_take(&f->feed.pairs, h, args, err);
}

static int trace_add_sample(struct consumer *consumer, struct session *s,
			    const struct ordered_sample *os, struct err *err)
{
	struct file_trace *f = ((struct trace *)consumer)->files[s->idx];
	uint64_t args[CALL_ARGS];
	struct happening h;
	int rc = callfeed_sample(&f->feed, os, &h, args, err);

	if (rc <= 0)
		return rc;
	if (h.kind != TASK_ENTERS)
		return take(f, &h, NULL, err);
	if (unlikely(!strcmp(os->event->tp->system, "syscalls")))
		calltext_learn(tracetext_calls(f->text), h.nr, os->event->tp);
	return take(f, &h, args, err) || begin(f, &h, args, err) ? -1 : 0;
}

static int tell_lost(struct trace *x, struct file_trace *f, const struct perf_event_header *rec,
		     struct err *err)
{
	const struct event *event = file_event(&f->session->file, rec);
	const struct sample_layout *l = event ? &event->layout : NULL;
	const uint64_t lost = ((const struct record_lost *)rec)->lost;
	const uint32_t cpu = l && l->tail_cpu && record_time(l, rec)
				     ? load_u32((const char *)rec + rec->size - l->tail_cpu)
				     : UINT32_MAX;

	if (flush_pending(x, err))
		return -1;
	trace_lost(f->text, &x->out, lost, cpu, l ? record_time(l, rec) : f->feed.last_ns);
	return line_end(x, err);
}

static int see(struct trace *x, struct file_trace *f, const struct perf_event_header *rec,
	       struct err *err)
{
	struct happening h;
	int rc;

	if (rec->type == PERF_RECORD_LOST && rec->size >= sizeof(struct record_lost) &&
	    tell_lost(x, f, rec, err))
		return -1;
	rc = callfeed_record(&f->feed, rec, &h, err);
	return rc > 0 ? take(f, &h, NULL, err) : rc;
}

/* These two cannot say that they failed: it is told with the next sample, or at the end. */
static void trace_see_record(struct consumer *consumer, struct session *s,
			     const struct perf_event_header *rec)
{
	struct trace *x = (struct trace *)consumer;

	if (see(x, x->files[s->idx], rec, &x->err))
		s->stop = true;
}

static void trace_see_ahead(struct consumer *consumer, struct session *s,
			    const struct perf_event_header *rec, const struct event *event)
{
	struct trace *x = (struct trace *)consumer;

	if (callfeed_see_ahead(&x->files[s->idx]->feed, rec, event, &x->err))
		s->stop = true;
}

static int trace_end(struct consumer *consumer, struct session *s, struct err *err)
{
	struct trace *x = (struct trace *)consumer;
	struct file_trace *f = x->files[s->idx];
	char lost[32];

	if (x->err.code) {
		*err = x->err;
		return -1;
	}
	if (callfeed_end(&f->feed, err))
		return -1;
	if (session_lost(s, NULL))
		fprintf(stderr, "ana: %s: %s events were lost when it was recorded\n", s->file.path,
			out_grouped(session_lost(s, NULL), lost));
	return 0;
}

static int trace_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct trace *x = (struct trace *)consumer;

	if (!x->any)
		verdict_none_left(s, "system call");
	return flush(x, err);
}

struct consumer *trace_create(const struct report_opts *o, struct err *err)
{
	struct trace *x = calloc(1, sizeof(*x));

	if (x)
		x->out.start = x->out.at = malloc(TEXT_MAX + TRACE_LINE_MAX);
	if (!x || !x->out.start) {
		free(x);
		fail_mem(err);
		return NULL;
	}
	x->out.end = x->out.start + TEXT_MAX + TRACE_LINE_MAX;
	x->how = (struct trace_how){ .format = o->format, .ns = o->ns, .wall = o->wall };
	x->split = o->format == OUT_TABLE && !o->whole;
	x->consumer.as_one = true;
	x->consumer.no_fork = true;
	x->consumer.unparsed = true;
	x->consumer.start = trace_start;
	x->consumer.add_sample = trace_add_sample;
	x->consumer.see_record = trace_see_record;
	x->consumer.see_ahead = trace_see_ahead;
	x->consumer.end = trace_end;
	x->consumer.finish = trace_finish;
	return &x->consumer;
}

void trace_destroy(struct consumer *consumer)
{
	struct trace *x = (struct trace *)consumer;

	for (uint32_t i = 0; i < x->nr_files; i++) {
		struct file_trace *f = x->files[i];

		if (!f)
			continue;
		callfeed_release(&f->feed);
		tracetext_free(f->text);
		filter_release_whole(&f->whole);
		free(f->begun);
		free(f);
	}
	free(x->files);
	free(x->out.start);
	free(x);
}
