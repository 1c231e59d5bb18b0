#include "common/ksyms.h"
#include "common/io.h"
#include "common/util.h"

#include <stdlib.h>

#define KALLSYMS     "/proc/kallsyms"
#define KALLSYMS_MAX (256u << 20)
#define PAGE	     4096

/* A line of the text. */
struct line {
	uint64_t addr;
	char type;
	const char *name, *module; /* module: behind the "["; NULL: the kernel's own */
	uint32_t name_len, module_len;
};

/* "ffffffff81000000 T _text" or "ffffffffc0000000 t init\t[ext4]" */
static bool parse_line(struct line *l, const char *at, const char *end)
{
	const char *blank;
	char *behind;

	*l = (struct line){ .addr = strtoull(at, &behind, 16) };
	if (behind == at || end - behind < 4 || behind[0] != ' ' || behind[2] != ' ')
		return false;
	l->type = behind[1];
	l->name = behind + 3;
	blank = memchr(l->name, '\t', end - l->name);
	l->name_len = (blank ? blank : end) - l->name;
	if (blank && end - blank > 2 && blank[1] == '[') {
		l->module = blank + 2;
		l->module_len = end - l->module;
	}
	return true;
}

/* Functions and data, as perf takes them. */
static bool is_wanted(const struct line *l)
{
	return l->addr && strchr("TtWwDdBb", l->type);
}

static bool is_named(const struct line *l, const char *name)
{
	return l->name_len == strlen(name) && !memcmp(l->name, name, l->name_len);
}

static bool same_module(const struct line *a, const struct line *b)
{
	return a->module_len == b->module_len &&
	       (!a->module_len || !memcmp(a->module, b->module, a->module_len));
}

static int by_addr(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name; /* the order of the text */
}

/* Does the text have both ends of the kernel where the recording has them? */
struct ends {
	const struct formats_kernel *kernel;
	bool start, end;
};

static void note_ends(struct ends *e, const struct line *l)
{
	e->start |= l->addr == e->kernel->start && is_named(l, e->kernel->symbol);
	e->end |= l->addr == e->kernel->end && (is_named(l, "_etext") || is_named(l, "_edata"));
}

/* Takes the lines of k->text apart. Returns their list; NULL: no memory. */
static struct line *parse_text(const struct ksyms *k, size_t len, struct ends *ends, uint32_t *nr)
{
	const char *at = k->text, *end = at + len;
	uint32_t room = 1 << 17;
	struct line *lines = malloc(room * sizeof(*lines));

	*nr = 0;
	while (lines && at < end) {
		const char *nl = memchr(at, '\n', end - at);
		struct line l;

		nl = nl ? nl : end;
		if (parse_line(&l, at, nl)) {
			note_ends(ends, &l);
			if (*nr == room) {
				void *more = realloc(lines, 2 * (size_t)room * sizeof(*lines));

				if (!more)
					free(lines);
				lines = more;
				room *= 2;
			}
			if (lines && is_wanted(&l))
				lines[(*nr)++] = l;
		}
		at = nl + 1;
	}
	return lines;
}

/* One reaches up to the next; at the end of a module, or of all, to the end of a page. */
static uint64_t end_of(const struct line *l, const struct line *next)
{
	if (next && same_module(l, next))
		return next->addr;
	return ALIGN_UP(l->addr + PAGE, PAGE);
}

static int make_list(struct ksyms *k, struct line *lines, uint32_t nr)
{
	k->list = malloc(MAX(nr, 1) * sizeof(*k->list));
	if (!k->list)
		return -1;
	qsort(lines, nr, sizeof(*lines), by_addr);
	for (uint32_t i = 0; i < nr; i++) {
		const struct line *next = i + 1 < nr ? &lines[i + 1] : NULL;

		if (next && next->addr == lines[i].addr)
			continue;
		k->list[k->nr++] = (struct ksym){ lines[i].addr, end_of(&lines[i], next),
						  lines[i].name, lines[i].name_len };
	}
	return 0;
}

int ksyms_read(struct ksyms *k, const struct formats_kernel *kernel)
{
	struct ends ends = { .kernel = kernel };
	struct line *lines;
	size_t len;
	uint32_t nr;
	int rc = 0;

	*k = (struct ksyms){ 0 };
	if (!kernel->end)
		return 0;
	k->text = io_slurp(KALLSYMS, KALLSYMS_MAX, &len);
	if (!k->text)
		return 0;
	lines = parse_text(k, len, &ends, &nr);
	if (!lines)
		rc = -1;
	else if (ends.start && ends.end)
		rc = make_list(k, lines, nr);
	free(lines);
	if (rc)
		ksyms_release(k);
	return rc;
}

void ksyms_release(struct ksyms *k)
{
	free(k->text);
	free(k->list);
	*k = (struct ksyms){ 0 };
}

const struct ksym *ksyms_find(const struct ksyms *k, uint64_t addr)
{
	uint32_t low = 0, high = k->nr;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (addr < k->list[mid].start)
			high = mid;
		else
			low = mid + 1;
	}
	return low && addr < k->list[low - 1].end ? &k->list[low - 1] : NULL;
}
