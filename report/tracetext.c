#include "report/tracetext.h"
#include "common/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_SEC   1000000000ull
#define NAME_MAX_LEN 256 /* of a task or a host: all that is shown of it */
#define FRONTS	     256 /* a power of two */

/* "nginx/812 ", as it was made for a task last. Names are compared by where they lie: each lies there once. */
struct front {
	const char *comm;
	uint32_t tid, len; /* len 0: not in use */
	char text[56];
};

struct tracetext {
	const struct trace_how *how;
	const struct session *session;
	struct calltexts *calls;
	uint64_t sec; /* that sec_text is of; UINT64_MAX: of none yet */
	char sec_text[64];
	uint32_t sec_len;
	struct front fronts[FRONTS]; /* by the low bits of the thread */
};

struct tracetext *tracetext_new(const struct trace_how *how, const struct session *s)
{
	struct tracetext *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->how = how;
	x->session = s;
	x->sec = UINT64_MAX;
	x->calls = calltexts_new(s->file.arch);
	if (x->calls)
		return x;
	free(x);
	return NULL;
}

void tracetext_free(struct tracetext *x)
{
	if (!x)
		return;
	calltexts_free(x->calls);
	free(x);
}

struct calltexts *tracetext_calls(struct tracetext *x)
{
	return x->calls;
}

/* ---- pieces ---- */

/* ".123456", or nine of them. */
static void add_fraction(struct text *t, uint32_t ns, bool all)
{
	text_char(t, '.');
	if (all) {
		text_char(t, '0' + ns / 100000000);
		text_digits(t, ns, 8);
	} else {
		text_digits(t, ns / 1000, 6);
	}
}

static void make_seconds(struct tracetext *x, uint64_t sec)
{
	const char *form = x->how->wall ? "%F %H:%M:%S" : "%H:%M:%S";
	time_t t = (time_t)sec;
	struct tm tm;
	int len;

	if (!x->session->file.wall_ns)
		len = snprintf(x->sec_text, sizeof(x->sec_text), "%llu", (unsigned long long)sec);
	else if (localtime_r(&t, &tm))
		len = strftime(x->sec_text, sizeof(x->sec_text), form, &tm);
	else
		len = snprintf(x->sec_text, sizeof(x->sec_text), "?");
	x->sec_len = len;
	x->sec = sec;
}

/* The time of day, or, where the file does not tell it, seconds of its clock. */
static void add_time(struct tracetext *x, struct text *t, uint64_t time)
{
	const struct perf_file *file = &x->session->file;
	uint64_t ns = file->wall_ns ? file->wall_ns + (time - file->clock_ns) : time;

	if (unlikely(ns / NS_PER_SEC != x->sec))
		make_seconds(x, ns / NS_PER_SEC);
	text_add(t, x->sec_text, x->sec_len);
	add_fraction(t, ns % NS_PER_SEC, x->how->ns);
}

static void add_escaped(struct text *t, const char *s)
{
	char *start = t->at;

	text_add(t, s, strnlen(s, NAME_MAX_LEN));
	text_escape(t, start);
}

static void add_task(struct tracetext *x, struct text *t, const struct trace_call *call)
{
	struct front *front = &x->fronts[call->tid % FRONTS];
	char *start = t->at;
	size_t len;

	if (likely(front->len && front->tid == call->tid && front->comm == call->comm))
		return text_add(t, front->text, front->len);
	if (call->comm)
		add_escaped(t, call->comm);
	text_char(t, call->comm ? '/' : ':');
	text_dec(t, call->tid, 0, ' ');
	text_char(t, ' ');
	len = t->at - start;
	front->len = len <= sizeof(front->text) ? len : 0;
	front->tid = call->tid;
	front->comm = call->comm;
	memcpy(front->text, start, front->len);
}

