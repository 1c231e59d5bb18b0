/* main.c - picks what ana is to do, and sets the exit status. */
#include "common/util.h"
#include "common/version.h"
#include "gen/python.h"
#include "report/color.h"
#include "report/complete.h"
#include "report/help.h"
#include "report/opts.h"
#include "report/repair.h"
#include "report/report.h"
#include "report/rpt_top.h"
#include "report/script.h"
#include "report/scriptlist.h"
#include "report/session.h"
#include "report/several.h"
#include "report/tell.h"
#include "report/verdict.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_SCRIPT "perf-script.py"

static void list_reports(void)
{
	for (const struct report *r = reports; r->name; r++)
		printf("%-23s %s\n", r->name, r->summary);
	scriptlist_print(stdout);
}

static int answer(const struct ana_opts *o)
{
	if (o->complete)
		complete_ana(o->complete, o->nr_complete);
	else if (o->help && o->report)
		help_report(o->report, stdout);
	else if (o->help && o->help_repair)
		help_repair(stdout);
	else if (o->help)
		opts_print_help();
	else if (o->version)
		printf("ana (recana) " RECANA_VERSION "\n");
	else if (o->list)
		list_reports();
	else
		opts_print_table();
	return 0;
}

static void on_interrupt(int sig)
{
	(void)sig;
}

/*
 * Ctrl-C at `rec -o - | ana REPORT -` ends the recording; the report of it is wanted. A second one
 * ends ana, too.
 */
