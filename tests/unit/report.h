/*
 * report.h - runs a built-in report on a file of recbuild.h, and keeps what it printed.
 *
 *	struct report_run x = { 0 };
 *	rb_raw_syscalls(&x.b);
 *	report_run(&x, "stats", &(struct report_opts){ .format = OUT_JSON });
 *	assert_contains(x.out, "\"SAMPLE\":2");
 *	report_end(&x);
 */
#ifndef TESTS_UNIT_REPORT_H
#define TESTS_UNIT_REPORT_H

#include "report/report.h"
#include "report/session.h"
#include "report/verdict.h"
#include "tests/unit/recbuild.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct report_run {
	struct rb_file b;
	bool piped; /* the file comes through a pipe */
	int rc;
	struct err err;
	char *out, *said; /* what went to stdout, to stderr */
};

/* Lets @fd be a file in memory; *@was: what it was. */
static inline int report_catch(int fd, int *was)
{
	int file = memfd_create("caught", MFD_CLOEXEC);

	fflush(NULL);
	*was = dup(fd);
	if (file < 0 || *was < 0 || dup2(file, fd) < 0)
		abort();
	return file;
}

static inline char *report_caught(int fd, int was, int file)
{
	off_t len;
	char *text;

	fflush(NULL);
	dup2(was, fd);
	close(was);
	len = lseek(file, 0, SEEK_END);
	text = calloc(1, len + 1);
	if (!text || pread(file, text, len, 0) != len)
		abort();
	close(file);
	return text;
}

static inline int report_read(struct report_run *x, const char *path, const char *name,
			      const struct report_opts *o)
{
	const struct report *report = report_find(name, &x->err);
	struct consumer *c = report ? report->create(o, &x->err) : NULL;
	struct session s;
	int rc;

	if (!c)
		return -1;
	if (session_open(&s, path, &o->filter, &x->err)) {
		report->destroy(c);
		return -1;
	}
	rc = session_run(&s, 1, c, &x->err);
	report->destroy(c);
	verdict_warn(&s);
	session_close(&s);
	return rc;
}

static inline void report_run(struct report_run *x, const char *name, const struct report_opts *o)
{
	int out, out_was, said, said_was, fd = -1;
	const char *path;
	pid_t writer = 0;

	if (!x->b.out.len)
		rb_finish(&x->b);
	path = x->piped ? rb_pipe(&x->b, x->b.out.len, 4096, &writer, &fd) : rb_path(&x->b);
	out = report_catch(STDOUT_FILENO, &out_was);
	said = report_catch(STDERR_FILENO, &said_was);
	x->rc = report_read(x, path, name, o);
	x->out = report_caught(STDOUT_FILENO, out_was, out);
	x->said = report_caught(STDERR_FILENO, said_was, said);
	if (x->piped) {
		close(fd);
		waitpid(writer, NULL, 0);
	}
}

static inline void report_end(struct report_run *x)
{
	free(x->out);
	free(x->said);
	rb_release(&x->b);
	*x = (struct report_run){ 0 };
}

#endif
