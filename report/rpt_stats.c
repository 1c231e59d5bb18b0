#include "report/rpt_stats.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/recordkind.h"
#include "common/util.h"
#include "report/color.h"
#include "report/session.h"
#include "report/verdict.h"
#include "report/values.h"

#include <inttypes.h>
#include <stdlib.h>

#define SCHEMA	     1	   /* of the JSON form; grows when a key changes its meaning */
#define TYPES_DIRECT 128   /* types of records below are counted in an array */
#define TYPES_MAX    65536 /* other types; where there are more, all these are counted together */
#define KINDS	     64	   /* a power of two */
#define NAME_MAX_LEN 32	   /* of a type of records */

/* Samples with the same header, event id and raw size: what was found out of one is true for all. */
struct kind {
	uint64_t header;   /* 0: not in use */
	uint64_t id;	   /* what is at stats.id_off in each */
	uint64_t nr;	   /* samples, not yet in the sums */
	uint32_t idx;	   /* of the event */
	uint16_t time_off; /* 0: they have no time */
	uint16_t size;
	uint16_t raw_off; /* of the u32 that tells the size of the raw bytes; 0, the header: none */
	uint32_t raw_size; /* what is there in each */
	bool cut;
	const struct event *walked; /* where that u32 can be anywhere: the event; else NULL */
};

struct stats {
	struct consumer consumer;
	struct report_opts opts;
	struct kind kinds[KINDS]; /* by a hash of both: most samples are of a few kinds */
	uint32_t id_off; /* of the id in a sample; 0, the header, where ids do not matter */
	uint64_t by_type[TYPES_DIRECT];
	struct hash other_types;
	uint64_t nr_other; /* records of other types, when these were too many to tell apart */
	uint64_t *by_event;
	uint32_t nr_events;
	struct values values; /* of samples that count for several events: see count_members() */
	uint64_t record_bytes;
	uint64_t nr_cut; /* samples, not yet in the session's sum */
	/*
	 * The first time less 1, and the last one plus 1, which makes 0 and ~0, both of which mean
	 * that a sample has no time, the largest and the smallest there is.
	 */
	uint64_t first_less_1, last_plus_1;
};

struct row {
	uint32_t type;
	uint64_t nr;
	char name[NAME_MAX_LEN];
};

static bool has_times(const struct stats *t)
{
	return t->first_less_1 < UINT64_MAX - 1;
}

static uint64_t first_ns(const struct stats *t)
{
	return has_times(t) ? t->first_less_1 + 1 : 0;
}

static uint64_t last_ns(const struct stats *t)
{
	return has_times(t) ? t->last_plus_1 - 1 : 0;
}

static int stats_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct stats *t = (struct stats *)consumer;

	t->id_off = s->file.nr_events > 1 ? s->file.events[0].layout.id : 0;
	t->nr_events = s->file.nr_events;
	t->by_event = calloc(t->nr_events, sizeof(*t->by_event));
	/* How a counter has grown follows from the sample before: then it is no aggregate. */
	if (values_in_file(&s->file))
		consumer->merge = NULL;
	if (filter_by_member(&s->filter, &s->file, err))
		return -1;
	return t->by_event ? 0 : fail_mem(err);
}

/* Where the kind of the sample at @at is, or would be; there are id_off + 8 bytes of it. */
static struct kind *kind_slot(struct stats *t, const char *at)
{
	uint64_t key = load_u64(at);

	if (t->id_off)
		key ^= load_u64(at + t->id_off);
	return &t->kinds[key * 0x9e3779b97f4a7c15 >> (64 - __builtin_ctz(KINDS))];
}

static void kind_settle(struct stats *t, struct kind *k)
{
	if (k->header) {
		t->by_type[PERF_RECORD_SAMPLE] += k->nr;
		t->by_event[k->idx] += k->nr;
		t->record_bytes += k->nr * k->size;
	}
	k->nr = 0;
}

/* The samples of @walked in [at, end) that are cut, all of which have the header @header. */
static uint64_t walk_run(const struct event *walked, uint64_t header, const char *at,
			 const char *end)
{
	const struct perf_event_header *rec;
	uint64_t nr = 0;

	while ((rec = block_same(&at, end, header)))
		nr += sample_is_cut(&walked->layout, &walked->attr, rec);
	return nr;
}

