#include "report/slowest.h"
#include "common/heap.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>

int slowest_init(struct slowest *s, uint32_t max, struct err *err)
{
	*s = (struct slowest){ .max = max };
	s->heap = calloc(max, sizeof(*s->heap));
	return s->heap ? 0 : fail_mem(err);
}

void slowest_release(struct slowest *s)
{
	for (uint32_t i = 0; i < s->nr; i++)
		free(s->heap[i]);
	free(s->heap);
	*s = (struct slowest){ 0 };
}

void kept_set(struct kept_call *k, const struct call *call, const struct callreport *r, uint64_t ns)
{
	k->ns = ns;
	k->call = *call;
	k->host = r->host;
	k->comm = r->stream.pairs.tasks[call->task].comm;
	if (call->args)
		k->call.args = memcpy(k->args, call->args, sizeof(k->args));
}

/* The quickest is thrown away first; of equal ones the latest. */
static bool goes_before(const void *a, const void *b)
{
	const struct kept_call *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns;
	if (x->call.start_ns != y->call.start_ns)
		return x->call.start_ns > y->call.start_ns;
	return x->call.task > y->call.task;
}

int slowest_add(struct slowest *s, const struct call *call, const struct callreport *r, uint64_t ns,
		struct err *err)
{
	struct kept_call new = { .ns = ns, .call = *call };

	s->nr_seen++;
	if (likely(s->nr == s->max)) {
		if (!goes_before(s->heap[0], &new))
			return 0;
		kept_set(s->heap[0], call, r, ns);
		heap_sink(s->heap, s->nr, 0, goes_before);
		return 0;
	}
	s->heap[s->nr] = malloc(sizeof(struct kept_call));
	if (!s->heap[s->nr])
		return fail_mem(err);
	kept_set(s->heap[s->nr++], call, r, ns);
	if (s->nr == s->max)
		heap_make(s->heap, s->nr, goes_before);
	return 0;
}

static int slowest_first(const void *a, const void *b)
{
	return goes_before(*(void *const *)b, *(void *const *)a) ? -1 : 1;
}

struct kept_call **slowest_sort(struct slowest *s)
{
	qsort(s->heap, s->nr, sizeof(*s->heap), slowest_first);
	return (struct kept_call **)s->heap;
}
