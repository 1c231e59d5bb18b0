#include "record/advice.h"
#include "common/io.h"
#include "common/util.h"
#include "record/rings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* A write that lasts so long is a stall: the file system's, not what copying takes. */
#define STALL_S 0.25

/* Where the time went while the events were on; seconds, of the threads on average. */
struct pace {
	double all;
	double blocked; /* in writes, waiting for the file or the reader */
	double starved; /* ready to run, on a CPU that others had */
	double stall;	/* the longest pass */
};

/* The main thread's: "ns on a CPU, ns waiting for one, number of turns"; 0 when nobody counts it. */
static double starved_seconds(void)
{
	size_t len;
	char *text = io_slurp("/proc/self/schedstat", 256, &len), *second;
	double ns = text && (second = strchr(text, ' ')) ? strtod(second, NULL) : 0;

	free(text);
	return ns / 1e9;
}

static struct pace pace_of(const struct drain *d)
{
	struct pace p = {
		.all = (d->off_ns - d->on_ns) / 1e9,
		.starved = starved_seconds(),
		.stall = d->longest_ns / 1e9,
	};
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	p.blocked = (d->busy_ns / 1e9 - (used.ru_utime.tv_sec + used.ru_stime.tv_sec) -
		     (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6) /
			    d->nr_threads -
		    p.starved;
	return p;
}

const char *advice_loss(const struct drain *d, uint64_t ring_bytes, uint64_t wanted_bytes,
			char *text, size_t room)
{
	const uint64_t usual = rings_default_bytes(d->nr_rings);
	const struct pace p = pace_of(d);

	/* Larger rings only put off what comes when more is recorded than can be written. */
	if (p.blocked > p.all / 2 && d->writer->stream)
		snprintf(text, room,
			 "whoever reads the stream is too slow: rec waited %.1f of %.1f s for it; "
			 "record into a file, or less, by --syscalls or --filter",
			 p.blocked, p.all);
	else if (p.blocked > p.all / 2)
		snprintf(text, room,
			 "the disk is too slow: rec waited %.1f of %.1f s for it; record onto a "
			 "faster one with -o, %sor less, by --syscalls or --filter",
			 p.blocked, p.all, d->level ? "" : "or compressed, with -z, ");
	else if (ring_bytes < wanted_bytes)
		snprintf(text, room,
			 "rings of %" PRIu64 " KiB are too small; try what was said about them",
			 ring_bytes >> 10);
	else if (ring_bytes < usual)
		snprintf(text, room, "try larger rings: -m %" PRIu64 "%c, as without -m",
			 usual >> (usual >> 20 ? 20 : 10), usual >> 20 ? 'M' : 'K');
	else if (p.starved > p.all / 4)
		snprintf(text, room,
			 "rec had to wait %.1f of %.1f s for a CPU; try a real-time priority: -r 1",
			 p.starved, p.all);
	else if (p.stall > STALL_S)
		snprintf(text, room,
			 "a write took %.1f s; try a faster disk, with -o, or rings that last "
			 "longer: -m %" PRIu64 "M",
			 p.stall, MAX(ring_bytes >> 19, 1));
	else
		snprintf(text, room,
			 "try larger rings: -m %" PRIu64 "M, or record less, by --syscalls or "
			 "--filter",
			 MAX(ring_bytes >> 19, 1));
	return text;
}