/* What is in front of the call, when the line tells of @time. */
static void add_front(struct tracetext *x, struct text *t, const struct trace_call *call,
		      uint64_t time)
{
	if (x->session->host) {
		add_escaped(t, x->session->host);
		text_char(t, ' ');
	}
	add_time(x, t, time);
	text_char(t, ' ');
	add_task(x, t, call);
}

/* "<0.000041>" */
static void add_duration(struct text *t, uint64_t ns, bool all)
{
	text_add(t, " <", 2);
	text_dec(t, ns / NS_PER_SEC, 0, ' ');
	add_fraction(t, ns % NS_PER_SEC, all);
	text_char(t, '>');
}

/* ---- as strace ---- */

/* Does restart_syscall go on with a call of which that is known? Then that is named in the place of arguments. */
static int add_resumes(struct tracetext *x, struct text *t, int64_t nr, struct err *err)
{
	const struct calltext *call = calltexts_get(x->calls, nr);

	if (!call)
		return fail_mem(err);
	text_str(t, "<... resuming interrupted ");
	text_add(t, call->name, call->name_len);
	text_str(t, " ...>");
	return 0;
}

/* "openat(AT_FDCWD, 0x7ffe6f21a0c0, O_RDONLY" */
static int add_call(struct tracetext *x, struct text *t, const struct trace_call *call,
		    const struct calltext **is, struct err *err)
{
	const struct calltext *c = *is = calltexts_get(x->calls, call->nr);

	if (!c)
		return fail_mem(err);
	text_add(t, c->name, c->name_len);
	text_char(t, '(');
	if (call->resumes >= 0)
		return add_resumes(x, t, call->resumes, err);
	if (call->args)
		calltext_args(t, x->calls, c, call->args);
	return 0;
}

/* ") = 7 <0.000041>", and the end of the line. */
static void add_end(struct tracetext *x, struct text *t, const struct trace_call *call,
		    const struct calltext *c)
{
	text_add(t, ") = ", 4);
	switch (call->state) {
	case CALL_EXACT:
		return_text(t, call->ret, c->returns);
		add_duration(t, call->end_ns - call->start_ns, x->how->ns);
		break;
	case CALL_LEFT:
		return_text(t, call->ret, c->returns);
		break;
	case CALL_BROKEN:
		text_str(t, "? <lost>");
		break;
	default:
		text_char(t, '?');
	}
	text_char(t, '\n');
}

static int whole_line(struct tracetext *x, struct text *t, const struct trace_call *call,
		      struct err *err)
{
	const struct calltext *c;

	if (!call->args)
		return trace_left(x, t, call, err);
	add_front(x, t, call, call->start_ns);
	if (add_call(x, t, call, &c, err))
		return -1;
	add_end(x, t, call, c);
	return 0;
}

int trace_entered(struct tracetext *x, struct text *t, const struct trace_call *call,
		  struct err *err)
{
	const struct calltext *c;

	add_front(x, t, call, call->start_ns);
	if (add_call(x, t, call, &c, err))
		return -1;
	text_str(t, " <unfinished ...>\n");
	return 0;
}

int trace_left(struct tracetext *x, struct text *t, const struct trace_call *call, struct err *err)
{
	const struct calltext *c = calltexts_get(x->calls, call->nr);

	if (!c)
		return fail_mem(err);
	add_front(x, t, call, call->end_ns);
	text_add(t, "<... ", 5);
	text_add(t, c->name, c->name_len);
	text_str(t, " resumed>");
	add_end(x, t, call, c);
	return 0;
}

/* ---- CSV and JSON ---- */

static const char *const states[CALL_STATES] = { "exact", "open", "left", "broken" };

static void add_signed(struct text *t, int64_t v)
{
	if (v < 0)
		text_char(t, '-');
	text_dec(t, v < 0 ? -(uint64_t)v : (uint64_t)v, 0, ' ');
}

static bool has_end(const struct trace_call *call)
{
	return call->state == CALL_EXACT || call->state == CALL_LEFT;
}

