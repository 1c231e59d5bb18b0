/* summary.h - the last words of a recording: how much it is, and what is missing. */
#ifndef RECORD_SUMMARY_H
#define RECORD_SUMMARY_H

#include "record/drain.h"

#include <stdbool.h>

/* What is told, and of what. All is borrowed. */
struct summary {
	const struct drain *drain; /* when it is finished */
	const char *output;	   /* the file's name, as the user gave it */
	bool many;		   /* ... and there are several, with the time behind it */
	bool overwrite;		   /* what is lost, is so while a snapshot is written */
	uint64_t bytes;		   /* of all files */
	uint64_t ring_bytes;	   /* of each ring */
	uint64_t wanted_bytes;	   /* ... as it was to be */
	bool json;		   /* for machines: one object, and nothing else */
	bool quiet;		   /* only losses */
	bool verbose;		   /* the counts of each event on each CPU, too */
};

/* summary_print() - on stderr. Returns 0, or -1 with ERR_SYS or ERR_MEM. */
int summary_print(const struct summary *s, struct err *err);

#endif
