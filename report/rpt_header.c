#include "report/rpt_header.h"
#include "common/json.h"
#include "report/header_json.h"
#include "report/header_text.h"
#include "report/rpt_events.h"
#include "report/session.h"
#include "report/tell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define SCHEMA	  1  /* of the JSON form; grows when a key changes its meaning */
#define PERF_LAST 32 /* the first number that perf 6.1 does not call missing when it is */

struct header {
	struct consumer consumer;
	struct report_opts opts;
	const struct perf_file *file;
	struct header_context context;
	bool damaged[FEATURE_MAX];
	struct err damage; /* what was found last; what was found before has been told */
};

/* Each damage is a line on stderr; that of the last one is printed by main(). */
static void note_damage(struct header *h, unsigned bit, const struct err *err)
{
	h->damaged[bit] = true;
	if (h->damage.code)
		tell_error(&h->damage);
	h->damage = *err;
}

static void note_wrong(struct header *h, unsigned bit, const struct feature_body *b)
{
	struct err err = { 0 };
	char name[FEATURE_NAME_MAX];

	fail(&err, ERR_DATA, "%s: offset %#" PRIx64 ": the feature %s %s; it is left out",
	     h->file->path, h->file->features[bit].offset + b->wrong_at, header_name(bit, name),
	     b->wrong);
	note_damage(h, bit, &err);
}

/* Returns false when it is damaged. */
static bool load(struct header *h, unsigned bit, struct buf *body, struct feature_body *b)
{
	struct err err = { 0 };

	if (header_body(&h->context, bit, body, b, &err)) {
		note_damage(h, bit, &err);
		return false;
	}
	if (b->wrong)
		note_wrong(h, bit, b);
	return !b->wrong;
}

static void print_feature(struct header *h, unsigned bit, FILE *out)
{
	struct feature_body b;
	struct buf body = { 0 };

	if (load(h, bit, &body, &b)) {
		if (h->opts.format == OUT_JSON)
			header_json(out, &h->context, bit, &b);
		else
			header_text(out, &h->context, bit, &b);
	}
	buf_release(&body);
}

/* TRACING_DATA has been read when the file was opened. */
static void print_features(struct header *h, FILE *out)
{
	for (unsigned bit = FEATURE_TRACING_DATA + 1; bit < FEATURE_MAX; bit++)
		if (file_has_feature(h->file, bit))
			print_feature(h, bit, out);
}

/* The header says that they are there: the table that says where is damaged, or lost. */
static void note_lost(struct header *h)
{
	const struct perf_file *f = h->file;
	unsigned nr = 0, first = 0;
	struct err err = { 0 };
	char name[FEATURE_NAME_MAX], others[32] = "";

	for (unsigned bit = FEATURE_MAX - 1; bit; bit--) {
		if (!file_names_feature(f, bit) || file_has_feature(f, bit))
			continue;
		first = bit;
		nr++;
		h->damaged[bit] = true;
	}
	if (!nr || f->unfinished)
		return;
	if (nr > 1)
		snprintf(others, sizeof(others), " and %u others", nr - 1);
	fail(&err, ERR_DATA,
	     "%s: offset %#" PRIx64 ": the table of features has no place in the file for %s%s; "
	     "what that would tell is left out",
	     f->path, f->header.data.offset + f->header.data.size, header_name(first, name),
	     others);
	note_damage(h, first, &err);
}

/* ---- text ---- */

static void print_missing(const struct perf_file *f, FILE *out)
{
	fprintf(out, "# missing features: ");
	for (const struct feature_kind *k = feature_kinds; k->name && k->bit < PERF_LAST; k++)
		if (!file_names_feature(f, k->bit))
			fprintf(out, "%s ", k->name);
	putc('\n', out);
}

/* When it was written; false of a pipe, and of what came through one and is kept without a name. */
static bool written_at(const struct perf_file *f, time_t *at)
{
	struct stat st;

	if (f->sequential || fstat(f->fd, &st) || !st.st_nlink)
		return false;
	*at = st.st_mtime;
	return true;
}

