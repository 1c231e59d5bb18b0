#include "gen/python.h"
#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_COLUMNS 99

extern const char gen_template[]; /* template.S; NUL-terminated */

static const char marker[] = "# HANDLERS\n";

/* What a field's parameter may not be called: Python's words, and what a handler uses. */
static const char *const taken[] = {
	"False",
	"None",
	"True",
	"__debug__",
	"and",
	"as",
	"assert",
	"async",
	"await",
	"break",
	"class",
	"continue",
	"def",
	"del",
	"elif",
	"else",
	"except",
	"finally",
	"for",
	"from",
	"global",
	"if",
	"import",
	"in",
	"is",
	"lambda",
	"nonlocal",
	"not",
	"or",
	"pass",
	"raise",
	"return",
	"try",
	"while",
	"with",
	"yield",
	"event_name",
	"context",
	"common_cpu",
	"common_secs",
	"common_nsecs",
	"common_pid",
	"common_comm",
	"common_callchain",
	"perf_sample_dict",
	"print",
	"print_header",
	"print_callchain",
	"flag_str",
	"symbol_str",
};

/* A list that is broken into lines. */
struct list {
	struct buf *out;
	size_t column;
	int nr; /* items so far */
	const char *indent;
};

/* Adds @item and what follows it, which may be "". A blank or a new line goes in front. */
static void list_add(struct list *l, const char *item, const char *after)
{
	size_t len = strlen(item) + strlen(after);

	if (l->nr++ && l->column + 1 + len <= LINE_MAX_COLUMNS) {
		buf_printf(l->out, " %s%s", item, after);
		l->column += 1 + len;
		return;
	}
	if (l->nr > 1) {
		buf_printf(l->out, "\n%s", l->indent);
		l->column = strlen(l->indent);
	}
	buf_printf(l->out, "%s%s", item, after);
	l->column += len;
}

/* The parameters of a tracepoint's fields. */
struct params {
	const struct tp_format *tp;
	char **names; /* tp->nr_fields of them, owned */
};

static void params_release(struct params *p)
{
	for (uint32_t i = 0; p->names && i < p->tp->nr_fields; i++)
		free(p->names[i]);
	free(p->names);
}

static bool is_taken(const struct params *p, uint32_t idx, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (!strcmp(taken[i], name))
			return true;
	for (uint32_t i = 0; i < idx; i++)
		if (!strcmp(p->names[i], name))
			return true;
	/* "from_" for the field "from" must not take the name of a field "from_". */
	if (strcmp(name, p->tp->fields[idx].name))
		for (uint32_t i = idx + 1; i < p->tp->nr_fields; i++)
			if (!strcmp(p->tp->fields[i].name, name))
				return true;
	return false;
}

/* Each "_" is one more that was taken, so there are at most nr_fields + 1 of them. */
static char *new_param(const struct params *p, uint32_t idx)
{
	const char *field = p->tp->fields[idx].name;
	size_t len = strlen(field), room = len + p->tp->nr_fields + ARRAY_SIZE(taken) + 1;
	char *name = calloc(1, room);

	if (!name)
		return NULL;
	memcpy(name, field, len);
	while (is_taken(p, idx, name))
		name[len++] = '_';
	return name;
}

static int params_init(struct params *p, const struct tp_format *tp)
{
	*p = (struct params){ tp, calloc(tp->nr_fields + 1, sizeof(*p->names)) };
	if (!p->names)
		return -1;
	for (uint32_t i = 0; i < tp->nr_fields; i++) {
		p->names[i] = new_param(p, i);
		if (!p->names[i])
			return -1;
	}
	return 0;
}

/* SYSTEM__EVENT as a Python name: a '-', which the kernel takes in a system, becomes '_'. */
static void add_function_name(struct buf *out, const struct tp_format *tp)
{
	for (const char *c = tp->system; *c; c++)
		buf_add(out, *c == '-' ? "_" : c, 1);
	buf_printf(out, "__%s", tp->name);
}

