#include "record/mapping.h"
#include "common/util.h"

#include <limits.h>

#define NAME_BYTES (PATH_MAX + 16) /* " (deleted)" may stand behind a path */

int mapping_push(struct writer *w, const struct mapping *m, struct err *err)
{
	union {
		struct record_mmap2 rec;
		char bytes[sizeof(struct record_mmap2) + NAME_BYTES +
			   sizeof(struct record_trailer)];
	} u = { .rec = {
			.header = { .type = PERF_RECORD_MMAP2, .misc = m->misc },
			.pid = m->pid,
			.tid = m->tid,
			.addr = m->addr,
			.len = m->len,
			.pgoff = m->pgoff,
			.inode = { .maj = m->maj, .min = m->min, .ino = m->ino },
			.prot = m->prot,
			.flags = m->flags,
		} };
	const struct record_trailer trailer = { .pid = m->pid, .tid = m->tid };
	size_t name_len = strnlen(m->name, NAME_BYTES - 8);
	size_t len = sizeof(u.rec) + ALIGN_UP(name_len + 1, 8);

	if (m->build_id.size) {
		u.rec.header.misc |= PERF_RECORD_MISC_MMAP_BUILD_ID;
		memset(&u.rec.inode, 0, sizeof(u.rec.inode));
		u.rec.build_id.size = m->build_id.size;
		memcpy(u.rec.build_id.bytes, m->build_id.bytes, m->build_id.size);
	}
	memset(u.bytes + sizeof(u.rec), 0, len - sizeof(u.rec));
	memcpy(u.bytes + sizeof(u.rec), m->name, name_len);
	memcpy(u.bytes + len, &trailer, sizeof(trailer));
	u.rec.header.size = len + sizeof(trailer);
	return writer_push(w, u.bytes, u.rec.header.size, err);
}
