#include "report/rpt_syscall_counts.h"
#include "common/formats.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/syscall.h"
#include "common/util.h"
#include "report/color.h"
#include "report/session.h"
#include "report/tell.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>

#define EVENT_NAME  "raw_syscalls:sys_enter"
#define CALL_SYSTEM "syscalls" /* has an event for each call, as sys_enter_openat */
#define CALL_PREFIX "sys_enter_"
#define SCHEMA	    1	  /* of the JSON form; grows when a key changes its meaning */
#define DIRECT_MAX  1024  /* numbers below are counted in an array; no architecture has more */
#define OTHERS_MAX  65536 /* other numbers; no machine has so many */

/* Where the samples of an event have the number of the call. */
struct source {
	struct tp_field nr;
	uint32_t need; /* bytes of raw data up to the end of that field; 0: no call */
};

/* Of files of one host; of all files where these are of one, or nobody says that they are not. */
struct host_counts {
	const char *host;	     /* as session.host */
	uint64_t direct[DIRECT_MAX]; /* calls by number */
	struct hash others;	     /* number -> calls */
};

struct syscall_counts {
	struct consumer consumer;
	struct report_opts opts;
	const struct session *first; /* of the files; its machine's calls are counted */
	uint64_t lost;		     /* of all of them */
	bool partial;		     /* one of them is */
	struct source *sources;	     /* by index of the event; of the file that is being read */
	const struct event *usual;   /* of the last sample counted; NULL: none yet */
	uint64_t usual_header;	     /* its header */
	uint32_t usual_raw_size;
	uint64_t usual_id;	    /* its event id, when the file has ids */
	struct host_counts **hosts; /* in the order of the files */
	uint32_t nr_hosts;
	struct host_counts *counts; /* that of the file that is being read; one of hosts */
};

struct row {
	const char *host; /* NULL: all are of one */
	int64_t nr;
	uint64_t count;
};

/* The file's other events, for whoever wonders why there is nothing to count. */
static int fail_no_calls(const struct session *s, struct err *err)
{
	char names[512] = "";
	size_t len = 0;

	if (formats_missing(&s->file))
		return fail(err, ERR_DATA,
			    "%s: does not describe its tracepoints%s, so nobody can tell which are "
			    "system calls; try: ana repair %s",
			    s->file.path,
			    s->file.unfinished ? " (its recorder, not rec, did not finish it)" : "",
			    s->file.path);
	for (uint32_t i = 0; i < s->file.nr_events && len < sizeof(names); i++)
		len += snprintf(names + len, sizeof(names) - len, "%s%s", i ? ", " : "",
				s->file.events[i].name);
	return fail(err, ERR_DATA,
		    "%s: has no " EVENT_NAME " events, only %s; record with rec -e " EVENT_NAME,
		    s->file.path, names);
}

/* The number of the call is in the field @name of @event's samples. */
static int add_source(struct syscall_counts *c, const struct session *s, const struct event *event,
		      const char *name, struct err *err)
{
	const struct tp_field *nr = tp_find_field(event->tp, name);

	if (!nr || (nr->size != 8 && nr->size != 4))
		return fail(err, ERR_DATA, "%s: the format of %s has no number `%s`", s->file.path,
			    event->name, name);
	c->sources[event->idx] = (struct source){ .nr = *nr, .need = nr->offset + nr->size };
	return 0;
}

static bool is_call(const struct event *event)
{
	return event->tp && !strcmp(event->tp->system, CALL_SYSTEM) &&
	       !strncmp(event->tp->name, CALL_PREFIX, strlen(CALL_PREFIX));
}

/* What the calls of @host are counted in. NULL when memory ran out. */
static struct host_counts *counts_of(struct syscall_counts *c, const char *host)
{
	struct host_counts **hosts, *h;

	for (uint32_t i = 0; i < c->nr_hosts; i++)
		if (!host || !strcmp(c->hosts[i]->host, host))
			return c->hosts[i];
	hosts = reallocarray(c->hosts, c->nr_hosts + 1, sizeof(struct host_counts *));
	if (!hosts)
		return NULL;
	c->hosts = hosts;
	h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->host = host;
	return hosts[c->nr_hosts++] = h;
}

