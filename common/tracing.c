#include "common/tracing.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdlib.h>

static const char magic[10] = "\027\010\104tracing";

/* What is left of the section. Invariant: at <= end. */
struct cursor {
	const unsigned char *start, *at, *end;
	bool swap; /* numbers are in the other byte order */
	const char *path;
	uint64_t file_off; /* of start */
	struct err *err;
};

static uint64_t cursor_off(const struct cursor *c)
{
	return c->file_off + (c->at - c->start);
}

static int cursor_trunc(const struct cursor *c, const char *what)
{
	return fail(c->err, ERR_TRUNC,
		    "%s: offset %#" PRIx64 ": the event formats end inside %s; the file is damaged",
		    c->path, cursor_off(c), what);
}

static int cursor_bad(const struct cursor *c, const char *what)
{
	return fail(c->err, ERR_DATA, "%s: offset %#" PRIx64 ": event formats: %s", c->path,
		    cursor_off(c), what);
}

/* Passes over @len bytes and returns where they start; NULL when there are fewer. */
static const char *take(struct cursor *c, uint64_t len, const char *what)
{
	const unsigned char *at = c->at;

	if ((uint64_t)(c->end - c->at) < len) {
		cursor_trunc(c, what);
		return NULL;
	}
	c->at += len;
	return (const char *)at;
}

static int take_u32(struct cursor *c, uint32_t *v, const char *what)
{
	const char *at = take(c, sizeof(*v), what);

	if (!at)
		return -1;
	*v = load_u32(at);
	if (c->swap)
		*v = __builtin_bswap32(*v);
	return 0;
}

static int take_u64(struct cursor *c, uint64_t *v, const char *what)
{
	const char *at = take(c, sizeof(*v), what);

	if (!at)
		return -1;
	*v = load_u64(at);
	if (c->swap)
		*v = __builtin_bswap64(*v);
	return 0;
}

/* A string with its NUL, or NULL. */
static const char *take_string(struct cursor *c, const char *what)
{
	const unsigned char *nul = memchr(c->at, 0, c->end - c->at);

	if (nul)
		return take(c, nul + 1 - c->at, what);
	cursor_trunc(c, what);
	return NULL;
}

/* A u64 length and as many bytes. */
static int take_text(struct cursor *c, const char **text, uint64_t *len, const char *what)
{
	if (take_u64(c, len, what))
		return -1;
	*text = take(c, *len, what);
	return *text ? 0 : -1;
}

static int take_label(struct cursor *c, const char *label)
{
	uint64_t off = cursor_off(c);
	const char *at = take(c, strlen(label) + 1, label);

	if (!at)
		return -1;
	if (!memcmp(at, label, strlen(label) + 1))
		return 0;
	return fail(c->err, ERR_DATA, "%s: offset %#" PRIx64 ": event formats: no \"%s\" here",
		    c->path, off, label);
}

static int add_format(struct cursor *c, struct tracing *t, const char *system, uint32_t *room)
{
	const char *text;
	uint64_t len;

	if (take_text(c, &text, &len, "a format"))
		return -1;
	if (len > UINT32_MAX)
		return cursor_bad(c, "a format of more than 4 GiB");
	if (t->nr_formats == TRACING_FORMATS_MAX)
		return cursor_bad(c, "more formats than a kernel can have");
	if (t->nr_formats == *room) {
		uint32_t bigger = *room ? *room * 2 : 16;
		void *formats = realloc(t->formats, bigger * sizeof(*t->formats));

		if (!formats)
			return fail_mem(c->err);
		t->formats = formats;
		*room = bigger;
	}
	t->formats[t->nr_formats++] = (struct tracing_format){ system, text, len };
	return 0;
}

/* Each round consumes bytes or fails, so a count that is too large ends at the section's end. */
static int take_formats(struct cursor *c, struct tracing *t, const char *system, uint32_t *room)
{
	uint32_t nr;

	if (take_u32(c, &nr, "a number of formats"))
		return -1;
	while (nr--)
		if (add_format(c, t, system, room))
			return -1;
	return 0;
}

static int take_systems(struct cursor *c, struct tracing *t, uint32_t *room)
{
	uint32_t nr;

	if (take_u32(c, &nr, "the number of systems"))
		return -1;
	while (nr--) {
		const char *system = take_string(c, "the name of a system");

		if (!system || take_formats(c, t, system, room))
			return -1;
	}
	return 0;
}

