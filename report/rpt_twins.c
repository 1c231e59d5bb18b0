#include "report/rpt_twins.h"
#include "common/syscall.h"
#include "report/color.h"
#include "report/grouped.h"
#include "report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA 1 /* of the JSON forms; grows when a key changes its meaning */

/* A table of one of perf's scripts. */
struct twin {
	const char *name, *by;
	const char *heading; /* of the table; with the name of a task: behind " for " */
	const char *title;   /* of the first column */
	const char *count;   /* of the second */
	int width;	     /* of the first */
	unsigned want;
	bool failed;	  /* only calls that failed */
	const char *none; /* what there is none of, when there is nothing */
};

static const struct twin by_pid = {
	.name = "syscall-counts-by-pid",
	.by = "comm,tid,syscall",
	.heading = "syscall events",
	.title = "comm [pid]/syscalls",
	.count = "count",
	.width = 40,
	.want = WANT_ENTERS,
	.none = "system call",
};

static const struct twin failed = {
	.name = "failed-syscalls",
	.by = "comm",
	.heading = "failed syscalls",
	.title = "comm",
	.count = "# errors",
	.width = 20,
	.want = WANT_EXITS,
	.failed = true,
	.none = "failed system call",
};

static const struct twin failed_by_pid = {
	.name = "failed-syscalls-by-pid",
	.by = "comm,tid,syscall,errno",
	.heading = "syscall errors",
	.title = "comm [pid]",
	.count = "count",
	.width = 50,
	.want = WANT_EXITS,
	.failed = true,
	.none = "failed system call",
};

struct twins {
	struct grouped grouped;
	const struct twin *twin;
};

static double count(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->open + t->left;
}

static const struct column columns[] = {
	{ "count", "count", 10, 0, COLUMN_COUNT, .value = count },
	{ 0 },
};

static int give(void *arg, const struct call *call, struct err *err)
{
	struct twins *x = arg;

	if (x->twin->failed && call->ret >= 0)
		return 0;
	return groups_add(&x->grouped.groups, call, err);
}

/* ---- the tables ---- */

static void print_count(const struct twins *x, int width, const struct tally *t)
{
	printf("%*s  %10.0f\n", MAX(x->twin->width - width, 0), "", count(&x->grouped, t));
}

/* @indent blanks, and @label, which may be longer than there is room for. Returns how many columns that takes. */
static int print_label(int indent, const char *label)
{
	printf("%*s", indent, "");
	out_text(stdout, label);
	return indent + out_width(label);
}

static void print_error(const struct twins *x, const struct group *group)
{
	char label[LABEL_ROOM], text[LABEL_ROOM + 64];
	const char *what = strerrordesc_np((int)group->key);

	groups_label(&x->grouped.groups, BY_ERRNO, group->key, x->grouped.report.arch, label);
	snprintf(text, sizeof(text), "err = %s%s%s%s", label, what ? " (" : "", what ? what : "",
		 what ? ")" : "");
	print_count(x, print_label(4, text), &group->tally);
}

static void print_call(const struct twins *x, const struct group *group)
{
	char name[SYSCALL_NAME_MAX], text[SYSCALL_NAME_MAX + 32];
	bool known = !syscall_name(x->grouped.report.arch, (int64_t)group->key, name) &&
		     !syscall_is_compat((int64_t)group->key);

	snprintf(text, sizeof(text), "%s%s%s", x->twin->failed ? "syscall: " : "",
		 known ? "sys_" : "", name);
	if (x->twin->failed) {
		print_label(2, text);
		putchar('\n');
	} else {
		print_count(x, print_label(2, text), &group->tally);
	}
}

/* "nginx [812]", for the group of a thread: its leaves have the name of the level above. */
static void print_task(const struct twins *x, const struct group *group, uint32_t level)
{
	const struct groups *g = &x->grouped.groups;
	const struct thread_name *t = groups_thread(g, BY_TID, group->key);
	char label[LABEL_ROOM];

	groups_label(g, BY_COMM, g->leaves[group->first].key[level - 1], x->grouped.report.arch,
		     label);
	putchar('\n');
	out_text(stdout, label);
	printf(" [%" PRIu32 "]\n", t ? t->tid : 0);
}