/* All events of raw_syscalls:sys_enter; only where there is none those of single calls. */
static int counts_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct syscall_counts *c = (struct syscall_counts *)consumer;
	const struct event *raw = file_event_by_name(&s->file, EVENT_NAME);
	bool any = false;

	if (!c->first)
		c->first = s;
	if (session_same_calls(c->first, s, err))
		return -1;
	free(c->sources);
	c->usual = NULL;
	c->sources = calloc(s->file.nr_events, sizeof(*c->sources));
	c->counts = counts_of(c, s->host);
	if (!c->sources || !c->counts)
		return fail_mem(err);
	for (uint32_t i = 0; i < s->file.nr_events; i++) {
		const struct event *event = &s->file.events[i];
		int rc = 0;

		if (raw && raw->tp && event->tp == raw->tp)
			rc = add_source(c, s, event, "id", err);
		else if ((!raw || !raw->tp) && is_call(event))
			rc = add_source(c, s, event, "__syscall_nr", err);
		if (rc)
			return -1;
		any |= c->sources[i].need != 0;
	}
	return any ? 0 : fail_no_calls(s, err);
}

static int count_other(struct host_counts *c, int64_t nr, uint64_t times, struct err *err)
{
	uint64_t *count;

	if (c->others.nr >= OTHERS_MAX && !hash_get(&c->others, nr))
		return fail(err, ERR_DATA,
			    "more than %d different numbers of system calls: these "
			    "are none",
			    OTHERS_MAX);
	count = hash_put(&c->others, nr);
	if (!count)
		return fail_mem(err);
	*count += times;
	return 0;
}

static inline int count_raw(struct host_counts *c, const struct tp_field *field, const void *raw,
			    struct err *err)
{
	uint64_t value = tp_field_u64(field, raw);
	int64_t nr = field->size == 4 ? (int32_t)value : (int64_t)value;

	if (unlikely((uint64_t)nr >= DIRECT_MAX))
		return count_other(c, nr, 1, err);
	c->direct[nr]++;
	return 0;
}

/* A sample whose raw bytes are not at a fixed place, or are too few. */
static int count_odd(struct syscall_counts *c, struct session *s, const struct event *event,
		     const struct perf_event_header *rec, struct err *err)
{
	const struct source *source = &c->sources[event->idx];
	struct sample sample;

	if (sample_parse(&sample, &event->layout, &event->attr, rec) ||
	    sample.raw_size < source->need) {
		s->nr_malformed += event->layout.parsable;
		return 0;
	}
	return count_raw(c->counts, &source->nr, sample.raw, err);
}

/* Anything but one more sample of the kind that came last. */
static int count_record(struct syscall_counts *c, struct session *s,
			const struct perf_event_header *rec, struct err *err)
{
	const struct event *event;
	const struct source *source;
	const void *raw;

	if (rec->type != PERF_RECORD_SAMPLE) {
		session_note(s, rec);
		return 0;
	}
	event = file_event(&s->file, rec);
	if (!event) {
		s->nr_unknown_ids++;
		return 0;
	}
	source = &c->sources[event->idx];
	if (!source->need) {
		s->nr_malformed += sample_is_cut(&event->layout, &event->attr, rec);
		return 0;
	}
	raw = sample_raw(&event->layout, rec, source->need);
	if (!raw)
		return count_odd(c, s, event, rec, err);
	c->usual = event;
	c->usual_header = record_header(rec);
	c->usual_raw_size = load_u32((const char *)rec + event->layout.raw);
	c->usual_id = load_u64((const char *)rec + event->layout.id);
	return count_raw(c->counts, &source->nr, raw, err);
}

/*
 * The hot path: counts from *@at on what is like the last sample, in header and id: what was found
 * out of that need not be asked again. *@at then is at the first record that differs.
 */
static int count_usual(struct syscall_counts *c, const char **at, const char *end, struct err *err)
{
	const struct sample_layout *l = &c->usual->layout;
	const uint32_t id_off = l->id, raw_off = l->raw, raw_size = c->usual_raw_size;
	const struct tp_field nr = c->sources[c->usual->idx].nr;
	const uint64_t header = c->usual_header, id = c->usual_id;
	struct host_counts *const counts = c->counts;
	const struct perf_event_header *rec;

	while ((rec = block_same(at, end, header))) {
		const char *raw = (const char *)rec + raw_off;

		if (load_u64((const char *)rec + id_off) != id || load_u32(raw) != raw_size)
			break;
		if (count_raw(counts, &nr, raw + 4, err))
			return -1;
	}
	if (rec)
		*at = (const char *)rec;
	return 0;
}

static int counts_add_block(struct consumer *consumer, struct session *s, struct block *b,
			    struct err *err)
{
	struct syscall_counts *c = (struct syscall_counts *)consumer;
	const struct perf_event_header *rec;

