#include "report/tasknews.h"

#include <stddef.h>
#include <string.h>

void tasknews_end(struct tasknews *n)
{
	slots_clear(&n->slots);
}

void tasknews_release(struct tasknews *n)
{
	slots_clear(&n->slots);
	names_release(&n->comms);
}

/* The number of a name in *@id. */
static int name_id(struct tasknews *n, const char *name, size_t len, int64_t *id, struct err *err)
{
	const uint32_t nr = n->comms.nr;

	*id = names_id(&n->comms, name, len);
	if (*id < 0)
		return fail_mem(err);
	return n->comms.nr == nr ? 0 : n->add_name(n->arg, n->comms.at[nr], err);
}

static int named(struct tasknews *n, const struct record_comm *rec, struct happening *h,
		 struct err *err)
{
	size_t room = rec->header.size - sizeof(*rec);

	h->kind = TASK_NAMED;
	h->next = rec->header.misc & PERF_RECORD_MISC_COMM_EXEC;
	if (name_id(n, rec->comm, strnlen(rec->comm, room), &h->value, err) ||
	    tasknews_slot(n, rec->pid, rec->tid, &h->slot, err))
		return -1;
	return h->slot != NO_SLOT;
}

static int begins(struct tasknews *n, const struct record_task *rec, struct happening *h,
		  struct err *err)
{
	uint32_t parent;

	h->kind = TASK_BEGINS;
	if (rec->tid == rec->ptid)
		return 0;
	if (tasknews_slot(n, rec->ppid, rec->ptid, &parent, err) ||
	    tasknews_slot(n, rec->pid, rec->tid, &h->slot, err))
		return -1;
	h->value = (int64_t)((uint64_t)rec->pid << 32 | parent);
	return h->slot != NO_SLOT && parent != NO_SLOT;
}

static int ends(struct tasknews *n, const struct record_task *rec, struct happening *h,
		struct err *err)
{
	h->kind = TASK_ENDS;
	return tasknews_slot(n, rec->pid, rec->tid, &h->slot, err) ? -1 : h->slot != NO_SLOT;
}

/*
 * The kernel maps a vdso for each program: below 4 GiB for one that has addresses of 32 bits, far above for any other.
 * @rec: of the inode and what follows MMAP has nothing; @name: where the name begins.
 */
static int mapped(struct tasknews *n, const struct record_mmap2 *rec, size_t name,
		  struct happening *h, struct err *err)
{
	static const char vdso[] = "[vdso]";

	if (rec->header.size < name + sizeof(vdso) ||
	    memcmp((const char *)rec + name, vdso, sizeof(vdso)) != 0)
		return 0;
	h->kind = TASK_ABI;
	h->value = rec->addr <= UINT32_MAX;
	return tasknews_slot(n, rec->pid, rec->tid, &h->slot, err) ? -1 : h->slot != NO_SLOT;
}

int tasknews_take(struct tasknews *n, const struct perf_event_header *rec, struct happening *h,
		  struct err *err)
{
	if (rec->type == PERF_RECORD_COMM && rec->size > sizeof(struct record_comm))
		return named(n, (const void *)rec, h, err);
	if (rec->type == PERF_RECORD_FORK && rec->size >= sizeof(struct record_task))
		return begins(n, (const void *)rec, h, err);
	if (rec->type == PERF_RECORD_EXIT && rec->size >= sizeof(struct record_task))
		return ends(n, (const void *)rec, h, err);
	if (rec->type == PERF_RECORD_MMAP)
		return mapped(n, (const void *)rec, offsetof(struct record_mmap2, inode), h, err);
	if (rec->type == PERF_RECORD_MMAP2)
		return mapped(n, (const void *)rec, sizeof(struct record_mmap2), h, err);
	return 0;
}
