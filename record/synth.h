/* synth.h - records for the tasks that were there before the recording. */
#ifndef RECORD_SYNTH_H
#define RECORD_SYNTH_H

#include "common/writer.h"
#include "record/target.h"

/*
 * synth_tasks() - write a COMM record, with time 0: "before everything", for every task in /proc,
 * or for those of the target when it names some. Tasks that end meanwhile are passed over. Returns 0, or -1 with ERR_IO or ERR_SYS.
 */
int synth_tasks(struct writer *w, const struct target *t, struct err *err);

#endif
