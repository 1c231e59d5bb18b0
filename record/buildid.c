#include "record/buildid.h"
#include "common/io.h"
#include "common/util.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES_MAX (64u << 10) /* bytes; a build id comes early */
#define PHDRS_MAX 128

#define ELF_DATA_NATIVE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

/*
 * A note is Elf32_Nhdr, the name, the description, the latter two padded to @align; it is the
 * same in 64-bit files.
 */
static void find_in_notes(struct build_id *id, const char *at, size_t left, size_t align)
{
	while (left >= sizeof(Elf32_Nhdr)) {
		Elf32_Nhdr note;
		uint64_t desc_off, end;

		memcpy(&note, at, sizeof(note));
		desc_off = ALIGN_UP(sizeof(note) + (uint64_t)note.n_namesz, align);
		end = desc_off + note.n_descsz;
		if (end > left)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(at + sizeof(note), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) &&
		    note.n_descsz && note.n_descsz <= BUILD_ID_MAX) {
			id->size = note.n_descsz;
			memcpy(id->bytes, at + desc_off, id->size);
			return;
		}
		end = MIN(ALIGN_UP(end, align), left);
		at += end;
		left -= end;
	}
}

void build_id_of_notes(struct build_id *id, const char *path)
{
	size_t len;
	char *notes = io_slurp(path, NOTES_MAX, &len);

	*id = (struct build_id){ 0 };
	if (notes)
		find_in_notes(id, notes, len, 4);
	free(notes);
}

static void find_in_segment(struct build_id *id, int fd, uint64_t off, uint64_t size,
			    uint64_t align)
{
	size_t len = MIN(size, NOTES_MAX);
	char *notes = off <= INT64_MAX - NOTES_MAX ? malloc(len) : NULL;
	ssize_t have = notes ? io_pread(fd, notes, len, off) : 0;

	if (have > 0)
		find_in_notes(id, notes, have, align == 8 ? 8 : 4);
	free(notes);
}

/* The two widths of ELF differ in nothing but the widths of these fields. */
#define FIND_IN_ELF(bits)                                                                     \
	static void find_in_elf##bits(struct build_id *id, int fd)                            \
	{                                                                                     \
		Elf##bits##_Phdr phdrs[PHDRS_MAX];                                            \
		Elf##bits##_Ehdr elf;                                                         \
		ssize_t have;                                                                 \
                                                                                              \
		if (io_pread(fd, &elf, sizeof(elf), 0) != sizeof(elf) ||                      \
		    elf.e_phentsize != sizeof(*phdrs) || (int64_t)elf.e_phoff < 0)            \
			return;                                                               \
		have = io_pread(fd, phdrs, MIN(elf.e_phnum, PHDRS_MAX) * sizeof(*phdrs),      \
				elf.e_phoff);                                                 \
		for (ssize_t i = 0; i < have / (ssize_t)sizeof(*phdrs) && !id->size; i++)     \
			if (phdrs[i].p_type == PT_NOTE)                                       \
				find_in_segment(id, fd, phdrs[i].p_offset, phdrs[i].p_filesz, \
						phdrs[i].p_align);                            \
	}
FIND_IN_ELF(32)
FIND_IN_ELF(64)

static void find_in_file(struct build_id *id, int fd)
{
	unsigned char ident[EI_NIDENT];

	if (io_pread(fd, ident, sizeof(ident), 0) != sizeof(ident) ||
	    memcmp(ident, ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != ELF_DATA_NATIVE)
		return;
	if (ident[EI_CLASS] == ELFCLASS64)
		find_in_elf64(id, fd);
	else if (ident[EI_CLASS] == ELFCLASS32)
		find_in_elf32(id, fd);
}

bool build_id_of_file(struct build_id *id, const char *path)
{
	/* Who has mapped a file may have put something else in its place: a pipe, a device. */
	int place = open(path, O_PATH | O_CLOEXEC), fd = -1;
	struct stat st;
	char self[32];

	*id = (struct build_id){ 0 };
	if (place < 0)
		return false;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", place);
	if (!fstat(place, &st) && S_ISREG(st.st_mode))
		fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	close(place);
	if (fd < 0)
		return true;
	find_in_file(id, fd);
	close(fd);
	return true;
}