/* The hot path: counts from @at on what is of the kind @k. Returns where something else begins. */
static const char *count_run(struct stats *t, struct kind *k, const char *at, const char *end)
{
	const uint64_t header = k->header, id = k->id;
	const uint32_t id_off = t->id_off, time_off = k->time_off;
	const uint32_t raw_off = k->raw_off, raw_size = k->raw_size;
	uint64_t first = t->first_less_1, last = t->last_plus_1, nr = 0;
	const struct perf_event_header *rec;
	const char *const from = at;

	while ((rec = block_same(&at, end, header))) {
		uint64_t time = time_off ? load_u64((const char *)rec + time_off) : 0;

		if (load_u64((const char *)rec + id_off) != id ||
		    load_u32((const char *)rec + raw_off) != raw_size)
			break;
		first = MIN(first, time - 1);
		last = MAX(last, time + 1);
		nr++;
	}
	if (rec)
		at = (const char *)rec;
	t->first_less_1 = first;
	t->last_plus_1 = last;
	if (unlikely(k->walked))
		t->nr_cut += walk_run(k->walked, header, from, at);
	else if (unlikely(k->cut))
		t->nr_cut += nr;
	k->nr += nr;
	return at;
}

/* Counts what is of a kind that is known already. */
static void count_known(struct stats *t, struct block *b)
{
	const char *at = b->at, *from;

	do {
		struct kind *k;

		from = at;
		if (b->end - at < (ptrdiff_t)(t->id_off + sizeof(uint64_t)))
			break;
		k = kind_slot(t, at);
		if (k->header && k->header == load_u64(at))
			at = count_run(t, k, at, b->end);
	} while (at != from);
	b->at = at;
}

/* How it is seen which of @event's samples like @rec are cut. */
static void kind_learn_cut(struct kind *k, const struct event *event,
			   const struct perf_event_header *rec)
{
	const struct sample_layout *l = &event->layout;

	k->raw_off = rec->size >= l->raw + 4u ? l->raw : 0;
	k->raw_size = load_u32((const char *)rec + k->raw_off);
	if (!l->raw &&
	    l->sample_type & (PERF_SAMPLE_READ | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW))
		k->walked = event;
	else
		k->cut = sample_is_cut(l, &event->attr, rec);
}

/* From now on, samples like @rec, which has an id if it needs one, are of a known kind. */
static struct kind *kind_learn(struct stats *t, const struct event *event,
			       const struct perf_event_header *rec)
{
	struct kind *k = kind_slot(t, (const char *)rec);

	kind_settle(t, k);
	*k = (struct kind){
		.header = record_header(rec),
		.id = load_u64((const char *)rec + t->id_off),
		.idx = event->idx,
		.time_off = rec->size >= event->layout.fixed_size ? event->layout.time : 0,
		.size = rec->size,
	};
	kind_learn_cut(k, event, rec);
	return k;
}

/* There are too many other types: all are one from now on, whichever of them came first. */
static void lump_types(struct stats *t, uint64_t nr)
{
	for (uint32_t i = 0; i < t->other_types.room; i++)
		if (t->other_types.slots[i].used)
			t->nr_other += t->other_types.slots[i].value;
	hash_release(&t->other_types);
	t->nr_other += nr;
}

static void count_type(struct stats *t, uint32_t type, uint64_t nr)
{
	uint64_t *count = NULL;

	if (type < TYPES_DIRECT) {
		t->by_type[type] += nr;
		return;
	}
	if (!t->nr_other && (t->other_types.nr < TYPES_MAX || hash_get(&t->other_types, type)))
		count = hash_put(&t->other_types, type);
	if (count)
		*count += nr;
	else
		lump_types(t, nr);
}

static void count_time(struct stats *t, uint64_t time)
{
	t->first_less_1 = MIN(t->first_less_1, time - 1);
	t->last_plus_1 = MAX(t->last_plus_1, time + 1);
}

/* Who made the sample, where that matters; else NULL. Returns 0, or -1 with ERR_MEM. */
static int find_comm(struct session *s, const struct event *event,
		     const struct perf_event_header *rec, const char **comm, struct err *err)
{
	uint32_t id;

	*comm = NULL;
	if (!s->filter.words.comms)
		return 0;
	*comm = tasks_comm(&s->tasks, sample_tid(&event->layout, rec), &id, err);
	return *comm ? 0 : -1;
}

/*
 * A sample with the counters of a group is one of each member that has grown, and so perf counts it.
 * As a record it counts when the filter takes the event that was sampled, or one of these.
 */