	do {
		const char *at = b->at;

		if (c->usual && count_usual(c, &at, b->end, err))
			return -1;
		b->at = at;
		rec = block_next(b);
		if (rec && count_record(c, s, rec, err))
			return -1;
	} while (rec);
	return 0;
}

/* Numbers mean the same in both, and the host is the same: they are of one file. */
static int counts_merge(struct consumer *consumer, struct consumer *other, struct err *err)
{
	struct host_counts *c = ((struct syscall_counts *)consumer)->counts;
	const struct host_counts *from = ((const struct syscall_counts *)other)->counts;

	for (int i = 0; i < DIRECT_MAX; i++)
		c->direct[i] += from->direct[i];
	for (uint32_t i = 0; i < from->others.room; i++) {
		const struct hash_slot *slot = &from->others.slots[i];

		if (slot->used && count_other(c, slot->key, slot->value, err))
			return -1;
	}
	return 0;
}

/* Most calls first; of equal counts the lower number. */
static int by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

static size_t collect_host(struct row *rows, const struct host_counts *c)
{
	size_t nr = 0;

	for (int i = 0; i < DIRECT_MAX; i++)
		if (c->direct[i])
			rows[nr++] = (struct row){ c->host, i, c->direct[i] };
	for (uint32_t i = 0; i < c->others.room; i++)
		if (c->others.slots[i].used)
			rows[nr++] = (struct row){ c->host, (int64_t)c->others.slots[i].key,
						   c->others.slots[i].value };
	qsort(rows, nr, sizeof(*rows), by_count);
	return nr;
}

/* Those of one host behind those of the other. */
static struct row *collect(const struct syscall_counts *c, size_t *nr)
{
	struct row *rows;
	size_t max = 1; /* nobody asks for memory of no bytes */

	for (uint32_t i = 0; i < c->nr_hosts; i++)
		max += DIRECT_MAX + c->hosts[i]->others.nr;
	rows = calloc(max, sizeof(*rows));
	*nr = 0;
	for (uint32_t i = 0; rows && i < c->nr_hosts; i++)
		*nr += collect_host(rows + *nr, c->hosts[i]);
	return rows;
}

static bool is_named_before(const struct session *first, const struct session *s)
{
	for (; first < s; first++)
		if (!strcmp(first->host, s->host))
			return true;
	return false;
}

/* Calls of several hosts are not what somebody expects who does not know it. */
static void print_heading(const struct syscall_counts *c, const struct session *last, FILE *out)
{
	fputs("syscall events", out);
	if (c->opts.filter.comms)
		fprintf(out, " for %s", c->opts.filter.comms);
	for (const struct session *s = c->first; last->host && s <= last; s++) {
		if (is_named_before(c->first, s))
			continue;
		fputs(s == c->first ? " of " : ", ", out);
		out_text(out, s->host);
	}
	fputs(":\n\n", out);
}

static void print_table(const struct syscall_counts *c, const struct session *s,
			const struct row *rows, size_t nr, FILE *out)
{
	const int host_width = MAX(s->host_width, (int)strlen("host"));

	print_heading(c, s, out);
	fputs(color_on(out, COLOR_TITLE), out);
	if (s->host)
		fprintf(out, "%-*s  ", host_width, "host");
	fprintf(out, "%-40s  %10s%s\n", "event", "count", color_off(out));
	for (int i = 0; s->host && i < host_width; i++)
		putc('-', out);
	fprintf(out, "%s%.40s  %.11s\n", s->host ? "  " : "",
		"----------------------------------------", "-----------");
	for (size_t i = 0; i < nr; i++) {
		char name[SYSCALL_NAME_MAX], shown[SYSCALL_NAME_MAX + 8];
		bool known = !syscall_name(s->file.arch, rows[i].nr, name);

		snprintf(shown, sizeof(shown), "%s%s", known ? "sys_" : "", name);
		if (rows[i].host) {
			out_padded(out, rows[i].host, host_width);
			fputs("  ", out);
		}
		fprintf(out, "%-40s  %10" PRIu64 "\n", shown, rows[i].count);
	}
}

static void print_csv(const struct session *s, const struct row *rows, size_t nr, FILE *out)
{
	fprintf(out, "%ssyscall,nr,count\n", s->host ? "host," : "");
	for (size_t i = 0; i < nr; i++) {
		char name[SYSCALL_NAME_MAX];

		if (rows[i].host) {
			out_csv(out, rows[i].host);
			putc(',', out);
		}
		syscall_name(s->file.arch, rows[i].nr, name);
		out_csv(out, name);
		fprintf(out, ",%" PRId64 ",%" PRIu64 "\n", rows[i].nr, rows[i].count);
	}
}

