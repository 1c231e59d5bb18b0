#include "common/inorder.h"
#include "common/dir.h"
#include "common/merge.h"
#include "common/rounds.h"

static bool stopped(const struct inorder_client *c)
{
	return c->stop && *c->stop;
}

static int read_rounds(struct inorder_source *s, const struct inorder_client *c, struct err *err)
{
	const struct order_entry *e;
	struct rounds r;
	int rc = rounds_open(&r, s, c, err);

	while (!rc && !stopped(c) && (rc = rounds_next(&r, &e, err)) > 0) {
		rc = c->give(s->arg, e, err);
		rounds_take(&r);
	}
	rounds_close(&r);
	return rc;
}

static int read_parts(struct inorder_source *s, const struct inorder_client *c, struct err *err)
{
	struct merge *m = merge_new(s, c, 0, err);
	const struct order_entry *e;
	int rc = m ? 0 : -1;

	while (!rc && (rc = merge_next(m, &e, err)) > 0) {
		rc = c->give(s->arg, e, err);
		merge_take(m);
	}
	merge_free(m);
	return rc;
}

int inorder_read(struct inorder_source *s, const struct inorder_client *client, struct err *err)
{
	*s = (struct inorder_source){ .file = s->file, .arg = s->arg };
	return dir_has_parts(s->file) ? read_parts(s, client, err) : read_rounds(s, client, err);
}
