#include "record/trigger.h"
#include "common/buf.h"
#include "common/optparse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ERRNO_MAX 4095 /* MAX_ERRNO of the kernel */

/* The errno that @word[0..len) names, or 0. */
static uint64_t errno_of(const char *word, size_t len)
{
	char number[16];
	uint64_t nr;

	for (int i = 1; i <= ERRNO_MAX; i++) {
		const char *name = strerrorname_np(i);

		if (name && strlen(name) == len && !memcmp(name, word, len))
			return i;
	}
	if (len >= sizeof(number))
		return 0;
	memcpy(number, word, len);
	number[len] = 0;
	return !parse_count(number, &nr) && nr <= ERRNO_MAX ? nr : 0;
}

static int add_errnos(struct buf *text, const char *list, struct err *err)
{
	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		uint64_t nr = errno_of(at, len);

		if (!nr)
			return fail(
				err, ERR_USAGE,
				"option --snapshot-on: %.*s is no error as ENOSPC, nor its number",
				(int)len, at);
		buf_printf(text, "%sret == -%u", text->len ? " || " : "", (unsigned)nr);
		at += len;
		if (!*at)
			return 0;
	}
}

char *trigger_filter(const char *words, struct err *err)
{
	struct buf text = { 0 };

	if (!strncmp(words, "slower=", 7)) {
		fail(err, ERR_USAGE,
		     "option --snapshot-on: slower= is not possible: the kernel would have to pair "
		     "the two ends of every call; errno=LIST is");
		return NULL;
	}
	if (strncmp(words, "errno=", 6)) {
		fail(err, ERR_USAGE, "option --snapshot-on: %s is not errno=LIST, as errno=ENOSPC",
		     words);
		return NULL;
	}
	if (add_errnos(&text, words + 6, err)) {
		buf_release(&text);
		return NULL;
	}
	buf_add_zero(&text, 1);
	if (text.failed) {
		buf_release(&text);
		fail_mem(err);
		return NULL;
	}
	return (char *)text.data; /* what buf_release() would free */
}
