/*
 * floor.c - what recording costs at least: the rings are drained and thrown away.
 *
 *     floor COMMAND [ARGS]
 *
 * Opens what rec opens, with rec's ring size and watermark, runs COMMAND, and gives every byte
 * back to the kernel unread. Prints "COUNTED counted, LOST lost" to stderr.
 */
#include "record/clock.h"
#include "record/command.h"
#include "record/rings.h"
#include "record/evopen.h"
#include "record/evswitch.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void throw_away(struct ring *rings, const struct evlist *l, struct command *c)
{
	uint32_t nr = l->target->nr_cpus;
	struct pollfd *fds = calloc(nr, sizeof(*fds));

	for (uint32_t i = 0; fds && i < nr; i++)
		fds[i] = (struct pollfd){ .fd = evlist_ring_fd(l, i), .events = POLLIN };
	while (fds && !c->ended) {
		poll(fds, nr, 50);
		for (uint32_t i = 0; i < nr; i++) {
			struct ring_span span;

			if (ring_peek(&rings[i], &span))
				ring_release(&rings[i], &span);
		}
		command_poll(c);
	}
	free(fds);
}

static int tell(const struct evlist *l, struct err *err)
{
	uint64_t counted = 0, lost = 0;

	for (uint32_t i = 0; i < l->nr_fds; i++) {
		struct evsel_counts c;

		if (evsel_read(l, &l->evsels[0], i, &c, err))
			return -1;
		counted += c.counted;
		lost += c.lost;
	}
	fprintf(stderr, "%" PRIu64 " counted, %" PRIu64 " lost\n", counted, lost);
	return 0;
}

int main(int argc, char **argv)
{
	struct event_spec spec = { .name = (char *)"raw_syscalls:sys_enter" };
	struct event_specs specs = { .specs = &spec, .nr = 1 };
	struct err err = { 0 };
	struct target target;
	struct evlist l = { 0 };
	struct ring *rings = NULL;
	struct command c = { .fd = -1 };
	uint64_t bytes;

	if (argc < 2) {
		fprintf(stderr, "usage: floor COMMAND [ARGS]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	if (target_init(&target, &(struct target_spec){ 0 }, &err) ||
	    evlist_init(&l, &target, &specs, &err))
		goto fail;
	evlist_clock(&l, clock_default());
	bytes = rings_default_bytes(target_nr_rings(&target));
	evlist_watermark(&l, rings_watermark(bytes));
	if (evlist_open(&l, &err) || rings_open(&rings, &l, bytes, &err) ||
	    command_fork(&c, argv + 1, false, &err) || evlist_enable_sideband(&l, &err) ||
	    evlist_enable(&l, &err) || command_start(&c, argv[1], &err))
		goto fail;
	throw_away(rings, &l, &c);
	evlist_disable(&l);
	if (tell(&l, &err))
		goto fail;
	rings_close(rings, target.nr_cpus);
	evlist_release(&l);
	target_release(&target);
	return command_end(&c, false);
fail:
	fprintf(stderr, "floor: %s\n", err.text);
	return 1;
}
