#include "record/kernelmap.h"
#include "common/io.h"
#include "common/util.h"
#include "record/mapping.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#define KALLSYMS      "/proc/kallsyms"
#define MODULES	      "/proc/modules"
#define KPTR_RESTRICT "/proc/sys/kernel/kptr_restrict"
#define MODULE_MAX    64	  /* bytes of a name: MODULE_NAME_LEN */
#define DEPS_MAX      (16u << 20) /* bytes of modules.dep */
#define NO_PROCESS    UINT32_MAX

struct kernel_text {
	uint64_t start, end; /* 0: unknown */
	char symbol[16];     /* at start */
};

/*
 * The first symbol of the kernel's text and its end. Readers find out by the former how far the
 * kernel has been moved (KASLR), so its name is part of the record's.
 */
static void read_text(struct kernel_text *text)
{
	FILE *in = fopen(KALLSYMS, "re");
	char line[512];

	*text = (struct kernel_text){ 0 };
	while (in && fgets(line, sizeof(line), in) && !text->end) {
		char symbol[16] = "", kind;
		uint64_t addr;

		if (sscanf(line, "%" SCNx64 " %c %15s", &addr, &kind, symbol) != 3 || !addr)
			continue;
		/* _text comes before _stext where there are both; it is what perf takes. */
		if (!strcmp(symbol, "_text") || (!text->start && !strcmp(symbol, "_stext"))) {
			text->start = addr;
			memcpy(text->symbol, symbol, sizeof(symbol));
		}
		if (!strcmp(symbol, "_etext"))
			text->end = addr;
	}
	if (in)
		fclose(in);
}

bool kernelmap_is_hidden(void)
{
	FILE *in = fopen(KALLSYMS, "re");
	uint64_t addr = 0;
	char line[512];

	/* Some symbols are 0 by themselves: those of each CPU's data. */
	while (in && !addr && fgets(line, sizeof(line), in))
		addr = strtoull(line, NULL, 16);
	if (in)
		fclose(in);
	return !addr;
}

bool kernelmap_is_hidden_from_all(void)
{
	size_t len;
	char *level = io_slurp(KPTR_RESTRICT, 64, &len);
	bool hidden = level && strtol(level, NULL, 10) >= 2;

	free(level);
	return hidden;
}

static int synth_kernel(struct writer *w, struct err *err)
{
	char name[64];
	struct kernel_text text;
	struct mapping m = {
		.misc = PERF_RECORD_MISC_KERNEL,
		.pid = NO_PROCESS,
		.name = name,
	};

	read_text(&text);
	if (!text.start || text.end <= text.start)
		return 0;
	snprintf(name, sizeof(name), "[kernel.kallsyms]%s", text.symbol);
	m.addr = m.pgoff = text.start;
	m.len = text.end - text.start;
	build_id_of_notes(&m.build_id, "/sys/kernel/notes");
	return mapping_push(w, &m, err);
}

/* modules.dep names a file a line, "kernel/fs/x-y.ko.xz: ..."; NULL when there is none. */
static char *read_deps(char *dir, size_t room)
{
	struct utsname name;
	char path[256];
	size_t len;

	if (uname(&name))
		return NULL;
	snprintf(dir, room, "/lib/modules/%s", name.release);
	snprintf(path, sizeof(path), "%s/modules.dep", dir);
	return io_slurp(path, DEPS_MAX, &len);
}

/* Is the file name @file, "x-y.ko.xz", that of module "x_y"? */
static bool is_file_of(const char *file, const char *module)
{
	for (; *module; module++, file++)
		if (*file != *module && !(*file == '-' && *module == '_'))
			return false;
	return !strncmp(file, ".ko", 3);
}

/* The path of @module's file, or "[module]", as perf does it: its symbols are found by that, too. */
static void find_path(char *path, size_t room, const char *module, const char *dir,
		      const char *deps)
{
	snprintf(path, room, "[%s]", module);
	for (const char *line = deps; line && *line; line = strchr(line, '\n')) {
		size_t len, base;

		line += *line == '\n';
		len = base = strcspn(line, ":\n");
		while (base && line[base - 1] != '/')
			base--;
		if (line[len] == ':' && is_file_of(line + base, module)) {
			snprintf(path, room, "%s/%.*s", dir, (int)len, line);
			return;
		}
	}
}

static int synth_module(struct writer *w, const char *line, const char *dir, const char *deps,
			struct err *err)
{
	char module[MODULE_MAX], path[PATH_MAX], notes[128];
	struct mapping m = {
		.misc = PERF_RECORD_MISC_KERNEL,
		.pid = NO_PROCESS,
		.name = path,
	};

	/* ext4 1077248 1 - Live 0xffffffffc0400000; hidden addresses are 0. */
	if (sscanf(line, "%63s %" SCNu64 " %*s %*s %*s 0x%" SCNx64, module, &m.len, &m.addr) != 3 ||
	    !m.addr)
		return 0;
	find_path(path, sizeof(path), module, dir, deps);
	snprintf(notes, sizeof(notes), "/sys/module/%s/notes/.note.gnu.build-id", module);
	build_id_of_notes(&m.build_id, notes);
	return mapping_push(w, &m, err);
}

int kernelmap_synth(struct writer *w, struct err *err)
{
	char dir[128], line[4096], *deps;
	FILE *in;
	int rc = synth_kernel(w, err);

	deps = read_deps(dir, sizeof(dir));
	in = fopen(MODULES, "re"); /* a kernel may have none */
	while (!rc && in && fgets(line, sizeof(line), in))
		rc = synth_module(w, line, dir, deps, err);
	if (in)
		fclose(in);
	free(deps);
	return rc;
}