static int count_members(struct stats *t, struct session *s, const struct event *event,
			 const struct perf_event_header *rec, struct err *err)
{
	const struct event *member;
	struct values_iter i;
	uint64_t growth;
	const char *comm;
	bool any;
	int rc;

	if (find_comm(s, event, rec, &comm, err))
		return -1;
	any = filter_takes_member(&s->filter, event, event, rec, comm);
	values_start(&i, event, rec);
	while ((rc = values_next(&t->values, &i, &s->file, &member, &growth, err)) > 0) {
		if (!filter_takes_member(&s->filter, event, member, rec, comm))
			continue;
		t->by_event[member->idx]++;
		any = true;
	}
	if (any) {
		t->by_type[PERF_RECORD_SAMPLE]++;
		t->record_bytes += rec->size;
		count_time(t, record_time(&event->layout, rec));
	}
	return rc;
}

/* A sample of a kind that is not known, or of none: one that ends before its id. */
static int count_sample(struct stats *t, struct session *s, const struct perf_event_header *rec,
			struct err *err)
{
	const struct event *event = file_event(&s->file, rec);
	const char *at = (const char *)rec;
	const bool has_values = event && values_has(event);

	if (has_values && sample_is_whole(&event->layout, &event->attr, rec))
		return count_members(t, s, event, rec, err);
	if (event && filter_is_late(&s->filter, event)) {
		s->nr_malformed++;
		return 0;
	}
	if (event && !has_values && rec->size >= t->id_off + sizeof(uint64_t)) {
		count_run(t, kind_learn(t, event, rec), at, at + rec->size);
		return 0;
	}
	t->by_type[PERF_RECORD_SAMPLE]++;
	t->record_bytes += rec->size;
	if (event) {
		t->by_event[event->idx]++;
		s->nr_malformed++;
	} else {
		s->nr_unknown_ids++;
	}
	return 0;
}

static int count_record(struct stats *t, struct session *s, const struct perf_event_header *rec,
			struct err *err)
{
	if (rec->type == PERF_RECORD_SAMPLE)
		return count_sample(t, s, rec, err);
	session_note(s, rec);
	count_type(t, rec->type, 1);
	t->record_bytes += rec->size;
	return 0;
}

static int stats_add_block(struct consumer *consumer, struct session *s, struct block *b,
			   struct err *err)
{
	struct stats *t = (struct stats *)consumer;
	const struct perf_event_header *rec;

	do {
		count_known(t, b);
		rec = block_next(b);
		if (rec && count_record(t, s, rec, err))
			return -1;
	} while (rec);
	s->nr_malformed += t->nr_cut;
	t->nr_cut = 0;
	return 0;
}

static void settle_kinds(struct stats *t)
{
	for (uint32_t i = 0; i < KINDS; i++)
		kind_settle(t, &t->kinds[i]);
}

static int stats_merge(struct consumer *consumer, struct consumer *other, struct err *err)
{
	struct stats *t = (struct stats *)consumer, *from = (struct stats *)other;

	(void)err;
	settle_kinds(from);
	for (uint32_t i = 0; i < TYPES_DIRECT; i++)
		t->by_type[i] += from->by_type[i];
	for (uint32_t i = 0; i < from->other_types.room; i++)
		if (from->other_types.slots[i].used)
			count_type(t, from->other_types.slots[i].key,
				   from->other_types.slots[i].value);
	if (from->nr_other)
		lump_types(t, from->nr_other);
	for (uint32_t i = 0; i < from->nr_events; i++)
		t->by_event[i] += from->by_event[i];
	t->record_bytes += from->record_bytes;
	t->first_less_1 = MIN(t->first_less_1, from->first_less_1);
	t->last_plus_1 = MAX(t->last_plus_1, from->last_plus_1);
	return 0;
}

/* ---- the result ---- */

/* What the reader keeps for itself, and what came before the data. */
static void add_hidden(struct stats *t, const struct session *s)
{
	settle_kinds(t);
	count_type(t, RECORD_COMPRESSED, s->nr_compressed[0]);
	count_type(t, RECORD_COMPRESSED2, s->nr_compressed[1]);
	for (uint32_t i = 0; i < ARRAY_SIZE(s->file.head_records); i++)
		count_type(t, RECORD_USER_FIRST + i, s->file.head_records[i]);
}

/* perf prints these as ATTR and so on; their constants are PERF_RECORD_HEADER_ATTR and so on. */
static bool describes_stream(uint32_t type)
{
	return (type >= RECORD_HEADER_ATTR && type <= RECORD_BUILD_ID) || type == RECORD_FEATURE;
}

