/*
 * buildid.h - the build id of a program, a library, a module, the kernel: what tells whether the
 * file that somebody finds later is the one that ran.
 */
#ifndef RECORD_BUILDID_H
#define RECORD_BUILDID_H

#include "common/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct build_id {
	uint8_t size; /* bytes; 0: there is none */
	uint8_t bytes[BUILD_ID_MAX];
};

/*
 * build_id_of_file() - from the notes of the ELF file @path; none when it is no such file, or has
 * no build id, or cannot be read. Nothing in the file is trusted, and nothing but a file is opened.
 * Returns whether there is something at @path that we may look at.
 */
bool build_id_of_file(struct build_id *id, const char *path);

/* build_id_of_notes() - from a file of nothing but notes: /sys/kernel/notes, those of modules. */
void build_id_of_notes(struct build_id *id, const char *path);

#endif