/* "0.5", or "0.6", which has one part more. *@minor: what is behind the dot. */
static int take_version(struct cursor *c, int *minor)
{
	const char *version = take_string(c, "the version");

	*minor = 0;
	if (!version)
		return -1;
	if (strlen(version) != 3 || memcmp(version, "0.", 2) || version[2] < '0' ||
	    version[2] > '9')
		return cursor_bad(c, "an unknown version");
	*minor = version[2] - '0';
	return 0;
}

/* Magic, version and what the numbers look like. */
static int take_start(struct cursor *c, struct tracing *t, int *minor)
{
	const char *at = take(c, sizeof(magic), "the magic");

	if (!at)
		return -1;
	if (memcmp(at, magic, sizeof(magic)))
		return cursor_bad(c, "they do not start with their magic");
	if (take_version(c, minor))
		return -1;
	at = take(c, 2, "the byte order");
	if (!at)
		return -1;
	if ((unsigned char)at[0] > 1 || (at[1] != 4 && at[1] != 8))
		return cursor_bad(c, "an impossible byte order or size of a long");
	t->big_endian = at[0];
	t->long_size = at[1];
	c->swap = t->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	if (take_u32(c, &t->page_size, "the page size"))
		return -1;
	return t->page_size ? 0 : cursor_bad(c, "pages of 0 bytes");
}

/* A u32 length and bytes that nobody here needs; a length that points outside tells of damage. */
static int pass_text32(struct cursor *c, const char *what)
{
	uint32_t len;

	return !take_u32(c, &len, what) && take(c, len, what) ? 0 : -1;
}

static int parse(struct cursor *c, struct tracing *t)
{
	uint32_t room = 0;
	const char *text;
	uint64_t len;
	int minor = 0;

	if (take_start(c, t, &minor) || take_label(c, "header_page") ||
	    take_text(c, &t->header_page, &t->header_page_len, "header_page") ||
	    take_label(c, "header_event") || take_text(c, &text, &len, "header_event") ||
	    take_formats(c, t, "ftrace", &room) || take_systems(c, t, &room) ||
	    pass_text32(c, "kallsyms") || take_u32(c, &t->printk_len, "the printk formats"))
		return -1;
	t->printk = take(c, t->printk_len, "the printk formats");
	if (!t->printk)
		return -1;
	return minor < 6 ? 0 : take_text(c, &text, &len, "the command lines");
}

int tracing_parse(struct tracing *t, const void *section, uint64_t len, const char *path,
		  uint64_t file_off, struct err *err)
{
	struct cursor c = {
		.start = section,
		.at = section,
		.end = (const unsigned char *)section + len,
		.path = path,
		.file_off = file_off,
		.err = err,
	};

	*t = (struct tracing){ 0 };
	if (parse(&c, t)) {
		tracing_release(t);
		return -1;
	}
	return 0;
}

void tracing_release(struct tracing *t)
{
	free(t->formats);
	*t = (struct tracing){ 0 };
}

/* How many formats from @i on are of the same system. */
static uint32_t system_run(const struct tracing *t, uint32_t i)
{
	uint32_t n = 1;

	while (i + n < t->nr_formats && !strcmp(t->formats[i].system, t->formats[i + n].system))
		n++;
	return n;
}

static void write_systems(struct buf *out, const struct tracing *t)
{
	uint32_t nr_systems = 0;

	for (uint32_t i = 0; i < t->nr_formats; i += system_run(t, i))
		nr_systems++;
	buf_add_u32(out, nr_systems);
	for (uint32_t i = 0; i < t->nr_formats;) {
		const char *system = t->formats[i].system;
		uint32_t n = system_run(t, i);

		buf_add(out, system, strlen(system) + 1);
		for (buf_add_u32(out, n); n--; i++) {
			buf_add_u64(out, t->formats[i].text_len);
			buf_add(out, t->formats[i].text, t->formats[i].text_len);
		}
	}
}

void tracing_write(struct buf *out, const struct tracing *t)
{
	const unsigned char sizes[2] = { __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, t->long_size };

	buf_add(out, magic, sizeof(magic));
	buf_add(out, "0.6", 4);
	buf_add(out, sizes, sizeof(sizes));
	buf_add_u32(out, t->page_size);
	buf_add(out, "header_page", 12);
	buf_add_u64(out, t->header_page_len);
	buf_add(out, t->header_page, t->header_page_len);
	buf_add(out, "header_event", 13);
	buf_add_u64(out, 0);
	buf_add_u32(out, 0); /* formats of ftrace's own events */
	write_systems(out, t);
	buf_add_u32(out, 0); /* kallsyms */
	buf_add_u32(out, 0); /* printk formats */
	buf_add_u64(out, 0); /* command lines */
}
