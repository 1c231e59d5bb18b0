/*
 * callscan.h - the first step from blocks to system calls (callstream.h): what each block has of enters, exits and what
 * tells of tasks, found without knowing anything of the blocks in front of it.
 *
 * So several threads may do this, each with scans of its own. What is found is written as ITEMS of a window
 * (window.h), and between them STOPS: what is to be done when the items in front have been taken. The block is not
 * needed any more then.
 * The slots of items are a numbering of this block's threads, in the order in which they come. The threads
 * that a scan has seen in any block have LOCAL numbers. What comes in front of an enter is left open where the block
 * begins.
 */
#ifndef REPORT_CALLSCAN_H
#define REPORT_CALLSCAN_H

#include "common/abi.h"
#include "report/callsource.h"
#include "report/slots.h"
#include "report/window.h"

enum scan_stop_kind {
	STOP_RECORD, /* one that is no sample */
	STOP_ROUND,  /* one ended */
	STOP_TIE     /* two threads: TASK_TIED */
};

struct scan_stop {
	enum scan_stop_kind kind;
	uint64_t time;	    /* of a TIE */
	size_t record;	    /* where it is in callscan.records */
	uint32_t thread[2]; /* local */
	/* What is in front of it: bytes of items, items, spans, cpus. */
	size_t used, nr, nr_spans, nr_cpus;
};

/* A CPU had calls up to that time. */
struct scan_cpu {
	uint32_t cpu;
	uint64_t time;
};

/* What all scans of a file know. */
struct callscan_of {
	const struct session *session;
	const struct call_source *sources; /* by index of the event */
	unsigned want;			   /* of enum callstream_want */
	int64_t exec_nr, execveat_nr;
};

/* Samples with the same header, id and raw size: what was found out of one is true for all. */
struct call_kind {
	uint64_t header; /* 0: not in use */
	uint64_t id;	 /* what is at callscan.id_off in each */
	uint32_t raw_size;
	uint16_t size, raw, tid, time, cpu; /* as of the header and in struct sample_layout */
	struct call_source source;
};

#define CALL_KINDS 256 /* a power of two; two events of each CPU are usual */

/* A thread that a scan has seen. */
struct scan_thread {
	uint32_t pid, tid;
	uint32_t slot;	  /* not the scan's: what the number means to whoever takes the items */
	uint32_t number;  /* its slot in items, if it is in the block; see segment */
	uint64_t segment; /* the last that it is in; 0: none */
	size_t span;	  /* what it has of that */
};

#define SLOT_UNKNOWN (NO_SLOT - 1) /* as scan_thread.slot of one that is new */

/* A zeroed struct has seen nothing. */
struct callscan {
	struct callscan_of of;
	char *items; /* what was found; owned, as are all here */
	size_t used, room;
	size_t nr;	 /* items */
	uint32_t *slots; /* as chunk.slots, for who takes the items; SLOT_UNKNOWN: not set yet */
	size_t nr_slots, room_slots;
	struct span *spans; /* of each segment, what each thread has; span.thread is local */
	size_t nr_spans, room_spans;
	struct scan_stop *stops;
	size_t nr_stops, room_stops;
	struct scan_cpu *cpus; /* one may be there several times */
	size_t nr_cpus, room_cpus;
	char *records;
	size_t used_records, room_records;
	uint64_t segment, first_segment; /* SEGMENTS are what is between stops; the block's first */
	uint64_t entered;		 /* what was found last is an enter: its mark; else 0 */
	size_t enter;			 /* that: its offset in items */
	size_t first_exit; /* offset of an exit in front of which the block has nothing; SIZE_MAX: none */
	bool open;	   /* nothing was found yet that could lie between an enter and its exit */
	uint64_t first_ns, last_ns; /* of the block's calls; first_ns UINT64_MAX: there are none */
	uint64_t cpu_ns;	    /* of the last of them that were of one CPU; 0: it was said */
	uint32_t cpu;		    /* that one */
	struct slots locals;
	struct scan_thread *threads; /* by local number */
	size_t nr_threads, room_threads;
	uint32_t id_off; /* of the id in a sample; 0, the header, where ids do not matter */
	struct call_kind kinds[CALL_KINDS]; /* by a hash of header and id */
};

/* callscan_start() - a file begins, or what is known of threads is forgotten. callscan_release() - is due in the end. */
void callscan_start(struct callscan *c, const struct callscan_of *of);
void callscan_release(struct callscan *c);

/* callscan_begin() - a block begins: nothing was found. */
void callscan_begin(struct callscan *c);

/*
 * callscan_add() - find what is in @b, the block or a part of it. @s is told of samples that are of no event, or
 * malformed. Returns 0, or -1: ERR_MEM.
 */
int callscan_add(struct callscan *c, struct session *s, struct block *b, struct err *err);

/* callscan_parts() - may something have happened there between an enter and the exit that is next? */
static inline bool callscan_parts(const struct perf_event_header *rec)
{
	return rec->type == PERF_RECORD_COMM || rec->type == PERF_RECORD_FORK ||
	       rec->type == PERF_RECORD_EXIT || rec->type == PERF_RECORD_LOST;
}

/* callscan_mark() - an enter, for callscan.entered, with the slot of whoever compares. Never 0. */
static inline uint64_t callscan_mark(uint32_t slot, uint32_t cpu)
{
	return 1ULL << 63 | (uint64_t)cpu << 32 | slot;
}

#endif
