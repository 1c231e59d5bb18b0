#include "record/counts.h"
#include "record/evswitch.h"

#include <stdlib.h>

static int read_event(struct counts *c, const struct evlist *l, uint32_t event, struct err *err)
{
	for (uint32_t i = 0; i < l->nr_fds; i++) {
		struct evsel_counts *sum = &c->table[i % l->target->nr_cpus * l->nr + event], now;

		if (evsel_read(l, &l->evsels[event], i, &now, err))
			return -1;
		sum->counted += now.counted;
		sum->lost += now.lost;
		/* The side band counts nothing, but what it lost is lost, too. */
		if (event < l->nr - 1)
			c->samples += now.counted - now.lost;
		c->lost += now.lost;
		if (event < l->nr - 1 - l->trigger)
			c->counted += now.counted;
	}
	return 0;
}

int counts_read(struct counts *c, const struct drain *d, struct err *err)
{
	const struct evlist *l = d->evlist;

	free(c->table);
	*c = (struct counts){ 0 };
	c->table = calloc((size_t)l->target->nr_cpus * l->nr, sizeof(*c->table));
	if (!c->table)
		return fail_mem(err);
	for (uint32_t i = 0; i < l->nr; i++)
		if (read_event(c, l, i, err))
			return -1;
	if (drain_counts(d))
		c->samples = drain_samples(d);
	if (!l->counts_lost)
		c->lost = d->nr_lost_records;
	return 0;
}

void counts_release(struct counts *c)
{
	free(c->table);
	*c = (struct counts){ 0 };
}

const struct evsel_counts *counts_of(const struct counts *c, const struct evlist *l, uint32_t idx,
				     uint32_t event)
{
	return &c->table[(size_t)idx * l->nr + event];
}

uint64_t counts_lost(const struct counts *c, const struct evlist *l, uint32_t idx)
{
	uint64_t lost = 0;

	for (uint32_t i = 0; i < l->nr; i++)
		lost += counts_of(c, l, idx, i)->lost;
	return lost;
}
