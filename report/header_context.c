#include "report/header_context.h"

#include <stdio.h>

#define BODY_MAX (16u << 20)

const char *header_name(unsigned bit, char buf[FEATURE_NAME_MAX])
{
	const struct feature_kind *kind = feature_kind(bit);

	snprintf(buf, FEATURE_NAME_MAX, "#%u", bit);
	return kind ? kind->name : buf;
}

int header_body(const struct header_context *c, unsigned bit, struct buf *body,
		struct feature_body *b, struct err *err)
{
	struct feature_body copy;
	size_t len;

	*b = (struct feature_body){ 0 };
	if (c->file->features[bit].size > BODY_MAX) {
		b->wrong = "is too large";
		return 0;
	}
	if (file_read_feature(c->file, bit, body, err))
		return -1;
	len = body->len;
	buf_add_zero(body, 1); /* an empty body has a place, too */
	if (body->failed)
		return fail_mem(err);
	b->start = b->at = (char *)body->data;
	b->end = b->start + len;
	b->swap = c->file->swapped;
	copy = *b;
	feature_check(&copy, bit, c->nr_cpus, c->file->nr_events);
	b->wrong = copy.wrong;
	b->wrong_at = copy.wrong_at;
	return 0;
}

/* Others need it, and it may come behind them in a stream. */
static void find_cpus(struct header_context *c)
{
	struct feature_body b;
	struct buf body = { 0 };

	if (file_has_feature(c->file, FEATURE_NRCPUS) &&
	    !header_body(c, FEATURE_NRCPUS, &body, &b, NULL))
		c->nr_cpus = feature_u32(&b); /* 0 when it is wrong */
	buf_release(&body);
}

/* The names of BPF_PROG_INFO's functions. What is wrong here is said when its turn comes. */
static int find_btfs(struct header_context *c, struct err *err)
{
	struct feature_body b;

	if (!file_has_feature(c->file, FEATURE_BPF_BTF) ||
	    header_body(c, FEATURE_BPF_BTF, &c->btf_body, &b, NULL) || b.wrong)
		return 0;
	return btfs_init(&c->btfs, &b, err);
}

int header_context_init(struct header_context *c, const struct perf_file *file, bool info,
			struct err *err)
{
	*c = (struct header_context){ .file = file, .info = info };
	find_cpus(c);
	return find_btfs(c, err);
}

void header_context_release(struct header_context *c)
{
	btfs_release(&c->btfs);
	buf_release(&c->btf_body);
	*c = (struct header_context){ 0 };
}