/* An error by its name. The number where it has none, as there may be newer ones. */
static void add_errno(struct text *t, int error)
{
	const char *name = errno_name(error);

	if (name)
		text_str(t, name);
	else
		text_dec(t, error, 0, ' ');
}

/* What is no UTF-8 becomes U+FFFD. */
static void json_text(struct text *t, const char *s)
{
	const unsigned char *c = (const unsigned char *)s;

	text_char(t, '"');
	for (int len; *c; c += MAX(len, 1)) {
		len = utf8_len(c);
		if (*c == '"' || *c == '\\')
			text_char(t, '\\');
		if (*c < 0x20) {
			text_str(t, "\\u00");
			text_byte(t, *c, false);
		} else if (len) {
			text_add(t, (const char *)c, len);
		} else {
			text_str(t, "\\ufffd");
		}
	}
	text_char(t, '"');
}

static void json_key(struct text *t, const char *key)
{
	text_add(t, ",\"", 2);
	text_str(t, key);
	text_add(t, "\":", 2);
}

/* null where there is none. */
static void json_number(struct text *t, const char *key, bool is, int64_t v)
{
	json_key(t, key);
	if (is)
		add_signed(t, v);
	else
		text_add(t, "null", 4);
}

/* Raw values are strings: most readers of JSON keep 53 bits of a number. */
static void json_args(struct tracetext *x, struct text *t, const struct calltext *c,
		      const uint64_t *args)
{
	text_char(t, '[');
	for (uint32_t i = 0; i < c->args.nr; i++) {
		if (i)
			text_char(t, ',');
		text_str(t, "{\"name\":");
		json_text(t, c->args.at[i].name);
		json_key(t, "type");
		json_text(t, c->args.at[i].type);
		text_str(t, ",\"raw\":\"0x");
		text_hex(t, args[i], 0, ' ');
		text_str(t, "\",\"text\":\"");
		calltext_arg(t, x->calls, c, args, i);
		text_add(t, "\"}", 2);
	}
	text_char(t, ']');
}

static void json_what(struct text *t, const struct trace_call *call, const struct calltext *c)
{
	text_str(t, ",\"syscall\":\"");
	text_add(t, c->name, c->name_len);
	text_char(t, '"');
	json_number(t, "nr", true, syscall_plain(call->nr));
	text_str(t, ",\"state\":\"");
	text_str(t, states[call->state]);
	text_char(t, '"');
}

static void json_end(struct text *t, const struct trace_call *call)
{
	const int error = has_end(call) ? return_errno(call->ret) : 0;

	json_number(t, "ret", has_end(call), call->ret);
	json_key(t, "errno");
	if (error) {
		text_char(t, '"');
		add_errno(t, error);
		text_char(t, '"');
	} else {
		text_add(t, "null", 4);
	}
	json_number(t, "duration_ns", call->state == CALL_EXACT,
		    (int64_t)(call->end_ns - call->start_ns));
}

static void json_time(struct tracetext *x, struct text *t, uint64_t time)
{
	text_str(t, "{\"time\":\"");
	add_time(x, t, time);
	text_char(t, '"');
	if (x->session->host) {
		json_key(t, "host");
		json_text(t, x->session->host);
	}
}

static void json_line(struct tracetext *x, struct text *t, const struct trace_call *call,
		      const struct calltext *c)
{
	json_time(x, t, call->args ? call->start_ns : call->end_ns);
	json_number(t, "start_ns", call->args, (int64_t)call->start_ns);
	json_number(t, "end_ns", call->state != CALL_BROKEN, (int64_t)call->end_ns);
	json_key(t, "comm");
	if (call->comm)
		json_text(t, call->comm);
	else
		text_add(t, "null", 4);
	json_number(t, "pid", true, call->pid);
	json_number(t, "tid", true, call->tid);
	json_number(t, "cpu", call->cpu != UINT32_MAX, call->cpu);
	json_what(t, call, c);
	json_key(t, "args");
	if (call->args)
		json_args(x, t, c, call->args);
	else
		text_add(t, "null", 4);
	json_end(t, call);
	text_add(t, "}\n", 2);
}

