/*
 * samplewalk.h - all fields of a sample, in their order, up to its end.
 *
 * sample.h finds the few fields that reports live on; here is every one, for those that look at all
 * of them: who checks a sample, prints it, or turns it into this machine's byte order. The order of
 * the fields is known here and nowhere else.
 * Source: PERF_RECORD_SAMPLE in linux/perf_event.h and the kernel's perf_output_sample().
 */
#ifndef COMMON_SAMPLEWALK_H
#define COMMON_SAMPLEWALK_H

#include "common/abi.h"

#include <stdbool.h>

/* What a part of a sample is; in brackets: what its bytes are when it is not one u64. */
enum sample_part {
	PART_IDENTIFIER,
	PART_IP,
	PART_TID, /* u32 pid, u32 tid */
	PART_TIME,
	PART_ADDR,
	PART_ID,
	PART_STREAM_ID,
	PART_CPU, /* u32 cpu, u32 0 */
	PART_PERIOD,
	PART_READ_NR, /* of values in a group; each has VALUE, ID, LOST behind the times of all */
	PART_READ_ENABLED,
	PART_READ_RUNNING,
	PART_READ_VALUE,
	PART_READ_ID,
	PART_READ_LOST,
	PART_CALLCHAIN_NR,
	PART_CALLCHAIN, /* u64 each */
	PART_RAW_SIZE,	/* u32 */
	PART_RAW,	/* bytes */
	PART_BRANCH_NR,
	PART_BRANCH_HW_IDX,
	PART_BRANCHES,	      /* u64 from, to, flags each */
	PART_BRANCH_COUNTERS, /* u64 each */
	PART_REGS_USER_ABI,
	PART_REGS_USER, /* u64 for each bit of attr.sample_regs_user */
	PART_STACK_SIZE,
	PART_STACK, /* bytes */
	PART_STACK_DYN_SIZE,
	PART_WEIGHT,	    /* one u64 */
	PART_WEIGHT_STRUCT, /* u64: 32 bits weight, 16 and 16 bits that depend on the machine */
	PART_DATA_SRC,
	PART_TRANSACTION,
	PART_REGS_INTR_ABI,
	PART_REGS_INTR, /* u64 for each bit of attr.sample_regs_intr */
	PART_PHYS_ADDR,
	PART_CGROUP,
	PART_DATA_PAGE_SIZE,
	PART_CODE_PAGE_SIZE,
	PART_AUX_SIZE,
	PART_AUX, /* bytes */
	NR_SAMPLE_PARTS,
};

/*
 * sample_visit - told of a part: @bytes at @at, which lies in the record; 8-aligned but for what
 * stands behind raw bytes. Empty parts (a chain without an entry) are not visited.
 */
typedef void (*sample_visit)(void *arg, enum sample_part part, const char *at, uint32_t bytes);

/*
 * sample_walk() - visit every part of @rec, a whole PERF_RECORD_SAMPLE of an event with @attr.
 * @swapped: the sample is in the other byte order (its header is not): counts are read so, and
 *           @visit may turn around the bytes that it is told of.
 * @visit: NULL to check only.
 * Returns the bytes of the record that the parts take, header included; or -1 when it is shorter
 * than a part of it says (what came before was visited), or when sample_type has unknown bits.
 */
int sample_walk(const struct perf_event_attr *attr, const struct perf_event_header *rec,
		bool swapped, sample_visit visit, void *arg);

/*
 * read_walk() - the same of a block of counter values by attr.read_format, [@at, @end): the body
 * of a PERF_RECORD_READ behind pid and tid. Returns the bytes that it takes, or -1.
 */
int read_walk(const struct perf_event_attr *attr, const char *at, const char *end, bool swapped,
	      sample_visit visit, void *arg);

/*
 * trailer_walk() - the same of the id trailer of @rec, which is no sample and not of user space:
 * TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER. Returns its bytes: 0 when the event has none, or -1
 * when the record is too short for it.
 */
int trailer_walk(const struct perf_event_attr *attr, const struct perf_event_header *rec,
		 sample_visit visit, void *arg);

#endif
