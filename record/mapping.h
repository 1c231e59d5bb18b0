/* mapping.h - an MMAP2 record: what lies in memory there, so that an address gets a name. */
#ifndef RECORD_MAPPING_H
#define RECORD_MAPPING_H

#include "common/writer.h"
#include "record/buildid.h"

struct mapping {
	uint16_t misc; /* the cpumode: PERF_RECORD_MISC_USER or _KERNEL */
	uint32_t pid, tid;
	uint64_t addr, len, pgoff; /* bytes */
	uint32_t maj, min;	   /* of the device, when there is no build id */
	uint64_t ino;
	uint32_t prot, flags; /* as of mmap(2) */
	struct build_id build_id;
	const char *name; /* of the file, or what perf calls it when there is none */
};

/* mapping_push() - write @m, with time 0: "before everything". Returns 0, or -1 with ERR_IO. */
int mapping_push(struct writer *w, const struct mapping *m, struct err *err);

#endif