static void add_row(struct row *rows, size_t *nr, uint32_t type, uint64_t count)
{
	const struct record_kind *kind = record_kind(type);
	struct row *row = &rows[*nr];

	if (!count)
		return;
	*row = (struct row){ .type = type, .nr = count };
	if (kind)
		snprintf(row->name, sizeof(row->name), "%s%s",
			 describes_stream(type) ? "HEADER_" : "", kind->name);
	else
		snprintf(row->name, sizeof(row->name), "TYPE_%u", type);
	(*nr)++;
}

static int by_type(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->type < y->type ? -1 : x->type > y->type;
}

static struct row *collect(struct stats *t, size_t *nr)
{
	struct row *rows = calloc(TYPES_DIRECT + t->other_types.nr, sizeof(*rows));

	*nr = 0;
	for (uint32_t i = 0; rows && i < TYPES_DIRECT; i++)
		add_row(rows, nr, i, t->by_type[i]);
	for (uint32_t i = 0; rows && i < t->other_types.room; i++)
		if (t->other_types.slots[i].used)
			add_row(rows, nr, t->other_types.slots[i].key,
				t->other_types.slots[i].value);
	if (rows)
		qsort(rows, *nr, sizeof(*rows), by_type);
	return rows;
}

static int by_name(const void *a, const void *b)
{
	const struct event *x = *(const struct event *const *)a,
			   *y = *(const struct event *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->idx < y->idx ? -1 : 1;
}

/* Of events with the same name, the first gets the samples of all; the others get UINT64_MAX. */
static int merge_names(struct stats *t, const struct perf_file *f, struct err *err)
{
	const struct event **events = calloc(f->nr_events, sizeof(*events)), *first;

	if (!events)
		return fail_mem(err);
	for (uint32_t i = 0; i < f->nr_events; i++)
		events[i] = &f->events[i];
	qsort(events, f->nr_events, sizeof(*events), by_name);
	first = events[0];
	for (uint32_t i = 1; i < f->nr_events; i++) {
		uint64_t *nr = &t->by_event[events[i]->idx];

		if (strcmp(first->name, events[i]->name)) {
			first = events[i];
			continue;
		}
		t->by_event[first->idx] += *nr;
		*nr = UINT64_MAX;
	}
	free(events);
	return 0;
}

static void print_line(FILE *out)
{
	fprintf(out, "%.40s  %.20s\n", "----------------------------------------",
		"--------------------");
}

static void print_time(FILE *out, const char *what, uint64_t ns)
{
	fprintf(out, "%-40s  %10" PRIu64 ".%09" PRIu64 "\n", what, ns / 1000000000,
		ns % 1000000000);
}

static void print_table(const struct stats *t, const struct session *s, const struct row *rows,
			size_t nr, FILE *out)
{
	fprintf(out, "%s%-40s  %20s%s\n", color_on(out, COLOR_TITLE), "records", "count",
		color_off(out));
	print_line(out);
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "%-40s  %20" PRIu64 "\n", rows[i].name, rows[i].nr);
	if (t->nr_other)
		fprintf(out, "%-40s  %20" PRIu64 "\n", "of other types", t->nr_other);
	fprintf(out, "\n%s%-40s  %20s%s\n", color_on(out, COLOR_TITLE), "samples", "count",
		color_off(out));
	print_line(out);
	for (uint32_t i = 0; i < s->file.nr_events; i++) {
		int width = 40 - (int)MIN(strlen(s->file.events[i].name), 40);

		if (t->by_event[i] == UINT64_MAX)
			continue;
		out_text(out, s->file.events[i].name);
		fprintf(out, "%*s  %20" PRIu64 "\n", width, "", t->by_event[i]);
	}
	fprintf(out, "\n%s%-40s  %20" PRIu64 "%s\n",
		session_lost(s, NULL) ? color_on(out, COLOR_WARN) : "", "events lost",
		session_lost(s, NULL), session_lost(s, NULL) ? color_off(out) : "");
	fprintf(out, "%-40s  %20" PRIu64 "\n", "bytes", s->bytes);
	fprintf(out, "%-40s  %20" PRIu64 "\n", "bytes of records", t->record_bytes);
	if (has_times(t)) {
		print_time(out, "first sample, s", first_ns(t));
		print_time(out, "last sample, s", last_ns(t));
		print_time(out, "from the first to the last, s", last_ns(t) - first_ns(t));
	}
	if (s->partial)
		fprintf(out, "\n%sThis is not all: the recording could be read in part only.%s\n",
			color_on(out, COLOR_WARN), color_off(out));
}