/* All sessions from @first to @last, which stand in one row: several, or one of which others are missing. */
static void print_files(const struct session *first, const struct session *last, FILE *out)
{
	if (first == last && !first->nr_missing) {
		fputs("\"file\":", out);
		json_string(out, first->file.path);
		return;
	}
	fputs("\"files\":[", out);
	for (const struct session *s = first; s <= last; s++) {
		fputs(s > first ? ",{\"file\":" : "{\"file\":", out);
		json_string(out, s->file.path);
		if (s->file.hostname) {
			fputs(",\"hostname\":", out);
			json_string(out, s->file.hostname);
		}
		putc('}', out);
	}
	putc(']', out);
}

static void print_json(const struct syscall_counts *c, const struct session *s,
		       const struct row *rows, size_t nr, FILE *out)
{
	fprintf(out, "{\"report\":\"syscall-counts\",\"version\":%d,", SCHEMA);
	print_files(c->first, s, out);
	if (c->opts.filter.comms) {
		fprintf(out, ",\"comm\":");
		json_string(out, c->opts.filter.comms);
	}
	fprintf(out, ",\"lost\":%" PRIu64 ",\"complete\":%s,\"syscalls\":[", c->lost,
		c->partial ? "false" : "true");
	for (size_t i = 0; i < nr; i++) {
		char name[SYSCALL_NAME_MAX];

		fputs(i ? ",{" : "{", out);
		if (rows[i].host) {
			fputs("\"host\":", out);
			json_string(out, rows[i].host);
			putc(',', out);
		}
		syscall_name(s->file.arch, rows[i].nr, name);
		fputs("\"name\":", out);
		json_string(out, name);
		fprintf(out, ",\"nr\":%" PRId64 ",\"count\":%" PRIu64 "}", rows[i].nr,
			rows[i].count);
	}
	fprintf(out, "]}\n");
}

/* What was lost of the events that are counted here. */
static uint64_t calls_lost(const struct syscall_counts *c, const struct session *s)
{
	uint64_t sum = s->loss.unknown;

	if (!s->loss.exact)
		return s->loss.lost_records;
	for (uint32_t i = 0; i < s->file.nr_events; i++)
		if (c->sources[i].need)
			sum += s->loss.by_event[i];
	return sum;
}

static int counts_end(struct consumer *consumer, struct session *s, struct err *err)
{
	struct syscall_counts *c = (struct syscall_counts *)consumer;

	(void)err;
	c->lost += calls_lost(c, s);
	c->partial |= s->partial || s->nr_missing;
	return 0;
}

static int counts_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct syscall_counts *c = (struct syscall_counts *)consumer;
	size_t nr;
	struct row *rows = collect(c, &nr);

	if (!rows)
		return fail_mem(err);
	switch (c->opts.format) {
	case OUT_TABLE:
		print_table(c, s, rows, nr, stdout);
		break;
	case OUT_CSV:
		print_csv(s, rows, nr, stdout);
		break;
	case OUT_JSON:
		print_json(c, s, rows, nr, stdout);
		break;
	}
	out_loss(stdout, c->opts.format, c->lost);
	if (c->opts.filter.comms && !s->filter.by_sample && !nr)
		tell("%s: no task named %s made a system call", verdict_name(s),
		     c->opts.filter.comms);
	else if (!nr)
		verdict_none_left(s, "system call");
	free(rows);
	return 0;
}

static struct consumer *counts_another(const struct consumer *consumer, struct err *err)
{
	return syscall_counts_create(&((const struct syscall_counts *)consumer)->opts, err);
}

struct consumer *syscall_counts_create(const struct report_opts *o, struct err *err)
{
	struct syscall_counts *c = calloc(1, sizeof(*c));

	if (!c) {
		fail_mem(err);
		return NULL;
	}
	c->opts = *o;
	c->consumer.silent = true;
	c->consumer.start = counts_start;
	c->consumer.end = counts_end;
	c->consumer.finish = counts_finish;
	c->consumer.add_block = counts_add_block;
	c->consumer.another = counts_another;
	c->consumer.merge = counts_merge;
	c->consumer.free = syscall_counts_destroy;
	return &c->consumer;
}

void syscall_counts_destroy(struct consumer *consumer)
{
	struct syscall_counts *c = (struct syscall_counts *)consumer;

	for (uint32_t i = 0; i < c->nr_hosts; i++) {
		hash_release(&c->hosts[i]->others);
		free(c->hosts[i]);
	}
	free(c->hosts);
	free(c->sources);
	free(c);
}
