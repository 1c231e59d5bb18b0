#include "common/calls.h"
#include "common/buf.h"
#include "common/callgroup.h"
#include "common/near.h"
#include "common/syscall.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_MAX 3500 /* the kernel takes less than a page, and more conditions may come */

static int fail_unknown(const char *arch, const char *word, struct err *err)
{
	static char names[CALLS_MAX][SYSCALL_NAME_MAX];
	const char *known[CALLS_MAX];
	char near[256];
	size_t nr = 0;

	for (int i = 0; i < CALLS_MAX; i++)
		if (!syscall_name(arch, i, names[i]))
			known[nr++] = names[i];
	if (*word == '%')
		return fail(err, ERR_USAGE,
			    "option --syscalls: unknown group %s; there are %%file, %%desc, %%net, "
			    "%%process, %%memory",
			    word);
	if (near_pick(near, sizeof(near), word, known, nr))
		return fail(err, ERR_USAGE, "option --syscalls: unknown call %s; did you mean %s?",
			    word, near);
	return fail(err, ERR_USAGE, "option --syscalls: unknown call %s", word);
}

static bool add_nr(struct calls *c, int64_t nr)
{
	if (nr < 0 || nr >= CALLS_MAX)
		return false;
	c->listed[nr] = true;
	return true;
}

/* Of what a list means, and to whom. */
struct parsed {
	struct calls *calls, *compat; /* compat: NULL: not asked for, or there is no such ABI */
	const char *arch, *compat_arch;
};

static int64_t compat_number(const struct parsed *p, const char *name)
{
	const int64_t nr = syscall_compat_number(p->arch, name);

	return nr < 0 ? nr : syscall_plain(nr);
}

static int add_group(const struct parsed *p, const char *name, struct err *err)
{
	const char *const *names = callgroup_find(name);

	if (!names)
		return fail_unknown(p->arch, name, err);
	for (; *names; names++) {
		add_nr(p->calls, syscall_number(p->arch, *names));
		if (p->compat)
			add_nr(p->compat, compat_number(p, *names));
	}
	return 0;
}

/* Of a word that begins with a digit; -1: it is no number. */
static int64_t parse_number(const char *word)
{
	char *end;
	long nr = strtol(word, &end, 10);

	return *end ? -1 : nr;
}

static bool is_number(const char *word)
{
	return *word >= '0' && *word <= '9';
}

/* "i386:open" -> "open"; NULL: it is not of the other ABI alone. */
static const char *behind_arch(const struct parsed *p, const char *word)
{
	size_t len = p->compat ? strlen(p->compat_arch) : 0;

	return len && !strncmp(word, p->compat_arch, len) && word[len] == ':' ? word + len + 1
									      : NULL;
}

static int add_word(const struct parsed *p, const char *word, struct err *err)
{
	const char *of_compat = behind_arch(p, word);
	bool known;

	if (*word == '%')
		return add_group(p, word, err);
	if (of_compat) {
		known = add_nr(p->compat, is_number(of_compat) ? parse_number(of_compat)
							       : compat_number(p, of_compat));
	} else if (is_number(word)) {
		known = add_nr(p->calls, parse_number(word));
	} else {
		known = add_nr(p->calls, syscall_number(p->arch, word));
		known |= p->compat && add_nr(p->compat, compat_number(p, word));
	}
	return known ? 0 : fail_unknown(p->arch, word, err);
}

int calls_parse(struct calls *c, struct calls *compat, const char *list, const char *arch,
		struct err *err)
{
	char *copy = strdup(list + (*list == '!')), *save = NULL;
	struct parsed p = { .calls = c, .arch = arch, .compat_arch = syscall_compat_arch(arch) };
	bool any = false;
	int rc = copy ? 0 : fail_mem(err);

	*c = (struct calls){ .but = *list == '!' };
	if (compat)
		*compat = *c;
	if (p.compat_arch)
		p.compat = compat;
	for (char *word = rc ? NULL : strtok_r(copy, ",", &save); word && !rc;
	     word = strtok_r(NULL, ",", &save)) {
		rc = add_word(&p, word, err);
		any = true;
	}
	free(copy);
	if (!rc && !any)
		rc = fail(err, ERR_USAGE, "option --syscalls names no call");
	return rc;
}

/* One run of numbers: a term for each call would be more than the kernel takes. */
static void add_run(struct buf *b, bool but, int first, int last)
{
	if (b->len)
		buf_printf(b, but ? " && " : " || ");
	if (first == last)
		buf_printf(b, but ? "id != %d" : "id == %d", first);
	else
		buf_printf(b, but ? "(id < %d || id > %d)" : "(id >= %d && id <= %d)", first, last);
}

char *calls_filter(const struct calls *c, struct err *err)
{
	struct buf b = { 0 };
	char *text = NULL;

	for (int i = 0; i < CALLS_MAX; i++) {
		int first = i;

		if (!c->listed[i])
			continue;
		while (i + 1 < CALLS_MAX && c->listed[i + 1])
			i++;
		add_run(&b, c->but, first, i);
	}
	buf_add(&b, "", 1);
	if (b.failed)
		fail_mem(err);
	else if (b.len > FILTER_MAX)
		fail(err, ERR_USAGE,
		     "option --syscalls: so many calls make a filter of %zu bytes, which the "
		     "kernel "
		     "does not take; name fewer, or all but some with '!'",
		     b.len);
	else
		text = strdup((char *)b.data);
	buf_release(&b);
	return text;
}

uint32_t calls_few(const struct calls *c, int *nrs, uint32_t max)
{
	uint32_t nr = 0;

	for (int i = 0; i < CALLS_MAX; i++) {
		if (!c->listed[i])
			continue;
		if (c->but || nr == max)
			return 0;
		nrs[nr++] = i;
	}
	return nr;
}
