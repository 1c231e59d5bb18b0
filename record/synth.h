/* synth.h - records for the tasks that were there before the recording. */
#ifndef RECORD_SYNTH_H
#define RECORD_SYNTH_H

#include "common/writer.h"
#include "record/target.h"

#include <stdbool.h>

/*
 * synth_tasks() - write a COMM record, with time 0: "before everything", for every task in /proc,
 * or for those of the target when it names some. @mapped: and what their processes and the kernel
 * have mapped, which call chains need. Tasks that end meanwhile are passed over.
 * Returns 0, or -1 with ERR_IO, ERR_SYS or ERR_MEM.
 */
int synth_tasks(struct writer *w, const struct target *t, bool mapped, struct err *err);

#endif
