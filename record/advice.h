/* advice.h - why events were lost, by the time that passed, and what helps against it. */
#ifndef RECORD_ADVICE_H
#define RECORD_ADVICE_H

#include "record/drain.h"

/*
 * advice_loss() - what to try against the loss of @d, which is finished, into @text, which is
 * returned. @wanted_bytes: the size that the rings, of @ring_bytes each, were to have.
 */
const char *advice_loss(const struct drain *d, uint64_t ring_bytes, uint64_t wanted_bytes,
			char *text, size_t room);

#endif