static void print_group(const struct twins *x, const struct group *group, uint32_t level)
{
	char label[LABEL_ROOM];

	switch (x->grouped.groups.nesting.by[level]) {
	case BY_TID:
		print_task(x, group, level);
		break;
	case BY_SYSCALL:
		print_call(x, group);
		break;
	case BY_ERRNO:
		print_error(x, group);
		break;
	case BY_COMM:
		groups_label(&x->grouped.groups, BY_COMM, group->key, x->grouped.report.arch,
			     label);
		if (level + 1 == x->grouped.groups.nesting.nr)
			print_count(x, print_label(0, label), &group->tally);
		break;
	default: /* a host */
		groups_label(&x->grouped.groups, BY_HOST, group->key, x->grouped.report.arch,
			     label);
		fputs("\n==> ", stdout);
		out_text(stdout, label);
		puts(" <==");
	}
}

static int print_level(struct twins *x, size_t first, size_t nr_leaves, uint32_t level)
{
	struct grouped *g = &x->grouped;
	size_t nr, shown;
	struct group *list = grouped_split(g, first, nr_leaves, level, &nr, &shown);
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < shown && !rc; i++) {
		print_group(x, &list[i], level);
		if (level + 1 < g->groups.nesting.nr)
			rc = print_level(x, list[i].first, list[i].nr, level + 1);
	}
	if (!rc && nr > shown)
		printf("... and %zu more: %s\n", nr - shown, by_name(g->groups.nesting.by[level]));
	groups_free(list, list ? nr : 0);
	return rc;
}

static int print_table(struct twins *x)
{
	const struct twin *t = x->twin;
	const char *comms = x->grouped.report.opts.filter.comms;

	printf("%s%s", t->heading, comms ? " for " : " by comm");
	if (comms)
		out_text(stdout, comms);
	else if (strchr(t->by, ','))
		fputs("/pid", stdout);
	printf(":\n\n%s%-*s  %10s%s\n", color_on(stdout, COLOR_TITLE), t->width, t->title, t->count,
	       color_off(stdout));
	for (int i = 0; i < t->width; i++)
		putchar('-');
	puts("  ----------");
	return print_level(x, 0, x->grouped.groups.nr, 0);
}

static int twins_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	struct twins *x = (struct twins *)consumer;
	struct grouped *g = &x->grouped;

	if (grouped_sum(g, err))
		return -1;
	if (g->report.opts.format != OUT_TABLE) {
		if (grouped_print(g, s, err))
			return -1;
	} else if (print_table(x)) {
		return fail_mem(err);
	}
	out_loss(stdout, g->report.opts.format, g->report.lost);
	if (!g->groups.nr)
		verdict_none_left(s, x->twin->none);
	return 0;
}

int twins_check(struct report_opts *o, struct err *err)
{
	struct nesting n;

	return grouped_check(o, columns, 0, "comm", &n, err);
}

static struct consumer *create(const struct twin *twin, const struct report_opts *o,
			       struct err *err)
{
	struct twins *x = calloc(1, sizeof(*x));
	struct grouped *g = &x->grouped;

	if (!x) {
		fail_mem(err);
		return NULL;
	}
	x->twin = twin;
	g->report.name = twin->name;
	g->report.version = SCHEMA;
	g->columns = columns;
	g->report.opts = *o;
	if (grouped_check(&g->report.opts, columns, 0, twin->by, &g->nesting, err)) {
		free(x);
		return NULL;
	}
	grouped_init(g, give, twin->want);
	g->report.consumer.finish = twins_finish;
	g->report.consumer.free = twins_destroy;
	return &g->report.consumer;
}

struct consumer *counts_by_pid_create(const struct report_opts *o, struct err *err)
{
	return create(&by_pid, o, err);
}

struct consumer *failed_create(const struct report_opts *o, struct err *err)
{
	return create(&failed, o, err);
}

struct consumer *failed_by_pid_create(const struct report_opts *o, struct err *err)
{
	return create(&failed_by_pid, o, err);
}

void twins_destroy(struct consumer *consumer)
{
	grouped_release((struct grouped *)consumer);
	free(consumer);
}
