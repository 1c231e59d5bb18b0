#include "report/rpt_futex.h"
#include "common/syscall.h"
#include "report/columns.h"
#include "report/grouped.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <linux/futex.h>
#include <stdlib.h>

#define SCHEMA	     1 /* of the JSON form; grows when a key changes its meaning */
#define DEFAULT_SORT 1 /* of the columns below: total_ns */

struct futex {
	struct grouped grouped;
	int64_t futex_nr, compat_futex_nr; /* of the call */
};

static double waits(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr;
}

static const struct column columns[] = {
	{ "count", "count", 9, 0, COLUMN_COUNT, .value = waits },
	{ "total_ns", "total ms", 11, 0, COLUMN_TIME, .in_ms = true, .value = column_total },
	{ "avg_ns", "avg us", 9, 0, COLUMN_TIME, .value = column_mean },
	{ "max_ns", "max us", 11, 0, COLUMN_TIME, .value = column_max },
	{ "min_ns", "min us", 9, 0, COLUMN_TIME, .value = column_min },
	{ 0 },
};

/* Only those that wait for a lock that is taken; who wakes them does not. */
static int give(void *arg, const struct call *call, struct err *err)
{
	struct futex *x = arg;

	if ((call->nr != x->futex_nr && call->nr != x->compat_futex_nr) ||
	    call->state != CALL_EXACT || (call->args[1] & FUTEX_CMD_MASK) != FUTEX_WAIT)
		return 0;
	return groups_add(&x->grouped.groups, call, err);
}

/* A thread's waits for a lock. */
static void print_lock(const struct grouped *g, const struct group *lock)
{
	const struct hist *h = &lock->tally.times;
	const uint64_t *key = g->groups.leaves[lock->first].key;
	const uint32_t nr = g->groups.nesting.nr;
	const struct thread_name *t = groups_thread(&g->groups, BY_TID, key[nr - 2]);
	char host[LABEL_ROOM];

	if (nr > 2) {
		groups_label(&g->groups, BY_HOST, key[0], g->report.arch, host);
		out_text(stdout, host);
		fputs(": ", stdout);
	}
	if (t && t->comm != UINT32_MAX)
		out_text(stdout, g->report.stream.pairs.comms.at[t->comm]);
	printf("[%" PRIu32 "] lock %" PRIx64 " contended %" PRIu64
	       " times, %.0f avg ns [max: %" PRIu64 " ns, min %" PRIu64 " ns]\n",
	       t ? t->tid : 0, lock->key, h->nr, hist_mean(h), h->max_ns, h->min_ns);
}

/* The groups of a level: hosts, if there are several, threads, locks. */
static int print_level(struct grouped *g, size_t first, size_t nr_leaves, uint32_t level)
{
	size_t nr, shown;
	struct group *list = grouped_split(g, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		if (level + 1 < g->groups.nesting.nr)
			rc = print_level(g, list[i].first, list[i].nr, level + 1);
		else
			print_lock(g, &list[i]);
	}
	if (!rc && nr > shown)
		printf("... and %zu more: %s\n", nr - shown, by_name(g->groups.nesting.by[level]));
	groups_free(list, list ? nr : 0);
	return rc;
}

static int futex_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct grouped *g = (struct grouped *)consumer;

	if (grouped_sum(g, err))
		return -1;
	if (g->report.opts.format != OUT_TABLE) {
		if (grouped_print(g, s, err))
			return -1;
	} else if (!g->groups.nr) {
		puts("No thread waited for a lock.");
	} else if (print_level(g, 0, g->groups.nr, 0)) {
		return fail_mem(err);
	}
	out_loss(stdout, g->report.opts.format, g->report.lost);
	if (!g->groups.nr)
		verdict_none_left(s, "wait for a futex");
	return 0;
}

static int begin(struct callreport *r, struct err *err)
{
	struct futex *x = (struct futex *)r;

	x->futex_nr = syscall_number(r->arch, "futex");
	x->compat_futex_nr = syscall_compat_number(r->arch, "futex");
	(void)err;
	grouped_begin(&x->grouped);
	return 0;
}

int futex_check(struct report_opts *o, struct err *err)
{
	struct nesting n;

	return grouped_check(o, columns, DEFAULT_SORT, "tid", &n, err);
}

struct consumer *futex_create(const struct report_opts *o, struct err *err)
{
	struct futex *x = calloc(1, sizeof(*x));
	struct grouped *g = &x->grouped;

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	g->report.name = "futex-contention";
	g->report.version = SCHEMA;
	g->columns = columns;
	g->report.opts = *o;
	if (futex_check(&g->report.opts, err)) {
		free(x);
		return NULL;
	}
	g->nesting = (struct nesting){ .by = { BY_TID, BY_LOCK }, .nr = 2 };
	grouped_init(g, give, WANT_ARGS);
	g->report.begin = begin;
	g->report.consumer.finish = futex_finish;
	g->report.consumer.free = futex_destroy;
	return &g->report.consumer;
}

void futex_destroy(struct consumer *consumer)
{
	grouped_release((struct grouped *)consumer);
	free(consumer);
}
