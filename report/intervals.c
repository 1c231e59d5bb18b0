#include "report/intervals.h"
#include "common/util.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000

/* The hash holds pointers as numbers. */
static void *data_of(uint64_t value)
{
	void *data;

	static_assert(sizeof(data) <= sizeof(value), "it has room");
	memcpy(&data, &value, sizeof(data));
	return data;
}

static void drop(struct intervals *v, void *data)
{
	if (data && v->release)
		v->release(data);
	free(data);
}

void intervals_release(struct intervals *v)
{
	for (uint32_t i = 0; i < v->open.room; i++)
		if (v->open.slots[i].used)
			drop(v, data_of(v->open.slots[i].value));
	hash_release(&v->open);
	v->recent = NULL;
}

static void *add(struct intervals *v, uint64_t number, struct err *err)
{
	uint64_t *at;
	void *data;

	if (v->open.nr == INTERVALS_MAX) {
		fail(err, ERR_DATA, "more than %u intervals are not whole yet; try longer ones: -I",
		     INTERVALS_MAX);
		return NULL;
	}
	data = calloc(1, v->size);
	at = data ? hash_put(&v->open, number) : NULL;
	if (!at) {
		free(data);
		fail_mem(err);
		return NULL;
	}
	memcpy(at, &data, sizeof(data));
	if (!v->given)
		v->next = v->any ? MIN(v->next, number) : number;
	v->newest = v->any ? MAX(v->newest, number) : number;
	v->any = true;
	return data;
}

void *intervals_at(struct intervals *v, uint64_t time, struct err *err)
{
	uint64_t number = time / v->ns;
	const uint64_t *at;

	if (v->given)
		number = MAX(number, v->next);
	v->first_ns = v->any ? MIN(v->first_ns, time) : time;
	v->last_ns = v->any ? MAX(v->last_ns, time) : time;
	if (likely(v->recent && v->recent_number == number))
		return v->recent;
	at = hash_get(&v->open, number);
	v->recent = at ? data_of(*at) : add(v, number, err);
	v->recent_number = number;
	return v->recent;
}

/* The intervals [from, to); @data: of the only one. */
static int give(struct intervals *v, uint64_t from, uint64_t to, void *data, struct err *err)
{
	const struct interval i = {
		.start_ns = MAX(from * v->ns, v->first_ns),
		.end_ns = MIN(to <= UINT64_MAX / v->ns ? to * v->ns : UINT64_MAX, v->end_ns),
		.data = data,
	};

	return v->give(v->arg, &i, err);
}

/* Those up to @to, in which nothing happened. */
static int give_empty(struct intervals *v, uint64_t to, struct err *err)
{
	const uint64_t from = v->next;

	v->next = to;
	if (to - from > INTERVALS_EMPTY)
		return give(v, from, to, NULL, err);
	for (uint64_t i = from; i < to; i++)
		if (give(v, i, i + 1, NULL, err))
			return -1;
	return 0;
}

/* The next one that is open, and the empty ones in front of it. */
static int give_open(struct intervals *v, uint64_t number, struct err *err)
{
	void *data;
	int rc;

	if (give_empty(v, number, err))
		return -1;
	data = data_of(*hash_get(&v->open, number));
	hash_del(&v->open, number);
	v->recent = NULL;
	v->next++;
	rc = give(v, number, number + 1, data, err);
	drop(v, data);
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The open ones before @limit, in order; *@nr of them. NULL when memory ran out. */
static uint64_t *list_open(const struct intervals *v, uint64_t limit, size_t *nr)
{
	uint64_t *list = calloc(v->open.nr + 1, sizeof(*list));

	*nr = 0;
	for (uint32_t i = 0; list && i < v->open.room; i++)
		if (v->open.slots[i].used && v->open.slots[i].key < limit)
			list[(*nr)++] = v->open.slots[i].key;
	if (list)
		qsort(list, *nr, sizeof(*list), by_number);
	return list;
}

/* Those before @limit. */
static int give_until(struct intervals *v, uint64_t limit, struct err *err)
{
	size_t nr;
	uint64_t *list;
	int rc = 0;

	if (limit <= v->next)
		return 0;
	list = list_open(v, limit, &nr);
	if (!list)
		return fail_mem(err);
	v->given = true;
	for (size_t i = 0; i < nr && !rc; i++)
		rc = give_open(v, list[i], err);
	free(list);
	return rc || give_empty(v, limit, err) ? -1 : 0;
}

/* Behind the last one that is open may be the end: what is empty is given when something happens behind it. */
int intervals_settle(struct intervals *v, uint64_t ns, struct err *err)
{
	v->end_ns = UINT64_MAX;
	return v->any ? give_until(v, MIN(ns / v->ns, v->newest + 1), err) : 0;
}

int intervals_end(struct intervals *v, struct err *err)
{
	int rc;

	v->end_ns = v->last_ns;
	rc = v->any ? give_until(v, v->newest + 1, err) : 0;
	intervals_release(v);
	v->given = v->any = false;
	return rc;
}

int intervals_check(struct report_opts *o, const char *usual, struct err *err)
{
	const char *word = o->interval_word ? o->interval_word : usual;

	if (parse_time(word, SECOND_NS, &o->interval_ns))
		return fail(err, ERR_USAGE, "option -I: %s is no time, as 3s or 100ms", word);
	return 0;
}