static void add_signature(struct buf *out, const struct params *p)
{
	static const char *const first[] = { "event_name",  "context",	       "common_cpu",
					     "common_secs", "common_nsecs",    "common_pid",
					     "common_comm", "common_callchain" };
	struct list l = { .out = out, .indent = "        " };
	size_t start = out->len;

	buf_printf(out, "def ");
	add_function_name(out, p->tp);
	buf_printf(out, "(");
	l.column = out->len - start;
	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		list_add(&l, first[i], ",");
	for (uint32_t i = 0; i < p->tp->nr_fields; i++)
		list_add(&l, p->names[i], ",");
	list_add(&l, "perf_sample_dict", "):");
	buf_printf(out, "\n");
}

/* perf's choice: what it hands over as text, and numbers by their sign. */
static char conversion(const struct tp_field *f)
{
	if (f->flags & (TP_STRING | TP_ARRAY | TP_FLAGS | TP_SYMBOLIC))
		return 's';
	return f->flags & TP_SIGNED ? 'd' : 'u';
}

/* The format string, as one or more literals, each on its line. */
static void add_format(struct buf *out, const struct tp_format *tp)
{
	size_t column = strlen("    print(\"");

	buf_printf(out, "    print(\"");
	for (uint32_t i = 0; i < tp->nr_fields; i++) {
		const struct tp_field *f = &tp->fields[i];
		size_t len = strlen(f->name) + strlen("=%s, ");

		if (i && column + len + strlen("\" % (") > LINE_MAX_COLUMNS) {
			buf_printf(out, "\"\n          \"");
			column = strlen("          \"");
		}
		buf_printf(out, "%s=%%%c%s", f->name, conversion(f),
			   i + 1 < tp->nr_fields ? ", " : "");
		column += len;
	}
	buf_printf(out, "\" %% (\n");
}

/* One value in brackets is no tuple to Python without a comma. */
static const char *value_end(uint32_t i, uint32_t nr)
{
	if (i + 1 < nr)
		return ",";
	return nr == 1 ? ",))" : "))";
}

static int add_values(struct buf *out, const struct params *p, struct err *err)
{
	struct list l = { .out = out, .column = 10, .indent = "          " };
	struct buf value = { 0 };

	buf_printf(out, "%s", l.indent);
	for (uint32_t i = 0; i < p->tp->nr_fields; i++) {
		const struct tp_field *f = &p->tp->fields[i];

		value.len = 0;
		if (f->flags & (TP_FLAGS | TP_SYMBOLIC))
			buf_printf(&value, "%s(\"%s__%s\", \"%s\", %s)",
				   f->flags & TP_FLAGS ? "flag_str" : "symbol_str", p->tp->system,
				   p->tp->name, f->name, p->names[i]);
		else
			buf_printf(&value, "%s", p->names[i]);
		buf_add_zero(&value, 1);
		if (value.failed)
			break;
		list_add(&l, (char *)value.data, value_end(i, p->tp->nr_fields));
	}
	buf_printf(out, "\n");
	buf_release(&value);
	return value.failed ? fail_mem(err) : 0;
}

static int add_body(struct buf *out, const struct params *p, struct err *err)
{
	buf_printf(out, "    print_header(event_name, common_cpu, common_secs, common_nsecs,\n"
			"                 common_pid, common_comm)\n");
	if (p->tp->nr_fields) {
		add_format(out, p->tp);
		if (add_values(out, p, err))
			return -1;
	} else {
		buf_printf(out, "    print()\n");
	}
	buf_printf(out, "    print_callchain(common_callchain)\n");
	return 0;
}

/* A handler is looked up by its event's own name, which with a '-' no `def` can make. */
static void add_alias(struct buf *out, const struct tp_format *tp)
{
	if (!strchr(tp->system, '-'))
		return;
	buf_printf(out, "\n\nglobals()[\"%s__%s\"] = ", tp->system, tp->name);
	add_function_name(out, tp);
	buf_printf(out, "\n");
}

