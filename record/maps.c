#include "record/maps.h"
#include "common/util.h"
#include "record/mapping.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* perf's name, and the kernel's, for memory that no file is behind. */
#define NO_FILE "//anon"

static void read_build_id(struct build_id *id, const struct mapping *m)
{
	char path[PATH_MAX + 64];

	/* The very file, whatever has become of its name; but not everybody may look there. */
	snprintf(path, sizeof(path), "/proc/%u/map_files/%" PRIx64 "-%" PRIx64, m->pid, m->addr,
		 m->addr + m->len);
	if (build_id_of_file(id, path))
		return;
	/* Its name is one of the process's own root, which may be a container's. */
	snprintf(path, sizeof(path), "/proc/%u/root%s", m->pid, m->name);
	build_id_of_file(id, path);
}

static int add_file(struct maps *m, const struct mapping *of, struct err *err)
{
	if (m->nr_files == m->room) {
		uint32_t room = m->room ? 2 * m->room : 256;
		struct mapped_file *files = realloc(m->files, room * sizeof(*files));

		if (!files)
			return fail_mem(err);
		m->files = files;
		m->room = room;
	}
	m->files[m->nr_files++] = (struct mapped_file){ of->maj, of->min, of->ino, of->build_id };
	return 0;
}

/* Fills of->build_id, from what is known or from the file. */
static int find_build_id(struct maps *m, struct mapping *of, struct err *err)
{
	uint64_t key = of->ino ^ (uint64_t)of->maj << 52 ^ (uint64_t)of->min << 32;
	const uint64_t *known = hash_get(&m->by_inode, key);
	uint64_t *slot;

	if (known) {
		const struct mapped_file *f = &m->files[*known];

		if (f->ino == of->ino && f->maj == of->maj && f->min == of->min)
			of->build_id = f->build_id;
		else /* another file with the same key; so rare that nobody keeps it */
			read_build_id(&of->build_id, of);
		return 0;
	}
	read_build_id(&of->build_id, of);
	slot = hash_put(&m->by_inode, key);
	if (!slot)
		return fail_mem(err);
	*slot = m->nr_files;
	return add_file(m, of, err);
}

/*
 * "7f..-7f.. r-xp 00001000 fe:00 12345   /usr/lib/x.so" -> @map, whose name stays inside of @line.
 * Returns false when it is something else.
 */
static bool parse_line(char *line, struct mapping *map)
{
	char perms[5];
	uint64_t end;
	int name = 0;

	line[strcspn(line, "\n")] = 0;
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &map->addr,
		   &end, perms, &map->pgoff, &map->maj, &map->min, &map->ino, &name) < 7 ||
	    strlen(perms) < 4 || !name)
		return false;
	map->len = end - map->addr;
	map->name = line[name] ? line + name : NO_FILE;
	map->prot = (perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) |
		    (perms[2] == 'x' ? PROT_EXEC : 0);
	map->flags = perms[3] == 's' ? MAP_SHARED : MAP_PRIVATE;
	return true;
}

int maps_synth(struct maps *m, struct writer *w, uint32_t pid, uint32_t tid, struct err *err)
{
	char path[64];
	bool any = false;
	int rc = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/maps", pid, tid);
	in = fopen(path, "re");
	if (!in && (errno == EACCES || errno == EPERM)) {
		m->nr_denied++;
		return 1;
	}
	while (in && !rc && getline(&m->line, &m->line_room, in) > 0) {
		struct mapping map = { .misc = PERF_RECORD_MISC_USER, .pid = pid, .tid = pid };

		any = true;
		if (!parse_line(m->line, &map) || !(map.prot & PROT_EXEC))
			continue;
		if (*map.name == '/' && map.ino)
			rc = find_build_id(m, &map, err);
		if (!rc)
			rc = mapping_push(w, &map, err);
	}
	if (in)
		fclose(in);
	return rc ? rc : any;
}

void maps_release(struct maps *m)
{
	hash_release(&m->by_inode);
	free(m->files);
	free(m->line);
	*m = (struct maps){ 0 };
}