static void print_csv(const struct stats *t, const struct session *s, const struct row *rows,
		      size_t nr, FILE *out)
{
	fprintf(out, "what,name,value\n");
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "record,%s,%" PRIu64 "\n", rows[i].name, rows[i].nr);
	if (t->nr_other)
		fprintf(out, "record,OTHER,%" PRIu64 "\n", t->nr_other);
	for (uint32_t i = 0; i < s->file.nr_events; i++) {
		if (t->by_event[i] == UINT64_MAX)
			continue;
		fprintf(out, "sample,");
		out_csv(out, s->file.events[i].name);
		fprintf(out, ",%" PRIu64 "\n", t->by_event[i]);
	}
	fprintf(out, "total,lost,%" PRIu64 "\ntotal,bytes,%" PRIu64 "\n", session_lost(s, NULL),
		s->bytes);
	fprintf(out, "total,record_bytes,%" PRIu64 "\n", t->record_bytes);
	if (has_times(t))
		fprintf(out, "total,first_ns,%" PRIu64 "\ntotal,last_ns,%" PRIu64 "\n", first_ns(t),
			last_ns(t));
	fprintf(out, "total,complete,%d\n", !s->partial);
}

static void json_counts(const struct stats *t, const struct session *s, const struct row *rows,
			size_t nr, FILE *out)
{
	const char *comma = "";

	fprintf(out, ",\"records\":{");
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "%s\"%s\":%" PRIu64, i ? "," : "", rows[i].name, rows[i].nr);
	if (t->nr_other)
		fprintf(out, "%s\"OTHER\":%" PRIu64, nr ? "," : "", t->nr_other);
	fprintf(out, "},\"samples_by_event\":{");
	for (uint32_t i = 0; i < s->file.nr_events; i++) {
		if (t->by_event[i] == UINT64_MAX)
			continue;
		fputs(comma, out);
		json_string(out, s->file.events[i].name);
		fprintf(out, ":%" PRIu64, t->by_event[i]);
		comma = ",";
	}
	putc('}', out);
}

static void print_json(const struct stats *t, const struct session *s, const struct row *rows,
		       size_t nr, FILE *out)
{
	fprintf(out, "{\"report\":\"stats\",\"version\":%d,\"file\":", SCHEMA);
	json_string(out, s->file.path);
	fputs(",\"hostname\":", out);
	if (s->file.hostname)
		json_string(out, s->file.hostname);
	else
		fputs("null", out);
	fprintf(out, ",\"lost\":%" PRIu64 ",\"complete\":%s", session_lost(s, NULL),
		s->partial ? "false" : "true");
	fprintf(out, ",\"bytes\":%" PRIu64 ",\"record_bytes\":%" PRIu64, s->bytes, t->record_bytes);
	if (has_times(t))
		fprintf(out, ",\"first_ns\":%" PRIu64 ",\"last_ns\":%" PRIu64, first_ns(t),
			last_ns(t));
	else
		fprintf(out, ",\"first_ns\":null,\"last_ns\":null");
	json_counts(t, s, rows, nr, out);
	fprintf(out, "}\n");
}

static int stats_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct stats *t = (struct stats *)consumer;
	struct row *rows;
	size_t nr;

	add_hidden(t, s);
	rows = collect(t, &nr);
	if (!rows)
		return fail_mem(err);
	if (merge_names(t, &s->file, err)) {
		free(rows);
		return -1;
	}
	if (!t->by_type[PERF_RECORD_SAMPLE])
		verdict_none_left(s, "sample");
	switch (t->opts.format) {
	case OUT_TABLE:
		print_table(t, s, rows, nr, stdout);
		break;
	case OUT_CSV:
		print_csv(t, s, rows, nr, stdout);
		break;
	case OUT_JSON:
		print_json(t, s, rows, nr, stdout);
		break;
	}
	free(rows);
	return 0;
}

static struct consumer *stats_another(const struct consumer *consumer, struct err *err)
{
	return stats_create(&((const struct stats *)consumer)->opts, err);
}

struct consumer *stats_create(const struct report_opts *o, struct err *err)
{
	struct stats *t = calloc(1, sizeof(*t));

	if (!t) {
		fail_mem(err);
		return NULL;
	}
	t->opts = *o;
	t->first_less_1 = UINT64_MAX;
	t->consumer.silent = true;
	t->consumer.start = stats_start;
	t->consumer.add_block = stats_add_block;
	t->consumer.finish = stats_finish;
	t->consumer.another = stats_another;
	t->consumer.merge = stats_merge;
	t->consumer.free = stats_destroy;
	return &t->consumer;
}

void stats_destroy(struct consumer *consumer)
{
	struct stats *t = (struct stats *)consumer;

	hash_release(&t->other_types);
	values_release(&t->values);
	free(t->by_event);
	free(t);
}
