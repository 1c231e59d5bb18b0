#include "report/hands.h"
#include "common/util.h"

#include <stdlib.h>

static bool is_own(const struct hand *hand)
{
	return hand->session == &hand->own;
}

static int init_own(struct hands *h, struct hand *hand, struct err *err)
{
	struct consumer *c = h->consumer;

	hand->session = &hand->own;
	if (session_split(&hand->own, h->whole, err))
		return -1;
	hand->consumer = c->another(c, err);
	if (!hand->consumer)
		return -1;
	return c->start ? hand->consumer->start(hand->consumer, &hand->own, err) : 0;
}

int hands_init(struct hands *h, uint32_t nr, struct session *s, struct consumer *c,
	       bool first_is_whole, struct err *err)
{
	*h = (struct hands){ .whole = s, .consumer = c };
	h->list = calloc(nr, sizeof(*h->list));
	if (!h->list)
		return fail_mem(err);
	h->nr = nr;
	if (first_is_whole)
		h->list[0] = (struct hand){ .session = s, .consumer = c };
	for (uint32_t i = first_is_whole; i < nr; i++)
		if (init_own(h, &h->list[i], err))
			return -1;
	return 0;
}

int hands_merge(struct hands *h, struct err *err)
{
	for (uint32_t i = 0; i < h->nr; i++) {
		struct hand *hand = &h->list[i];

		if (!is_own(hand))
			continue;
		h->whole->stop |= hand->own.stop;
		if (h->consumer->merge(h->consumer, hand->consumer, err))
			return -1;
		session_join(h->whole, &hand->own);
	}
	return 0;
}

void hands_release(struct hands *h)
{
	for (uint32_t i = 0; i < h->nr; i++) {
		struct hand *hand = &h->list[i];

		if (!is_own(hand))
			continue;
		if (hand->consumer)
			h->consumer->free(hand->consumer);
		session_forget(&hand->own);
	}
	free(h->list);
	*h = (struct hands){ 0 };
}
