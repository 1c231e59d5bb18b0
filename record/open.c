#include "record/recording.h"
#include "common/rights.h"
#include "common/util.h"
#include "record/clock.h"
#include "record/evopen.h"
#include "record/evswitch.h"
#include "record/kernelmap.h"
#include "record/output.h"
#include "record/rings.h"
#include "record/self.h"
#include "record/trigger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OPEN_TRIES 20

/*
 * Opens the events of every task that there is, and of none twice: what starts a task that has no
 * event yet cannot be told from what hands down its own, so when there are new tasks at the end,
 * all is done again.
 */
static int open_all_tasks(struct recording *r, struct err *err)
{
	for (int i = 0;; i++) {
		int renewed;

		evlist_close(&r->evlist);
		if (evlist_open(&r->evlist, err))
			return -1;
		renewed = target_renew(&r->target, err);
		if (renewed <= 0)
			return renewed;
		if (i == OPEN_TRIES)
			break;
	}
	fprintf(stderr, "rec: tasks start faster than they are found; some that began just now may "
			"be missing, and what they start\n");
	evlist_close(&r->evlist);
	return evlist_open(&r->evlist, err);
}

/* With --overwrite those of the side band, and beside them the backward ones. */
static int map_rings(struct recording *r, struct err *err)
{
	if (!r->opts.overwrite)
		return rings_open(&r->rings, &r->evlist, r->ring_bytes, err);
	if (rings_open(&r->rings, &r->evlist, snapshot_sideband_bytes(r->ring_bytes), err))
		return -1;
	if (!snapshot_open(&r->snapshot, &r->evlist, r->ring_bytes, err))
		return 0;
	rings_close(r->rings, r->target.nr_cpus);
	r->rings = NULL;
	return -1;
}

static uint32_t watermark(const struct recording *r)
{
	return rings_watermark(r->opts.overwrite ? snapshot_sideband_bytes(r->ring_bytes)
						 : r->ring_bytes);
}

/* Opens events and rings; where the memory lock limit says no, with rings of half the size. */
static int open_rings(struct recording *r, struct err *err)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	for (;;) {
		evlist_watermark(&r->evlist, watermark(r));
		if (open_all_tasks(r, err))
			return -1;
		if (!map_rings(r, err))
			return 0;
		if ((err->code != ERR_PERM && err->code != ERR_MEM) || r->ring_bytes <= page)
			return -1;
		evlist_close(&r->evlist);
		r->ring_bytes /= 2;
	}
}

static void tell_smaller(const struct recording *r, bool no_memory)
{
	struct rights rights;
	char text[700];

	rights_look(&rights);
	fprintf(stderr, "rec: rings of %" PRIu64 " KiB instead of %" PRIu64 ": %s\n",
		r->ring_bytes >> 10, r->wanted_bytes >> 10,
		no_memory ? "the kernel has no memory for larger ones"
			  : rights_memory(&rights, text, sizeof(text)));
}

/* How many threads drain. What counts to a limit, and a stream, goes through one hand. */
static uint32_t choose_threads(const struct recording *r)
{
	const struct rec_opts *o = &r->opts;
	uint32_t nr_rings = target_nr_rings(&r->target);

	if (o->limits.bytes || o->limits.events || o->overwrite || output_is_stream(o->output))
		return 1;
	return MIN(o->nr_threads ? o->nr_threads : crew_default(nr_rings), nr_rings);
}

/* rec's own threads are not recorded: they have to be there before the events run. */
static int exclude_self(struct recording *r, struct err *err)
{
	pid_t *pids = malloc(r->nr_threads * sizeof(*pids));
	/* rec is none of the tasks, unless named by its number, nor a child of one that has an event. */
	bool self = r->opts.target.include_self || r->target.by_task;
	int rc;

	if (!pids)
		return fail_mem(err);
	if (!self)
		pids[0] = self_common_pid();
	if (!self && r->crew)
		memcpy(pids + 1, crew_common_pids(r->crew), (r->nr_threads - 1) * sizeof(*pids));
	rc = evlist_filter(&r->evlist, pids, self ? 0 : r->nr_threads, err);
	free(pids);
	return rc;
}

/* Before the events are opened. */
static int overwrite(struct recording *r, struct err *err)
{
	char *filter;

	evlist_write_backward(&r->evlist);
	if (!r->opts.snapshot_on)
		return 0;
	filter = trigger_filter(r->opts.snapshot_on, err);
	return filter ? evlist_add_trigger(&r->evlist, filter, err) : -1;
}

