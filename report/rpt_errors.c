#include "report/rpt_errors.h"
#include "common/json.h"
#include "report/columns.h"
#include "report/grouped.h"
#include "report/keptlist.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>

#define SCHEMA	     1 /* of the JSON form; grows when a key changes its meaning */
#define DEFAULT_BY   "errno,syscall,comm"
#define DEFAULT_SORT 0 /* of the columns below: errors */

struct errors {
	struct grouped grouped;
	struct kept_call *examples; /* of leaves: [leaf.own - 1] */
	uint32_t nr, room;
	struct calltexts *texts;
};

static double failures(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return (double)t->errors;
}

static double share(const struct grouped *g, const struct tally *t)
{
	return g->all.errors ? 100.0 * (double)t->errors / (double)g->all.errors : 0;
}

static double first(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->last_ns ? (double)t->first_ns : column_none();
}

static double last(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->last_ns ? (double)t->last_ns : column_none();
}

static const struct column columns[] = {
	{ "errors", "errors", 9, 0, COLUMN_COUNT, .value = failures },
	{ "share", "%", 6, 0, COLUMN_SHARE, .value = share },
	{ "first_ns", "first s", 15, 0, COLUMN_WHEN, .value = first },
	{ "last_ns", "last s", 15, 0, COLUMN_WHEN, .value = last },
	{ 0 },
};

/* ---- the calls ---- */

/* The example of @leaf: the first call that was seen whole; until then, any. */
static int keep_example(struct errors *x, struct leaf *leaf, const struct call *call,
			struct err *err)
{
	if (leaf->own &&
	    (x->examples[leaf->own - 1].call.state == CALL_EXACT || call->state != CALL_EXACT))
		return 0;
	if (!leaf->own && x->nr == x->room) {
		uint32_t room = MAX(2 * x->room, 64);
		struct kept_call *more = reallocarray(x->examples, room, sizeof(*more));

		if (!more)
			return fail_mem(err);
		x->examples = more;
		x->room = room;
	}
	leaf->own = leaf->own ? leaf->own : ++x->nr;
	kept_set(&x->examples[leaf->own - 1], call, &x->grouped.report,
		 call->state == CALL_EXACT ? call->end_ns - call->start_ns : 0);
	return 0;
}

static int give(void *arg, const struct call *call, struct err *err)
{
	struct errors *x = arg;
	struct groups *g = &x->grouped.groups;
	struct leaf *leaf;

	if ((call->state != CALL_EXACT && call->state != CALL_LEFT) || !call_failed(call))
		return 0;
	leaf = groups_leaf(g, call, err);
	if (!leaf || keep_example(x, leaf, call, err))
		return -1;
	return groups_count(g, leaf, call, err);
}

/* ---- the result ---- */

/* As a string; to be freed. NULL: there is none, or memory ran out. */
static char *example(const struct grouped *g, const struct leaf *leaf)
{
	const struct errors *x = (const struct errors *)g;
	char *room = leaf && leaf->own ? malloc(KEPT_TEXT_MAX + 1) : NULL;
	struct kept_call k;
	struct text t;

	if (!room)
		return NULL;
	t = (struct text){ room, room, room + KEPT_TEXT_MAX };
	k = x->examples[leaf->own - 1]; /* which may have moved since */
	k.call.args = k.call.args ? k.args : NULL;
	if (kept_text(&t, x->texts, &k)) {
		free(room);
		return NULL;
	}
	*t.at = 0;
	return room;
}

static void table_example(const struct grouped *g, const struct leaf *leaf, int indent)
{
	char *text = example(g, leaf);

	if (text)
		printf("%*s%s\n", indent, "", text);
	free(text);
}

static void csv_example(const struct grouped *g, const struct leaf *leaf)
{
	char *text = example(g, leaf);

	if (text)
		out_csv(stdout, text);
	free(text);
}

static void json_example(const struct grouped *g, const struct tally *t, const struct leaf *leaf)
{
	char *text = example(g, leaf);

	(void)t;
	if (text) {
		fputs(",\"example\":", stdout);
		json_string(stdout, text);
	}
	free(text);
}

static int errors_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct errors *x = (struct errors *)consumer;
	struct grouped *g = &x->grouped;

	x->texts = calltexts_new(g->report.arch);
	if (!x->texts)
		return fail_mem(err);
	if (grouped_sum(g, err) || grouped_print(g, s, err))
		return -1;
	out_loss(stdout, g->report.opts.format, g->report.lost);
	if (!g->groups.nr)
		verdict_none_left(s, "failed system call");
	return 0;
}

static int begin(struct callreport *r, struct err *err)
{
	struct grouped *g = (struct grouped *)r;

	(void)err;
	grouped_begin(g);
	g->groups.with_when = g->groups.with_left = true;
	return 0;
}

int errors_check(struct report_opts *o, struct err *err)
{
	struct nesting n;

	return grouped_check(o, columns, DEFAULT_SORT, DEFAULT_BY, &n, err);
}

struct consumer *errors_create(const struct report_opts *o, struct err *err)
{
	struct errors *x = calloc(1, sizeof(*x));
	struct grouped *g = &x->grouped;

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	g->report.name = "errors";
	g->report.version = SCHEMA;
	g->columns = columns;
	g->report.opts = *o;
	g->json_more = json_example;
	g->csv_title = "example";
	g->csv_more = csv_example;
	g->table_more = table_example;
	if (grouped_check(&g->report.opts, columns, DEFAULT_SORT, DEFAULT_BY, &g->nesting, err)) {
		free(x);
		return NULL;
	}
	grouped_init(g, give, WANT_ARGS);
	g->report.begin = begin;
	g->report.consumer.finish = errors_finish;
	g->report.consumer.free = errors_destroy;
	return &g->report.consumer;
}

void errors_destroy(struct consumer *consumer)
{
	struct errors *x = (struct errors *)consumer;

	grouped_release(&x->grouped); /* ends the thread, which uses the rest */
	free(x->examples);
	calltexts_free(x->texts);
	free(x);
}