static void print_text(struct header *h, FILE *out)
{
	const struct file_header *head = &h->file->header;
	char date[32];
	time_t at;

	fprintf(out, "# ========\n");
	if (written_at(h->file, &at) && ctime_r(&at, date))
		fprintf(out, "# captured on    : %s", date);
	fprintf(out, "# header version : %d\n",
		memcmp(&head->magic, PERF_MAGIC_OLD, sizeof(head->magic)) != 0);
	if (!h->file->stream)
		fprintf(out,
			"# data offset    : %" PRIu64 "\n"
			"# data size      : %" PRIu64 "\n"
			"# feat offset    : %" PRIu64 "\n",
			head->data.offset, head->data.size, head->data.offset + head->data.size);
	print_features(h, out);
	if (!h->file->stream)
		print_missing(h->file, out);
	fprintf(out, "# ========\n#\n");
}

/* ---- JSON ---- */

static void json_written(const struct perf_file *f, FILE *out)
{
	char date[32];
	struct tm tm;
	time_t at;

	if (!written_at(f, &at) || !gmtime_r(&at, &tm))
		return;
	strftime(date, sizeof(date), "%FT%TZ", &tm);
	fprintf(out, ",\"captured_on\":\"%s\"", date);
}

static void json_names(FILE *out, const char *key, const struct header *h,
		       bool (*is_one)(const struct header *h, unsigned bit))
{
	const char *comma = "";
	char name[FEATURE_NAME_MAX];

	fprintf(out, ",\"%s\":[", key);
	for (unsigned bit = 1; bit < FEATURE_MAX; bit++) {
		if (!is_one(h, bit))
			continue;
		fprintf(out, "%s\"%s\"", comma, header_name(bit, name));
		comma = ",";
	}
	putc(']', out);
}

static bool is_there(const struct header *h, unsigned bit)
{
	return file_has_feature(h->file, bit) && !h->damaged[bit];
}

static bool is_damaged(const struct header *h, unsigned bit)
{
	return h->damaged[bit];
}

static bool is_missing(const struct header *h, unsigned bit)
{
	return feature_kind(bit) && !file_names_feature(h->file, bit) && !h->damaged[bit];
}

static void json_place(const struct perf_file *f, FILE *out)
{
	const struct file_header *head = &f->header;

	fprintf(out, ",\"stream\":%s,\"header_version\":%d", f->stream ? "true" : "false",
		memcmp(&head->magic, PERF_MAGIC_OLD, sizeof(head->magic)) != 0);
	fprintf(out, ",\"data_offset\":%" PRIu64, f->data.offset);
	if (!f->stream)
		fprintf(out, ",\"data_size\":%" PRIu64 ",\"feat_offset\":%" PRIu64, head->data.size,
			head->data.offset + head->data.size);
}

static void json_tracing(const struct perf_file *f, FILE *out)
{
	if (!file_has_feature(f, FEATURE_TRACING_DATA))
		return;
	fprintf(out, ",\"tracing_data\":{\"size\":%" PRIu64 ",\"formats\":%u}",
		f->features[FEATURE_TRACING_DATA].size, f->tps.nr);
}

static void print_json(struct header *h, FILE *out)
{
	fprintf(out, "{\"report\":\"header\",\"schema\":%d,\"file\":", SCHEMA);
	json_string(out, h->file->path);
	json_written(h->file, out);
	json_place(h->file, out);
	json_tracing(h->file, out);
	print_features(h, out);
	fprintf(out, ",\"events\":");
	events_json(out, h->file);
	json_names(out, "features", h, is_there);
	json_names(out, "missing_features", h, is_missing);
	json_names(out, "damaged_features", h, is_damaged);
	fprintf(out, "}\n");
}

static int header_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct header *h = (struct header *)consumer;

	h->file = &s->file;
	if (h->opts.format != OUT_CSV)
		return 0;
	return fail(err, ERR_USAGE,
		    "option --format: the header is no table; it has table and json");
}

static int header_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct header *h = (struct header *)consumer;

	(void)s;
	note_lost(h);
	if (header_context_init(&h->context, h->file, h->opts.info, err))
		return -1;
	if (h->opts.format == OUT_JSON)
		print_json(h, stdout);
	else
		print_text(h, stdout);
	if (!h->damage.code)
		return 0;
	*err = h->damage;
	return -1;
}

struct consumer *header_create(const struct report_opts *o, struct err *err)
{
	struct header *h = calloc(1, sizeof(*h));

	if (!h) {
		fail_mem(err);
		return NULL;
	}
	h->opts = *o;
	h->consumer.start = header_start;
	h->consumer.finish = header_finish;
	return &h->consumer;
}

void header_destroy(struct consumer *consumer)
{
	struct header *h = (struct header *)consumer;

	header_context_release(&h->context);
	free(h);
}
