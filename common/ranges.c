#include "common/ranges.h"

#include <errno.h>
#include <stdlib.h>

static int fail_with(int number)
{
	errno = number;
	return -1;
}

static int parse_number(const char **at, uint32_t max, uint32_t *nr)
{
	uint64_t value = 0;

	if (**at < '0' || **at > '9')
		return fail_with(EINVAL);
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		value = value * 10 + (**at - '0');
		if (value > max)
			return fail_with(ERANGE);
	}
	*nr = value;
	return 0;
}

static bool is_end(char c)
{
	return !c || c == ',' || c == '\n';
}

static int parse_range(const char **at, uint32_t max, bool open, struct range *range)
{
	if (parse_number(at, max, &range->first))
		return -1;
	range->last = range->first;
	if (**at != '-')
		return 0;
	(*at)++;
	if (open && is_end(**at)) {
		range->last = max;
		return 0;
	}
	if (parse_number(at, max, &range->last))
		return -1;
	return range->last < range->first ? fail_with(EINVAL) : 0;
}

static int add_range(struct ranges *r, const struct range *range)
{
	struct range *more;

	if (!(r->nr & (r->nr - 1))) {
		more = reallocarray(r->at, r->nr ? 2ull * r->nr : 1, sizeof(*more));
		if (!more)
			return -1;
		r->at = more;
	}
	r->at[r->nr++] = *range;
	return 0;
}

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Makes one of those that touch. */
static void join(struct ranges *r)
{
	uint32_t nr = 0;

	qsort(r->at, r->nr, sizeof(*r->at), by_first);
	for (uint32_t i = 1; i < r->nr; i++) {
		struct range *last = &r->at[nr];

		if (r->at[i].first > last->last)
			r->at[++nr] = r->at[i];
		else if (r->at[i].last > last->last)
			last->last = r->at[i].last;
	}
	r->nr = nr + 1;
}

static int parse(struct ranges *r, const char *list, uint32_t max, bool open)
{
	*r = (struct ranges){ 0 };
	for (;;) {
		struct range range;

		if (parse_range(&list, max, open, &range) || add_range(r, &range))
			break;
		if (!*list || (*list == '\n' && !list[1])) {
			join(r);
			return 0;
		}
		if (*list++ != ',') {
			errno = EINVAL;
			break;
		}
	}
	ranges_release(r);
	return -1;
}

int ranges_parse(struct ranges *r, const char *list, uint32_t max)
{
	return parse(r, list, max, false);
}

int ranges_parse_open(struct ranges *r, const char *list, uint32_t max)
{
	return parse(r, list, max, true);
}

void ranges_release(struct ranges *r)
{
	int kept = errno;

	free(r->at);
	*r = (struct ranges){ 0 };
	errno = kept;
}
