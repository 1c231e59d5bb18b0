#include "common/near.h"
#include "common/util.h"

#include <ctype.h>
#include <stdio.h>

#define WORD_MAX      128
#define NEAR_MAX      3
#define DISTANCE_NONE 1000

static int letter(char c)
{
	return c == '-' ? '_' : tolower((unsigned char)c);
}

/* Levenshtein's distance: letters to insert, delete or replace. */
static int edit_distance(const char *a, const char *b)
{
	int row[WORD_MAX + 1], len_b = strlen(b);

	if (strlen(a) > WORD_MAX || len_b > WORD_MAX)
		return DISTANCE_NONE;
	for (int j = 0; j <= len_b; j++)
		row[j] = j;
	for (int i = 1; a[i - 1]; i++) {
		int diagonal = row[0];

		row[0] = i;
		for (int j = 1; j <= len_b; j++) {
			int above = row[j], cost = letter(a[i - 1]) != letter(b[j - 1]);

			row[j] = MIN(MIN(row[j] + 1, row[j - 1] + 1), diagonal + cost);
			diagonal = above;
		}
	}
	return row[len_b];
}

static int near_distance(const char *word, const char *name)
{
	int limit = 1 + strlen(word) / 4, distance = edit_distance(word, name);

	if (distance <= limit)
		return distance;
	/* "sys_entre" is near no "raw_syscalls:sys_enter" by itself, but near its last part. */
	if (strchr(name, ':') && !strchr(word, ':') &&
	    edit_distance(word, strchr(name, ':') + 1) <= limit)
		return limit + 1;
	if (strlen(word) >= 3 && strcasestr(name, word))
		return limit + 2;
	return DISTANCE_NONE;
}

int near_pick(char *out, size_t room, const char *word, const char *const *names, size_t nr)
{
	struct {
		const char *name;
		int distance;
	} best[NEAR_MAX] = { { NULL, 0 } };
	int found = 0;

	for (size_t i = 0; i < nr; i++) {
		int distance = near_distance(word, names[i]), at = found;

		if (distance == DISTANCE_NONE)
			continue;
		while (at > 0 && best[at - 1].distance > distance)
			at--;
		if (at == NEAR_MAX)
			continue;
		memmove(best + at + 1, best + at,
			(MIN(found, NEAR_MAX - 1) - at) * sizeof(best[0]));
		best[at].name = names[i];
		best[at].distance = distance;
		found = MIN(found + 1, NEAR_MAX);
	}
	out[0] = 0;
	for (int i = 0, len = 0; i < found && (size_t)len < room; i++)
		len += snprintf(out + len, room - len, "%s%s",
				i == 0		 ? ""
				: i == found - 1 ? " or "
						 : ", ",
				best[i].name);
	return found;
}
