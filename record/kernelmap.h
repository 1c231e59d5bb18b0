/* kernelmap.h - where the kernel and its modules lie. */
#ifndef RECORD_KERNELMAP_H
#define RECORD_KERNELMAP_H

#include "common/writer.h"

#include <stdbool.h>

/*
 * kernelmap_synth() - write an MMAP2 record, of nobody's process (-1), for the kernel's text and for
 * each module, as readers expect them. Nothing is written where the kernel hides its addresses.
 * Returns 0, or -1 with ERR_IO.
 */
int kernelmap_synth(struct writer *w, struct err *err);

/* kernelmap_is_hidden() - does /proc/kallsyms show us nothing but zeros? */
bool kernelmap_is_hidden(void);

/* kernelmap_is_hidden_from_all() - ... and so it would, whatever rights we had (kptr_restrict)? */
bool kernelmap_is_hidden_from_all(void);

#endif
