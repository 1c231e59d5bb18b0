/*
 * cuts.h - a file whose records are compressed, one complete frame each, as rec -z makes it: cut into
 * RANGES that several threads read for an aggregate (consumer.h), each in its own caches.
 *
 * Cuts lie in front of compressed records, which are found by walking from header to header. That a
 * record also begins in the frame there is shown by all that is before it ending with a whole one. Where
 * it does not, and where anything is damaged, all is forgotten: then the file is to be read in order,
 * which knows what came before the damage.
 */
#ifndef REPORT_CUTS_H
#define REPORT_CUTS_H

#include "report/consumer.h"

#include <stdbool.h>

/* cuts_gain() - is @c an aggregate, and the file of @s one that may be cut? */
bool cuts_gain(const struct session *s, const struct consumer *c);

/*
 * cuts_run() - give @c all of the file. Returns 1; 0 when @c was given nothing, as the file is not to
 * be read so; or -1 with s->failed and the error of @c.
 */
int cuts_run(struct session *s, struct consumer *c, struct err *err);

#endif