int recording_open(struct recording *r, struct err *err)
{
	struct target_spec spec = r->opts.target;

	if (r->opts.command_alone)
		spec.command = r->command.pid;
	if (target_init(&r->target, &spec, err) || events_expand(&r->opts.events, err) ||
	    evlist_init(&r->evlist, &r->target, &r->opts.events, err))
		return -1;
	if (r->opts.callchains)
		evlist_callchains(&r->evlist);
	if (r->opts.overwrite && overwrite(r, err))
		return -1;
	evlist_clock(&r->evlist, r->opts.clockid); /* of all: they share rings */
	r->wanted_bytes = r->opts.ring_bytes ? r->opts.ring_bytes
					     : rings_default_bytes(target_nr_rings(&r->target));
	r->ring_bytes = r->wanted_bytes;
	if (open_rings(r, err))
		return -1;
	/* Some containers are shown fewer than there are. */
	if (!r->target.by_task)
		r->target.nr_online = r->evlist.nr_open;
	if (r->evlist.nr_dropped)
		fprintf(stderr, "rec: %u of the events that a pattern names %s; the others are\n",
			r->evlist.nr_dropped,
			geteuid() ? "cannot be recorded with these rights"
				  : "can be recorded by nobody");
	if (r->opts.callchains && kernelmap_is_hidden())
		fprintf(stderr,
			"rec: /proc/kallsyms hides its addresses (kptr_restrict): the kernel's "
			"functions will have no names; %s\n",
			kernelmap_is_hidden_from_all() ? "sudo sysctl kernel.kptr_restrict=1"
						       : "use sudo, or grant cap_syslog, too");
	if (r->ring_bytes != r->wanted_bytes)
		tell_smaller(r, err->code == ERR_MEM);
	r->nr_threads = choose_threads(r);
	if (r->nr_threads > 1) {
		r->crew = crew_new(r->nr_threads - 1, &r->crew_fd, err);
		if (!r->crew)
			return -1;
	}
	return exclude_self(r, err);
}

int recording_add_cpu(struct recording *r, uint32_t idx, struct err *err)
{
	bool is_new = !r->rings[idx].page;
	int rc = 0;

	if (!is_new && ring_copy(&r->rings[idx]))
		return fail_mem(err);
	if (evlist_reopen(&r->evlist, idx, err))
		return -1;
	if (is_new)
		rc = rings_add(r->rings, &r->evlist, idx,
			       r->opts.overwrite ? snapshot_sideband_bytes(r->ring_bytes)
						 : r->ring_bytes,
			       err);
	if (!rc && is_new && ring_copy(&r->rings[idx]))
		rc = fail_mem(err);
	if (!rc && r->opts.overwrite && !r->snapshot.rings[idx].page)
		rc = snapshot_add(&r->snapshot, idx, err);
	if (rc) {
		ring_close(&r->rings[idx]);
		if (r->opts.overwrite)
			ring_close(&r->snapshot.rings[idx]);
		evlist_leave(&r->evlist, idx);
		return -1;
	}
	return evlist_enable_cpu(&r->evlist, idx, err);
}

void recording_tell_opened(const struct recording *r)
{
	uint32_t nr_rings = target_nr_rings(&r->target);
	char text[64];

	if (!r->opts.verbose && !r->opts.dry_run)
		return;
	fprintf(stderr,
		"rec: %u CPU%s, %s, rings of %" PRIu64
		" KiB, woken up at %u KiB, clock %s, %u thread%s\n",
		nr_rings, nr_rings == 1 ? "" : "s", target_text(&r->target, text, sizeof(text)),
		r->ring_bytes >> 10, watermark(r) >> 10, clock_name(r->opts.clockid), r->nr_threads,
		r->nr_threads > 1 ? "s" : "");
	for (uint32_t i = 0; i < r->evlist.nr; i++) {
		const struct evsel *e = &r->evlist.evsels[i];

		fprintf(stderr,
			"rec: event %s: type %u, config %" PRIu64 ", sample_type %#" PRIx64
			", read_format %#" PRIx64 "\n",
			e->name, e->attr.type, (uint64_t)e->attr.config,
			(uint64_t)e->attr.sample_type, (uint64_t)e->attr.read_format);
		if (e->filter)
			fprintf(stderr, "rec: filter of %s: %s\n", e->name, e->filter);
	}
}
