#include "common/calls.h"
#include "common/buf.h"
#include "common/callgroup.h"
#include "common/near.h"
#include "common/syscall.h"
#include "common/util.h"

#include <stdlib.h>

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

static int add_group(struct calls *c, const char *arch, const char *name, struct err *err)
{
	const char *const *names = callgroup_find(name);

	if (!names)
		return fail_unknown(arch, name, err);
	for (; *names; names++) {
		int nr = syscall_number(arch, *names);

		if (nr >= 0 && nr < CALLS_MAX)
			c->listed[nr] = true;
	}
	return 0;
}

static int add_word(struct calls *c, const char *arch, const char *word, struct err *err)
{
	char *end;
	long nr;

	if (*word == '%')
		return add_group(c, arch, word, err);
	nr = *word >= '0' && *word <= '9' ? strtol(word, &end, 10) : syscall_number(arch, word);
	if (*word >= '0' && *word <= '9' && (*end || nr >= CALLS_MAX))
		nr = -1;
	if (nr < 0 || nr >= CALLS_MAX)
		return fail_unknown(arch, word, err);
	c->listed[nr] = true;
	return 0;
}

int calls_parse(struct calls *c, const char *list, const char *arch, struct err *err)
{
	char *copy = strdup(list + (*list == '!')), *save = NULL;
	bool any = false;
	int rc = copy ? 0 : fail_mem(err);

	*c = (struct calls){ .but = *list == '!' };
	for (char *word = rc ? NULL : strtok_r(copy, ",", &save); word && !rc;
	     word = strtok_r(NULL, ",", &save)) {
		rc = add_word(c, arch, word, err);
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