static void leave_interrupt_to_recorder(void)
{
	struct sigaction once = { .sa_handler = on_interrupt,
				  .sa_flags = SA_RESETHAND | SA_RESTART };
	struct sigaction before;

	if (!sigaction(SIGINT, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(SIGINT, &once, NULL);
}

/* One report of all @nr files. */
static int run_report(const struct ana_opts *o, struct session *all, uint32_t nr, struct err *err)
{
	struct consumer *c = o->report->create(&o->report_opts, err);
	int rc;

	for (uint32_t i = 0; i < nr; i++)
		if (all[i].file.sequential)
			leave_interrupt_to_recorder();
	rc = c ? session_run(all, nr, c, err) : -1;
	if (c)
		o->report->destroy(c);
	return verdict_tell(all, nr, rc, err);
}

/* One report of all files that can be opened. */
static int report_all(const struct ana_opts *o, int *status, struct err *err)
{
	const bool compares = o->report->options & (REPORT_AS_ONE | REPORT_TIMED);
	struct session *all = calloc(o->nr_inputs, sizeof(*all));
	uint32_t nr = o->nr_inputs;
	int rc;

	if (!all)
		return fail_mem(err);
	rc = session_open_some(all, &nr, o->inputs, &o->report_opts.filter, compares, status, err);
	if (!rc) {
		rc = run_report(o, all, nr, err);
		session_close_all(all, nr);
	}
	free(all);
	return rc;
}

/* Of the reports of several files, in tables. */
struct headings {
	bool wanted;
	bool hosts; /* the files are of several */
	bool any;   /* there was one already */
};

static void print_heading(struct headings *h, const char *path, const struct session *s)
{
	if (!h->wanted)
		return;
	printf("%s%s==> ", h->any ? "\n" : "", color_on(stdout, COLOR_TITLE));
	out_text(stdout, path);
	if (h->hosts) {
		fputs(" (", stdout);
		out_text(stdout, s->file.hostname ? s->file.hostname : "?");
		fputs(")", stdout);
	}
	printf(" <==%s\n", color_off(stdout));
	h->any = true;
}

static int report_file(const struct ana_opts *o, const char *path, struct headings *headings,
		       struct err *err)
{
	struct session s;
	int rc;

	if (session_open(&s, path, &o->report_opts.filter, err))
		return -1;
	print_heading(headings, path, &s);
	rc = run_report(o, &s, 1, err);
	session_close(&s);
	return rc;
}

/* Damage of a file does not keep the others from being read. */
static int report_each(const struct ana_opts *o, int *status, struct err *err)
{
	struct headings headings = { .wanted = o->nr_inputs > 1 &&
					       o->report_opts.format == OUT_TABLE };
	bool failed = false;

	if (headings.wanted)
		headings.hosts = several_hosts(o->inputs, o->nr_inputs);
	for (uint32_t i = 0; i < o->nr_inputs; i++) {
		if (failed) /* the last one is told at the end */
			tell_error(err);
		*err = (struct err){ 0 };
		failed = report_file(o, o->inputs[i], &headings, err);
		if (failed)
			*status = MAX(*status, err_status(err));
	}
	return failed ? -1 : 0;
}

static int write_skeleton(const struct ana_opts *o, const struct session *s, struct err *err)
{
	const char *path = o->output ? o->output : DEFAULT_SCRIPT;
	bool wrote;

	if (!s->file.tps.nr)
		return fail(err, ERR_DATA, "%s: describes no tracepoints to generate handlers for",
			    s->file.path);
	if (gen_python_file(path, &s->file.tps, o->force, &wrote, err))
		return -1;
	fprintf(stderr, "%s Python script: %s\n", wrote ? "generated" : "unchanged", path);
	return 0;
}

/* "Python", "py": as perf takes them. */
static int check_language(const struct ana_opts *o, struct err *err)
{
	if (!strcasecmp(o->generate, "python") || !strcasecmp(o->generate, "py"))
		return 0;
	return fail(err, ERR_USAGE, "option -g: cannot generate %s, only python", o->generate);
}

static int generate(const struct ana_opts *o, struct err *err)
{
	struct session s;
	int rc;

	if (check_language(o, err) || session_open(&s, o->inputs[0], &o->report_opts.filter, err))
		return -1;
	rc = write_skeleton(o, &s, err);
	session_close(&s);
	return rc;
}

static int run_script_on(struct session *all, const struct ana_opts *o, int *status,
			 struct err *err)
{
	int rc = script_run(all, o->nr_inputs, o->script, o->script_argc, o->script_argv, status,
			    err);
	uint64_t nr_lost = 0;
	char lost[32];

	rc = verdict_tell(all, o->nr_inputs, rc, err);
	for (uint32_t i = 0; i < o->nr_inputs; i++)
		nr_lost += session_lost(&all[i], NULL);
	if (!rc && nr_lost)
		tell_warning("the script saw no more than this: %s events were lost",
			     out_grouped(nr_lost, lost));
	if (rc) /* that goes before what the script ended with */
		*status = 0;
	return rc;
}

/* Of all files, or of none: a script cannot know that one is missing. */
static int run_script(const struct ana_opts *o, int *status, struct err *err)
{
	struct session *all = calloc(o->nr_inputs, sizeof(*all));
	int rc;

	if (!all)
		return fail_mem(err);
	rc = session_open_all(all, o->nr_inputs, o->inputs, &o->report_opts.filter, true, err);
	if (!rc) {
		rc = run_script_on(all, o, status, err);
		session_close_all(all, o->nr_inputs);
	}
	free(all);
	return rc;
}

static int run(const struct ana_opts *o, int *status, struct err *err)
{
	switch (o->mode) {
	case ANA_TELL:
		return answer(o);
	case ANA_REPAIR:
		return repair(o->inputs[0], o->output, o->force, err);
	case ANA_GENERATE:
		return generate(o, err);
	case ANA_SCRIPT:
		return run_script(o, status, err);
	case ANA_REPORT:
		break;
	}
	if (o->report->options & REPORT_LIVE)
		return top_run(&o->report_opts, o->inputs, o->nr_inputs, status, err);
	if (o->report->options & (REPORT_SUM | REPORT_AS_ONE))
		return report_all(o, status, err);
	return report_each(o, status, err);
}

int main(int argc, char **argv)
{
	struct ana_opts opts;
	struct err err = { 0 };
	int status = 0, rc = opts_parse(&opts, argc, argv, &err);

	color_choose(opts.color);
	if (!rc)
		rc = run(&opts, &status, &err);
	opts_release(&opts);
	/* A full disk is noticed here, not by the last printf; who noticed it before has ERR_IO. */
	if ((fflush(stdout) || ferror(stdout)) && !(rc && err.code == ERR_IO)) {
		if (rc)
			tell_error(&err);
		rc = fail(&err, ERR_IO, "cannot write the result: %s", strerror(errno));
	}
	if (rc) {
		tell_error(&err);
		return MAX(err_status(&err), status);
	}
	return status;
}