static int add_handler(struct buf *out, const struct tp_format *tp, struct err *err)
{
	struct params params;
	int rc = params_init(&params, tp) ? fail_mem(err) : 0;

	if (!rc) {
		add_signature(out, &params);
		rc = add_body(out, &params, err);
		add_alias(out, tp);
		buf_printf(out, "\n\n");
	}
	params_release(&params);
	return rc;
}

int gen_python(struct buf *out, const struct tp_table *tps, struct err *err)
{
	size_t len = strlen(gen_template);
	const char *at = memmem(gen_template, len, marker, strlen(marker));

	buf_add(out, gen_template, at - gen_template);
	for (uint32_t i = 0; i < tps->nr; i++)
		if (add_handler(out, &tps->formats[i], err))
			return -1;
	at += strlen(marker);
	buf_add(out, at, strlen(at));
	return out->failed ? fail_mem(err) : 0;
}

static int fail_errno(struct err *err, const char *path)
{
	return fail(err, errno == EACCES || errno == EPERM ? ERR_PERM : ERR_IO,
		    "cannot write %s: %s", path, strerror(errno));
}

static int write_all(int fd, const struct buf *text)
{
	struct iovec iov = { text->data, text->len };
	uint64_t done = 0;

	return io_writev(fd, &iov, 1, &done);
}

/* Under a name of its own first, so that nobody ever sees half a script. */
static int write_file(const char *path, const struct buf *text, mode_t mode)
{
	char *tmp;
	int fd, rc, saved;

	if (asprintf(&tmp, "%s.XXXXXX", path) < 0)
		return -1;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		free(tmp);
		return -1;
	}
	rc = write_all(fd, text) || fchmod(fd, mode) ? -1 : 0;
	if (close(fd) || rc || rename(tmp, path)) {
		saved = errno;
		unlink(tmp);
		errno = saved;
		rc = -1;
	}
	free(tmp);
	return rc;
}

static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* A device or pipe: there is nothing to preserve. */
static int write_stream(const char *path, const struct buf *text)
{
	int fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CLOEXEC) : STDOUT_FILENO, rc;

	if (fd < 0)
		return -1;
	rc = write_all(fd, text);
	if (fd != STDOUT_FILENO && close(fd))
		rc = -1;
	return rc;
}

static bool is_same(const char *path, const struct buf *text)
{
	size_t len;
	char *old = io_slurp(path, text->len + 1, &len);
	bool same = old && len == text->len && !memcmp(old, text->data, len);

	free(old);
	return same;
}

/* @real: the file behind a link, so that the link stays one. */
static int replace(const char *real, const struct buf *text, mode_t mode, bool force, bool *wrote,
		   struct err *err)
{
	if (is_same(real, text)) {
		*wrote = false;
		return 0;
	}
	if (!force)
		return fail(err, ERR_IO,
			    "%s exists and differs from what would be generated; use -f to "
			    "overwrite it, or -o for another file",
			    real);
	return write_file(real, text, mode) ? fail_errno(err, real) : 0;
}

static int write_text(const char *path, const struct buf *text, bool force, bool *wrote,
		      struct err *err)
{
	char *real = NULL;
	struct stat st;
	int rc;

	if (!strcmp(path, "-"))
		return write_stream(path, text) ? fail_errno(err, "stdout") : 0;
	if (stat(path, &st))
		return write_file(path, text, default_mode()) ? fail_errno(err, path) : 0;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return fail_errno(err, path);
	}
	if (!S_ISREG(st.st_mode))
		return write_stream(path, text) ? fail_errno(err, path) : 0;
	real = realpath(path, NULL);
	rc = real ? replace(real, text, st.st_mode & 07777, force, wrote, err)
		  : fail_errno(err, path);
	free(real);
	return rc;
}

int gen_python_file(const char *path, const struct tp_table *tps, bool force, bool *wrote,
		    struct err *err)
{
	struct buf text = { 0 };
	int rc = gen_python(&text, tps, err);

	*wrote = true;
	if (!rc)
		rc = write_text(path, &text, force, wrote, err);
	buf_release(&text);
	return rc;
}
