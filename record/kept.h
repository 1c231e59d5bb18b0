/*
 * kept.h - records that are kept in memory until there is a file for them.
 */
#ifndef RECORD_KEPT_H
#define RECORD_KEPT_H

#include "common/err.h"
#include "common/writer.h"
#include "record/target.h"

/* Records go in through the writer, and come out through a view. */
struct kept {
	struct writer writer; /* into an anonymous file; its fd is ours */
	const char *data;     /* of the view; NULL: there is none */
	size_t len;	      /* bytes */
	uint32_t nr_denied;   /* of kept_begin_names(): as of synth_tasks() */
};

/*
 * kept_begin() - an empty one. Returns 0, or -1 with ERR_SYS or ERR_MEM; kept_release() is due in
 * both cases, and takes one that was never begun if it is zeroed.
 */
int kept_begin(struct kept *k, struct err *err);
void kept_release(struct kept *k);

/*
 * kept_begin_names() - one that begins with the names that the tasks of @t, and those that they have
 * started, have now. Returns 0, or -1 as kept_begin() and synth_tasks().
 */
int kept_begin_names(struct kept *k, const struct target *t, bool mapped, struct err *err);

/*
 * kept_view() - all records so far as k->data[0..k->len), until kept_unview(). Returns 0 or -1.
 */
int kept_view(struct kept *k, struct err *err);
void kept_unview(struct kept *k);

/* kept_bytes() - of all records so far. */
static inline uint64_t kept_bytes(const struct kept *k)
{
	return k->writer.pos + k->writer.own.nr_held;
}

#endif
