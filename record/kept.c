#include "record/kept.h"
#include "record/synth.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int kept_begin(struct kept *k, struct err *err)
{
	int fd = memfd_create("rec-records", MFD_CLOEXEC);

	*k = (struct kept){ .writer.fd = -1 };
	if (fd < 0)
		return fail(err, ERR_SYS, "cannot make a file in memory: %s", strerror(errno));
	return writer_begin_records(&k->writer, fd, "a file in memory", err);
}

int kept_begin_names(struct kept *k, const struct target *t, bool mapped, struct err *err)
{
	struct target named = *t;

	/* Which tasks those of the target have started meanwhile, nobody has noted. */
	named.by_task &= !named.inherit;
	if (kept_begin(k, err) || synth_tasks(&k->writer, &named, mapped, &k->nr_denied, err))
		return -1;
	return writer_flush(&k->writer, err); /* what comes behind may come by another lane */
}

void kept_release(struct kept *k)
{
	/* One that was begun has a buffer, or has failed to get it. */
	int fd = k->writer.path ? k->writer.fd : -1;

	kept_unview(k);
	writer_release(&k->writer);
	if (fd >= 0)
		close(fd);
}

int kept_view(struct kept *k, struct err *err)
{
	void *at;

	if (writer_flush(&k->writer, err))
		return -1;
	k->len = k->writer.pos;
	if (!k->len)
		return 0; /* nothing can be mapped, and nothing need be */
	at = mmap(NULL, k->len, PROT_READ, MAP_SHARED, k->writer.fd, 0);
	if (at == MAP_FAILED)
		return fail(err, ERR_SYS, "cannot map a file in memory: %s", strerror(errno));
	k->data = at;
	return 0;
}

void kept_unview(struct kept *k)
{
	if (k->data)
		munmap((void *)k->data, k->len);
	k->data = NULL;
	k->len = 0;
}
