/*
 * hands.h - several threads that feed an aggregate (consumer.h): each HAND has one of its kind, and a
 * session for its account of what it sees. In the end all are merged.
 */
#ifndef REPORT_HANDS_H
#define REPORT_HANDS_H

#include "report/consumer.h"
#include "report/session.h"

struct hand {
	struct session *session; /* the whole one, or own */
	struct consumer *consumer;
	struct session own;
};

struct hands {
	struct session *whole;
	struct consumer *consumer; /* what all are merged into */
	struct hand *list;
	uint32_t nr;
};

/*
 * hands_init() - @nr hands for @s and @c, which is started. @first_is_whole: the first of them has
 * these themselves; else they stay as they are until hands_merge().
 * Returns 0, or -1 with ERR_MEM or the error of start(). hands_release() is due in both cases.
 */
int hands_init(struct hands *h, uint32_t nr, struct session *s, struct consumer *c,
	       bool first_is_whole, struct err *err);

/* hands_merge() - add what each hand was given. Returns 0, or -1 with the error of merge(). */
int hands_merge(struct hands *h, struct err *err);

/* hands_release() - what was not merged is forgotten. */
void hands_release(struct hands *h);

#endif