/* RFC 4180; text of a recording is escaped, too, for there may be line ends in it. */
static void csv_text(struct text *t, const char *s)
{
	text_char(t, '"');
	for (size_t i = 0; i < NAME_MAX_LEN && s[i]; i++) {
		char *start = t->at;

		if (s[i] == '"')
			text_char(t, '"');
		text_char(t, s[i]);
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			text_escape(t, start);
	}
	text_char(t, '"');
}

static void csv_number(struct text *t, bool is, int64_t v)
{
	if (is)
		add_signed(t, v);
	text_char(t, ',');
}

void trace_heading(const struct trace_how *how, struct text *t)
{
	if (how->format == OUT_CSV)
		text_str(t, "time,host,start_ns,end_ns,comm,pid,tid,cpu,syscall,nr,state,args,ret,"
			    "errno,"
			    "duration_ns\n");
}

static void csv_line(struct tracetext *x, struct text *t, const struct trace_call *call,
		     const struct calltext *c)
{
	const int error = has_end(call) ? return_errno(call->ret) : 0;

	add_time(x, t, call->args ? call->start_ns : call->end_ns);
	text_char(t, ',');
	if (x->session->host)
		csv_text(t, x->session->host);
	text_char(t, ',');
	csv_number(t, call->args, (int64_t)call->start_ns);
	csv_number(t, call->state != CALL_BROKEN, (int64_t)call->end_ns);
	if (call->comm)
		csv_text(t, call->comm);
	text_char(t, ',');
	csv_number(t, true, call->pid);
	csv_number(t, true, call->tid);
	csv_number(t, call->cpu != UINT32_MAX, call->cpu);
	text_add(t, c->name, c->name_len);
	text_char(t, ',');
	csv_number(t, true, syscall_plain(call->nr));
	text_str(t, states[call->state]);
	text_add(t, ",\"", 2);
	if (call->args)
		calltext_args(t, x->calls, c, call->args);
	text_add(t, "\",", 2);
	csv_number(t, has_end(call), call->ret);
	if (error)
		add_errno(t, error);
	text_char(t, ',');
	if (call->state == CALL_EXACT)
		text_dec(t, call->end_ns - call->start_ns, 0, ' ');
	text_char(t, '\n');
}

/* ---- all forms ---- */

int trace_whole(struct tracetext *x, struct text *t, const struct trace_call *call, struct err *err)
{
	const struct calltext *c;

	if (x->how->format == OUT_TABLE)
		return whole_line(x, t, call, err);
	c = calltexts_get(x->calls, call->nr);
	if (!c)
		return fail_mem(err);
	if (x->how->format == OUT_JSON)
		json_line(x, t, call, c);
	else
		csv_line(x, t, call, c);
	return 0;
}

void trace_lost(struct tracetext *x, struct text *t, uint64_t lost, uint32_t cpu, uint64_t time)
{
	const bool has_cpu = cpu != UINT32_MAX;

	if (x->how->format == OUT_JSON) {
		json_time(x, t, time);
		json_number(t, "lost", true, (int64_t)lost);
		json_number(t, "cpu", has_cpu, cpu);
		json_number(t, "end_ns", true, (int64_t)time);
		text_add(t, "}\n", 2);
	} else if (x->how->format == OUT_TABLE) {
		if (x->session->host) {
			add_escaped(t, x->session->host);
			text_char(t, ' ');
		}
		add_time(x, t, time);
		text_str(t, " ... ");
		text_dec(t, lost, 0, ' ');
		text_str(t, lost == 1 ? " event lost" : " events lost");
		if (has_cpu) {
			text_str(t, " on CPU ");
			text_dec(t, cpu, 0, ' ');
		}
		text_str(t, " ...\n");
	}
}
