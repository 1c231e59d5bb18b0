/* count.c - events of a recording by name, with nothing but the public header: count FILE */
#include <perfdata.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORD_SAMPLE 9 /* PERF_RECORD_SAMPLE of linux/perf_event.h */

static int on_record(void *arg, const struct perfdata_record *record)
{
	unsigned long *counts = arg;

	if (record->type == RECORD_SAMPLE && record->event)
		counts[record->event->index]++;
	return 0;
}

int main(int argc, char **argv)
{
	char error[PERFDATA_ERROR_MAX];
	struct perfdata *p = argc == 2 ? perfdata_open(argv[1], error) : NULL;
	unsigned long *counts;
	int rc;

	if (!p) {
		fprintf(stderr, "count: %s\n", argc == 2 ? error : "usage: count FILE");
		return 2;
	}
	counts = calloc(perfdata_nr_events(p), sizeof(*counts));
	if (!counts)
		return 1;
	rc = perfdata_read(p, 0, on_record, counts, error);
	if (rc)
		fprintf(stderr, "count: %s\n", error);
	for (uint32_t i = 0; i < perfdata_nr_events(p); i++)
		printf("%s %lu\n", perfdata_event(p, i)->name, counts[i]);
	free(counts);
	perfdata_close(p);
	return rc ? 1 : 0;
}
