/* synth.h - records for the tasks that were there before the recording. */
#ifndef RECORD_SYNTH_H
#define RECORD_SYNTH_H

#include "common/writer.h"
#include "record/target.h"

#include <stdbool.h>

/* synth_tell_denied() - say on stderr that so many processes do not show what they have mapped. */
void synth_tell_denied(uint32_t nr);

/*
 * synth_tasks() - write a COMM record, with time 0: "before everything", for every task in /proc,
 * or for those of the target when it names some. @mapped: and what their processes and the kernel
 * have mapped, which call chains need; *@nr_denied processes do not show it. Tasks that end
 * meanwhile are passed over.
 * Returns 0, or -1 with ERR_IO, ERR_SYS or ERR_MEM.
 */
int synth_tasks(struct writer *w, const struct target *t, bool mapped, uint32_t *nr_denied,
		struct err *err);

#endif
